"""Shapes that are not valid: the reason as it is worded, the place it names, and mending."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Shapes = NDArray[Any]

_REASONS = {
    "Hole lies outside shell": "geometry.hole_outside",
    "Holes are nested": "geometry.nested",
    "Nested shells": "geometry.nested",
    "Duplicate Rings": "geometry.nested",
}
_POSITION = re.compile(r"\[(\S+) (\S+)\]")


def made_valid(shapes: Shapes) -> Shapes:
    """Mend shapes by the non-zero rule, a ring folded flat to nothing.

    Parameters
    ----------
    shapes
        Lines and areas. All are mended at once; where one of them cannot be, each alone, and that
        one to nothing.

    Examples
    --------
    >>> bow_tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    >>> shapely.area(made_valid(np.array([bow_tie]))).tolist()
    [2.0]
    """
    try:
        mended = _by_structure(shapes)
        # Rings that are folded over and over may leave what needs mending once more.
        broken = ~shapely.is_valid(mended)
        mended[broken] = _by_structure(mended[broken])
    except shapely.GEOSException:
        if len(shapes) == 1:
            return np.array([shapely.Polygon()])
        return np.concatenate([made_valid(shapes[at : at + 1]) for at in range(len(shapes))])
    mended[~shapely.is_valid(mended)] = shapely.Polygon()
    return mended


def code_of(reason: str) -> str:
    """Return the code of the finding that a reason asks for.

    Parameters
    ----------
    reason
        As `shapely.is_valid_reason` words it.

    Examples
    --------
    >>> code_of("Nested shells[1 2]"), code_of("Self-intersection[1 1]")
    ('geometry.nested', 'geometry.crossing')
    """
    return _REASONS.get(reason.split("[", maxsplit=1)[0], "geometry.crossing")


def place_of(reason: str) -> tuple[float, float]:
    """Return the place that a reason names, not-a-number where it names none.

    Parameters
    ----------
    reason
        As `shapely.is_valid_reason` words it.

    Examples
    --------
    >>> place_of("Self-intersection[1 0.5]")
    (1.0, 0.5)
    """
    match = _POSITION.search(reason)
    return (float(match[1]), float(match[2])) if match else (np.nan, np.nan)


def _by_structure(shapes: Shapes) -> Shapes:
    return np.asarray(shapely.make_valid(shapes, method="structure", keep_collapsed=False))
