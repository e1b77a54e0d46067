"""What a TIFF announces of itself: read from its bytes, up to limits that stand here in numbers."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from geo.errors import InputError
from geo.exchange import tiff
from geo.exchange.tiff import Page

# How a number of each type is packed: a byte, two, four, eight.
KINDS = {1: "B", 3: "H", 4: "I", 16: "Q"}
TYPES: dict[type, int] = {bytearray: 1, bytes: 2}


Tags = dict[int, Any]


def made(
    *pages: Tags,
    big: bool = False,
    order: str = "<",
    kind: int = 0,
    chain: tuple[int, ...] = (),
    size: int = 0,
) -> bytes:
    """A TIFF of pages that are mappings of tag to a number, a list of them, bytes, or a text."""
    kind = kind or (16 if big else 4)
    head, number, width = ("HHQ", "Q", 20) if big else ("HHI", "I", 12)
    mark = b"II" if order == "<" else b"MM"
    first = ("2sHHHQ", mark, 43, 8, 0, 16) if big else ("2sHI", mark, 42, 8)
    body = bytearray(struct.pack(order + first[0], *first[1:]))
    for at, page in enumerate(pages):
        room = struct.calcsize(order + number)
        count = struct.pack(order + ("Q" if big else "H"), len(page))
        place = len(body) + len(count) + len(page) * width + room
        entries, values = b"", b""
        for tag, value in sorted(page.items()):
            several: Any = [value] if isinstance(value, int) else value
            of = TYPES.get(type(several), kind)
            numbers = f"{order}{len(several)}{KINDS[kind]}"
            packed = struct.pack(numbers, *several) if isinstance(several, list) else several
            entries += struct.pack(order + head, tag, of, len(several))
            if len(packed) > room:
                entries += struct.pack(order + number, place + len(values))
                values += packed
            else:
                entries += bytes(packed).ljust(room, b"\0")
        after = chain[at] if chain else (place + len(values)) * (at + 1 < len(pages))
        body += count + entries + struct.pack(order + number, after) + values
    return bytes(body).ljust(size, b"\0")


def code(data: bytes) -> str:
    """The code of a refusal, empty where there is none."""
    try:
        tiff.pages(data, "a.tif")
    except InputError as refusal:
        return refusal.code.removeprefix("raster.") if refusal.values["name"] == "a.tif" else "?"
    return ""


WIDTH, LENGTH, BITS, SAMPLES, STRIP_ROWS, PLANAR = 256, 257, 258, 277, 278, 284
TILE_WIDTH, TILE_LENGTH, SUBFILE, NODATA = 322, 323, 254, 42113
IMAGE = {WIDTH: 70, LENGTH: 60, BITS: 8}
STRIPS, TILES = {273: 8, 279: 8}, {324: 8, 325: 8}
STRIP = IMAGE | STRIPS


def tiled(columns: int, rows: int) -> Tags:
    return IMAGE | TILES | {TILE_WIDTH: columns, TILE_LENGTH: rows}


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (STRIP, Page(60, 70, 60, 1, 0, None)),
        (STRIP | {STRIP_ROWS: 30}, Page(60, 70, 30, 1, 0, None)),
        (STRIP | {STRIP_ROWS: 2**32 - 1}, Page(60, 70, 60, 1, 0, None)),
        (tiled(64, 128), Page(60, 70, 128, 1, 0, None)),
        (IMAGE | TILES | {TILE_WIDTH: 64}, Page(60, 70, 60, 1, 0, None)),
        (STRIP | {SAMPLES: 3, SUBFILE: 1}, Page(60, 70, 60, 3, 1, None)),
        (STRIP | {NODATA: b"-9999\0"}, Page(60, 70, 60, 1, 0, "-9999")),
        (STRIP | {NODATA: b"7\0x"}, Page(60, 70, 60, 1, 0, "7")),
    ],
)
@pytest.mark.parametrize("form", [{}, {"order": ">"}, {"big": True}, {"big": True, "order": ">"}])
def test_a_page_by_its_tags(page: Tags, expected: Page, form: dict[str, Any]) -> None:
    assert tiff.pages(made(page, **form), "a.tif") == [expected]


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_of_any_type(kind: int) -> None:
    size = 200
    page = STRIP | {273: [8, 200 - 8], 279: [8, 8]}
    assert code(made(page, kind=kind, size=size)) == ""
    assert code(made(page, kind=kind, size=size)[: size - 1]) == "cut"


@pytest.mark.parametrize(
    ("subfile", "whole"), [(0, True), (1, False), (2, True), (4, False), (6, False)]
)
def test_reduced_images_and_masks_are_of_another(subfile: int, *, whole: bool) -> None:
    (page,) = tiff.pages(made(STRIP | {SUBFILE: subfile}), "a.tif")
    assert page.whole is whole


@pytest.mark.parametrize(
    "page",
    [
        IMAGE,
        {WIDTH: 70} | STRIPS,
        {LENGTH: 60} | STRIPS,
        STRIP | {WIDTH: 0},
        STRIP | {LENGTH: 0},
        STRIP | {SAMPLES: 0},
        STRIP | {STRIP_ROWS: 0},
        tiled(0, 64),
        tiled(64, 0),
        # Places without lengths, the other way round, and not as many.
        IMAGE | {273: 8},
        IMAGE | {279: 8},
        IMAGE | TILES,
        STRIP | {TILE_WIDTH: 64},
        STRIP | {273: [8, 8], 279: [8, 8, 8]},
        STRIP | {279: 5_000},
        STRIP | {273: [8, 2**31], 279: [8, 8]},
    ],
)
def test_a_page_that_lacks_what_it_needs_is_cut(page: Tags) -> None:
    assert code(made(page)) == "cut"


def test_a_file_that_ends_before_its_last_page_is_cut() -> None:
    good = made(STRIP, STRIP)
    assert [code(good[:length]) for length in range(8, len(good))] == ["cut"] * (len(good) - 8)
    assert code(b"II*\0" + bytes(4)) == "cut"
    # An image where the file has not begun, and more tags than any image has.
    assert code(made(STRIP, chain=(2**31,))) == "cut"
    many = STRIP | dict.fromkeys(range(1000, 1000 + 4096 - len(STRIP)), 1)
    assert code(made(many)) == ""
    assert code(made(many | {9000: 1})) == "cut"


def test_images_without_end_are_refused() -> None:
    assert code(made(STRIP, chain=(8,))) == "pages"
    assert len(tiff.pages(made(*[STRIP] * 64), "a.tif")) == 64
    assert code(made(*[STRIP] * 65)) == "pages"


# Each just within a limit, and with what takes it beyond.
MB = 10**6
ONE_BIT = {tag: value for tag, value in tiled(32_000, 32_000).items() if tag != BITS}
EDGED = tiled(8_000, 8_000) | {BITS: 16}
LIMITS = [
    # 130 million cells, in one strip however large
    (STRIP | {WIDTH: 13_000, LENGTH: 10_000}, {WIDTH: 13_001}, "cells", 0),
    # 128 MB in a tile, in two strips, or in the tile of one of two bands apart
    (tiled(16_000, 8_000) | {LENGTH: 8_000}, {TILE_WIDTH: 16_001}, "blocks", 0),
    (tiled(16_000, 8_000), {SAMPLES: 2}, "blocks", 0),
    (tiled(16_000, 8_000) | {SAMPLES: 2, PLANAR: 2}, {PLANAR: 1}, "blocks", 0),
    (STRIP | {WIDTH: 13_000, LENGTH: 10_000}, {STRIP_ROWS: 9_999}, "blocks", 0),
    (tiled(32_000, 32_000) | {BITS: 0}, {TILE_WIDTH: 32_001}, "blocks", 0),
    (ONE_BIT, {TILE_WIDTH: 32_001}, "blocks", 0),
    # 256 MB from a small file, 60 times as much from a larger one, never more than 1,000 MB
    (STRIP | {WIDTH: 12_800, LENGTH: 10_000, BITS: 16}, {WIDTH: 12_801}, "blocks", 4 * MB),
    (STRIP | {WIDTH: 7_500, LENGTH: 10_000, BITS: 32}, {WIDTH: 7_501}, "blocks", 5 * MB),
    (STRIP | {WIDTH: 12_500, LENGTH: 10_000, BITS: 64}, {WIDTH: 12_501}, "blocks", 17 * MB),
    (STRIP | {WIDTH: 3_200, LENGTH: 10_000, SAMPLES: 8}, {SAMPLES: 9}, "blocks", 0),
    # the tiles at the edges are whole ones
    (EDGED | {WIDTH: 8_000, LENGTH: 16_000}, {LENGTH: 16_001}, "blocks", 0),
    (EDGED | {WIDTH: 16_000, LENGTH: 8_000}, {WIDTH: 16_001}, "blocks", 0),
    # two million blocks
    (tiled(1, 1) | {WIDTH: 2_000, LENGTH: 1_000}, {WIDTH: 2_001}, "blocks", 0),
    (tiled(1, 1) | {WIDTH: 1_000, LENGTH: 2_000}, {LENGTH: 2_001}, "blocks", 0),
    (tiled(1, 1) | {WIDTH: 1_000, LENGTH: 1_000, SAMPLES: 2, PLANAR: 2}, {SAMPLES: 3}, "blocks", 0),
]


@pytest.mark.parametrize(("page", "beyond", "refused", "size"), LIMITS)
@pytest.mark.parametrize("big", [False, True])
def test_what_is_announced_has_limits(
    page: Tags, beyond: Tags, refused: str, size: int, *, big: bool
) -> None:
    assert code(made(page, big=big, size=size)) == ""
    assert code(made(page | beyond, big=big, size=size)) == refused
    # A good first image does not hide a second one, be it a reduced one.
    assert code(made(STRIP, page | beyond | {SUBFILE: 1}, big=big, size=size)) == refused


@pytest.mark.parametrize(("values", "expected"), [(2 * MB, ""), (2 * MB + 1, "cut")])
def test_there_are_no_more_places_than_blocks_may_be(values: int, expected: str) -> None:
    assert code(made(STRIP | {273: bytearray(values), 279: bytearray(values)})) == expected
