"""How far shapes are from those that they are held against."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import Point, box

from geo.exchange import fits

M_PER_DEG = 111_195.0  # of latitude, on a sphere


def test_edges_are_as_far_apart_as_most_of_their_length() -> None:
    # Around the equator, so that a degree is as long both ways; 0.002° wider on every side.
    inner, outer = box(0.0, -0.005, 0.01, 0.005), box(-0.002, -0.007, 0.012, 0.007)
    apart = fits._apart(np.array([inner]), np.array([outer]))
    assert apart[0] == pytest.approx(0.0, abs=1e-6)
    assert apart[1] == pytest.approx(0.002 * M_PER_DEG, rel=0.01)


# ---- which of two files are the same features ----


def named(**columns: list[object]) -> gpd.GeoDataFrame:
    rows = len(next(iter(columns.values())))
    return gpd.GeoDataFrame(columns, geometry=[None] * rows, crs=4490)


@pytest.mark.parametrize(
    ("values", "naming"),
    [
        # A letter names nothing, and a number of five digits may be any number.
        (["a", "甲乙", "12345", "123456"], [1, 3]),
        (["ab", "cd", "ab"], [1]),
        ([" ab ", None], [0]),
        ([430104, 43010], [0]),
        ([430104.0], []),
        ([True, False], []),
    ],
)
def test_names_and_codes_name_what_has_them_alone(values: list[object], naming: list[int]) -> None:
    pairs = fits.same_names(named(n=values), named(m=values))
    assert pairs.ours.tolist() == pairs.known.tolist() == naming


@pytest.mark.parametrize(("at", "matched"), [(29, 1), (30, 0)])
def test_names_stand_in_the_first_thirty_columns(at: int, matched: int) -> None:
    wide = named(**{f"c{column}": ["岳麓区" if column == at else None] for column in range(31)})
    assert len(fits.same_names(wide, named(n=["岳麓区"])).ours) == matched
    assert len(fits.same_names(named(n=["岳麓区"]), wide).ours) == matched


def test_the_two_columns_with_most_in_common_match() -> None:
    ours = named(other=["x1", "x2", "x3"], name=["aa", "bb", "cc"])
    known = named(name=["cc", "zz", "aa"], other=["y1", "x3", "y2"])
    pairs = fits.same_names(ours, known)
    assert (pairs.ours.tolist(), pairs.known.tolist()) == ([0, 2], [2, 0])


def test_of_many_features_the_largest_thousand_are_compared() -> None:
    sides = np.roll(np.arange(1, 1002) / 1e5, 7)
    areas = gpd.GeoDataFrame(geometry=shapely.box(0, 0, sides, sides), crs=4490)
    assert len(fits._most(areas[:1000])) == 1000
    assert fits._most(areas).index.tolist() == [at for at in range(1001) if at != 7]
    long = shapely.LineString(np.zeros((200_001, 2)))
    shapes = [long, shapely.LineString(np.zeros((200_000, 2))), None]
    assert fits._most(gpd.GeoDataFrame(geometry=shapes, crs=4490)).index.tolist() == [1]


@pytest.mark.parametrize(
    ("away", "is_near"),
    [
        # 30 km of 110.85 km to a degree, at 60° N half of them to a degree of longitude.
        *(((0.0, 0.2706), True), ((0.0, 0.2707), False)),
        *(((0.5412, 0.0), True), ((0.5413, 0.0), False)),
    ],
)
def test_a_namesake_farther_than_thirty_kilometres_is_another_place(
    away: tuple[float, float], *, is_near: bool
) -> None:
    one = fits.Pairs(np.array([0]), np.array([0]))
    there = np.array([Point(10, 60)])
    here = np.array([Point(10 + away[0], 60 + away[1])])
    assert (fits._near(one, here, there).ours.tolist() == [0]) is is_near
    # Nor is an area the same as a point.
    assert fits._near(one, np.array([box(9.9, 59.9, 10.1, 60.1)]), there).ours.tolist() == []


def test_two_hundred_pairs_are_enough() -> None:
    at = np.arange(201)
    places = shapely.points(np.zeros(201), at / 1000)
    assert fits._near(fits.Pairs(at, at), places, places).ours.tolist() == at[:200].tolist()


def alike(ours: list[shapely.Geometry], known: list[shapely.Geometry]) -> dict[int, int]:
    pairs = fits._alike({"wgs84": np.array(ours)}, np.array(known))
    return dict(zip(pairs.ours.tolist(), pairs.known.tolist(), strict=True))


def test_areas_are_alike_that_share_three_quarters_of_their_ground() -> None:
    square = box(0, 0, 1, 1)
    # Moved by s, a square shares (1 − s) / (1 + s): three quarters at a seventh.
    assert alike([box(0.142, 0, 1.142, 1)], [square]) == {0: 0}
    assert alike([box(0.143, 0, 1.143, 1)], [square]) == {}
    # The most alike of several, whichever comes first; no point and no line is an area.
    near, nearer = box(0.1, 0, 1.1, 1), box(0.05, 0, 1.05, 1)
    assert alike([Point(0, 0), square], [Point(0, 0), near, nearer]) == {1: 2}
    assert alike([square, Point(0, 0)], [nearer, near]) == {0: 0}
    crossed = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    assert alike([crossed], [square]) == {}


@pytest.mark.parametrize(("corners", "found"), [(4999, {0: 0}), (5000, {})])
def test_an_outline_of_five_thousand_corners_is_too_long_to_be_compared(
    corners: int, found: dict[int, int]
) -> None:
    turn = 2 * np.pi * np.arange(corners) / corners
    disc = shapely.Polygon(np.column_stack([np.cos(turn), np.sin(turn)]))
    assert alike([disc], [disc]) == found
