"""Surfaces: rasters in classes or along a ramp, as every map paints them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from pyproj import Transformer

from geo.transformations import require_path
from layers.look.overlay_classes import band_codes
from layers.plan.area import map_crs
from layers.scene.window import POINTS_PER_INCH

if TYPE_CHECKING:
    from collections.abc import Callable

    import xarray as xr
    from numpy.typing import NDArray

    from layers.scene.window import Window

# As many dots per inch as have no more pixels than this: on an A3 sheet the first, on a poster that
# is seen from afar fewer.
PICTURE_DPI, MOST_PIXELS = 200.0, 9_000_000
# A surface without classes is seen from about this share of its top.
PAINTED_SHARE = 0.01
# So many steps along a ramp that a pixel has the colour of its own value.
_STEPS = 2**16 - 1


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A raster and how it is painted.

    Parameters
    ----------
    array
        Its values, with their CRS.
    levels
        Lower bounds of its classes; none where it is painted along a ramp.
    colours
        Of its classes, or along its ramp.
    opacity, fade
        How solid it is, and the share of its top below which it fades out.
    top
        Value of the darkest colour of a ramp.
    ticks
        Words along its ramp, at equal distances.
    """

    array: xr.DataArray
    levels: tuple[float, ...]
    colours: tuple[str, ...]
    opacity: float
    fade: float
    top: float
    ticks: tuple[str, ...] = ()

    def toned(self, tone: Callable[[str], str]) -> Picture:
        """Return it in the colours of a palette."""
        return replace(self, colours=tuple(map(tone, self.colours)))

    def rgba(self, values: NDArray[np.float64]) -> NDArray[np.uint8]:
        """Return values as they are painted; what has no value is 0."""
        if self.levels:
            return self.table()[self.codes(values)]
        share = np.clip(values / self.top, 0.0, 1.0) if self.top > 0 else np.zeros_like(values)
        steps = np.linspace(0.0, 1.0, _STEPS + 1)
        painted = np.column_stack([*self._ramp(steps)[0].T, 255 * self._solid(steps)])
        row = (share * _STEPS + 0.5).astype(np.uint16)
        found: NDArray[np.uint8] = painted.round().astype(np.uint8)[row]
        return found

    def codes(self, values: NDArray[np.float64]) -> NDArray[np.intp]:
        """Return the row of :meth:`table` that each value is painted with."""
        return band_codes(values, np.asarray(self.levels)) + 1

    def table(self) -> NDArray[np.uint8]:
        """Return the colours of its classes, after one for what is in none, which is not seen."""
        rows = [[255, 255, 255, 0]]
        rows += [[*_parts(colour), round(255 * self.opacity)] for colour in self.colours]
        return np.array(rows, dtype=np.uint8)

    def tone(self, share: float) -> tuple[str, float]:
        """Return colour and opacity at a share of the top of a ramp."""
        at = np.array(share)
        colour = self._ramp(at).ravel().tolist()
        return "#" + "".join(f"{round(part):02X}" for part in colour), float(self._solid(at))

    def _ramp(self, share: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return red, green and blue along a ramp, 0 to 255."""
        stops = np.array([_parts(colour) for colour in self.colours], dtype=float)
        at = np.linspace(0.0, 1.0, len(stops))
        return np.dstack([np.interp(share, at, stops[:, band]) for band in range(3)])

    def _solid(self, share: NDArray[np.float64]) -> NDArray[np.float64]:
        faded: NDArray[np.float64] = np.clip(share / self.fade, 0.0, 1.0) * self.opacity
        return faded

    def over(self, window: Window) -> NDArray[np.uint8]:
        """Return it as RGBA over the frame of a printed map."""
        from rasterio.enums import Resampling  # noqa: PLC0415  only surfaces need it
        from rasterio.transform import from_bounds  # noqa: PLC0415

        width, height = pixels(window.frame.width, window.frame.height)
        ready = self.array.astype("float64").rio.write_nodata(np.nan)
        warped = ready.rio.reproject(
            map_crs(),
            shape=(height, width),
            transform=from_bounds(*window.bounds_m, width, height),
            resampling=Resampling.bilinear,
            nodata=np.nan,
        )
        return self.rgba(np.nan_to_num(warped.to_numpy(), nan=0.0))

    def painted_m(self) -> tuple[float, float, float, float] | None:
        """Return the bounds of what it paints: a raster is mostly zero at its border."""
        array = self.array
        require_path(array.rio.crs, map_crs(), array.rio.bounds(), function="print_map")
        least = self.levels[0] if self.levels else PAINTED_SHARE * self.top
        painted = array.to_numpy() > max(float(least), 0.0)
        if not painted.any():
            return None
        half_x, half_y = (abs(float(step)) / 2 for step in array.rio.resolution())
        x = array["x"].to_numpy()[painted.any(axis=0)]
        y = array["y"].to_numpy()[painted.any(axis=1)]
        west, south, east, north = Transformer.from_crs(
            array.rio.crs, map_crs(), always_xy=True
        ).transform_bounds(
            float(x.min()) - half_x,
            float(y.min()) - half_y,
            float(x.max()) + half_x,
            float(y.max()) + half_y,
        )
        return west, south, east, north


def pixels(width: float, height: float) -> tuple[int, int]:
    """Return how many pixels a surface has across and up on a map of such a size, points.

    Examples
    --------
    >>> pixels(900, 720), pixels(1600, 2250)
    ((2500, 2000), (2530, 3558))
    """
    per_pt = PICTURE_DPI / POINTS_PER_INCH
    per_pt = min(per_pt, math.sqrt(MOST_PIXELS / (width * height)))
    return max(2, round(width * per_pt)), max(2, round(height * per_pt))


def _parts(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
