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
# The charts whose marks stand for one zone each.
CHARTS = ("bars", "classes", "quotients", "units")
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

    Call it before the map, the chart and the table are drawn: what they report is read from the
    session, so that one click costs one run. What is clicked again is let go.

    Parameters
    ----------
    zones
        The zones, with ``id``.
    map_keys
        Keys of the maps of the page.
    """
    ids = zones["id"].tolist()
    zone = url_state.recall(PARAMETER, url_state.one_of(ids), elsewhere=_feature)
    on_maps = (_from_map(key, zone, zones) for key in map_keys)
    reports = (*on_maps, _from_chart(zone), _from_table())
    clicked = next((report for report in reports if report is not None), None)
    if clicked is None:
        return zone
    url_state.record(PARAMETER, clicked or None)
    return clicked if clicked in ids else None


def follow_map(key: str) -> str | None:
    """Return what is selected after whatever was clicked on a map since the last run.

    Parameters
    ----------
    key
        Key of the map, which is drawn afterwards.
    """
    clicked = _from_map(key)
    if clicked is not None:
        url_state.record(PARAMETER, clicked or None)
    return selected()


def toggled(key: str, parameter: str, options: Sequence[str]) -> list[str]:
    """Return which values of a column are chosen, after a click in a table since the last run.

    Parameters
    ----------
    key
        Key of the table, which is drawn afterwards.
    parameter
        Name of the column, by which other pages filter too.
    options
        Its values.
    """
    kept = url_state.recorded(parameter)
    chosen = [each for each in options if isinstance(kept, list) and each in kept]
    event = st.session_state.get(key)
    clicked = event.get("zone") if event else None
    if clicked in options:
        chosen = [each for each in options if (each in chosen) != (each == clicked)]
        url_state.record(parameter, chosen or None)
    return chosen


def chart_key(chart: str, zone: str | None) -> str:
    """Return a chart's key: a new one per zone, so that it starts with nothing clicked."""
    return f"{chart}-chart-{zone or NOTHING}"


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


def _from_chart(zone: str | None) -> str | None:
    """Return the zone whose bar was clicked, NOTHING for that of the selected one."""
    events = filter(None, (st.session_state.get(chart_key(chart, zone)) for chart in CHARTS))
    clicked = [mark for event in events for mark in event["selection"].get("zone", [])]
    chosen: str | None = clicked[0].get("id") if clicked else None
    return NOTHING if chosen is not None and chosen == zone else chosen


def _from_table() -> str | None:
    """Return the zone whose row was clicked, NOTHING when the row was cleared."""
    event = st.session_state.get(TABLE_KEY)
    zone: str | None = event.get("zone") if event else None
    return zone
