from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from inequality.theil import Theil
from scipy.stats import chi2, entropy
from shapely import Point, box

from geo.errors import CRSError, InputError
from geo.mix.categories import category_table
from geo.mix.concentration import concentration_measures
from geo.mix.specialisation import (
    diversity,
    location_quotient_table,
    location_quotients,
    specialisation_index,
)
from geo.zones import counted

EAST, NORTH = 500_000.0, 3_100_000.0
TABLES = arrays(
    np.int64,
    st.tuples(st.integers(1, 6), st.integers(1, 6)),
    elements=st.integers(0, 50),
).map(pd.DataFrame)


def square(column: float, row: float, side: float = 1.0) -> shapely.Polygon:
    """Square of a lattice of 1 km."""
    x, y = EAST + column * 1000, NORTH + row * 1000
    return box(x, y, x + side * 1000, y + side * 1000)


def at(column: float, row: float) -> Point:
    return Point(EAST + column * 1000, NORTH + row * 1000)


def points_of(*points: object, **columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(points), crs=4547)


ROW = gpd.GeoDataFrame(
    geometry=[square(column, 0) for column in range(3)], index=list("abc"), crs=4547
)


# ---- the table ----


def test_table_of_a_row_of_three() -> None:
    places = [at(0.5, 0.5), at(0.6, 0.5), at(0.7, 0.5), at(1.5, 0.5), at(9, 9), None, at(1.6, 0.5)]
    kind = ["lab", "lab", "campus", "lab", "firm", "lab", None]
    points = points_of(*places, kind=kind, cost=[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0])
    table = category_table(points, ROW, category="kind")
    assert table.columns.tolist() == ["campus", "firm", "lab"]
    assert table.columns.name == "kind"
    assert table.index.tolist() == ["a", "b", "c"]
    assert table.to_numpy().tolist() == [[1, 0, 2], [0, 0, 1], [0, 0, 0]]
    assert table.to_numpy().dtype == np.int64
    assert table.attrs == {
        "measure": "count",
        "category_totals": {"campus": 1, "firm": 0, "lab": 3},
        "zones_overlap": False,
        "points_in_several_zones": 0,
        "points_outside": 1,
        "points_without_place": 1,
        "points_without_category": 1,
        "repaired_zones": [],
        "units": {"campus": "count", "firm": "count", "lab": "count"},
    }
    sums = category_table(points, ROW, category="kind", weights="cost")
    assert sums.to_numpy().tolist() == [[4, 0, 3], [0, 0, 8], [0, 0, 0]]
    # What is known of them already says the same, of those with a category alone too.
    for some in (points, points[:5]):
        known = category_table(some, ROW, category="kind", counted=counted(some, ROW))
        pd.testing.assert_frame_equal(known, category_table(some, ROW, category="kind"))
    assert sums.attrs["measure"] == "weight_sum"
    assert sums.attrs["category_totals"] == {"campus": 4, "firm": 0, "lab": 11}


def test_overlapping_zones_count_a_point_each_and_the_totals_once() -> None:
    zones = gpd.GeoDataFrame(geometry=[square(0, 0, 2), square(1, 0, 2)], index=[7, 7], crs=4547)
    points = points_of(at(0.5, 0.5), at(1.5, 0.5), at(2.5, 0.5), kind=["x", "y", "x"])
    table = category_table(points, zones, category="kind")
    assert table.to_numpy().tolist() == [[1, 1], [1, 1]]
    assert table.attrs["category_totals"] == {"x": 2, "y": 1}
    assert table.attrs["zones_overlap"] is True
    assert table.attrs["points_in_several_zones"] == 1
    # y has half of each zone but, each point once, a third of all
    assert location_quotients(table)["y"].tolist() == [pytest.approx(0.5 / (1 / 3))] * 2
    assert specialisation_index(table).tolist() == [pytest.approx(abs(1 / 2 - 2 / 3) * 2)] * 2


