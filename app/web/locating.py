"""What is said in a visit of where things are, before and after it is taken as a claim.

A candidate is what was clicked, pasted or answered last, for one thing or for many: it is shown on
the map and in words, and nothing follows from it until it is taken.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd
import shapely
import streamlit as st

from app.texts import language, text
from app.web import picking, url_state
from app.web.map_view import picked
from app.web.maps import Place
from geo.errors import AtlasError, InputError
from geo.numerals import LANGUAGES
from geo.wording import sentence
from geo.work import checkpoint
from layers.keeping.own_files import read_own
from layers.keeping.pasted import pasted
from layers.plan import unplaced
from layers.plan.area import bounds, own_claims_file
from layers.plan.catalogue import names_by_id
from layers.plan.claims import ACCEPTED, points
from layers.plan.claims_file import ProposalsError, texts_in
from layers.plan.data_files import DataError
from layers.plan.proposals import geocoder_of, proposed
from layers.plan.unplaced import (
    ACCURACY_M,
    GONE,
    Said,
    accepted,
    claims_of_place,
    take,
    take_back,
)
from layers.plan.years import today

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from geo.exchange.receipt import Intake

MAP_KEY, TABLE_KEY = "locate-map", "locate-table"
TEXT, DATUM, ADDRESS, ACCURACY = (
    f"locate-{name}" for name in ("text", "datum", "address", "accuracy")
)
DATUMS = ("", "CGCS2000", "WGS-84", "GCJ-02", "BD-09")
# Names in the session: what is proposed, what a service answered, what was taken, what to say once.
NAMES = ("candidate", "answers", "taken", "refused", "done", "seen", "file")
CANDIDATE, ANSWERS, TAKEN, REFUSED, DONE, SEEN, FILE = (f"_locate_{name}" for name in NAMES)
# A click is as sure as what a hand hits on the screen, and no surer than a single source.
CLICK_PX = 4.0
# How a receipt says that places were looked up by their names, and that numbers alone tell of a
# system, in whichever datum they are.
BY_NAME = "table.crs.gazetteer"
UNNAMED = ("table.crs.degrees", "table.crs.mercator")
FILES = ("csv", "txt", "tsv", "xlsx", "xlsm", "xls", "geojson", "gpkg", "kml", "kmz", "zip")


Aside: TypeAlias = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may be taken.

    Parameters
    ----------
    said
        What is said of each thing.
    how
        Which way it came: ``"click"``, ``"text"``, ``"service"`` or ``"file"``.
    read_as
        How a pasted coordinate was read.
    taken_rows
        How many rows of a file can be taken.
    aside
        All others: number of the row without the header, name, and why it is not.
    names_datum
        Whether the datum is known; if not, it must be chosen.
    datum
        Which was chosen for a file, empty where none was.
    rows
        Claims of a file that has the form of own claims.
    """

    said: tuple[tuple[str, Said], ...]
    how: str
    read_as: str = ""
    taken_rows: int = 1
    aside: tuple[Aside, ...] = ()
    names_datum: bool = True
    datum: str = ""
    rows: tuple[dict[str, Any], ...] = field(default=(), compare=False)

    @property
    def can_be_taken(self) -> bool:
        """Whether there is something to take, in a datum that is known."""
        return self.taken_rows > 0 and (self.names_datum or bool(self.datum))

    @property
    def accuracy_m(self) -> float:
        """One sigma of the first, metres."""
        return (self.said[0][1].accuracy_m if self.said else None) or ACCURACY_M

    def claims(self, author: str, source: str, accuracy_m: float) -> list[dict[str, Any]]:
        """Return the claims that it makes, said by somebody."""
        if self.rows:
            return list(self.rows)
        alone = len(self.said) == 1
        return [
            row
            for thing, each in self.said
            for row in claims_of_place(
                thing,
                replace(
                    each,
                    author=author,
                    coord_source=source or each.coord_source,
                    accuracy_m=accuracy_m if alone else each.accuracy_m,
                ),
            )
        ]


def chosen(ids: Sequence[str]) -> str | None:
    """Return the thing that is to be placed."""
    url_state.seed("thing", "", url_state.one_of(ids))
    if st.session_state["thing"] not in ids:
        st.session_state["thing"] = ""
    url_state.publish("thing", "")
    return st.session_state["thing"] or None


def choose_row() -> None:
    """Choose the thing whose row was clicked, as the callback of the table."""
    # The card that is open on the map is of something else.
    url_state.record(picking.PARAMETER, None)
    row, before = picking.clicked(TABLE_KEY), st.session_state["thing"]
    st.session_state["thing"] = "" if row == before else row


def candidate(thing: str | None) -> Candidate | None:
    """Return what may be taken: of this thing, or of a file."""
    there: Candidate | None = st.session_state.get(CANDIDATE)
    if there is None or there.how == "file":
        return there
    return there if there.said[0][0] == thing else None


