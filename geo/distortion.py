"""How far a projection is from true to scale where the data are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.transformations import nine_places, to_own_degrees

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import CRS

    Floats = NDArray[np.float64]

# Half of the base line, in units of the map, over which the ground is compared with the map.
_STEP = 10.0


def scale_error(crs: CRS, bounds: tuple[float, float, float, float]) -> float:
    """Measure by what part lengths, areas or shapes on the map differ from those on the ground.

    The map is compared with the ellipsoid at nine places: corners, middles of sides and centre of
    the data.

    Parameters
    ----------
    crs
        Horizontal CRS.
    bounds
        West, south, east and north end of the data, in its units.

    Returns
    -------
    The largest of the errors of length, in any direction, of area, and of the ratio of lengths in
    two directions, as a part of 1. Infinite for degrees, for no data, and where a place has none.
    A map in feet has the error of taking feet for metres.

    Examples
    --------
    >>> from pyproj import CRS
    >>> zone, web = CRS.from_epsg(4547), CRS.from_epsg(3857)
    >>> round(scale_error(zone, (500_000, 3_100_000, 500_100, 3_100_100)), 6)
    0.0
    >>> round(scale_error(web, (12_572_000, 3_275_000, 12_573_000, 3_276_000)), 2)  # areas
    0.23
    """
    if not crs.is_projected or not np.isfinite(bounds).all():
        return np.inf
    x, y = nine_places(bounds)
    ground = _ground(
        crs,
        np.concatenate([x + _STEP, x - _STEP, x, x]),
        np.concatenate([y, y, y + _STEP, y - _STEP]),
    )
    if not np.isfinite(ground).all():
        return np.inf
    right, left, up, down = ground.reshape(4, -1, 3)
    slopes = np.stack([right - left, up - down], axis=-1) / (2 * _STEP)
    longest, shortest = np.linalg.svd(slopes, compute_uv=False).T
    ratios = (longest, shortest, longest * shortest, longest / shortest)
    return float(max(np.abs(ratio - 1.0).max() for ratio in ratios))


def _ground(crs: CRS, x: Floats, y: Floats) -> Floats:
    """Places in metres from the centre of the Earth, which have no seam and no pole."""
    angles = np.radians(to_own_degrees(crs, x, y))
    ellipsoid = crs.ellipsoid
    if ellipsoid is None:
        return np.full((len(x), 3), np.nan)
    a, b = ellipsoid.semi_major_metre, ellipsoid.semi_minor_metre
    # Where a place has none the numbers are infinite, and no sine is asked for.
    lon, lat = np.where(np.isfinite(angles), angles, np.nan)
    across = a**2 / np.hypot(a * np.cos(lat), b * np.sin(lat))
    return np.column_stack(
        [
            across * np.cos(lat) * np.cos(lon),
            across * np.cos(lat) * np.sin(lon),
            across * (b / a) ** 2 * np.sin(lat),
        ]
    )
