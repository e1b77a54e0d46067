"""One selected zone on a page: the map, the chart and the table each select it and show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app import url_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamlit.elements.arrow import DataframeStateInput

NOTHING = ""
MAP_KEY = "zones-map"
CHART_KEY = "zones-chart"


def selected_zone(ids: Sequence[str]) -> str | None:
    """Return the selected zone, after whatever was clicked since the last run.

    Call it before the map, the chart and the table are drawn: what they report is read from the
    session, so that one click costs one run.

    Parameters
    ----------
    ids
        Ids of the zones, in the order of the table's rows.
    """
    url_state.seed("zone", NOTHING, url_state.one_of(ids))
    zone: str = st.session_state["zone"]
    reports = {
        "map": (st.session_state.get(MAP_KEY) or {}).get("id"),
        "chart": _chart_report(),
        "table": _table_report(ids, zone),
    }
    for source, report in reports.items():
        seen = f"_seen_{source}"
        if source in reports and report != st.session_state.get(seen):
            st.session_state[seen] = report
            zone = report or NOTHING
    st.session_state["zone"] = zone if zone in ids else NOTHING
    url_state.publish("zone", NOTHING)
    return st.session_state["zone"] or None


def table_key(zone: str | None) -> str:
    """Return the table's key: a new one per zone, so that its selection can be set from here."""
    return f"zones-table-{zone or NOTHING}"


def table_default(ids: Sequence[str], zone: str | None) -> DataframeStateInput:
    """Return the selection with which the table of a zone starts."""
    return {"selection": {"rows": [row for row, key in enumerate(ids) if key == zone]}}


def _chart_report() -> str | None:
    event = st.session_state.get(CHART_KEY)
    clicked = event["selection"].get("zone", []) if event else []
    return clicked[0].get("id") if clicked else None


def _table_report(ids: Sequence[str], zone: str) -> str | None:
    event = st.session_state.get(table_key(zone))
    if not event:
        return st.session_state.get("_seen_table")
    rows = event["selection"]["rows"]
    return ids[rows[0]] if rows and rows[0] < len(ids) else None