def of(name: str, thing: str) -> str:
    """Return the key of a control that is about one thing: another starts with nothing in it."""
    return f"{name}-{thing}"


def said_here(how: str, **place: Any) -> Said:  # noqa: ANN401 - as the fields of it
    """Return what this visitor says."""
    return Said("", today(), text(f"locate.source.{how}"), **place)


def propose(new: Candidate | None) -> None:
    """Put something forward in place of what was before."""
    if new is None:
        st.session_state.pop(CANDIDATE, None)
        return
    st.session_state.pop(REFUSED, None)
    st.session_state[CANDIDATE] = new
    st.session_state[ACCURACY] = float(new.accuracy_m)


def follow_click(thing: str | None) -> None:
    """Put the place forward that was clicked since the last run."""
    place = picked(st.session_state.get(MAP_KEY))
    if place is None or place.click == st.session_state.get(SEEN):
        return
    st.session_state[SEEN] = place.click
    if thing is None:
        return
    accuracy_m = max(ACCURACY_M, math.ceil(CLICK_PX * place.px_m / ACCURACY_M) * ACCURACY_M)
    at = {"lon_deg": place.lon, "lat_deg": place.lat, "datum": "CGCS2000"}
    said = said_here("click", accuracy_m=accuracy_m, **at)
    propose(Candidate(((thing, said),), "click"))


def attempt(work: Callable[..., None], *args: Any) -> None:  # noqa: ANN401 - as the work takes them
    """Do what a button is for; a refusal is told when the page is drawn next."""
    st.session_state.pop(REFUSED, None)
    try:
        work(*args)
    except AtlasError as error:
        st.session_state[REFUSED] = error


def paste(thing: str) -> None:
    """Read the text that was pasted; the datum that it names is chosen, else it is asked for."""
    propose(None)
    words = st.session_state.get(of(TEXT, thing), "")
    if words.strip():
        st.session_state[of(DATUM, thing)] = pasted(words).datum
        choose_datum(thing)


def choose_datum(thing: str) -> None:
    """Put the pasted coordinate forward in the datum that was chosen."""
    propose(None)
    datum = st.session_state.get(of(DATUM, thing), "")
    if datum:
        place = pasted(st.session_state[of(TEXT, thing)])
        at = {"lon_deg": place.lon_deg, "lat_deg": place.lat_deg, "datum": datum}
        propose(Candidate(((thing, said_here("text", **at)),), "text", place.read_as))


def ask(thing: str, service: str) -> None:
    """Ask a service for the address; what it answers can be chosen from."""
    propose(None)
    geocoder = geocoder_of(service)
    found = proposed(geocoder, st.session_state[of(ADDRESS, thing)], lang=language())
    st.session_state[ANSWERS] = (thing, found)


def answers(thing: str) -> Sequence[Said]:
    """Return what a service last answered for a thing."""
    asked, found = st.session_state.get(ANSWERS, ("", ()))
    return found if asked == thing else ()


def choose_answer(thing: str, answer: Said) -> None:
    """Put one answer of a service forward."""
    said = replace(answer, state="accepted", reason=None)
    propose(Candidate(((thing, said),), "service"))


def keep_address(thing: str, author: str, source: str) -> None:
    """Take the address alone, which places nothing."""
    said = said_here(
        "address", address=st.session_state[of(ADDRESS, thing)].strip(), accuracy_m=None
    )
    said = replace(said, author=author, coord_source=source or said.coord_source)
    taken(thing, claims_of_place(thing, said))


def take_it(author: str, source: str, accuracy_m: float) -> None:
    """Take what is put forward."""
    there: Candidate = st.session_state[CANDIDATE]
    first = there.rows[0]["subject_id"] if there.rows else there.said[0][0]
    taken(first, there.claims(author, source, accuracy_m))
    propose(None)


def taken(thing: str, rows: list[dict[str, Any]]) -> None:
    """Write claims, and remember them in the visit."""
    keys = take(rows)
    st.session_state.setdefault(TAKEN, []).append((thing, keys))
    placed = sum(row["kind"] in {"point", "within"} for row in rows)
    st.session_state[DONE] = (thing, placed)


def undo() -> None:
    """Take back what was taken last in the visit."""
    before: list[tuple[str, tuple[str, ...]]] = st.session_state[TAKEN]
    last = before.pop()
    try:
        take_back(last[1])
    except InputError as error:
        if error.code != GONE:
            before.append(last)
        raise


def bring(upload: UploadedFile, datum: str) -> AtlasError | None:
    """Put what a file says forward; return why that cannot be."""
    try:
        propose(many(upload, datum))
    except AtlasError as error:
        return error
    return None


