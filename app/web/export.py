"""导出我看到的: what is on the screen, as a print, or as one page that needs no network."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, get_args

import streamlit as st

from app.texts import language, text
from app.web import view_state
from app.web.atlas_export import atlas_export
from app.web.frame import refusals_in_words
from app.web.screen import File, screen
from layers.look.content import INTERNAL, SIZES_MM, Palette, Sheet
from layers.look.outside import sheet_findings
from layers.outputs import GEOPACKAGE, SLIDES, output
from layers.questions.distances import Spacing
from layers.questions.patterns import Pattern
from layers.questions.zone_results import SCALES
from layers.record.specification import MapSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from layers.questions import Density
    from layers.questions.pattern_looks import Look
    from layers.questions.subjects import Points, Zones
    from layers.questions.zone_results import Shown

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
}
DOTS_PER_INCH = ("150", "200", "300")


def export(
    name: str, parameters: dict[str, Any], *, kinds: Sequence[str] = KINDS, on_map: bool = True
) -> None:
    """Draw the button that takes along what is on the screen.

    Parameters
    ----------
    name
        Which map: one of :data:`layers.record.specification.MAPS`.
    parameters
        What the page asks, as :class:`layers.MapSpec` takes it.
    kinds
        What can be made of it: some of :data:`KINDS`.
    on_map
        Whether the page has a map, whose view, layers and base map are taken along.
    """
    with st.sidebar:
        _export(name, parameters, kinds, on_map=on_map)


# By itself, so that a click asks the browser what is on the screen and runs no page.
@st.fragment
@refusals_in_words()
def _export(name: str, parameters: dict[str, Any], kinds: Sequence[str], *, on_map: bool) -> None:
    shown = screen()
    # Not inside: what is inside is gone as soon as the visitor turns to the map again.
    shown.listen()
    with st.popover(text("export.button"), width="stretch"):
        decision = st.radio(
            text("export.review"),
            (INTERNAL, "number"),
            index=None,
            format_func=lambda value: text(f"export.review.{value}"),
            key="export-review",
        )
        number = ""
        if decision == "number":
            number = st.text_input(text("export.number"), key="export-number").strip()
        # What is wanted most comes first; how it looks is chosen below, before it is made.
        buttons = st.container()
        with st.expander(text("export.looks")):
            title = st.text_input(text("export.title"), key="export-title").strip()
            author = st.text_input(text("export.author"), key="export-author").strip()
            size = _pick(
                "size",
                tuple(SIZES_MM),
                "A3",
                title=lambda size: text("export.square") if size == "square" else size,
            )
            dpi = _pick("dpi", DOTS_PER_INCH, "200", title=str)
            palette = _pick(
                "palette",
                get_args(Palette),
                "colour",
                title=lambda name: text(f"export.palette.{name}"),
            )
            template = st.file_uploader(text("export.template"), type=["pptx", "potx"])
        review = INTERNAL if decision == INTERNAL else number
        if not review:
            buttons.caption(text("export.decide"))
            return
        spec = MapSpec(
            name,
            Sheet(
                title=title,
                review_number=review,
                size=size,
                dpi=int(dpi),
                palette=palette,
                author=author,
                date=datetime.now(tz=UTC).date().isoformat(),
            ),
            parameters,
            language(),
        )
        for finding in sheet_findings(spec.sheet):
            buttons.caption(finding.sentence(language()))
        seen = partial(_seen, spec) if on_map else lambda _: spec
        called = parameters["layer"] if name == "layer" else name
        given = template.getvalue() if template else None
        columns = buttons.columns(BUTTON_COLUMNS, gap="xsmall")
        for at, kind in enumerate(kinds):
            own = given if kind == SLIDES else None
            sized = called if kind in UNSIZED else f"{called}_{size}".replace(":", "x")
            columns[at % BUTTON_COLUMNS].button(
                text(f"export.kind.{kind[1:]}"),
                on_click=shown.ask,
                args=(
                    partial(_made, seen, (f"{sized}{kind}", kind), own if kind == SLIDES else None),
                ),
                width="stretch",
                key=f"export{kind}",
            )
        if shown.ready:
            with buttons, refusals_in_words(), st.spinner(text("export.making")):
                shown.work()
        if on_map:
            atlas_export(shown, seen, given, MIME_TYPES)
    shown.hand_over()


def _pick(name: str, options: Sequence[str], start: str, *, title: Callable[[str], str]) -> Any:  # noqa: ANN401 - one of the options
    """Draw a row of options of which one is always chosen; each language has its own."""
    key = f"export-{name}@{language()}"
    st.session_state.setdefault(key, start)
    return st.segmented_control(
        text(f"export.{name}"), options, format_func=title, required=True, key=key
    )


def of_points(points: Points) -> dict[str, Any]:
    """Return which points take part, as parameters of a map."""
    filters = {key: list(values) for key, values in points.filters}
    return {"layer": points.layer} | {key: values for key, values in filters.items() if values}


def of_density(asked: Density, show: str) -> dict[str, Any]:
    """Return a question of density and how its answer is drawn, as parameters of a map."""
    asks = {item.name: getattr(asked, item.name) for item in fields(asked) if item.name != "points"}
    return of_points(asked.points) | asks | {"show": show}


def of_distribution(shown: Shown) -> dict[str, Any]:
    """Return a measure of a distribution and how it is shown, as parameters of a map."""
    looks = {key: getattr(shown, key) for key in ("measure", "scheme", "classes")}
    looks["scale"] = shown.scale if shown.has_scale else SCALES[0]
    people = shown.question.population
    return (
        of_points(shown.asked.points)
        | of_zones(shown.asked.zones)
        | looks
        | ({} if people is None else {"population": people})
    )


def of_pattern(look: Look) -> dict[str, Any]:
    """Return one look at a pattern, as parameters of a map."""
    asked, found = look.asked, of_points(look.asked.points) | {"look": look.name}
    if isinstance(asked, Pattern):
        reach: dict[str, dict[str, Any]] = {
            "knn": {"k": asked.k},
            "distance": {"distance_m": asked.distance_m},
        }
        more = {key: getattr(asked, key) for key in ("weight", "rule", "seed")}
        return found | of_zones(asked.zones) | more | reach.get(asked.rule, {})
    if isinstance(asked, Spacing):
        return found | {"once": asked.once, "seed": asked.seed}
    return found | {"by": asked.by, "weight": asked.weight}


def of_zones(zones: Zones) -> dict[str, Any]:
    """Return which zones are counted in, as parameters of a map."""
    return {"zoning": zones.name, "cell_m": zones.cell_m, "h3_resolution": zones.h3_resolution}


def _seen(spec: MapSpec, address: dict[str, str]) -> MapSpec:
    """Return a map as the address of the page says that it is on the screen."""
    return replace(
        spec,
        extent=view_state.extent(address.get("view")),
        visible=view_state.visible(address.get("layers")),
        base=view_state.base(address.get("base")),
    )


def _made(
    seen: Callable[[dict[str, str]], MapSpec],
    file: tuple[str, str],
    template: bytes | None,
    address: dict[str, str],
) -> File:
    name, kind = file
    spec = seen(address)
    # A GeoPackage holds the layers whole.
    spec = replace(spec, extent=None) if kind == GEOPACKAGE else spec
    return File(name, MIME_TYPES[kind], output(spec, kind, template=template))
