"""Short notes that a visitor writes at places: kept in a link as far as it goes, else in a file.

A note is the visitor's own and never a feature of the plan. Its number is its place in the list.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from geo.arguments import is_number
from geo.doors import door
from geo.errors import InputError
from layers.plan.area import bounds
from layers.type.outside_texts import Cleaner

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geo.findings import Finding

# The foot of a sheet and the notes of a slide have room for so much.
MOST_NOTES, TITLE, TEXT = 20, 40, 200
# Of a file with the longest notes in the longest script.
MOST_BYTES = 64_000
# What programs take of an address whose every letter beyond ASCII is nine characters long.
MOST_IN_LINK = 1800
# About a metre, as corners of drawn areas.
DIGITS = 5
_NUMBER = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{1,5})?")
_MAX_LON, _MAX_LAT, _FIELDS = 180.0, 90.0, 4


@dataclass(frozen=True, slots=True)
class Note:
    """A note at a place.

    Parameters
    ----------
    lon, lat
        Degrees in EPSG:4490.
    title, text
        What it says, as plain text.
    """

    lon: float
    lat: float
    title: str
    text: str = ""


@door
def clean_notes(notes: Iterable[Note]) -> tuple[tuple[Note, ...], tuple[Finding, ...]]:
    r"""Return notes that every output can show, and what that took.

    Raises
    ------
    InputError
        There are more than 20, one has no title, is at no place on Earth, or lies outside of the
        region that the plan's places lie in: a map would shrink to a dot beside it.

    Examples
    --------
    >>> clean_notes([Note(112.9, 28.2, "洋湖\u200b")])[0]
    (Note(lon=112.9, lat=28.2, title='洋湖', text=''),)
    """
    cleaner = Cleaner(drawn=False)
    clean = tuple(
        Note(
            _rounded(each.lon),
            _rounded(each.lat),
            cleaner.text(each.title, TITLE).strip(),
            cleaner.text(each.text, TEXT).strip(),
        )
        for each in notes
    )
    if len(clean) > MOST_NOTES:
        raise InputError(
            f"clean_notes: there are {len(clean)} notes, a map takes {MOST_NOTES}. Delete some.",
            code="note.many",
            count=len(clean),
            most=MOST_NOTES,
        )
    west, south, east, north = bounds()
    for number, each in enumerate(clean, start=1):
        if not each.title:
            raise InputError(
                f"clean_notes: note {number} has no title. Give it one.",
                code="note.untitled",
                number=number,
            )
        if not (abs(each.lon) <= _MAX_LON and abs(each.lat) <= _MAX_LAT):
            raise InputError(
                f"clean_notes: note {number} is at no place on Earth. Give longitude and latitude "
                "in degrees.",
                code="note.place",
                number=number,
            )
        if not (west <= each.lon <= east and south <= each.lat <= north):
            raise InputError(
                f"clean_notes: note {number} at {each.lon}, {each.lat} is not in the region of the "
                f"plan, {bounds()}. Give longitude and latitude there, the longitude first.",
                code="note.far",
                number=number,
                place=f"{each.lon}, {each.lat}",
                lon=f"{west:g}–{east:g}",
                lat=f"{south:g}–{north:g}",
            )
    return clean, cleaner.findings()


@door
def in_link(notes: Sequence[Note]) -> str | None:
    """Return notes as the address has them, None where a link does not hold them.

    Examples
    --------
    >>> in_link([Note(112.9, 28.2, "A, b", "c; d")])
    '112.9,28.2,A%2C b,c%3B d'
    """
    written = ";".join(
        ",".join((_degrees(each.lon), _degrees(each.lat), *map(_escaped, (each.title, each.text))))
        for each in notes
    )
    return written if len(quote(written)) <= MOST_IN_LINK else None


@door
def from_link(words: str) -> tuple[Note, ...] | None:
    """Return the notes in an address, None where it has none that can be believed.

    Examples
    --------
    >>> from_link("112.9,28.2,A%2C b,c%3B d")
    (Note(lon=112.9, lat=28.2, title='A, b', text='c; d'),)
    >>> from_link("112.9,28.2,A") is None, from_link("999,28.2,A,") is None
    (True, True)
    """
    notes = []
    for part in words.split(";", MOST_NOTES):
        fields = part.split(",")
        if len(fields) != _FIELDS or not all(map(_NUMBER.fullmatch, fields[:2])):
            return None
        lon, lat, title, text = fields
        notes.append(Note(float(lon), float(lat), unquote(title), unquote(text)))
    try:
        return clean_notes(notes)[0]
    except InputError:
        return None


@door
def notes_file(notes: Sequence[Note]) -> bytes:
    """Return notes as a small GeoJSON file, which programs for maps open too."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [each.lon, each.lat]},
            "properties": {"number": number, "title": each.title, "text": each.text},
        }
        for number, each in enumerate(notes, start=1)
    ]
    whole = {"type": "FeatureCollection", "features": features}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


@door
def read_notes(data: bytes) -> tuple[tuple[Note, ...], tuple[Finding, ...]]:
    """Return the notes in a file as :func:`notes_file` writes it, and what reading them took.

    Raises
    ------
    InputError
        It is no such file, too large, or its notes are none that :func:`clean_notes` takes.
    """
    try:
        if len(data) > MOST_BYTES:
            raise ValueError(len(data))  # noqa: TRY301 - one refusal for all that is no such file
        features = json.loads(data)["features"]
        notes = [_note(each) for each in features[: MOST_NOTES + 1]]
    # Of a text that nests without end Python gives up by itself.
    except (ArithmeticError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(
            "read_notes: this is no file of notes. Pass one that was downloaded here.",
            code="note.file",
        ) from error
    return clean_notes(notes)


def _note(feature: Any) -> Note:  # noqa: ANN401 - as JSON has it
    (lon, lat), said = feature["geometry"]["coordinates"][:2], feature["properties"]
    title, text = said["title"], said.get("text") or ""
    if not (isinstance(title, str) and isinstance(text, str)):
        raise TypeError(title)
    return Note(float(lon), float(lat), title, text)


def _rounded(degrees: float) -> float:
    """Return degrees as notes have them, not-a-number for what is no number."""
    return round(degrees, DIGITS) if is_number(degrees) else nan


def _degrees(value: float) -> str:
    return f"{value:.{DIGITS}f}".rstrip("0").rstrip(".")


def _escaped(words: str) -> str:
    """Return a text in which nothing parts notes or their fields, as addresses take it."""
    plain = (each.isprintable() and each not in "%,;" for each in words)
    return "".join(
        each if kept else quote(each, safe="") for each, kept in zip(words, plain, strict=True)
    )
