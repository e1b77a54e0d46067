"""The charts beside the map: narrow, labelled, with the selected zone outlined in black."""

from __future__ import annotations

from math import ceil, floor, log10
from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd
import streamlit as st
from altair.utils.schemapi import disable_debug_mode

from app.texts import text
from geo.numerals import chart_format, number
from layers.look.styles import inks
from layers.type.line_breaks import text_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# A chart is held against its schema when it is drawn, and not at every step on the way there.
disable_debug_mode()
# Numbers on axes, and at the ends of classes.
SHORT, BOUND = chart_format(3, significant=True), chart_format(4, significant=True)
BAR = "#2C7FB8"
WHISKER, SOFT = inks("figure", "soft")
BAR_HEIGHT = 24
# What Vega needs around the bars themselves.
FRAME_PX = 12
AXIS_PX = 24
ROOM_FOR_VALUES = 1.35
# Of a decade, between the start of a log axis and the shortest bar.
ROOM_BELOW = 0.3
LEGEND_PX = 215
# Names beside bars: their room, their size, and what parts their lines.
NAME_PX, NAME_SIZE_PX, LINE_PX, BREAK = 110, 10, 12, "\n"
LINES = "split(datum.label, '\\n')"
CURVE_PX = 230
OTHERS_OPACITY = 0.35
MAX_BARS = 14
HISTOGRAM_PX = 150
QUIET = "#B8C4CE"
# From nothing over the same share as everywhere to this many times it.
QUOTIENT_FULL = 3.0
QUOTIENTS = ["#C98B4B", "#F5F5F5", "#5B9BD0"]
CELL_PX = 19
KIND_PX = 84
TOP_NAMES_PX = 104
COLOURS = {"covered": "#2C7FB8", "doubly": "#253494"}


def bars(
    table: pd.DataFrame,
    *,
    title: str,
    key: str,
    selected: str | None = None,
    stack: str = "",
    log: bool = False,
    told: Callable[[float], str] = number,
) -> None:
    """Draw horizontal bars, longest first; a click on one is told under the chart's key.

    Parameters
    ----------
    table
        Columns ``id``, ``name`` and ``value``; with ``stack``, several rows per name and the
        column of that name. Columns ``low`` and ``high``, where there are, are drawn as intervals.
    title
        What the bars show, with its unit.
    key
        Key of the chart.
    selected
        Id of the zone that is selected elsewhere.
    stack
        Column whose values split each bar by colour; none when empty.
    log
        Whether equal lengths are equal factors; the axis then has its numbers.
    told
        Returns a value in words, as it stands in tables.
    """
    table = table[table["value"] > 0]
    table = table.assign(name=_told_apart(table).map(_in_lines))
    totals = table.groupby("name", sort=False)["value"].sum().sort_values(ascending=False)
    order = totals.index.tolist()[:MAX_BARS]
    if totals.empty:
        st.caption(text("app.no_bars"))
        return
    intervals = "low" in table.columns
    rows = table[table["name"].isin(order)]
    ends = ("value", "low", "high") if intervals else ("value",)
    rows = rows.assign(
        sum_told=rows["name"].map(totals.map(told)),
        **{f"{end}_told": rows[end].map(told) for end in ends},
    )
    longest = max(float(totals.max()), float(rows["high"].max()) if intervals else 0.0)
    scale, axis = alt.Scale(domain=[0.0, longest * ROOM_FOR_VALUES]), None
    if log:
        start = 10.0 ** floor(log10(float(rows["value"].min())) - ROOM_BELOW)
        room = (longest / start) ** (ROOM_FOR_VALUES - 1.0)
        scale = alt.Scale(type="log", domain=[start, longest * room], clamp=True, nice=False)
        decades = [10.0**n for n in range(ceil(log10(start)), ceil(log10(longest)) + 1)]
        axis = alt.Axis(title=None, values=decades, format=SHORT)
        rows = rows.assign(start=start)
        if intervals:
            rows = rows.assign(drawn_low=rows["low"].clip(lower=start))
    elif intervals:
        rows = rows.assign(drawn_low=rows["low"])
    key_below = alt.Legend(
        orient="bottom", direction="vertical", columns=1, symbolSize=60, labelLimit=0
    )
    split = alt.Color(f"{stack}:N", title=None, legend=key_below).scale(scheme="tableau20")
    is_selected = alt.datum.id == selected
    pick = alt.selection_point(name="zone", fields=["id"])
    chart = (
        alt.Chart(rows)
        .mark_bar(cursor="pointer")
        .encode(
            x=alt.X("value:Q", axis=axis, scale=scale),
            y=alt.Y(
                "name:N",
                sort=order,
                title=None,
                axis=alt.Axis(labelLimit=0, labelFlush=False, labelExpr=LINES),
            ),
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
                *([alt.Tooltip(f"{stack}:N", title=text("column.kind"))] if stack else []),
                alt.Tooltip("value_told:N", title=title),
                *(alt.Tooltip(f"{end}_told:N", title=text(f"column.{end}")) for end in ends[1:]),
            ],
            **({"x2": "start:Q"} if log else {}),
        )
        .add_params(pick)
    )
    if intervals:
        chart += (
            alt.Chart(rows)
            .mark_rule(color=WHISKER, strokeWidth=1.5)
            .encode(x="drawn_low:Q", x2="high:Q", y=alt.Y("name:N", sort=order))
        )
        rows = rows.assign(high=rows[["value", "high"]].max(axis=1))
    chart += (
        alt.Chart(rows)
        .mark_text(align="left", dx=4)
        .encode(
            x="high:Q" if intervals else ("value:Q" if log else "sum(value):Q"),
            y=alt.Y("name:N", sort=order),
            text="sum_told:N",
        )
    )
    st.caption(title)
    room_px = FRAME_PX + (LEGEND_PX if stack else 0) + (AXIS_PX if log else 0)
    bar_px = BAR_HEIGHT + LINE_PX * (_most_lines(order) - 1)
    draw(chart, bar_px * len(order) + room_px, key=key, on_select="rerun")
    if len(totals) > len(order):
        st.caption(text("app.more_bars", shown=len(order), all=len(totals)))


