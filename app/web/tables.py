"""The tables of the pages: titles and units in the visitor's language, numbers with separators."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

import layers
from app.texts import language, text
from app.web import picking
from app.web.choices import value_title
from geo.numerals import between, listed, number
from layers.look.symbology import field_title
from layers.plan.schema import resource

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

EVIDENCE_CLASSES = ("official", "surveyed", "located", "schematic", "unlocated")
REFERENCES = ("source_id", "flag")
CODED = ("evidence", "category", "level", "status", "sector", "kind", "scope", "part", "role")
NUMBER_FORMATS = {
    "count": "%d",
    "count_expected": "%.1f",
    "count_sd": "%.1f",
    "covered_pct": "%.1f",
    "doubly_covered_pct": "%.1f",
    "demand_covered_pct": "%.1f",
    "share_pct": "%.1f",
    "density_per_km2": "%.3f",
    "area_km2": "%.1f",
    "uncovered_km2": "%.1f",
    "weight_share_pct": "%.1f",
    "effective_sectors": "%.1f",
    "per_10k_people": "%.3f",
    "hill_2": "%.1f",
    "krugman_index": "%.2f",
}
# Columns of intervals, in words.
WORDED = ("ranks", "counts")
HELPED = (
    *WORDED,
    "count",
    "share_pct",
    "density_per_km2",
    "weight_sum",
    "weight_share_pct",
    "sectors",
    "effective_sectors",
    "per_10k_people",
    "hill_0",
    "hill_2",
    "krugman_index",
)
TABLE_HEIGHT = 330
ROW_HEIGHT = 28
SHORT_TABLE = 8
ZONE_WIDTH = 112
FIGURE_WIDTH = 50
WIDTHS = {"ranks": 62, "counts": 80, "weight_sum": 74, "krugman_index": 74, "hill_2": 66}


def zones_table(zones: gpd.GeoDataFrame, columns: Sequence[str], **selection: Any) -> None:  # noqa: ANN401 - as st.dataframe takes it
    """Draw figures per zone.

    Parameters
    ----------
    zones
        Result of an analysis with ``name_zh`` and ``name_en``.
    columns
        Numeric columns to show.
    selection
        How rows are selected, as ``st.dataframe`` takes it; not at all when left out.
    """
    name = f"name_{language()}"
    st.dataframe(
        pd.DataFrame(zones)[[name, *columns]].rename(columns={name: "zone"}),
        hide_index=True,
        height="content" if len(zones) <= SHORT_TABLE else TABLE_HEIGHT,
        row_height=ROW_HEIGHT,
        placeholder="–",
        column_config=_zone_columns(columns),
        **selection,
    )


def zone_picker(zones: gpd.GeoDataFrame, columns: Sequence[str], *, zone: str | None) -> None:
    """Draw figures per zone; clicking a row selects its zone on the whole page.

    Parameters
    ----------
    zones
        Result of an analysis with ``id``, ``name_zh`` and ``name_en``.
    columns
        Numeric columns to show.
    zone
        Id of the selected zone.
    """
    zones_table(
        zones,
        columns,
        key=picking.table_key(zone),
        on_select="rerun",
        selection_mode="single-row",
        selection_default=picking.table_default(zones["id"].tolist(), zone),
    )


def ranking_table(zones: gpd.GeoDataFrame, value: str, rank: str, *, title: str) -> None:
    """Draw zones by rank, each rank and value with the ends of its interval.

    Parameters
    ----------
    zones
        Result of :func:`geo.uncertainty` with ``name_zh`` and ``name_en``, in the order to show.
    value, rank
        Columns of the value and of its rank; their intervals end in ``_low`` and ``_high``, and
        there are none where no point has an accuracy to be moved by.
    title
        What the value is called.
    """
    moved = zones.attrs["points_moved"] > 0
    digits = 3 if zones[f"{value}_high"].max() < 1 else 1
    rows = zip(
        zones[f"name_{language()}"],
        [interval_words(*ends, digits=0) for ends in zip(*_ends(zones, rank), strict=True)],
        [number(amount, digits=digits) for amount in zones[value]],
        [
            interval_words(low, high, digits=digits) if moved else "–"
            for _, low, high in zip(*_ends(zones, value), strict=True)
        ],
        strict=True,
    )
    figures(
        [text("column.zone"), text("column.rank"), title, text("column.interval")],
        list(rows),
    )


def figures(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Draw a small table that fits the narrow column: the first column names, the others figures.

    It is there at once, where the table that can be sorted takes half a second to come.

    Parameters
    ----------
    header
        Titles of the columns.
    rows
        Cells, as words.
    """
    head = "".join(f"<th>{escape(title)}</th>" for title in header)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    st.html(f"<div class=figures><table><tr>{head}</tr>{body}</table></div>")


