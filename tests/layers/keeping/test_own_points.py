"""Points that somebody brings: made a layer once, then asked all that platforms are asked."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
from shapely import Point, box

import layers
from geo.errors import InputError
from layers import questions
from layers.keeping import brought
from layers.keeping.brought import Owner, keep_points
from layers.keeping.own_points import AMOUNT, Roles, own_points
from layers.look.sheet import INTERNAL, Sheet
from layers.outputs import output
from layers.questions import patterns, spacing, zone_results
from layers.questions.belonging import belonging
from layers.questions.centres import Centres
from layers.questions.counting import Distribution
from layers.questions.density import density_unit
from layers.questions.distribution import Shown
from layers.questions.hot_spots import HotSpots
from layers.questions.mix import Diversity, Quotients, Specialisation
from layers.questions.spacing import Spacing
from layers.questions.subjects import Points, Zones
from layers.record.specification import MapSpec

SHOPS = 60


def shops() -> gpd.GeoDataFrame:
    """Give shops in rows of ten over Yuelu, the last without a place."""
    at = np.arange(SHOPS)
    frame = gpd.GeoDataFrame(
        {
            "店名": [f"店{n}" for n in at],
            "类型": np.where(at % 3 == 0, "书店", "茶馆"),
            "营业额": at * 10.0,
            "开业": "2021-05-01",
        },
        geometry=gpd.points_from_xy(112.86 + at % 10 * 0.008, 28.14 + at // 10 * 0.008),
        crs=4490,
    )
    frame.loc[SHOPS - 1, "geometry"] = None
    return frame


@pytest.fixture
def own() -> Points:
    owner = Owner()
    roles = Roles(name="店名", category="类型", weight="营业额", date="开业")
    name = keep_points(own_points(shops(), title="书店与茶馆", roles=roles), owner=owner)
    own_layer = Points(name)
    yield own_layer
    brought.release(owner)


def test_columns_are_what_the_reader_says_they_are() -> None:
    roles = Roles(name="店名", category="类型", weight="营业额", date="开业")
    layer = own_points(shops(), title="店", roles=roles, accuracy_m=50.0)
    assert layer["name_zh"].tolist()[:2] == ["店0", "店1"]
    assert set(layer["category"]) == {"书店", "茶馆"}
    assert layer[AMOUNT].sum() == 10.0 * SHOPS * (SHOPS - 1) / 2
    assert layer["date"].iloc[0] == "2021-05-01"
    assert layer["accuracy_m"].iloc[0] == 50.0
    assert (layer["evidence"] == "unlocated").sum() == 1
    assert layer.crs.to_epsg() == 4490


def test_of_areas_a_point_inside_is_taken() -> None:
    areas = gpd.GeoDataFrame({"a": [1]}, geometry=[box(112.8, 28.1, 112.9, 28.2)], crs=4490)
    assert own_points(areas, title="x").geometry.iloc[0].within(areas.geometry.iloc[0])


@pytest.mark.parametrize(
    ("changed", "roles", "code"),
    [
        ({}, Roles(name="名"), "own.no_column"),
        ({"营业额": "很多"}, Roles(weight="营业额"), "own.weight"),
        ({"营业额": -1.0}, Roles(weight="营业额"), "own.weight"),
        ({"营业额": np.inf}, Roles(weight="营业额"), "own.weight"),
        ({"类型": [f"t{n}" for n in range(SHOPS)]}, Roles(category="类型"), None),
        ({"geometry": [None] * SHOPS}, Roles(), "own.no_place"),
    ],
)
def test_what_is_no_such_column_is_refused_in_words(
    changed: dict[str, object], roles: Roles, code: str | None
) -> None:
    frame = shops().assign(**changed)
    if code is None:  # sixty kinds are just allowed, one more is not
        assert own_points(frame, title="x", roles=roles)["category"].nunique() == SHOPS
        more = gpd.GeoDataFrame(
            {"类型": [f"t{n}" for n in range(61)]}, geometry=[Point(112.9, 28.2)] * 61, crs=4490
        )
        with pytest.raises(InputError, match="at most 60"):
            own_points(more, title="x", roles=roles)
        return
    with pytest.raises(InputError) as refused:
        own_points(frame.set_geometry("geometry", crs=4490), title="x", roles=roles)
    assert refused.value.code == code
    assert "own_points" not in refused.value.sentence("zh")


def test_own_points_are_asked_how_dense_they_are(own: Points) -> None:
    surface = questions.density_surface(questions.Density(own, bandwidth_m=1500.0))
    cells = float(surface.sum()) * 0.25**2
    assert cells == pytest.approx(SHOPS - 1, rel=0.01)
    weighted = questions.density_surface(
        questions.Density(own, bandwidth_m=1500.0, weight=own.amount)
    )
    assert float(weighted.max()) > float(surface.max())


def test_an_own_column_lends_its_name_and_no_unit(own: Points) -> None:
    asked = questions.Density(own, bandwidth_m=1500.0, weight=own.amount)
    units = [
        density_unit(replace(asked, unit=unit), lang)
        for unit in ("per_km2", "count", "share")
        for lang in ("zh", "en")
    ]
    assert units == [
        "“营业额”/km²",
        "营业额 per km²",
        "“营业额”/栅格",
        "营业额 per cell",
        "占“营业额”合计的 %/栅格",
        "% of all 营业额 per cell",
    ]
    pattern = HotSpots(own, Zones("squares", cell_m=2000), weight=own.amount)
    cards = [getattr(each, "columns", {}) for each in pattern.content("zh").overlays]
    assert "“营业额”合计" in {card.get("weight_sum") for card in cards}


def test_rows_of_a_file_repeat_no_other_and_no_text_says_where_they_belong(own: Points) -> None:
    assert own.repeats() == 0
    with pytest.raises(InputError) as refused:
        belonging(Distribution(own, Zones("circles")))
    assert "text" in str(refused.value)


def test_own_points_are_asked_who_is_covered(own: Points) -> None:
    zones = questions.covered_zones(questions.Coverage(own, Zones("districts"), distance_m=3000.0))
    assert zones.set_index("name_zh").loc["岳麓区", "covered_pct"] > 5


def test_own_points_are_counted_summed_and_mixed(own: Points) -> None:
    asked = questions.Distribution(own, Zones("districts"))
    count = zone_results.table(Shown(asked, "count")).set_index("name_zh")
    assert count.loc["岳麓区", "count"] == SHOPS - 1
    total = zone_results.table(Shown(asked, "investment")).set_index("name_zh")
    assert total.loc["岳麓区", "weight_sum"] == 10.0 * (SHOPS - 1) * (SHOPS - 2) / 2
    mixed = zone_results.table(Shown(asked, "sector")).set_index("name_zh")
    assert mixed.loc["岳麓区", "sectors"] == 2
    assert Shown(asked, "investment").titles == ("“营业额”合计", "Sum of 营业额")
    assert (
        questions.zone_counts(
            questions.Distribution(own.filtered("category", ("书店",)), Zones("districts"))
        )["count"].sum()
        == 20
    )


def test_without_amounts_nothing_is_added_up() -> None:
    owner = Owner()
    plain = Points(keep_points(own_points(shops(), title="店"), owner=owner))
    with pytest.raises(InputError) as refused:
        questions.measured(questions.Distribution(plain, Zones("districts")), "investment")
    assert refused.value.code == "own.no_amount"


def test_without_categories_nothing_is_compared() -> None:
    owner = Owner()
    plain = Points(keep_points(own_points(shops(), title="店"), owner=owner))
    asked = questions.Distribution(plain, Zones("districts"))
    for answer in (
        *(kind(asked).answer for kind in (Quotients, Specialisation, Diversity)),
        lambda: questions.measured(asked, "sector"),
    ):
        with pytest.raises(InputError, match="says what it is in 'category'") as refused:
            answer()
        assert refused.value.code == "mix.no_category"


def test_own_points_are_asked_for_their_pattern(own: Points) -> None:
    spots = HotSpots(own, Zones("squares", cell_m=3000))
    assert spots.refusal() is None
    assert "书店与茶馆" in spots.title("zh")
    assert "书店与茶馆" in spots.told("zh")[0]
    assert patterns.scope(spots).points == SHOPS - 1
    assert Spacing(own).told("en")
    assert spacing.places_inside(own) == SHOPS - 1
    assert any("书店" in sentence for sentence in Centres(own, own.group).told("zh"))


@pytest.mark.parametrize("suffix", [".png", ".html", ".pptx", ".gpkg"])
def test_maps_of_own_points_leave_in_every_format(own: Points, suffix: str) -> None:
    spec = MapSpec(
        "distribution",
        Sheet(title="店", review_number=INTERNAL, size="A4", dpi=80),
        {"layer": own.layer, "zoning": "districts", "measure": "investment"},
    )
    assert len(output(spec, suffix)) > 5000


def test_the_map_of_own_points_shows_them(own: Points) -> None:
    content = questions.Density(own, bandwidth_m=1500.0).content("zh")
    assert content.overlays[-1].title == "书店与茶馆"
    assert len(content.overlays[-1].frame) == SHOPS - 1


def test_points_that_are_no_longer_kept_are_refused_in_words() -> None:
    owner = Owner()
    gone = Points(keep_points(own_points(shops(), title="店"), owner=owner))
    brought.release(owner)
    with pytest.raises(InputError) as refused:
        gone.located()
    assert refused.value.code == "kept.gone"
    assert layers.load("platforms") is not None


@pytest.mark.parametrize(
    ("told", "is_date"),
    [
        *(("2024", True), ("2024-06", True), ("2024/6/30", True), ("2024年6月底", True)),
        *(
            ("20240630", True),
            ("2024-06-30 12:00:00", True),
            ("２０２４", True),
            ("2022-2024", True),
        ),
        *(("2024-13-45", False), ("2024-02-30", False), ("1200", False), ("9999-12-31", False)),
        *(("99999-01-01", False), ("-0044-03-15", False), ("24:00", False), ("待定", False)),
    ],
)
def test_what_is_no_date_is_refused_with_its_row(told: str, *, is_date: bool) -> None:
    frame = gpd.GeoDataFrame(
        {"开业": ["2020", None, told]},
        geometry=gpd.points_from_xy([112.9] * 3, [28.2] * 3),
        crs=4490,
    )
    roles = Roles(date="开业")
    if is_date:
        dates = own_points(frame, title="店", roles=roles)["date"]
        assert dates.dropna().tolist() == ["2020", told]
        return
    with pytest.raises(InputError, match="in rows 3,") as error:
        own_points(frame, title="店", roles=roles)
    assert error.value.code == "own.date"
    for lang in ("zh", "en"):
        assert "3" in error.value.sentence(lang)


def test_years_with_gaps_stay_whole() -> None:
    frame = gpd.GeoDataFrame(
        {"年": [2024.0, np.nan]}, geometry=gpd.points_from_xy([112.9] * 2, [28.2] * 2), crs=4490
    )
    dates = own_points(frame, title="店", roles=Roles(date="年"))["date"]
    assert dates.dropna().tolist() == ["2024"]
