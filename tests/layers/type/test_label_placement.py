"""No two names overlap, none leaves the map, and a name that must stand does if there is room."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, MultiPolygon, Point, Polygon, box
from shapely.affinity import rotate

from geo.errors import InputError
from layers.type.label_candidates import LEAST_ON_EDGE, OUT_COST, upright
from layers.type.label_placement import LabelRequest, Obstacle, Placed, Placement, place

BOUNDS = (0.0, 0.0, 200.0, 120.0)
FRAME = box(*BOUNDS)
# Rounding of coordinates, pt.
CLOSE = 1e-3


def written(request: LabelRequest, spot: Placed) -> Polygon:
    """The box of a name as it is written."""
    half = request.width / 2, request.height / 2
    upright_box = box(spot.x - half[0], spot.y - half[1], spot.x + half[0], spot.y + half[1])
    return rotate(upright_box, spot.rotation, origin=(spot.x, spot.y))


def boxes(labels: list[LabelRequest], found: Placement) -> list[Polygon]:
    return [written(labels[spot.label], spot) for spot in found.places]


def require_sound(labels: list[LabelRequest], found: Placement, gap: float = 1.5) -> None:
    """Check what holds for every placement."""
    shapes = boxes(labels, found)
    for shape in shapes:
        assert FRAME.buffer(CLOSE).covers(shape)
    for (one, a), (other, b) in combinations(zip(shapes, found.places, strict=True), 2):
        if a.label != b.label or labels[a.label].repeat:
            assert one.buffer(-CLOSE).disjoint(other)
            if a.rotation == b.rotation == 0:
                across = max(one.bounds[0] - other.bounds[2], other.bounds[0] - one.bounds[2])
                up = max(one.bounds[1] - other.bounds[3], other.bounds[1] - one.bounds[3])
                assert max(across, up) >= gap - CLOSE
    standing = {spot.label for spot in found.places}
    assert standing.isdisjoint(found.dropped)
    assert standing | set(found.dropped) == set(range(len(labels)))
    importance = [(labels[k].importance, k) for k in found.dropped]
    assert importance == sorted(importance, reverse=True)
    assert all(-90 < spot.rotation <= 90 for spot in found.places)


def only(labels: list[LabelRequest], **more: object) -> Placed:
    found = place(labels, bounds=BOUNDS, **more)  # type: ignore[arg-type]
    require_sound(labels, found)
    (spot,) = found.places
    return spot


# Beside a symbol.


def test_a_name_alone_stands_east_of_its_symbol() -> None:
    spot = only([LabelRequest(Point(50, 60), 30, 10, radius=3)])
    # 50 + radius 3 + gap 1.5 + half of 30
    assert (spot.x, spot.y, spot.rotation, spot.leader) == (69.5, 60, 0, None)


@pytest.mark.parametrize(
    ("at", "x", "y"),
    [
        # At the right edge only the west is left: 195 - 3 - 1.5 - 15.
        ((195, 60), 175.5, 60),
        # In the upper right corner the west is off the map too: 117 - 0.7 · 4.5 - 5 to the
        # south-west, and 195 - 0.7 · 4.5 - 15.
        ((195, 117), 195 - 3.15 - 15, 117 - 3.15 - 5),
    ],
)
def test_at_the_edge_a_name_turns_inwards(at: tuple[float, float], x: float, y: float) -> None:
    spot = only([LabelRequest(Point(at), 30, 10, radius=3)])
    assert (spot.x, spot.y) == pytest.approx((x, y))


def test_what_is_forbidden_is_never_covered_and_what_costs_is_avoided() -> None:
    request = LabelRequest(Point(100, 60), 30, 10, radius=3)
    east = box(104, 50, 140, 70)
    assert only([request], obstacles=[Obstacle(east)]).x < 104
    assert only([request], obstacles=[Obstacle(east, 4.0)]).x < 104
    # East, north-east and south-east cost 0 + 0.5 and more: still the least.
    assert only([request], obstacles=[Obstacle(east, 0.5)]).x == 119.5


def test_a_point_or_line_is_an_obstacle_too() -> None:
    request = LabelRequest(Point(100, 60), 30, 10, radius=3)
    for thing in (Point(119.5, 60), LineString([(119.5, 0), (119.5, 120)])):
        assert not written(request, only([request], obstacles=[Obstacle(thing)])).intersects(thing)


def test_the_important_one_has_the_first_choice() -> None:
    # Room for one: the second would leave the map everywhere else.
    labels = [
        LabelRequest(Point(5, 60), 150, 110, importance=5),
        LabelRequest(Point(6, 60), 150, 110, importance=1),
    ]
    found = place(labels, bounds=BOUNDS)
    assert [spot.label for spot in found.places] == [1]
    assert found.dropped == (0,)


def test_names_make_way_so_that_all_find_room() -> None:
    # The first choice of the important name, east, is the only place of the other one.
    wall = [Obstacle(box(60, 70, 200, 120)), Obstacle(box(60, 0, 200, 50))]
    labels = [
        LabelRequest(Point(90, 60), 40, 10, radius=3, importance=0),
        LabelRequest(Point(95, 60), 60, 10, radius=3, importance=1),
    ]
    found = place(labels, bounds=(40, 0, 162, 120), obstacles=wall)
    assert found.dropped == ()
    assert found.places[0].x < 90 < found.places[1].x
    require_sound(labels, found)


def test_symbols_off_the_map_are_not_named() -> None:
    found = place([LabelRequest(Point(-1, 60), 30, 10, required=True)], bounds=BOUNDS)
    assert (found.places, found.dropped) == ((), (0,))


def test_nothing_to_place() -> None:
    assert place([], bounds=BOUNDS) == Placement((), ())
    empty = [LabelRequest(kind, 30, 10) for kind in (Point(), Polygon(), LineString())]
    assert place(empty, bounds=BOUNDS).dropped == (2, 1, 0)


def test_a_name_larger_than_the_map_is_dropped() -> None:
    labels = [LabelRequest(Point(50, 50), 300, 10, required=True)]
    assert place(labels, bounds=BOUNDS).dropped == (0,)


# In an area.


def test_the_name_of_an_area_stands_where_it_is_widest() -> None:
    # A square with a long tail: the middle of its envelope is in the tail.
    area = Polygon(
        [(10, 20), (90, 20), (90, 55), (190, 55), (190, 60), (90, 60), (90, 100), (10, 100)]
    )
    spot = only([LabelRequest(area, 40, 10, place="inside")])
    assert (spot.x, spot.y) == pytest.approx((50, 60), abs=2)


def test_it_moves_off_what_stands_in_the_middle_but_stays_inside() -> None:
    request = LabelRequest(box(40, 20, 160, 100), 40, 10, place="inside")
    spot = only([request], obstacles=[Obstacle(Point(100, 60).buffer(4))])
    assert (spot.x, spot.y) != (100, 60)
    assert request.geometry.covers(written(request, spot))


def test_the_largest_part_is_named_and_holes_are_not() -> None:
    ring = Polygon(
        [(20, 10), (120, 10), (120, 110), (20, 110)], [box(50, 40, 90, 80).exterior.coords]
    )
    request = LabelRequest(MultiPolygon([box(150, 50, 160, 60), ring]), 24, 10, place="inside")
    spot = only([request])
    assert ring.covers(Point(spot.x, spot.y))


def test_only_what_is_on_the_map_is_named() -> None:
    spot = only([LabelRequest(box(160, -500, 900, 600), 30, 10, place="inside")])
    # The middle of what is seen: from 160 to 200.
    assert 175 <= spot.x <= 185


def test_an_area_smaller_than_its_name_is_named_beside_it_when_something_is_in_it() -> None:
    area = box(96, 56, 104, 64)
    request = LabelRequest(area, 40, 10, place="inside")
    spot = only([request], obstacles=[Obstacle(area)])
    assert (spot.x, spot.y) == (104 + 1.5 + 20, 60)


def test_a_name_beside_a_small_area_is_near_the_area_itself() -> None:
    slanted = Polygon([(90, 40), (98, 40), (118, 70), (110, 70)])
    for taken in (box(0, 0, 104, 120), box(104, 0, 200, 120), box(0, 55, 200, 120)):
        label = LabelRequest(slanted, 60, 12, "inside", most=1000.0)
        inner = Obstacle(slanted.buffer(-1e-6))
        far = Obstacle(taken.difference(slanted.buffer(4)))
        spot = only([label], obstacles=[inner, far])
        assert written(label, spot).distance(slanted) <= 1.5 + CLOSE


def test_what_the_frame_leaves_of_an_area_is_named_in_it_or_not_at_all() -> None:
    cut = box(190, 20, 400, 50)
    assert place([LabelRequest(cut, 60, 12, "inside")], bounds=BOUNDS).places == ()
    assert place([LabelRequest(box(185, 20, 195, 50), 60, 12, "inside")], bounds=BOUNDS).places


def test_a_name_along_a_line_stands_along_it_or_not_at_all_where_a_place_beside_costs_too_much():
    bent = LineString([(100 + 20 * (k % 2), 10 + 10 * k) for k in range(9)])
    label = LabelRequest(bent, 60, 12, "line", radius=4)
    assert place([label], bounds=BOUNDS).places
    assert place([replace(label, most=OUT_COST)], bounds=BOUNDS).places == ()
    straight = replace(label, geometry=LineString([(20, 20), (120, 60)]), most=OUT_COST)
    assert place([straight], bounds=BOUNDS).places


def test_an_invalid_area_is_named_too() -> None:
    bow = Polygon([(20, 20), (100, 100), (100, 20), (20, 100)])
    assert not bow.is_valid
    spot = only([LabelRequest(bow, 20, 8, place="inside")])
    assert bow.envelope.covers(Point(spot.x, spot.y))


# On an edge.


def test_the_name_of_a_circle_stands_on_top_of_its_edge() -> None:
    circle = Point(100, 60).buffer(40, quad_segs=32)
    spot = only([LabelRequest(circle, 40, 10, place="edge")])
    assert (spot.x, spot.y) == pytest.approx((100, 100), abs=1)


def test_it_goes_round_the_edge_when_the_top_is_taken_or_off_the_map() -> None:
    circle = Point(100, 100).buffer(40, quad_segs=32)
    spot = only([LabelRequest(circle, 40, 10, place="edge")])
    assert circle.exterior.distance(Point(spot.x, spot.y)) < 0.1
    assert spot.y <= 115


@pytest.mark.parametrize("where", ["edge", "inside"])
@pytest.mark.parametrize("width", [20.0, 60.0, 120.0])
@pytest.mark.parametrize("required", [True, False])
def test_the_name_of_a_zone_lies_in_it_or_has_a_line_to_it_or_is_not_written(
    where, width, required
) -> None:
    zone = Point(100, 60).buffer(40, quad_segs=32)
    # What lies in the zone drives its name out of it, but not into the zone beside it.
    inner = Obstacle(Point(100, 60).buffer(39), cost=18.0 if width < 60 else math.inf)
    request = LabelRequest(zone, width, 10, place=where, required=required)
    placement = place([request], bounds=(0, 0, 300, 200), obstacles=[inner])
    for spot in placement.places:
        low, high = spot.x - width / 2, spot.x + width / 2
        box = shapely.box(low, spot.y - 5, high, spot.y + 5)
        share = box.intersection(zone).area / box.area
        assert spot.leader is not None or share >= LEAST_ON_EDGE
        if spot.leader is not None:
            assert zone.covers(Point(spot.leader[0]))
    assert bool(placement.places) or not required


def test_a_line_to_a_name_begins_where_it_is_short_and_crosses_nothing() -> None:
    axis = LineString([(10, 100), (290, 100)])
    # Symbols stand along the middle of the axis and all round it.
    crowd = [
        Obstacle(Point(x, y).buffer(4)) for x in range(90, 215, 12) for y in range(45, 160, 12)
    ]
    edge = Obstacle(shapely.box(0, 85, 300, 115), cost=math.inf)
    request = LabelRequest(axis, 40, 10, place="line", radius=3, required=True)
    (spot,) = place([request], bounds=(0, 0, 300, 200), obstacles=[*crowd, edge]).places
    assert spot.leader is not None
    led = shapely.LineString(spot.leader)
    assert not any(led.intersects(each.geometry) for each in crowd)


# Along a line.


def test_a_name_lies_on_a_thin_line_in_its_middle() -> None:
    spot = only([LabelRequest(LineString([(20, 60), (180, 60)]), 40, 10, place="line")])
    assert (spot.x, spot.y, spot.rotation) == pytest.approx((100, 60, 0))


def test_a_name_lies_above_a_broad_line() -> None:
    spot = only([LabelRequest(LineString([(180, 60), (20, 60)]), 40, 10, place="line", radius=3)])
    # 60 + half the stroke 3 + gap 1.5 + half of 10, however the line runs.
    assert (spot.x, spot.y, spot.rotation) == pytest.approx((100, 69.5, 0))


@pytest.mark.parametrize(
    ("start", "end", "rotation"),
    [
        ((50, 10), (150, 110), 45),
        ((150, 110), (50, 10), 45),
        ((50, 110), (150, 10), -45),
        ((100, 10), (100, 110), 90),
        ((100, 110), (100, 10), 90),
    ],
)
def test_names_along_lines_are_never_upside_down(
    start: tuple[float, float], end: tuple[float, float], rotation: float
) -> None:
    spot = only([LabelRequest(LineString([start, end]), 40, 10, place="line")])
    assert spot.rotation == pytest.approx(rotation)


def test_the_straight_stretch_is_chosen() -> None:
    zigzag = [(x, 60 + 15 * (k % 2)) for k, x in enumerate(range(10, 100, 10))]
    spot = only([LabelRequest(LineString([*zigzag, (100, 60), (190, 60)]), 60, 10, place="line")])
    # It is straight from 90 to 190.
    assert 120 <= spot.x <= 160
    assert spot.rotation == pytest.approx(0, abs=3)


def test_a_line_without_a_straight_stretch_is_named_beside_it() -> None:
    zigzag = LineString([(x, 60 + 15 * (k % 2)) for k, x in enumerate(range(60, 140, 8))])
    request = LabelRequest(zigzag, 50, 10, place="line", radius=1)
    spot = only([request])
    assert spot.rotation == 0
    assert written(request, spot).disjoint(zigzag)


def test_pieces_that_meet_are_one_line() -> None:
    pieces = MultiLineString([[(20, 60), (60, 60)], [(60, 60), (100, 60)], [(100, 60), (140, 60)]])
    spot = only([LabelRequest(pieces, 100, 10, place="line")])
    assert (spot.x, spot.y) == pytest.approx((80, 60))


def test_a_long_line_bears_its_name_again() -> None:
    labels = [LabelRequest(LineString([(0, 60), (200, 60)]), 30, 10, place="line", repeat=50)]
    found = place(labels, bounds=BOUNDS)
    require_sound(labels, found)
    assert sorted(spot.x for spot in found.places) == pytest.approx([25, 75, 125, 175])
    assert {spot.label for spot in found.places} == {0}


def test_names_turned_against_each_other_do_not_overlap() -> None:
    cross = [LineString([(50, 10), (150, 110)]), LineString([(50, 110), (150, 10)])]
    labels = [LabelRequest(line, 50, 12, place="line") for line in cross]
    found = place(labels, bounds=BOUNDS)
    require_sound(labels, found)
    assert len(found.places) == 2


# Names that must stand.


def test_a_required_name_without_room_near_stands_farther_off_with_a_line() -> None:
    wall = Obstacle(Point(100, 60).buffer(30))
    spot = only([LabelRequest(Point(100, 60), 30, 10, radius=3, required=True)], obstacles=[wall])
    assert spot.leader is not None
    start, end = spot.leader
    assert start == (100, 60)
    # The line ends where the name begins.
    assert written(LabelRequest(Point(0, 0), 30, 10), spot).distance(Point(end)) < CLOSE
    assert math.dist(start, end) > 30


def test_without_the_must_it_is_dropped() -> None:
    wall = Obstacle(Point(100, 60).buffer(30))
    found = place([LabelRequest(Point(100, 60), 30, 10)], bounds=BOUNDS, obstacles=[wall])
    assert found.dropped == (0,)


def test_it_goes_to_the_one_gap_that_is_left() -> None:
    # All is forbidden but a box of 31 × 11 in a corner, and the gap to nothing.
    walls = [Obstacle(box(0, 0, 200, 109)), Obstacle(box(0, 0, 169, 120))]
    spot = only([LabelRequest(Point(20, 20), 30, 10, required=True)], obstacles=walls)
    assert spot.x >= 169 + 15 - CLOSE
    assert spot.y >= 109 + 5 - CLOSE


def test_other_names_give_way_to_a_required_one() -> None:
    labels = [
        LabelRequest(Point(100, 60), 199, 119, place="inside", importance=0),
        LabelRequest(Point(100, 60), 30, 10, importance=9, required=True),
    ]
    labels[0] = LabelRequest(box(0, 0, 200, 120), 199, 119, place="inside")
    found = place(labels, bounds=BOUNDS)
    assert [spot.label for spot in found.places] == [1]
    assert found.dropped == (0,)


def test_a_crowd_of_required_names_all_stand() -> None:
    labels = [
        LabelRequest(Point(100 + k % 5, 60 + k // 5), 24, 7, radius=2, required=True)
        for k in range(25)
    ]
    found = place(labels, bounds=BOUNDS)
    require_sound(labels, found)
    assert found.dropped == ()
    assert sum(spot.leader is not None for spot in found.places) > 10


# Whatever there is.

sizes = st.tuples(st.floats(4, 70), st.floats(4, 16))
inside = st.tuples(st.floats(0, 200), st.floats(0, 120))
anywhere = st.tuples(st.floats(-40, 240), st.floats(-40, 160))


@st.composite
def requests(draw: st.DrawFn) -> LabelRequest:
    where = draw(st.sampled_from(["inside", "edge", "line", "beside"]))
    at = np.array(draw(anywhere))
    if where == "line":
        steps = draw(st.lists(anywhere, min_size=2, max_size=5))
        geometry: shapely.Geometry = LineString(steps)
    elif where == "beside":
        geometry = Point(at)
    else:
        geometry = Point(at).buffer(draw(st.floats(0.5, 60)), quad_segs=4)
    width, height = draw(sizes)
    return LabelRequest(
        geometry,
        width,
        height,
        place=where,
        importance=draw(st.sampled_from([0.0, 1.0, 2.5])),
        radius=draw(st.sampled_from([0.0, 2.0, 6.0])),
        required=draw(st.booleans()),
        repeat=draw(st.sampled_from([0.0, 60.0])),
    )


@st.composite
def obstacles(draw: st.DrawFn) -> Obstacle:
    x, y = draw(inside)
    width, height = draw(sizes)
    geometry = draw(
        st.sampled_from(
            [box(x, y, x + width, y + height), Point(x, y), LineString([(x, y), (y, x)])]
        )
    )
    return Obstacle(geometry, draw(st.sampled_from([math.inf, 0.0, 3.0])))


@settings(max_examples=30)
@given(
    st.lists(requests(), max_size=14),
    st.lists(obstacles(), max_size=6),
    st.sampled_from([0.0, 1.5, 4.0]),
)
def test_no_overlap_none_outside_and_the_same_again(
    labels: list[LabelRequest], blocks: list[Obstacle], gap: float
) -> None:
    found = place(labels, bounds=BOUNDS, obstacles=blocks, gap=gap)
    require_sound(labels, found, gap)
    assert place(labels, bounds=BOUNDS, obstacles=blocks, gap=gap) == found
    forbidden = [each.geometry for each in blocks if math.isinf(each.cost)]
    for shape in boxes(labels, found):
        assert all(shape.buffer(-CLOSE).disjoint(each) for each in forbidden)


@settings(max_examples=30)
@given(inside, st.tuples(st.integers(10, 60), st.integers(5, 30)), st.data())
def test_a_required_name_stands_wherever_there_is_room(
    at: tuple[float, float], size: tuple[int, int], data: st.DataObject
) -> None:
    # Blocks on a lattice of 10 pt; where a name on that lattice has room, brute force finds it.
    cells = data.draw(
        st.lists(st.tuples(st.integers(0, 19), st.integers(0, 11)), min_size=60, max_size=220)
    )
    blocks = [Obstacle(box(10 * x, 10 * y, 10 * x + 10, 10 * y + 10)) for x, y in set(cells)]
    width, height = float(size[0]), float(size[1])
    free = np.ones((12, 20), dtype=bool)
    for x, y in cells:
        free[y, x] = False
    across, up = math.ceil(width / 10), math.ceil(height / 10)
    room = any(
        free[y : y + up, x : x + across].all()
        for y in range(12 - up + 1)
        for x in range(20 - across + 1)
    )
    labels = [LabelRequest(Point(at), width, height, required=True)]
    found = place(labels, bounds=BOUNDS, obstacles=blocks)
    assert bool(found.places) == room
    require_sound(labels, found)


@given(st.floats(-7, 7))
def test_upright_is_the_same_line_read_from_left_to_right(angle: float) -> None:
    turned = float(upright(np.array([angle]))[0])
    assert -math.pi / 2 < turned <= math.pi / 2
    assert math.sin(turned - angle) == pytest.approx(0, abs=1e-6)


# Refused.


def test_everything_wrong_is_named_at_once() -> None:
    labels = [
        LabelRequest(Point(0, 0), 0, 10),
        LabelRequest(Point(0, 0), 10, math.nan),
        LabelRequest(Point(0, 0), 10, 10, radius=-1),
        LabelRequest(Point(0, 0), 10, 10, importance=math.nan),
        LabelRequest(Point(0, 0), 10, 10, place="under"),  # type: ignore[arg-type]
    ]
    with pytest.raises(InputError) as caught:
        place(labels, bounds=(10, 0, 0, 10), obstacles=[Obstacle(Point(0, 0), -1)], gap=-1)
    message = str(caught.value)
    assert message.startswith("place: bounds must be left, bottom, right, top")
    for part in ("gap", "label 0", "label 1", "label 2", "label 3", "label 4", "obstacle 0"):
        assert part in message
    assert "choose from ['beside', 'edge', 'inside', 'line', 'within']" in message


def test_a_line_leads_across_what_names_should_not_cover_only_for_a_long_way() -> None:
    # East comes first, and a road runs there; a wall keeps the name off its symbol.
    spot = LabelRequest(Point(100, 60), 30, 10, radius=3, required=True)
    wall = [Obstacle(Point(100, 60).buffer(12))]
    road = Obstacle(LineString([(116, 0), (116, 120)]).buffer(1), cost=5.0)
    assert only([spot], obstacles=wall).x > 116
    assert only([spot], obstacles=[*wall, road]).x < 116


def test_a_line_to_an_area_ends_on_no_symbol_in_it() -> None:
    area, symbol = box(80, 40, 120, 80), Point(100, 60).buffer(15)
    request = LabelRequest(area, 60, 10, place="within", required=True)
    (spot,) = place([request], bounds=BOUNDS, obstacles=[Obstacle(symbol)]).places
    assert spot.leader is not None
    end = Point(spot.leader[0])
    assert area.contains(end)
    assert not symbol.intersects(end)


def test_a_line_leads_round_a_symbol() -> None:
    # A thin one, a little to the east: names stand beyond it, and none leads there.
    spot = LabelRequest(Point(100, 60), 30, 10, radius=3, required=True)
    wall = [Obstacle(Point(100, 60).buffer(12))]
    symbol = Obstacle(box(113, 50, 114, 70))
    assert only([spot], obstacles=[*wall, symbol]).x < 113


def test_a_name_with_a_line_stands_on_open_ground_and_not_on_what_is_anothers():
    symbol = Obstacle(box(60, 40, 140, 80))
    request = LabelRequest(Point(100, 60), 40, 10, place="within", required=True)
    free = place([request], bounds=BOUNDS, obstacles=[symbol]).places[0]
    held = place(
        [request], bounds=BOUNDS, obstacles=[symbol, Obstacle(free_box(free), 4.0, led=True)]
    ).places[0]
    assert free.leader is not None
    assert held.leader is not None
    assert written(request, held).disjoint(free_box(free))


def free_box(spot: Placed) -> Polygon:
    """The ground that a name of 40 by 10 stands on."""
    return box(spot.x - 20, spot.y - 5, spot.x + 20, spot.y + 5)


def test_a_name_goes_far_before_its_line_crosses_the_symbol_of_another() -> None:
    # Symbols all around but for a lane to the north, along which no name has room.
    spot = LabelRequest(Point(100, 60), 30, 10, radius=3, required=True)
    around = Point(100, 60).buffer(20).exterior.buffer(5).difference(box(98, 60, 102, 99))
    sides = [box(60, 80, 98, 150), box(102, 80, 140, 150)]
    obstacles = [Obstacle(each) for each in (around, *sides)]
    (found,) = place([spot], bounds=(0, 0, 200, 200), obstacles=obstacles).places
    assert found.y > 150
    assert not any(LineString(found.leader).intersects(each.geometry) for each in obstacles)
