"""The population raster that a visitor brings, for rates per 10,000 people."""

from __future__ import annotations

import streamlit as st

from app.frame import details
from app.texts import language, text
from app.visits import owner
from geo.errors import AtlasError
from geo.exchange.rasters import read_raster
from layers.kept import keep_raster

KEPT = "population"
FILE = "population_file"
RASTER_TYPES = ["tif", "tiff"]


def population() -> str | None:
    """Draw the place to drop a raster of persons per cell; return the name that it is kept under.

    It stays in use on other pages and when the visitor comes back, until it is taken out.
    """
    file = st.file_uploader(
        text("distribution.population"), type=RASTER_TYPES, key=FILE, on_change=_forget
    )
    if file is not None and KEPT not in st.session_state:
        try:
            st.session_state[KEPT] = keep_raster(read_raster(file.getvalue()), owner=owner())
        except AtlasError as error:
            st.error(text("distribution.population_refused"))
            st.caption(error.sentence(language()))
            details(error)
    kept: str | None = st.session_state.get(KEPT)
    return kept


def _forget() -> None:
    """Let go of the raster when its file is taken out or another one comes."""
    st.session_state.pop(KEPT, None)
