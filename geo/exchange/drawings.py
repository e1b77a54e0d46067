r"""DXF: the drawings of CAD programs, with Chinese texts and closed outlines as areas.

A drawing says in its header in which code page its texts are, and writes letters that this page
lacks as ``\U+4E2D``. Both are made plain UTF-8 before GDAL reads the drawing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pyogrio
import shapely

from geo.errors import InputError
from geo.exchange.databases import read_layer
from geo.exchange.encodings import decoded
from geo.exchange.memory import in_memory
from geo.findings import Finding, first_rows

if TYPE_CHECKING:
    from geo.exchange.sheets import Sheet

_BINARY = b"AutoCAD Binary DXF"
_HEADER_LETTERS = 200_000
_EMPTY_HEADER = "0\nSECTION\n2\nHEADER\n0\nENDSEC\n"
# A backslash, four or more digits of a letter's number; nothing here can match in two ways.
_LETTER = re.compile(r"\\[Uu]\+([0-9A-Fa-f]{4})")
_MULTIBYTE = re.compile(r"\\[Mm]\+[0-9]([0-9A-Fa-f]{4})")
_RING_POINTS = 4
_SURROGATES = range(0xD800, 0xE000)
pyogrio.set_gdal_config_options({"DXF_ENCODING": "UTF-8"})


def parse(data: bytes, *, name: str) -> list[Sheet]:
    r"""Read DXF.

    Parameters
    ----------
    data
        Contents of the drawing, as text; binary DXF is refused.
    name
        Its name.

    Returns
    -------
    One sheet with the fields that GDAL gives: ``Layer``, ``Text``, … A drawing has no CRS.

    Raises
    ------
    InputError
        It is no drawing, or binary.

    Examples
    --------
    >>> text = "0 SECTION 2 ENTITIES 0 POINT 8 规划 10 1.0 20 2.0 0 ENDSEC 0 EOF"
    >>> drawing = text.replace(" ", "\n").encode("gbk")
    >>> parse(drawing, name="a.dxf")[0].table["Layer"].tolist()
    ['规划']
    """
    if data.startswith(_BINARY):
        raise InputError(
            f"{name} is a binary DXF. Save it as text (ASCII) DXF.",
            code="file.dxf_binary",
            name=name,
        )
    text = decoded(data, name=name, declared=_code_page(data))
    plain = _LETTER.sub(_letter, _MULTIBYTE.sub(_of_code_page, text.text))
    if "HEADER" not in plain[:_HEADER_LETTERS]:  # without one, GDAL takes texts for Latin letters
        plain = _EMPTY_HEADER + plain
    with in_memory({"drawing.dxf": plain.encode("utf-8", "replace")}) as folder:
        sheet = read_layer(f"{folder}/drawing.dxf", "entities", name=name, driver="DXF")
    sheet.encoding, sheet.encoding_how = text.encoding, text.how
    sheet.findings += text.findings()
    _close(sheet)
    return [sheet]


def _code_page(data: bytes) -> str:
    after = data[:_HEADER_LETTERS].partition(b"$DWGCODEPAGE")[2][:200]
    lines = after.split(b"\n")
    return lines[2].strip().decode("ascii", "replace") if len(lines) > 2 else ""  # noqa: PLR2004


def _letter(match: re.Match[str]) -> str:
    number = int(match[1], 16)
    return "" if number in _SURROGATES or number < ord(" ") else chr(number)


def _of_code_page(match: re.Match[str]) -> str:
    return bytes.fromhex(match[1]).decode("gb18030", "replace")


def _close(sheet: Sheet) -> None:
    """Make areas of closed lines: that is how zones are drawn."""
    shapes = sheet.shapes
    is_line = shapely.get_type_id(shapes) == shapely.GeometryType.LINESTRING
    is_closed = is_line & shapely.is_closed(shapes)
    rings = np.flatnonzero(is_closed & (shapely.get_num_coordinates(shapes) >= _RING_POINTS))
    if not rings.size:
        return
    corners, owner = shapely.get_coordinates(shapes[rings], return_index=True)
    shapes[rings] = shapely.polygons(shapely.linearrings(corners, indices=owner))
    rows = first_rows([int(at) + 1 for at in rings])
    sheet.findings.append(Finding("dxf.lines_closed", {"rows": len(rings)}, "note", rows))
