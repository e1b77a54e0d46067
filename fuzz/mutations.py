"""Ways in which a file is broken: in its bytes, and in the structure that its format has."""

from __future__ import annotations

import io
import json
import re
import warnings
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

from fuzz.structures import changed

if TYPE_CHECKING:
    from random import Random

# Numbers at which readers stumble: sizes, signs, the ends of types.
_WORDS = [
    n.to_bytes(width, order, signed=n < 0)
    for width in (1, 2, 4, 8)
    for order in ("little", "big")
    for n in (0, 1, -1, 2 ** (8 * width - 1) - 1, 2 ** (8 * width - 2))
]
TEXTS = [
    "",
    "\x00",
    "\u200b",
    "\ud800",
    "𠮷",
    "=1+1",
    "../../../etc/passwd",
    "/vsicurl/http://127.0.0.1:9/a",
    "<!ENTITY a 'b'>",
    "<!--" * 30,
    "9" * 5000,
    "NaN",
    "1e999",
    "-0",
    "POLYGON ((0 0, 1 1))",
    "POINT EMPTY",
    "EPSG:999999",
    "null",
    "112.9,28.2",
    "[" * 3000,
    "{" * 3000,
    '"' * 99,
    ",;\t|" * 20,
    "甲" * 4000,
]
VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    2**63,
    10**400,
    1e308,
    float("nan"),
    float("inf"),
    [],
    {},
    [[]],
    *TEXTS,
]
# What a file of features is made of, besides.
_PARTS: list[Any] = [
    *("Point", "LineString", "Polygon", "MultiPolygon", "MultiPoint", "GeometryCollection"),
    *("Feature", "FeatureCollection", "Topology", "coordinates", "geometries", "arcs", "crs"),
    *([1e308, 0], [112.9, 28.2], [112.9, 28.2, 5.0, 7.0], [[0, 0], [1, 1], [0, 0]], [[[0, 0]]]),
    {"type": "Point", "coordinates": []},
    {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4547"}},
    {"type": "name", "properties": {"name": "LOCAL_CS[]"}},
]
_NUMBERS = (
    *(b"0", b"-1", b"1e308", b"1e999", b"-1e-320", b"NaN", b"Infinity", b"9" * 400, b"0x10", b""),
    *(b"400", b"28.2", b"112.9", b"39112912.5", b"3121095", b"65535", b"2147483648", b"1.7.2"),
    *("\uff11\uff12".encode(), "\u00b2".encode(), "\u0661".encode(), b"1_0", b"1,5", b"--1"),
)
_ENTITIES = (
    *(b"POLYLINE", b"VERTEX", b"SEQEND", b"LWPOLYLINE", b"INSERT", b"BLOCK", b"ENDBLK", b"HATCH"),
    *(b"SPLINE", b"ELLIPSE", b"TEXT", b"MTEXT", b"DIMENSION", b"3DFACE", b"ENDSEC", b"EOF"),
)
_DIGITS = re.compile(rb"-?[0-9]+(?:\.[0-9]+)?")
_DEEP = 300
MOST_BYTES = 2_000_000


def mutated(data: bytes, others: list[bytes], random: Random) -> bytes:
    """Return a file broken in one to four ways.

    Parameters
    ----------
    data
        A sound file, or one that is broken already.
    others
        Files that parts may be taken from.
    random
        What decides.
    """
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 4))):
        data = random.choice((_bytes, _structure, _structure))(data, others, random)
    return data[:MOST_BYTES]


def _structure(data: bytes, others: list[bytes], random: Random) -> bytes:
    head = data.lstrip()[:1]
    if data[:2] == b"PK":
        return _zip(data, others, random)
    if data.isascii() or head in {b"{", b"[", b"<"}:
        return _written(data, others, random)
    return changed(data, random) or _bytes(data, others, random)


def _written(data: bytes, others: list[bytes], random: Random) -> bytes:
    """Break a text: a number in it, or what its format is made of."""
    if random.random() < 0.2:
        return _number(data, random)
    head = data.lstrip()[:1]
    if head == b"{" and b"}\n{" in data:
        lines = data.split(b"\n")
        at = random.randrange(len(lines))
        lines[at] = _json(lines[at], random)
        return b"\n".join(lines)
    if head in {b"{", b"["}:
        return _json(data, random)
    if head == b"<":
        return _xml(data, random)
    if b"SECTION" in data[:40]:
        return _groups(data, random)
    return _text(data, random) if b"," in data[:200] else _bytes(data, others, random)


def _number(data: bytes, random: Random) -> bytes:
    """Write another number where one stands."""
    places = [place.span() for place in _DIGITS.finditer(data[:100_000])]
    if not places:
        return _json(data, random) if data[:1] == b"{" else data[1:]
    start, stop = random.choice(places)
    return data[:start] + random.choice(_NUMBERS) + data[stop:]


