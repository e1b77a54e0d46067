"""Names of places looked up in a list of names that the caller knows, never guessed.

A name is found as it is written, or in one spelling: half-width, small letters, without spaces and
marks. A name that the list has at two places is set aside.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd
    from numpy.typing import NDArray

Entry = tuple[str, float, float, float]
_SAME_DEG = 1e-6
_LONGEST = 200


def spelled_place(name: str) -> str:
    """Return a name in the spelling that names are compared in.

    Examples
    --------
    >>> spelled_place(" 岳麓山（南区）") == spelled_place("岳麓山(南区)")
    True
    """
    plain = unicodedata.normalize("NFKC", name[:_LONGEST]).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


class Gazetteer:
    """Places by name.

    Parameters
    ----------
    entries
        Name, longitude, latitude in degrees, accuracy in metres; an alias is an entry of its own.

    Examples
    --------
    >>> known = Gazetteer([("岳麓山", 112.93, 28.18, 50), ("麓山", 112.93, 28.18, 50)])
    >>> known.find("岳 麓 山"), known.find("桃花岭")
    ((112.93, 28.18, 50), None)
    """

    def __init__(self, entries: Iterable[Sequence[object]]) -> None:
        self._exact: dict[str, list[tuple[float, float, float]]] = {}
        self._spelled: dict[str, list[tuple[float, float, float]]] = {}
        for name, lon, lat, accuracy_m in entries:
            place = (lon, lat, accuracy_m)
            for index, key in (
                (self._exact, str(name)),
                (self._spelled, spelled_place(str(name))),
            ):
                places = index.setdefault(key, [])
                if not any(_is_same(place, each) for each in places):  # type: ignore[arg-type]
                    places.append(place)  # type: ignore[arg-type]

    def find(self, name: str) -> tuple[float, float, float] | None:
        """Return longitude, latitude and accuracy of a name, None where it is unknown or twice."""
        places = self._places(name)
        return places[0] if len(places) == 1 else None

    def _places(self, name: str) -> list[tuple[float, float, float]]:
        return self._exact.get(name.strip()) or self._spelled.get(spelled_place(name), [])

    def locate(self, names: pd.Series) -> tuple[NDArray[np.float64], NDArray[np.object_]]:
        """Return longitude, latitude and accuracy a row, and the code why there is none."""
        rows = np.full((len(names), 3), np.nan)
        reasons = np.full(len(names), "", object)
        for number, name in enumerate(names):
            places = self._places(name) if name.strip() else []
            if len(places) == 1:
                rows[number] = places[0]
            elif not name.strip():
                reasons[number] = "place.missing"
            else:
                reasons[number] = "place.ambiguous" if places else "place.unknown"
        return rows, reasons


def _is_same(one: tuple[float, float, float], other: tuple[float, float, float]) -> bool:
    return abs(one[0] - other[0]) <= _SAME_DEG and abs(one[1] - other[1]) <= _SAME_DEG