def test_categories_in_their_own_order_and_as_an_array() -> None:
    points = points_of(at(0.5, 0.5), at(1.5, 0.5))
    ordered = pd.Categorical(["b", "a"], categories=["b", "z", "a"])
    table = category_table(points, ROW, category=ordered)
    assert table.columns.tolist() == ["b", "z", "a"]
    assert table.loc["a"].tolist() == [1, 0, 0]
    assert table.columns.name is None
    series = category_table(points, ROW, category=pd.Series([2, 1], name="rank"))
    assert series.columns.tolist() == [1, 2]
    assert series.columns.name == "rank"


def test_in_degrees_and_from_a_series_of_points() -> None:
    points = points_of(at(0.5, 0.5), at(1.5, 0.5)).to_crs(4326).geometry
    table = category_table(points, ROW.to_crs(4490), category=["x", "y"])
    assert table.to_numpy().tolist() == [[1, 0], [0, 1], [0, 0]]


def test_table_agrees_with_a_spatial_join() -> None:
    rng = np.random.default_rng(3)
    points = points_of(
        *shapely.points(rng.uniform(-500, 3500, (400, 2)) * [1, 0.3] + [EAST, NORTH]),
        kind=rng.choice(list("pqr"), 400),
    )
    joined = points.sjoin(ROW)
    expected = pd.crosstab(joined["index_right"], joined["kind"])
    table = category_table(points, ROW, category="kind")
    np.testing.assert_array_equal(table, expected)
    assert table.to_numpy().sum() + table.attrs["points_outside"] == 400


def test_rows_picked_from_a_table_keep_what_they_are_compared_with() -> None:
    points = points_of(at(0.5, 0.5), at(1.5, 0.5), at(1.6, 0.5), kind=["x", "y", "y"])
    table = category_table(points, ROW, category="kind")
    some = location_quotients(table.loc[["b"]])
    assert some.loc["b", "y"] == pytest.approx(1 / (2 / 3))
    pd.testing.assert_frame_equal(some, location_quotients(table).loc[["b"]])


# ---- the measures ----


def test_quotients_by_hand() -> None:
    # zone a has 10 of 40 points, labs are 16 of 40: 8/10 over 16/40
    table = pd.DataFrame({"lab": [8, 8], "campus": [2, 22]}, index=["a", "b"])
    found = location_quotients(table)
    assert found.loc["a", "lab"] == pytest.approx((8 / 10) / (16 / 40))
    assert found.loc["b", "lab"] == pytest.approx((8 / 30) / (16 / 40))
    assert found.loc["a", "campus"] == pytest.approx((2 / 10) / (24 / 40))
    assert found.attrs == {
        "category_totals": {"lab": 16.0, "campus": 24.0},
        "total": 40.0,
        "empty_zones": [],
        "empty_categories": [],
        "units": {"lab": "1", "campus": "1"},
    }


def test_quotients_with_their_intervals_by_hand() -> None:
    table = pd.DataFrame({"lab": [8, 8], "campus": [2, 22]}, index=["a", "b"])
    found = location_quotient_table(table, interval_pct=90)
    row = found.iloc[0]
    assert row[["zone", "category", "count", "zone_count"]].tolist() == ["a", "lab", 8, 10]
    assert row["expected"] == pytest.approx(10 * 16 / 40)
    assert row["quotient"] == pytest.approx(8 / 4)
    assert row["low"] == pytest.approx(chi2.ppf(0.05, 16) / 2 / 4)
    assert row["high"] == pytest.approx(chi2.ppf(0.95, 18) / 2 / 4)
    # 8 for 4 expected: 3.98 is the low end, so that even a quotient of 2 is not sure
    assert row["low"] < 1 < row["high"]
    assert row["reading"] == "unclear"
    assert (
        found["reading"].tolist()
        == ["unclear", "below", "unclear", "unclear"][:1] + found["reading"].tolist()[1:]
    )
    assert found.attrs["interval_pct"] == 90


def test_interval_of_a_known_poisson_count() -> None:
    # Garwood's 95 % limits of a count of 10 are 4.795 and 18.39, of 0 they are 0 and 3.689
    table = pd.DataFrame({"x": [10, 0], "y": [10, 20]})
    found = location_quotient_table(table, interval_pct=95)
    first, last = found.iloc[0], found.iloc[2]
    assert first["low"] * first["expected"] == pytest.approx(4.795, abs=5e-4)
    assert first["high"] * first["expected"] == pytest.approx(18.39, abs=5e-3)
    assert last["low"] == 0
    assert last["high"] * last["expected"] == pytest.approx(3.689, abs=5e-4)
    assert first["reading"] == "unclear"
    assert last["reading"] == "below"


