"""The frame that every page stands in: its style, its columns and what an error looks like."""

from __future__ import annotations

import logging
from contextlib import ContextDecorator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import streamlit as st
from streamlit.errors import FragmentHandledException

from app.texts import language, text
from app.web import drawn_area, maps, notes, picking, url_state, view_state
from app.web.map_view import map_view
from app.web.names import names
from app.web.public import is_closed, is_public
from app.web.running import while_wanted
from app.web.shell import shell
from app.web.steps import steps
from geo.errors import AtlasError
from geo.numerals import number
from layers.keeping.brought import is_own
from layers.look.basemaps import declared_keys, key_of
from layers.plan.catalogue import own_claims
from layers.plan.claims_file import OwnClaimsError
from layers.plan.selection import placed_share
from layers.words import capital

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    import geopandas as gpd
    from streamlit.delta_generator import DeltaGenerator

    from app.web.overview import Target
    from layers.questions.subjects import Points

_LOG = logging.getLogger(__name__)
# What the frame of a map asks for; the style sheet then fits it to the window.
MAP_HEIGHT = 760
LONG_LIST = 8
MISSING = "_missing_page"
MIME_TYPES = {
    ".csv": "text/csv",
    ".geojson": "application/geo+json",
    ".gpkg": "application/geopackage+sqlite3",
    ".json": "application/json",
    ".tif": "image/tiff",
}
# The map takes two thirds of the page: the sidebar holds the controls, a narrow column the results.
MAP_AND_RESULTS = (4, 1.08)
# What Streamlit says in English alone and the page says in its language.
OF_STREAMLIT = ("upload", "folded", "whole", "lost", "lost-how")
STYLE = """
<style>
:root { font-variant-numeric: tabular-nums; }
[data-testid="stMainBlockContainer"] { padding: 3.7rem .75rem 0 .75rem; }
[data-testid="stSidebar"] { width: 212px !important; min-width: 212px !important; }
[data-testid="stSidebarContent"] { padding-left: .8rem; padding-right: .8rem; }
[data-testid="stSidebarContent"] [data-testid="stSidebarUserContent"] { padding: 0; }
[data-testid="stSidebarHeader"] { height: 1.2rem; min-height: 1.2rem; padding: 0; margin: 0; }
[data-testid="stVerticalBlock"] { gap: .55rem; }
/* What is out of sight takes no room. */
.st-key-_steps, .st-key-_names, .st-key-_shell { position: absolute; }
[data-testid="stHorizontalBlock"] { gap: .75rem; }
[data-testid="stMetricValue"] { font-size: 1.25rem; }
[data-testid="stMetricLabel"] { color: #52606D; }
/* Figures beside each other stand in one line, however long what is above them. */
[data-testid="stHorizontalBlock"]:has(> * [data-testid="stMetric"]):not(:has(iframe)) {
  align-items: flex-end;
}
/* What does not fit beside the map goes on in the next line. */
[data-testid="stMetricLabel"] * { white-space: normal !important; overflow: visible; }
/* Beside a map on a small screen, figures and their tables still need this much. */
@media (min-width: 641px) {
  [data-testid="stColumn"]:has(.st-key-results) { min-width: 236px; }
  /* The frame of the map has the width that its column had: it must not hold it open. */
  [data-testid="stColumn"]:has(iframe.stCustomComponentV1) { min-width: 0; }
  [data-testid="stHorizontalBlock"]:has(> * .st-key-results) { flex-wrap: nowrap; }
}
.st-key-results p { text-wrap: pretty; }
[role="tablist"] { flex-wrap: wrap; gap: 0 .8rem; }
iframe.stCustomComponentV1 { display: block; height: calc(100vh - 4.1rem) !important; }
.st-key-compared iframe.stCustomComponentV1 { height: calc(100vh - 6.3rem) !important; }
.st-key-results { max-height: calc(100vh - 4.1rem); overflow-y: auto; overflow-x: hidden; }
/* Tables need the room that the fold would keep free. */
.st-key-results [data-testid="stExpanderDetails"] { padding: .3rem .5rem .5rem; }
.st-key-results [data-testid="stExpanderDetails"] .figures td + td { white-space: nowrap; }
.st-key-results [data-testid="stExpanderDetails"] .figures { max-height: none; }
/* The export stands beside the sidebar, wide enough for two columns of buttons. */
[data-testid="stPopoverBody"] { min-width: 330px; max-width: 420px !important; }
.brand { font-size: 1.15rem; font-weight: 700; line-height: 1.6; }
.heading { font-weight: 700; padding-top: .2rem; }
.indicator { border-bottom: 1px solid #E4E7EB; padding: .28rem 0; line-height: 1.3; }
.indicator .name { color: #52606D; font-size: .86rem; }
.indicator .name span { white-space: nowrap; }
.indicator .value { font-weight: 600; }
.listing { margin: 0; padding-left: 1.3rem; font-size: .9rem; line-height: 1.5; }
.figures { max-height: 330px; overflow-y: auto; }
.figures table { border-collapse: collapse; width: 100%; font-size: .8rem; line-height: 1.4; }
.figures th { color: #52606D; font-weight: 400; font-size: .75rem; }
.figures th, .figures td { text-align: right; padding: .15rem 0 .15rem .4rem; }
.figures tr { border-bottom: 1px solid #E4E7EB; }
.figures th:first-child, .figures td:first-child { text-align: left; padding-left: 0; }
.figures td:first-child { min-width: 4rem; hyphens: auto; overflow-wrap: break-word; }
/* No line of one sign. */
.figures :is(th, td:first-child) { text-wrap: balance; }
.figures.whole { max-height: calc(100vh - 11.5rem); overflow: auto; }
.figures.whole th { position: sticky; top: 0; background: white; }
.figures.whole table { min-width: 54rem; font-size: .86rem; }
.figures.whole :is(th, td) { text-align: left; vertical-align: top; padding: .3rem .9rem .3rem 0; }
.figures.whole td { overflow-wrap: break-word; min-width: 4.6rem; white-space: pre-line; }
.figures.whole td:first-child { overflow-wrap: break-word; min-width: 9rem; }
.figures.whole td:last-child { min-width: 14rem; }
/* Beside a map it is as wide as there is room, and scrolls with what is above it. */
.st-key-results .figures.whole { max-height: none; }
.st-key-results .figures.whole table { min-width: 0; }
.st-key-results .figures.whole td { min-width: 2.6rem; }
.st-key-results [data-testid="stExpanderDetails"] .figures.whole td { white-space: pre-line; }
/* On a telephone each row stands by itself, with the titles of the columns before its cells. */
@media (max-width: 640px) {
  .figures.whole { max-height: none; }
  .figures.whole :is(table, tbody, tr) { display: block; min-width: 0; }
  .figures.whole tr { padding: .35rem 0; }
  .figures.whole tr:has(th) { display: none; }
  .figures.whole td { display: inline-block; min-width: 0; max-width: 100%; padding: 0 .9rem 0 0; }
  .figures.whole td:first-child { display: block; min-width: 0; font-weight: 600; }
  .figures.whole td.nothing { display: none; }
  .figures.whole td + td::before { content: attr(data-title) " "; color: #52606D; }
}
.figures [tabindex] { cursor: pointer; }
.figures :has(> [tabindex]) :is(th, td):first-child { padding-left: .3rem; }
.figures :has(> [tabindex]) :is(th, td):last-child { padding-right: .3rem; }
.figures [aria-selected="true"] { outline: 2px solid black; outline-offset: -2px; }
/* On a telephone the results show below the map, where a hand moves the page; what is folded
   away at the side is told. */
@media (max-width: 640px) {
  iframe.stCustomComponentV1 { height: calc(100svh - 9.5rem) !important; }
  .st-key-results { max-height: none; }
  [data-testid="stExpandSidebarButton"] { width: auto; gap: .4rem; padding: 0 .5rem; }
  [data-testid="stExpandSidebarButton"]::after { content: var(--folded); font-size: .9rem; }
}
/* Who comes by the keyboard sees where the keys are: Streamlit shows it by a shade alone. */
[data-testid="stTopNavLink"]:focus-visible { outline: 2px solid #0B4F9C; outline-offset: 1px; }
dl.basis { margin: 0; padding: 0; font-size: .86rem; line-height: 1.45; }
.basis dt { color: #52606D; }
.basis dd { margin: 0 0 .3rem 0; overflow-wrap: anywhere; }
:is(.indicator .quote, [class^="in-view"]) { color: #52606D; font-size: .78rem; }
/* Streamlit's own are paler than can be read. */
[data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] * { color: #52606D; }
[data-testid="stCaptionContainer"] { opacity: 1; }
/* Streamlit's own words on the upload button know no language. */
[data-testid="stFileUploaderDropzone"] { padding: .5rem; }
[data-testid="stFileUploaderDropzone"] p { font-size: 0; }
[data-testid="stFileUploaderDropzone"] p::after { content: var(--upload); font-size: .9rem; }
[data-testid="stFileUploaderDropzoneInstructions"] { display: none; }
/* Nor do those below a message of many lines. */
[data-testid="stToastViewButton"] { font-size: 0; }
[data-testid="stToastViewButton"]::after { content: var(--whole); font-size: .9rem; }
/* Nor does what it says when the server is gone, which is the one dialog of its own here. */
[data-testid="stDialog"] h2 { font-size: 0; }
[data-testid="stDialog"] h2::after { content: var(--lost); font-size: 1.2rem; }
[data-testid="stDialog"] h2 + div > * { display: none; }
[data-testid="stDialog"] h2 + div::after { content: var(--lost-how); }
[data-testid="stFileChip"] { min-width: 0; width: 8.4rem; }
</style>
"""


