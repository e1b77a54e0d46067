"""What a TIFF says of itself, read from its bytes before any library makes room for it.

A file of some kilobytes can announce tiles of gigabytes, a hundred million strips, or pages that
follow each other in a circle. What is announced is added up here, and refused in words.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from geo.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_CELLS = 130_000_000
_MB = 1_000_000
_MAX_BLOCK_BYTES = 128 * _MB
# A small file may hold this much once it is unpacked, a larger one this many times its size: what
# shrinks more than that holds next to nothing.
_UNPACKED_BYTES, _UNPACKED_TIMES = 256 * _MB, 60
_MOST_UNPACKED_BYTES = 1_000 * _MB
_MAX_BLOCKS = 2_000_000
_MAX_PAGES, _MAX_TAGS = 64, 4096
_MAGIC: dict[bytes, Literal["<", ">"]] = {
    b"II\x2a\x00": "<",
    b"MM\x00\x2a": ">",
    b"II\x2b\x00": "<",
    b"MM\x00\x2b": ">",
}
_BIG = {b"II\x2b\x00", b"MM\x00\x2b"}
# Types of values: how many bytes, and how numpy calls it.
_TYPES = {1: "u1", 2: "S1", 3: "u2", 4: "u4", 16: "u8"}
_SUBFILE, _WIDTH, _LENGTH, _BITS, _SAMPLES, _PLANAR = 254, 256, 257, 258, 277, 284
_STRIPS, _STRIP_ROWS, _STRIP_BYTES = 273, 278, 279
_TILE_WIDTH, _TILE_LENGTH, _TILES, _TILE_BYTES = 322, 323, 324, 325
_NODATA = 42113
_REDUCED, _MASK = 1, 4
_SEPARATE = 2


@dataclass(frozen=True, slots=True)
class Page:
    """One image of a TIFF.

    Parameters
    ----------
    rows, columns
        Shape.
    block_rows
        Rows of a strip or tile.
    samples
        Bands.
    subfile
        Bits: 1 for a reduced image, 4 for a mask.
    nodata
        What the file says means no value, as it is written; None where it says nothing.
    """

    rows: int
    columns: int
    block_rows: int
    samples: int
    subfile: int
    nodata: str | None

    @property
    def whole(self) -> bool:
        """Whether it is an image of its own and not a reduced one or a mask of another."""
        return not self.subfile & (_REDUCED | _MASK)


def is_tiff(data: bytes) -> bool:
    """Tell whether a file begins as a TIFF does."""
    return data[:4] in _MAGIC


def pages(data: bytes, name: str) -> list[Page]:
    """Read what a TIFF announces, and refuse what would not fit.

    Parameters
    ----------
    data
        Content of the file, which begins as a TIFF does.
    name
        Its name, for messages.

    Raises
    ------
    InputError
        It is cut short, or one of its images is too large in whole, in a block, or in the number of
        its blocks, or unpacks to far more than the file has.

    Examples
    --------
    >>> pages(bytes.fromhex("49492a0008000000"), "people.tif")
    Traceback (most recent call last):
    geo.errors.InputError: people.tif is cut short or damaged. Copy or export it again.
    """
    directory = _Directory(data, name)
    try:
        announced = list(directory.pages())
    except (struct.error, ValueError, IndexError, OverflowError) as error:
        if isinstance(error, InputError):
            raise
        raise _cut(name) from error
    if not announced:
        raise _cut(name)
    return announced


def _cut(name: str) -> InputError:
    return InputError(
        f"{name} is cut short or damaged. Copy or export it again.", code="raster.cut", name=name
    )


class _Directory:
    """The chain of images of a TIFF."""

    def __init__(self, data: bytes, name: str) -> None:
        self._data, self._name = data, name
        self._order: Literal["<", ">"] = _MAGIC[data[:4]]
        self._big = data[:4] in _BIG

    def pages(self) -> Any:  # noqa: ANN401
        """Yield every image, each checked."""
        at = self._number("Q", 8) if self._big else self._number("I", 4)
        seen: set[int] = set()
        while at:
            if at in seen or len(seen) >= _MAX_PAGES:
                raise InputError(
                    f"{self._name} has more than {_MAX_PAGES} images, or a chain of them that does "
                    "not end. Export the one that is needed.",
                    code="raster.pages",
                    name=self._name,
                    most=_MAX_PAGES,
                )
            seen.add(at)
            tags, at = self._tags(at)
            yield self._page(tags)

    def _number(self, kind: str, at: int) -> int:
        return int(struct.unpack_from(self._order + kind, self._data, at)[0])

    def _tags(self, at: int) -> tuple[dict[int, tuple[int, int, int]], int]:
        """Type, count and place of the values of every tag, and where the next image is."""
        count = self._number("Q", at) if self._big else self._number("H", at)
        at += 8 if self._big else 2
        if count > _MAX_TAGS:
            raise _cut(self._name)
        head, room = ("HHQ", 8) if self._big else ("HHI", 4)
        width = struct.calcsize("=" + head) + room
        tags = {}
        for place in range(at, at + count * width, width):
            tag, kind, number = struct.unpack_from(self._order + head, self._data, place)
            here = place + width - room
            if number * np.dtype(_TYPES.get(kind, "u8")).itemsize > room:
                here = self._number("Q" if self._big else "I", here)
            tags[tag] = (kind, number, here)
        end = at + count * width
        return tags, self._number("Q" if self._big else "I", end)

    def _values(self, tags: dict[int, tuple[int, int, int]], tag: int) -> NDArray[Any]:
        kind, count, at = tags[tag]
        if kind not in _TYPES or count > _MAX_BLOCKS:
            raise _cut(self._name)
        dtype = np.dtype(_TYPES[kind]).newbyteorder(self._order)
        return np.frombuffer(self._data, dtype, count, at)

    def _first(self, tags: dict[int, tuple[int, int, int]], tag: int, default: int) -> int:
        return int(self._values(tags, tag)[0]) if tag in tags else default

    def _page(self, tags: dict[int, tuple[int, int, int]]) -> Page:
        columns, rows = self._first(tags, _WIDTH, 0), self._first(tags, _LENGTH, 0)
        samples = self._first(tags, _SAMPLES, 1)
        if not (rows and columns and samples):
            raise _cut(self._name)
        if rows * columns > MAX_CELLS:
            raise InputError(
                f"{self._name} has {rows * columns:,} cells; allowed are {MAX_CELLS:,}. Cut out "
                "the part that is needed, or make its cells larger.",
                code="raster.cells",
                name=self._name,
                cells=rows * columns,
                most=MAX_CELLS,
            )
        tiled = _TILE_WIDTH in tags
        across = self._first(tags, _TILE_WIDTH, columns)
        down = self._first(tags, _TILE_LENGTH if tiled else _STRIP_ROWS, rows)
        down = down if tiled else min(down, rows)
        if not (across and down):
            raise _cut(self._name)
        separate = self._first(tags, _PLANAR, 1) == _SEPARATE
        bits = max(self._first(tags, _BITS, 1), 1)
        block_bytes = across * down * (1 if separate else samples) * bits / 8
        blocks = math.ceil(columns / across) * math.ceil(rows / down) * (samples if separate else 1)
        self._check_sizes(block_bytes, blocks, one_strip=not tiled and down == rows)
        self._check_places(tags, tiled=tiled)
        nodata = None
        if _NODATA in tags:
            nodata = self._values(tags, _NODATA).tobytes().split(b"\x00")[0].decode("latin-1")
        return Page(rows, columns, down, samples, self._first(tags, _SUBFILE, 0), nodata)

    def _check_sizes(self, block_bytes: float, blocks: int, *, one_strip: bool) -> None:
        unpacked = block_bytes * blocks
        allowed = max(_UNPACKED_BYTES, _UNPACKED_TIMES * len(self._data))
        if (
            (block_bytes > _MAX_BLOCK_BYTES and not one_strip)
            or blocks > _MAX_BLOCKS
            or unpacked > min(allowed, _MOST_UNPACKED_BYTES)
        ):
            raise InputError(
                f"{self._name} has {len(self._data):,} bytes and unpacks to {unpacked / _MB:,.0f} "
                f"MB in {blocks:,} blocks of {block_bytes / _MB:,.1f} MB; allowed are "
                f"{min(allowed, _MOST_UNPACKED_BYTES) / _MB:,.0f} MB, {_MAX_BLOCKS:,} blocks and "
                f"{_MAX_BLOCK_BYTES // _MB} MB a block. Save it with tiles of 256 × 256.",
                code="raster.blocks",
                name=self._name,
                mb=round(unpacked / _MB),
                block_mb=round(block_bytes / _MB, 1),
            )

    def _check_places(self, tags: dict[int, tuple[int, int, int]], *, tiled: bool) -> None:
        """Refuse a file that ends before its last block does."""
        at, sizes = (_TILES, _TILE_BYTES) if tiled else (_STRIPS, _STRIP_BYTES)
        if at not in tags or sizes not in tags:
            raise _cut(self._name)
        places = self._values(tags, at).astype(np.float64)
        lengths = self._values(tags, sizes).astype(np.float64)
        if places.size != lengths.size or np.any(places + lengths > len(self._data)):
            raise _cut(self._name)
