"""The language of what Streamlit itself puts around a page: it knows English alone."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from app.texts import interface, text

_component = st.components.v2.component(
    "xiangjiang_shell", js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
)


def shell() -> None:
    """Have the browser know the language of the page, out of sight; every page calls it.

    A screen reader speaks it, and who comes by the keyboard reads the first link in it.
    """
    _component(key="_shell", data={"lang": interface(), "skip": text("app.skip")})