def _groups(data: bytes, random: Random) -> bytes:
    """Break a drawing in its groups: a code on one line, its value on the next."""
    lines = data.split(b"\n")
    at = 2 * random.randrange(max(len(lines) // 2, 1))
    kind = random.randrange(5)
    if kind == 0:
        lines[at] = random.choice((b"0", b"8", b"10", b"20", b"70", b"90", b"1071", b"-5", b"x"))
    elif kind == 1:
        lines[at + 1 : at + 2] = [random.choice((*_ENTITIES, *_NUMBERS))]
    elif kind == 2:
        del lines[at : at + 2]
    elif kind == 3:
        lines[at:at] = lines[at : at + 2 * random.choice((1, 20))] * random.choice((1, 100))
    else:
        lines[at:at] = [b"0", random.choice(_ENTITIES)]
    return b"\n".join(lines)


def _bytes(data: bytes, others: list[bytes], random: Random) -> bytes:
    broken = bytearray(data or b"\x00")
    at = random.randrange(len(broken))
    # Where all is at an offset, bytes more or less leave a reader nothing to look at.
    fixed = data[:2] in {b"II", b"MM"} and random.random() < 0.8
    kind = random.randrange(2 if fixed else 8)
    if kind == 0:
        broken[at] ^= 1 << random.randrange(8)
    elif kind == 1:
        word = random.choice(_WORDS)
        broken[at : at + len(word)] = word
    elif kind == 2:
        del broken[at:]
    elif kind == 3:
        del broken[at : at + random.randrange(1, 65)]
    elif kind == 4:
        piece = broken[at : at + random.randrange(1, 257)]
        broken[at:at] = piece * random.choice((1, 2, 50))
    elif kind == 5:
        other = random.choice(others) or b"\x00"
        start = random.randrange(len(other))
        broken[at : at + 64] = other[start : start + random.randrange(1, 512)]
    elif kind == 6:
        broken[at:at] = random.randbytes(random.randrange(1, 33))
    else:
        broken[at:at] = random.choice(TEXTS).encode("utf-8", "surrogatepass")
    return bytes(broken)


def _json(data: bytes, random: Random) -> bytes:
    try:
        tree = json.loads(data)
    except (ValueError, RecursionError):
        return _bytes(data, [data], random)
    holder = {"": tree}
    places = list(_places(holder))
    parent, key = random.choice(places)
    kind = random.randrange(5)
    if kind == 0 and parent is not holder:
        del parent[key]
    elif kind == 1:
        parent[key] = random.choice(random.choice((VALUES, _PARTS)))
    elif kind == 2:
        for _ in range(_DEEP):
            parent[key] = [parent[key]]
    elif kind == 3 and isinstance(parent, dict):
        parent[random.choice(TEXTS)] = parent[key]
    else:
        source, name = random.choice(places)
        parent[key] = json.loads(json.dumps(source[name]))
    return json.dumps(holder[""], ensure_ascii=random.random() < 0.5).encode(
        "utf-8", "surrogatepass"
    )


def _places(tree: Any) -> Any:
    """Every place in a tree of JSON, as the thing that holds it and its key there."""
    keys = tree if isinstance(tree, dict) else range(len(tree))
    for key in list(keys):
        yield tree, key
        if isinstance(tree[key], dict | list):
            yield from _places(tree[key])


def _xml(data: bytes, random: Random) -> bytes:
    pieces = data.replace(b"<", b"\x00<").split(b"\x00")
    at = random.randrange(len(pieces))
    kind = random.randrange(6)
    if kind == 0:
        del pieces[at]
    elif kind == 1:
        pieces[at:at] = [pieces[at]] * random.choice((1, 5, 200))
    elif kind == 2:
        other = random.randrange(len(pieces))
        pieces[at], pieces[other] = pieces[other], pieces[at]
    elif kind == 3:
        pieces[at:at] = [b"<Folder>"] * random.choice((1, 100, 5000))
    elif kind == 4:
        pieces[at:at] = [b'<!DOCTYPE k [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>&b;']
    else:
        pieces[at:at] = [b"<!-- - -->" * 40]
    return b"".join(pieces)


def _text(data: bytes, random: Random) -> bytes:
    rows = data.split(b"\n")
    row = random.randrange(len(rows))
    cells = rows[row].split(b",")
    cell = random.randrange(len(cells))
    kind = random.randrange(5)
    if kind == 0:
        cells[cell] = random.choice(TEXTS).encode("utf-8", "surrogatepass")
    elif kind == 1:
        cells[cell:cell] = [cells[cell]]
    elif kind == 2:
        del cells[cell]
    elif kind == 3:
        cells[cell] = b'"' + cells[cell]
    else:
        cells = cells * random.choice((2, 300))
    rows[row] = b",".join(cells)
    return b"\n".join(rows)


def _zip(data: bytes, others: list[bytes], random: Random) -> bytes:
    """Break a member of an archive, its name, or the archive around it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [(name, archive.read(name)) for name in archive.namelist()]
    except (
        zipfile.BadZipFile,
        zlib.error,
        ArithmeticError,
        EOFError,
        LookupError,
        NotImplementedError,
        OSError,
        RuntimeError,
        ValueError,
    ):
        return _bytes(data, others, random)
    if not members:
        return _bytes(data, others, random)
    at = random.randrange(len(members))
    name, content = members[at]
    kind = random.randrange(12)
    if kind == 0:
        del members[at]
    elif kind == 1:
        members[at] = (random.choice(TEXTS).replace("\x00", "0")[:200] or "x", content)
    elif kind == 2:
        members.append((name, random.choice(others)))
    elif kind == 3:
        members.append(("more.zip", data))
    else:
        members[at] = (name, random.choice((_bytes, _structure))(content, others, random))
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # two members may have one name
        for each, bytes_of in members:
            archive.writestr(each.encode("utf-8", "replace").decode(), bytes_of)
    return buffer.getvalue()