def draw(chart: alt.Chart | alt.LayerChart, height: int, **options: Any) -> None:  # noqa: ANN401
    """Draw a chart as wide as its column, with words of axes and legends dark enough to read.

    Parameters
    ----------
    chart
        The chart.
    height
        Its height, px.
    **options
        As :func:`streamlit.altair_chart` takes them.
    """
    dark: dict[str, Any] = {"labelColor": SOFT, "titleColor": SOFT}
    shown = chart.properties(height=height).configure_axis(**dark).configure_legend(**dark)
    st.altair_chart(shown, width="stretch", **options)


def _in_lines(name: str, room_px: float = NAME_PX) -> str:
    """Return a name in as many lines as it needs in the room for it: none is cut."""
    return BREAK.join(text_lines(name, room_px, NAME_SIZE_PX))


def _most_lines(names: Sequence[str]) -> int:
    return 1 + max((name.count(BREAK) for name in names), default=0)


def _told_apart(table: pd.DataFrame) -> pd.Series[str]:
    """Return the names of zones, with a number where two have the same."""
    zones = table.drop_duplicates("id").set_index("id")["name"]
    number = zones.groupby(zones).cumcount() + 1
    names: pd.Series[str] = table["id"].map(
        zones.where(number == 1, zones + " " + number.astype(str))
    )
    return names


def class_histogram(
    bins: pd.DataFrame, bounds: Sequence[tuple[float, str]], *, title: str, log: bool = False
) -> None:
    """Draw how many zones have a value, with the bounds of classes as lines.

    Parameters
    ----------
    bins
        From :func:`layers.look.histogram.histogram`.
    bounds
        Where one class ends and the next begins, and the colour of the one that begins.
    title
        What the values are, with their unit and scale.
    log
        Whether the axis is a log one.
    """
    ends = [float(bins["low"].min()), float(bins["high"].max())]
    scale = alt.Scale(type="log" if log else "linear", domain=ends, nice=False, zero=False)
    bars_ = (
        alt.Chart(bins)
        .mark_rect(color=QUIET, stroke="white", strokeWidth=0.5)
        .encode(
            x=alt.X(
                "low:Q",
                scale=scale,
                axis=alt.Axis(
                    title=None,
                    tickCount=4,
                    format=SHORT,
                    grid=False,
                    labelFlush=True,
                ),
            ),
            x2="high:Q",
            y=alt.Y(
                "count:Q", title=text("column.zones"), axis=alt.Axis(tickMinStep=1, tickCount=4)
            ),
            y2=alt.Y2Datum(0),
            tooltip=[
                alt.Tooltip("low:Q", title=text("column.from"), format=BOUND),
                alt.Tooltip("high:Q", title=text("column.to"), format=BOUND),
                alt.Tooltip("count:Q", title=text("column.zones")),
            ],
        )
    )
    marks = pd.DataFrame(bounds, columns=["at", "colour"])
    edge, line = (
        alt.Chart(marks)
        .mark_rule(strokeWidth=width)
        .encode(
            x="at:Q",
            color=colour,
            tooltip=alt.Tooltip("at:Q", format=BOUND),
        )
        for width, colour in (
            (4, alt.value(WHISKER)),
            (2.5, alt.Color("colour:N", scale=None)),
        )
    )
    st.caption(title)
    draw(bars_ + edge + line, HISTOGRAM_PX)


