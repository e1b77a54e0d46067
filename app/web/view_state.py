"""What the address of a page says of its map: the part in view, what is switched, the base map.

The browser writes and reads them (``layers/assets/frame.js``), and prints are made after them. What
the map would not believe is not believed here either, and is named to the visitor.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, get_args

import layers
from app.web import url_state
from layers.look.basemaps import VECTOR, basemaps
from layers.look.overlays import is_result
from layers.questions.overview import Evidence

if TYPE_CHECKING:
    from collections.abc import Sequence

# What the map of a page is wide and high, about, where a link does not say.
WINDOW_PX = (940.0, 780.0)
TILE_PX = 256.0
# What the map believes of an address (frame.js).
MOST_LAT, HALF_TURN, MOST_ZOOM, WIDEST_PX = 85.0, 180.0, 18.0, 20000.0
_NUMBER = re.compile(r"-?[0-9]{1,5}(?:\.[0-9]{1,20})?")
_YEAR = re.compile("[1-9][0-9]{0,3}")
MOST_LAYERS = 60


def refused() -> list[str]:
    """Return the parameters of the map that cannot be believed; the visitor is told of them."""
    good = {
        "view": url_state.check("view", lambda view: extent(view) is not None),
        "layers": url_state.check("layers", lambda names: switched(names) is not None),
        "hidden": url_state.check("hidden", lambda names: hidden(names) is not None),
        "year": url_state.check("year", lambda text: year(text) is not None),
        "base": url_state.check("base", lambda name: name in basemaps()),
    }
    return [parameter for parameter, believed in good.items() if not believed]


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


def switched(names: str | None) -> dict[str, bool] | None:
    """Return which layers and results the visitor has switched on or off, None for no such names.

    Examples
    --------
    >>> switched("circles.-overlay-points"), switched(""), switched("streets")
    ({'circles': True, 'overlay-points': False}, {}, None)
    """
    parts = tuple(filter(None, (names or "").split(".", MOST_LAYERS)))
    shown = {part.removeprefix("-"): not part.startswith("-") for part in parts}
    known = all(name in layers.names() or is_result(name) for name in shown)
    return shown if names is not None and known else None


def visible(names: str | None, start: Sequence[str]) -> tuple[str, ...] | None:
    """Return what is visible where the visitor has switched some of what a map starts with.

    Examples
    --------
    >>> visible("districts.-cities", ["cities", "axes"])
    ('axes', 'districts')
    >>> visible("", ["cities"]) is None
    True
    """
    shown = switched(names)
    if not shown:
        return None
    on = [name for name in start if shown.get(name, True)]
    added = [name for name, is_on in shown.items() if is_on and name in layers.names()]
    return tuple(dict.fromkeys((*on, *added)))


def hidden(names: str | None) -> tuple[str, ...] | None:
    """Return the classes of evidence that the visitor has switched off, None for no such names.

    Examples
    --------
    >>> hidden("schematic"), hidden("sure")
    (('schematic',), None)
    """
    parts = tuple(filter(None, (names or "").split(".", MOST_LAYERS)))
    return parts if names is not None and set(parts) <= set(get_args(Evidence)) else None


def year(text: str | None) -> int | None:
    """Return by which year what the map shows is there, None for all years or no such year.

    Examples
    --------
    >>> year("2024"), year(None), year("-1"), year("20245")
    (2024, None, None, None)
    """
    return int(text) if text and _YEAR.fullmatch(text) else None