def test_interval_covers_what_it_says() -> None:
    # draws in which the category has the same chance in all zones: at most 10 % are read otherwise
    rng = np.random.default_rng(1)
    wrong = [
        location_quotient_table(pd.DataFrame(rng.multinomial(200, [0.02, 0.08, 0.3, 0.6], 6)))
        for _ in range(60)
    ]
    readings = pd.concat([found["reading"] for found in wrong])
    assert 0.01 < readings.isin(["above", "below"]).mean() < 0.10


def test_specialisation_by_hand() -> None:
    table = pd.DataFrame({"lab": [8, 8, 0], "campus": [2, 22, 0]}, index=list("abc"))
    found = specialisation_index(table)
    assert found["a"] == pytest.approx(abs(0.8 - 0.4) + abs(0.2 - 0.6))
    assert found["b"] == pytest.approx(abs(8 / 30 - 0.4) + abs(22 / 30 - 0.6))
    assert np.isnan(found["c"])
    assert found.attrs["empty_zones"] == ["c"]
    assert found.name == "krugman_index"


def test_specialisation_nears_two_where_nothing_is_shared() -> None:
    # one zone with a kind of its own, that is a thousandth of all
    found = specialisation_index(pd.DataFrame({"x": [1, 0], "y": [0, 999]}))
    assert found[0] == pytest.approx(2 * (1 - 1 / 1000))
    assert found[1] == pytest.approx(2 * (1 - 999 / 1000))


def test_diversity_by_hand() -> None:
    # parts 1/2, 1/4, 1/4: entropy is 1/2 ln 2 + 2 × 1/4 ln 4 = 3/2 ln 2
    found = diversity(
        pd.DataFrame({"x": [2, 5, 0], "y": [1, 0, 0], "z": [1, 0, 0]}, index=[*"abc"])
    )
    assert found.loc["a", "hill_0"] == 3
    assert found.loc["a", "hill_1"] == pytest.approx(2**1.5)
    assert found.loc["a", "hill_2"] == pytest.approx(1 / (1 / 4 + 1 / 16 + 1 / 16))
    assert found.loc["a", "evenness"] == pytest.approx(1.5 * np.log(2) / np.log(3))
    assert found.loc["b", ["hill_0", "hill_1", "hill_2"]].tolist() == [1, 1, 1]
    assert np.isnan(found.loc["b", "evenness"])
    assert found.loc["c", ["total", "hill_0"]].tolist() == [0, 0]
    assert found.loc["c", ["hill_1", "hill_2", "evenness"]].isna().all()
    assert found.attrs["empty_zones"] == ["c"]
    assert found.attrs["one_category_zones"] == ["b"]
    # all zones: 7, 1, 1
    assert found.attrs["all_zones"]["hill_2"] == pytest.approx(81 / 51)


@given(st.integers(1, 30), st.floats(0.1, 1000))
def test_k_equal_categories_are_k_in_every_order(k: int, amount: float) -> None:
    found = diversity(pd.DataFrame(np.full((1, k), amount))).iloc[0]
    for order in ("hill_0", "hill_1", "hill_2"):
        assert found[order] == pytest.approx(k)
    assert k == 1 or found["evenness"] == pytest.approx(1)


@given(TABLES)
def test_diversity_agrees_with_entropy_and_with_concentration(table: pd.DataFrame) -> None:
    found = diversity(table)
    for zone in table.index[table.sum(axis=1) > 0]:
        numbers = table.loc[zone].to_numpy(dtype=float)
        k = len(numbers)
        assert found.loc[zone, "hill_1"] == pytest.approx(np.exp(entropy(numbers)))
        # Theil's T is ln k less the entropy, the HHI one over the Hill number of order 2
        assert found.loc[zone, "hill_1"] == pytest.approx(k * np.exp(-float(Theil(numbers).T)))
        assert found.loc[zone, "hill_2"] == pytest.approx(
            1 / concentration_measures(numbers)["hhi"]
        )
        hills = found.loc[zone, ["hill_0", "hill_1", "hill_2"]].to_numpy(dtype=float)
        assert (np.diff(hills) <= 1e-9).all()