def draw(page: Any) -> None:  # noqa: ANN401 - Streamlit's page type is not public
    """Run a page inside the frame; what the atlas refuses becomes one sentence."""
    url_state.enter(page.url_path)
    own = " ".join(f"--{name}: '{text(f'app.{name}')}';" for name in OF_STREAMLIT)
    st.html(f"{STYLE}<style>:root {{ {own} }}</style>")
    try:
        with while_wanted(), refusals_in_words():
            steps(view_state.refused())
            names()
            shell()
            if damages := own_claims().damages:
                st.warning(OwnClaimsError(damages).sentence(language()))
            if is_closed(page.url_path):
                st.info(text(f"not_public.{page.url_path}"))
            else:
                page.run()
    finally:  # a run may be broken off
        url_state.write()
        tell_refused()


def note_missing() -> None:
    """Note that the address names a page which is none."""
    st.session_state[MISSING] = True


def tell_refused() -> None:
    """Say, once, what of the address was not used."""
    if st.session_state.pop(MISSING, False):
        st.toast(text("app.no_page"))
    refused = url_state.refused()
    if st.session_state.pop(url_state.ANOTHERS, False):
        # Below a map as high as the window nobody would see it.
        st.toast(text("app.anothers"), duration="infinite")
    if refused:
        st.toast(text("app.bad_link", names=", ".join(refused)))


