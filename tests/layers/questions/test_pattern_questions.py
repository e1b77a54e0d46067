"""What looks at a pattern count, refuse and name, on shapes and shops that a reader can count."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import geo
import layers
from geo.errors import InputError
from geo.numerals import MISSING, number
from layers.plan.area import area
from layers.questions import centre_maps, centres, patterns, spacing, tested_units, unit_classes
from layers.questions import spots as spots_
from layers.questions.autocorrelation import Autocorrelation, _beside, _figure, _statistics
from layers.questions.centres import Centres, whereabouts
from layers.questions.cluster_reading import Spot
from layers.questions.clusters import Clusters
from layers.questions.ellipses import Ellipses
from layers.questions.hot_spots import HotSpots
from layers.questions.layer import MOST_ROWS, Layer
from layers.questions.nearest import Nearest
from layers.questions.overview import Overview
from layers.questions.patterns import Pattern
from layers.questions.refusals import Refusal
from layers.questions.spacing import Spacing
from layers.questions.subjects import Points, Zones

SHOPS, QUARTERS = Points("shops"), Zones("quarters")
HOT = HotSpots(SHOPS, Zones("squares", cell_m=5000))
# On the central meridian of the tiny plan's zone, where its scale is 1.
EAST_M, NORTH_M = 500_000.0, 3_120_000.0


def cells(*corners_km: tuple[float, float], crs: int = 4544, **columns: Any) -> gpd.GeoDataFrame:
    """Squares of 1 km with these corners in the south-west."""
    shapes = [
        shapely.box(
            EAST_M + 1000 * x, NORTH_M + 1000 * y, EAST_M + 1000 * (x + 1), NORTH_M + 1000 * (y + 1)
        )
        for x, y in corners_km
    ]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=crs).to_crs(4490)


# ---- units and their neighbours ----


def test_what_is_tested_is_the_number_in_cells_and_the_density_in_other_zones() -> None:
    weighted = replace(HOT, weight="accuracy_m")
    assert [HOT.tested, weighted.tested] == ["count", "weight_sum"]
    assert replace(HOT, zones=QUARTERS).tested == "density_per_km2"
    assert replace(weighted, zones=QUARTERS).tested == "weight_per_km2"
    assert Pattern(SHOPS, QUARTERS, rule="distance").distance_m == 10_000
    assert Pattern(SHOPS, QUARTERS, rule="distance", distance_m=5.0).distance_m == 5
    assert Pattern(SHOPS, QUARTERS).distance_m is None
    assert HOT.units == Pattern(SHOPS, HOT.zones)
    settings = {"rule": "knn", "k": 3, "distance_m": 7.0, "tolerance_m": 2.0}
    asked = Pattern(SHOPS, QUARTERS, None, "knn", 3, 7.0, 99, 5, 2.0)
    assert asked.settings() == settings | {"permutations": 99, "seed": 5}
    beside = _beside(replace(HOT, seed=4, k=3, rule="knn", weight="w", tolerance_m=2.0))
    assert beside == Autocorrelation(
        SHOPS, HOT.zones, "w", "knn", 3, permutations=999, seed=4, tolerance_m=2.0
    )


def units(n: int, **attrs: Any) -> gpd.GeoDataFrame:
    frame = cells(*((float(at), 0.0) for at in range(n)), count=range(n))
    frame.attrs = {"points_in_any_zone": 8.0, "zones_overlap": False, **attrs}
    return frame


@pytest.mark.parametrize(
    ("asked", "zones", "refused"),
    [
        ({}, units(29), Refusal("few_units", 29, 30)),
        ({"rule": "knn", "k": 30}, units(30), Refusal("few_units", 30, 30)),
        ({"rule": "knn", "k": 29}, units(30), None),
        ({"k": 30}, units(30), None),
        ({}, units(30, points_in_any_zone=7.4), Refusal("few_counted", 7, 8)),
        ({}, units(30).assign(count=1), Refusal("all_alike")),
        ({}, units(30, zones_overlap=True), Refusal("overlap")),
        ({"rule": "rook"}, units(30, zones_overlap=True), Refusal("overlap")),
        ({"rule": "knn"}, units(30, zones_overlap=True), None),
        ({"rule": "distance", "distance_m": 990.0}, units(30), Refusal("islands")),
        ({"rule": "distance", "distance_m": 1010.0}, units(30), None),
        ({"rule": "distance", "distance_m": 1010.0}, units(29), Refusal("few_units", 29, 30)),
    ],
)
@pytest.mark.usefixtures("tiny")
def test_why_a_pattern_cannot_be_told(
    asked: dict[str, Any],
    zones: gpd.GeoDataFrame,
    refused: Refusal | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patterns, "counted", lambda _: zones)
    pattern = replace(Pattern(SHOPS, Zones("squares")), **asked)
    assert patterns.refusal.__wrapped__(pattern) == refused


@pytest.mark.usefixtures("tiny")
def test_units_that_touch_are_one_spot_and_the_largest_is_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Two that touch at a corner, one a kilometre away, and one that is not hot.
    found = cells((0, 0), (1, 1), (3, 1), (2, 1), count=[1.0, 2.0, 4.0, 9.0], area_km2=1.0)
    found["hot_spot"] = ["hot 99", "hot 95", "hot 90", "not significant"]
    assert spots_._adjoining(found.iloc[:3]).tolist() == [0, 0, 1]
    monkeypatch.setattr(HotSpots, "classified", lambda _: found)
    spots = tested_units.spots.__wrapped__(HOT, kinds=patterns.HOT)
    assert [(spot.cells, spot.points, spot.amount, spot.area_km2) for spot in spots] == [
        *((1, 4, 4.0, 1.0), (2, 3, 3.0, 2.0))
    ]
    assert tested_units.spots.__wrapped__(HOT, kinds=("cold 99",)) == ()
    found = found.assign(weight_sum=[9.0, 9.0, 1.0, 0.0])
    weighted = replace(HOT, weight="accuracy_m")
    assert [
        spot.amount for spot in tested_units.spots.__wrapped__(weighted, kinds=patterns.HOT)
    ] == [*(18.0, 1.0)]


@pytest.mark.usefixtures("tiny")
def test_a_spot_is_named_by_the_district_with_most_of_its_points() -> None:
    quarters = layers.load("quarters")
    west = quarters.geometry[0]
    across = shapely.box(103.85, 28.2, 104.1, 28.3)  # four times as much of it in the east
    shops = SHOPS.located()
    assert spots_._district(across, shops.iloc[:0]) == ("东街区", "East quarter")
    assert spots_._district(across, shops[shops.within(west)]) == ("西街区", "West quarter")
    assert spots_._elements(across, shops) == ()
    scope = patterns._scope.__wrapped__(Pattern(SHOPS, QUARTERS, "accuracy_m"))
    assert (scope.points, scope.places, scope.amount, scope.cells) == (9, 8, 450.0, 2)
    assert (scope.zero_cells, scope.stated) == (0, 9)
    assert scope.amount_nouns == ("位置精度", "Accuracy")
    plain = patterns._scope.__wrapped__(Pattern(SHOPS, Zones("squares", cell_m=20_000)))
    assert plain.zero_cells > 1
    assert (plain.stated, plain.amount_nouns, plain.amount) == (None, ("", ""), 9.0)


def test_a_spot_is_named_by_areas_of_which_it_holds_much_and_by_the_places_in_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cities = layers.load("cities").set_index("id")
    whole = cities.geometry["city-dakecheng"]
    named = spots_._elements(whole, Points("platforms").located())
    assert named[0] == tuple(cities.loc["city-dakecheng", ["name_zh", "name_en"]])
    assert len(named) == len({zh for zh, _ in named}) > 2
    west, south, _, north = whole.bounds
    sliver = whole.intersection(shapely.box(west, south, west + 0.005, north))
    assert named[0] not in spots_._elements(sliver, Points("platforms").located())
    # As much as names it is enough.
    held = geo.to_metric(cities.geometry.intersection(sliver)).area / geo.to_metric(cities).area
    monkeypatch.setattr(spots_, "NAMING_SHARE", held["city-dakecheng"])
    assert named[0] in spots_._elements(sliver, Points("platforms").located())


def test_cells_are_tried_a_quarter_smaller_and_larger() -> None:
    def tried(*args: Any, **more: Any) -> list[Zones]:
        return tested_units._resized(Zones(*args, **more))

    assert tried("squares", 5000) == [Zones("squares", 4000), Zones("squares", 6000)]
    assert tried("hexagons", 2000) == [Zones("hexagons", 1500), Zones("hexagons", 2500)]
    assert tried("h3", h3_resolution=7) == [Zones("h3", h3_resolution=6)]
    assert tried("quarters") == []
    assert patterns.size_of(QUARTERS, "en") == ""
    assert "2.5 km" in patterns.size_of(Zones("squares", 2500), "en")
    assert "6" in patterns.size_of(Zones("h3", h3_resolution=6), "en")
    assert patterns.size_of(Zones("h3"), "en") != patterns.size_of(Zones("squares"), "en")


def test_the_main_spot_is_looked_for_again_where_it_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    spot = Spot(("西", "West"), (), 1, 1, 1.0, 1.0)
    monkeypatch.setattr(
        tested_units, "spots", lambda asked, **_: (spot,) if asked.zones.cell_m == 4000 else ()
    )
    monkeypatch.setattr(HotSpots, "refusal", lambda _: None)
    smaller, larger = Zones("squares", 4000), Zones("squares", 6000)
    again = tested_units.other_sizes.__wrapped__(HOT, kinds=patterns.HOT)
    assert again == ((smaller, ("西", "West")), (larger, None))
    monkeypatch.setattr(HotSpots, "refusal", lambda asked: asked.zones.cell_m < 5000 or None)
    assert tested_units.other_sizes.__wrapped__(HOT, kinds=patterns.HOT) == ((larger, None),)


def test_statistics_of_the_whole_map_are_a_table() -> None:
    figures = pd.DataFrame(
        {
            "value": [0.1234567, 2.0],
            "expected": [-0.01, math.nan],
            "z": [1.26, -3.0],
            "p_value": [0.0312, math.nan],
        },
        index=["moran_i", "geary_c"],
    )
    table = _statistics(figures, "en")
    assert [row[1:] for row in table.rows] == [
        ("0.123", "−0.010", "1.3", "0.031"),
        ("2.000", "–", "−3.0", "–"),
    ]
    assert table.numeric == (1, 2, 3, 4)
    assert _figure(math.nan, 1) == "–"


@pytest.mark.usefixtures("tiny")
def test_units_are_drawn_class_by_class(monkeypatch: pytest.MonkeyPatch) -> None:
    found = cells((0, 0), (1, 1), (3, 1), (30, 1), count=[1.0, 2.0, 4.0, 0.0])
    found = found.assign(
        hot_spot=["cold 95", "hot 99", "hot 99", "not significant"], z=1.234, p_fdr=0.123456
    )
    monkeypatch.setattr(HotSpots, "classified", lambda _: found)
    shown = HOT.content("en")
    classes = [each for each in shown.overlays if each.name in unit_classes.CLASS_COLOURS]
    assert [(each.name, len(each.frame), each.hatched, each.fill_opacity) for each in classes] == [
        ("hot 99", 2, False, 0.72),
        ("cold 95", 1, True, 0.72),
        ("not significant", 1, False, 0.05),
    ]
    assert classes[0].colour == "#B2182B"
    assert classes[0].frame[["z", "p_fdr"]].iloc[0].tolist() == [1.23, 0.1235]
    assert classes[0].columns == {"count": "Count", "z": "z of Gi*", "p_fdr": "p (after FDR)"}
    # What tells nothing and holds nothing is not what the map opens with.
    assert shown.extent[2] < found.total_bounds[2]
    found = found.assign(weight_sum=1.0)
    weighted = replace(HOT, weight="accuracy_m").content("en").overlays[0]
    assert weighted.columns["weight_sum"] == "Sum of Accuracy"
    monkeypatch.setattr(Points, "is_plans_amount", lambda *_: True)
    amounts = replace(HOT, weight="accuracy_m").content("en").overlays[0]
    assert amounts.columns["weight_sum"] == "Amount"
    # How many there are of each class stands in the legend.
    assert replace(HOT, weight="accuracy_m").chart("en") is None


def test_hot_spots_and_clusters_have_classes_of_their_own() -> None:
    assert (HotSpots.CLASSES, HotSpots.FOREMOST) == ("hot_spot", patterns.HOT)
    assert Clusters.CLASSES == "cluster"
    assert {*Clusters.ORDER} == {*patterns.CLUSTERS}
    assert {*HotSpots.ORDER} == {*patterns.HOT, *patterns.COLD}


# ---- centres ----


@pytest.mark.usefixtures("tiny")
def test_the_middle_of_points_is_the_mean_of_their_coordinates() -> None:
    table = centres.centres(Centres(SHOPS)).set_index(["category", "kind"])
    places = SHOPS.located().to_crs(4544)
    middle = table.to_crs(4544).geometry["all", "mean"]
    assert middle.x == pytest.approx(places.geometry.x.mean())
    assert middle.y == pytest.approx(places.geometry.y.mean())
    assert table.loc[("all", "mean"), "from_all_km"] == 0
    books = places[places["trade"] == "books"].geometry
    east, north = books.x.mean() - middle.x, books.y.mean() - middle.y
    row = table.loc[("books", "mean")]
    assert row["from_all_km"] == pytest.approx(math.hypot(east, north) / 1000)
    assert row["bearing_deg"] == pytest.approx(math.degrees(math.atan2(east, north)) % 360)
    one = centres.centres(Centres(Points("shops", trade=("books",))))
    assert set(one["category"]) == {"all"}
    assert Centres(SHOPS).by == "trade"
    with pytest.raises(InputError) as no_column:
        centres.centres.__wrapped__(Centres(SHOPS, "level"))
    assert no_column.value.values == {"column": "level", "columns": ["trade"]}  # noqa: PD011


@pytest.mark.usefixtures("tiny")
def test_an_ellipse_needs_three_places_and_a_group_ten_points(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert Ellipses(SHOPS).answer()["category"].tolist() == ["all"]
    wide = Ellipses(SHOPS, deviations=2.0).answer()["major_m"][0]
    assert wide == pytest.approx(2 * Ellipses(SHOPS).answer()["major_m"][0])
    places = SHOPS.located()
    # Of food there are then 6 + 3 + 2, of books 3 + 1 + 1.
    many = pd.concat([places, places.iloc[:4], places.iloc[:3]], ignore_index=True)
    monkeypatch.setattr(centres, "_weighted", lambda _: many)
    assert centres.ellipses.__wrapped__(Centres(SHOPS))["category"].tolist() == ["all", "food"]
    many = places.iloc[:3]
    assert centres.ellipses.__wrapped__(Centres(SHOPS))["category"].tolist() == ["all"]
    many = many.iloc[[0, 0, 1]]
    assert centres.ellipses.__wrapped__(Centres(SHOPS)) is None


def test_a_place_has_the_names_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    node = layers.load("nodes").iloc[0]
    found = whereabouts(node.geometry)
    assert (found.near, found.near_km) == ((node["name_zh"], node["name_en"]), 0.0)
    assert found.district is not None
    assert whereabouts(shapely.Point(116.4, 39.9)).district is None
    assert whereabouts(shapely.Point(116.4, 39.9)).near_km > 1000
    plain = replace(area(), naming=replace(area().naming, near=""))
    monkeypatch.setattr(centres, "area", lambda: plain)
    alone = whereabouts(node.geometry)
    assert alone.near is None
    assert math.isnan(alone.near_km)
    assert alone.district == found.district


@pytest.mark.usefixtures("tiny")
def test_centres_are_told_from_the_farthest_and_drawn_in_the_colour_of_their_ellipse() -> None:
    asked = Centres(SHOPS)
    rows = asked.table("en").rows
    assert [row[:2] for row in rows] == [("Books", "3"), ("Food", "6")]
    assert float(rows[0][2]) > float(rows[1][2])
    told = asked.told("en")
    assert told[0].startswith("The mean centre of 9 Shops")
    assert len(told) == 5
    assert ["Books (3)" in told[2], "Food (6)" in told[3]] == [True, True]
    assert "10" in told[-1]  # too few for an ellipse of their own
    overlays = {each.name: each for each in asked.content("en").overlays}
    assert {"mean all", "median all", "mean food", "mean books", "ellipse all"} <= set(overlays)
    assert "median food" not in overlays
    colours = [overlays[name].colour for name in ("mean all", "median all", "ellipse all")]
    assert colours == [centre_maps.ALL_COLOUR, centre_maps.MEDIAN, centre_maps.ALL_COLOUR]
    assert overlays["mean all"].size_px > overlays["mean food"].size_px
    assert overlays["mean food"].symbol == "cross"
    assert overlays["median all"].symbol == "diamond"
    assert overlays["mean food"].named
    assert not overlays["median all"].named
    many = pd.Series(["all", *"abcdefghijklm"])
    own = centre_maps._colours(many)
    assert own["a"] == own["m"] == centre_maps.GROUP_COLOURS[0]
    assert own["b"] == centre_maps.GROUP_COLOURS[1]


# ---- distances ----


@pytest.mark.usefixtures("tiny")
def test_points_in_one_place_count_once_where_that_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert len(spacing.spaced(SHOPS, once=True)) == spacing.places_inside(SHOPS) == 8
    assert len(spacing.spaced(SHOPS, once=False)) == 9
    assert spacing.refusal(SHOPS, once=True) is None
    books = Points("shops", trade=("books",))
    assert spacing.refusal(books, once=True) == Refusal("few_points", 3, 8)
    same = pd.concat([SHOPS.located().iloc[:1]] * 9, ignore_index=True)
    monkeypatch.setattr(Points, "located", lambda _: same)
    alone = Points("shops", trade=("food", "books"))
    assert spacing.refusal.__wrapped__(alone, once=False) == Refusal("few_points", 1, 8)


@pytest.mark.usefixtures("tiny")
def test_the_curve_of_distances_is_asked_for_and_drawn_in_kilometres(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: dict[str, Any] = {}
    curve = pd.DataFrame({"distance_m": [1000.0], "l_minus_d": [500.0]})
    curve = curve.assign(l_band_high=1250.0, l_band_low=750.0)

    def ripley(points: gpd.GeoDataFrame, **more: Any) -> pd.DataFrame:
        given.update(more, n=len(points))
        return curve

    monkeypatch.setattr(spacing.geo, "ripley", ripley)
    asked = Spacing(
        SHOPS, once=False, simulations=19, seed=3, distances_m=(1.0,), interval_pct=80.0
    )
    spacing.ripley.__wrapped__(asked)
    assert len(given.pop("study_area")) == 2
    assert given == {
        "n": 9,
        "distances_m": (1.0,),
        "simulations": 19,
        "interval_pct": 80.0,
        "seed": 3,
    }
    monkeypatch.setattr(spacing, "ripley", lambda _: curve)
    chart = asked.chart("en")
    assert (chart.kind, chart.categories) == ("line", ("1.0",))
    assert [values for _, values in chart.series] == [(0.5,), (0.25,), (-0.25,)]


@pytest.mark.usefixtures("tiny")
def test_the_nearest_neighbours_are_told_with_what_shared_places_do() -> None:
    once, every = Nearest(SHOPS).told("en"), Nearest(SHOPS, once=False).told("en")
    assert len(once) == len(every) == 2
    assert "9 Shops" in once[1]
    assert "8" in once[1]
    assert once[0] != every[0]
    assert Nearest(SHOPS).answer()["n"] == 8
    assert Nearest(SHOPS, once=False).answer()["n"] == 9
    outline, dots = spacing.in_study_area(SHOPS, "en").overlays
    assert (len(outline.frame), len(dots.frame)) == (1, 9)
    assert Nearest(SHOPS).paged is None
    with pytest.raises(InputError) as few:
        Nearest(Points("shops", trade=("books",))).require_answer()
    assert few.value.values == {"n": 3, "fewest": 8}  # noqa: PD011
    assert Nearest(SHOPS).facts("quarter-west", "quarters", "en") == []
    assert Nearest(SHOPS).headline("en")[0][1] == once[0].removesuffix(".")


# ---- layers as they are ----


@pytest.mark.usefixtures("tiny")
def test_a_layer_is_told_by_its_evidence_and_its_rows() -> None:
    known, rows = Layer("shops").figures("en")
    assert [row[2:] for row in known.table.rows] == [(8, 50, 50), (1, 50, 50), (1, None, None)]
    assert rows.table.rows[0] == ("Shop 1", "Agreeing sources", 50)
    assert len(rows.table.rows) == 10
    assert rows.table.rows[9][2] is None
    assert known.text[0].startswith("Shops.")
    assert "10" in known.text[0]
    assert known.text[1] == "From: Made for tests."
    # Who published it, when and under which licence is said with the slide.
    (cited,) = known.notes
    assert re.match("Source: Made for tests .*2026-11-29", cited)
    assert Layer("").layer == "shops"
    assert Layer("shops").has_map
    assert not Layer("sources").has_map
    assert Layer("shops").sources("en") == ["Made for tests"]
    assert Layer("shops").sources("zh") == ["为测试编写"]
    assert list(Layer("shops").content("en").frames) == ["quarters", "shops"]
    assert list(Layer("quarters").content("en").frames) == ["quarters"]
    with pytest.raises(InputError) as table:
        Layer("sources").content("en")
    assert table.value.values == {"name": "sources"}  # noqa: PD011
    (only,) = Layer("sources").figures("en")[1:] or Layer("sources").figures("en")
    assert only.table.rows[0][0] == "Made for tests"


@pytest.mark.usefixtures("tiny")
def test_a_layer_without_sources_has_its_rows_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Layer("shops").value_words("layer", "shops", "en") == "Shops"
    assert Layer("shops").value_words("trade", "food", "en") == "food"
    bare = replace(layers.describe("shops"), sources=())
    monkeypatch.setattr("layers.questions.layer.describe", lambda _: bare)
    assert len(Layer("shops").figures("en")) == 1


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize(("n", "more"), [(29, ()), (30, ("quarters",))])
def test_zonings_with_enough_units_can_be_tested(
    n: int, more: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patterns, "zoning", lambda _: range(n))
    assert patterns.unit_names.__wrapped__() == ("hexagons", "squares", "h3", *more)


def test_rows_of_tables_are_told_in_words() -> None:
    (links,) = [each.table for each in Layer("memberships").figures("en") if each.table]
    assert links.rows[0][:2] != tuple(
        layers.load("memberships").iloc[0][["feature_id", "target_id"]]
    )
    (known,) = (each.table for each in Layer("indicators").figures("en") if each.table)
    shown = layers.load("indicators").head(MOST_ROWS)
    years = shown["year"].dropna().astype("str").tolist()
    assert years
    # No number to be grouped by thousands.
    assert [row[3] for row in known.rows if row[3]] == years
    # Of many units, each figure has the decimals of its own.
    told = [MISSING if pd.isna(value) else number(value) for value in shown["value"]]
    assert [row[1] for row in known.rows] == told


@pytest.mark.usefixtures("tiny")
def test_an_overview_counts_what_its_theme_shows() -> None:
    shown = Overview()
    assert shown.shown == ("shops",)
    assert shown.answer().to_dict("records") == [
        {
            "layer": "shops",
            "name_zh": "店铺",
            "name_en": "Shops",
            "rows": 10,
            "surveyed": 8,
            "located": 1,
            "unlocated": 1,
        }
    ]
    first, parts, evidence = shown.told("en")
    assert first.endswith("9 of 10 features in 1 layer have a place.")
    assert "Shops (10)" in parts
    assert "Agreeing sources (8)" in evidence
    assert len(Overview(None, ("located",)).content("en").frames["shops"]) == 1
    assert len(Overview(None, (), ("food",)).content("en").frames["shops"]) == 6
    assert len(Overview(None, (), ("food",)).content("en").frames["quarters"]) == 2
    assert shown.paged == SHOPS
    assert shown.over(Points("other")) is shown
    assert shown.in_atlas() is shown
    assert shown.value_words("kinds", "food", "en") == "Food"
    assert shown.figures("en") == []


def test_an_atlas_shows_all_where_no_theme_is_named() -> None:
    assert Overview().in_atlas() == Overview("all")
    assert Overview("224").in_atlas() == Overview("224")
