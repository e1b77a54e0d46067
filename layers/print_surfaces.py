"""Surfaces on a printed map: rasters in the classes or along the ramp of the web map."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import to_rgba
from rasterio.enums import Resampling
from rasterio.transform import from_bounds

from layers.overlays import SURFACE_FADE, SURFACE_OPACITY, surface_classes
from layers.print_plates import MAP_CRS, surface_top
from layers.print_window import POINTS_PER_INCH
from layers.symbology import palette

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from layers.overlays import Surface
    from layers.print_plates import Plate
    from layers.print_window import Window

PICTURE_DPI = 200.0


def draw_surface(axes: Axes, plate: Plate, window: Window, toned: Callable[[str], str]) -> None:
    """Draw a raster, warped to the map's own grid, in the classes or the ramp of the web map."""
    if plate.surface is None:
        return
    frame = window.frame
    image = axes.imshow(
        picture(plate.surface, window, toned),
        extent=(frame.left, frame.right, frame.bottom, frame.top),
        origin="upper",
        interpolation="nearest",
        aspect="auto",
        zorder=plate.zorder,
    )
    image.set_in_layout(False)


def picture(surface: Surface, window: Window, toned: Callable[[str], str]) -> NDArray[np.uint8]:
    """Return a surface as RGBA over the frame of a map."""
    frame = window.frame
    width, height = (
        max(2, round(side / POINTS_PER_INCH * PICTURE_DPI)) for side in (frame.width, frame.height)
    )
    ready = surface.array.astype("float64").rio.write_nodata(np.nan)
    warped = ready.rio.reproject(
        MAP_CRS,
        shape=(height, width),
        transform=from_bounds(*window.bounds_m, width, height),
        resampling=Resampling.bilinear,
        nodata=np.nan,
    )
    values = np.nan_to_num(warped.to_numpy(), nan=0.0)
    if surface.levels is not None:
        found = surface_classes(replace(surface, array=warped.copy(data=values)))
        table = [(0.0, 0.0, 0.0, 0.0)]
        table += [to_rgba(toned(colour), SURFACE_OPACITY) for colour in found.colours]
        painted: NDArray[np.uint8] = (np.array(table) * 255).round().astype(np.uint8)
        return painted[found.codes + 1]
    top = surface_top(surface)
    share = np.clip(values / top, 0.0, 1.0) if top > 0 else np.zeros_like(values)
    colours = np.array([to_rgba(toned(colour))[:3] for colour in palette(surface.ramp)])
    at = np.linspace(0.0, 1.0, len(colours))
    bands = [np.interp(share, at, colours[:, band]) for band in range(3)]
    bands.append(np.clip(share / SURFACE_FADE, 0.0, 1.0) * SURFACE_OPACITY)
    ramp: NDArray[np.uint8] = (np.dstack(bands) * 255).round().astype(np.uint8)
    return ramp
