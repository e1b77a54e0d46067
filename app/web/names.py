"""Names and places of all layers: the browser has them once for the search of every map."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from app.web.public import is_public
from layers.web.references import mentions

_component = st.components.v2.component(
    "xiangjiang_names", js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
)


def names() -> None:
    """Give the browser the names, out of sight; every page calls it.

    It is the same message on every page, of which Streamlit sends what it has sent before by name.
    """
    _component(key="_names", data={"layers": mentions(public=is_public())})
