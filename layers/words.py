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


def number(value: float, *, digits: int | None = None) -> str:
    """Return a number with thousands separators and no more digits than it needs.

    Examples
    --------
    >>> number(1835.6), number(4500.0), number(24.649, digits=2)
    ('1,835.6', '4,500', '24.65')
    """
    if digits is not None:
        return f"{value:,.{digits}f}"
    return f"{value:,.2f}".rstrip("0").rstrip(".")


@cache
def words() -> dict[str, dict[str, str]]:
    """Return every text by its key."""
    path = Path(__file__).with_name("words.json")
    found: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return found
