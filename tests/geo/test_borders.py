from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely

from geo import InputError, locate
from geo.borders import MOST_CROSSINGS, Borders, require_few_crossings
from geo.locate import Locator
from geo.overlaps import overlapping
from geo.zones import require_few_held
from layers.scene.stripes import shared_out


def _comb(teeth: int, *, turned: bool = False) -> shapely.Polygon:
    x = np.linspace(0, 1, 2 * teeth)
    xy = np.vstack([np.column_stack([x, 0.1 + 0.9 * (np.arange(x.size) % 2)]), [[1, 0], [0, 0]]])
    return shapely.Polygon(xy[:, ::-1] if turned else xy)


def _unasked(*_: Any, **__: Any) -> Any:
    raise AssertionError("one shape was laid on the other")


def test_crossings_are_those_that_are_counted_one_by_one() -> None:
    combs = np.array([_comb(12), None, _comb(9, turned=True)], dtype=object)
    one, other = (
        shapely.linestrings(np.stack([xy[:-1], xy[1:]], axis=1))
        for xy in map(shapely.get_coordinates, combs[[0, 2]])
    )
    found = int(shapely.crosses(one[:, None], other).sum())
    assert found > 100
    assert Borders(combs).crossings(10**6) == found
    assert Borders(combs).crossings(99) == 99


def test_borders_that_touch_do_not_cross() -> None:
    cells = np.array([shapely.box(x, y, x + 1, y + 1) for x in range(9) for y in range(9)])
    assert Borders(cells).crossings(99) == 0
    assert Borders(np.array([None, shapely.Polygon()], dtype=object)).crossings(99) == 0


def test_combs_that_cross_are_never_laid_on_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    combs = np.array([_comb(200), _comb(200, turned=True)])
    assert Borders(combs).crossings(MOST_CROSSINGS) == MOST_CROSSINGS
    for name in ("intersection", "relate_pattern", "union_all", "polygonize"):
        monkeypatch.setattr(shapely, name, _unasked)
    assert overlapping(combs)
    assert shared_out(combs) is None
    with pytest.raises(InputError, match="cross each other 100,000 times") as error:
        require_few_crossings(combs, function="f")
    assert error.value.code == "zones.crossing"


def test_one_part_of_a_zone_within_another_zone_is_an_overlap() -> None:
    near, far = shapely.box(2, 2, 3, 3), shapely.box(40, 0, 60, 20)
    # The middle of the whole is in the part that lies apart.
    parted = shapely.union_all([near, far])
    assert overlapping(np.array([shapely.box(0, 0, 9, 9), parted]))
    assert overlapping(np.array([parted, shapely.box(0, 0, 9, 9)]))
    assert not overlapping(np.array([parted, shapely.box(0, 0, 9, 9) - near.buffer(1)]))


def sizes_of(monkeypatch: pytest.MonkeyPatch, name: str) -> list[int]:
    """Note how many shapes each call of one of shapely's functions is given."""
    sizes: list[int] = []
    real = getattr(shapely, name)

    def noted(shapes: Any, *others: Any) -> Any:
        sizes.append(len(shapes))
        return real(shapes, *others)

    monkeypatch.setattr(shapely, name, noted)
    return sizes


def test_zones_within_each_other_are_not_compared_pair_by_pair(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rings = np.array([shapely.box(-x, -x, x, x) for x in range(1, 200)])
    compared = sizes_of(monkeypatch, "relate_pattern")
    assert overlapping(rings)
    assert sum(compared) < len(rings)


def test_slanting_strips_are_not_looked_at_as_cells_and_are_told_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The box of each meets those of all others, so that each would be compared with each."""
    monkeypatch.setattr(shapely, "coverage_is_valid", _unasked)
    strips = np.array(
        [shapely.Polygon([(x, 0), (x + 0.6, 0), (x + 60.6, 60), (x + 60, 60)]) for x in range(60)]
    )
    assert not overlapping(strips)
    beside = shapely.transform(strips[3], lambda xy: xy + np.array([0.3, 0.0]))
    assert overlapping(np.array([*strips, beside]))


def test_a_polygon_that_holds_a_cell_is_not_tested_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    zones = np.array([shapely.box(-x, -x, x, x) for x in range(50, 90)])
    xy = np.random.default_rng(0).uniform(-40, 40, (2, 100))
    tested = sizes_of(monkeypatch, "intersects_xy")
    point, _ = Locator(zones).pairs(*xy)
    assert (point.size, sum(tested)) == (100 * len(zones), 0)


def test_points_in_too_many_zones_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locate, "_MOST_PAIRS", 99)
    zones = Locator([shapely.box(0, 0, 9, 9)] * 10)
    assert zones.depth([5.0], [5.0]) == 10
    with pytest.raises(InputError, match="100 pairs") as error:
        zones.pairs([5.0] * 10, [5.0] * 10)
    assert error.value.code == "cost.held"
    with pytest.raises(InputError, match="overlap less"):
        require_few_held(2e8, function="f")
