"""What the address of a page says of its map: the part in view, the layers and the base map.

The browser writes and reads them (``layers/assets/frame.js``), and prints are made after them. What
the map would not believe is not believed here either, and is named to the visitor.
"""

from __future__ import annotations

import math
import re

import layers
from app.web import url_state
from layers.look.basemaps import VECTOR, basemaps

# What the map of a page is wide and high, about, where a link does not say.
WINDOW_PX = (940.0, 780.0)
TILE_PX = 256.0
# What the map believes of an address (frame.js).
MOST_LAT, HALF_TURN, MOST_ZOOM, WIDEST_PX = 85.0, 180.0, 18.0, 20000.0
_NUMBER = re.compile(r"-?[0-9]{1,5}(?:\.[0-9]{1,20})?")
_OVERLAY = re.compile(r"overlay-[1-9][0-9]?")
MOST_LAYERS = 60


def check() -> None:
    """Name the parameters of the map that cannot be believed, and take them out of the address."""
    url_state.check("view", lambda view: extent(view) is not None)
    url_state.check("layers", lambda names: visible(names) is not None)
    url_state.check("base", lambda name: name in basemaps())


def extent(view: str | None) -> tuple[float, float, float, float] | None:
    """Return what a view shows, in degrees, None where it is not one that the map would believe.

    A view is latitude, longitude and zoom of the middle, and width and height of the map's window
    on the screen, px; older links are without a size.

    Examples
    --------
    >>> extent("0,90,0,128,128")
    (0.0, -66.51326044311186, 180.0, 66.51326044311186)
    >>> extent("28.2,112.9,12,0,780") is None
    True
    """
    parts = (view or "").split(",", 5)
    if not all(map(_NUMBER.fullmatch, parts)) or len(parts) not in (3, 5):
        return None
    lat, lon, zoom, *size = map(float, parts)
    width, height = size or WINDOW_PX
    place = abs(lat) <= MOST_LAT and abs(lon) <= HALF_TURN and 0 <= zoom <= MOST_ZOOM
    if not (place and 1 <= width <= WIDEST_PX and 1 <= height <= WIDEST_PX):
        return None
    # Web mercator: a pixel is as wide as high, and wider in degrees than it is high.
    per_px = 2.0 * math.pi / (TILE_PX * 2.0**zoom)
    half_x, half_y = width / 2.0 * per_px, height / 2.0 * per_px
    middle = math.asinh(math.tan(math.radians(lat)))
    south, north = (math.degrees(math.atan(math.sinh(middle + side))) for side in (-half_y, half_y))
    half_lon = math.degrees(half_x)
    return lon - half_lon, south, lon + half_lon, north


def base(name: str | None) -> str:
    """Return the base map that the visitor has chosen, else the built-in one."""
    return name if name in basemaps() else VECTOR


def visible(names: str | None) -> tuple[str, ...] | None:
    """Return the layers that the visitor has switched on, None where none was switched.

    Examples
    --------
    >>> visible("circles.overlay-1"), visible(""), visible("streets")
    (('circles', 'overlay-1'), (), None)
    """
    parts = tuple(filter(None, (names or "").split(".", MOST_LAYERS)))
    known = all(part in layers.names() or _OVERLAY.fullmatch(part) for part in parts)
    return parts if names is not None and known else None
