"""Notes: what a link and a file hold, what is refused, and that every output has them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import InputError
from layers.book.map_deck import slides_of
from layers.keeping.own_notes import (
    MOST_BYTES,
    MOST_IN_LINK,
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
from layers.look.callouts import layer_name
from layers.outputs import output
from layers.record.specification import MapSpec, read_spec
from layers.web.document import content_document

if TYPE_CHECKING:
    from pathlib import Path

BRIDGE = Note(112.93, 28.22, "桥头用地", "<b>待核实</b>; 100 %, $3")
NOTES = (BRIDGE, Note(112.85, 28.1, "A park"))


@given(st.text(max_size=300), st.text(max_size=900), st.floats(109, 114), st.floats(25, 30))
def test_what_a_link_and_a_file_take_they_give_back(
    title: str, text: str, lon: float, lat: float
) -> None:
    try:
        notes, _ = clean_notes([Note(lon, lat, title, text)] * 2)
    except InputError as error:
        assert error.code == "note.untitled"  # noqa: PT017 - the only one that there can be
        return
    assert len(notes[0].title) <= TITLE
    assert len(notes[0].text) <= TEXT
    assert read_notes(notes_file(notes)) == (notes, ())
    words = in_link(notes)
    assert words is None or (words.isprintable() and len(quote(words)) <= MOST_IN_LINK)
    assert words is None or from_link(words) == notes


@pytest.mark.parametrize("at", ["112.9", None, 10**400, float("inf"), [112.9]])
def test_what_is_no_number_is_no_place(at: object) -> None:
    with pytest.raises(InputError) as caught:
        clean_notes([replace(BRIDGE, lon=at)])
    assert caught.value.code == "note.place"


def test_what_is_invisible_is_dropped_and_told() -> None:
    notes, findings = clean_notes([Note(112.9, 28.2, "桥\u200b头", "甲\n乙")])
    assert notes == (Note(112.9, 28.2, "桥头", "甲 乙"),)
    assert [each.code for each in findings] == ["text.left_out"]


@pytest.mark.parametrize(
    ("notes", "code"),
    [
        ([BRIDGE] * (MOST_NOTES + 1), "note.many"),
        ([replace(BRIDGE, title="\u200b ")], "note.untitled"),
        ([replace(BRIDGE, lat=91.0)], "note.place"),
        ([replace(BRIDGE, lon=float("nan"))], "note.place"),
        ([BRIDGE, replace(BRIDGE, lon=0.0, lat=0.0)], "note.far"),
        ([replace(BRIDGE, lon=180.0)], "note.far"),
    ],
)
def test_notes_that_are_none_are_refused(notes: list[Note], code: str) -> None:
    with pytest.raises(InputError) as caught:
        clean_notes(notes)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "words", ["", "x", "1,2,a", "1,2,a,b,c", "200,2,a,b", "1,2,,b", "1e1,2,a,b", "1,2,a,b;" * 40]
)
def test_an_address_that_holds_no_notes_gives_none(words: str) -> None:
    assert from_link(words) is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[" * 60_000,
        b"{}",
        b'{"features": 3}',
        b'{"features": [{"geometry": null, "properties": {}}]}',
        json.dumps(
            {"features": [{"geometry": {"coordinates": ["a", 2]}, "properties": {"title": "b"}}]}
        ).encode(),
        json.dumps(
            {"features": [{"geometry": {"coordinates": [1, 2]}, "properties": {"title": 3}}]}
        ).encode(),
        json.dumps(
            {
                "features": [
                    {"geometry": {"coordinates": [10**400, 2]}, "properties": {"title": "b"}}
                ]
            }
        ).encode(),
        notes_file([BRIDGE]) + b" " * MOST_BYTES,
    ],
)
def test_a_file_that_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        read_notes(data)
    assert caught.value.code == "note.file"


def spec() -> MapSpec:
    notes = [
        {"lon": each.lon, "lat": each.lat, "title": each.title, "text": each.text} for each in NOTES
    ]
    return read_spec({"map": "overview", "notes": notes, "sheet": {"review_number": "internal"}})


def test_a_specification_keeps_notes_and_one_without_them_is_as_before() -> None:
    assert spec().notes == NOTES
    assert read_spec(spec().to_dict()) == spec()
    assert "notes" not in replace(spec(), notes=()).to_dict()
    with pytest.raises(InputError, match=r"notes.0.title: 'title' is a required property"):
        read_spec(
            {"map": "overview", "notes": [{"lon": 1, "lat": 2}], "sheet": {"review_number": "1"}}
        )


def test_every_output_shows_the_numbers_and_says_the_key() -> None:
    told = spec().statement()
    key = "自写批注 1：桥头用地：<b>待核实</b>; 100 %, $3；自写批注 2：A park"
    assert key in told.notes()
    assert key.partition("；")[0] in told.text()
    page = content_document(spec().content())
    (layer,) = [each for each in page["layers"] if each["id"] == layer_name()]
    assert layer["title"]["zh"] == "自写批注（不属于规划）"
    assert layer["group"] == "analysis"
    (table,) = [each.table for each in slides_of(spec()) if each.title == layer["title"]["zh"]]
    assert table is not None
    assert table.rows[0] == ("自写批注 1", "桥头用地：<b>待核实</b>; 100 %, $3")
    hidden = replace(spec(), visible=("cities",))
    assert hidden.statement().own_notes == ()


def test_a_geopackage_has_them_as_a_table_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "map.gpkg"
    path.write_bytes(output(replace(spec(), visible=("cities", layer_name())), ".gpkg"))
    table = pyogrio.read_dataframe(path, layer="notes")
    assert table["name_zh"].tolist() == ["1 桥头用地", "2 A park"]
    assert set(table["source_id"]) == {"own"}
    assert table["note_text"][0] == BRIDGE.text
