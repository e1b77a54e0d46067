"""Questions of density on shops whose surface can be worked out by hand, and what slides tell."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rioxarray  # noqa: F401  gives arrays their .rio
import shapely
import xarray as xr

from geo.errors import InputError
from layers.look.told import in_words, rounded
from layers.questions import contents, density
from layers.questions.counting import Distribution
from layers.questions.coverage import Coverage
from layers.questions.density import Density, density_scale, density_surface, surface_of
from layers.questions.figures import (
    following,
    foremost,
    plain_table,
    zone_figures,
)
from layers.questions.kinds import Kind, kind_of, looks
from layers.questions.subjects import Points, Zones
from layers.words import LANGUAGES

pytestmark = pytest.mark.usefixtures("tiny")

SHOPS, QUARTERS = Points("shops"), Zones("quarters")
ASKED = Density(SHOPS, bandwidth_m=5000.0, cell_size_m=1000.0)
# Two shops in one place are the peak: 3 / (π h²) each by the quartic kernel.
PEAK_PER_KM2 = 2 * 3 / (math.pi * 5.0**2)


def test_the_surface_peaks_where_two_shops_are_in_one_place() -> None:
    surface = density_surface(ASKED)
    assert float(surface.max()) == pytest.approx(PEAK_PER_KM2, rel=0.01)
    levels, top = density_scale((ASKED,))
    assert levels == tuple(round(0.01 * at, 2) for at in range(1, 8))
    assert top == float(surface.max())
    assert density_scale((replace(ASKED, top=0.5),))[1] == 0.5
    food = replace(ASKED, points=Points("shops", trade=("books",)))
    assert density_scale((food, ASKED))[1] == top
    assert density_scale((replace(ASKED, levels=(0.05, 9.0)),)) == ((0.05, 9.0), top)
    with pytest.raises(InputError) as outside:
        density_scale((replace(ASKED, levels=(0.0, 9.0)),))
    assert outside.value.values == {"low": 0.0, "high": float(f"{top:.6g}")}  # noqa: PD011


def test_the_surface_is_asked_for_with_all_that_the_question_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: dict[str, Any] = {}
    monkeypatch.setattr(
        density.geo, "kernel_density", lambda frame, **more: given.update(more, n=len(frame))
    )
    asked = Density(
        SHOPS,
        *(700.0, 70.0, "gaussian", 0.5, True, "accuracy_m", "count", False, "binned"),
        study_area="quarters",
        extent="quarters",
        edge_correction=False,
        tolerance_pct=2.0,
    )
    density._surface.__wrapped__(asked)
    zones = [given.pop(name)["id"].tolist() for name in ("study_area", "extent")]
    assert zones == [["quarter-west", "quarter-east"]] * 2
    assert given == {
        "n": 9,
        "bandwidth_m": 700.0,
        "cell_size_m": 70.0,
        "kernel": "gaussian",
        "decay": 0.5,
        "adaptive": True,
        "weights": "accuracy_m",
        "edge_correction": False,
        "unit": "count",
        "method": "binned",
        "tolerance_pct": 2.0,
    }
    density._surface.__wrapped__(Density(SHOPS, bandwidth_column="accuracy_m", bounded=True))
    assert given["bandwidth_m"] == "accuracy_m"
    assert len(given["study_area"]) == 2
    assert given["extent"] is None
    density._surface.__wrapped__(Density(SHOPS))
    assert given["study_area"] is given["bandwidth_m"] is None
    stated = SHOPS.located()["accuracy_m"].where(lambda each: each.index > 1)
    monkeypatch.setattr(Points, "stated", lambda _self, weight: weight and stated)
    density._surface.__wrapped__(asked)
    assert given["n"] == 9 - 2
    stated = stated * np.nan
    with pytest.raises(InputError, match="and a weight"):
        density._surface.__wrapped__(asked)


def test_where_all_points_are_in_one_place_a_bandwidth_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plain = Density(SHOPS, show="isolines", zones=QUARTERS, levels=3, top=1.0)
    assert surface_of(plain) == Density(SHOPS)
    one = SHOPS.located().iloc[[0, 0, 4]]
    monkeypatch.setattr(Points, "located", lambda _: one)
    assert surface_of(Density(SHOPS)) == Density(SHOPS)
    weighted = Density(SHOPS, weight="accuracy_m")
    weights, one = pd.Series([1.0, 1.0, 0.0]), one.reset_index(drop=True)
    monkeypatch.setattr(Points, "stated", lambda _self, _weight: weights)
    assert surface_of(weighted).bandwidth_m == density.FALLBACK_BANDWIDTH_M
    for said in ({"bandwidth_m": 5.0}, {"bandwidth_column": "accuracy_m"}):
        assert surface_of(replace(weighted, **said)) == replace(weighted, **said)


def test_what_says_the_same_twice_is_refused() -> None:
    for said, names in (
        ({"bounded": True, "study_area": "quarters"}, ("BOUNDED", "STUDY_AREA")),
        ({"bandwidth_column": "a", "bandwidth_m": 1.0}, ("BANDWIDTH_COLUMN", "BANDWIDTH_M")),
    ):
        with pytest.raises(InputError) as both:
            Density(SHOPS, **said).require_fit(frozenset(), str.upper)
        assert both.value.values == {"names": names}  # noqa: PD011
    with pytest.raises(InputError) as border:
        Density(SHOPS, edge_correction=False).require_fit(frozenset(), str.upper)
    assert border.value.values["needed"] == "BOUNDED / STUDY_AREA"  # noqa: PD011
    for sound in ({}, {"bounded": True}, {"study_area": "quarters", "edge_correction": False}):
        Density(SHOPS, **sound).require_fit(frozenset(), str)
    Density(SHOPS, bounded=True, edge_correction=False).require_fit(frozenset(), str)


def test_what_is_dense_is_told_with_how_it_was_reckoned() -> None:
    assert ASKED.told("en") == [
        "By area most Shops are in West quarter: 0.0029 per km², 5 to be expected.",
        "Next come East quarter (0.0023).",
        "The kernel density peaks at 0.07629 per km²; bandwidth 5,000 m.",
    ]
    assert ASKED.headline("en") == [("Peak kernel density", "0.07629 per km²")]
    said = ASKED.worked_out("en")
    assert said["bandwidth_m"] == "5,000 m · chosen"
    assert said["cell_size_m"] == "1,000 m · 70 × 38 · EPSG:4544"
    assert said["method"] == "direct sum over all points (exact)"
    assert said["bounded"] == "no border, no correction"
    assert said["zones"].startswith("Quarters; ranked by number per km²")
    assert said["input_hash"] == density_surface(ASKED).attrs["input_hash"][:12]
    assert ASKED.facts("quarter-west", "quarters", "en") == [("Number of shops per km²", "0.0029")]
    assert ASKED.explained("en").startswith("Kernel density: quartic kernel, per km²")
    (figures,) = ASKED.figures("en")
    assert figures.table.rows == (
        ("West quarter", "5", "0.0029", "1,739.3"),
        ("East quarter", "4", "0.0023", "1,739.3"),
    )
    assert ASKED.ranked_in == QUARTERS
    assert ASKED.ranked_by == "density_per_km2"
    weighted = replace(ASKED, weight="accuracy_m")
    assert weighted.ranked_by == "count"
    assert density.density_unit(weighted, "en") == "Accuracy per km²"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"bandwidth_m": None, "bandwidth_column": "a"}, "1,000 m · of each point its own"),
        ({}, "1,000 m · chosen"),
        ({"bandwidth_m": None}, "1,000 m · Silverman's spatial rule, robust to outliers"),
        ({"adaptive": True}, "1,000 m · chosen · adaptive, 10–2,000 m"),
    ],
)
def test_a_bandwidth_says_how_it_was_chosen(changes: dict[str, Any], said: str) -> None:
    about = {"bandwidth_m": 1000.0, "bandwidth_rule": "silverman"}
    about |= {"bandwidth_min_m": 10.0, "bandwidth_max_m": 2000.0}
    asked = replace(ASKED, **changes)
    assert density._bandwidth(asked, about, "en") == said
    fallen = density._bandwidth(Density(SHOPS), about | {"bandwidth_rule": "given"}, "en")
    assert fallen.endswith("a fixed value")


# ---- what slides tell ----

ZONES = pd.DataFrame(
    {
        "name_zh": list("甲乙丙丁"),
        "name_en": list("ABCD"),
        "count": [5.0, 5.0, 2.26, 0.0],
        "hill_9": [0.12345] * 4,
    }
)


def test_zones_are_told_by_their_first_and_the_next() -> None:
    assert foremost(ZONES, "count", "zh") == ("甲、乙", 5.0)
    assert following(ZONES, "count", "en") == ["Next come C (2.3)."]
    assert following(ZONES.iloc[:2], "count", "en") == []
    many = pd.DataFrame({"name_en": list("abcde"), "count": [1, 5, 4, 3, 2]})
    assert following(many, "count", "en") == ["Next come c (4), d (3)."]


def test_figures_are_rounded_alike_everywhere() -> None:
    assert rounded(ZONES)["count"].tolist() == [5.0, 5.0, 2.3, 0.0]
    small = pd.DataFrame({"count": [0.0, 0.01234], "krugman_index": [0.05, 0.0999]})
    assert rounded(small).to_numpy().tolist() == [[0.0, 0.05], [0.012, 0.1]]
    whole = pd.DataFrame({"count": [-3.04, 1.0], "krugman_index": [0.1, 0.05]})
    assert rounded(whole).to_numpy().tolist() == [[-3.0, 0.1], [1.0, 0.05]]
    said = [in_words(value, "count") for value in (0.0, 0.99, 1.0, 2.26, -0.5, 1234.0)]
    assert said == ["0", "0.99", "1", "2.3", "−0.5", "1,234"]
    assert in_words(0.12345, "hill_9") == "0.1235"


def test_zones_become_a_table_and_bars() -> None:
    told = zone_figures(
        ZONES, "count", columns=("count",), title="T", titles={"count": "Shops"}, lang="en"
    )
    assert told.table.header == ("Zone", "Shops")
    assert told.table.rows == (("A", "5.0"), ("B", "5.0"), ("C", "2.3"), ("D", "0"))
    assert told.chart.categories == ("A", "B", "C")
    assert told.chart.series == (("Shops", (5.0, 5.0, 2.3)),)
    assert told.chart.title == "Shops"
    none = zone_figures(ZONES.iloc[3:], "count", columns=(), title="T", titles={}, lang="en")
    assert none.chart is None
    many = pd.concat([ZONES] * 6, ignore_index=True)
    bars = zone_figures(many, "count", columns=(), title="T", titles={}, lang="zh").chart
    assert len(bars.categories) == 14
    assert bars.title == "数量"


def test_any_table_is_told_without_shapes() -> None:
    frame = gpd.GeoDataFrame(
        {"name_zh": ["甲"], "name_en": ["A"], "count": [None], "area_km2": [2]},
        geometry=[shapely.Point(0, 0)],
    )
    table = plain_table(frame, "en")
    assert table.rows == (("A", None, 2.0),)
    assert plain_table(frame, "zh").rows == (("甲", None, 2.0),)
    numbers = plain_table(pd.Series({"hhi": 0.4795, "p_value": 7e-8, "of_ones_own": 2.0}), "en")
    assert numbers.header == ("Measure", "Value")
    assert dict(numbers.rows) == {
        "HHI (Herfindahl; 1 where all is in one zone)": "0.4795",
        "p": "< 0.001",
        "of_ones_own": "2",
    }


# ---- what maps have in common ----


def test_a_map_opens_around_what_it_shows() -> None:
    one = gpd.GeoDataFrame(geometry=[shapely.box(103.5, 28.2, 103.6, 28.3)], crs=4490)
    other = gpd.GeoDataFrame(geometry=[shapely.box(103.7, 28.1, 103.8, 28.15)], crs=4490)
    shown = contents.above_base((), "en", one, other, one.iloc[:0])
    assert shown.extent == pytest.approx((103.48, 28.08, 103.82, 28.32))
    assert contents.above_base((), "en").extent is None
    assert list(shown.frames) == list(shown.visible) == ["quarters"]
    dots = contents.dots(SHOPS, "en")
    assert (len(dots.frame), dots.size_px, dots.title_en) == (9, 3, "Shops")
    assert dots.columns == {"accuracy_m": "Accuracy"}


def test_a_browser_draws_three_thousand_features_of_sixty_thousand_corners() -> None:
    places = gpd.GeoDataFrame(geometry=gpd.points_from_xy(range(3001), [0] * 3001), crs=4490)
    assert [len(contents._thinned(places[:n])) for n in (3000, 3001)] == [3000, 1501]
    # Teeth of less and of more than a 4,000th of the width: low ones go, if corners are many.
    x, y = np.linspace(0, 1, 20), np.linspace(0, 0.5, 3000)
    for height, corners in ((0.9 / 4000, 2), (2 / 4000, 20)):
        teeth = np.stack(np.broadcast_arrays(x, y[:, None] + height * (np.arange(20) % 2)), axis=2)
        lines = gpd.GeoDataFrame(geometry=shapely.linestrings(teeth), crs=4490)
        assert len(contents._thinned(lines).geometry[0].coords) == 20
        one_more = shapely.LineString([*lines.geometry[2999].coords, (0.5, 0.5)])
        lines.loc[2999, "geometry"] = one_more
        assert len(contents._thinned(lines).geometry[0].coords) == corners


def test_of_many_features_a_part_is_shown_and_of_long_outlines_a_simpler_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(contents, "PREVIEW_FEATURES", 4)
    points = gpd.GeoDataFrame(
        {"n": range(10)}, geometry=gpd.points_from_xy(range(10), range(10)), crs=4490
    )
    points.loc[0, "geometry"] = None
    assert contents._thinned(points)["n"].tolist() == [1, 4, 7]
    assert contents._thinned(points.iloc[:5])["n"].tolist() == [1, 2, 3, 4]
    titles = [
        contents.own(some, title="T", name_column="", lang="en").overlays[0].title
        for some in (points, points.iloc[:5])
    ]
    assert titles == ["T (1 of every 3 drawn)", "T"]
    monkeypatch.setattr(contents, "PREVIEW_CORNERS", 100)
    line = shapely.LineString([(x / 1000, math.sin(x) / 1e6) for x in range(1001)])
    lines = gpd.GeoDataFrame(geometry=[line], crs=4490)
    # A tenth of what is drawn once every corner: 1° · 1001 / 100 / 4000 is far above the waves.
    assert len(contents._thinned(lines).geometry[0].coords) == 2
    # A bend of a hundredth of a degree is seen at four times the tolerance of 0.0025°.
    bent = [(103 + x / 1000, 28 + 0.01 * (x % 2)) for x in range(1001)]
    bends = lines.set_geometry([shapely.LineString(bent)])
    assert len(contents._thinned(bends).geometry[0].coords) > 990
    few = lines.set_geometry([shapely.LineString(line.coords[:100])])
    assert len(contents._thinned(few).geometry[0].coords) == 100


def test_what_somebody_brings_is_shown_by_its_names() -> None:
    mixed = gpd.GeoDataFrame(
        {"n": ["a", None]},
        geometry=[shapely.Point(103.6, 28.2), shapely.box(103, 28, 104, 29)],
        crs=4490,
    )
    areas, points = contents.own(mixed, title="T", name_column="n", lang="en").overlays
    assert areas.frame["name_zh"].tolist() == [""]
    assert points.frame["name_en"].tolist() == ["a"]
    assert (points.size_px, points.cluster, points.title) == (4, True, "T")
    assert len(contents.own(mixed[:1], title="T", name_column="", lang="en").overlays) == 1
    assert len(contents.own(mixed[1:], title="T", name_column="", lang="en").overlays) == 1


def test_a_raster_of_people_is_shown_as_coarse_as_it_can_be_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lon, lat = np.arange(103.5, 103.8, 0.1), np.arange(28.3, 28.05, -0.1)
    cells = xr.DataArray(np.ones((lat.size, lon.size)), {"y": lat, "x": lon}, ("y", "x"))
    people = SimpleNamespace(counts=cells.rio.write_crs("EPSG:4490"))

    def shown() -> Any:
        (surface,) = contents.own_people(people, title="T", lang="en").overlays
        return surface

    whole = shown()
    assert (whole.title, whole.title_en, whole.array.shape) == ("T", "T", cells.shape)
    monkeypatch.setattr(contents, "PREVIEW_CELLS", 2)
    coarse = shown()
    # Two by two, and nobody is lost.
    assert coarse.array.shape == (2, 2)
    assert float(coarse.array.sum()) == cells.size
    assert coarse.array.rio.crs == "EPSG:4490"
    assert "2" in coarse.unit
    assert coarse.unit != whole.unit


def test_what_is_said_of_places_is_shown_as_far_as_it_reaches() -> None:
    places = gpd.GeoDataFrame(
        {"id": ["a"], "name_zh": ["甲"], "name_en": ["A"], "accuracy_m": [500.0]},
        geometry=[shapely.Point(105.0, 28.3)],
        crs=4490,
    )
    reach, point = contents.candidates(places, title="T", lang="en").overlays
    west, south, east, north = reach.frame.to_crs(4544).total_bounds
    assert (east - west, north - south) == pytest.approx((1000, 1000), rel=1e-3)
    assert (reach.dashed, point.named, point.title) == (True, True, "T")
    nothing = contents.candidates(places.iloc[:0], title="T", lang="en")
    assert nothing.overlays == ()
    assert list(nothing.frames) == ["quarters"]


def test_a_kind_is_found_by_its_map_and_its_look(monkeypatch: pytest.MonkeyPatch) -> None:
    assert kind_of("coverage") is Coverage
    assert [each.LOOK for each in looks("coverage")] == ["zones", "curve", "reach"]
    for wrong in (("nothing",), ("coverage", "nothing")):
        with pytest.raises(InputError):
            kind_of(*wrong)
    asked = Coverage(SHOPS, QUARTERS, 3000.0)
    assert [asked.column_title(each, lang) for each in ("count", "n") for lang in LANGUAGES] == [
        *("店铺数（个）", "Number of shops", "n", "n")
    ]
    assert Kind.facts(asked, "quarter-west", "quarters", "en") == [("Covered (%)", "6.5")]
    assert Kind.facts(asked, "nowhere", "quarters", "en") == []
    untold = asked.zones_shown().assign(covered_pct=np.nan)
    with monkeypatch.context() as patched:
        patched.setattr(Coverage, "zones_shown", lambda _: untold)
        assert Kind.facts(asked, "quarter-west", "quarters", "en") == []
    assert Kind.headline(asked, "en") == [("Covered (%), highest", "West quarter 6.5")]
    assert asked.counted_in(Zones("squares")).zones == Zones("squares")
    assert asked.over(Points("shops", trade=("food",))).sites.filters
    assert asked.subjects == asked.paged == SHOPS
    assert Distribution(SHOPS, QUARTERS).weight is None
    assert Coverage.title_words() == "coverage zones"
    assert Coverage.words_key() == "kind.coverage.zones"
    assert asked.value_words("layer", "nothing", "en") == "nothing"
