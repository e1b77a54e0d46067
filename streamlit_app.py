"""Front door of the app: page config and navigation, nothing else."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from app import serving
from app.texts import text
from app.web import frame
from app.web.controls import choose_language

serving.ask_nobody()
st.set_page_config(
    page_title=text("app.title"),
    page_icon=str(Path(__file__).parent / "app" / "icon.svg"),
    layout="wide",
    initial_sidebar_state="expanded",
)
with st.sidebar:
    brand = st.container()
    choose_language()
    brand.html(f'<div class="brand">{text("app.title")}</div>')
page = st.navigation(
    [
        st.Page("app/pages/overview.py", title=text("page.overview"), default=True),
        *(
            st.Page(f"app/pages/{name}.py", title=text(f"page.{name}"), url_path=name)
            for name in ("density", "coverage", "distribution", "pattern", "own", "sources")
        ),
    ],
    position="top",
)
frame.draw(page)
