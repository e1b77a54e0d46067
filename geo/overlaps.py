"""Whether zones share ground, which decides in how many of them a point counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.borders import MOST_CROSSINGS, Borders
from geo.locate import Locator
from geo.work import slices

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

# Neighbours digitised apart overlap by slivers; only more than this part of the smaller zone is an
# overlap.
SLIVER = 1e-6
# Pairs of zones that are compared between two looks at the watch.
_PAIRS_AT_ONCE = 2_000
# Parts whose middles are looked up in the others, and pairs of zones that are compared first.
_FEW_PARTS, _FEW_PAIRS = 64, 8
# Boxes of zones that one of them meets, itself among them, where zones lie beside each other.
_NEIGHBOURS, _BOXES_AT_ONCE = 16, 100


def overlapping(polygons: NDArray[Any]) -> bool:
    """Whether any two polygons share more area than a sliver, a millionth of the smaller one.

    Zones whose borders cross 100,000 times overlap, however little they share, and so do those
    whose borders run so close to each other that it cannot be told in seconds.

    Parameters
    ----------
    polygons
        Valid polygons; missing ones overlap nothing.

    Examples
    --------
    >>> overlapping(np.array([shapely.box(0, 0, 2, 2), shapely.box(2, 0, 4, 2)]))
    False
    """
    polygons = polygons[~(shapely.is_missing(polygons) | shapely.is_empty(polygons))]
    # Of a zone of several parts one alone may be in another.
    parts, owner = shapely.get_parts(polygons, return_index=True)
    middles = shapely.point_on_surface(parts)
    # Where the middle of a part is another's the answer is next to known.
    tree = shapely.STRtree(polygons)
    few = tree.query(middles[:_FEW_PARTS], predicate="intersects").T
    few[:, 0] = owner[few[:, 0]]
    few = few[few[:, 0] != few[:, 1]][:_FEW_PAIRS]
    if len(few):
        both = polygons[np.unique(few)]
        if Borders(both).crossings(MOST_CROSSINGS) == MOST_CROSSINGS or _share(polygons, few):
            return True
    # Of zones that fit together edge by edge, as cells do, no pair is looked at. To see that takes
    # as long as the boxes of zones lie on each other: those of diagonal strips all do.
    boxes: NDArray[Any] = np.asarray(shapely.box(*shapely.bounds(polygons).T), dtype=object)
    meet = sum(tree.query(boxes[some])[0].size for some in slices(len(boxes), _BOXES_AT_ONCE))
    if meet <= _NEIGHBOURS * len(polygons) and shapely.coverage_is_valid(polygons):
        return False
    borders = Borders(polygons)
    close = borders.close()
    if close is None or borders.crossings(MOST_CROSSINGS) == MOST_CROSSINGS:
        return True
    # Of two that share ground the borders meet, or a part of one is in the other.
    middle, zone = Locator(polygons).pairs(shapely.get_x(middles), shapely.get_y(middles))
    within = np.column_stack([owner[middle], zone])
    within = np.unique(within[within[:, 0] != within[:, 1]], axis=0)
    pairs = np.concatenate([within, close])
    return any(_share(polygons, pairs[some]) for some in slices(len(pairs), _PAIRS_AT_ONCE))


def _share(polygons: NDArray[Any], pairs: Ints) -> bool:
    """Whether any pair shares more than a sliver."""
    a, b = polygons[pairs.T]
    # The area in common is worked out only where interiors meet: neighbours mostly touch.
    meet = shapely.relate_pattern(a, b, "T********")
    a, b = a[meet], b[meet]
    common = shapely.area(shapely.intersection(a, b))
    return bool((common > SLIVER * np.minimum(shapely.area(a), shapely.area(b))).any())