class PageOverError(Exception):
    """A page has no more to say."""


def page_over() -> NoReturn:
    """End a page before its last line; what stands around it goes on, as ``st.stop`` has it not."""
    raise PageOverError


class InWords(ContextDecorator):
    """Ends in a sentence where an error would end it."""

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if isinstance(error, AtlasError):
            refusal(error)
            return True
        if isinstance(error, PageOverError):
            return True
        # Streamlit ends a run by what is no Exception, and says itself what it has dealt with.
        if not isinstance(error, Exception) or isinstance(error, FragmentHandledException):
            return False
        _LOG.error("a page was not finished", exc_info=error)
        st.error(text("app.unforeseen"))
        return True


def refusals_in_words() -> InWords:
    """Say in one sentence what the atlas refuses inside; of any other error, that it is not done.

    The visitor sees no traceback: it is in the server's log. A fragment of a page, which runs
    without the frame, needs this for itself: ``with refusals_in_words():`` or, below
    ``@st.fragment``, ``@refusals_in_words()``.
    """
    return InWords()


def refusal(error: AtlasError) -> None:
    """Draw why something was refused and what to do; to who reads English, the details folded."""
    st.error(error.sentence(language()))
    details(error)


def details(error: AtlasError) -> None:
    """Draw, folded, what the error says to who calls a function; it is in English alone."""
    if language() == "en" and str(error):
        with st.expander(text("app.reason")):
            st.text(str(error))