def features(
    frame: pd.DataFrame, columns: Sequence[str] = ("quote",), *, height: int = TABLE_HEIGHT
) -> None:
    """Draw features by name with some of their columns; codes become words.

    Parameters
    ----------
    frame
        Part of a layer, with ``name_zh`` and ``name_en``.
    columns
        Further columns to show, in order.
    height
        Height of the table, px.
    """
    st.dataframe(
        readable(frame, columns),
        hide_index=True,
        height=height,
        row_height=ROW_HEIGHT,
        placeholder="",
    )


def area_balance(balance: pd.DataFrame) -> None:
    """Draw the known areas of the New Area's parts against the printed one."""
    names = layers.names_by_id(lang=language())
    columns = {
        text("column.name"): [
            names[key] if key in names else text(f"area.{key}") for key in balance["id"]
        ],
        text("column.part"): [
            None if pd.isna(part) else value_title("part", part) for part in balance["part"]
        ],
        text("column.basis"): [text(f"basis.{basis}") for basis in balance["basis"]],
        text("column.area_km2"): [
            None if pd.isna(area) else number(area, digits=1) for area in balance["area_km2"]
        ],
    }
    st.dataframe(pd.DataFrame(columns), hide_index=True, height="content", placeholder="–")


def matching(frame: pd.DataFrame, word: str) -> pd.DataFrame:
    """Return the rows in whose name, alias or quote a word stands; all rows for no word."""
    searched = [c for c in ("name_zh", "name_en", "aliases", "quote") if c in frame.columns]
    hits = [
        frame[column].str.contains(word.strip(), case=False, regex=False, na=False)
        for column in searched
    ]
    return frame[pd.concat(hits, axis=1).any(axis=1)] if word.strip() else frame


def readable(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return a frame as a reader wants it: titles for names, words for codes."""
    by_title = {text("column.name"): frame[f"name_{language()}"]}
    if "name" not in frame.attrs:  # of a visitor: no layer describes its columns
        return pd.DataFrame(by_title)
    description = resource(frame.attrs["name"])
    for column in (each for each in columns if each in frame):
        field = description.field(column)
        values = frame[column]
        if column == "accuracy_m":
            values = values.round().astype("Int64")
        elif column in REFERENCES:
            values = values.map(_named, na_action="ignore")
        elif column in CODED:
            values = values.map(
                lambda value, column=column: value_title(column, value), na_action="ignore"
            )
        by_title[field_title(field, lang=language())] = values
    return pd.DataFrame(by_title)


def _ends(zones: gpd.GeoDataFrame, column: str) -> list[list[float]]:
    return [zones[f"{column}{end}"].tolist() for end in ("", "_low", "_high")]


def interval_words(*ends: float, digits: int) -> str:
    """Return the ends of an interval, or one number where they are one; a value first is shown."""
    *value, low, high = ends
    first = f"{number(value[0], digits=digits)} " if value else ""
    if low == high:
        return first.strip() or number(low, digits=digits)
    ends_ = between(low, high, digits=digits)
    return f"{first}({ends_})" if value else ends_


def _named(ids: str) -> str:
    names = layers.names_by_id(lang=language())
    return listed((names[key] for key in ids.split("|")), language())


def _zone_columns(columns: Sequence[str]) -> dict[str, Any]:
    titles = {
        column: st.column_config.TextColumn(
            text(f"column.{column}"), help=_help(column), width=WIDTHS[column], alignment="right"
        )
        if column in WORDED
        else st.column_config.NumberColumn(
            text(f"column.{column}"),
            help=_help(column),
            format=NUMBER_FORMATS.get(column, "localized"),
            width=WIDTHS.get(column, FIGURE_WIDTH),
        )
        for column in columns
    }
    return {
        "zone": st.column_config.TextColumn(text("column.zone"), width=ZONE_WIDTH),
        **titles,
    }


def _help(column: str) -> str | None:
    """Return what a figure is divided by, or otherwise rests on."""
    return text(f"help.{column}") if column in HELPED else None
