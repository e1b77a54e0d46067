"""The visitor's own notes: written at a place or on what is selected, on every page and in a link.

They are part of the state of the visit as a drawn area is: the address has them as far as a link
goes, else the name that they are kept under, and a file takes them along. What is undone is undone
step by step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app.texts import interface, language, text
from app.web import picking, url_state
from app.web.map_view import picked
from app.web.public import is_public
from app.web.visits import owner
from geo.datum import bd09_to_wgs84, gcj02_to_wgs84
from geo.errors import AtlasError, InputError
from layers.keeping.brought import is_own, keep_file, kept_file
from layers.keeping.own_notes import (
    DIGITS,
    MOST_NOTES,
    TEXT,
    TITLE,
    Note,
    clean_notes,
    from_link,
    in_link,
    notes_file,
    read_notes,
)
from layers.keeping.pasted import pasted
from layers.plan.catalogue import load, names, names_by_id
from layers.plan.schema import resource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.findings import Finding

PARAMETER, FILE_NAME, MIME = "notes", "notes.geojson", "application/geo+json"
# In the session: what to undo to, what was noticed, the number of the form, the click last seen.
BEFORE, NOTICED, FORM, SEEN = "_notes_before", "_notes_noticed", "_notes_form", "_notes_seen"
# The map beside the form, and the one beside which notes were changed: the fold would close there,
# since it has another number.
MAP, CHANGED = "_notes_map", "_notes_changed"
MOST_STEPS, NEW = 50, 0
_TO_WGS84 = {"GCJ-02": gcj02_to_wgs84, "BD-09": bd09_to_wgs84}


def kept() -> tuple[Note, ...]:
    """Return the notes of the visit, in the order of their numbers."""
    return () if is_public() else url_state.recall(PARAMETER, parsed) or ()


def parsed(value: object) -> tuple[Note, ...] | None:
    """Return the notes that an address names, None where it names none that there are."""
    if not isinstance(value, str):
        return None
    if not is_own(value):
        return from_link(value)
    try:
        notes: tuple[Note, ...] = kept_file(value)
    except InputError:
        return None
    return notes


def controls(map_key: str) -> bool:
    """Draw the fold in which notes are written; return whether a click on the map is a place.

    Parameters
    ----------
    map_key
        Key of the map, which is drawn afterwards.
    """
    notes = kept()
    st.session_state[MAP] = map_key
    is_open = st.session_state.get(CHANGED) == map_key
    with st.sidebar.expander(text("notes.head", n=len(notes)), expanded=is_open):
        at = st.selectbox(
            text("notes.which"),
            range(len(notes) + 1),
            format_func=lambda n: text("notes.new") if n == NEW else f"{n} {notes[n - 1].title}",
            # Streamlit keeps the words shown, so each language has its own.
            key=_of_form(f"which@{interface()}"),
        )
        by_click = st.toggle(text("notes.by_click"), key="_notes_by_click")
        try:
            _write(notes, at, _clicked(map_key, wanted=by_click))
        except AtlasError as error:
            st.error(error.sentence(language()))
        for words in st.session_state.pop(NOTICED, ()):
            st.caption(words)
        _take_along(notes)
    return by_click


def _write(notes: tuple[Note, ...], at: int, clicked: str | None) -> None:
    """Draw the form of a note, and do what its buttons say."""
    old = notes[at - 1] if at != NEW else None
    fields = {name: _of_form(f"{name}{at}") for name in ("place", "title", "text")}
    if old is not None:
        written = {"place": _written(old.lon, old.lat), "title": old.title, "text": old.text}
        for name, key in fields.items():
            st.session_state.setdefault(key, written[name])
    if clicked is not None:
        st.session_state[fields["place"]] = clicked
    place = st.text_input(text("notes.place"), key=fields["place"], placeholder="112.94, 28.23")
    feature = picking.selected()
    if feature in names_by_id(lang=language()):
        st.button(
            text("notes.at_selected", name=names_by_id(lang=language())[feature]),
            on_click=_place_at,
            args=(feature, fields),
            type="tertiary",
        )
    title = st.text_input(text("notes.title"), key=fields["title"], max_chars=TITLE)
    words = st.text_area(text("notes.text"), key=fields["text"], max_chars=TEXT, height=80)
    if _button("save"):
        note = Note(*_degrees(place), title, words)
        _change([*notes[: at - 1], note, *notes[at:]] if at != NEW else [*notes, note])
    if _button("delete", possible=old is not None):
        _change([*notes[: at - 1], *notes[at:]])
    if _button("undo", possible=bool(st.session_state.get(BEFORE))):
        url_state.record(PARAMETER, st.session_state[BEFORE].pop())
        _start_anew()


def _button(does: str, *, possible: bool = True) -> bool:
    key = f"notes-{does}"
    return st.button(text(f"notes.{does}"), key=key, disabled=not possible, width="stretch")


def _take_along(notes: tuple[Note, ...]) -> None:
    """Draw the file of the notes, out and in."""
    if notes:
        if in_link(notes) is None:
            st.caption(text("notes.no_link"))
        st.download_button(
            text("notes.download"),
            lambda: notes_file(notes),
            file_name=FILE_NAME,
            mime=MIME,
            on_click="ignore",
            width="stretch",
        )
    file = st.file_uploader(
        text("notes.bring", most=MOST_NOTES), type=["geojson", "json"], key=_of_form("file")
    )
    if file is not None:
        try:
            _change(*read_notes(file.getvalue()))
        except InputError as error:
            st.error(error.sentence(language()))


def _change(notes: Sequence[Note], noticed: Sequence[Finding] = ()) -> None:
    """Keep other notes than before, and draw the page with them."""
    clean, findings = clean_notes(notes)
    st.session_state[NOTICED] = [each.sentence(language()) for each in (*noticed, *findings)]
    before: list[object] = st.session_state.setdefault(BEFORE, [])
    before.append(url_state.recorded(PARAMETER))
    del before[:-MOST_STEPS]
    raw = in_link(clean)
    if raw is None:
        raw = keep_file(clean, size=len(notes_file(clean)), owner=owner())
    url_state.record(PARAMETER, raw or None)
    _start_anew()


def _start_anew() -> None:
    """Draw the page again with an empty form."""
    st.session_state[FORM] = st.session_state.get(FORM, 0) + 1
    st.session_state[CHANGED] = st.session_state[MAP]
    st.rerun()


def _of_form(name: str) -> str:
    return f"_notes_{st.session_state.get(FORM, 0)}_{name}"


def _clicked(map_key: str, *, wanted: bool) -> str | None:
    """Return the place that was clicked since the last run, None for none."""
    at = picked(st.session_state.get(map_key))
    if at is None or at.click <= st.session_state.get(SEEN, 0):
        return None
    st.session_state[SEEN] = at.click
    return _written(at.lon, at.lat) if wanted else None


def _place_at(feature: str, fields: dict[str, str]) -> None:
    """Fill the form with the place of a feature, and with its name where there is no title."""
    for name in names():
        if resource(name).geometry == "table":
            continue
        frame = load(name)
        shapes = frame.geometry[(frame["id"] == feature) & ~frame.geometry.isna()]
        if len(shapes) and not shapes.iloc[0].is_empty:
            place = shapes.iloc[0].representative_point()
            st.session_state[fields["place"]] = _written(place.x, place.y)
            break
    if not st.session_state.get(fields["title"]):
        st.session_state[fields["title"]] = names_by_id(lang=language())[feature][:TITLE]


def _degrees(words: str) -> tuple[float, float]:
    """Return longitude and latitude of a place as it was written, in whatever datum it says."""
    place = pasted(words)
    if place.datum in _TO_WGS84:
        lon, lat = _TO_WGS84[place.datum](place.lon_deg, place.lat_deg)
        return float(lon), float(lat)
    return place.lon_deg, place.lat_deg


def _written(lon: float, lat: float) -> str:
    return f"{lon:.{DIGITS}f}, {lat:.{DIGITS}f}"