def quotient_map(table: pd.DataFrame, *, zones: Sequence[str], kinds: Sequence[str]) -> None:
    """Draw location quotients as a table of colours: blue above 1, brown below, pale if unclear.

    Parameters
    ----------
    table
        Columns ``name``, ``kind``, ``quotient``, ``low``, ``high``, ``count``, ``expected``,
        ``reading`` in words, and ``sure``: whether the interval leaves out 1.
    zones, kinds
        Names in the order to show.
    """
    table = table.assign(
        name=[_in_lines(name, TOP_NAMES_PX) for name in table["name"]],
        kind=[_in_lines(kind, KIND_PX) for kind in table["kind"]],
    )
    zones = [_in_lines(name, TOP_NAMES_PX) for name in zones]
    kinds = [_in_lines(kind, KIND_PX) for kind in kinds]
    colour = alt.Color(
        "quotient:Q",
        legend=None,
        scale=alt.Scale(domain=[0.0, 1.0, QUOTIENT_FULL], range=QUOTIENTS, clamp=True),
    )
    cells = (
        alt.Chart(table)
        .mark_rect(stroke="white", strokeWidth=1)
        .encode(
            x=alt.X(
                "name:N",
                sort=list(zones),
                title=None,
                axis=alt.Axis(
                    orient="top",
                    labelAngle=-90,
                    labelOverlap=False,
                    labelLimit=0,
                    labelExpr=LINES,
                    ticks=False,
                ),
            ),
            y=alt.Y(
                "kind:N",
                sort=list(kinds),
                title=None,
                axis=alt.Axis(
                    labelLimit=0,
                    labelExpr=LINES,
                    labelOverlap=False,
                    labelFlush=False,
                    ticks=False,
                ),
            ),
            color=colour,
            opacity=alt.condition(alt.datum.sure, alt.value(1.0), alt.value(OTHERS_OPACITY)),
            tooltip=[
                alt.Tooltip("name:N", title=text("column.zone")),
                alt.Tooltip("kind:N", title=text("column.kind")),
                alt.Tooltip("quotient:Q", title=text("column.quotient"), format=chart_format(2)),
                alt.Tooltip("low:Q", title=text("column.low"), format=chart_format(2)),
                alt.Tooltip("high:Q", title=text("column.high"), format=chart_format(2)),
                alt.Tooltip("count:Q", title=text("column.count")),
                alt.Tooltip("expected:Q", title=text("column.expected"), format=chart_format(1)),
                alt.Tooltip("reading:N", title=text("column.reading")),
            ],
        )
    )
    figures = (
        alt.Chart(table)
        .mark_text(fontSize=9, color=WHISKER)
        .encode(
            x=alt.X("name:N", sort=list(zones)),
            y=alt.Y("kind:N", sort=list(kinds)),
            text=alt.Text("quotient:Q", format=chart_format(1)),
        )
    )
    cell_px = max(CELL_PX, LINE_PX * _most_lines(kinds) + LINE_PX // 2)
    draw(cells + figures, cell_px * len(kinds) + TOP_NAMES_PX)


def coverage_curve(curve: pd.DataFrame, *, distance_m: float) -> None:
    """Draw covered and doubly covered share against distance, with the chosen distance marked."""
    names = {"covered_pct": text("coverage.title"), "doubly_covered_pct": text("coverage.doubly")}
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
            color=alt.Color(
                "kind:N",
                title=None,
                legend=alt.Legend(orient="top", direction="vertical", labelLimit=0),
            ).scale(domain=list(names.values()), range=[COLOURS["covered"], COLOURS["doubly"]]),
            tooltip=[
                alt.Tooltip("distance_km:Q", title=text("coverage.distance_km")),
                alt.Tooltip("kind:N", title=text("column.kind")),
                alt.Tooltip("share:Q", title=text("coverage.share"), format=chart_format(1)),
            ],
        )
    )
    mark = (
        alt.Chart(alt.InlineData([{"distance_km": distance_m / 1000.0}]))
        .mark_rule(strokeDash=[4, 3])
        .encode(x="distance_km:Q")
    )
    draw(lines + mark, CURVE_PX)
