"""Kept answers: nobody can spoil them, their bytes are bounded, and each is worked out once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, is_dataclass
from threading import Barrier, Event
from typing import Any

import numpy as np
import pandas as pd
import pytest
import rioxarray  # noqa: F401  gives arrays their .rio
import shapely
import xarray as xr
from scipy import sparse

from app.web import maps, overview
from app.web.maps import Place
from geo.errors import InputError
from layers import questions
from layers.book import facts
from layers.keeping import brought
from layers.keeping.answers import ANSWERS, BUDGET_BYTES, REGISTRY, Answers
from layers.keeping.own_notes import Note
from layers.look.basemaps import basemaps
from layers.look.tiling import web_level
from layers.paper import tiles
from layers.plan.copies import bytes_of
from layers.questions import Coverage, Density, Distribution, belonging
from layers.questions.autocorrelation import Autocorrelation
from layers.questions.centres import Centres
from layers.questions.clusters import Clusters
from layers.questions.distribution import Shown
from layers.questions.hot_spots import HotSpots
from layers.questions.spacing import Spacing
from layers.questions.subjects import Points, Zones

PLATFORMS, CIRCLES, CELLS = Points("platforms"), Zones("circles"), Zones("hexagons")
DENSE = Density(PLATFORMS, bandwidth_m=3000.0, cell_size_m=1000.0)
COVERED = Coverage(PLATFORMS, CIRCLES, 3000.0)
SPREAD, PATTERN = Distribution(Points("projects"), CIRCLES), HotSpots(PLATFORMS, CELLS)
SHOWN, GROUPS, SPACED = Shown(SPREAD, "count"), Centres(PLATFORMS, "category"), Spacing(PLATFORMS)
LEVELS = (0.0, 1.0, 2.0)
# Whose functions are looked at, besides those that they import.
MODULES = (maps, overview, facts, tiles)
ROOM = "layers.questions"
# Something to ask each function whose answers are kept.
EXAMPLES: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    f"{ROOM}.density._surface": ((DENSE,), {}),
    f"{ROOM}.density._lines": ((DENSE, LEVELS), {}),
    f"{ROOM}.density._bands": ((DENSE, LEVELS), {}),
    f"{ROOM}.coverage.service_areas": ((PLATFORMS, 3000.0), {}),
    f"{ROOM}.coverage.covered_zones": ((COVERED,), {}),
    f"{ROOM}.coverage.likely_reach": ((PLATFORMS, 3000.0), {}),
    f"{ROOM}.coverage.reach_depths": ((PLATFORMS, 3000.0), {}),
    f"{ROOM}.coverage.coverage_curve": ((PLATFORMS, CIRCLES), {}),
    f"{ROOM}.counting.counted": ((SPREAD.points, CIRCLES), {}),
    f"{ROOM}.counting.shares": ((SPREAD,), {}),
    f"{belonging.__name__}.belonging": ((SPREAD,), {}),
    f"{belonging.__name__}.belonging_zones": ((SPREAD,), {}),
    f"{ROOM}.counting.zone_counts": ((SPREAD,), {}),
    f"{ROOM}.counting.zone_draws": ((SPREAD,), {}),
    f"{ROOM}.counting.categories": ((SPREAD, "sector"), {}),
    f"{ROOM}.counting.population": ((Distribution(PLATFORMS, CIRCLES, population=""),), {}),
    f"{ROOM}.unknowns.unknown_places": ((PLATFORMS,), {}),
    f"{ROOM}.unknowns.zone_bounds": ((PLATFORMS, CIRCLES), {}),
    f"{ROOM}.zone_results.table": ((SHOWN,), {}),
    f"{ROOM}.zone_results.quotients": ((SPREAD,), {}),
    f"{ROOM}.zone_results.mix": ((SHOWN,), {}),
    f"{ROOM}.patterns.unit_names": ((), {}),
    f"{ROOM}.patterns.refusal": ((PATTERN.units,), {}),
    f"{ROOM}.hot_spots.hot_spots": ((PATTERN,), {}),
    f"{ROOM}.clusters.clusters": ((Clusters(PLATFORMS, CELLS),), {}),
    f"{ROOM}.autocorrelation.autocorrelation": ((Autocorrelation(PLATFORMS, CELLS),), {}),
    f"{ROOM}.patterns._scope": ((PATTERN.units,), {}),
    f"{ROOM}.tested_units.spots": ((PATTERN,), {"kinds": ("hot 99",)}),
    f"{ROOM}.tested_units.other_sizes": ((PATTERN,), {"kinds": ("hot 99",)}),
    f"{ROOM}.centres.centres": ((GROUPS,), {}),
    f"{ROOM}.centres.ellipses": ((GROUPS,), {}),
    f"{ROOM}.spacing.spaced": ((PLATFORMS,), {"once": True}),
    f"{ROOM}.spacing.refusal": ((PLATFORMS,), {"once": True}),
    f"{ROOM}.spacing.ripley": ((SPACED,), {}),
    f"{ROOM}.spacing.nearest": ((PLATFORMS,), {"once": False}),
    f"{ROOM}.subjects._of_plan": ((PLATFORMS,), {}),
    f"{ROOM}.subjects._placed": ((PLATFORMS,), {}),
    "app.web.maps.document": ((GROUPS,), {"lang": "zh"}),
    "app.web.maps.candidates": (((Place("a", "甲", "A", 60.0, 112.9, 28.2),), "T"), {"lang": "zh"}),
    "app.web.maps.notes": (((Note(112.9, 28.2, "甲"),),), {"lang": "zh"}),
    "app.web.maps.outlines": ((CIRCLES, ("circle-gaoxin",)), {}),
    "app.web.maps.statement_rows": ((GROUPS,), {"lang": "zh"}),
    "app.web.overview.targets": (("zh",), {}),
    "layers.book.series.zones": (("circles",), {}),
    "layers.book.series._told": (("parks",), {}),
    "layers.book.facts._ids": ((PLATFORMS,), {}),
    "layers.book.facts._located": ((PLATFORMS,), {}),
    "layers.book.facts._draws": ((PLATFORMS, "circles"), {}),
    "layers.book.facts._areas": (("circles",), {}),
    "layers.paper.tiles._mosaic": ((basemaps()["vector"], web_level(1), range(1), range(1)), {}),
}


def people() -> str:
    x, y = 112.0 + 0.05 * np.arange(40), 29.0 - 0.05 * np.arange(40)
    array = xr.DataArray(np.ones((40, 40)), {"y": y, "x": x}, ("y", "x"))
    return brought.keep_raster(array.rio.write_crs("EPSG:4326"))


def ask(name: str) -> Any:
    args, options = EXAMPLES[name]
    if name == f"{ROOM}.counting.population":
        args = (Distribution(PLATFORMS, CIRCLES, population=people()),)
    return REGISTRY[name](*args, **options)


def told(value: Any) -> Any:
    """Return all that a value says, as nested plain values."""
    if isinstance(value, pd.DataFrame):
        columns = [(str(name), told(value[name])) for name in value.columns]
        said: Any = ("frame", columns, told(dict(value.attrs)), value.index.tolist())
    elif isinstance(value, pd.Series):
        said = ("series", [told(item) for item in value.tolist()])
    elif isinstance(value, xr.DataArray):
        said = ("raster", value.to_numpy().tobytes(), told(dict(value.attrs)))
    elif isinstance(value, np.ndarray):
        said = ("array", value.shape, value.tobytes())
    elif isinstance(value, shapely.Geometry):
        said = shapely.to_wkb(value)
    elif isinstance(value, dict):
        said = [(key, told(item)) for key, item in value.items()]
    elif isinstance(value, list | tuple):
        said = [told(item) for item in value]
    elif is_dataclass(value):
        said = [(item.name, told(getattr(value, item.name))) for item in fields(value)]
    else:
        said = repr(value)
    return said


def spoil(value: Any) -> None:
    """Write into all that can be written into; what refuses is as well."""
    if isinstance(value, pd.DataFrame | pd.Series):
        _spoil_table(value)
    elif isinstance(value, xr.DataArray):
        _overwrite(value.to_numpy())
        value.attrs.clear()
    elif isinstance(value, np.ndarray):
        _overwrite(value)
    elif isinstance(value, dict):
        for item in value.values():
            spoil(item)
        with pytest.raises(TypeError, match="shared by all"):
            value["spoilt"] = True
    elif isinstance(value, list | tuple):
        if isinstance(value, list):
            with pytest.raises(TypeError, match="shared by all"):
                value.append("spoilt")
        for item in value:
            spoil(item)
    elif is_dataclass(value):
        for item in fields(value):
            spoil(getattr(value, item.name))


def _spoil_table(table: pd.DataFrame | pd.Series) -> None:
    table.attrs.clear()
    table.attrs["spoilt"] = True
    if len(table) > 1:
        table.iloc[0] = table.iloc[-1]
    if isinstance(table, pd.DataFrame):
        table["spoilt"] = True


def _overwrite(array: np.ndarray) -> None:
    with pytest.raises(ValueError, match="read-only"):
        array[...] = 0


def test_every_function_whose_answers_are_kept_has_an_example() -> None:
    assert {module.__name__ for module in MODULES} <= {name.rpartition(".")[0] for name in REGISTRY}
    assert set(EXAMPLES) == set(REGISTRY)


@pytest.mark.parametrize("name", EXAMPLES)
def test_who_writes_into_an_answer_spoils_it_for_nobody(name: str) -> None:
    first = ask(name)
    before = told(first)
    spoil(first)
    second = ask(name)
    assert told(second) == before
    spoil(second)
    assert told(ask(name)) == before


def test_all_answers_together_stay_below_their_bytes() -> None:
    for name in EXAMPLES:
        ask(name)
    assert 0 < ANSWERS.size <= BUDGET_BYTES


# ---- the store ----


def test_what_was_not_asked_for_the_longest_makes_room() -> None:
    answers = Answers(budget=10 * 2**20)
    worked: list[int] = []

    def answer(number: int) -> np.ndarray:
        def work() -> np.ndarray:
            worked.append(number)
            return np.full(2**18, float(number))

        return answers.ask("field", number, work)

    for number in (1, 2, 3, 4):
        answer(number)
    answer(1)
    answer(5)
    assert answers.size <= answers.budget
    assert [float(answer(number)[0]) for number in (1, 5, 2)] == [1.0, 5.0, 2.0]
    assert worked == [1, 2, 3, 4, 5, 2]


def test_an_answer_larger_than_the_half_of_all_pushes_out_nothing() -> None:
    answers = Answers(budget=2**20)
    answers.ask("small", 1, lambda: np.zeros(10))
    assert answers.ask("large", 1, lambda: np.zeros(2**17)).nbytes == 2**20
    assert len(answers) == 1


def test_many_who_ask_at_once_have_it_worked_out_once() -> None:
    answers, worked, together = Answers(), [], Barrier(8)

    def asker(_: int) -> pd.DataFrame:
        together.wait()
        return answers.ask("frame", "same", work)

    def work() -> pd.DataFrame:
        worked.append(1)
        Event().wait(0.2)
        return pd.DataFrame({"n": [1, 2]})

    with ThreadPoolExecutor(8) as pool:
        frames = list(pool.map(asker, range(8)))
    assert len(worked) == 1
    assert len({id(frame) for frame in frames}) == 8
    frames[0].loc[0, "n"] = 9
    assert [int(frame.loc[0, "n"]) for frame in frames] == [9] + [1] * 7


def test_when_one_fails_the_next_who_waits_works_it_out() -> None:
    answers, begun, go = Answers(), Event(), Event()

    def fails() -> int:
        begun.set()
        go.wait()
        raise InputError("no")

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(answers.ask, "sum", 1, fails)
        begun.wait()
        second = pool.submit(answers.ask, "sum", 1, lambda: 3)
        go.set()
        with pytest.raises(InputError, match="no"):
            first.result()
        assert second.result() == 3
    assert len(answers) == 1


def test_an_answer_that_is_ready_after_its_owner_has_gone_is_not_kept() -> None:
    answers = Answers()
    zones = Zones("own-0123")

    def work() -> int:
        answers.forget(frozenset({"own-0123"}))
        return 1

    assert answers.ask("count", (("asked", Distribution(PLATFORMS, zones)),), work) == 1
    assert len(answers) == 0


def test_arguments_by_name_and_by_place_are_one_question() -> None:
    ANSWERS.clear()
    questions.service_areas(PLATFORMS, 2000.0)
    kept = len(ANSWERS)
    questions.service_areas(sites=PLATFORMS, distance_m=2000.0)
    assert len(ANSWERS) == kept > 0


def test_sizes_of_every_kind_of_value() -> None:
    assert bytes_of(np.zeros((100, 10))) == 8000
    assert bytes_of(sparse.csr_array(np.eye(100))) >= 100 * 8
    assert bytes_of({"a": [1.0] * 1000}) >= 8000
    assert bytes_of(np.array(["x" * 1000], dtype=object)) >= 1000
    assert bytes_of(xr.DataArray(np.zeros(100), attrs={"text": "x" * 1000})) >= 1800


def test_a_storm_of_questions_leaves_no_more_than_the_budget() -> None:
    """Each raster of 2,000 questions takes 1 MB: they would be 2 GB."""
    answers = Answers(budget=32 * 2**20)
    for number in range(2000):
        answers.ask("raster", number, lambda: np.ones(2**17))
    assert answers.size <= 32 * 2**20
    assert len(answers) == 31
