"""What a map is and rests on, beside it: the record that its prints, slides and files show too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app.texts import language, text
from app.web import maps, receipts

if TYPE_CHECKING:
    from layers.questions.kinds import Kind


def stated(question: Kind) -> None:
    """Draw, folded, what the map of a page is."""
    with st.expander(text("app.basis")):
        receipts.lines(maps.statement_rows(question, lang=language()))
