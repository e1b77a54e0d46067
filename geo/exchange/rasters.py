"""Rasters of others: a GeoTIFF of one band, read behind the seal, its holes found and said.

A hole is a cell without a value. Where a file does not say by which number it marks them, the
number stands among the people of the cells: 65535 in each of eight cells is half a million people.
Such a number lies at the limit of its type, or is one that people use for it, and far from all
others; then it is masked and said. Where it is not far enough to be sure, the file is refused.
"""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
from affine import Affine
from pyproj import CRS
from rasterio.enums import MaskFlags
from rasterio.errors import RasterioError
from rasterio.io import MemoryFile
from rasterio.transform import array_bounds
from rasterio.windows import Window

from geo.doors import door
from geo.errors import CRSError, InputError
from geo.exchange import parcels, seal, sealed, tiff
from geo.exchange.parcels import Cells
from geo.exchange.parsed import Parsed
from geo.exchange.sources import taken
from geo.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import xarray as xr
    from numpy.typing import NDArray

    from geo.exchange.sources import Source

# In every language, for contents that come without a name.
_UNNAMED = "GeoTIFF"
# Tags in which programs write what a raster shows.
_SAYING = ("TIFFTAG_IMAGEDESCRIPTION", "TIFFTAG_DOCUMENTNAME", "units", "description", "long_name")
_MOST_LETTERS = 500
_CHUNK_CELLS = 1_000_000
# Numbers that mark holes besides the limits of the types.
_USUAL_FILLS = (-2147483647.0, -999.0, -9999.0, -99999.0, -999999.0, -32767.0, 1e20, -1e20)
# Nothing is measured that large; programs mark holes by the limits of 32 and 64 bits, or near them.
_HUGE = 1e30
_MOST_HUGE = 5  # different ones that are told apart
_INTEGERS = tuple(np.dtype(name) for name in ("u1", "u2", "u4", "i2", "i4"))
# A fill value is so many times as large as the largest of the others; below that and above the
# second, one cannot tell.
_FAR, _NEAR = 5.0, 2.0
_SMALL_TYPE_BYTES = 2
_LARGEST_LONGITUDE, _LARGEST_LATITUDE, _ANTIMERIDIAN = 360.0, 90.0, 180.0
_UNEVEN = 0.05  # of a cell: coordinates are often rounded to 32 bits


