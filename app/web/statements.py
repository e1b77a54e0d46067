"""What a map is and rests on, beside it: the record that its prints, slides and files show too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app.texts import language, text
from app.web import maps, notes, receipts
from app.web.frame import refusals_in_words
from app.web.screen import screen
from layers.look.callouts import layer_name
from layers.look.sheet import INTERNAL, Sheet
from layers.plan.years import today

if TYPE_CHECKING:
    from layers.questions.kinds import Kind


# By itself: whoever opens it asks the browser what is on the map, and runs no page.
@st.fragment
@refusals_in_words()
def stated(question: Kind) -> None:
    """Draw, folded, what the map of a page is, with what is switched on it."""
    visit = screen("_basis")
    visit.listen()
    box = st.expander(text("app.basis"), key="basis", on_change=visit.ask, args=(_seen,))
    if visit.ready:
        visit.work()
    address = visit.address or st.query_params.to_dict()
    author = st.session_state.get("export-author", "").strip()
    sheet = Sheet("", INTERNAL, author=author, date=today())
    own = notes.kept()
    names = (*question.content(language()).names, *([layer_name()] if own else []))
    seen = maps.seen(names, address, own)
    with box:
        receipts.lines(maps.statement_rows(question, lang=language(), sheet=sheet, seen=seen))


def _seen(_address: dict[str, str]) -> None:
    """Make no file: what is on the map is shown in the run that brings the answer."""
