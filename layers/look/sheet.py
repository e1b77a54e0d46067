"""The sheet that a map is printed on, and how the map stands with review."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Palette: TypeAlias = Literal["colour", "grey"]
# Width and height in millimetres; slides are 13.333 × 7.5 inches.
SIZES_MM: dict[str, tuple[float, float]] = {
    "A4": (297.0, 210.0),
    "A4-portrait": (210.0, 297.0),
    "A3": (420.0, 297.0),
    "A3-portrait": (297.0, 420.0),
    "A1": (841.0, 594.0),
    "A1-portrait": (594.0, 841.0),
    "A0": (1189.0, 841.0),
    "A0-portrait": (841.0, 1189.0),
    "16:9": (338.667, 190.5),
    "square": (200.0, 200.0),
}
INTERNAL = "internal"
# Whom a map is for: all, those inside, or those who still work on it.
PROFILES = ("public", "internal", "draft")
PUBLIC = PROFILES[0]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet around a printed map.

    Parameters
    ----------
    title, subtitle
        What stands above the map.
    review_number
        The map review number (审图号), or ``"internal"`` for a draft that is not published: the
        law wants one or the other, so there is no default.
    size
        One of :data:`SIZES_MM`: ``"A4"``, ``"A3"``, ``"A1"`` and ``"A0"`` lie on their long side,
        and stand with ``"-portrait"``; or ``"16:9"`` or ``"square"``.
    dpi
        Dots per inch of what is a raster.
    palette
        ``"colour"``, or ``"grey"`` for colours that stay apart without colour.
    author, date
        Who made it, and when (ISO 8601).
    notes
        Further lines below the map.
    base_number
        The map review number of the base map itself, empty where it has none.
    """

    title: str
    review_number: str
    subtitle: str = ""
    size: str = "A4"
    dpi: int = 200
    palette: Palette = "colour"
    author: str = ""
    date: str = ""
    notes: tuple[str, ...] = field(default=())
    base_number: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """How a map stands with review, beside the number on its sheet.

    Parameters
    ----------
    profile
        One of :data:`PROFILES`.
    content
        The content mark of the map that the review number was given for, as ``xiangjiang check``
        tells it.
    proof
        Number of the proof of confidentiality treatment, or that no classified results were used.
    passed_by
        Who lets the map pass.
    """

    profile: str
    content: str = ""
    proof: str = ""
    passed_by: str = ""
