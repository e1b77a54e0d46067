"""Ways in which files of records are broken where their structure stands: headers, tags, tables."""

from __future__ import annotations

import io
import json
import sqlite3
import struct
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    Breaking = Callable[[bytes, Random], bytes | None]

# Numbers at which readers stumble: none, one, the ends of types, more than there is.
_WHOLE = (0, 1, 2, 3, 255, 4_096, 32_767, 65_535, 100_000_000, 2**31 - 1, -1, -(2**31))
_REAL = (0.0, -1.0, 1e-300, 1e308, -1e308, 1e16, float("nan"), float("inf"), 112.9, 400.0)
_TABLES = (
    "gpkg_contents",
    "gpkg_geometry_columns",
    "gpkg_spatial_ref_sys",
    "gpkg_extensions",
    "features",
    "sqlite_sequence",
)
_ARCS = (112.8, 28.1, 112.85, 28.15, 112.9, 28.1, 112.85, 28.05, 112.8, 28.1)
# A disc of two arcs, as a geodatabase stores it.
_DISC = struct.pack("<2sBBiBIIBII10d", b"GP", 0, 1, 4490, 1, 10, 1, 1, 8, 5, *_ARCS)
_SCHEMA = (
    f"UPDATE features SET geom = x'{_DISC.hex()}'",  # noqa: S608
    "DROP TABLE gpkg_contents",
    "DROP TABLE gpkg_spatial_ref_sys",
    "DROP TABLE features",
    "ALTER TABLE features ADD COLUMN more",
    "ALTER TABLE features RENAME COLUMN code TO '湘江'",
    "CREATE TABLE sqlar (name, mode, mtime, sz, data)",
    "DELETE FROM features",
    "INSERT INTO features (geom) VALUES (x'4750')",
    "INSERT INTO features (geom) SELECT geom FROM features",
    "CREATE VIEW seen AS SELECT * FROM seen",
    "UPDATE gpkg_contents SET table_name = 'nowhere'",
    "UPDATE gpkg_geometry_columns SET geometry_type_name = 'CURVEPOLYGON', z = 2, m = 2",
    "UPDATE gpkg_spatial_ref_sys SET definition = 'undefined', organization_coordsys_id = -1",
    "PRAGMA user_version = 0",
    "PRAGMA application_id = 1196437808",
    "CREATE TRIGGER t AFTER DELETE ON features BEGIN DELETE FROM features; END",
)
_SHAPE_TYPES = (0, 1, 3, 5, 8, 11, 13, 15, 18, 21, 23, 25, 28, 31, 99)
_DBF_TYPES = b"CNFDLMBIO@+T0YGPVXW\x00\xff"
_TIFF_TAGS = (254, 256, 257, 258, 259, 262, 273, 277, 278, 279, 317, 322, 323, 324, 325, 338, 339)
_GEO_TAGS = (33550, 33922, 34264, 34735, 34736, 34737, 42112, 42113)
_HEAD = 600


def changed(data: bytes, random: Random) -> bytes | None:
    """Return a file broken in its structure, None where it has none that is known here.

    Parameters
    ----------
    data
        A file, sound or broken.
    random
        What decides.
    """
    for magic, breaking in _BREAKING:
        if data.startswith(magic):
            return breaking(data, random)
    if data[:1] in {b"\x03", b"\x83", b"\xf5", b"\x30"} and len(data) > _DBF.size:
        return _dbase(data, random)
    return None


def _put(data: bytes, at: int, packing: str, *values: float) -> bytes | None:
    content = struct.pack(packing, *values)
    if not 0 <= at <= len(data) - len(content):
        return None
    return data[:at] + content + data[at + len(content) :]


def _number(data: bytes, start: int, stop: int, random: Random) -> bytes | None:
    """Put an odd number somewhere between two places."""
    stop = min(stop, len(data))
    if stop <= start:
        return None
    at = random.randrange(start, stop)
    order = random.choice("<>")
    kind = random.choice("bhiqd")
    if kind == "d":
        return _put(data, at, f"{order}d", random.choice(_REAL))
    bits = 8 * struct.calcsize(f"<{kind}")
    value = random.choice(_WHOLE) % 2**bits
    return _put(data, at, order + kind.upper(), value)


