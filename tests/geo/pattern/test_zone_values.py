"""Zones with neighbours and their values, or why nothing can be tested."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from shapely import box

from geo.errors import InputError
from geo.pattern.zone_values import Lattice, lattice_of, require_alpha

EAST, NORTH = 500_000.0, 3_100_000.0


def row_of(zones: int, *, apart: int = 0) -> gpd.GeoDataFrame:
    """Squares side by side, and some that adjoin none."""
    at = [*range(zones), *(1000 + 2 * each for each in range(apart))]
    shapes = [box(EAST + x, NORTH, EAST + x + 1, NORTH + 1) for x in at]
    values = {"n": np.arange(len(at), dtype=float), "same": 7.0, "text": "a", "z": 1j}
    return gpd.GeoDataFrame(values, geometry=shapes, crs=4547, index=[f"z{each}" for each in at])


def lattice(zones: Any, column: str = "n", **options: Any) -> Lattice:
    given: dict[str, Any] = {"rule": "queen", "k": 8, "distance_m": None, "tolerance_m": 0.001}
    return lattice_of(zones, column, **given | options, function="f")


def test_zones_without_neighbours_are_left_out_and_named() -> None:
    zones = row_of(30, apart=2)
    found = lattice(zones.iloc[::-1])
    assert (found.size, found.islands) == (32, ["z1002", "z1000"])
    assert found.rows.tolist() == list(range(2, 32))
    assert found.numbers.tolist() == list(range(29, -1, -1))
    assert found.counts.tolist() == [1, *[2] * 28, 1]
    assert found.adjacency.shape == (30, 30)
    everywhere = found.among_all(found.counts, island=-1)
    assert everywhere.tolist() == [-1, -1, 1, *[2] * 28, 1]
    standard = found.standardised()
    assert (standard.mean(), standard.std()) == (pytest.approx(0), pytest.approx(1))
    assert standard[0] > standard[-1]


@pytest.mark.parametrize(
    ("zones", "column", "options", "code", "values"),
    [
        (row_of(29), "n", {}, "zones.few", {"zones": 29, "least": 30}),
        (row_of(29, apart=5), "n", {}, "zones.few", {"zones": 29, "least": 30}),
        (row_of(30), "same", {}, "zones.alike", {"column": "same", "zones": 30}),
        (row_of(30), "text", {}, "values.text_in", {"column": "text"}),
        (row_of(30), "z", {}, "values.text_in", {"column": "z"}),
        (
            row_of(30).assign(n=[np.nan, np.inf, *range(28)]),
            "n",
            {},
            "values.missing_in",
            {"column": "n", "rows": 2},
        ),
        (
            row_of(30)[["n", "geometry"]],
            "m",
            {},
            "option.column",
            {"column": "m", "columns": ["n"]},
        ),
        (row_of(30).geometry, "n", {}, "caller.argument", {"function": "f"}),
        (
            row_of(30),
            "n",
            {"rule": "knn", "k": 29},
            "zones.all_neighbours",
            {"neighbours": 29, "zones": 30},
        ),
    ],
)
def test_what_cannot_be_tested(
    zones: Any, column: str, options: dict[str, Any], code: str, values: dict[str, Any]
) -> None:
    with pytest.raises(InputError, match=r"^f: ") as refused:
        lattice(zones, column, **options)
    assert (refused.value.code, dict(refused.value.values)) == (code, values)


@pytest.mark.parametrize(
    ("alpha", "code"),
    [
        (0.02, ""),
        (0.999, ""),
        (0, "option.between"),
        (1, "option.between"),
        ("1", "option.between"),
        (0.019, "option.alpha"),
    ],
)
def test_a_level_of_significance_that_permutations_can_reach(alpha: Any, code: str) -> None:
    if not code:
        require_alpha(alpha, 99, function="f")
        return
    with pytest.raises(InputError, match=r"^f: ") as refused:
        require_alpha(alpha, 99, function="f")
    assert refused.value.code == code


def test_how_many_permutations_a_level_needs() -> None:
    for level, needed in ((0.01, 199), (0.019, 105)):
        with pytest.raises(InputError) as refused:
            require_alpha(level, 99, function="f")
        said = {"alpha": level, "permutations": 99, "needed": needed}
        assert dict(refused.value.values) == said
        require_alpha(level, needed, function="f")
