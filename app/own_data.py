"""What a visitor has brought in this visit, by what it is used as; other pages choose from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.exchange.receipt import Finding, Receipt

Use: TypeAlias = Literal["zones", "points", "population"]
USES: tuple[Use, ...] = ("zones", "points", "population")
KEY = "_own_data"


@dataclass(frozen=True, slots=True)
class Own:
    """One thing that was brought.

    Parameters
    ----------
    name
        What it is kept under, see :mod:`layers.kept`.
    use
        What it is used as.
    title
        What it is called: the name of its file, or what the visitor calls it.
    rows
        Number of features, or of cells.
    receipt
        Of reading its file; None for a raster.
    findings
        What was noticed about a raster.
    """

    name: str
    use: Use
    title: str
    rows: int
    receipt: Receipt | None = None
    findings: tuple[Finding, ...] = ()


def owned(use: Use | None = None) -> list[Own]:
    """Return what was brought in this visit, for one use or for all, the first first."""
    things: dict[str, Own] = st.session_state.get(KEY, {})
    return [own for own in things.values() if use in {None, own.use}]


def names(use: Use) -> list[str]:
    """Return the names that what was brought for a use is kept under."""
    return [own.name for own in owned(use)]


def title_of(name: str) -> str:
    """Return what something that was brought is called."""
    things: dict[str, Own] = st.session_state.get(KEY, {})
    return things[name].title


def add(own: Own) -> None:
    """Put something on the list; the same thing brought again stands there once."""
    things: dict[str, Own] = st.session_state.setdefault(KEY, {})
    things[own.name] = own


def remove(name: str) -> None:
    """Take something off the list; pages that use it go back to their defaults."""
    st.session_state.get(KEY, {}).pop(name, None)


def distinct(title: str, taken: Sequence[Own]) -> str:
    """Return a title that nothing on the list has: a number is put behind it."""
    titles = {own.title for own in taken}
    number, tried = 2, title
    while tried in titles:
        tried, number = f"{title} {number}", number + 1
    return tried