def _sqlite(data: bytes, random: Random) -> bytes | None:
    """Change the tables of a database, or a page of it."""
    if random.random() < 0.3:
        page = 1024 if len(data) < 8192 else 4096
        start = page * random.randrange(max(len(data) // page, 1))
        return _number(data, start, start + random.choice((16, 120, page)), random)
    base = sqlite3.connect(":memory:")
    try:
        base.deserialize(data)
        base.execute("PRAGMA writable_schema = 1")
        for _ in range(random.choice((1, 1, 2, 3))):
            base.execute(*_statement(base, random))
        base.commit()
        return base.serialize()
    except (sqlite3.Error, OverflowError, UnicodeError):
        return None
    finally:
        base.close()


def _statement(base: sqlite3.Connection, random: Random) -> tuple[str, tuple[object, ...]]:
    if random.random() < 0.3:
        return random.choice(_SCHEMA), ()
    table = random.choice(_TABLES)
    columns = [row[1] for row in base.execute(f"PRAGMA table_info({table})")]
    if not columns:
        return random.choice(_SCHEMA), ()
    column = '"' + random.choice(columns).replace('"', '""') + '"'
    row = base.execute(f"SELECT rowid, {column} FROM {table}").fetchone()  # noqa: S608
    value = random.choice((None, 0, -1, 2**63 - 1, 1e308, "", "甲" * 999, "x\x00y", b"\xff" * 40))
    if row and isinstance(row[1], bytes) and random.random() < 0.8:
        value = _geometry(row[1], random)
    return f"UPDATE {table} SET {column} = ?", (value,)  # noqa: S608


def _geometry(blob: bytes, random: Random) -> bytes:
    if random.random() < 0.2:
        return blob[: random.randrange(len(blob) + 1)]
    return _number(blob, 0, len(blob), random) or blob


def _shape(data: bytes, random: Random) -> bytes | None:
    """Change the head of a shapefile, or a record of it."""
    kind = random.randrange(6)
    if kind == 0:
        return _put(data, 32, "<i", random.choice(_SHAPE_TYPES))
    if kind == 1:
        return _put(data, random.choice((24, 100, 104)), ">i", random.choice(_WHOLE))
    if kind == 2:
        return _put(data, 108, "<i", random.choice(_SHAPE_TYPES))
    if kind == 3:
        return _put(data, random.choice((144, 148, 152, 156)), "<i", random.choice(_WHOLE))
    at = 100 + 4 * random.randrange(max((len(data) - 100) // 4, 1))
    if kind == 4:
        return _put(data, at, "<d", random.choice(_REAL))
    return _put(data, at, "<i", random.choice(_WHOLE))


_DBF = struct.Struct("<4xIHH20x")


def _dbase(data: bytes, random: Random) -> bytes | None:
    """Change the head of a table of dBase, or how it describes a field."""
    kind = random.randrange(5)
    if kind == 0:
        return _put(data, 4, "<I", random.choice(_WHOLE) % 2**32)
    if kind == 1:
        return _put(data, random.choice((8, 10)), "<H", random.choice(_WHOLE) % 2**16)
    _, length, _ = _DBF.unpack_from(data)
    field = 32 + 32 * random.randrange(max((length - 33) // 32, 1))
    if kind == 2:
        return _put(data, field + 11, "<B", random.choice(_DBF_TYPES))
    if kind == 3:
        return _put(data, field + random.choice((16, 17)), "<B", random.choice((0, 1, 8, 18, 255)))
    return _put(data, field + random.randrange(11), "<B", random.randrange(256))


def _flatgeobuf(data: bytes, random: Random) -> bytes | None:
    """Change an offset, a length or a number: they stand at multiples of two or four."""
    length = struct.unpack_from("<I", data + bytes(16), 8)[0]
    start, stop = random.choice(((8, 12 + min(length, _HEAD)), (12 + length, len(data)), (8, 12)))
    at = start + 4 * random.randrange(max((min(stop, len(data)) - start) // 4, 1))
    packing = random.choice("hiid")
    value = random.choice(_REAL if packing == "d" else _WHOLE[:9])
    return _put(data, at, f"<{packing}", value if packing != "h" else int(value) % 32_768)


def _parquet(data: bytes, random: Random) -> bytes | None:
    """Change the footer, or what it says of the geometry, or the geometry."""
    kind = random.randrange(3)
    if kind == 0:
        footer = struct.unpack("<I", data[-8:-4])[0] if len(data) > 12 else 0
        return _number(data, max(len(data) - 8 - footer, 0), len(data), random)
    try:
        table = pq.read_table(io.BytesIO(data))
    except (pa.ArrowException, OSError):
        return None
    metadata = dict(table.schema.metadata or {})
    if kind == 1:
        geo = metadata.get(b"geo", b"{}")
        metadata[b"geo"] = _words_changed(geo, random)
        table = table.replace_schema_metadata(metadata)
    elif "geometry" in table.column_names:
        at = table.column_names.index("geometry")
        blobs = [_geometry(each or b"\x01", random) for each in table.column(at).to_pylist()]
        table = table.set_column(at, "geometry", pa.array(blobs, pa.binary()))
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    return buffer.getvalue()


def _words_changed(geo: bytes, random: Random) -> bytes:
    try:
        described = json.loads(geo)
        column = described["columns"][described["primary_column"]]
    except (ValueError, KeyError, TypeError):
        return geo[: random.randrange(len(geo) + 1)]
    place = random.choice((described, column))
    key = random.choice([*place, "crs", "encoding", "edges", "epoch"])
    odd = [None, 0, [], {}, "", "WKB", "point", "spherical", "x" * 9999, {"type": "GeographicCRS"}]
    place[key] = random.choice(odd)
    return json.dumps(described).encode()


def _tiff(data: bytes, random: Random) -> bytes | None:
    """Put another number among the cells, or into a tag of the first directory."""
    if random.random() < 0.4:
        return _number(data, 8, len(data), random)
    order = "<" if data[:2] == b"II" else ">"
    big = data[2:4] in {b"+\x00", b"\x00+"}
    try:
        start = struct.unpack_from(f"{order}{'Q' if big else 'I'}", data, 8 if big else 4)[0]
        count = struct.unpack_from(f"{order}{'Q' if big else 'H'}", data, start)[0]
    except struct.error:
        return None
    entry, first = (20, start + 8) if big else (12, start + 2)
    if not 0 < count < len(data) // entry:
        return None
    at = first + entry * random.randrange(count)
    part = random.choice(("tag", "type", "count", "value", "value", "value", "content"))
    number = random.choice((*_WHOLE[:10], 50_000, random.getrandbits(31)))
    if part == "tag":
        return _put(data, at, f"{order}H", random.choice((*_TIFF_TAGS, *_GEO_TAGS)))
    if part == "type":
        return _put(data, at + 2, f"{order}H", random.randrange(20))
    if part == "count":
        return _put(data, at + 4, f"{order}{'Q' if big else 'I'}", number)
    value_at = at + (12 if big else 8)
    if part == "content":
        width = 8 if big else 4
        whole = data[value_at : value_at + width]
        offset = int.from_bytes(whole, "little" if order == "<" else "big")
        return _number(data, offset, offset + 64, random)
    kind = int.from_bytes(data[at + 2 : at + 4], "little" if order == "<" else "big")
    return _put(data, value_at, f"{order}{'H' if kind == 3 else 'I'}", number % 65_536)


_BREAKING: tuple[tuple[bytes, Breaking], ...] = (
    (b"SQLite format 3\x00", _sqlite),
    (b"\x00\x00\x27\x0a", _shape),
    (b"fgb", _flatgeobuf),
    (b"PAR1", _parquet),
    (b"II*\x00", _tiff),
    (b"II+\x00", _tiff),
    (b"MM\x00*", _tiff),
    (b"MM\x00+", _tiff),
)
