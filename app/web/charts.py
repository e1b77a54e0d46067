"""The charts beside the map: narrow, labelled, with the selected zone outlined in black.

Marks of what is out of view on the map are pale. The map tells so in the browser, without a run
(``layers/assets/frame.js``), and each mark that stands for one zone can be clicked.
"""

from __future__ import annotations

import json
from functools import partial
from html import escape
from math import ceil, floor, log10
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import streamlit as st

from app.texts import text
from app.web import picking
from geo.numerals import chart_format, number
from layers.look.histogram import histogram
from layers.look.styles import inks
from layers.type.line_breaks import text_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

# Numbers on axes, and at the ends of classes.
SHORT, BOUND = chart_format(3, significant=True), chart_format(4, significant=True)
BAR = "#2C7FB8"
WHISKER, SOFT = inks("figure", "soft")
BAR_HEIGHT = 24
# What Vega needs around the bars themselves.
FRAME_PX = 12
AXIS_PX = 24
# What a value takes behind its bar: a letter's width, the space before it, and the least that is
# left for bars where names and values take nearly all.
VALUE_PX, VALUE_GAP_PX, LEAST_BARS_PX = 6.2, 8, 16
# Of a decade, between the start of a log axis and the shortest bar.
ROOM_BELOW = 0.3
LEGEND_PX = 215
# Names beside bars: their room, their size, what parts their lines, and the gap before bars.
NAME_PX, NAME_SIZE_PX, LINE_PX, BREAK, NAME_GAP_PX = 110, 10, 12, "\n", 6
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
# What marks are called that stand for one zone each: their rows have its ``id``.
PICKED = {"name": "picked"}
# Marks of zones out of view are pale; what the map has not told of is not.
IN_VIEW: dict[str, Any] = {
    "condition": {"test": "!in_view || in_view[datum.id] !== false", "value": 1.0},
    "value": OTHERS_OPACITY,
}
_clicks = st.components.v2.component(
    "xiangjiang_marks", js=Path(__file__).with_name("marks.js").read_text(encoding="utf-8")
)
COLOURS = {"covered": "#2C7FB8", "doubly": "#253494"}


def bars(
    table: pd.DataFrame,
    *,
    title: str,
    selected: str | None = None,
    stack: str = "",
    log: bool = False,
    told: Callable[[float], str] = number,
) -> None:
    """Draw horizontal bars, longest first; a click on one selects its zone.

    Parameters
    ----------
    table
        Columns ``id``, ``name`` and ``value``; with ``stack``, several rows per name and the
        column of that name. Columns ``low`` and ``high``, where there are, are drawn as intervals.
    title
        What the bars show, with its unit.
    selected
        Id of the selected zone.
    stack
        Column whose values split each bar by colour; none when empty.
    log
        Whether equal lengths are equal factors; the axis then has its numbers.
    told
        Returns a value in words, as it stands in tables.
    """
    ids = in_chart(table, selected)
    table = table[table["value"] > 0]
    table = table.assign(name=_told_apart(table).map(_in_lines))
    totals = table.groupby("name", sort=False)["value"].sum()
    order = table.drop_duplicates("id").set_index("id")["name"].loc[ids].tolist()
    if not order:
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
    values_px = VALUE_PX * rows["sum_told"].str.len().max() + VALUE_GAP_PX
    # Of how wide a chart is, Vega alone knows: the longest bar ends where its value has room.
    part = f"width / max(width - {values_px:g}, {LEAST_BARS_PX})"
    scale = {"domainMin": 0.0, "domainMax": {"expr": f"{longest} * {part}"}, "nice": False}
    axis: dict[str, Any] | None = None
    start = 0.0
    if log:
        start = 10.0 ** floor(log10(float(rows["value"].min())) - ROOM_BELOW)
        most = {"expr": f"{start} * pow({longest / start}, {part})"}
        scale |= {"type": "log", "domainMin": start, "domainMax": most, "clamp": True}
        decades = [10.0**n for n in range(ceil(log10(start)), ceil(log10(longest)) + 1)]
        axis = {"title": None, "values": decades, "format": SHORT}
        rows = rows.assign(start=start)
    key_below = {
        "orient": "bottom",
        "direction": "vertical",
        "columns": 1,
        "symbolSize": 60,
        "labelLimit": 0,
    }
    split = word(stack, title=None, legend=key_below, scale={"scheme": "tableau20"})
    names = word("name", sort=order)
    bar = marks(
        rows,
        {"type": "bar", "cursor": "pointer"},
        x=quantity("value", axis=axis, scale=scale),
        **({"x2": {"field": "start"}} if log else {}),
        y=names | {"axis": None},
        color=split if stack else {"value": BAR},
        opacity=IN_VIEW,
        **({} if stack else outlined(selected)),
        tooltip=[
            word("name", title=text("column.zone")),
            *([word(stack, title=text("column.kind"))] if stack else []),
            word("value_told", title=title),
            *(word(f"{end}_told", title=text(f"column.{end}")) for end in ends[1:]),
        ],
    )
    drawn = [bar | PICKED]
    if stack and selected in set(rows["id"]):
        whole = {"type": "bar", "filled": False, "stroke": "black", "strokeWidth": 2, "aria": False}
        of_all = {"x": quantity("value", aggregate="sum"), "y": names}
        drawn.append(marks(rows[rows["id"] == selected], whole, **of_all))
    if intervals:
        whisker = {"type": "rule", "color": WHISKER, "strokeWidth": 1.5}
        span = {"x": quantity("low"), "x2": {"field": "high"}}
        within = rows.assign(low=rows["low"].clip(lower=start))
        drawn.append(marks(within, whisker, y=names, **span))
        rows = rows.assign(high=rows[["value", "high"]].max(axis=1))
    end = quantity("high" if intervals else "value")
    drawn.append(
        marks(
            rows,
            {"type": "text", "align": "left", "dx": 4},
            x=end if intervals or log else end | {"aggregate": "sum"},
            y=names,
            text=word("sum_told"),
        )
    )
    drawn.append(_names_beside(rows, names))
    st.caption(title)
    room_px = FRAME_PX + (LEGEND_PX if stack else 0) + (AXIS_PX if log else 0)
    bar_px = BAR_HEIGHT + LINE_PX * (_most_lines(order) - 1)
    draw(drawn, bar_px * len(order) + room_px, name="bars")
    if len(totals) > MAX_BARS:
        st.caption(text("app.more_bars", shown=MAX_BARS, all=len(totals)))


