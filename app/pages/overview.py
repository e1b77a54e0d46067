"""总览: every layer on the map, the 224 layout, and where the plan wants to be by 2026."""

from __future__ import annotations

import streamlit as st

import layers
from app.texts import language, text
from app.web import maps
from app.web.choices import layer_title, value_title
from app.web.controls import choose, choose_some
from app.web.export import export
from app.web.frame import draw_map, heading, listing, map_and_results, target_row
from app.web.overview import TARGET_YEAR, belongs_to, members_of, targets
from layers.plan.area import area
from layers.words import number

EVIDENCE = ("official", "surveyed", "located", "schematic")

with st.sidebar:
    theme = choose(
        "theme",
        "overview.theme",
        tuple(area().themes),
        title=lambda name: text(f"overview.theme.{name}"),
        default=area().defaults["overview"]["theme"],
    )
    evidence = choose_some(
        "evidence",
        "column.evidence",
        EVIDENCE,
        title=lambda value: value_title("evidence", value),
    )
    st.caption(text("overview.how"))
    with st.expander(text("overview.counts")):
        for name in layers.names():
            about = layers.describe(name)
            st.caption(f"{layer_title(name)} {number(about.rows)}")

map_column, results = map_and_results()
with map_column:
    clicked = draw_map(maps.overview(theme, tuple(evidence), language()), key="overview-map")
with results:
    if clicked:
        for title, names in (
            ("overview.members", members_of(clicked["id"], language())),
            ("overview.belongs", belongs_to(clicked["id"], language())),
        ):
            listing(text(title, n=len(names)), names)
    if found := targets(language()):
        heading(text("overview.targets", year=TARGET_YEAR))
        st.caption(text("overview.arrow"))
    for target in found:
        target_row(target)
export("overview", {"theme": theme, "evidence": evidence})
