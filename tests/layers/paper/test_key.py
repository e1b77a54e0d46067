"""Numbers at symbols whose names have no room, and their key."""

from __future__ import annotations

import shapely
from matplotlib.text import Text

from layers.paper.artists import blank
from layers.paper.halos import Halo
from layers.paper.key import Spot, Unnamed, draw_key, key_height, together, unnamed
from layers.paper.sheet import text_width
from layers.paper.unframed import unframed
from layers.record.specification import read_spec
from layers.scene.boxes import Box
from layers.type.label_placement import LabelRequest, Obstacle, place

FRAME = Box(0.0, 0.0, 100.0, 60.0)
SPOTS = tuple(Spot(name, 20.0, y) for name, y in (("South", 10.0), ("North", 50.0), ("Mid", 30.0)))


def texts(which: Unnamed, height: float) -> list[str]:
    _, axes = blank(Box(0.0, 0.0, 300.0, 300.0), dpi=72)
    draw_key(axes, which, Box(150.0, 10.0, 120.0, height), px=1.0, lang="en")
    lines = (each for each in axes.get_children() if isinstance(each, Text))
    return [each.get_text() for each in lines if each.get_text() and not isinstance(each, Halo)]


def test_a_name_without_room_has_a_number_that_covers_nothing():
    names = [
        ("Short", LabelRequest(shapely.Point(50, 30), 20.0, 10.0, radius=3.0)),
        (
            "Far too long for the frame",
            LabelRequest(shapely.Point(50, 45), 150.0, 10.0, radius=3.0),
        ),
        ("Walled in", LabelRequest(shapely.Point(10, 10), 150.0, 10.0, radius=3.0)),
    ]
    wall = [Obstacle(shapely.box(0, 0, 40, 25))]
    bounds = (FRAME.left, FRAME.bottom, FRAME.right, FRAME.top)
    placement = place([each for _, each in names], bounds=bounds, obstacles=wall)
    which = unnamed(names, placement, wall, FRAME, px=1.0, first=9)
    (spot,) = which.spots
    assert (spot.name, which.others, which.first) == ("Far too long for the frame", 1, 9)
    (standing,) = placement.places
    assert abs(spot.x - standing.x) > 10 or abs(spot.y - standing.y) > 10


def test_a_map_and_its_detail_have_one_key():
    both = together([Unnamed(SPOTS[:2], 1, 4), Unnamed(SPOTS[2:], 5, 9)])
    assert both == Unnamed(SPOTS, 6, 9)


def test_a_key_counts_from_the_top_of_the_map_down_after_the_stops():
    high = key_height(SPOTS, 120.0, px=1.0)
    told = texts(Unnamed(SPOTS, 0, 9), high)
    assert told == [
        "Numbers on the map",
        *("9", "9", "North", "10", "10", "Mid", "11", "11", "South"),
    ]


def test_a_key_without_room_for_all_takes_the_most_important_and_counts_the_others():
    high = key_height(SPOTS, 120.0, px=1.0)
    assert texts(Unnamed(SPOTS, 4), high)[-1] == "… 4 more names have no room on the map"
    told = texts(Unnamed(SPOTS, 4), high * 0.85)
    assert told == ["Numbers on the map", "1", "1", "North", "2", "2", "South", told[-1]]
    assert told[-1] == "… 5 more names have no room on the map"
    assert texts(Unnamed(SPOTS, 4), high / 3) == texts(Unnamed((), 0), high) == []


def test_the_last_line_of_a_narrow_key_ends_within_it():
    _, axes = blank(Box(0.0, 0.0, 300.0, 300.0), dpi=72)
    box = Box(150.0, 10.0, 120.0, key_height(SPOTS, 120.0, px=1.0))
    draw_key(axes, Unnamed(SPOTS, 400), box, px=1.0, lang="en")
    last = [each for each in axes.get_children() if isinstance(each, Text) and each.get_text()][-1]
    assert last.get_text().endswith("have no room on the map")
    assert text_width(last.get_text(), last.get_fontsize()) <= 120.0 + 1e-6


def test_a_note_of_the_makers_own_has_its_own_number_alone_however_full_the_map_is():
    notes = [
        {"lon": 112.93 + n / 2000, "lat": 28.2, "title": f"Meeting place {n}"} for n in range(9)
    ]
    spec = read_spec({"map": "overview", "notes": notes}, review_number="internal")
    view = unframed(spec.content(), spec.titled(), (300.0, 220.0)).placed()
    written = [" ".join(each.lines) for each in view.names]
    keyed = [each.name for each in view.numbered]
    for at, note in enumerate(notes, 1):
        assert (f"{at} {note['title']}" in written) is (note["title"] not in keyed)
    assert not [words for words in keyed if words[0].isdigit()]
