"""The steps of a visit in the history of the browser: one for each thing that the visitor does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Sequence

_component = st.components.v2.component(
    "xiangjiang_steps", js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
)


def steps(refused: Sequence[str]) -> None:
    """Have the browser keep one entry for each step, out of sight; every page calls it.

    Parameters
    ----------
    refused
        Parameters of the map that cannot be believed, which the browser takes out of the address.
    """
    _component(key="_steps", data={"refused": list(refused)})
