"""The population that rates per 10,000 people are by: what is given, or what a visitor brought."""

from __future__ import annotations

import streamlit as st

from app.texts import language, text
from app.web import own_data
from app.web.controls import link_to
from geo.errors import AtlasError
from layers.keeping.given_people import given_people
from layers.keeping.own_files import people_title


def population() -> str | None:
    """Draw the choice of a raster; return the name that it is kept under, None where none is.

    Rasters are brought on the page of one's own data; the last one stands first, and that of
    whoever runs the atlas behind them.
    """
    given = _given()
    rasters = [*own_data.names("population")[::-1], *([given] if given else [])]
    link_to("own", text("distribution.bring_population"))
    chosen = rasters[0] if rasters else None
    if len(rasters) > 1:

        def title(name: str) -> str:
            return people_title(name, language()) if name == given else own_data.title_of(name)

        chosen = st.selectbox(
            text("distribution.population"), rasters, format_func=title, key="population"
        )
    if given and chosen == given:
        st.caption(people_title(given, language()))
    return chosen


def _given() -> str | None:
    """Return the raster that is given; what is wrong with it is said, and the page goes on."""
    try:
        return given_people()
    except AtlasError as error:
        st.warning(error.sentence(language()))
        return None
