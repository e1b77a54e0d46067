"""The tables of the pages: titles and units in the visitor's language, numbers with separators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

import layers
from app import picking
from app.choices import value_title
from app.texts import language, number, text
from layers.schema import resource

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
}
TABLE_HEIGHT = 330
ROW_HEIGHT = 28
SHORT_TABLE = 8
ZONE_WIDTH = 112
FIGURE_WIDTH = 50


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
    shown = {
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
    st.dataframe(pd.DataFrame(shown), hide_index=True, height="content", placeholder="–")


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
    description = resource(frame.attrs["name"])
    shown = {text("column.name"): frame[f"name_{language()}"]}
    for column in columns:
        field = description.field(column)
        unit = f" ({field.unit})" if field.unit else ""
        values = frame[column]
        if column == "accuracy_m":
            values = values.round().astype("Int64")
        elif column in REFERENCES:
            values = values.map(_named, na_action="ignore")
        elif column in CODED:
            values = values.map(
                lambda value, column=column: value_title(column, value), na_action="ignore"
            )
        shown[field.title(language()) + unit] = values
    return pd.DataFrame(shown)


def _named(ids: str) -> str:
    names = layers.names_by_id(lang=language())
    return text("app.separator").join(names[key] for key in ids.split("|"))


def _zone_columns(columns: Sequence[str]) -> dict[str, Any]:
    titles = {
        column: st.column_config.NumberColumn(
            text(f"column.{column}"),
            format=NUMBER_FORMATS.get(column, "localized"),
            width=FIGURE_WIDTH,
        )
        for column in columns
    }
    return {
        "zone": st.column_config.TextColumn(text("column.zone"), width=ZONE_WIDTH),
        **titles,
    }