@given(TABLES)
def test_quotients_weighted_by_zone_have_mean_one(table: pd.DataFrame) -> None:
    found = location_quotients(table)
    weight = table.sum(axis=1).to_numpy(dtype=float)
    for kind in table.columns[table.sum() > 0]:
        mean = np.nansum(found[kind] * weight) / weight.sum()
        assert mean == pytest.approx(1)
    empty = table.sum(axis=1) == 0
    assert found[empty].isna().all(axis=None)
    assert found.attrs["empty_zones"] == table.index[empty].tolist()


@given(TABLES)
def test_long_table_says_the_same(table: pd.DataFrame) -> None:
    long = location_quotient_table(table)
    wide = long.pivot_table(index="zone", columns="category", values="quotient", dropna=False)
    np.testing.assert_allclose(wide, location_quotients(table).astype(float))
    known = long[long["reading"] != "no points"]
    assert (known["low"] <= known["quotient"]).all()
    assert (known["quotient"] < known["high"]).all()
    assert known[["quotient", "low", "high"]].notna().all(axis=None)
    unknown = long[long["reading"] == "no points"]
    assert unknown[["quotient", "low", "high"]].isna().all(axis=None)
    by_kind = long.groupby("category")["expected"].sum()
    np.testing.assert_allclose(by_kind, table.sum().to_numpy(), atol=1e-9)


@given(TABLES, st.floats(1e-3, 1e3))
def test_scale_and_order_of_categories_do_not_matter(table: pd.DataFrame, factor: float) -> None:
    index = specialisation_index(table)
    turned = table[table.columns[::-1]] * factor
    np.testing.assert_allclose(specialisation_index(turned), index, atol=1e-9)
    np.testing.assert_allclose(
        diversity(turned).drop(columns="total"), diversity(table).drop(columns="total"), rtol=1e-9
    )
    assert index.dropna().between(0, 2).all()


# ---- what is degenerate, and what is refused ----


def test_no_points_and_no_zones() -> None:
    nothing = category_table(points_of(kind=[]), ROW, category="kind")
    assert nothing.shape == (3, 0)
    assert diversity(nothing)["hill_0"].tolist() == [0, 0, 0]
    assert specialisation_index(nothing).isna().all()
    assert location_quotients(nothing).shape == (3, 0)
    assert location_quotient_table(nothing).empty
    no_zone = category_table(points_of(at(0, 0), kind=["x"]), ROW.iloc[:0], category="kind")
    assert no_zone.shape == (0, 1)
    assert no_zone.attrs["points_outside"] == 1
    assert location_quotients(no_zone).attrs["empty_categories"] == ["x"]
    assert diversity(no_zone).empty
    assert location_quotient_table(no_zone).empty


def test_zones_that_no_point_meets() -> None:
    table = category_table(points_of(at(50, 50), kind=["x"]), ROW, category="kind")
    assert table["x"].tolist() == [0, 0, 0]
    found = location_quotients(table)
    assert found.isna().all(axis=None)
    assert found.attrs["empty_zones"] == ["a", "b", "c"]
    assert found.attrs["empty_categories"] == ["x"]
    assert location_quotient_table(table)["reading"].tolist() == ["no points"] * 3
    assert diversity(table).attrs["all_zones"]["total"] == 0


def test_invalid_zones_are_repaired_and_named() -> None:
    corners = [(0, 0), (2000, 2000), (2000, 0), (0, 2000)]
    bow_tie = shapely.Polygon([(EAST + x, NORTH + y) for x, y in corners])
    zones = gpd.GeoDataFrame(geometry=[bow_tie, None], index=["x", "none"], crs=4547)
    points = points_of(at(1.9, 1.0), at(1.0, 1.9), kind=["p", "q"])
    with pytest.warns(UserWarning, match="category_table: 1 of 2 zones were not valid"):
        table = category_table(points, zones, category="kind")
    assert table.to_numpy().tolist() == [[1, 0], [0, 0]]
    assert table.attrs["repaired_zones"] == ["x"]


