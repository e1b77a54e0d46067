"""The pages of the app, in their order, and what stands above and beside each."""

from __future__ import annotations

import streamlit as st

from app.texts import text
from app.web import frame, url_state
from app.web.controls import PAGES, choose_language, page_of

PAGES_BESIDE = ("density", "coverage", "distribution", "pattern", "own", "locate", "sources")


def draw() -> None:
    """Draw the page that the visitor asks for, with the way to the others."""
    url_state.begin()
    st.set_page_config(
        page_title=text("app.title"),
        page_icon=str(PAGES.with_name("icon.svg")),
        layout="wide",
        initial_sidebar_state="auto",
    )
    with st.sidebar:
        brand = st.container()
        choose_language()
        brand.html(f'<div class="brand">{text("app.title")}</div>')
    page = st.navigation(
        [
            st.Page(page_of("overview"), title=text("page.overview"), default=True),
            *(
                st.Page(page_of(name), title=text(f"page.{name}"), url_path=name)
                for name in PAGES_BESIDE
            ),
        ],
        position="top",
    )
    frame.draw(page)
