"""One selected zone on a page: the map, the chart and the table each select it and show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app.web import url_state

if TYPE_CHECKING:
    from collections.abc import Sequence

NOTHING = ""
MAP_KEY, TABLE_KEY = "zones-map", "zones-table"


def selected_zone(ids: Sequence[str]) -> str | None:
    """Return the selected zone, after whatever was clicked since the last run.

    Call it before the map, the chart and the table are drawn: what they report is read from the
    session, so that one click costs one run.

    Parameters
    ----------
    ids
        Ids of the zones.
    """
    url_state.seed("zone", NOTHING, url_state.one_of(ids))
    zone: str = st.session_state["zone"]
    chosen = next(
        (
            report
            for report in (_from_map(), _from_chart(zone), _from_table())
            if report is not None
        ),
        zone,
    )
    st.session_state["zone"] = chosen if chosen in ids else NOTHING
    url_state.publish("zone", NOTHING)
    return st.session_state["zone"] or None


def chart_key(zone: str | None) -> str:
    """Return the chart's key: a new one per zone, so that it starts with nothing clicked."""
    return f"zones-chart-{zone or NOTHING}"


def _from_map() -> str | None:
    """Return the zone clicked on the map since the last run, NOTHING for a click beside all."""
    report = st.session_state.get(MAP_KEY)
    if not report or report["click"] == st.session_state.get("_click_seen", 0):
        return None
    st.session_state["_click_seen"] = report["click"]
    zone: str = report.get("id", NOTHING)
    return zone


def _from_chart(zone: str) -> str | None:
    """Return the zone whose bar was clicked; the chart of a zone starts with none."""
    event = st.session_state.get(chart_key(zone))
    clicked = event["selection"].get("zone", []) if event else []
    return clicked[0].get("id") if clicked else None


def _from_table() -> str | None:
    """Return the zone whose row was clicked, NOTHING when the row was cleared."""
    event = st.session_state.get(TABLE_KEY)
    zone: str | None = event.get("zone") if event else None
    return zone