def map_and_results() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Return the column of the map and the narrow column of the results beside it."""
    left, right = st.columns(MAP_AND_RESULTS)
    return left, right.container(key="results")


def heading(words: str) -> None:
    """Draw the heading of a part of the results."""
    # The keys reach the column here, and scroll it.
    attributes = 'class="heading" role="heading" aria-level="2" tabindex="0"'
    st.html(f"<div {attributes}>{escape(words)}</div>")


def draw_map(
    document: Mapping[str, Any] | str,
    *,
    key: str,
    layer: str | None = None,
    zones: gpd.GeoDataFrame | None = None,
    facts: Mapping[str, str] | None = None,
    draw: bool = False,
    **options: Any,  # noqa: ANN401 - as map_view takes them
) -> None:
    """Draw a map as high as the window allows, with what is selected and what is drawn.

    Parameters
    ----------
    document, key, options
        As :func:`app.web.map_view.map_view` takes them.
    layer
        Layer whose feature is selected where others have one of the same id.
    zones
        Zones of the page that the map does not draw: a click on the ground selects one.
    facts
        What the page found of the selected one, for its card: words by their titles.
    draw
        Let the visitor draw an area.
    """
    if isinstance(document, str):
        document = maps.selecting(document, picking.follow_map(key), layer, zones, facts)
    pages_own = options.get("url_state", True) and "pick" not in options and not is_public()
    if pages_own and notes.controls(key):
        options["pick"] = True
    map_view(
        document,
        key=key,
        notes=maps.notes(notes.kept(), lang=language()),
        height=MAP_HEIGHT,
        keys=_keys(),
        ground=zones is not None,
        draw=draw,
        drawn=drawn_area.corners() if draw else None,
        **options,
    )


def _keys() -> dict[str, str]:
    """Return the keys of tile services, which nothing but the running page is given."""
    tianditu = key_of("tianditu")
    return declared_keys() | ({"tianditu": tianditu} if tianditu else {})


def note_on_points(points: Points) -> None:
    """Say how many points take part, how many by their zone alone, and what is left out."""
    located, chosen = points.located(), points.chosen()
    lacking, others = placed_share(chosen).lacking, len(chosen) - len(located)
    inherited = int(located["within"].notna().sum())
    note = "app.truth_note" if inherited else "app.points_note"
    terms, possible = points.terms(language()), number(placed_share(chosen).possible)
    counted = text("app.counted", noun=points.noun(language()), n=possible, terms=terms)
    words = counted if terms else ""
    words += text(note, n=number(len(located)), inherited=number(inherited))
    if lacking:
        whose = ".own" if is_own(points.layer) else ""
        words += text(f"app.left_out{whose}", unlocated=number(lacking))
    if others > lacking:
        words += text("app.no_sites", n=number(others - lacking))
    if repeats := points.repeats():
        words += text("app.repeats", n=repeats)
    st.caption(capital(words))


def download(
    label: str,
    file_name: str,
    content: Callable[[], bytes],
    *,
    detail: str = "",
    key: str | None = None,
) -> None:
    """Draw a download button; the file is made when it is clicked, and nothing re-runs."""
    st.download_button(
        f"{text(label)} {detail}".strip(),
        content,
        file_name=file_name,
        mime=MIME_TYPES[Path(file_name).suffix],
        on_click="ignore",
        width="stretch",
        key=key,
    )


def listing(title: str, names: Sequence[str]) -> None:
    """Draw a titled list of names, folded when it is long; nothing when it is empty."""
    if not names:
        return
    with st.expander(title, expanded=len(names) <= LONG_LIST):
        st.html("<ol class=listing>" + "".join(f"<li>{escape(n)}</li>" for n in names) + "</ol>")


def target_row(target: Target) -> None:
    """Draw one target: its name, baseline → target, and the document's words."""
    baseline = (
        f"{escape(target.baseline)} → "
        if target.baseline
        else f'<span class="quote">{text("overview.no_baseline")} → </span>'
    )
    flag = f"\xa0· <span>{text('overview.flagged')}</span>" if target.flagged else ""
    quotes = " / ".join(escape(text("map.quoted", q=quote)) for quote in target.quotes)
    st.html(
        f'<div class="indicator"><div class="name">{escape(capital(target.name))}{flag}</div>'
        f'<div class="value">{baseline}{escape(target.target)}</div>'
        f'<div class="quote">{quotes}</div></div>'
    )
