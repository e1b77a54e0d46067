"""A map for the public: points are no better known than rules on public maps allow."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.crs import GEOGRAPHIC, moved
from layers.look.overlays import Points
from layers.plan.area import area

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from layers.look.content import Content

# Of a degree, about 100 m; the least accuracy that is stated, metres.
DECIMALS, LEAST_M = 3, 50.0


def reduced(content: Content) -> Content:
    """Return what a map shows with the places of its points made coarser.

    The ground and the numbers of results stay as they are.

    Examples
    --------
    >>> from layers.look.content import Content
    >>> from layers.plan.catalogue import load
    >>> coarse = reduced(Content({"parks": load("parks")}, ("parks",))).frames["parks"]
    >>> float(coarse["accuracy_m"].min()) >= LEAST_M
    True
    """
    ground = {*area().context, area().land.layer}
    frames = {
        name: frame if name in ground else coarser(frame) for name, frame in content.frames.items()
    }
    overlays = tuple(
        replace(each, frame=coarser(each.frame)) if isinstance(each, Points) else each
        for each in content.overlays
    )
    return replace(content, frames=frames, overlays=overlays, reduced=True)


def coarser(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return features in degrees whose points are no better known than the public may know."""
    coarse = moved(frame, GEOGRAPHIC).copy()
    shapes = coarse.geometry.to_numpy().copy()
    points = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
    shapes[points] = shapely.transform(shapes[points], _rounded)
    coarse = coarse.set_geometry(shapes, crs=coarse.crs)
    for name in {"lon", "lat"} & set(coarse.columns):
        coarse[name] = coarse[name].astype(float).round(DECIMALS)
    if "accuracy_m" in coarse:
        coarse["accuracy_m"] = coarse["accuracy_m"].clip(lower=LEAST_M)
    return coarse


def _rounded(places: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.round(places, DECIMALS)
