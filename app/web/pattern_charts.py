"""The charts of the pattern page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from app.texts import language, text
from app.web import picking
from app.web.charts import draw
from geo.numerals import chart_format
from layers.questions.unit_classes import CLASS_COLOURS

if TYPE_CHECKING:
    import geopandas as gpd

HEIGHT = 190
BINS = 30
LINE, BAND, ZERO = "#B2182B", "#C3CCD6", "#52606D"
# On white a little darker than on the map.
PLAIN = "#A9B4C0"
POINT_PX = 34


def z_histogram(zones: gpd.GeoDataFrame, zone: str | None) -> None:
    """Draw how the z values of the units are spread, with a line at that of the selected unit."""
    tested = zones[zones["z"].notna()]
    edges = np.histogram_bin_edges(tested["z"], BINS)
    at = np.clip(np.digitize(tested["z"], edges) - 1, 0, BINS - 1)
    kind = tested["hot_spot"]
    table = (
        pd.DataFrame({"low": edges[at], "high": edges[at + 1], "kind": kind.to_numpy()})
        .groupby(["low", "high", "kind"], as_index=False)
        .size()
    )
    table["class"] = [text(f"pattern.class.{name}") for name in table["kind"]]
    chart = (
        alt.Chart(table)
        .mark_rect(stroke="white", strokeWidth=0.5)
        .encode(
            x=alt.X("low:Q", title="z", axis=alt.Axis(tickCount=6)),
            x2="high:Q",
            y=alt.Y(
                "size:Q",
                title=text("pattern.chart.cells"),
                scale=alt.Scale(type="sqrt"),
                axis=alt.Axis(tickCount=4),
            ),
            y2=alt.datum(0),
            color=_class_colour(table),
            tooltip=[
                alt.Tooltip("class:N", title=text("column.kind")),
                alt.Tooltip("low:Q", title="z ≥", format=chart_format(2)),
                alt.Tooltip("size:Q", title=text("pattern.chart.cells")),
            ],
        )
    )
    st.caption(text("pattern.chart.z"))
    chosen = pd.DataFrame({"z": tested.loc[tested["id"] == zone, "z"]})
    # A mark of nothing is an image without a name to who hears the page.
    line = alt.Chart(chosen).mark_rule(strokeWidth=2).encode(x="z:Q")
    draw(chart if chosen.empty else chart + line, HEIGHT)


def moran_scatter(zones: gpd.GeoDataFrame, zone: str | None) -> None:
    """Draw each unit by its own value and that of its neighbours; a click on one selects it."""
    units = pd.DataFrame(zones.loc[zones["around_z"].notna()])
    # The significant ones last, so that they lie on top.
    plain = units["cluster"] == "not significant"
    units = pd.concat([units[plain], units[~plain]])
    table = pd.DataFrame(
        {
            "id": units["id"],
            "name": units[f"name_{language()}"],
            "own": units["value_z"],
            "around": units["around_z"],
            "kind": units["cluster"],
        }
    )
    table["class"] = [text(f"pattern.class.{name}") for name in table["kind"]]
    dots = (
        alt.Chart(table)
        .mark_circle(size=POINT_PX, opacity=0.85, cursor="pointer")
        .encode(
            x=alt.X("own:Q", title=text("pattern.chart.own")),
            y=alt.Y("around:Q", title=text("pattern.chart.around")),
            color=_class_colour(table),
            stroke=alt.condition(alt.datum.id == zone, alt.value("black"), alt.value(None)),
            strokeWidth=alt.value(2),
            tooltip=[
                alt.Tooltip("name:N", title=text("column.zone")),
                alt.Tooltip("class:N", title=text("column.kind")),
                alt.Tooltip("own:Q", title=text("pattern.chart.own"), format=chart_format(2)),
                alt.Tooltip("around:Q", title=text("pattern.chart.around"), format=chart_format(2)),
            ],
        )
        .add_params(alt.selection_point(name="zone", fields=["id"]))
    )
    zero = alt.Chart(alt.InlineData([{"zero": 0}]))
    lines = zero.mark_rule(color=ZERO, strokeDash=[3, 3])
    chart = lines.encode(x="zero:Q") + lines.encode(y="zero:Q") + dots
    st.caption(text("pattern.chart.scatter"))
    draw(chart, HEIGHT, key=picking.chart_key(zone), on_select="rerun")


def ripley_curve(found: pd.DataFrame) -> None:
    """Draw Ripley's L less the distance, over the band of random patterns."""
    km = found["distance_m"] / 1000.0
    table = pd.DataFrame(
        {
            "distance": km,
            "l": found["l_minus_d"] / 1000.0,
            "low": found["l_band_low"] / 1000.0 - km,
            "high": found["l_band_high"] / 1000.0 - km,
        }
    )
    chart = alt.Chart(table).encode(
        x=alt.X("distance:Q", title=text("pattern.chart.distance")),
        tooltip=[
            alt.Tooltip("distance:Q", title=text("pattern.chart.distance"), format=chart_format(1)),
            alt.Tooltip("l:Q", title=text("pattern.chart.l"), format=chart_format(2)),
            alt.Tooltip("low:Q", title=text("pattern.chart.low"), format=chart_format(2)),
            alt.Tooltip("high:Q", title=text("pattern.chart.high"), format=chart_format(2)),
        ],
    )
    y = alt.Y("low:Q", title=text("pattern.chart.l"))
    band = chart.mark_area(color=BAND, opacity=0.7).encode(y=y, y2="high:Q")
    line = chart.mark_line(color=LINE, strokeWidth=2).encode(y="l:Q")
    zero = (
        alt.Chart(alt.InlineData([{"zero": 0}]))
        .mark_rule(color=ZERO, strokeDash=[3, 3])
        .encode(y="zero:Q")
    )
    st.caption(text("pattern.chart.ripley"))
    draw(band + zero + line, HEIGHT)


def _class_colour(table: pd.DataFrame) -> alt.Color:
    present = [kind for kind in CLASS_COLOURS if kind in set(table["kind"])]
    return alt.Color("class:N", legend=None).scale(
        domain=[text(f"pattern.class.{kind}") for kind in present],
        range=[PLAIN if kind == "not significant" else CLASS_COLOURS[kind] for kind in present],
    )