def test_one_category_alone() -> None:
    table = pd.DataFrame({"x": [3, 4]})
    assert location_quotients(table)["x"].tolist() == [1, 1]
    assert specialisation_index(table).tolist() == [0, 0]
    assert diversity(table).attrs["one_category_zones"] == [0, 1]


@pytest.mark.parametrize(
    ("category", "message"),
    [
        ("sort", "no column 'sort' for the categories. The columns are kind, geometry"),
        (["x"], "1 categories for 2 points"),
        (pd.Series(["x", "y"], index=[5, 6]), "categories have another index"),
        ({"x", "y"}, "category is .* Pass the name of a column or one category for each"),
        ({0: "x", 1: "y"}, "category is .* Pass the name of a column"),
        (pd.DataFrame({"a": ["x", "y"]}), "category is .* Pass the name of a column"),
        (np.array([["x"], ["y"]]), "category is .* Pass the name of a column"),
        (gpd.GeoSeries([at(0, 0), at(1, 1)], crs=4547), "category is .* Pass the name of a column"),
        ("geometry", "geometry"),
        ([["x"], ["y"]], "category is .* Pass the name of a column"),
        (pd.Series([["x"], ["y"]]), "cannot be told apart .* Pass texts or numbers"),
    ],
)
def test_categories_that_are_refused(category: object, message: str) -> None:
    points = points_of(at(0.5, 0.5), at(1.5, 0.5), kind=["x", "y"])
    with pytest.raises(InputError, match=message):
        category_table(points, ROW, category=category)


def test_points_and_zones_that_are_refused() -> None:
    points = points_of(at(0.5, 0.5), kind=["x"])
    with pytest.raises(CRSError, match=r"category_table: .*one CRS"):
        category_table(points.to_crs(4490), ROW, category="kind")
    with pytest.raises(InputError, match=r"category_table: .*are no points"):
        category_table(ROW.assign(kind="x"), ROW, category="kind")
    with pytest.raises(InputError, match=r"category_table: .*weights are negative"):
        category_table(points, ROW, category="kind", weights=[-1])


@pytest.mark.parametrize(
    "measure", [location_quotients, location_quotient_table, specialisation_index, diversity]
)
@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pd.DataFrame({"x": [1.0, np.nan]}), "1 of 2 numbers are negative, missing"),
        (pd.DataFrame({"x": [1, -1], "y": [1, np.inf]}), "2 of 4 numbers"),
        (pd.DataFrame({"name": ["a", "b"]}), "columns that are no numbers"),
        (pd.DataFrame([[1, 2]], columns=["x", "x"]), "'x' has several columns"),
        (pd.Series([1, 2]), "got Series"),
    ],
)
def test_tables_that_are_refused(measure: object, table: object, message: str) -> None:
    with pytest.raises(InputError, match=message) as error:
        measure(table)  # type: ignore[operator]
    assert str(error.value).startswith(f"{measure.__name__}: ")  # type: ignore[attr-defined]


def test_intervals_of_what_is_not_counted_are_refused() -> None:
    points = points_of(at(0.5, 0.5), kind=["x"])
    sums = category_table(points, ROW, category="kind", weights=[3.0])
    for table in (sums, pd.DataFrame({"x": [0.5, 1]})):
        with pytest.raises(InputError, match="sums, not counts"):
            location_quotient_table(table)
    with pytest.raises(InputError, match="interval_pct is 100"):
        location_quotient_table(pd.DataFrame({"x": [1]}), interval_pct=100)


def test_what_quotients_come_with_is_counted_or_pure() -> None:
    table = pd.DataFrame({"lab": [3, 1], "campus": [1, 3]}, index=["west", "east"])
    attrs = location_quotient_table(table).attrs
    units = attrs["units"]
    assert {name: units[name] for name in ("count", "expected", "quotient", "low", "high")} == {
        **dict.fromkeys(("count", "expected"), "count"),
        **dict.fromkeys(("quotient", "low", "high"), "1"),
    }
    assert attrs["interval_pct"] == 90
