"""What is selected: one feature or zone for all pages, whose card the map opens.

The map, the chart and the table each select and show it. Where a page has nothing of that id, it
stays selected for the others.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely
import streamlit as st

from app.web import url_state
from geo.crs import GEOGRAPHIC
from layers.plan.catalogue import names_by_id

if TYPE_CHECKING:
    from collections.abc import Sequence

NOTHING = ""
MAP_KEY, TABLE_KEY = "zones-map", "zones-table"
PARAMETER, SEEN = "selected", "_click_seen"
# What the cells of a grid are called, see geo.zoned.tessellations, and the visitor's notes.
_CELL = re.compile(r"(?:square|hexagon|note)-[1-9][0-9]{0,5}|[0-9a-f]{15}")


def selected() -> str | None:
    """Return the id of what is selected, whether it is on this page or not; None for nothing."""
    url_state.recall(PARAMETER, _feature)
    chosen = url_state.recorded(PARAMETER)
    return None if chosen is None else str(chosen)


def selected_zone(zones: gpd.GeoDataFrame, *map_keys: str) -> str | None:
    """Return the selected zone, after whatever was clicked since the last run.

    Call it before the maps are drawn: what they report is read from the session, so that one click
    costs one run. What is clicked again is let go. A chart and a table tell by :func:`pick`.

    Parameters
    ----------
    zones
        The zones, with ``id``.
    map_keys
        Keys of the maps of the page.
    """
    ids = zones["id"].tolist()
    zone = url_state.recall(PARAMETER, url_state.one_of(ids), elsewhere=_feature)
    reports = (_from_map(key, zone, zones) for key in map_keys)
    told = next((report for report in reports if report is not None), None)
    if told is None:
        return zone
    url_state.record(PARAMETER, told or None)
    return told if told in ids else None


def follow_map(key: str) -> str | None:
    """Return what is selected after whatever was clicked on a map since the last run.

    Parameters
    ----------
    key
        Key of the map, which is drawn afterwards.
    """
    told = _from_map(key)
    if told is not None:
        url_state.record(PARAMETER, told or None)
    return selected()


def clicked(key: str) -> str:
    """Return what was clicked in a table or a chart.

    It is told once, in the run after the click. A run that is broken off by the next click or
    choice may never come to ask: so it is asked for in a callback, which comes before the page.
    """
    return str(st.session_state[key]["zone"])


def pick(key: str) -> None:
    """Select the zone that was clicked in a table or a chart, as its callback.

    What is selected is let go: here, as the browser may not have been told of the last click yet.
    """
    zone = clicked(key)
    url_state.record(PARAMETER, None if zone == url_state.recorded(PARAMETER) else zone)


def kept(parameter: str, options: Sequence[str]) -> list[str]:
    """Return which values of a column are chosen, on whichever page."""
    chosen = url_state.recorded(parameter)
    return [each for each in options if isinstance(chosen, list) and each in chosen]


def toggle(key: str, parameter: str, options: Sequence[str]) -> None:
    """Choose the value of a column that was clicked in a table, or no longer, as its callback.

    Parameters
    ----------
    key
        Key of the table.
    parameter
        Name of the column, by which other pages filter too.
    options
        Its values.
    """
    chosen, value = kept(parameter, options), clicked(key)
    url_state.record(
        parameter, [each for each in options if (each in chosen) != (each == value)] or None
    )


def _feature(value: object) -> str | None:
    """Return the id of a feature of the plan or of a cell of a grid, None for anything else."""
    known = isinstance(value, str) and (value in names_by_id(lang="zh") or _CELL.fullmatch(value))
    return str(value) if known else None


def _from_map(
    key: str, zone: str | None = None, zones: gpd.GeoDataFrame | None = None
) -> str | None:
    """Return what was clicked on the map since the last run, NOTHING for a click beside all."""
    report: dict[str, Any] | None = st.session_state.get(key)
    # By the clock: of two maps on a page the other one tells what it told before.
    if not report or report["click"] <= st.session_state.get(SEEN, 0):
        return None
    st.session_state[SEEN] = report["click"]
    if zones is not None and "ground" in report:
        below = _zone_at(report["ground"], zones)
        return NOTHING if below == zone else below
    return str(report.get("id", NOTHING))


def _zone_at(place: object, zones: gpd.GeoDataFrame) -> str:
    """Return the smallest zone that a place in degrees lies in, NOTHING where it is in none."""
    try:
        lon, lat = map(float, place)  # type: ignore[call-overload]  # as a browser tells it
    except (TypeError, ValueError):
        return NOTHING
    here = gpd.GeoSeries([shapely.Point(lon, lat)], crs=GEOGRAPHIC).to_crs(zones.crs)
    around = zones[zones.geometry.covers(here.iloc[0])]
    sizes = shapely.area(around.geometry.to_numpy())
    return NOTHING if around.empty else str(around["id"].iloc[sizes.argmin()])
