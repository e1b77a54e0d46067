"""Things that were noticed about a file, or done to it: what a receipt and a refusal tell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from geo.wording import sentence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

Level = Literal["note", "warning"]
_NAMED_ROWS = 100


def first_rows(numbers: Sequence[int] | pd.Index | NDArray[np.int64]) -> tuple[int, ...]:
    """Return the numbers of the rows that a finding names: the first hundred.

    >>> first_rows(range(1, 1000))[-1]
    100
    """
    return tuple(int(each) for each in numbers[:_NAMED_ROWS])


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was noticed about a file, or done to it.

    Parameters
    ----------
    code
        Key of its sentence in :mod:`geo.wording`.
    values
        What the sentence is filled in with: texts and numbers only.
    level
        ``"warning"`` where the reader should look before using the result.
    rows
        Numbers of the rows concerned, the first row of the file being 1; the first hundred of them.
    """

    code: str
    values: Mapping[str, str | int | float] = field(default_factory=dict)
    level: Level = "note"
    rows: tuple[int, ...] = ()

    def sentence(self, lang: str) -> str:
        """Return the sentence in ``"zh"`` or ``"en"``."""
        return sentence(self.code, lang, self.values)
