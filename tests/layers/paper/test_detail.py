from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from layers.look.sheet import Sheet
from layers.paper.detail import details
from layers.paper.drawing import laid
from layers.paper.extents import window_on
from layers.paper.printing import composed
from layers.paper.toning import toned
from layers.questions.overview import Overview
from layers.record.specification import read_spec
from layers.scene.boxes import Box

if TYPE_CHECKING:
    from layers.look.content import Content

SHEET = Sheet("图", "internal", dpi=40)
FRAME, CORNER = Box(0.0, 0.0, 700.0, 540.0), Box(0.0, 0.0, 90.0, 70.0)


def part_of(content: Content):
    scene = toned(content, SHEET)
    boxes = np.array(
        [box for layer in scene.layers if not layer.is_ground if (box := layer.bounds_m())]
    )
    shown = (*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0))
    window = window_on(FRAME, shown)
    symbols = laid(scene, window, px=0.75).symbols
    return window, symbols, details(scene, window, symbols, px=0.75, taken=CORNER)


@pytest.fixture(scope="module")
def crowded():
    return part_of(read_spec("distribution", review_number="internal").content())


def test_a_detail_shows_what_it_frames_at_a_round_scale(crowded):
    window, _, (part,) = crowded
    assert part.window.scale < window.scale / 1.9
    digits = f"{part.window.scale:.0f}".rstrip("0")
    assert len(digits) <= 2
    west, south, east, north = part.window.bounds_m
    corners = window.to_sheet(np.array([[west, south], [east, north]]))
    source = part.source
    framed = [[source.left, source.bottom], [source.right, source.top]]
    np.testing.assert_allclose(corners, framed, atol=1e-6)


def test_a_detail_stands_on_empty_ground(crowded):
    _window, symbols, (part,) = crowded
    box = part.window.frame
    assert not box.overlaps(part.source)
    assert not box.overlaps(CORNER)
    assert FRAME.left <= box.left < box.right <= FRAME.right
    at = np.concatenate([here.at for here in symbols.values()])
    covers = (
        np.abs(at - [box.left + box.width / 2, box.bottom + box.height / 2])
        < [box.width / 2, box.height / 2]
    ).all(axis=1)
    assert covers.mean() < 0.1
    holds = (at > [part.source.left, part.source.bottom]).all(axis=1)
    holds &= (at < [part.source.right, part.source.top]).all(axis=1)
    assert holds.sum() >= 16


def test_a_map_that_is_not_crowded_has_none():
    assert part_of(Overview("224").content("zh"))[2] == []


def test_a_sheet_names_what_is_in_a_detail_once():
    made = composed(read_spec("distribution", review_number="internal").content(), SHEET)
    main, inset = made.figure.axes
    # What has no room there is in the key too.
    frame = made.windows[1].frame
    assert any(frame.overlaps(Box(each.x, each.y, 0.1, 0.1)) for each in made.unnamed.spots)
    words = [[text.get_text() for text in axes.texts] for axes in (main, inset)]
    (title,) = [each for each in words[1] if each.startswith("局部放大")]
    assert title.startswith("局部放大 1:")
    # Names of zones and of the ground may stand in both; those of points in one.
    assert not {"西湖基地", "后湖基地"} & set(words[0])
    assert {"西湖基地", "后湖基地"} <= set(words[1])
