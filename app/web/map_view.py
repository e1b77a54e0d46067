"""The web map inside a Streamlit page: documents go in, clicks and finished drawings come out.

Nothing else does. Pan, zoom, visible layers and base map stay in the browser, which writes them
into the page's address (``view=lat,lon,zoom,width,height``, ``layers=a.b.c``, ``base=name``)
without running the page again; the width and height are those of the map on the screen, px. Maps of
one page can be linked: they keep the same place in view, without a run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely
import streamlit as st
import streamlit.components.v1 as components

from geo.errors import InputError
from layers.web.document import to_json
from layers.web.webmap import ASSETS, vendor_missing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FEWEST_CORNERS, MOST_CORNERS = 3, 100
MAX_LON, MAX_LAT = 180.0, 90.0
# The width of the Earth on a tile.
WIDEST_PX_M = 160_000.0

_component = components.declare_component("xiangjiang_map", path=str(ASSETS))


def map_view(
    document: Mapping[str, Any] | str,
    *,
    key: str,
    height: int,
    keys: Mapping[str, str] | None = None,
    url_state: bool = True,
    draw: bool = False,
    drawn: Sequence[Sequence[float]] | None = None,
    pick: bool = False,
    ground: bool = False,
    outlines: str = "",
    link: str | None = None,
    notes: str = "",
) -> dict[str, str] | None:
    """Draw a map and return the feature that the visitor clicked last.

    The map stays as it is between runs of the page: a new document changes only what differs,
    and the visitor's view, choices and drawing stay. What was drawn is read with :func:`drawn`.

    Parameters
    ----------
    document
        From :func:`layers.map_document`, or the same as JSON text.
    key
        Key of the widget, unique on the page.
    height
        Height of the map, px.
    keys
        Keys of tile services by name of their base map (``"tianditu"`` is for all that Tianditu
        has); they go to the running page only.
    url_state
        Keep the view in the page's address. Only one map of a page can.
    draw
        Let the visitor draw an area. The page runs again when an area is finished or removed,
        not while it is being drawn.
    drawn
        Corners of the area that is drawn already, longitudes and latitudes in EPSG:4490.
    pick
        Take each click as a place, which is read with :func:`picked`; nothing is selected then.
    ground
        Tell where on the ground a click beside all features was: ``{"ground": [lon, lat]}``.
    outlines
        Zones in charts beside a map that does not draw them, as a layer of a document in JSON text:
        charts are told which are in view.
    link
        Maps of one page with the same name here keep the same centre, zoom and base map. When
        they open, the one with ``url_state`` says where.
    notes
        The visitor's own notes, a layer of a document as JSON text; empty where there are none.

    Returns
    -------
    dict or None
        ``{"layer": …, "id": …}``, or None when nothing is selected.

    Raises
    ------
    InputError
        If the page's third-party files have not been put in place.
    """
    missing = vendor_missing()
    if missing:
        raise InputError(
            f"map_view: {', '.join(missing)} missing from the package; "
            "in a checkout run 'python hatch_build.py' once",
            code="caller.package",
            name=missing,
        )
    report: dict[str, Any] | None = _component(
        document=document if isinstance(document, str) else to_json(document),
        height=height,
        keys=dict(keys or {}),
        url_state=url_state,
        draw=draw,
        drawn=drawn,
        pick=pick,
        ground=ground,
        outlines=outlines,
        link=link,
        notes=notes,
        heard=(st.session_state.get(key) or {}).get("click", 0),
        key=key,
        default=None,
    )
    return clicked(report)


def clicked(report: dict[str, Any] | None) -> dict[str, str] | None:
    """Return the feature in what the map last told, None when that was a click beside all."""
    if not report or "id" not in report:
        return None
    return {"layer": report["layer"], "id": report["id"]}


class Picked(NamedTuple):
    """A place that was clicked.

    Parameters
    ----------
    lon, lat
        Degrees in EPSG:4490, whatever base map was clicked on.
    px_m
        How wide a pixel of the screen was there, metres.
    click
        Number of the click.
    """

    lon: float
    lat: float
    px_m: float
    click: int


def picked(report: Mapping[str, Any] | None) -> Picked | None:
    """Return the place in what the map last told, None when none was clicked.

    Examples
    --------
    >>> picked({"click": 7, "at": [112.93, 28.23], "px_m": 12.5})
    Picked(lon=112.93, lat=28.23, px_m=12.5, click=7)
    >>> picked({"click": 7, "at": ["here"]}) is None
    True
    """
    told = report or {}
    try:
        (lon, lat), px_m = told["at"], told["px_m"]
        place = Picked(round(float(lon), 6), round(float(lat), 6), float(px_m), told["click"])
    except (KeyError, TypeError, ValueError):
        return None
    on_earth = abs(place.lon) <= MAX_LON and abs(place.lat) <= MAX_LAT
    return place if on_earth and 0.0 < place.px_m < WIDEST_PX_M else None


def drawn(report: Mapping[str, Any] | None) -> shapely.Polygon | None:
    """Return the area in what the map last told, None when none is drawn.

    A page reads it from its session under the map's key, before or after the map is drawn:
    ``drawn(st.session_state.get("zones-map"))``.

    Parameters
    ----------
    report
        What the session holds under the key of a map.

    Returns
    -------
    shapely.Polygon or None
        Longitudes and latitudes in EPSG:4490, whatever base map it was drawn on.

    Raises
    ------
    InputError
        If the corners are not at least three places on Earth that make a sound ring.

    Examples
    --------
    >>> area = drawn({"click": 0, "drawn": [[112.8, 28.1], [112.9, 28.1], [112.9, 28.2]]})
    >>> area.bounds
    (112.8, 28.1, 112.9, 28.2)
    """
    corners = (report or {}).get("drawn")
    if corners is None:
        return None
    try:
        places = np.asarray(corners, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise _refusal("its corners are not pairs of numbers") from error
    if places.shape[1:] != (2,) or not FEWEST_CORNERS <= len(places) <= MOST_CORNERS:
        raise _refusal(f"its corners have the shape {places.shape}, not (3 to {MOST_CORNERS}, 2)")
    if not (np.abs(places) <= (MAX_LON, MAX_LAT)).all():
        raise _refusal("a corner is not a longitude and a latitude in degrees")
    area = shapely.Polygon(places)
    if not area.is_valid:
        raise _refusal(f"its outline is not sound: {shapely.is_valid_reason(area)}")
    return area


def _refusal(reason: str) -> InputError:
    return InputError(
        f"drawn: the drawn area cannot be used, {reason}; draw it again", code="own.drawn"
    )
