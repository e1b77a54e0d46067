"""Words of the results that maps show, in Chinese and English."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path


def both(key: str) -> tuple[str, str]:
    """Return a text in Chinese and in English.

    Examples
    --------
    >>> both("coverage.title")
    ('覆盖率', 'Covered share')
    """
    entry = words()[key]
    return entry["zh"], entry["en"]


@cache
def words() -> dict[str, dict[str, str]]:
    """Return every text by its key."""
    path = Path(__file__).with_name("words.json")
    found: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return found