def in_chart(table: pd.DataFrame, selected: str | None) -> list[str]:
    """Return the ids of the zones that :func:`bars` draws: the longest, and the selected one.

    Examples
    --------
    >>> table = pd.DataFrame({"id": ["a", "b", "b", "c"], "value": [2.0, 1.0, 3.0, 0.0]})
    >>> in_chart(table, "c"), in_chart(pd.DataFrame({"id": range(99), "value": 1.0}), 50)[-2:]
    (['b', 'a'], [13, 50])
    """
    sums = table[table["value"] > 0].groupby("id", sort=False)["value"].sum()
    ids = sums.sort_values(ascending=False, kind="stable").index
    return [id_ for at, id_ in enumerate(ids) if at < MAX_BARS or id_ == selected]


def _names_beside(rows: pd.DataFrame, names: dict[str, Any]) -> dict[str, Any]:
    """Return the names beside bars: Vega's own have their first line there, not their middle."""
    lines = {
        "type": "text",
        "align": "right",
        "color": SOFT,
        "fontSize": NAME_SIZE_PX,
        "lineBreak": BREAK,
        "lineHeight": LINE_PX,
        "dy": {"expr": f"{-LINE_PX / 2} * (length(split(datum.name, '\\n')) - 1)"},
    }
    beside = rows.drop_duplicates("name")
    return marks(beside, lines, x={"value": -NAME_GAP_PX}, y=names, text=word("name"))