@door
def read_raster(
    source: Source,
    name: str | None = None,
    *,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> xr.DataArray:
    """Read a raster of one band, such as persons per cell, from a file or from its content.

    The file is parsed in a process that can reach nothing else (:mod:`geo.exchange.sealed`).

    Parameters
    ----------
    source
        Content of a GeoTIFF with at most 130 million cells, or its path; at most 500 MB.
    name
        Its name where ``source`` is content; what it says is heeded where no unit is stated.
    progress
        Called with how much is done, 0 to 1.
    cancelled
        Asked from time to time; once it is true the reading ends.

    Returns
    -------
    Array with dimensions ``y`` and ``x``, its CRS, and not-a-number where there is no value. Its
    ``attrs`` are ``units`` (of the band, empty where the file does not say), ``long_name`` (its
    description), ``source`` (the name of the file), ``comment`` (what it says of itself) and
    ``findings``: a list of `geo.findings.Finding`, such as cells that were
    masked because they hold a number that marks holes though the file does not say so.

    Raises
    ------
    InputError
        It is no GeoTIFF of one band of real numbers, is cut short, too large, or unpacks to far
        more than it has, is rotated, has no place or no value; or it holds a number that may mark
        holes, or may not.
    CRSError
        It has no CRS, or one that is not bound to the earth.

    Examples
    --------
    >>> read_raster(b"")
    Traceback (most recent call last):
    geo.errors.InputError: read_raster: GeoTIFF is empty. Export it again.
    """
    data, label = taken(source, name, function="read_raster", unnamed=_UNNAMED)
    answer = sealed.run(
        "raster", data, label, function="read_raster", progress=progress, cancelled=cancelled
    )
    if isinstance(answer, Parsed):
        raise TypeError("the worker read a raster and sent features")
    return answer


def parse(data: bytes, name: str, options: Mapping[str, Any]) -> Cells:  # noqa: ARG001
    """Read a GeoTIFF; this runs behind the seal.

    Parameters
    ----------
    data, name
        Content and name of the file.
    options
        None yet.

    Raises
    ------
    InputError, CRSError
        As `read_raster`.
    """
    if not tiff.is_tiff(data):
        raise InputError(f"{name} is no GeoTIFF. Pass a GeoTIFF.", code="raster.format", name=name)
    images = tiff.pages(data, name)
    seal.restrict_to("GTiff")
    try:
        return _Band(data, name, images).cells()
    except (RasterioError, OSError) as error:
        raise _damaged(name, error) from error


def _damaged(name: str, error: object) -> InputError:
    return InputError(
        f"{name} cannot be read ({error}). Pass a GeoTIFF; open it in a GIS and export it again.",
        code="raster.cut",
        name=name,
    )


class _Band:
    """The one band of a GeoTIFF, and what is noticed while it is read."""

    def __init__(self, data: bytes, name: str, images: list[tiff.Page]) -> None:
        self._name, self._image = name, images[0]
        self._findings: list[Finding] = []
        whole = sum(image.whole for image in images)
        if whole > 1:
            self._findings.append(
                Finding("raster.other_images", {"name": name, "images": whole - 1}, "warning")
            )
        self._memory = MemoryFile(data)
        self._file = self._memory.open(driver="GTiff", sharing=False)
        self._check_band()
        self._crs = self._checked_crs()
        self._place = self._file.transform
        # Columns that lie beyond 180° in a raster that goes once around from 0° to 360°.
        self._beyond = 0
        self._check_place()
        self._dtype = np.dtype(self._file.dtypes[0])
        self._nodata = self._checked_nodata()
        self._masked = MaskFlags.per_dataset in self._file.mask_flag_enums[0]
        self._seen = _Seen(self._dtype)
        self._huge: dict[float, int] = {}
        self._infinite = 0
        self._unreadable = False

    def cells(self) -> Cells:
        """Return the cells, which are read when they are asked for."""
        exact = self._dtype.itemsize <= _SMALL_TYPE_BYTES or self._dtype == np.float32
        scaled = (self._file.scales[0], self._file.offsets[0]) != (1.0, 0.0)
        return Cells(
            rows=self._file.height,
            columns=self._file.width,
            dtype="float32" if exact and not scaled else "float64",
            transform=tuple(self._place)[:6],
            crs=self._crs,
            blocks=self._blocks(),
            closing=self._closing,
        )

    def _check_band(self) -> None:
        file, name = self._file, self._name
        if file.count != 1:
            raise InputError(
                f"{name} has {file.count} bands. Save the one to use as a GeoTIFF.",
                code="raster.bands",
                name=name,
                bands=file.count,
            )
        if np.dtype(file.dtypes[0]).kind not in "uif":
            raise InputError(
                f"{name} holds {file.dtypes[0]}. Allowed are real numbers; save the part you mean.",
                code="raster.complex",
                name=name,
            )

    def _checked_crs(self) -> str:
        crs = self._file.crs
        if crs is None:
            raise CRSError(
                f"{self._name} has no CRS. Set the one it is in with a GIS.",
                code="raster.no_crs",
                name=self._name,
            )
        system = CRS.from_user_input(crs)
        if not (system.is_projected or system.is_geographic):
            raise CRSError(
                f"{self._name} has the CRS {system.name!r}, which is bound to no place on earth. "
                "Set the one it is in with a GIS.",
                code="raster.local_crs",
                name=self._name,
                crs=system.name,
            )
        text = parcels.crs_text(system)
        if text is None:
            raise TypeError("a CRS is none")
        return text

    def _check_place(self) -> None:
        to, name = self._file.transform, self._name
        if to.is_identity or to.is_degenerate or not all(map(math.isfinite, to)):
            raise InputError(
                f"{name} does not say where its cells are (no geotransform). Georeference it in a "
                "GIS.",
                code="raster.no_place",
                name=name,
            )
        if to.b or to.d:
            raise InputError(
                f"{name} is rotated. Warp it to a north-up one in a GIS.",
                code="raster.rotated",
                name=name,
            )
        if CRS.from_user_input(self._file.crs).is_geographic:
            west, south, east, north = self._file.bounds
            if max(abs(west), abs(east)) > _LARGEST_LONGITUDE + abs(to.a) or max(
                abs(south), abs(north)
            ) > _LARGEST_LATITUDE + abs(to.e):
                raise CRSError(
                    f"{name} is said to be in degrees and reaches from {west:g}, {south:g} to "
                    f"{east:g}, {north:g}. Set the CRS it is in with a GIS.",
                    code="raster.not_degrees",
                    name=name,
                )
            self._turn()
            west, _, east, _ = array_bounds(self._file.height, self._file.width, self._place)
            # A raster of the whole Earth may reach half a cell beyond 180°.
            edge = _ANTIMERIDIAN + abs(to.a)
            if (west < _ANTIMERIDIAN and east > edge) or (west < -edge and east > -_ANTIMERIDIAN):
                raise InputError(
                    f"{name} reaches from {west:g}° to {east:g}°, across the antimeridian (180°). "
                    "Cut it there in a GIS, and bring the part that you need, within ±180°.",
                    code="raster.antimeridian",
                    name=name,
                    west=round(west, 2),
                    east=round(east, 2),
                )

    def _turn(self) -> None:
        """Begin a raster that goes once around the Earth at 180°, wherever it begins itself."""
        to, columns = self._place, self._file.width
        before = round((_ANTIMERIDIAN - to.c) / to.a)
        once_around = abs(columns - _LARGEST_LONGITUDE / to.a) < _UNEVEN
        if once_around and 0 < before < columns:
            self._beyond = columns - before
            self._place = Affine(
                to.a, to.b, to.c + before * to.a - _LARGEST_LONGITUDE, to.d, to.e, to.f
            )
            self._findings.append(Finding("raster.turned", {"name": self._name}, "note"))

    def _checked_nodata(self) -> float | None:
        """Return the number that the file says marks holes, if a cell can hold it."""
        text = self._image.nodata
        if text is None or not text.strip():
            return None
        try:
            value = float(text)
        except ValueError:
            value = math.inf
        if math.isnan(value) and self._dtype.kind == "f":
            return value
        if self._dtype.kind == "f" and math.isfinite(value):
            return value
        if self._dtype.kind in "ui" and math.isfinite(value) and value == int(value):
            limits = np.iinfo(self._dtype)
            if limits.min <= value <= limits.max:
                return value
        self._findings.append(
            Finding("raster.nodata_unheld", {"name": self._name, "nodata": text[:40]}, "warning")
        )
        return None

    def _blocks(self) -> Iterator[NDArray[Any]]:
        """Read some rows at a time, whole rows of blocks, so that each is unpacked once."""
        width, height, block = self._file.width, self._file.height, self._image.block_rows
        step = max(_CHUNK_CELLS // width // block, 1) * block
        try:
            for start in range(0, height, step):
                window = Window(0, start, width, min(step, height - start))
                yield self._values(window)
        except RasterioError as error:
            raise _damaged(self._name, error) from error

    def _values(self, window: Window) -> NDArray[Any]:
        stored = self._file.read(1, window=window)
        small = stored.dtype.itemsize <= _SMALL_TYPE_BYTES or stored.dtype == np.float32
        values: NDArray[Any] = stored.astype(np.float32 if small else np.float64)
        holes = np.zeros(stored.shape, dtype=bool)
        if self._masked:
            holes |= self._file.read_masks(1, window=window) == 0
        if self._nodata is not None and not math.isnan(self._nodata):
            # In 32 bits the number is a rounded one.
            holes |= stored == self._dtype.type(self._nodata)
        if self._dtype.kind == "f":
            self._add_huge(values, holes)
        if holes.any():
            values[holes] = np.nan
            self._seen.add(values[~holes])
        else:
            self._seen.add(values.reshape(-1))
        return np.roll(values, self._beyond, axis=1) if self._beyond else values

    def _add_huge(self, values: NDArray[Any], holes: NDArray[np.bool_]) -> None:
        """Add to the holes what is no number, or one that nobody measures."""
        strange = ~(np.abs(values) < _HUGE)
        if not strange.any():
            return
        self._infinite += int(np.count_nonzero(np.isinf(values) & ~holes))
        huge = values[strange & ~holes & np.isfinite(values)]
        for value, cells in zip(*np.unique(huge, return_counts=True), strict=True):
            is_listed = len(self._huge) < _MOST_HUGE or value in self._huge
            key = float(value) if is_listed else next(iter(self._huge))
            self._huge[key] = self._huge.get(key, 0) + int(cells)
        holes |= strange

    def _closing(self) -> dict[str, Any]:
        """Tell what is known now that all cells were seen."""
        if self._seen.count == 0:
            raise InputError(
                f"{self._name} has no cell with a value. Check what was exported.",
                code="raster.no_values",
                name=self._name,
            )
        fills = self._seen.fills(self._name)
        for fill, cells in (self._huge | fills).items():
            self._findings.append(
                Finding(
                    "raster.fill_masked",
                    {"name": self._name, "fill": f"{fill:.10g}", "cells": cells},
                    "warning",
                )
            )
        if self._infinite:
            self._findings.append(
                Finding("raster.infinite", {"name": self._name, "cells": self._infinite}, "warning")
            )
        units = self._words(lambda: self._file.units[0]) or ""
        description = self._words(lambda: self._file.descriptions[0]) or ""
        comment = self._comment()
        if self._unreadable:
            self._findings.append(
                Finding("raster.words_unreadable", {"name": self._name}, "warning")
            )
        return {
            "fills": list(fills),
            "scale": self._file.scales[0],
            "offset": self._file.offsets[0],
            "attrs": {
                "units": units,
                "long_name": description,
                "source": "" if self._name == _UNNAMED else self._name,
                "comment": comment,
            },
            "findings": [asdict(each) for each in self._findings],
        }

    def _words(self, read: Callable[[], Any]) -> Any:  # noqa: ANN401  as rasterio gives it
        """Return what the file says in words; of those in another encoding than UTF-8 none."""
        try:
            return read()
        except UnicodeDecodeError:
            self._unreadable = True
            return None

    def _comment(self) -> str:
        """Return what the file says of itself beside the band."""
        tags = (self._words(self._file.tags) or {}) | (
            self._words(lambda: self._file.tags(1)) or {}
        )
        return "; ".join(str(tags[key]) for key in _SAYING if key in tags)[:_MOST_LETTERS]


class _Seen:
    """What is known of the cells so far: their range, and how many hold which possible fill.

    Parameters
    ----------
    dtype
        Of the cells in the file.
    """

    def __init__(self, dtype: np.dtype[Any]) -> None:
        wide = np.float32 if dtype.itemsize <= _SMALL_TYPE_BYTES else np.float64
        wide = np.float32 if dtype == np.float32 else wide
        candidates = {wide(each) for each in _candidates(dtype)}
        self._candidates = sorted(float(each) for each in candidates if np.isfinite(each))
        self._cells = dict.fromkeys(self._candidates, 0)
        self._least, self._most = math.inf, -math.inf
        self.count = 0

    def add(self, some: NDArray[Any]) -> None:
        """Look at the values of some cells."""
        if some.size == 0:
            return
        self.count += some.size
        least, most = float(some.min()), float(some.max())
        for candidate in self._candidates:
            if least <= candidate <= most:
                same = some == candidate
                number = int(np.count_nonzero(same))
                if number:
                    self._cells[candidate] += number
                    some = some[~same]
        if some.size:
            self._least = min(self._least, float(some.min()))
            self._most = max(self._most, float(some.max()))

    def fills(self, name: str) -> dict[float, int]:
        """Return the numbers that mark holes, and how many cells hold each.

        Raises
        ------
        InputError
            One cannot tell, or there is nothing else.
        """
        present = {value: cells for value, cells in self._cells.items() if cells}
        if not present:
            return {}
        if self._least > self._most:
            raise InputError(
                f"{name} holds nothing but {', '.join(f'{each:.10g}' for each in present)}. Check "
                "what was exported.",
                code="raster.no_values",
                name=name,
            )
        fills = {}
        for value, cells in present.items():
            times = self._times(value)
            if times >= _FAR:
                fills[value] = cells
            elif times >= _NEAR:
                raise InputError(
                    f"{name} has {cells:,} cells of {value:.10g} and says nothing of them, while "
                    f"all others are {self._least:.10g} to {self._most:.10g}. Set its nodata value "
                    "with a GIS, to that number or to another.",
                    code="raster.fill_unclear",
                    name=name,
                    fill=f"{value:.10g}",
                    cells=cells,
                    least=f"{self._least:.10g}",
                    most=f"{self._most:.10g}",
                )
        return fills

    def _times(self, value: float) -> float:
        """How many times farther from nothing a number lies than the farthest of the others."""
        if value < 0 <= self._least:
            return math.inf
        farthest = max(abs(self._least), abs(self._most))
        return math.inf if farthest == 0 else abs(value) / farthest


def _candidates(dtype: np.dtype[Any]) -> set[float]:
    """Numbers by which holes are marked, as far as cells of a type can hold them."""
    if dtype.kind == "f":
        integer = {float(np.iinfo(each).max) for each in _INTEGERS[1:]}
        integer |= {float(np.iinfo(each).min) for each in _INTEGERS[3:]}
        return integer | set(_USUAL_FILLS)
    limits_i = np.iinfo(dtype)
    limits_of = {
        limit for each in _INTEGERS[1:] for limit in (np.iinfo(each).min, np.iinfo(each).max)
    }
    every = {*limits_of, *_USUAL_FILLS, limits_i.min, limits_i.max} - {0}
    return {float(each) for each in every if limits_i.min <= each <= limits_i.max}
