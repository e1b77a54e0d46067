"""What a visitor has brought in this visit, by what it is used as; other pages choose from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import streamlit as st

from app.texts import language, text
from app.web import url_state
from layers.keeping.own_points import Roles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.exchange.receipt import Receipt
    from geo.findings import Finding

Use: TypeAlias = Literal["zones", "points", "population"]
KEY = "_own_data"


@dataclass(frozen=True, slots=True)
class Own:
    """One thing that was brought.

    Parameters
    ----------
    name
        What it is kept under, see :mod:`layers.keeping.brought`.
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
    roles
        What its columns were taken as.
    """

    name: str
    use: Use
    title: str
    rows: int
    receipt: Receipt | None = None
    findings: tuple[Finding, ...] = ()
    roles: Roles = field(default_factory=Roles)

    def receipt_dict(self) -> dict[str, Any]:
        """Return what is known of where it is from, as plain data, findings in words too."""
        findings = self.findings if self.receipt is None else self.receipt.findings
        about = {} if self.receipt is None else self.receipt.as_dict()
        entry = {"title": self.title, "use": self.use, "rows": self.rows}
        return entry | about | {"noticed": [each.sentence(language()) for each in findings]}


def owned(use: Use | None = None) -> list[Own]:
    """Return what was brought in this visit, for one use or for all, the first first."""
    things: dict[str, Own] = st.session_state.get(KEY, {})
    return [own for own in things.values() if use in {None, own.use}]


def names(use: Use) -> list[str]:
    """Return the names that what was brought for a use is kept under."""
    return [own.name for own in owned(use)]


def title_of(name: str) -> str:
    """Return what something that was brought is called, also after it was taken out."""
    things: dict[str, Own] = st.session_state.get(KEY, {})
    return things[name].title if name in things else text("own.gone")


def called(use: Use, wanted: str, receipt: Receipt | None, roles: Roles) -> str:
    """Return a title for something new: that of the same thing, or one that no other has."""
    for own in owned(use):
        if receipt is not None and (own.receipt, own.roles) == (receipt, roles):
            return own.title
    return distinct(wanted, owned())


def get(name: str) -> Own | None:
    """Return what is kept under a name, None where it is not on the list."""
    things: dict[str, Own] = st.session_state.get(KEY, {})
    return things.get(name)


def add(own: Own) -> None:
    """Put something on the list; the same thing brought again stands there once."""
    things: dict[str, Own] = st.session_state.setdefault(KEY, {})
    things[own.name] = own


def remove(name: str) -> None:
    """Take something off the list; pages that use it go back to their defaults."""
    st.session_state.get(KEY, {}).pop(name, None)
    url_state.forget(name)


def distinct(title: str, taken: Sequence[Own]) -> str:
    """Return a title that nothing on the list has: a number is put behind it."""
    titles = {own.title for own in taken}
    number, tried = 2, title
    while tried in titles:
        tried, number = f"{title} {number}", number + 1
    return tried
