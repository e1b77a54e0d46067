"""A text gives the same wherever the pieces end in which it is decoded."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import AtlasError
from geo.exchange import delimited, encodings, formats, tables
from geo.exchange.columns import Attributes, attributes
from geo.work import watched

RING = [[112.9, 28.1], [113, 28.1], [113, 28.2], [112.9, 28.1]]
OPEN = [[112.9, 28.1], [113.0, 28.1], [113.0, 28.2]]
SHAPES: list[Any] = [
    {"type": "Polygon", "coordinates": [RING]},
    {"type": "Polygon", "coordinates": [OPEN]},
    {"type": "Point", "coordinates": [112.9, 28.1, 40]},
    {"type": "LineString", "coordinates": OPEN},
    {"type": "Point", "coordinates": ["x"]},
    None,
]
VALUES = [
    *(None, True, 7, -(2**63), 2**70, 1.5, 1e300, float("nan")),
    *("0101", "甲\n", "\U0001f600", '"\\"[[{', "", [1, {"a": "}"}]),
]
ODD = [r"\ud83d", r"\\ud83d", "9" * 5_000, "-Infinity", "1e", "tru", '"', "}", "\x1e", "\n"]
ENCODINGS = ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-32"]

features = st.builds(
    lambda shape, values: {"type": "Feature", "properties": values, "geometry": shape},
    st.sampled_from(SHAPES),
    st.dictionaries(st.sampled_from(["name", "名称", "", "a b"]), st.sampled_from(VALUES)),
)


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    rows = draw(st.lists(features, max_size=6))
    is_ascii = draw(st.booleans())
    if draw(st.booleans()):
        members = [("features", rows), ("name", "层"), ("crs", "EPSG:4547"), ("bbox", [1, 2.5])]
        whole = dict(draw(st.permutations(members)))
        text = json.dumps(whole, ensure_ascii=is_ascii, indent=draw(st.sampled_from([None, 1])))
    else:
        between = draw(st.sampled_from(["\n", "\n\x1e", ""]))
        text = between.join(json.dumps(row, ensure_ascii=is_ascii) for row in rows)
    if draw(st.booleans()):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from(ODD)) + text[at:]
    data = text.encode(draw(st.sampled_from(ENCODINGS)))
    if draw(st.booleans()):
        at = draw(st.integers(0, len(data)))
        data = data[:at] + b"\xff" + data[at:]
    return data


def found(data: bytes, name: str, piece_bytes: int) -> Any:
    """Everything that is read, or why nothing is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encodings, "PIECE_BYTES", piece_bytes)
        try:
            parsed = formats.parse(data, name, {})
        except AtlasError as error:
            return error.code, error.values
    frame = parsed.frame
    columns = [(each, str(frame[each].dtype), list(map(repr, frame[each]))) for each in frame]
    rest = parsed.aside.reset_index().to_numpy().tolist()
    facts = (parsed.encoding, parsed.encoding_how, parsed.crs_how, str(frame.crs))
    return columns, rest, facts, parsed.findings, parsed.layers


@given(documents(), st.integers(1, 60))
@settings(max_examples=30)
def test_json_is_the_same_in_pieces_of_any_length(data: bytes, piece_bytes: int) -> None:
    assert found(data, "a.json", piece_bytes) == found(data, "a.json", 1 << 22)


@pytest.mark.parametrize("piece_bytes", [1, 10, 1 << 22])
def test_nesting_is_refused_before_it_is_parsed(piece_bytes: int) -> None:
    row = json.dumps({"type": "Feature", "properties": {"a": "[[\\"}, "x": 1}).encode()
    flat, deep = row.replace(b"1", b"[" * 60 + b"]" * 60), row.replace(b"1", b"[" * 100_000)
    assert found(flat, "a.json", piece_bytes)[0] == "file.no_geometry"
    assert found(deep, "a.json", piece_bytes)[0] == "file.nested"


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.sampled_from(VALUES))), st.data())
def test_columns_are_the_same_from_blocks_of_any_length(
    rows: list[dict[str, Any]], data: st.DataObject
) -> None:
    table = Attributes("a.json")
    left = rows
    while left:
        count = data.draw(st.integers(1, len(left)))
        table.add(left[:count])
        left = left[count:]
    whole, blocks = attributes(rows, name="a.json"), table.frame()
    assert blocks.dtypes.tolist() == whole.dtypes.tolist()
    assert blocks.map(repr).equals(whole.map(repr))


cells = st.sampled_from(
    [*("甲", "1", "0.50", " ", "", "a,b", 'say ""so""', "two\nlines", "'=1", "　"), "x" * 70]
)
places = st.sampled_from(
    [
        *("POINT (112.9 28.1)", "SRID=4490;POLYGON ((112 28,113 28,113 29,112 28))", "EMPTY", "?"),
        *("112.9,28.1;113,28.1;113,28.2", '{"type":"Point","coordinates":[112.9,28.1]}', "0 0"),
    ]
)


