"""Features that may lie elsewhere: values that a reader can work out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import LineString, MultiPoint, Point, box

import geo
from geo import supports as supports_
from geo.errors import InputError
from geo.supports import Supports, accuracy_of, evenly, supports
from geo.zones import Elsewhere, elsewhere

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

EAST, NORTH = 500_000.0, 3_100_000.0


def at(x: float, y: float) -> Point:
    return Point(EAST + x, NORTH + y)


def of(accuracy: list[object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"accuracy_m": accuracy}, geometry=[at(0, 0)] * len(accuracy), crs=4547)


def square(west_m: float) -> BaseGeometry:
    return box(EAST + west_m, NORTH, EAST + west_m + 1000, NORTH + 1000)


def ahead(*, overlap: bool = False) -> Elsewhere:
    """Two squares of 1 km side by side, and a point in the middle of each, 100 and 400 m unsure."""
    points = of([100.0, 400.0]).set_geometry([at(500, 500), at(1500, 500)], crs=4547)
    zones = np.array([square(0), square(1000)])
    return elsewhere(points, np.arange(2), zones, points.crs, overlap=overlap)


def within(*extents: object, drawn_at: Point | None = None) -> gpd.GeoDataFrame:
    """Features that are somewhere in an extent, all drawn in one spot."""
    column = np.empty(len(extents), dtype=object)
    column[:] = extents
    spot = drawn_at or at(500, 500)
    return gpd.GeoDataFrame({"place_extent": column}, geometry=[spot] * len(extents), crs=4547)


def laid(*extents: object) -> Supports:
    frame = within(*extents)
    return supports(frame, np.arange(len(frame)), frame.crs)


def test_nothing_and_a_thousand_kilometres_are_the_bounds() -> None:
    assert accuracy_of(of([0, 1_000_000])).tolist() == [0.0, 1_000_000.0]
    assert np.isnan(accuracy_of(of([None, np.nan]))).all()
    with pytest.raises(
        InputError, match=r"f: 3 values of accuracy_m .* 1,000,000 m.* is -1.0"
    ) as no:
        accuracy_of(of([0, -1, 1_000_001, np.inf]), function="f")
    assert no.value.values == {"rows": 3, "most": 1e6, "first": -1.0}
    with pytest.raises(InputError, match="f: accuracy_m is not all numbers") as no:
        accuracy_of(of([5, "near"]), function="f")
    assert (no.value.code, no.value.values) == ("values.text_in", {"column": "accuracy_m"})


def test_who_says_nothing_of_accuracy_has_none() -> None:
    for points in (of([5, 6]).geometry, of([5, 6]).drop(columns="accuracy_m")):
        assert np.isnan(accuracy_of(points)).tolist() == [True, True]


def test_each_point_is_moved_by_its_own_accuracy() -> None:
    errors = np.array(
        [
            [[0, 0], [0, 0]],  # where they are
            [[6, 0], [-2, 0]],  # 500 + 600 and 1500 − 800: each in the square of the other
            [[0, 6], [2, 0]],  # 500 + 600 to the north, 1500 + 800 to the east: outside
        ]
    )
    place, zone = ahead().pairs(ahead().places.drawn(errors))
    assert place.tolist() == [0, 1, 2, 3]
    assert zone.tolist() == [0, 1, 1, 0]


def test_a_point_on_a_border_counts_once_where_zones_do_not_overlap() -> None:
    onto_border = np.array([[[5, 0], [0, 0]]])  # 500 + 500
    place, zone = ahead().pairs(ahead().places.drawn(onto_border))
    assert (place.tolist(), zone.tolist()) == ([0, 1], [0, 1])
    place, zone = ahead(overlap=True).pairs(ahead().places.drawn(onto_border))
    assert sorted(zip(place.tolist(), zone.tolist(), strict=True)) == [(0, 0), (0, 1), (1, 1)]


def test_what_is_somewhere_in_an_area_counts_by_the_parts_of_it() -> None:
    # three quarters of the area in the first square, drawn in the other
    extent = box(EAST + 250, NORTH + 300, EAST + 1250, NORTH + 700)
    zones = gpd.GeoDataFrame(geometry=[square(0), square(1000)], crs=4547)
    counted = geo.distribution(within(extent, None, drawn_at=at(1500, 500)), zones)
    np.testing.assert_allclose(counted["count"], [0.75, 1.25], atol=0.005)
    np.testing.assert_allclose(counted["count_sd"], (0.75 * 0.25) ** 0.5, atol=0.005)
    assert counted.attrs["points_without_accuracy"] == 1


def test_a_part_of_an_extent_may_be_in_no_zone() -> None:
    zones = gpd.GeoDataFrame(geometry=[square(0)], crs=4547)
    counted = geo.distribution(within(box(EAST - 300, NORTH, EAST + 700, NORTH + 9)), zones)
    np.testing.assert_allclose(counted.attrs["points_in_any_zone"], 0.7, atol=0.005)
    np.testing.assert_allclose(counted.attrs["points_outside"], 0.3, atol=0.005)
    assert counted["share_pct"].tolist() == [100.0]


def test_along_a_line_parts_count_by_their_length() -> None:
    bent = shapely.union_all(
        [LineString([at(0, 0), at(300, 0)]), LineString([at(5000, 0), at(5000, 700)])]
    )
    xy = laid(bent).xy - (EAST, NORTH)
    assert (xy[:, 0] < 4000).mean() == pytest.approx(0.3, abs=0.002)
    np.testing.assert_allclose(np.diff(xy[xy[:, 0] < 4000, 0]), 1000 / 512, rtol=0.01)


def test_one_of_several_places_is_as_likely_as_it_weighs() -> None:
    several = [(at(0, 0), 3.0), (box(EAST + 900, NORTH, EAST + 901, NORTH + 1), 1.0)]
    found = laid(several, MultiPoint([at(0, 0), at(10, 0), at(20, 0), at(30, 0)]))
    east = found.xy[:, 0] - EAST
    assert found.first.tolist() == [0, 512, 1024]
    assert (east[:512] == 0).sum() == 384
    assert np.unique(east[512:], return_counts=True)[1].tolist() == [128] * 4
    np.testing.assert_allclose(np.bincount(found.feature, found.share), 1.0)


@pytest.mark.parametrize("shape", [box(0, 0, 1e4, 1), Point(0, 0).buffer(5), box(0, 0, 1, 0)])
def test_thin_and_flat_shapes_are_stood_for_too(shape: BaseGeometry) -> None:
    # a diagonal sliver fills almost nothing of its own bounds
    turned = shapely.affinity.translate(shapely.affinity.rotate(shape, 45), EAST, NORTH)
    found = laid(turned)
    assert len(found.xy) >= 1
    assert (shapely.distance(turned, shapely.points(found.xy)) < 1e-6).all()


def test_few_features_lie_alike_around_their_middles_and_many_each_its_own_way() -> None:
    for features, alike in ((2, True), (1000, False)):
        points = of([100.0] * features)
        found = supports(points, np.arange(features), points.crs)
        away = (found.xy - (EAST, NORTH)).reshape(features, -1, 2)
        assert np.array_equal(away[0], away[1]) is alike
        assert np.abs(away).max() < 500


def test_the_mean_of_draws_is_what_was_expected() -> None:
    extent = box(EAST + 250, NORTH + 300, EAST + 1250, NORTH + 700)
    zones = gpd.GeoDataFrame(geometry=[square(0), square(1000)], crs=4547)
    points = within(extent, LineString([at(900, 500), at(1100, 500)]), None)
    points["accuracy_m"] = [np.nan, 20.0, 300.0]  # the extent goes before the accuracy
    drawn = geo.uncertainty(points, zones, draws=4000)
    assert drawn.moved == 3
    np.testing.assert_allclose(
        drawn.counts.mean(axis=0), geo.distribution(points, zones)["count"], atol=0.04
    )
    assert drawn.zones[["count_low", "count_high"]].to_numpy().tolist() == [[1, 3], [0, 2]]


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        Point(np.nan, 0),
        [(at(0, 0), "x")],
        "there",
        Point(),
        [(at(0, 0), 0.0)],
        [at(0, 0)],
        [(at(0, 0), np.inf)],
        5,
    ],
)
def test_what_is_no_extent_is_refused(wrong: object) -> None:
    zones = gpd.GeoDataFrame(geometry=[square(0)], crs=4547)
    with pytest.raises(InputError, match="the place_extent in row 1 is") as no:
        geo.distribution(within(None, wrong), zones)
    assert (no.value.code, no.value.values) == ("values.extent", {"row": 1})


def test_an_extent_in_another_crs_is_refused() -> None:
    points = within(None)
    points["place_extent"] = gpd.GeoSeries([Point(112, 28)], crs=4490)
    zones = gpd.GeoDataFrame(geometry=[square(0)], crs=4547)
    with pytest.raises(geo.CRSError):
        geo.distribution(points, zones)


def test_features_of_one_place_move_together() -> None:
    zones = gpd.GeoDataFrame(geometry=[square(0), square(1000)], crs=4547)
    both = box(EAST, NORTH, EAST + 2000, NORTH + 1000)
    alone = within(*[both] * 4)
    together = alone.assign(place_id=["site", "site", "site", None])
    np.testing.assert_allclose(geo.distribution(alone, zones)["count"], 2, atol=0.01)
    np.testing.assert_allclose(geo.distribution(together, zones)["count"], 2, atol=0.01)
    # of four coins the variance is 4 / 4, of one that counts thrice and one alone 9 / 4 + 1 / 4
    np.testing.assert_allclose(geo.distribution(alone, zones)["count_sd"], 1.0, atol=0.01)
    np.testing.assert_allclose(geo.distribution(together, zones)["count_sd"], 2.5**0.5, atol=0.01)
    drawn = geo.uncertainty(together, zones).counts[:, 0]
    assert {*drawn.tolist()} == {0, 1, 3, 4}
    assert np.var(drawn) == pytest.approx(2.5, rel=0.1)


@pytest.mark.parametrize("count", [2_000, 20_000, 70_000])
def test_many_features_in_one_spot_are_spread_as_one_is(count: int) -> None:
    # With fewer points for each their errors must cancel: P = 0.337 · 0.236 by the normal table.
    zone = box(EAST - 700, NORTH + 200, EAST + 200, NORTH + 800)
    many = gpd.GeoDataFrame(
        {"accuracy_m": np.full(count, 1000.0)}, geometry=[at(0, 500)] * count, crs=4547
    )
    found = geo.distribution(many, gpd.GeoDataFrame(geometry=[zone], crs=4547))
    assert found["count"][0] / count == pytest.approx(0.0795, abs=0.001)


def test_weights_hold_whatever_the_shapes_are_and_however_many_features() -> None:
    zones = gpd.GeoDataFrame(geometry=[square(0), square(1000)], crs=4547)
    sliver = shapely.Polygon([at(0, 0), at(1000, 1000), at(1000, 999)])
    for first in (square(0), MultiPoint([at(500, 500)] * 5000), sliver):
        pair = [(first, 9.0), (square(1000), 1.0)]
        for count in (1, 5000):
            counted = geo.distribution(within(*[pair] * count), zones)["count"] / count
            np.testing.assert_allclose(counted, [0.9, 0.1], atol=0.003)


def test_small_parts_far_apart_and_crossed_rings_are_stood_for() -> None:
    zones = gpd.GeoDataFrame(geometry=[square(0), square(1000)], crs=4547)
    far = shapely.MultiPolygon([at(500, 500).buffer(30), at(1e6, 1e6).buffer(30)])
    crossed = shapely.Polygon([at(0, 0), at(2000, 1000), at(2000, 0), at(0, 1000)])
    assert geo.distribution(within(far), zones)["count"].tolist() == pytest.approx([0.5, 0.0])
    counted = geo.distribution(within(crossed), zones)["count"]
    assert counted.tolist() == pytest.approx([0.5, 0.5], abs=0.01)


def test_a_thin_area_across_its_box_has_as_many_points_as_are_wanted() -> None:
    for across in (1.0, 3.0, 10.0, 40.0):
        thin = shapely.Polygon([(0, 0), (1000, 1000), (1000, 1000 + across), (0, across)])
        for count in (1, 7, 50, 128):
            spread = evenly(thin, count)
            assert spread.shape == (count, 2)
            assert shapely.distance(shapely.points(spread), thin).max() < 1e-6


# ---- how points are spread


def test_numbers_that_spread_evenly() -> None:
    golden, (east, north) = supports_._GOLDEN, supports_._STEPS
    assert golden**2 + golden == pytest.approx(1)
    assert (east**-3, north) == (pytest.approx(1 / east + 1), pytest.approx(east**2))


def test_points_of_a_normal_error_lie_on_rings_of_equal_chance() -> None:
    """Beyond the radius r lies exp(−r² / 2) of the chance; each next one is turned by 137.5°."""
    for ring, turn in ((0.5, 0.5), (0.25, 0.75)):
        (spread,) = supports_._sunflower(4, np.array([[ring, turn]]))
        east, north = spread.T
        beyond = np.exp(-(east**2 + north**2) / 2)
        np.testing.assert_allclose(beyond, 1 - (np.arange(4) + ring) / 4)
        turned = np.degrees(np.arctan2(north, east)) % 360
        np.testing.assert_allclose(
            (turned - 137.50776405 * np.arange(4)) % 360, np.full(4, 360 * (turn - 0.5)), atol=1e-6
        )


@pytest.mark.parametrize(
    ("weights", "count", "shares"),
    [([1, 1], 4, [2, 2]), ([3, 1], 8, [6, 2]), ([1, 1, 1], 4, [1, 2, 1]), ([9, 1], 1, [1, 0])],
)
def test_points_are_shared_out_by_weight(
    weights: list[float], count: int, shares: list[int]
) -> None:
    assert supports_._shared_out(np.array(weights, float), count).tolist() == shares


@pytest.mark.parametrize(
    ("shape", "count", "expected"),
    [
        (LineString([(0, 0), (8, 0)]), 4, [(1, 0), (3, 0), (5, 0), (7, 0)]),
        (shapely.from_wkt("MULTILINESTRING ((0 0,2 0),(5 5,5 7))"), 2, [(1, 0), (5, 6)]),
        (shapely.from_wkt("MULTILINESTRING ((0 0,2 0),(5 5,5 7))"), 0, []),
        (MultiPoint([(at, 0) for at in range(5)]), 2, [(0, 0), (2, 0)]),
        (MultiPoint([(at, 0) for at in range(2)]), 2, [(0, 0), (1, 0)]),
        (MultiPoint([(at, 0) for at in range(2)]), 3, [(0, 0), (1, 0), (0, 0)]),
        # Lines count only where there is no area, points where there is no line.
        (shapely.from_wkt("GEOMETRYCOLLECTION (POINT (9 9),LINESTRING (0 0,2 0))"), 1, [(1, 0)]),
        (box(0, 0, 1, 0), 2, [(0.75, 0), (0.25, 0)]),
    ],
)
def test_where_points_of_a_shape_lie(
    shape: BaseGeometry, count: int, expected: list[tuple[float, float]]
) -> None:
    found = evenly(shape, count)
    assert found.shape == (count, 2)
    assert [tuple(xy) for xy in found.tolist()] == expected


def test_points_of_an_area_are_in_its_quarters_alike() -> None:
    xy = evenly(box(EAST, NORTH, EAST + 8, NORTH + 2), 400) - (EAST, NORTH)
    assert xy.min() > 0
    assert (xy < (8, 2)).all()
    quarters = np.bincount((xy[:, 0] // 2).astype(int))
    assert quarters.min() >= 98
    assert quarters.max() <= 102


def test_some_features_keep_their_own_points() -> None:
    xy = np.arange(12.0).reshape(6, 2)
    whole = Supports(
        xy, np.array([0, 1, 4, 6]), xy[:3], np.array([5.0, np.nan, np.nan]), np.array([0, 1, 1])
    )
    assert whole.exact.tolist() == [True, False, False]
    assert whole.feature.tolist() == [0, 1, 1, 1, 2, 2]
    np.testing.assert_allclose(whole.share, [1, *[1 / 3] * 3, *[1 / 2] * 2])
    some = whole.only(np.array([True, False, True]))
    assert some.first.tolist() == [0, 1, 3]
    assert some.xy.tolist() == xy[[0, 4, 5]].tolist()
    assert (some.centre.tolist(), some.place.tolist()) == (xy[[0, 2]].tolist(), [0, 1])
    # Moved by five times the error, or put on one of the points as the error is small or large.
    errors = np.array([[[1.0, -1.0], [0.0, 9.0]], [[0.0, 2.0], [9.0, 0.0]]])
    assert whole.drawn(errors).tolist() == [
        [[5, -4], xy[2].tolist(), xy[5].tolist()],
        [[0, 11], xy[3].tolist(), xy[5].tolist()],
    ]
