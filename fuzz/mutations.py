"""Ways in which a file is broken: in its bytes, and in the structure that its format has."""

from __future__ import annotations

import io
import json
import warnings
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

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
        data = random.choice((_bytes, _bytes, _structure))(data, others, random)
    return data[:MOST_BYTES]


def _structure(data: bytes, others: list[bytes], random: Random) -> bytes:
    head = data.lstrip()[:1]
    if data[:2] == b"PK":
        return _zip(data, others, random)
    if head in (b"{", b"["):
        return _json(data, random)
    if head == b"<":
        return _xml(data, random)
    if data[:4] in (b"II*\x00", b"MM\x00*"):
        return _tiff(data, random)
    return _text(data, random) if b"," in data[:200] else _bytes(data, others, random)


def _bytes(data: bytes, others: list[bytes], random: Random) -> bytes:
    broken = bytearray(data or b"\x00")
    at = random.randrange(len(broken))
    kind = random.randrange(8)
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
        parent[key] = random.choice(VALUES)
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


def _tiff(data: bytes, random: Random) -> bytes:
    """Put another number into a tag of the first directory, where sizes and offsets stand."""
    order = "little" if data[:2] == b"II" else "big"
    start = int.from_bytes(data[4:8], order)
    count = int.from_bytes(data[start : start + 2], order)
    if not 0 < count < len(data) // 12:
        return _bytes(data, [data], random)
    at = start + 2 + 12 * random.randrange(count)
    part, width = random.choice(((0, 2), (2, 2), (4, 4), (8, 4)))
    number = random.choice((0, 1, 2, 255, 32768, 50_000, 65535, 2**31 - 1, random.getrandbits(32)))
    broken = bytearray(data)
    broken[at + part : at + part + width] = (number % 256**width).to_bytes(width, order)
    return bytes(broken)


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
    kind = random.randrange(5)
    if kind == 0:
        del members[at]
    elif kind == 1:
        members[at] = (random.choice(TEXTS).replace("\x00", "0")[:200] or "x", content)
    elif kind == 2:
        members.append((name, random.choice(others)))
    elif kind == 3:
        members.append(("more.zip", data))
    else:
        members[at] = (name, _bytes(content, others, random))
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # two members may have one name
        for each, bytes_of in members:
            archive.writestr(each.encode("utf-8", "replace").decode(), bytes_of)
    return buffer.getvalue()
