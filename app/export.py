"""导出我看到的: what is on the screen, as a print, or as one page that needs no network."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, get_args

import streamlit as st

from app.frame import refusals_in_words
from app.screen import File, screen
from app.texts import language, text
from layers.content import INTERNAL, SIZES_MM, Palette, Sheet
from layers.outputs import SLIDES, output
from layers.specification import MapSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from layers.questions import Density
    from layers.structure import Shown
    from layers.subjects import Points, Zones

KINDS = (".pptx", ".pdf", ".html", ".png", ".svg", ".gpkg")
# What shows the whole map: only a print is cut to what is in view.
WHOLE = (".html", ".gpkg")
MIME_TYPES = {
    ".png": "image/png",
    ".pdf": "application/pdf",
    ".svg": "image/svg+xml",
    ".html": "text/html",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".gpkg": "application/geopackage+sqlite3",
}
DOTS_PER_INCH = ("150", "200", "300")
# What the map of a page is wide and high, about, where a link does not say.
WINDOW_PX = (940.0, 780.0)
TILE_PX = 256.0
# What the map believes of an address (frame.js).
MOST_LAT, HALF_TURN, MOST_ZOOM, WIDEST_PX = 85.0, 180.0, 18.0, 20000.0


def export(name: str, parameters: dict[str, Any]) -> None:
    """Draw the button that takes along what is on the screen.

    Parameters
    ----------
    name
        Which map: one of :data:`layers.specification.MAPS`.
    parameters
        What the page asks, as :class:`layers.MapSpec` takes it.
    """
    with st.sidebar:
        _export(name, parameters)


# By itself, so that a click asks the browser what is on the screen and runs no page.
@st.fragment
def _export(name: str, parameters: dict[str, Any]) -> None:
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
        for kind in KINDS:
            own = template.getvalue() if template and kind == SLIDES else None
            file = File(
                f"{name if kind in WHOLE else f'{name}_{size}'}{kind}".replace(":", "x"),
                MIME_TYPES[kind],
                partial(_made, spec, kind, own),
            )
            buttons.button(
                text(f"export.kind.{kind[1:]}"),
                on_click=shown.ask,
                args=(file,),
                width="stretch",
                key=f"export{kind}",
            )
    if shown.ready:
        with buttons, refusals_in_words(), st.spinner(text("export.making")):
            shown.work()
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
    filters = {key: list(getattr(points, key)) for key in ("category", "level", "sector")}
    return {"layer": points.layer} | {key: values for key, values in filters.items() if values}


def of_density(asked: Density, show: str) -> dict[str, Any]:
    """Return a question of density and how its answer is drawn, as parameters of a map."""
    asks = {item.name: getattr(asked, item.name) for item in fields(asked) if item.name != "points"}
    return of_points(asked.points) | asks | {"show": show}


def of_distribution(shown: Shown) -> dict[str, Any]:
    """Return a measure of a distribution and how it is shown, as parameters of a map."""
    looks = {key: getattr(shown, key) for key in ("measure", "scale", "scheme", "classes")}
    return of_points(shown.asked.points) | of_zones(shown.asked.zones) | looks


def of_zones(zones: Zones) -> dict[str, Any]:
    """Return which zones are counted in, as parameters of a map."""
    return {"zoning": zones.name, "cell_m": zones.cell_m, "h3_resolution": zones.h3_resolution}


def _made(spec: MapSpec, kind: str, template: bytes | None, address: dict[str, str]) -> bytes:
    extent = None if kind in WHOLE else _extent(address.get("view"))
    seen = replace(spec, extent=extent, visible=_visible(address.get("layers")))
    return output(seen, kind, template=template)


def _extent(view: str | None) -> tuple[float, float, float, float] | None:
    """Return what a view shows, in degrees, None where it is not one that the map would believe.

    A view is latitude, longitude and zoom of the middle, and width and height of the map's window
    on the screen, px; older links are without a size.

    Examples
    --------
    >>> _extent("0,90,0,128,128")
    (0.0, -66.51326044311186, 180.0, 66.51326044311186)
    >>> _extent("28.2,112.9,12,0,780") is None
    True
    """
    try:
        lat, lon, zoom, *size = (float(part) for part in (view or "").split(","))
    except ValueError:
        return None
    width, height = size or WINDOW_PX if len(size) in {0, len(WINDOW_PX)} else (0.0, 0.0)
    place = abs(lat) <= MOST_LAT and abs(lon) <= HALF_TURN and 0 <= zoom <= MOST_ZOOM
    if not (place and 1 <= width <= WIDEST_PX and 1 <= height <= WIDEST_PX):
        return None
    # Web mercator: a pixel is as wide as high, and wider in degrees than it is high.
    per_px = 2.0 * math.pi / (TILE_PX * 2.0**zoom)
    half_x, half_y = width / 2.0 * per_px, height / 2.0 * per_px
    middle = math.asinh(math.tan(math.radians(lat)))
    south, north = (math.degrees(math.atan(math.sinh(middle + side))) for side in (-half_y, half_y))
    half_lon = math.degrees(half_x)
    return lon - half_lon, south, lon + half_lon, north


def _visible(names: str | None) -> tuple[str, ...] | None:
    """Return the layers that the visitor has switched on, None where none was switched."""
    return tuple(filter(None, names.split("."))) if names else None
