"""Where a visitor's own data are from, said and handed out wherever they are in use."""

from __future__ import annotations

import json
from functools import partial
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from app.texts import language, text
from app.web import own_data
from app.web.frame import download
from geo.numerals import listed, number
from layers.keeping.brought import is_own, kept_points
from layers.keeping.own_files import receipt_note

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.web.own_data import Own
    from geo.findings import Finding


def in_use(names: Iterable[str | None]) -> list[Own]:
    """Return what a visitor has brought among the names of layers, zonings and rasters."""
    there = (own_data.get(name) for name in dict.fromkeys(names) if name and is_own(name))
    return [own for own in there if own is not None]


def note(own: Own) -> str:
    """Return the line about something that was brought."""
    if own.receipt is None:
        words = listed((each.sentence(language()) for each in own.findings), language())
        return f"{own.title} · {words}" if words else own.title
    return receipt_note(own.name, language())


def beside(names: Iterable[str | None]) -> None:
    """Say below a result which own data it rests on, each with its receipt to take along."""
    for own in in_use(names):
        st.caption(note(own))
        if own.use == "points" and kept_points(own.name)["accuracy_m"].isna().any():
            st.caption(text("own.no_accuracy", title=own.title))
        as_file(own)


def as_file(own: Own) -> None:
    """Draw the button that gives the receipt of something that was brought."""
    download(
        "own.download_receipt",
        f"{own.title}_receipt.json",
        partial(_json, own),
        key=f"receipt-{own.name}",
    )


def lines(pairs: Sequence[tuple[str, str]]) -> None:
    """Draw pairs of a heading and a text."""
    st.html(
        "<dl class=basis>"
        + "".join(f"<dt>{escape(key)}</dt><dd>{escape(words)}</dd>" for key, words in pairs)
        + "</dl>"
    )


def findings(found: Iterable[Finding]) -> None:
    """Draw what was noticed, warnings marked, with the rows that it is about."""
    items = "".join(
        f'<li class="{finding.level}">{escape(finding.sentence(language()))}'
        + (f"<span>{escape(_rows(finding.rows))}</span>" if finding.rows else "")
        + "</li>"
        for finding in found
    )
    if items:
        st.html(f"<ul class=findings>{items}</ul>")


def _rows(numbers: Sequence[int]) -> str:
    first = listed(map(number, numbers[:8]), language())
    return text("own.rows" if len(numbers) <= 8 else "own.rows_first", rows=first)  # noqa: PLR2004


def _json(own: Own) -> bytes:
    return json.dumps(own.receipt_dict(), ensure_ascii=False, indent=1).encode()
