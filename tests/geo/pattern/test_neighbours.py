from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from libpysal.graph import Graph
from shapely import MultiPolygon, Polygon, box

from geo.errors import CRSError, InputError
from geo.pattern.neighbours import neighbour_graph
from geo.zoned.tessellations import hexagons, squares

if TYPE_CHECKING:
    from collections.abc import Hashable

EAST, NORTH = 500_000.0, 3_100_000.0


def frame(*polygons: Polygon | MultiPolygon | None, index: Any = None) -> gpd.GeoSeries:
    moved = [None if p is None else shapely.transform(p, lambda xy: xy * 1e3) for p in polygons]
    return gpd.GeoSeries(moved, index=index, crs=4547).translate(EAST, NORTH)


def grid(columns: int, rows: int) -> gpd.GeoSeries:
    return frame(*(box(c, r, c + 1, r + 1) for r in range(rows) for c in range(columns)))


def links(graph: Graph) -> set[tuple[Hashable, Hashable]]:
    table = graph.adjacency[graph.adjacency > 0]
    return set(table.index.tolist())


def test_queen_and_rook_on_three_by_three() -> None:
    zones = grid(3, 3)
    # corner, side and middle cells
    assert neighbour_graph(zones).cardinalities.tolist() == [3, 5, 3, 5, 8, 5, 3, 5, 3]
    rook = neighbour_graph(zones, rule="rook")
    assert rook.cardinalities.tolist() == [2, 3, 2, 3, 4, 3, 2, 3, 2]
    assert rook[4].index.tolist() == [1, 3, 5, 7]
    # a quarter each of what the four neighbours have
    rows = rook.transform("r")
    assert rows[4].tolist() == [0.25] * 4
    assert rows.lag(np.arange(9))[4] == (1 + 3 + 5 + 7) / 4


@pytest.mark.parametrize("rule", ["queen", "rook"])
@pytest.mark.parametrize("cells", [squares, hexagons])
def test_contiguity_is_that_of_pysal_on_grids(cells: Any, rule: str) -> None:
    extent = gpd.GeoSeries([box(EAST, NORTH, EAST + 7_400, NORTH + 5_400)], crs=4547)
    zones = cells(extent, size_m=1000)
    zones = zones.drop(zones.index[[3, 10, 11, 20]])  # with gaps
    theirs = Graph.build_contiguity(zones, rook=rule == "rook")
    assert links(neighbour_graph(zones, rule=rule)) == links(theirs)


@pytest.mark.parametrize("k", [1, 4])
def test_nearest_is_that_of_pysal(k: int) -> None:
    rng = np.random.default_rng(3)
    places = gpd.GeoSeries(shapely.points(rng.uniform(EAST, EAST + 2e4, (40, 2))), crs=4547)
    places = places.translate(0, NORTH - EAST)
    zones = places.buffer(3_000)  # overlapping circles
    theirs = Graph.build_knn(zones.centroid, k=k)
    ours = neighbour_graph(zones, rule="knn", k=k)
    assert links(ours) == links(theirs)
    assert set(ours.cardinalities) == {k}
    bands = Graph.build_distance_band(zones.centroid, 5_000)
    assert links(neighbour_graph(zones, rule="distance", distance_m=5_000)) == links(bands)


def test_nearest_of_centroids_in_one_place() -> None:
    ring = box(0, 0, 3, 3).difference(box(1, 1, 2, 2))
    twins = frame(ring, box(1, 1, 2, 2), box(1.25, 1.25, 1.75, 1.75), box(5, 1, 6, 2))
    found = neighbour_graph(twins, rule="knn", k=2)
    assert found[0].index.tolist() == [1, 2]
    assert found[1].index.tolist() == [0, 2]
    assert found[2].index.tolist() == [0, 1]


def test_slivers_and_gaps_within_the_tolerance_touch() -> None:
    # 0.8 m of overlap, then 0.8 m of gap, then a real gap of 30 m
    zones = frame(box(0, 0, 1, 1), box(0.9992, 0, 2, 1), box(2.0008, 0, 3, 1), box(3.03, 0, 4, 1))
    for rule in ("queen", "rook"):
        found = neighbour_graph(zones, rule=rule)
        assert links(found) == {(0, 1), (1, 0), (1, 2), (2, 1)}
        assert found.isolates.tolist() == [3]
    assert links(neighbour_graph(zones, tolerance_m=0.9)) == links(neighbour_graph(zones))
    with pytest.raises(InputError, match="1 pairs of zones overlap \\(0 and 1\\)"):
        neighbour_graph(zones, tolerance_m=0.5)