def many(upload: UploadedFile, datum: str) -> Candidate:
    """Return what a file says of many things: rows by their name or id, or a file of claims.

    Each row is taken, or set aside with its reason.

    Raises
    ------
    InputError
        The file cannot be read.
    """
    content = upload.getvalue()
    table = _claims(content, upload.name)
    if table is not None:
        return _of_claims(table, upload.name)
    shifted = {"GCJ-02": "gcj02", "BD-09": "bd09"}.get(datum)
    intake = read_own(content, upload.name, datum=shifted, cancelled=_unwanted)
    if intake.receipt.crs_how == BY_NAME:
        raise InputError("many: the file has no coordinates", code="locate.no_coordinates")
    things, placed, near = _by_name(), unplaced.placed(), shapely.box(*bounds())
    names = _named(intake, {*things, *placed})
    said: dict[str, Said] = {}
    aside: list[Aside] = [
        (int(row), str(name or ""), sentence(reason, language(), {}))
        for row, name, reason in intake.aside[["name", "reason"]].itertuples()
    ]
    for row, name, place in zip(names.index, names, intake.frame.geometry, strict=True):
        thing = things.get(name)
        if thing is None:
            reason = "placed" if name in placed else "unknown"
        elif place.geom_type != "Point":
            reason = "no_point"
        elif not near.covers(place):
            reason = "far"
        elif thing in said:
            reason = "twice"
        else:
            at = {"lon_deg": round(place.x, 6), "lat_deg": round(place.y, 6), "datum": "CGCS2000"}
            said[thing] = replace(said_here("file", **at), coord_source=upload.name)
            continue
        aside.append((int(row), name, text(f"locate.aside.{reason}")))
    return Candidate(
        tuple(said.items()),
        "file",
        taken_rows=len(said),
        aside=tuple(sorted(aside)),
        names_datum=intake.receipt.crs_how not in UNNAMED,
        datum=datum,
    )


def _named(intake: Intake, known: set[str]) -> pd.Series:
    """Return the names of the rows: their ids, where these are known here, else their names."""
    named = pd.Series("", intake.frame.index)
    for column in ("id", intake.receipt.name_column):
        if column in intake.frame and not named.isin(known).any():
            named = intake.frame[column].fillna("").astype("str").str.strip()
    return named


def _claims(content: bytes, name: str) -> pd.DataFrame | None:
    """Return a file of claims as texts; None where its first line is not that of claims."""
    header = content[:10_000].decode("utf-8-sig", "replace").partition("\n")[0]
    if not {"subject_id", "kind", "state"} <= set(header.strip().replace('"', "").split(",")):
        return None
    try:
        return texts_in(content, name)
    except DataError as error:
        raise ProposalsError(error.damages) from error


def _of_claims(table: pd.DataFrame, name: str) -> Candidate:
    rows = accepted(table, name)
    new = table["id"].isin([row["id"] for row in rows])
    aside = [
        (row, subject, text("locate.aside.taken" if state == ACCEPTED else "locate.aside.not_yet"))
        for row, (subject, state, is_new) in enumerate(
            zip(table["subject_id"].fillna(""), table["state"], new, strict=True), start=1
        )
        if not is_new
    ]
    return Candidate((), "file", taken_rows=int(new.sum()), aside=tuple(aside), rows=tuple(rows))


def _unwanted() -> bool:
    checkpoint()
    return False


def _by_name() -> dict[str, str]:
    """Return things without a place by their id, and by every name of theirs."""
    rows = unplaced.unplaced()
    titles = [names_by_id(lang=lang) for lang in LANGUAGES]
    named: dict[str, str] = {}
    for thing, keys in zip(rows["id"], rows["feature_ids"], strict=True):
        for key in (thing, *keys.split("|")):
            named[key] = thing
            for names in titles:
                named.setdefault(names[key], thing)
    return named


def places_of(there: Candidate | None) -> tuple[Place, ...]:
    """Return what is put forward as points on the map."""
    rows = [] if there is None else there.claims("", "", there.accuracy_m)
    table = pd.DataFrame(
        [row for row in rows if row["kind"] == "point"],
        columns=["subject_id", "lon_deg", "lat_deg", "datum", "accuracy_m"],
    )
    at = points(table)
    ids = (f"place-{number}" for number in range(len(at)))
    zh, en = (at["subject_id"].map(names_by_id(lang=lang)) for lang in LANGUAGES)
    accuracy_m = at["accuracy_m"].astype("float64")
    return tuple(map(Place, ids, zh, en, accuracy_m, at.geometry.x, at.geometry.y))


def own_file() -> bytes | None:
    """Return the file of own claims as it is, None where there is none yet."""
    path = own_claims_file()
    return path.read_bytes() if path is not None and path.is_file() else None
