"""A map for the public: no place is better known than rules on public maps allow."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.crs import GEOGRAPHIC, moved
from layers.look.overlays import Surface

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from layers.look.content import Content

# Of a degree, about 100 m; the least accuracy that is stated, metres.
DECIMALS, LEAST_M = 3, 50.0
STEP_DEG, AREA = 10.0**-DECIMALS, 2


def reduced(content: Content) -> Content:
    """Return what a map shows with points, lines and areas made coarser, the ground as well.

    The numbers of results stay as they are, and so do pictures of them.

    Examples
    --------
    >>> from layers.look.content import Content
    >>> from layers.plan.catalogue import load
    >>> coarse = reduced(Content({"parks": load("parks")}, ("parks",))).frames["parks"]
    >>> float(coarse["accuracy_m"].min()) >= LEAST_M
    True
    """
    frames = {name: coarser(frame) for name, frame in content.frames.items()}
    overlays = tuple(
        each if isinstance(each, Surface) else replace(each, frame=coarser(each.frame))
        for each in content.overlays
    )
    return replace(content, frames=frames, overlays=overlays, reduced=True)


def coarser(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return features in degrees that are no better known than the public may know.

    All corners lie on one grid, so that areas that share a border share it still. What is smaller
    than a cell of the grid becomes the cell that it lies in, and a line across it.
    """
    coarse = moved(frame, GEOGRAPHIC).copy()
    shapes = coarse.geometry.to_numpy().copy()
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    shapes[there] = _on_grid(shapes[there])
    coarse = coarse.set_geometry(shapes, crs=coarse.crs)
    for name in {"lon", "lat"} & set(coarse.columns):
        coarse[name] = coarse[name].astype(float).round(DECIMALS)
    if "accuracy_m" in coarse:
        coarse["accuracy_m"] = coarse["accuracy_m"].clip(lower=LEAST_M)
    return coarse


def _on_grid(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    on_grid: NDArray[np.object_] = shapely.set_precision(shapes, STEP_DEG)
    lost = shapely.is_empty(on_grid)
    middles = shapely.get_coordinates(shapely.centroid(shapes[lost]))
    (x0, y0), (x1, y1) = ((np.floor(middles / STEP_DEG) + step).T * STEP_DEG for step in (0.0, 1.0))
    cells = shapely.box(x0, y0, x1, y1)
    across: Any = shapely.linestrings(np.stack([[x0, y0], [x1, y1]]).transpose(2, 0, 1))
    is_area = shapely.get_dimensions(shapes[lost]) == AREA
    on_grid[lost] = np.where(is_area, cells, across)
    # Corners are whole steps, as they are told.
    return np.asarray(shapely.transform(shapely.set_precision(on_grid, 0.0), _rounded))


def _rounded(places: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.round(places, DECIMALS)
