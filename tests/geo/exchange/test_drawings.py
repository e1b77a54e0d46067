"""Drawings: the letters that they write by numbers, their code page, and areas of closed lines."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import shapely

from geo.exchange import drawings
from geo.findings import Finding


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"洋湖\U+4E2D\u+533a", "洋湖中区"),
        (r"\U+FF08\U+E000\U+D7FF", "（\ue000\ud7ff"),
        # Half a letter is none, nor is what steers a printer.
        (r"a\U+D800b\U+DFFFc", "abc"),
        (r"a\U+0020b\U+001Fc", "a bc"),
        (r"\U+4E2", r"\U+4E2"),
        # 中 in the code page of a drawing from China, whose number is 5.
        (r"\M+5D6D0\m+5d6d0", "中中"),
        (r"\M+D6D0", r"\M+D6D0"),
    ],
)
def test_letters_of_a_drawing_stand_by_their_numbers(written: str, read: str) -> None:
    plain = drawings._MULTIBYTE.sub(drawings._of_code_page, written)
    assert drawings._LETTER.sub(drawings._letter, plain) == read


@pytest.mark.parametrize(
    ("data", "page"),
    [
        (b"9\n$DWGCODEPAGE\n3\nANSI_936\n9\n", "ANSI_936"),
        (b"9\r\n$DWGCODEPAGE\r\n  3\r\nANSI_936", "ANSI_936"),
        (b"9\n$DWGCODEPAGE\n3", ""),
        (b"9\n$ACADVER\n1\nAC1015\n", ""),
    ],
)
def test_a_drawing_says_its_code_page_two_lines_below_the_name_of_it(
    data: bytes, page: str
) -> None:
    assert drawings._code_page(data) == page


def test_closed_lines_of_a_drawing_become_areas() -> None:
    corners = [(0, 0), (1, 0), (1, 1), (0, 0)]
    closed, flat = shapely.LineString(corners), shapely.LineString([(0, 0), (1, 0), (0, 0)])
    apart = shapely.LineString(corners[:3])
    shapes = np.array([apart, closed, flat, shapely.Point(0, 0), closed, None], dtype=object)
    sheet = SimpleNamespace(shapes=shapes, findings=[])
    drawings._close(sheet)
    area = shapely.Polygon(corners)
    assert shapes.tolist() == [apart, area, flat, shapely.Point(0, 0), area, None]
    assert sheet.findings == [Finding("dxf.lines_closed", {"rows": 2}, "note", (2, 5))]
    drawings._close(sheet)
    assert len(sheet.findings) == 1
