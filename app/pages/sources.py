"""数据与来源: every layer with its evidence, quotes, sources, licences and conflicts."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

import layers
from app.texts import language, named, text
from app.web.choices import choose_layer, layer_title, value_title
from app.web.controls import enter, tabs
from app.web.export import KINDS, export
from app.web.frame import download
from app.web.public import as_known, vector_file
from app.web.tables import (
    EVIDENCE_CLASSES,
    area_balance,
    matching,
    read_in_full,
    readable,
)
from geo.numerals import listed
from layers.outputs import SLIDES
from layers.plan.area import area
from layers.plan.catalogue import table
from layers.qgis.geopackage import geopackage_bytes
from layers.questions.layer import Layer

FORMATS = {".csv": "CSV", ".geojson": "GeoJSON", ".gpkg": "GeoPackage"}


def file_of(layer: str, suffix: str) -> bytes:
    """Return a layer as the contents of a file; a GeoPackage carries its styles for QGIS."""
    frame = as_known(layers.load(layer))
    if suffix == ".gpkg":
        return geopackage_bytes({layer: frame}, lang=language(), file_name=f"{layer}{suffix}")
    return vector_file(frame, suffix)


names = ["layers", "features", "conflicts", "documents", *(["area"] if area().parts_layer else [])]
overview, quotes, conflicts, licences, *balance = tabs(
    "part", names, title=lambda name: text(f"sources.{name}")
)
with st.sidebar:
    layer = choose_layer(
        layers.names(), "sources.choose", default=area().defaults["layer"]["layer"]
    )
    frame = layers.load(layer)
    spatial = layers.resource(layer).geometry != "table"
    for suffix in (".csv", *((".geojson", ".gpkg") if spatial else ())):
        download(
            "sources.download",
            f"{layer}{suffix}",
            partial(file_of, layer, suffix),
            detail=FORMATS[suffix],
        )
with overview:
    st.caption(text("sources.evidence_help"))
    rows = []
    for name in layers.names():
        about = layers.describe(name)
        rows.append(
            {
                text("column.layer"): layer_title(name),
                text("column.rows"): about.rows,
                **{
                    value_title("evidence", key): about.evidence.get(key)
                    for key in EVIDENCE_CLASSES
                },
                text("column.source"): listed(
                    (named(source["name_zh"], source["name_en"]) for source in about.sources),
                    language(),
                )
                # What is no source's own was put together from the other layers.
                or text("sources.compiled"),
            }
        )
    # Counts stay whole numbers where a class is missing.
    read_in_full(pd.DataFrame(rows, dtype=object))
with quotes:
    word = enter("filter", "sources.filter")
    matches = matching(frame, word)
    if matches.empty:
        st.info(text("sources.none"))
    else:
        wanted = ("evidence", "accuracy_m", "quote", "heading", "source_id", "flag", "note")
        # A column in which nothing stands would take the room of the others.
        held = [each for each in wanted if each in matches and matches[each].notna().any()]
        read_in_full(readable(matches, held))
with conflicts:
    words = "text_en" if language() == "en" else "text_zh"
    columns = (words, "kind", "quote", "quote_b", "heading")
    read_in_full(readable(table("conflicts"), columns))
with licences:
    columns = ("publisher", "date", "licence", "attribution", "description")
    read_in_full(readable(table("sources"), columns))
for tab in balance:
    with tab:
        st.caption(text("sources.area_note", printed=area().printed_km2))
        parts, units = layers.load(area().parts_layer), layers.load(area().land.layer)
        area_balance(layers.area_balance(parts, units))
# A table has no map: of it there are slides alone.
export(Layer(layer), kinds=KINDS if spatial else (SLIDES,), on_map=False)
