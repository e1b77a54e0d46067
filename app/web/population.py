"""The population that rates per 10,000 people are by: one of the rasters that a visitor brought."""

from __future__ import annotations

import streamlit as st

from app.texts import text
from app.web import own_data
from app.web.controls import link_to


def population() -> str | None:
    """Draw the choice of a raster; return the name that it is kept under, None where none is.

    Rasters are brought on the page of one's own data; the last one stands first.
    """
    rasters = own_data.names("population")[::-1]
    link_to("own", text("distribution.bring_population"))
    if len(rasters) < 2:  # noqa: PLR2004  one needs no choice
        return rasters[0] if rasters else None
    chosen: str = st.selectbox(
        text("distribution.population"), rasters, format_func=own_data.title_of, key="population"
    )
    return chosen
