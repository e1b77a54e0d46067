"""Names of shapes that lie on each other: the work for them does not grow with their pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shapely import Point

from layers.type import label_placement
from layers.type.label_candidates import LabelRequest
from layers.type.label_placement import MOST_LED, MOST_RIVALS, place

if TYPE_CHECKING:
    import numpy as np
    import pytest

BOUNDS = (0.0, 0.0, 400.0, 300.0)


def piled(count: int) -> list[LabelRequest]:
    area = Point(200, 150).buffer(140)
    return [
        LabelRequest(area, 40, 10, place="inside", importance=float(count - k), required=True)
        for k in range(count)
    ]


def test_of_names_that_cannot_all_stand_the_first_are_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked, led = [], []
    conflicts, sought = (
        getattr(label_placement._Search, name) for name in ("_conflicts", "_place_required")
    )

    def counted(search: object) -> tuple[np.ndarray, np.ndarray]:
        looked.append(len((found := conflicts(search))[0]))
        return found

    monkeypatch.setattr(label_placement._Search, "_conflicts", counted)
    monkeypatch.setattr(
        label_placement._Search,
        "_place_required",
        lambda search, name: led.append(name) or sought(search, name),
    )
    placement = place(piled(600), bounds=BOUNDS)
    assert len(looked) == 1
    assert 0 < looked[0] < 20 * MOST_RIVALS
    assert len(led) <= MOST_LED
    # What has a place is among the first, and all others are told.
    assert {each.label for each in placement.places} <= set(range(300, 600))
    assert 0 < len(placement.places) == 600 - len(placement.dropped)
