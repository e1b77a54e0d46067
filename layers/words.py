"""Words of the results that maps show, in Chinese and English."""

from __future__ import annotations

import json
from pathlib import Path

from layers.plan.area import per_plan, plan
from layers.plan.data_files import checked, json_of


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


@per_plan
def words() -> dict[str, dict[str, str]]:
    """Return every text by its key; what a plan calls its own things stands in its own words."""
    path = Path(__file__).with_name("words.json")
    shared: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return shared | of_plan()


@per_plan
def of_plan() -> dict[str, dict[str, str]]:
    """Return the texts of the open plan: what its layers, zonings and themes are called."""
    path = plan().folder / "words.json"
    texts: dict[str, dict[str, str]] = {}
    if path.is_file():
        texts = checked(json_of(path), path.name, "words")
    return texts
