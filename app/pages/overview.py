"""总览: every layer on the map, the layout, and where the plan wants to be, and by when."""

from __future__ import annotations

from html import escape
from typing import get_args

import streamlit as st

import layers
from app.texts import language, text
from app.web import maps, url_state
from app.web.choices import layer_title, value_title
from app.web.controls import choose, choose_some
from app.web.export import export
from app.web.frame import LONG_LIST, draw_map, heading, listing, map_and_results, target_row
from app.web.overview import Relation, belongs_to, members_of, targets, years
from app.web.picking import PARAMETER, selected
from app.web.statements import stated
from app.web.tables import kind_picker
from app.web.unknowns import unknowns_of_layers
from geo.numerals import number
from layers.plan.area import area
from layers.plan.catalogue import as_drawn
from layers.questions.overview import Evidence, Overview


def relations(title: str, related: list[Relation]) -> None:
    """Draw who belongs together, each with its kind, role and sentence; a click selects it."""
    if not related:
        return
    with st.expander(text(title, n=len(related)), expanded=len(related) <= LONG_LIST):
        for each in related:
            st.button(
                each.name,
                key=f"{title}-{each.id}",
                type="tertiary",
                on_click=url_state.record,
                args=(PARAMETER, each.id),
            )
            part = escape(" · ".join(filter(None, (each.kind, each.role))))
            quote = escape(text("map.quoted", q=each.quote)) if each.quote else ""
            st.html(
                f'<div class="indicator"><div class="name">{part}</div>'
                f'<div class="quote">{quote}</div></div>'
            )


def kinds_of(layer: str) -> list[str]:
    """Draw the kinds of a layer with their numbers, if it has some; return the chosen ones."""
    role = area().points.get(layer)
    if role is None or not role.group:
        return []
    options = [str(each) for each in as_drawn(layer)[role.group].unique()]
    return kind_picker(layer, options, key=f"kinds-{layer}")


with st.sidebar:
    theme = choose(
        "theme",
        "overview.theme",
        tuple(area().themes),
        default=area().defaults["overview"]["theme"],
    )
    evidence = choose_some(
        "evidence",
        "column.evidence",
        get_args(Evidence),
        title=lambda value: value_title("evidence", value),
    )
    st.caption(text("overview.how"))
    counts = [f"{layer_title(name)} {number(len(layers.load(name)))}" for name in layers.names()]
    with st.expander(text("overview.counts")):
        kinds = tuple(kind for name in Overview(theme).shown for kind in kinds_of(name))
        for count in counts:
            st.caption(count)

asked = Overview(theme, tuple(evidence), kinds)  # type: ignore[arg-type]  # some of these
map_column, results = map_and_results()
with map_column:
    if asked.is_empty:
        st.info(text("overview.empty"))
    draw_map(maps.document(asked, lang=language()), key="overview-map")
with results:
    if chosen := selected():
        relations("overview.members", members_of(chosen, language()))
        relations("overview.belongs", belongs_to(chosen, language()))
    aims = targets(language())
    if aims:
        heading(text("overview.targets", year=years(each.year for each in aims)))
        st.caption(text("overview.arrow", year=years(each.since for each in aims)))
        for target in aims:
            target_row(target)
    else:
        listing(text("overview.counts"), counts)
    unknowns_of_layers(asked.shown)
    stated(asked)
export(asked)
