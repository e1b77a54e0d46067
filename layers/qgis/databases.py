"""GeoPackages as databases: what one says of its making, read sealed where others made it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from itertools import count
from typing import TYPE_CHECKING, TypeVar

from geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

# The tables must have dates; the same data must give the same bytes.
FIXED_TIME = "2024-01-01T00:00:00.000Z"

_METADATA_TABLES = """
CREATE TABLE IF NOT EXISTS gpkg_metadata (
  id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL,
  md_scope TEXT NOT NULL DEFAULT 'dataset',
  md_standard_uri TEXT NOT NULL,
  mime_type TEXT NOT NULL DEFAULT 'text/xml',
  metadata TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS gpkg_metadata_reference (
  reference_scope TEXT NOT NULL,
  table_name TEXT,
  column_name TEXT,
  row_id_value INTEGER,
  timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  md_file_id INTEGER NOT NULL,
  md_parent_id INTEGER,
  CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id),
  CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id)
);
CREATE TABLE IF NOT EXISTS gpkg_extensions (
  table_name TEXT,
  column_name TEXT,
  extension_name TEXT NOT NULL,
  definition TEXT NOT NULL,
  scope TEXT NOT NULL,
  CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name)
);
"""
# Of a file of others: the longest text, bytes, and the steps that a question may take.
_MOST_LENGTH, _MOST_ROUNDS, _ROUND = 20_000_000, 1000, 10_000
_METADATA_DEFINITION = "http://www.geopackage.org/spec120/#extension_metadata"

_SQLITE, _NO_DATABASE = b"SQLite format 3\0", "it is no database"

T = TypeVar("T")


def with_metadata(data: bytes, text: str, *, uri: str) -> bytes:
    """Return a GeoPackage with a JSON text about it in the metadata tables of the standard.

    Parameters
    ----------
    data
        The GeoPackage.
    text
        The text, in place of the one of the same ``uri``.
    uri
        What kind of text it is.

    Raises
    ------
    InputError
        If the data is no GeoPackage.
    """

    def write(connection: sqlite3.Connection) -> bytes:
        connection.executescript(_METADATA_TABLES)
        ours = "(SELECT id FROM gpkg_metadata WHERE md_standard_uri = ?)"
        connection.execute(
            f"DELETE FROM gpkg_metadata_reference WHERE md_file_id IN {ours}",  # noqa: S608 - ours
            (uri,),
        )
        connection.execute("DELETE FROM gpkg_metadata WHERE md_standard_uri = ?", (uri,))
        row = connection.execute(
            "INSERT INTO gpkg_metadata (md_scope, md_standard_uri, mime_type, metadata) "
            "VALUES ('dataset', ?, 'application/json', ?)",
            (uri, text),
        ).lastrowid
        connection.execute(
            "INSERT INTO gpkg_metadata_reference (reference_scope, timestamp, md_file_id) "
            "VALUES ('geopackage', ?, ?)",
            (FIXED_TIME, row),
        )
        for table in ("gpkg_metadata", "gpkg_metadata_reference"):
            connection.execute(
                "INSERT INTO gpkg_extensions SELECT ?, NULL, 'gpkg_metadata', ?, 'read-write' "
                "WHERE NOT EXISTS (SELECT 1 FROM gpkg_extensions WHERE table_name = ?)",
                (table, _METADATA_DEFINITION, table),
            )
        connection.commit()
        return connection.serialize()

    return in_database(data, write)


def metadata_text(data: bytes, *, uri: str) -> str | None:
    """Return what :func:`with_metadata` has put into a GeoPackage, None where there is none.

    Raises
    ------
    InputError
        If the data is no GeoPackage.
    """

    def find(connection: sqlite3.Connection) -> str | None:
        if not _has_table(connection, "gpkg_metadata"):
            return None
        row = connection.execute(
            "SELECT metadata FROM gpkg_metadata WHERE md_standard_uri = ?", (uri,)
        ).fetchone()
        return None if row is None else str(row[0])

    return in_database(data, find, sealed=True)


def crs_definitions(data: bytes) -> list[str]:
    """Return the definitions of the CRS that the tables of a GeoPackage are in.

    Raises
    ------
    InputError
        If it is no sound one.
    """
    query = (
        "SELECT definition FROM gpkg_spatial_ref_sys WHERE srs_id IN "
        "(SELECT srs_id FROM gpkg_contents WHERE data_type = 'features')"
    )
    return in_database(data, lambda base: [row for (row,) in base.execute(query)], sealed=True)


def descriptions(data: bytes) -> list[str]:
    """Return what the tables of a GeoPackage are called, and what is said of them.

    Raises
    ------
    InputError
        If it is no sound one.
    """
    query = "SELECT identifier, description FROM gpkg_contents"
    rows = in_database(data, lambda base: base.execute(query).fetchall(), sealed=True)
    return [str(each) for row in rows for each in row if each]


def in_database(data: bytes, work: Callable[[sqlite3.Connection], T], *, sealed: bool = False) -> T:
    """Work on the contents of a GeoPackage in memory; sealed where others may have made it."""
    try:
        if not data.startswith(_SQLITE):
            raise sqlite3.DatabaseError(_NO_DATABASE)  # noqa: TRY301 - one text for all that is not
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(data)
            if sealed:
                _seal(connection)
            connection.execute("SELECT table_name FROM gpkg_contents")
            return work(connection)
    # SQLite quotes damaged names in what it says, which may be no text.
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        raise InputError(
            f"the file is not a sound GeoPackage ({error}). Pass a finished file of that kind.",
            code="record.broken",
        ) from error


def _seal(connection: sqlite3.Connection) -> None:
    """Let a connection read tables and nothing else, not for long, and nothing large.

    A table may be a view with a query of its own, which could open other files or never end.
    """
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MOST_LENGTH)
    rounds = count()
    connection.set_progress_handler(lambda: next(rounds) > _MOST_ROUNDS, _ROUND)
    allowed = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}
    connection.set_authorizer(
        lambda action, *_: sqlite3.SQLITE_OK if action in allowed else sqlite3.SQLITE_DENY
    )


def _has_table(connection: sqlite3.Connection, name: str) -> bool:
    rows = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (name,))
    return rows.fetchone() is not None