def test_parts_holes_and_labels() -> None:
    # a zone in two parts, and one inside the hole of another
    ring = box(0, 0, 3, 3).difference(box(1, 1, 2, 2))
    split = MultiPolygon([box(3, 0, 4, 1), box(9, 0, 10, 1)])
    zones = frame(ring, box(1, 1, 2, 2), split, box(10, 0, 11, 1), index=list("abcd"))
    found = links(neighbour_graph(zones, rule="rook"))
    assert found == {(p, q) for pair in ("ab", "ac", "cd") for p, q in (pair, pair[::-1])}


def test_islands_are_kept_with_no_neighbour() -> None:
    found = neighbour_graph(frame(box(0, 0, 1, 1), box(5, 5, 6, 6)))
    assert found.isolates.tolist() == [0, 1]
    assert found.n == 2
    assert neighbour_graph(frame(box(0, 0, 1, 1))).isolates.tolist() == [0]


def test_degrees_are_projected() -> None:
    zones = grid(4, 3)
    assert links(neighbour_graph(zones.to_crs(4490))) == links(neighbour_graph(zones))


def test_overlapping_circles_are_refused_for_contiguity() -> None:
    circles = gpd.GeoSeries.from_xy([EAST, EAST + 1000], [NORTH, NORTH], crs=4547).buffer(800)
    with pytest.raises(InputError, match=r'overlap .0 and 1.*rule="knn"'):
        neighbour_graph(circles)
    assert links(neighbour_graph(circles, rule="knn", k=1)) == {(0, 1), (1, 0)}


def test_refusals() -> None:
    zones = grid(3, 3)
    with pytest.raises(InputError, match=r"k is 9.*from 1 to 8"):
        neighbour_graph(zones, rule="knn", k=9)
    with pytest.raises(InputError, match=r"needs distance_m\. From 1,000 m on"):
        neighbour_graph(zones, rule="distance")
    with pytest.raises(InputError, match="distance_m is -1"):
        neighbour_graph(zones, rule="distance", distance_m=-1)
    with pytest.raises(InputError, match=r"no rule 'bishop'; choose from .*'queen', 'rook'"):
        neighbour_graph(zones, rule="bishop")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="tolerance_m is 50, but a typical zone is only 1e\\+03"):
        neighbour_graph(zones, tolerance_m=50)
    with pytest.raises(InputError, match="tolerance_m is nan"):
        neighbour_graph(zones, tolerance_m=float("nan"))
    with pytest.raises(InputError, match="2 of 3 zones have no area: 1, 2"):
        neighbour_graph(frame(box(0, 0, 1, 1), None, Polygon()))
    with pytest.raises(InputError, match="there are no zones"):
        neighbour_graph(zones.iloc[:0])
    with pytest.raises(InputError, match="repeats labels"):
        neighbour_graph(zones.set_axis([1] * 9))
    with pytest.raises(InputError, match="no polygons"):
        neighbour_graph(zones.centroid)
    with pytest.raises(CRSError, match="no CRS"):
        neighbour_graph(gpd.GeoSeries([box(0, 0, 1, 1)]))


def test_input_is_left_as_it_was() -> None:
    zones = grid(3, 3)
    before = zones.copy()
    neighbour_graph(zones)
    assert zones.geom_equals(before).all()


def test_without_a_distance_the_least_that_would_do_is_named() -> None:
    # To the next centroid: 3 km, 3 km and 4 km.
    zones = frame(*(box(x, y, x + 1, y + 1) for x, y in ((0, 0), (3, 0), (3, 4))))
    with pytest.raises(InputError, match=r"From 4,000 m on every zone has a neighbour") as caught:
        neighbour_graph(zones, rule="distance")
    assert caught.value.code == "zones.distance_needed"
    with pytest.raises(InputError, match=r"needs distance_m\.$"):
        neighbour_graph(zones.head(1), rule="distance")
    with pytest.raises(InputError, match=r"at least 3,000 m"):
        neighbour_graph(zones, rule="distance", distance_m=2_999)
    assert neighbour_graph(zones, rule="distance", distance_m=3_000).cardinalities.tolist() == [
        1,
        1,
        0,
    ]
