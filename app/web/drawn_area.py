"""The area that a visitor draws: it counts on every page, and a link takes it along.

The address has its corners as ``lon,lat;lon,lat;…`` to five decimals, about a metre. They are what
is counted in, so that a link gives the same figures.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import streamlit as st

from app.web import url_state
from app.web.map_view import drawn
from geo.errors import AtlasError

if TYPE_CHECKING:
    import shapely

PARAMETER, SEEN = "drawn", "_drawn_seen"
DIGITS = 5
_NUMBER = r"-?[0-9]{1,3}(?:\.[0-9]{1,5})?"
_CORNERS = re.compile(f"{_NUMBER},{_NUMBER}(?:;{_NUMBER},{_NUMBER})+")


def follow(map_key: str) -> shapely.Polygon | None:
    """Return the area, after whatever was drawn or removed on a map since the last run.

    Parameters
    ----------
    map_key
        Key of the map.

    Raises
    ------
    InputError
        If what was drawn cannot be used.
    """
    report = st.session_state.get(map_key)
    told = None if report is None else report.get("drawn")
    if report is not None and told != st.session_state.get(SEEN):
        area = drawn(report)
        url_state.record(PARAMETER, None if area is None else written(area))
        st.session_state[SEEN] = told
    return url_state.recall(PARAMETER, parsed)


def corners() -> list[list[float]] | None:
    """Return the corners of the area as the map draws them, None where there is none."""
    area = url_state.recall(PARAMETER, parsed)
    return None if area is None else [list(at) for at in area.exterior.coords[:-1]]


def written(area: shapely.Polygon) -> str:
    """Return an area as the address has it.

    Examples
    --------
    >>> import shapely
    >>> written(shapely.Polygon([(112.8, 28.1), (112.9, 28.1), (112.9, 28.2000004)]))
    '112.8,28.1;112.9,28.1;112.9,28.2'
    """
    places = (tuple(round(degrees, DIGITS) for degrees in at) for at in area.exterior.coords[:-1])
    return ";".join(f"{lon},{lat}" for lon, lat in places)


def parsed(text: object) -> shapely.Polygon | None:
    """Return the area that an address has, None where it is none that can be counted in.

    Examples
    --------
    >>> parsed("112.8,28.1;112.9,28.1;112.9,28.2").bounds
    (112.8, 28.1, 112.9, 28.2)
    >>> parsed("112.8,28.1;112.9,28.1"), parsed("0,0;9,9;9,0;0,9")
    (None, None)
    """
    if not isinstance(text, str) or _CORNERS.fullmatch(text) is None:
        return None
    try:
        places = [tuple(map(float, at.split(","))) for at in text.split(";")]
        return drawn({"drawn": places})
    except (AtlasError, ValueError):
        return None
