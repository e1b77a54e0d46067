"""Lists of records in JSON, as the services of map providers answer and crawlers keep them.

A list of objects with a name and coordinates is a table: it is written as one, and read as tables
are, whose columns tell where the places are.
"""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from geo.exchange.encodings import decoded
from geo.exchange.json_texts import require_flat

MAX_LETTERS = 100_000_000
_MOST_COLUMNS = 500
_LON, _LAT = {"lng", "lon", "longitude"}, {"lat", "latitude"}


def as_csv(data: bytes, *, name: str) -> bytes | None:
    """Return records as a table of comma-separated values, None where there are none.

    Parameters
    ----------
    data
        A text of JSON: a list of objects, or an object with one such list.
    name
        Of the file, for messages.

    Raises
    ------
    InputError
        It is no text, or is nested deeper than 64.

    Examples
    --------
    >>> answer = b'{"pois": [{"name": "A", "location": {"lng": 112.9, "lat": 28.2}}]}'
    >>> as_csv(answer, name="a.json").decode().split()
    ['name,lng,lat', 'A,112.9,28.2']
    """
    text = decoded(data, name=name)
    require_flat(text, name=name)
    if sum(map(len, text.pieces())) > MAX_LETTERS:
        return None
    try:
        records = _records(json.loads(text.text))
    except (ValueError, RecursionError):
        return None
    rows = [_flat(record) for record in records]
    columns = list(dict.fromkeys(key for row in rows for key in row))
    if not columns or len(columns) > _MOST_COLUMNS:
        return None
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(row.get(column)) for column in columns] for row in rows)
    return table.getvalue().encode("utf-8", "replace")


def _records(content: Any) -> list[dict[str, Any]]:  # noqa: ANN401  as JSON has it
    lists = [content] if isinstance(content, list) else []
    if isinstance(content, dict):
        lists = [each for each in content.values() if isinstance(each, list)]
    full = [each for each in lists if each and all(isinstance(row, dict) for row in each)]
    return full[0] if len(full) == 1 else []


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    """Take coordinates out of an object of their own."""
    row: dict[str, Any] = {}
    for key, value in record.items():
        own = {each.lower() for each in value} if isinstance(value, dict) else set()
        if own & _LON and own & _LAT and not set(value) & set(record):
            row |= value
        else:
            row[key] = value
    return row


def _cell(value: object) -> str:
    if value is None or value in ([], {}):
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
