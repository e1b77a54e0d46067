"""The tables of the pages: titles and units in the visitor's language, numbers with separators."""

from __future__ import annotations

from functools import partial
from html import escape
from itertools import zip_longest
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width
from xml.sax.saxutils import quoteattr

import numpy as np
import pandas as pd
import streamlit as st

import layers
from app.texts import language, text
from app.web import picking
from app.web.choices import layer_title, value_title
from geo.numerals import MISSING, between, listed, number
from layers.look.symbology import field_title, texts_in
from layers.look.told import below_each_other, ends_in_words, parts_of, without_specks
from layers.plan.area import area
from layers.plan.catalogue import as_drawn
from layers.plan.schema import amounts, resource
from layers.plan.selection import ENTITY, PLACEABLE, located
from layers.plan.spelling import holds
from layers.plan.unplaced import leads, thing_of_each
from layers.words import capital

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import geopandas as gpd

EVIDENCE_CLASSES = ("official", "surveyed", "located", "schematic", "unlocated")
REFERENCES = ("source_id", "flag")
CODED = ("evidence", "category", "level", "status", "sector", "kind", "scope", "part", "role")
# The lines of a title above a column; a title of so many letters stands whole.
MOST_LINES, WHOLE, TWO_SIGNS = 3, 6, 4
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
# Beside the map there is room for words in several lines, which only a table of the page's own has.
_picker = st.components.v2.component(
    "xiangjiang_picker",
    html="<div class=figures></div>",
    js=Path(__file__).with_name("picker.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def zones_table(zones: gpd.GeoDataFrame, columns: Sequence[str]) -> None:
    """Draw figures per zone, the largest of the first column first.

    Parameters
    ----------
    zones
        Result of an analysis with ``name_zh`` and ``name_en``.
    columns
        Columns to show.
    """
    figures(**_of_zones(zones.sort_values(columns[0], ascending=False, kind="stable"), columns))


def zone_picker(zones: gpd.GeoDataFrame, columns: Sequence[str], *, zone: str | None) -> None:
    """Draw figures per zone; clicking a row selects its zone on the whole page.

    Parameters
    ----------
    zones
        Result of an analysis with ``id``, ``name_zh`` and ``name_en``, in the order to show.
    columns
        Columns to show.
    zone
        Id of the selected zone.
    """
    _pick_row(_html(**_of_zones(zones, columns)), zones, zone)


def _pick_row(table: str, zones: gpd.GeoDataFrame, zone: str | None) -> None:
    data = {"table": table, "ids": zones["id"].tolist(), "zone": zone}
    on_click = partial(picking.pick, picking.TABLE_KEY)
    _picker(key=picking.TABLE_KEY, data=data, on_zone_change=on_click)


def thing_picker(
    things: pd.DataFrame, chosen: str | None, *, key: str, on_click: Callable[[], None]
) -> None:
    """Draw what has no place, what most depends on first; clicking a row chooses it.

    Parameters
    ----------
    things
        Rows of :func:`layers.plan.unplaced.unplaced`.
    chosen
        Id of the chosen one.
    key, on_click
        Key of the table, and what is done when a row is clicked.
    """
    adds_up = amounts() is not None
    order = text("locate.order" if adds_up else "locate.order.counts")
    stated = [number(amount) if amount else MISSING for amount in things["amount"]]
    columns = {
        "name": (order, things[f"name_{language()}"]),
        **({"amount": (text("locate.amount_help"), stated)} if adds_up else {}),
        "features": (order, map(number, things["features"])),
    }
    header = [text(f"locate.column.{name}") for name in columns]
    helps, cells = zip(*columns.values(), strict=True)
    rows = list(zip(*cells, strict=True))
    data = {"table": _html(header, rows, helps), "ids": things["id"].tolist(), "zone": chosen}
    _picker(key=key, data=data, on_zone_change=on_click)


def kind_picker(layer: str, options: Sequence[str], *, key: str) -> list[str]:
    """Draw the kinds of a layer, each with how many there are; return those that were clicked.

    Parameters
    ----------
    layer
        Name of a point layer that has kinds.
    options
        Its kinds.
    key
        Key of the table.
    """
    frame, column = as_drawn(layer), area().points[layer].group
    chosen = picking.kept(column, options)
    counts, placed = frame[column].value_counts(), located(frame)[column].value_counts()
    ids = [str(kind) for kind in counts.index]
    rows = [
        (value_title(column, kind), number(placed.get(kind, 0)), number(counts[kind]))
        for kind in ids
    ]
    header = [layer_title(layer), text("column.placed"), text("column.count")]
    _picker(
        key=key,
        data={"table": _html(header, rows), "ids": ids, "zone": chosen},
        on_zone_change=partial(picking.toggle, key, column, options),
    )
    return chosen


def ranking_table(
    zones: gpd.GeoDataFrame, value: str, rank: str, *, title: str, zone: str | None
) -> None:
    """Draw zones by rank, each rank and value with its interval; clicking a row selects a zone.

    Parameters
    ----------
    zones
        Result of :func:`geo.uncertainty` with ``name_zh`` and ``name_en``, in the order to show.
    value, rank
        Columns of the value and of its rank; their intervals end in ``_low`` and ``_high``, and
        there are none where no point has an accuracy to be moved by.
    title
        What the value is called.
    zone
        Id of the selected zone.
    """
    moved = zones.attrs["points_moved"] > 0
    parted = parts_of(zones[value], value)
    rows = [
        (
            row[f"name_{language()}"],
            rank_words(row, rank),
            told,
            unbroken(ends_in_words(row, value, parted=parted)) if moved else MISSING,
        )
        for row, told in zip(
            zones.to_dict("records"), below_each_other(zones[value], value), strict=True
        )
    ]
    header = [text("column.zone"), text("column.rank_between"), title, text("column.interval")]
    _pick_row(_html(header, rows), zones, zone)


def figures(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, helps: Sequence[str] = ()
) -> None:
    """Draw a small table that fits the narrow column: the first column names, the others figures.

    It is there at once, where the table that can be sorted takes half a second to come.

    Parameters
    ----------
    header
        Titles of the columns.
    rows
        Cells, as words.
    helps
        What a title says under the pointer.
    """
    st.html(f"<div class=figures>{_html(header, rows, helps)}</div>")


def read_in_full(frame: pd.DataFrame) -> None:
    """Draw a table of words whose cells are broken into lines and never cut.

    Parameters
    ----------
    frame
        Some hundred rows at most, with titles for the names of columns.
    """
    rows = frame.astype(object).where(frame.notna(), MISSING).map(_cell)
    table = _html(list(frame.columns), rows.to_numpy().tolist(), titled=True)
    # The keys reach it where it is longer than the screen, and scroll it.
    st.html(f'<div class="figures whole" tabindex="0">{table}</div>')


def _cell(value: object) -> str:
    return number(value) if isinstance(value, int | float) else str(value)


def _html(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    helps: Sequence[str] = (),
    *,
    titled: bool = False,
) -> str:
    """Return a table; cells that are titled know their column where there is no head."""
    head = "".join(
        f'<th title={quoteattr(about)} style="min-width: {narrowest(title)}ch">{escape(title)}</th>'
        for title, about in zip_longest(header, helps, fillvalue="")
    )
    body = "".join(
        "<tr>"
        + "".join(
            f"{_opened(title, words) if titled else '<td>'}{escape(words)}</td>"
            for title, words in zip(header, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def narrowest(title: str) -> int:
    """Return how many letters a line needs for the title of a column to stand in a few of them.

    Lines end within words of Chinese: a short one stands whole, of a long one two signs together.

    Examples
    --------
    >>> narrowest("Invested (100 million CNY)"), narrowest("按文本"), narrowest("仅文本（个）")
    (12, 6, 4)
    """
    signs = sum(2 if east_asian_width(sign) in "WF" else 1 for sign in title)
    if signs > len(title):
        return signs if signs <= WHOLE else TWO_SIGNS
    return next(
        letters
        for letters in range(max(map(len, title.split()), default=0), len(title) + 1)
        if len(wrap(title, letters or 1, break_long_words=False)) <= MOST_LINES
    )


def _opened(title: str, words: str) -> str:
    """Return how a titled cell begins; one that says nothing can be left out by a style."""
    nothing = ' class="nothing"' if words == MISSING else ""
    return f"<td data-title={quoteattr(title)}{nothing}>"


def without_place(frame: pd.DataFrame) -> None:
    """Draw features that have no place, each with the reason and the sentence of the plan."""
    rows = readable(frame, ())
    if "name" in frame.attrs:
        # Below each other: beside a map two columns of sentences are too narrow to be read.
        rows[text("column.no_place")] = [
            f"{reason}\n{text('map.quoted', q=quote)}" if isinstance(quote, str) else reason
            for reason, quote in zip(reasons(frame), frame["quote"], strict=True)
        ]
    read_in_full(rows)


def reasons(frame: pd.DataFrame) -> list[str]:
    """Return why each feature has no place: it is of a kind that has none, or what is known."""
    kinds = frame[ENTITY] if ENTITY in frame else [None] * len(frame)
    things = thing_of_each()
    said = []
    for key, kind in zip(frame["id"], kinds, strict=True):
        if isinstance(kind, str) and kind not in PLACEABLE:
            said.append(text("column.no_place.kind", kind=value_title(ENTITY, kind)))
            continue
        known = leads(things[key], language()) if key in things else []
        said.append(listed(known, language()) if known else text("column.no_place.unsaid"))
    return said


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
    }
    columns[text("column.area_km2")] = [
        None if pd.isna(area) else number(area, digits=1) for area in balance["area_km2"]
    ]
    read_in_full(pd.DataFrame(columns))


def matching(frame: pd.DataFrame, word: str) -> pd.DataFrame:
    """Return the rows whose names, aliases or quote hold a word; all rows for no word."""
    if not word.strip():
        return frame
    told = frame.reindex(columns=["name_zh", "aliases", "name_en", "quote"]).fillna("")
    hits = [
        holds([quote], word, names=[name, english, *aliases.split("|")])
        for name, aliases, english, quote in told.itertuples(index=False)
    ]
    return frame[np.array(hits, dtype=bool)]


def readable(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return a frame as a reader wants it: titles for names, words for codes."""
    by_title = {text("column.name"): frame[f"name_{language()}"]}
    if "name" not in frame.attrs:  # of a visitor: no layer describes its columns
        return pd.DataFrame(by_title)
    description = resource(frame.attrs["name"])
    for column in (each for each in columns if each in frame):
        field = description.field(column)
        values = texts_in(frame, column, lang=language())
        if column == "accuracy_m":
            values = values.round().astype("Int64")
        elif column in REFERENCES:
            values = values.map(_named, na_action="ignore")
        elif column in CODED:
            values = values.map(
                lambda value, column=column: value_title(column, value), na_action="ignore"
            )
        by_title[capital(field_title(field, lang=language()))] = values
    return pd.DataFrame(by_title)


def rank_words(row: Mapping[str, float], rank: str) -> str:
    """Return the rank of a zone, and in brackets where it could lie instead."""
    low, high = row[f"{rank}_low"], row[f"{rank}_high"]
    return interval_words(low, high, digits=0, value=number(row[rank]))


def interval_words(low: float, high: float, *, digits: int, value: str = "") -> str:
    """Return the ends of an interval, or one number where they are one, behind a value."""
    ends = unbroken(between(low, high, digits=digits))
    if low == high:
        return value or ends
    return f"{value} ({ends})" if value else ends


def unbroken(ends: str) -> str:
    """Return an interval within which no line ends."""
    return ends.replace("–", "–\u2060")


def _named(ids: str) -> str:
    names = layers.names_by_id(lang=language())
    return listed((names[key] for key in ids.split("|")), language())


def _of_zones(zones: gpd.GeoDataFrame, columns: Sequence[str]) -> dict[str, Any]:
    """Return titles, what they say under the pointer, and rows of figures per zone, in words."""
    cells = [
        values.tolist() if name in WORDED else below_each_other(without_specks(values), str(name))
        for name, values in zones[[*columns]].items()
    ]
    return {
        "header": [text("column.zone"), *(text(f"column.{name}") for name in columns)],
        "helps": ["", *map(_help, columns)],
        "rows": list(zip(zones[f"name_{language()}"], *cells, strict=True)),
    }


def _help(column: str) -> str:
    """Return what a figure is divided by, or otherwise rests on."""
    return text(f"help.{column}") if column in HELPED else ""