@given(st.lists(st.tuples(cells, cells, places), min_size=1), st.integers(1, 200), st.data())
@settings(max_examples=12)
def test_tables_are_the_same_in_pieces_of_any_length(
    rows: list[tuple[str, ...]], letters: int, data: st.DataObject
) -> None:
    lines = [
        ",".join(
            cell if data.draw(st.booleans()) and '"' not in cell else '"' + cell + '"'
            for cell in (*row[:2], row[2].replace('"', '""'))
        )
        for row in rows
    ]
    ends = data.draw(st.sampled_from(["\n", "\r\n"]))
    content = ends.join(["name,b,wkt", *lines, ""]).encode(data.draw(st.sampled_from(ENCODINGS)))
    whole = found(content, "a.csv", 1 << 22)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "_CHUNK", letters)
        patch.setattr(tables, "_BLOCK_LETTERS", letters)
        assert found(content, "a.csv", 1 << 22) == whole


@given(
    st.lists(
        st.sampled_from(
            [
                *("<name>A&B&nbsp;&amp;</name>", "<description><![CDATA[a&b > c]]></description>"),
                *(
                    "<name><![CDATA[&nbsp;]]>]&#30000;</name>",
                    "<![CDATA[",
                    "&nb",
                    "\x0b",
                    ">",
                    "甲",
                ),
            ]
        )
    ),
    st.sampled_from(ENCODINGS),
    st.integers(1, 60),
)
@settings(max_examples=25)
def test_markup_is_the_same_in_pieces_of_any_length(
    parts: list[str], encoding: str, piece_bytes: int
) -> None:
    place = "<Point><coordinates>112.9,28.1,0</coordinates></Point>"
    text = f" <kml><Placemark>{''.join(parts)}{place}</Placemark></kml>\0"
    data = text.encode(encoding)
    assert found(data, "a.kml", piece_bytes) == found(data, "a.kml", 1 << 22)


def test_progress_is_told_while_tables_are_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "_CHUNK", 500)
    monkeypatch.setattr(tables, "_BLOCK_LETTERS", 500)
    data = ("name,wkt\n" + "甲,POINT (112.9 28.1)\n" * 1_000).encode()
    told: list[float] = []
    with watched(cancelled=lambda: False, progress=lambda done, most: told.append(done / most)):
        formats.parse(data, "a.csv", {})
    assert len(told) > 60
    assert (np.diff(told) >= 0).all()
    assert told[-1] == 1


def test_progress_is_told_while_json_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encodings, "PIECE_BYTES", 500)
    row = {"type": "Feature", "properties": {}, "geometry": SHAPES[0]}
    data = json.dumps({"type": "FeatureCollection", "features": [row] * 100}).encode()
    told: list[float] = []
    with watched(cancelled=lambda: False, progress=lambda done, most: told.append(done / most)):
        formats.parse(data, "a.geojson", {})
    assert len(told) > 20
    assert (np.diff(told) > 0).all()
    assert told[-1] == 1


def test_brackets_in_texts_are_no_nesting() -> None:
    """A line break before a closing quotation mark once hid the mark."""
    row = {"type": "Feature", "properties": {"a": {"b": "x\n"}, "c": "y\n"}, "geometry": None}
    rows = [*[row] * 100, {"type": "Feature", "properties": {}, "geometry": SHAPES[0]}]
    data = json.dumps({"type": "FeatureCollection", "features": rows}).encode()
    assert len(formats.parse(data, "a.geojson", {}).frame) == 1


def test_a_character_that_ends_like_a_backslash_is_no_backslash() -> None:
    rows = [{"type": "Feature", "properties": {"name": "功"}, "geometry": SHAPES[0]}] * 100
    text = json.dumps({"type": "FeatureCollection", "features": rows}, ensure_ascii=False)
    assert len(formats.parse(text.encode("big5"), "a.geojson", {}).frame) == 100


def test_a_letter_that_is_cut_by_the_end_of_a_part_does_not_decide_the_encoding() -> None:
    content = "name,b,wkt\n甲,甲,POINT (112.9 28.1)\n".encode("gb18030")
    with pytest.MonkeyPatch.context() as patch:
        # The twelfth byte is the first half of the first Chinese letter.
        patch.setattr(delimited, "_CHUNK", 12)
        (column, *_), _, (encoding, *_), *_ = found(content, "a.csv", 1 << 22)
    assert column == ("name", "str", ["'甲'"])
    assert encoding == "gb18030"