def quantity(field: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - as Vega-Lite has it
    """Return that a column of numbers is shown, with options of Vega-Lite."""
    return {"field": field, "type": "quantitative", **options}


def word(field: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - as Vega-Lite has it
    """Return that a column of words is shown, with options of Vega-Lite."""
    return {"field": field, "type": "nominal", **options}


def outlined(selected: str | None) -> dict[str, Any]:
    """Return that the mark of the selected zone has a black edge."""
    chosen = {"test": f"datum.id === {json.dumps(selected)}", "value": "black"}
    return {"stroke": {"condition": chosen, "value": None}, "strokeWidth": {"value": 2}}


def marks(
    rows: pd.DataFrame,
    mark: dict[str, Any],
    **encoding: Any,  # noqa: ANN401 - as Vega-Lite has it
) -> dict[str, Any]:
    """Return one layer of a chart.

    Parameters
    ----------
    rows
        What is drawn, a mark a row; written with the chart, which has few.
    mark
        What the marks are.
    **encoding
        What of a mark shows which column, see :func:`quantity` and :func:`word`.
    """
    values = json.loads(rows.to_json(orient="records", double_precision=15))
    return {"data": {"values": values}, "mark": mark, "encoding": encoding}


def draw(layers: Sequence[dict[str, Any]], height: int, *, name: str = "") -> None:
    """Draw a chart as wide as its column, with words of axes and legends dark enough to read.

    Parameters
    ----------
    layers
        What is drawn over each other, from :func:`marks`.
    height
        Its height, px.
    name
        What a chart with ``PICKED`` marks is called, alone on its page. Clicks on them are heard
        by the page's own (``marks.js``): Vega's are lost while it draws the chart anew.
    """
    dark = {"labelColor": SOFT, "titleColor": SOFT}
    chart: dict[str, Any] = {
        "height": height,
        "layer": list(layers),
        "config": {"axis": dark, "legend": dark},
    }
    if not name:
        st.vega_lite_chart(chart, width="stretch")
        return
    may_pale = [layer for layer in layers if layer["encoding"].get("opacity") == IN_VIEW]
    if may_pale:
        note = f"in-view-{name}"
        chart["params"] = [{"name": "in_view", "bind": {"element": f".{note}"}}]
        rows = (row for layer in may_pale for row in layer["data"]["values"])
        zones = escape(json.dumps([*dict.fromkeys(row["id"] for row in rows)]))
        words = text("app.out_of_view")
        st.html(f'<p class="{note}" hidden data-zones="{zones}">{words}</p>')
    key, clicks = f"{name}-chart", f"{name}-clicks"
    with st.container(key=key):
        st.vega_lite_chart(chart, width="stretch")
    _clicks(key=clicks, data={"chart": key}, on_zone_change=partial(picking.pick, clicks))


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
    zones: pd.DataFrame,
    bounds: Sequence[tuple[float, str]],
    *,
    title: str,
    selected: str | None = None,
    log: bool = False,
) -> None:
    """Draw how many zones have a value, with the bounds of classes as lines.

    Parameters
    ----------
    zones
        Columns ``id``, ``name`` and ``value``.
    bounds
        Where one class ends and the next begins, and the colour of the one that begins.
    title
        What the values are, with their unit and scale.
    selected
        Id of the selected zone.
    log
        Whether the axis is a log one; zones of zero or less have no place on it.
    """
    bins = histogram(zones["value"], scale="log" if log else "linear")
    edges = [*bins["low"], bins["high"].iloc[-1]]
    blocks = stacked(zones[zones["value"] >= edges[0]], "value", edges)
    scale = {
        "type": "log" if log else "linear",
        "domain": [edges[0], edges[-1]],
        "nice": False,
        "zero": False,
    }
    axis = {"title": None, "tickCount": 4, "format": SHORT, "grid": False, "labelFlush": True}
    count = quantity("top", title=text("column.zones"))
    bars_ = marks(
        blocks,
        {"type": "rect", "color": QUIET, "cursor": "pointer"},
        x=quantity("low", scale=scale, axis=axis),
        x2={"field": "high"},
        y=count | {"axis": {"tickMinStep": 1, "tickCount": 4}},
        y2={"field": "bottom"},
        opacity=IN_VIEW,
        **outlined(selected),
        tooltip=[
            word("name", title=text("column.zone")),
            quantity("value", title=title, format=BOUND),
            quantity("low", title=text("column.from"), format=BOUND),
            quantity("high", title=text("column.to"), format=BOUND),
            quantity("count", title=text("column.zones")),
        ],
    )
    # Without words of their own, so that a click goes through them to the block below.
    at = pd.DataFrame(bounds, columns=["at", "colour"])
    edge, line = (
        marks(
            at,
            {"type": "rule", "strokeWidth": width},
            x=quantity("at"),
            color=colour,
        )
        for width, colour in (
            (4, {"value": WHISKER}),
            (2.5, word("colour", scale=None)),
        )
    )
    st.caption(title)
    draw([bars_ | PICKED, edge, line], HISTOGRAM_PX, name="classes")


def stacked(
    zones: pd.DataFrame, value: str, edges: Sequence[float] | NDArray[np.float64]
) -> pd.DataFrame:
    """Return the zones as the blocks of a histogram: one on the other in the bar of its value.

    Parameters
    ----------
    zones
        The zones, those that lie lowest in a bar first.
    value
        Column of their values.
    edges
        Where bars begin, and where the last one ends.

    Examples
    --------
    >>> zones = pd.DataFrame({"id": ["a", "b", "c"], "pct": [2.0, 5.0, 10.0]})
    >>> stacked(zones, "pct", [0, 5, 10])[["id", "low", "bottom", "top", "count"]].values.tolist()
    [['a', 0, 0, 1, 1], ['b', 5, 0, 1, 2], ['c', 5, 1, 2, 2]]
    """
    at = np.clip(np.searchsorted(edges, zones[value], side="right") - 1, 0, len(edges) - 2)
    bars_ = zones.groupby(at)[value]
    below = bars_.cumcount()
    return zones.assign(
        low=np.take(edges, at),
        high=np.take(edges, at + 1),
        bottom=below,
        top=below + 1,
        count=bars_.transform("size"),
    )


def quotient_map(table: pd.DataFrame, *, zones: Sequence[str], kinds: Sequence[str]) -> None:
    """Draw location quotients as a table of colours: blue above 1, brown below, pale if unclear.

    Parameters
    ----------
    table
        Columns ``id``, ``name``, ``kind``, ``quotient``, ``low``, ``high``, ``count``,
        ``expected``, ``reading`` in words, and ``sure``: whether the interval leaves out 1.
    zones, kinds
        Names in the order to show.
    """
    table = table.assign(
        name=[_in_lines(name, TOP_NAMES_PX) for name in table["name"]],
        kind=[_in_lines(kind, KIND_PX) for kind in table["kind"]],
    )
    zones = [_in_lines(name, TOP_NAMES_PX) for name in zones]
    kinds = [_in_lines(kind, KIND_PX) for kind in kinds]
    across, down = word("name", sort=list(zones)), word("kind", sort=list(kinds))
    whole = {"labelLimit": 0, "labelExpr": LINES, "labelOverlap": False, "ticks": False}
    colours = {"domain": [0.0, 1.0, QUOTIENT_FULL], "range": QUOTIENTS, "clamp": True}
    cells = marks(
        table,
        {"type": "rect", "stroke": "white", "strokeWidth": 1, "cursor": "pointer"},
        x=across | {"title": None, "axis": whole | {"orient": "top", "labelAngle": -90}},
        y=down | {"title": None, "axis": whole | {"labelFlush": False}},
        color=quantity("quotient", legend=None, scale=colours),
        opacity={"condition": {"test": "datum.sure", "value": 1.0}, "value": OTHERS_OPACITY},
        tooltip=[
            word("name", title=text("column.zone")),
            word("kind", title=text("column.kind")),
            quantity("quotient", title=text("column.quotient"), format=chart_format(1)),
            quantity("low", title=text("column.low"), format=chart_format(1)),
            quantity("high", title=text("column.high"), format=chart_format(1)),
            quantity("count", title=text("column.count")),
            quantity("expected", title=text("column.expected"), format=chart_format(1)),
            word("reading", title=text("column.reading")),
        ],
    )
    figures = marks(
        table,
        {"type": "text", "fontSize": 9, "color": WHISKER},
        x=across,
        y=down,
        text=quantity("quotient", format=chart_format(1)),
    )
    cell_px = max(CELL_PX, LINE_PX * _most_lines(kinds) + LINE_PX // 2)
    height = cell_px * len(kinds) + TOP_NAMES_PX
    draw([cells | PICKED, figures], height, name="quotients")


def coverage_curve(curve: pd.DataFrame, *, distance_m: float) -> None:
    """Draw covered and doubly covered share against distance, with the chosen distance marked."""
    names = {"covered_pct": text("coverage.title"), "doubly_covered_pct": text("coverage.doubly")}
    long = curve.rename(columns=names).melt(
        "distance_m", list(names.values()), var_name="kind", value_name="share"
    )
    long["distance_km"] = long["distance_m"] / 1000.0
    share = quantity("share", title=text("coverage.share"))
    distance = quantity("distance_km", title=text("coverage.distance_km"))
    legend = {"orient": "top", "direction": "vertical", "labelLimit": 0}
    colours = {"domain": list(names.values()), "range": [COLOURS["covered"], COLOURS["doubly"]]}
    lines = marks(
        long,
        {"type": "line"},
        x=distance,
        y=share | {"scale": {"domain": [0, 100]}},
        color=word("kind", title=None, legend=legend, scale=colours),
        tooltip=[
            distance,
            word("kind", title=text("column.kind")),
            share | {"format": chart_format(1)},
        ],
    )
    at = pd.DataFrame({"distance_km": [distance_m / 1000.0]})
    mark = marks(at, {"type": "rule", "strokeDash": [4, 3]}, x=quantity("distance_km"))
    draw([lines, mark], CURVE_PX)
