"""数据导入: a visitor's own file, with a receipt before anything of it is used."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any, get_args

import pandas as pd
import streamlit as st

import geo
from app import intake, maps, own_data
from app.frame import details, download, draw_map, heading, map_and_results
from app.own_data import Own
from app.texts import language, text
from app.visits import owner
from geo.errors import AtlasError
from geo.exchange.cell_quotes import csv_bytes
from geo.exchange.formats import SUFFIXES
from geo.people import Quantity
from geo.wording import sentence
from layers import published
from layers.kept import keep_points, keep_raster, keep_zones
from layers.own_points import Roles, own_points
from layers.words import number
from layers.zonings import own_zones

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import geopandas as gpd

    from geo.exchange.receipt import Finding, Intake
    from geo.people import Population

TYPES = [*(suffix.removeprefix(".") for suffix in SUFFIXES), *intake.RASTERS]
NONE = ""
# What coordinates in and around Changsha may be in, where a file does not say.
CRS_CHOICES = (
    NONE,
    "EPSG:4490",
    "EPSG:4547",
    "EPSG:4526",
    "EPSG:4546",
    "EPSG:4525",
    "EPSG:4509",
    "EPSG:4508",
    "EPSG:32649",
    "EPSG:3857",
)
DATUMS = (NONE, "gcj02", "bd09")
ASIDE_SHOWN = 200


def pick(
    key: str, options: Sequence[str], *, title: Callable[[str], str], start: str = NONE
) -> str:
    """Draw a select box that is no part of the address, as what it chooses of is not."""
    chosen: str = st.selectbox(
        text(f"own.{key}"),
        options,
        index=list(options).index(start) if start in options else 0,
        format_func=title,
        key=f"own-{key}@{language()}-{st.session_state.get('_own_file', '')}",
    )
    return chosen


def column_title(column: str) -> str:
    """Return what a column is called in a select box."""
    return column or text("own.no_column")


def findings(found: Sequence[Finding]) -> None:
    """Draw what was noticed, warnings marked."""
    items = "".join(
        f'<li class="{finding.level}">{escape(finding.sentence(language()))}'
        + (f"<span>{escape(rows_words(finding))}</span>" if finding.rows else "")
        + "</li>"
        for finding in found
    )
    if items:
        heading(text("own.noticed"))
        st.html(f"<ul class=findings>{items}</ul>")


def rows_words(finding: Finding) -> str:
    """Return which rows a finding is about."""
    return text("own.rows", rows=", ".join(str(row) for row in finding.rows[:8]))


def aside_table(taken: Intake) -> pd.DataFrame:
    """Return the rows that were set aside with their reason in words."""
    aside = taken.aside
    reasons = [sentence(code, language(), {}) for code in aside["reason"]]
    return pd.DataFrame(
        {
            text("own.aside_row"): aside.index,
            text("column.name"): aside["name"].to_numpy(),
            text("own.aside_reason"): reasons,
            text("own.aside_detail"): aside["detail"].to_numpy(),
        }
    )


def use_zones(frame: gpd.GeoDataFrame, title: str, name_column: str, taken: Intake) -> None:
    """Keep areas as zones."""
    zones = own_zones(frame, name_column=name_column or None)
    zones.attrs = {"title": title, "receipt": taken.receipt}
    name = keep_zones(zones, owner=owner())
    own_data.add(Own(name, "zones", title, len(zones), taken.receipt))
    st.session_state["_own_done"] = title


def use_points(frame: gpd.GeoDataFrame, title: str, roles: Roles, taken: Intake) -> None:
    """Keep features as a point layer."""
    layer = own_points(frame, title=title, roles=roles)
    layer.attrs["receipt"] = taken.receipt
    name = keep_points(layer, owner=owner())
    own_data.add(Own(name, "points", title, len(layer), taken.receipt))
    st.session_state["_own_done"] = title


def use_people(people: Population, title: str) -> None:
    """Keep a raster of people."""
    name = keep_raster(people.counts, owner=owner())
    own_data.add(Own(name, "population", title, people.counts.size, findings=people.findings))
    st.session_state["_own_done"] = title


def attempt(use: Callable[..., None], *args: Any) -> None:  # noqa: ANN401 - as the use takes them
    """Try a use; a refusal is told where the button was, when the page is drawn next."""
    try:
        use(*args)
    except AtlasError as error:
        st.session_state["_own_refused"] = error


def outcome() -> None:
    """Say, once, what came of the last button."""
    refused = st.session_state.pop("_own_refused", None)
    if refused is not None:
        st.error(refused.sentence(language()))
        details(refused)
    done = st.session_state.pop("_own_done", None)
    if done is not None:
        st.success(text("own.used", title=done))


def brought() -> None:
    """Draw what was brought in this visit, each with a button that takes it out."""
    things = own_data.owned()
    if not things:
        return
    heading(text("own.brought"))
    for own in things:
        words, button = st.columns((4, 1.6), vertical_alignment="center")
        words.caption(text(f"own.thing.{own.use}", title=own.title, rows=number(own.rows)))
        button.button(
            text("own.remove"),
            key=f"remove-{own.name}",
            on_click=own_data.remove,
            args=(own.name,),
            width="stretch",
        )
    for page in ("density", "coverage", "distribution", "pattern"):
        st.page_link(f"app/pages/{page}.py", label=text("own.go", page=text(f"page.{page}")))


def features(taken: Intake, title: str) -> None:
    """Draw the receipt of a file of features, and what it can be used as."""
    receipt, frame = taken.receipt, taken.frame
    areas = intake.areas_of(frame)
    columns = [NONE, *(str(c) for c in frame.columns if c != frame.geometry.name)]
    with st.sidebar:
        name = pick("name_column", columns, title=column_title, start=receipt.name_column)
        with st.expander(text("own.point_columns"), expanded=areas.empty):
            roles = Roles(
                name=name,
                category=pick("category_column", columns, title=column_title),
                weight=pick("weight_column", columns, title=column_title),
                date=pick("date_column", columns, title=column_title),
            )
    with results:
        outcome()
        zones_button, points_button = st.columns(2)
        zones_button.button(
            text("own.use.zones"),
            type="primary" if len(areas) else "secondary",
            disabled=areas.empty,
            on_click=attempt,
            args=(use_zones, areas, title, name, taken),
            width="stretch",
        )
        points_button.button(
            text("own.use.points"),
            type="primary" if areas.empty else "secondary",
            on_click=attempt,
            args=(use_points, frame, title, roles, taken),
            width="stretch",
        )
        findings(receipt.findings)
        heading(text("own.receipt"))
        lines = receipt.lines(language())
        st.html(
            "<dl class=basis>"
            + "".join(f"<dt>{escape(key)}</dt><dd>{escape(words)}</dd>" for key, words in lines)
            + "</dl>"
        )
        if len(taken.aside):
            table = aside_table(taken)
            with st.expander(text("own.aside", n=number(len(table)))):
                st.dataframe(table.head(ASIDE_SHOWN), hide_index=True)
            download(
                "own.download_aside",
                f"{title}_aside.csv",
                lambda: csv_bytes(table),
            )
        download(
            "own.download_receipt",
            f"{title}_receipt.json",
            lambda: json.dumps(receipt.as_dict(), ensure_ascii=False, indent=1).encode(),
        )
        download("own.download", f"{title}.gpkg", lambda: geo.vector_bytes(frame, ".gpkg"))
        brought()
    with map_column:
        draw_map(maps.own(frame, title, name, language()), key="own-map")


def raster(people: Population, title: str) -> None:
    """Draw the receipt of a raster of people, beside published figures."""
    with results:
        outcome()
        st.button(
            text("own.use.population"),
            type="primary",
            on_click=attempt,
            args=(use_people, people, title),
            width="stretch",
        )
        findings(people.findings)
        heading(text("own.published"))
        table = published.compared(people)
        st.dataframe(
            pd.DataFrame(
                {
                    text("column.name"): table[f"name_{language()}"],
                    text("own.published_people"): table["published"],
                    text("own.counted_people"): table["counted"],
                    text("own.agrees"): [
                        text(f"own.agrees.{verdict}") for verdict in table["agrees"]
                    ],
                }
            ),
            hide_index=True,
            placeholder="–",
        )
        st.caption(text("own.published_note"))
        brought()
    with map_column:
        draw_map(maps.own_people(people, title, language()), key="own-map")


st.html(
    "<style>.findings { margin: 0; padding-left: 1rem; font-size: .86rem; line-height: 1.45; }"
    ".findings .warning { color: #9A3412; font-weight: 600; }"
    ".findings span { display: block; color: #52606D; font-weight: 400; }</style>"
)
with st.sidebar:
    file = st.file_uploader(text("own.file"), type=TYPES, key="own-file", on_change=intake.forget)
    st.session_state["_own_file"] = "" if file is None else file.file_id
    st.caption(text("own.private"))
    options = intake.Options()
    if file is not None:
        with st.expander(text("own.how")):
            if intake.is_raster(file.name):
                options = intake.Options(
                    quantity=pick(
                        "quantity",
                        (NONE, *get_args(Quantity)),
                        title=lambda value: text(f"own.quantity.{value or 'stated'}"),
                    )
                )
            else:
                last = st.session_state.get("_own_layers", ())
                options = intake.Options(
                    layer=pick(
                        "layer",
                        (NONE, *last),
                        title=lambda value: value or text("own.layer.best"),
                    ),
                    crs=pick(
                        "crs",
                        CRS_CHOICES,
                        title=lambda code: text(f"own.crs.{code.removeprefix('EPSG:') or 'file'}"),
                    ),
                    datum=pick(
                        "datum", DATUMS, title=lambda value: text(f"own.datum.{value or 'none'}")
                    ),
                )

map_column, results = map_and_results()
if file is None:
    st.session_state["_own_layers"] = ()
    with map_column:
        st.info(text("own.empty"))
        st.markdown(text("own.formats"))
    with results:
        brought()
else:
    with map_column:
        read = intake.reading(file, options)
    title = file.name.rpartition(".")[0] or file.name
    if read.refusal is not None:
        with map_column:
            st.error(read.refusal.sentence(language()))
            details(read.refusal)
            st.caption(text("own.refused"))
        with results:
            brought()
    elif read.people is not None:
        raster(read.people, title)
    elif read.intake is not None:
        layers_read = tuple(layer.name for layer in read.intake.receipt.layers)
        if st.session_state.get("_own_layers") != layers_read:
            st.session_state["_own_layers"] = layers_read
            st.rerun()
        features(read.intake, title)
