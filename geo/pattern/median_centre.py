"""The place from which the sum of distances to given points is least."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# Newton's method doubles the right digits with every step: what is left after one as short as this
# is far less than a millimetre.
_LAST_STEP_M = 1e-6
_MAX_STEPS = 1_000
# Points within this part of their spread of one line lie on it: a millimetre in ten kilometres.
_LINE = 1e-7
_ROUNDING = 1e-12


def common_line(xy: Floats) -> tuple[Floats, Floats] | None:
    """Find the line that all points lie on.

    Parameters
    ----------
    xy
        Coordinates of shape (n, 2).

    Returns
    -------
    A place on the line and its direction, of length 1; nothing if there is no such line.

    Examples
    --------
    >>> common_line(np.array([[0, 0], [1, 1], [5, 6.0]]))
    >>> common_line(np.array([[0, 0], [1, 0], [5, 0.0]]))[0].tolist()
    [2.0, 0.0]
    >>> common_line(np.array([[1, 1], [1, 1.0]]))[0].tolist()
    [1.0, 1.0]
    """
    middle: Floats = xy.mean(axis=0)
    _, spread, axes = np.linalg.svd(xy - middle, full_matrices=False)
    if len(spread) > 1 and spread[1] > _LINE * spread[0]:
        return None
    return middle, axes[0]


def spatial_median(xy: Floats, weight: Floats) -> Floats:
    """Find the place from which the weighted sum of distances to the points is least.

    The sum is smooth between the points and has an edge at each of them. Newton's method finds a
    median between the points, Kuhn's test one that is a point. Of points on one line it is the
    median along it, in the middle where any place between two of them would do.

    Parameters
    ----------
    xy
        Coordinates of shape (n, 2) in metres.
    weight
        Weights above 0.

    Returns
    -------
    Its coordinates, off by well below a millimetre.

    Examples
    --------
    >>> corners = np.array([[0, 0], [8, 0], [0, 8], [2, 2.0]])
    >>> spatial_median(corners, np.ones(4)).tolist()  # the one inside the triangle of the others
    [2.0, 2.0]
    """
    origin = xy.mean(axis=0)
    places, which = np.unique(xy, axis=0, return_inverse=True)
    weight = np.bincount(which.ravel(), weight).astype(float)
    away = places - origin  # small numbers keep their digits
    if len(places) == 1:
        median: Floats = places[0]
        return median
    line = common_line(away)
    if line is not None:
        middle, direction = line
        along = (away - middle) @ direction
        median = origin + middle + _median_along(along, weight) * direction
    else:
        median = origin + _descent(away, weight)
    return median


def _median_along(along: Floats, weight: Floats) -> float:
    order = np.argsort(along)
    below = np.cumsum(weight[order])
    half, slack = below[-1] / 2, _ROUNDING * below[-1]
    low = order[np.searchsorted(below, half - slack)]
    high = order[np.searchsorted(below, half + slack)]
    return float(along[low] + along[high]) / 2


def _descent(xy: Floats, weight: Floats) -> Floats:
    place: Floats = weight @ xy / weight.sum()
    for _ in range(_MAX_STEPS):
        away = xy - place
        distance = np.hypot(*away.T)
        nearest = int(distance.argmin())
        pull, strength = _pull_without(nearest, xy, weight)
        if np.hypot(*pull) <= weight[nearest]:
            median: Floats = xy[nearest]
            return median
        if distance[nearest] == 0:
            # At a point that is not the median, Weiszfeld's method goes on as Vardi and Zhang say.
            place = place + (1 - weight[nearest] / np.hypot(*pull)) * pull / strength
            continue
        unit = away / distance[:, None]
        inverse = weight / distance
        hessian = np.eye(2) * inverse.sum() - (unit * inverse[:, None]).T @ unit
        newton = np.linalg.solve(hessian, weight @ unit)
        ahead = place + newton
        if np.hypot(*newton) < _LAST_STEP_M:
            return ahead
        if weight @ np.hypot(*(xy - ahead).T) >= weight @ distance:
            ahead = inverse @ xy / inverse.sum()  # the step of Weiszfeld always leads down
        place = ahead
    return place


def _pull_without(at: int, xy: Floats, weight: Floats) -> tuple[Floats, float]:
    """Sum of the pulls of all other points at one of them, and of their weights over distances."""
    away, others = np.delete(xy, at, axis=0) - xy[at], np.delete(weight, at)
    inverse = others / np.hypot(*away.T)
    pull: Floats = inverse @ away
    return pull, float(inverse.sum())
