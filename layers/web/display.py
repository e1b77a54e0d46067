"""Geometry for the screen: no more corners than a map can show, with what that costs in metres."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from geo.outlines import simplified
from geo.work import require_affordable

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

# What a browser draws and moves without a stutter: 200,000 corners are 4 MB of a document.
MOST_VERTICES = 200_000
MOST_FEATURES = 50_000
# Features with hardly more corners than a cell of a grid are never simplified.
FEW_VERTICES = 20
METRES_PER_DEGREE = 111_320.0
# From a bend of 1 m, which nobody sees, to one of about 250 m, each step twice the one before.
TOLERANCES_M = tuple(2.0**step for step in range(9))


class Displayed(NamedTuple):
    """Geometry as a map shows it.

    Parameters
    ----------
    shapes
        The geometries, in degrees.
    tolerance_m
        How far a border may lie from where it is, metres; 0 where nothing was changed.
    """

    shapes: NDArray[np.object_]
    tolerance_m: float


def displayed(geometries: ArrayLike, *, function: str = "displayed") -> Displayed:
    """Return geometry with no more corners than a map can show.

    Parameters
    ----------
    geometries
        Geometries in degrees.
    function
        Name that messages begin with: the function that was called.

    Raises
    ------
    InputError
        There are more corners, even when simplified, than a browser can draw.

    Examples
    --------
    >>> at = np.linspace(0, 2 * np.pi, 300_000)
    >>> disc = shapely.Polygon(np.column_stack([112.9 + np.cos(at), 28.2 + np.sin(at)]))
    >>> simple = displayed([disc])
    >>> simple.tolerance_m, int(shapely.get_num_coordinates(simple.shapes).sum()) < 2_000
    (1.0, True)
    """
    shapes: NDArray[Any] = np.asarray(geometries, dtype=object)
    most = max(MOST_VERTICES, FEW_VERTICES * len(shapes))
    if shapely.get_num_coordinates(shapes).sum() <= most:
        return Displayed(shapes, 0.0)
    for tolerance_m in TOLERANCES_M:
        simple = _simpler(shapes, tolerance_m / METRES_PER_DEGREE)
        if shapely.get_num_coordinates(simple).sum() <= most:
            return Displayed(simple, tolerance_m)
    require_affordable(
        float(shapely.get_num_coordinates(simple).sum()),
        most,
        function=function,
        what=f"corners, simplified to {TOLERANCES_M[-1]:g} m,",
        choose="a part of the features, or simpler ones",
        code="cost.vertices",
    )
    return Displayed(simple, tolerance_m)


def _simpler(shapes: NDArray[Any], tolerance_deg: float) -> NDArray[Any]:
    """Douglas and Peucker's lines; what would vanish stays as it is."""
    simple = simplified(shapes, tolerance_deg, preserve_topology=False)
    vanished = shapely.is_empty(simple)
    simple[vanished] = shapes[vanished]
    return simple
