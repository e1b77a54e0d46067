"""Surfaces on a printed map: rasters in the classes or along the ramp of the web map."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import to_rgba
from pyproj import Transformer
from rasterio.enums import Resampling
from rasterio.transform import from_bounds

from geo.errors import CRSError
from geo.transformations import require_path
from layers.look.overlays import SURFACE_FADE, SURFACE_OPACITY, SURFACE_TICKS, surface_classes
from layers.look.symbology import palette
from layers.plan.area import map_crs
from layers.scene.window import POINTS_PER_INCH

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from layers.look.overlays import Surface
    from layers.scene.plates import Plate
    from layers.scene.window import Window

PICTURE_DPI = 200.0
# A surface without classes is seen from about this share of its top.
PAINTED_SHARE = 0.01


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
        map_crs(),
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


def painted_m(overlay: Surface) -> tuple[float, float, float, float] | None:
    """Return the bounds of what a surface paints: a raster is mostly zero at its border."""
    array = overlay.array
    if array.rio.crs is None:
        raise CRSError(
            "print_map: a surface has no CRS, so it has no place on the map; "
            'set it with array.rio.write_crs("EPSG:4547")',
            code="caller.crs",
            function="print_map",
        )
    require_path(array.rio.crs, map_crs(), array.rio.bounds(), function="print_map")
    least = overlay.levels[0] if overlay.levels else PAINTED_SHARE * surface_top(overlay)
    seen = array.to_numpy() > max(float(least), 0.0)
    if not seen.any():
        return None
    half_x, half_y = (abs(float(step)) / 2 for step in array.rio.resolution())
    x = array["x"].to_numpy()[seen.any(axis=0)]
    y = array["y"].to_numpy()[seen.any(axis=1)]
    west, south, east, north = Transformer.from_crs(
        array.rio.crs, map_crs(), always_xy=True
    ).transform_bounds(
        float(x.min()) - half_x,
        float(y.min()) - half_y,
        float(x.max()) + half_x,
        float(y.max()) + half_y,
    )
    return west, south, east, north


def surface_top(overlay: Surface) -> float:
    """Return the value of a surface's darkest colour."""
    highest = float(np.nan_to_num(overlay.array.to_numpy(), nan=0.0).max(initial=0.0))
    return highest if overlay.top is None else float(overlay.top)


def surface_ticks(overlay: Surface) -> list[str]:
    """Return the numbers along the ramp of a surface that has no classes."""
    top = surface_top(overlay)
    ticks = [f"{float(f'{value:.2g}'):g}" for value in np.linspace(0.0, top, SURFACE_TICKS)]
    above = overlay.top is not None and bool(overlay.array.max() > top)
    return [*ticks[:-1], f"≥ {ticks[-1]}"] if above else ticks
