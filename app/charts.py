"""The charts beside the map: narrow, labelled, with the selected zone outlined in black."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import streamlit as st

from app.texts import text

if TYPE_CHECKING:
    import pandas as pd

BAR = "#2C7FB8"
BAR_HEIGHT = 24
# What Vega needs around the bars themselves.
FRAME_PX = 12
ROOM_FOR_VALUES = 1.35
LEGEND_PX = 215
NAME_PX = 110
OTHERS_OPACITY = 0.35
MAX_BARS = 14
COLOURS = {"covered": "#2C7FB8", "doubly": "#253494"}


def bars(
    table: pd.DataFrame, *, title: str, key: str, selected: str | None = None, stack: str = ""
) -> None:
    """Draw horizontal bars, longest first; a click on one is told under the chart's key.

    Parameters
    ----------
    table
        Columns ``id``, ``name`` and ``value``; with ``stack``, several rows per name and the
        column of that name.
    title
        What the bars show, with its unit.
    key
        Key of the chart.
    selected
        Id of the zone that is selected elsewhere.
    stack
        Column whose values split each bar by colour; none when empty.
    """
    table = table[table["value"] > 0]
    totals = table.groupby("name", sort=False)["value"].sum()
    order = totals.sort_values(ascending=False).index.tolist()[:MAX_BARS]
    if totals.empty:
        st.caption(text("app.no_bars"))
        return
    longest = float(totals.max())
    key_below = alt.Legend(orient="bottom", direction="vertical", columns=1, symbolSize=60)
    split = alt.Color(f"{stack}:N", title=None, legend=key_below).scale(scheme="tableau20")
    is_selected = alt.datum.id == selected
    shown = table[table["name"].isin(order)]
    pick = alt.selection_point(name="zone", fields=["id"])
    chart = (
        alt.Chart(shown)
        .mark_bar(cursor="pointer")
        .encode(
            x=alt.X("value:Q", axis=None, scale=alt.Scale(domain=[0, longest * ROOM_FOR_VALUES])),
            y=alt.Y("name:N", sort=order, title=None, axis=alt.Axis(labelLimit=NAME_PX)),
            color=split if stack else alt.value(BAR),
            opacity=alt.condition(is_selected, alt.value(1.0), alt.value(OTHERS_OPACITY))
            if stack and selected
            else alt.value(1.0),
            stroke=alt.value(None)
            if stack
            else alt.condition(is_selected, alt.value("black"), alt.value(None)),
            strokeWidth=alt.value(2),
            tooltip=[
                alt.Tooltip("name:N", title=text("column.zone")),
                *([alt.Tooltip(f"{stack}:N", title=text("column.sector"))] if stack else []),
                alt.Tooltip("value:Q", title=title, format=",.2~f"),
            ],
        )
        .add_params(pick)
    )
    chart += (
        alt.Chart(shown)
        .mark_text(align="left", dx=4)
        .encode(
            x="sum(value):Q",
            y=alt.Y("name:N", sort=order),
            text=alt.Text("sum(value):Q", format=",.3~r"),
        )
    )
    st.caption(title)
    st.altair_chart(
        chart.properties(height=BAR_HEIGHT * len(order) + FRAME_PX + (LEGEND_PX if stack else 0)),
        key=key,
        on_select="rerun",
        width="stretch",
    )


def coverage_curve(curve: pd.DataFrame, *, distance_m: float) -> None:
    """Draw covered and doubly covered share against distance, with the chosen distance marked."""
    names = {"covered_pct": text("coverage.covered"), "doubly_covered_pct": text("coverage.doubly")}
    long = curve.rename(columns=names).melt(
        "distance_m", list(names.values()), var_name="kind", value_name="share"
    )
    long["distance_km"] = long["distance_m"] / 1000.0
    lines = (
        alt.Chart(long)
        .mark_line()
        .encode(
            x=alt.X("distance_km:Q", title=text("coverage.distance_km")),
            y=alt.Y("share:Q", title=text("coverage.share"), scale=alt.Scale(domain=[0, 100])),
            color=alt.Color("kind:N", title=None, legend=alt.Legend(orient="top")).scale(
                domain=list(names.values()), range=[COLOURS["covered"], COLOURS["doubly"]]
            ),
            tooltip=[
                alt.Tooltip("distance_km:Q", title=text("coverage.distance_km")),
                alt.Tooltip("kind:N", title=text("column.kind")),
                alt.Tooltip("share:Q", title=text("coverage.share"), format=".1f"),
            ],
        )
    )
    mark = (
        alt.Chart(alt.InlineData([{"distance_km": distance_m / 1000.0}]))
        .mark_rule(strokeDash=[4, 3])
        .encode(x="distance_km:Q")
    )
    st.altair_chart((lines + mark).properties(height=230), width="stretch")
