"""What a legend says: words in both languages, and numbers of features."""

from __future__ import annotations

from typing import NamedTuple

from geo.numerals import number


class Words(NamedTuple):
    """Words in both languages."""

    zh: str
    en: str

    def said(self, lang: str) -> str:
        """Return those of one language."""
        return self.en if lang == "en" else self.zh


class Tally(NamedTuple):
    """How many features are on the sheet, and how many there are."""

    here: int
    of: int

    @property
    def is_part(self) -> bool:
        """Whether some lie beyond the frame of the map."""
        return self.here < self.of

    def __str__(self) -> str:
        """Return both numbers where they differ, as the title of the legend explains it."""
        return f"{number(self.here)}/{number(self.of)}" if self.is_part else number(self.of)
