"""Lines end where UAX 14 lets them, and figures keep their units."""

from __future__ import annotations

import pytest

from layers.paper.sheet import wrapped
from layers.type.line_breaks import broken_lines


def lines(text, room):
    """The lines of so many letters."""
    return [line.rstrip() for line in broken_lines(text, room, lambda _before, _letter: 1.0)]


@pytest.mark.parametrize(
    ("text", "room", "expected"),
    [
        ("湘江新区，长沙", 4, ["湘江新", "区，长沙"]),  # no line begins with a closing mark
        ("湘江（新区）", 3, ["湘江", "（新", "区）"]),  # nor ends with an opening one
        ("“四圈”规划", 4, ["“四圈”", "规划"]),
        ("Moran’s own", 7, ["Moran’s", "own"]),  # an apostrophe closes nothing
        ("面积 24.65 km²", 8, ["面积", "24.65", "km²"]),  # 9 letters have no room
        ("面积 24.65 km²", 9, ["面积", "24.65 km²"]),
        ("占 50 %", 5, ["占", "50 %"]),
        ("密度 3.2 个/km²", 9, ["密度", "3.2 个/km²"]),
        ("甲乙 · 丙", 4, ["甲乙 ·", "丙"]),
        ("甲\n乙", 9, ["甲", "乙"]),
        ("unbreakable", 4, ["unbr", "eaka", "ble"]),
        ("e\u0301e\u0301e\u0301", 4, ["e\u0301e\u0301", "e\u0301"]),  # a mark stays on its letter
        ("a\ud800b", 9, ["a\ud800b"]),
        ("", 9, [""]),
    ],
)
def test_lines_end_where_a_reader_expects(text, room, expected):
    assert lines(text, room) == expected


def test_a_sheet_breaks_like_a_slide_by_the_widths_of_its_own_glyphs():
    # Squares of 10 points: four of them on a line, and a mark that closes takes its word along.
    assert wrapped("湘江新区，长沙", 40.0, 10.0) == ["湘江新", "区，长沙"]
