"""导出我看到的: what is on the screen, as a print, or as one page that needs no network."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, get_args

import streamlit as st

from app.texts import language, text
from app.web import maps, notes, view_state
from app.web.atlas_export import atlas_export
from app.web.frame import refusals_in_words
from app.web.public import is_public
from app.web.review_panel import decided, verdicts
from app.web.screen import File, screen
from layers.look.outside import sheet_findings
from layers.look.sheet import SIZES_MM, Palette, Sheet
from layers.outputs import COMPARED, FRAMES, GEOPACKAGE, SLIDES, output
from layers.plan.years import today
from layers.questions.layer import Layer
from layers.record.specification import MapSpec, specified
from layers.words import capital

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from layers.questions.kinds import Kind

KINDS = (".pptx", ".pdf", ".html", ".png", ".svg", GEOPACKAGE)
BUTTON_COLUMNS = 2
# What has no sheet.
UNSIZED = (".html", GEOPACKAGE)
MIME_TYPES = {
    ".png": "image/png",
    ".pdf": "application/pdf",
    ".svg": "image/svg+xml",
    ".html": "text/html",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    GEOPACKAGE: "application/geopackage+sqlite3",
    FRAMES: "image/gif",
}
DOTS_PER_INCH = ("150", "200", "300")


def export(
    question: Kind,
    *,
    kinds: Sequence[str] = KINDS,
    on_map: bool = True,
    beside: Kind | None = None,
) -> None:
    """Draw the button that takes along what is on the screen.

    Parameters
    ----------
    question
        What the page asks.
    kinds
        What can be made of it: some of :data:`KINDS`.
    on_map
        Whether the page has a map, whose view, layers and base map are taken along.
    beside
        What the second map of the page asks, where it compares two.
    """
    with st.sidebar:
        _export(question, kinds, on_map=on_map, beside=beside)


# By itself, so that a click asks the browser what is on the screen and runs no page.
@st.fragment
@refusals_in_words()
def _export(question: Kind, kinds: Sequence[str], *, on_map: bool, beside: Kind | None) -> None:
    visit = screen()
    # Not inside: what is inside is gone as soon as the visitor turns to the map again.
    visit.listen()
    with st.popover(text("export.button"), width="stretch"):
        decision = decided()
        # What is wanted most comes first; how it looks is chosen below, before it is made.
        buttons = st.container()
        with st.expander(text("export.looks")):
            title = st.text_input(text("export.title"), key="export-title").strip()
            author = st.text_input(text("export.author"), key="export-author").strip()
            size = _pick(
                "size",
                tuple(SIZES_MM),
                "A3",
                title=_size_words,
            )
            dpi = _pick("dpi", DOTS_PER_INCH, "200", title=str)
            palette = _pick(
                "palette",
                get_args(Palette),
                "colour",
                title=lambda name: text(f"export.palette.{name}"),
            )
            template = brand = None
            if not is_public():
                template = st.file_uploader(text("export.template"), type=["pptx", "potx"])
                brand = st.file_uploader(text("export.brand"), type=["zip"])
        if decision is None:
            buttons.caption(text("export.decide"))
            return
        review, number, base_number = decision
        sheet = Sheet(
            title=title,
            review_number=number,
            base_number=base_number,
            size=size,
            dpi=int(dpi),
            palette=palette,
            author=author,
            date=today(),
        )
        asked = specified(question, sheet, lang=language(), beside=beside)
        spec = replace(asked, review=review, notes=notes.kept())
        if spec.versus:
            buttons.caption(text("export.versus"))
        for finding in sheet_findings(spec.sheet):
            buttons.caption(finding.sentence(language()))
        seen = partial(_seen, spec, on_map=on_map)
        with buttons:
            can_be_made = verdicts(seen(visit.address))
        stem = question.layer if isinstance(question, Layer) else question.MAP
        slides_template = template.getvalue() if template else None
        if brand:
            from layers.book.brand_kits import template_of_kit  # noqa: PLC0415  imports python-pptx

            slides_template = template_of_kit(brand.getvalue(), slides_template)
        columns = buttons.columns(BUTTON_COLUMNS, gap="xsmall")
        for at, kind in enumerate(kinds):
            own = slides_template if kind == SLIDES else None
            sized = stem if kind in UNSIZED else f"{stem}_{size}".replace(":", "x")
            columns[at % BUTTON_COLUMNS].button(
                text(f"export.kind.{kind[1:]}"),
                on_click=visit.ask,
                args=(
                    partial(_made, seen, (f"{sized}{kind}", kind), own if kind == SLIDES else None),
                ),
                width="stretch",
                disabled=not can_be_made,
                key=f"export{kind}",
            )
        if visit.ready:
            with buttons, refusals_in_words(), st.spinner(text("export.making")):
                visit.work()
        if on_map and can_be_made:
            alone = partial(_seen, replace(spec, versus={}), on_map=on_map)
            atlas_export(visit, alone, question.MAP, slides_template, MIME_TYPES)
    visit.hand_over()


def _pick(name: str, options: Sequence[str], start: str, *, title: Callable[[str], str]) -> Any:  # noqa: ANN401 - one of the options
    """Draw a row of options of which one is always chosen; each language has its own."""
    key = f"export-{name}@{language()}"
    st.session_state.setdefault(key, start)
    chosen = st.segmented_control(
        text(f"export.{name}"),
        options,
        format_func=lambda option: capital(title(option)),
        required=True,
        key=key,
    )
    # A browser under load has told of none for a moment.
    return chosen or start


def _size_words(size: str) -> str:
    paper, _, stands = size.partition("-")
    if stands:
        return text("export.portrait", size=paper)
    return text("export.square") if size == "square" else size


def _seen(spec: MapSpec, address: dict[str, str], *, on_map: bool) -> MapSpec:
    """Return a map as the address of the page says that it is on the screen, if it has one."""
    if not on_map:
        return spec
    seen = maps.seen(spec.content().names, address, spec.notes)
    return replace(spec, extent=view_state.extent(address.get("view")), **seen._asdict())


def _made(
    seen: Callable[[dict[str, str]], MapSpec],
    file: tuple[str, str],
    template: bytes | None,
    address: dict[str, str],
) -> File:
    name, kind = file
    spec = seen(address)
    if kind not in COMPARED:
        spec = replace(spec, versus={})
    # A GeoPackage holds the layers whole.
    spec = replace(spec, extent=None) if kind == GEOPACKAGE else spec
    return File(name, MIME_TYPES[kind], output(spec, kind, template=template, file_name=name))
