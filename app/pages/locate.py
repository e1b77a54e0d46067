"""定位: what has no place yet, and four ways to say where it is; every page follows at once."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from app.texts import language, text
from app.web import locating, maps
from app.web.choices import layer_title
from app.web.controls import choose, enter
from app.web.frame import download, draw_map, heading, map_and_results, refusal
from app.web.locating import (
    ACCURACY,
    ADDRESS,
    DATUM,
    DATUMS,
    DONE,
    FILE,
    FILES,
    MAP_KEY,
    REFUSED,
    TABLE_KEY,
    TAKEN,
    TEXT,
    attempt,
    of,
)
from app.web.tables import matching, read_in_full, thing_picker
from geo.exchange.geocoders import SERVICES
from geo.numerals import listed, number
from layers.look.symbology import amount_words
from layers.plan import unplaced
from layers.plan.area import own_claims_file
from layers.plan.catalogue import names, names_by_id, own_claims
from layers.plan.claims import TABLE, points
from layers.plan.proposals import available
from layers.plan.schema import resources

if TYPE_CHECKING:
    from app.web.locating import Candidate
    from layers.plan.unplaced import Said

EVERY, AUTHOR = "all", "_locate_author"
STYLE = """<style>
.st-key-locate-list .figures { max-height: max(210px, calc(100vh - 36rem)); }
.st-key-results:not(:has(.lead)) .st-key-locate-list .figures {
  max-height: max(210px, calc(100vh - 24rem));
}
.st-key-results .lead { max-height: 190px; overflow-y: auto; }
.st-key-locate-list th:not(:first-child) { word-break: keep-all; }
.lead p { margin: 0 0 .2rem 0; font-size: .86rem; line-height: 1.45; }
.lead .quote { color: #52606D; }
</style>"""


def told_of(row: pd.Series) -> list[str]:
    """Return what there is to go on, and who gets a place with it under another name."""
    names = dict.fromkeys(titles[key] for key in row["feature_ids"].split("|"))
    others = listed([name for name in names if name != row["name"]], language())
    known = unplaced.leads(row["id"], language()) or [text("locate.no_lead")]
    return [*known, text("locate.others", names=others)] if others else known


def about(row: pd.Series) -> None:
    """Draw what the plan says of a thing, and what there is to go on."""
    amount = ""
    if row["amount"]:
        stated = amount_words(row["amount"], unplaced.amount_unit(), lang=language())
        amount = text("locate.amount", amount=stated)
    lines = [text("locate.follows", n=int(row["features"]), amount=amount), *told_of(row)]
    quote = text("map.quoted", q=row["quote"]) if isinstance(row["quote"], str) else ""
    quoted = f'<p class="quote">{escape(quote)}</p>' if quote else ""
    # What others wrote has a stop or none.
    stop = text("locate.stop")
    said = "".join(f"<p>{escape(line.removesuffix(stop) + stop)}</p>" for line in lines)
    st.html(f'<div class="lead">{quoted}{said}</div>')


def by_text(thing: str) -> None:
    """Draw the way by a coordinate that is pasted: its datum is seen, or asked for, before."""
    st.text_input(
        text("locate.paste"),
        key=of(TEXT, thing),
        placeholder="112.94, 28.23",
        help=text("locate.paste_help"),
        on_change=attempt,
        args=(locating.paste, thing),
    )
    if st.session_state.get(of(TEXT, thing), "").strip():
        st.selectbox(
            text("locate.datum"),
            DATUMS,
            key=of(DATUM, thing),
            format_func=lambda datum: text(f"locate.datum.{datum or 'none'}"),
            on_change=attempt,
            args=(locating.choose_datum, thing),
        )


def by_address(thing: str, author: str, source: str, *, can_take: bool) -> None:
    """Draw the way by an address: kept as it is, and asked for where there is a key."""
    key = of(ADDRESS, thing)
    st.session_state.setdefault(key, unplaced.address_of(thing))
    given = bool(st.text_input(text("locate.address"), key=key, max_chars=200).strip())
    for service in available():
        st.button(
            text("locate.ask", service=SERVICES[service].called(language())),
            on_click=attempt,
            args=(locating.ask, thing, service),
            disabled=not given,
            width="stretch",
        )
    if not available():
        st.caption(text("locate.no_key"))
    for at, answer in enumerate(locating.answers(thing)):
        st.button(
            f"{answer.reason}",
            key=f"locate-answer-{at}",
            on_click=attempt,
            args=(locating.choose_answer, thing, answer),
            disabled=answer.lon_deg is None,
            width="stretch",
        )
    st.button(
        text("locate.keep_address"),
        on_click=attempt,
        args=(locating.keep_address, thing, author, source),
        disabled=not (can_take and given),
        help=text("locate.keep_address_help"),
        width="stretch",
    )


def by_file() -> None:
    """Draw the way by a file of many places."""
    upload = st.file_uploader(text("locate.file"), type=FILES, key="locate-file")
    st.caption(text("locate.file_help"))
    if upload is None:
        if st.session_state.pop(FILE, None) is not None:
            locating.propose(None)
        return
    # Of each file anew, and drawn once it is known whether the file names one.
    key_of_datum, choice = of("locate-file-datum", upload.file_id), st.container()
    datum = st.session_state.get(key_of_datum, "")
    key = upload.file_id, datum
    before, error = st.session_state.get(FILE, (None, None))
    if before != key:
        locating.propose(None)
        with st.spinner(text("locate.reading")):
            error = locating.bring(upload, datum)
        st.session_state[FILE] = key, error
    if error is not None:
        refusal(error)
    there = locating.candidate(None)
    none = "file" if there is None or there.names_datum else "none"
    with choice:
        st.selectbox(
            text("locate.datum"),
            DATUMS,
            key=key_of_datum,
            format_func=lambda datum: text(f"locate.datum.{datum or none}"),
        )


def put_forward(there: Candidate, author: str, source: str, *, can_take: bool) -> None:
    """Draw what may be taken, as it will stand, with the button that takes it."""
    heading(text("locate.candidate"))
    accuracy_m = there.accuracy_m
    if there.how == "file":
        n, aside = there.taken_rows, len(there.aside)
        st.caption(text("locate.of_file", rows=n + aside, n=n, aside=aside))
        if not n:
            st.caption(text("locate.no_match"))
        if aside:
            headers = [text(key) for key in ("own.aside_row", "column.name", "own.aside_reason")]
            with st.expander(text("own.aside", n=aside)):
                read_in_full(pd.DataFrame(list(there.aside), columns=headers))
        if n and not there.can_be_taken:
            st.caption(text("locate.choose_datum"))
    else:
        ((thing, said),) = there.said
        st.caption(in_words(thing, said, there.read_as))
        accuracy_m = st.number_input(
            text("locate.accuracy"),
            min_value=1.0,
            max_value=50_000.0,
            step=50.0,
            format="%.0f",
            key=ACCURACY,
        )
    st.button(
        text("locate.take"),
        type="primary",
        on_click=attempt,
        args=(locating.take_it, author, source, accuracy_m),
        disabled=not (can_take and there.can_be_taken and (author or there.rows)),
        width="stretch",
    )
    if can_take and not author and not there.rows:
        st.caption(text("locate.no_author"))


def in_words(thing: str, said: Said, read_as: str) -> str:
    """Return where something is put forward to be, in its datum and in that of the atlas."""
    row = {"lon_deg": said.lon_deg, "lat_deg": said.lat_deg, "datum": said.datum}
    at = points(pd.DataFrame([row])).geometry.iloc[0]
    values = {
        "name": titles[thing],
        "lon": number(said.lon_deg or 0.0, digits=5),
        "lat": number(said.lat_deg or 0.0, digits=5),
        "datum": said.datum,
    }
    words = text("locate.is_at", **values)
    if said.datum in {"GCJ-02", "BD-09"}:
        place = {"lon": number(at.x, digits=5), "lat": number(at.y, digits=5)}
        words += text("locate.converted", **place)
    return words + (text(f"locate.read_as.{read_as}") if read_as else "")


def taken() -> None:
    """Draw what was taken in this visit, with the way back, and the file of it all."""
    mine = st.session_state.get(TAKEN, [])
    if mine:
        heading(text("locate.taken"))
        for thing, keys in mine[-3:]:
            st.caption(text("locate.taken_one", name=titles[thing], n=len(keys)))
        st.button(text("locate.undo"), on_click=attempt, args=(locating.undo,), width="stretch")
    if own_claims_file() is not None and len(own_claims().table):
        download("locate.download", "claims.csv", lambda: locating.own_file() or b"")


def outcome() -> None:
    """Say, once, what came of the last button."""
    refused = st.session_state.get(REFUSED)
    if refused is not None:
        st.error(refused.sentence(language()))
    thing, placed = st.session_state.pop(DONE, (None, 0))
    if thing is not None:
        words = "locate.done" if placed else "locate.kept"
        st.success(text(words, name=titles[thing], n=placed))


def say_where(thing: str | None) -> Candidate | None:
    """Draw the four ways to say where a thing is; return what was put forward."""
    forward = st.container()
    if thing is not None:
        heading(titles[thing])
        about(things[things["id"] == thing].iloc[0])
    ways = ("click", "text", "address", "file")
    tabs = st.tabs([text(f"locate.by.{way}") for way in ways], key="locate-ways")
    click, coordinate, address, many = tabs
    with click:
        st.caption(text("locate.click_help"))
    with many:
        by_file()
    if thing is not None:
        with coordinate:
            by_text(thing)
        with address:
            by_address(thing, author, source, can_take=can_take and bool(author))
    else:
        for way in (coordinate, address):
            way.caption(text("locate.choose"))
    there = locating.candidate(thing)
    if there is not None:
        # Above all that led to it, so that the button is in view.
        with forward:
            put_forward(there, author, source, can_take=can_take)
    return there


st.html(STYLE)
titles = names_by_id(lang=language())
has_claims = TABLE in resources()
can_take = has_claims and own_claims_file() is not None and not own_claims().damages
things = unplaced.unplaced()
things["name"] = things[f"name_{language()}"]
known = ["\n".join(told_of(row)) for _, row in things.iterrows()]
things["aliases"] = pd.Series(known, things.index, dtype="str")
every_layer = dict.fromkeys(name for names in things["layers"] for name in names.split("|"))
with st.sidebar:
    layer = choose(
        "layer",
        "locate.layer",
        (EVERY, *every_layer),
        default=EVERY,
        title=lambda name: text("locate.every") if name == EVERY else layer_title(name),
        others=names(),
    )
    word = enter("filter", "locate.search")
    author = st.text_input(
        text("locate.author"), value=st.session_state.get(AUTHOR, ""), max_chars=60
    ).strip()
    st.session_state[AUTHOR] = author
    with st.expander(text("locate.more")):
        source = st.text_input(
            text("locate.source"), max_chars=120, help=text("locate.source_help")
        ).strip()
    st.caption(text("locate.shared" if can_take else "locate.private"))
    if has_claims and own_claims_file() is None:
        st.caption(text("locate.off"))
of_layer = [layer in (EVERY, *names.split("|")) for names in things["layers"]]
shown = matching(things[np.array(of_layer, dtype=bool)], word)
chosen = locating.chosen(things["id"].tolist())
locating.follow_click(chosen)

there = None
map_column, results = map_and_results()
with results:
    # In a place of its own: what comes and goes before the tabs would turn them back to the first.
    with st.container():
        outcome()
    if not has_claims:
        st.info(text("locate.no_claims"))
    elif things.empty:
        st.success(text("locate.all_placed"))
    else:
        heading(text("locate.wanted", n=len(shown)))
        with st.container(key="locate-list"):
            thing_picker(shown, chosen, key=TABLE_KEY, on_click=locating.choose_row)
        if shown.empty:
            st.caption(text("locate.none_left"))
        elif chosen is None:
            st.caption(text("locate.choose"))
        there = say_where(chosen)
    taken()
with map_column:
    places = locating.places_of(there)
    document = maps.candidates(places, text("locate.candidate"), lang=language())
    if len(places) == 1:
        document = maps.selecting(document, places[0].id, "overlay-points")
    draw_map(document, key=MAP_KEY, pick=chosen is not None)
