"""The charts and tables of the pattern page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from app import point_reading, reading
from app.pattern_maps import CLASS_COLOURS, group_name
from app.tables import figures
from app.texts import language, named, number, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

HEIGHT = 190
BINS = 30
LINE, BAND, ZERO = "#B2182B", "#C3CCD6", "#52606D"
# On white a little darker than on the map.
PLAIN = "#A9B4C0"
POINT_PX = 34
NOTHING = "–"


def z_histogram(zones: gpd.GeoDataFrame) -> None:
    """Draw how the z values of the units are spread, in the colours of their classes."""
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
                alt.Tooltip("low:Q", title="z ≥", format=".2f"),
                alt.Tooltip("size:Q", title=text("pattern.chart.cells")),
            ],
        )
    )
    st.caption(text("pattern.chart.z"))
    st.altair_chart(chart.properties(height=HEIGHT), width="stretch")


def moran_scatter(zones: gpd.GeoDataFrame) -> None:
    """Draw each unit by its own value and that of its neighbours, in the colours of its class."""
    shown = pd.DataFrame(zones.loc[zones["around_z"].notna()])
    # The significant ones last, so that they lie on top.
    plain = shown["cluster"] == "not significant"
    shown = pd.concat([shown[plain], shown[~plain]])
    table = pd.DataFrame(
        {
            "name": shown[f"name_{language()}"],
            "own": shown["value_z"],
            "around": shown["around_z"],
            "kind": shown["cluster"],
        }
    )
    table["class"] = [text(f"pattern.class.{name}") for name in table["kind"]]
    dots = (
        alt.Chart(table)
        .mark_circle(size=POINT_PX, opacity=0.85)
        .encode(
            x=alt.X("own:Q", title=text("pattern.chart.own")),
            y=alt.Y("around:Q", title=text("pattern.chart.around")),
            color=_class_colour(table),
            tooltip=[
                alt.Tooltip("name:N", title=text("column.zone")),
                alt.Tooltip("class:N", title=text("column.kind")),
                alt.Tooltip("own:Q", title=text("pattern.chart.own"), format=".2f"),
                alt.Tooltip("around:Q", title=text("pattern.chart.around"), format=".2f"),
            ],
        )
    )
    zero = alt.Chart(alt.InlineData([{"zero": 0}]))
    lines = zero.mark_rule(color=ZERO, strokeDash=[3, 3])
    chart = lines.encode(x="zero:Q") + lines.encode(y="zero:Q") + dots
    st.caption(text("pattern.chart.scatter"))
    st.altair_chart(chart.properties(height=HEIGHT), width="stretch")


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
            alt.Tooltip("distance:Q", title=text("pattern.chart.distance"), format=".1f"),
            alt.Tooltip("l:Q", title=text("pattern.chart.l"), format=".2f"),
            alt.Tooltip("low:Q", title=text("pattern.chart.low"), format=".2f"),
            alt.Tooltip("high:Q", title=text("pattern.chart.high"), format=".2f"),
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
    st.altair_chart((band + zero + line).properties(height=HEIGHT), width="stretch")


def statistics_table(found: pd.DataFrame) -> None:
    """Draw Moran's I, Geary's C and Getis–Ord G with what chance gives."""
    _table(
        ("statistic", "value", "expected", "standard", "p_value"),
        [
            (
                text(f"pattern.statistic.{name}"),
                _figure(row["value"], 3),
                _figure(row["expected"], 3),
                _figure(row["z"], 1),
                NOTHING if pd.isna(row["p_value"]) else reading.p_words(row["p_value"]).strip("= "),
            )
            for name, row in found.iterrows()
        ],
    )


def centres_table(found: gpd.GeoDataFrame, *, by: str) -> None:
    """Draw how far the mean centre of each group lies from that of all points, and in which way."""
    mean = found[found["kind"] == "mean"].iloc[1:]
    _table(
        ("group", "n", "from_all_km", "towards"),
        [
            (
                named(*group_name(by, row["category"])),
                number(row["n"]),
                _figure(row["from_all_km"], 1),
                point_reading.bearing(row["bearing_deg"], lang=language()),
            )
            for _, row in mean.sort_values("from_all_km", ascending=False).iterrows()
        ],
    )


def _figure(value: float, digits: int) -> str:
    return NOTHING if pd.isna(value) else number(value, digits=digits)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    figures([text(f"pattern.column.{column}") for column in columns], rows)


def _class_colour(table: pd.DataFrame) -> alt.Color:
    present = [kind for kind in CLASS_COLOURS if kind in set(table["kind"])]
    return alt.Color("class:N", legend=None).scale(
        domain=[text(f"pattern.class.{kind}") for kind in present],
        range=[PLAIN if kind == "not significant" else CLASS_COLOURS[kind] for kind in present],
    )
