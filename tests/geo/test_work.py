"""Work that nobody waits for ends: by the watch, in threads, and in a served page."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import Point, box
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.sync.client import connect

import geo
from geo.errors import InputError
from geo.exchange import sealed
from geo.pattern.permutations import sum_probabilities
from geo.work import Cancelled, checkpoint, inherited, require_affordable, watched
from layers.keeping.answers import Answers

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EAST, NORTH, KM = 500_000.0, 3_100_000.0, 1000.0
DISTRICT = gpd.GeoSeries([box(EAST, NORTH, EAST + 20 * KM, NORTH + 20 * KM)], crs=4547)


def scattered(n: int) -> gpd.GeoDataFrame:
    xy = np.random.default_rng(1).uniform(0, 20 * KM, (n, 2)) + np.array([EAST, NORTH])
    return gpd.GeoDataFrame({"accuracy_m": [500.0] * n}, geometry=shapely.points(xy), crs=4547)


def counted() -> gpd.GeoDataFrame:
    cells = geo.squares(DISTRICT, size_m=1000)
    return cells.assign(v=np.random.default_rng(2).poisson(3.0, len(cells)))


def thirds() -> gpd.GeoDataFrame:
    edges = EAST + np.array([0, 5, 10, 20]) * KM
    return gpd.GeoDataFrame(
        geometry=shapely.box(edges[:-1], NORTH, edges[1:], NORTH + 20 * KM), crs=4547
    )


def surface() -> object:
    return geo.kernel_density(scattered(50), bandwidth_m=2000, cell_size_m=200)


# Each is a method with a loop, small here; it must come by the watch at least once.
METHODS: dict[str, Callable[[], object]] = {
    "uncertainty": lambda: geo.uncertainty(scattered(30), counted()),
    "ahead": lambda: geo.uncertainty(scattered(9), thirds()).ahead,
    "counts": lambda: geo.uncertainty(scattered(9), thirds()).counts,
    "distribution": lambda: geo.distribution(scattered(30), counted()),
    "hexagons": lambda: geo.hexagons(DISTRICT, size_m=1000),
    "squares": lambda: geo.squares(DISTRICT, size_m=1000),
    "h3_cells": lambda: geo.h3_cells(DISTRICT, resolution=7),
    "nearest_areas": lambda: geo.nearest_areas(scattered(9), within=DISTRICT),
    "hot_spots": lambda: geo.hot_spots(counted(), "v", permutations=99),
    "local": lambda: geo.local_autocorrelation(counted(), "v", permutations=99),
    "nearest": lambda: geo.hot_spots(counted(), "v", rule="knn", k=5, permutations=99),
    "global": lambda: geo.spatial_autocorrelation(counted(), "v", permutations=99),
    "ripley": lambda: geo.ripley(scattered(30), study_area=DISTRICT, simulations=19),
    "coverage": lambda: geo.coverage(scattered(9), counted(), distance_m=2000),
    "curve": lambda: geo.coverage_curve(scattered(9), DISTRICT, distances_m=[1000, 2000]),
    "isolines": lambda: geo.isolines(surface(), levels=4),
    "bands": lambda: geo.filled_bands(surface(), levels=4),
    "bounded density": lambda: geo.kernel_density(
        scattered(50), bandwidth_m=2000, cell_size_m=200, study_area=DISTRICT
    ),
}


@pytest.mark.parametrize("name", METHODS)
def test_a_method_nobody_waits_for_ends(name: str) -> None:
    METHODS[name]()  # as it is, it has an answer
    with pytest.raises(Cancelled) as caught, watched(cancelled=lambda: True):
        METHODS[name]()
    assert caught.value.sentence("zh") == "计算已停止。"


# A method, where it is done in blocks, how large one may be, and where each of them then begins.
BLOCKS = [
    ("uncertainty", "geo.zoned.uncertainty._PLACES_PER_BLOCK", 3000, range(0, 1000, 100)),
    ("uncertainty", "geo.zoned.tallies._BLOCK_NUMBERS", 50_000, range(0, 263, 50)),
    (
        "nearest_areas",
        "geo.zoned.nearest_areas._CORNERS_AT_ONCE",
        10,
        range(0, 9, 2),
    ),  # a square has 5
    ("bounded density", "geo.surface.density._CELLS_AT_ONCE", 1090, range(0, 100, 10)),
    ("hot_spots", "geo.pattern.permutations._BLOCK_NUMBERS", 4000, range(0, 99, 8)),  # of 484 cells
]


@pytest.mark.parametrize(("name", "limit", "most", "begins"), BLOCKS)
def test_blocks_are_as_large_as_they_may_be(
    name: str, limit: str, most: int, begins: range, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limit, most)
    looks: list[tuple[float, float]] = []
    with watched(cancelled=lambda: False, progress=lambda *at: looks.append(at)):
        METHODS[name]()
    assert {at for at, of in looks if of == begins.stop} >= {*begins}


# What a method costs, against which limit, and what its refusal says beside. The queen's neighbours
# of 22 × 22 cells are 2 × (2 × 22 × 21 + 2 × 21 × 21) = 3612, four products a step.
COSTS = [
    ("uncertainty", "geo.zoned.uncertainty._MAX_PLACES", 30 * 1000, {"draws": 1000}),
    ("nearest_areas", "geo.zoned.nearest_areas._MAX_CUTS", 9 * 5, {"sites": 9}),
    ("coverage", "geo.zoned.service_areas._MAX_CORNERS", 9 * 128, {"sites": 9, "distances": 1}),
    ("curve", "geo.zoned.service_areas._MAX_CORNERS", 18 * 128, {"sites": 9, "distances": 2}),
    ("squares", "geo.zoned.tessellations._MAX_CELLS", 23 * 23, {"size": 1100}),
    ("hexagons", "geo.zoned.tessellations._MAX_CELLS", 23 * 27, {"size": 1100}),
    ("hot_spots", "geo.pattern.permutations.MAX_STEPS", 99 * 9, {"permutations": 99}),
    ("local", "geo.pattern.permutations.MAX_STEPS", 99 * 8, {"permutations": 99}),
    ("global", "geo.pattern.permutations.MAX_STEPS", 99 * (484 + 903), {"permutations": 99}),
    ("nearest", "geo.pattern.neighbours.MAX_PAIRS", 484 * 5, {"k": 5}),
    ("ahead", "geo.zoned.uncertainty._MAX_COMPARISONS", 9 * 1000, {"zones": 3, "most": 2}),
    ("counts", "geo.zoned.tallies.MAX_DENSE", 3 * 1000, {}),
]


@pytest.mark.parametrize(("name", "limit", "cost", "said"), COSTS)
def test_what_costs_its_limit_is_done_and_what_costs_more_is_refused(
    name: str, limit: str, cost: int, said: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    method = METHODS[name]
    monkeypatch.setattr(limit, cost)
    method()
    monkeypatch.setattr(limit, cost - 1)
    with pytest.raises(InputError) as refused:
        method()
    assert refused.value.values == {"amount": cost, "limit": cost - 1} | said


def test_outside_of_the_watch_nothing_ends() -> None:
    with pytest.raises(Cancelled), watched(cancelled=lambda: True):
        checkpoint()
    checkpoint()


def test_the_inner_watch_counts() -> None:
    with watched(cancelled=lambda: True):
        with watched(cancelled=lambda: False):
            checkpoint()
        with pytest.raises(Cancelled):
            checkpoint()


def test_threads_know_the_watch_only_where_it_is_taken_along() -> None:
    with ThreadPoolExecutor(4) as pool, watched(cancelled=lambda: True):
        pool.submit(checkpoint).result()
        taken = inherited(checkpoint)
        for task in [pool.submit(taken) for _ in range(20)]:
            with pytest.raises(Cancelled):
                task.result()


def test_who_waits_for_the_work_of_another_can_leave() -> None:
    answers, begun, go_on = Answers(), Event(), Event()

    def work() -> int:
        begun.set()
        go_on.wait(60)
        return 1

    with ThreadPoolExecutor(1) as pool:
        worker = pool.submit(answers.ask, "f", (), work)
        begun.wait(60)
        with pytest.raises(Cancelled), watched(cancelled=lambda: True):
            answers.ask("f", (), work)
        go_on.set()
        assert worker.result(60) == 1


def test_a_file_nobody_waits_for_is_not_read_on() -> None:
    with pytest.raises(Cancelled), watched(cancelled=lambda: True):
        geo.read_file(b"lon,lat\n112.9,28.2\n", "a.csv")
    assert len(geo.read_file(b"lon,lat\n112.9,28.2\n", "a.csv").frame) == 1


def test_reading_tells_how_far_it_is() -> None:
    heard: list[float] = []
    sealed.run("features", b"lon,lat\n112,28\n", "a.csv", function="f", progress=heard.append)
    assert heard == sorted(heard)
    assert 0 < heard[0] < heard[-1] <= 1


def test_progress_rises_to_the_end() -> None:
    heard: list[float] = []
    with watched(cancelled=lambda: False, progress=lambda done, all_: heard.append(done / all_)):
        sum_probabilities(
            np.arange(40.0), np.zeros(40), np.full(40, 3), with_own=True, permutations=99, seed=0
        )
        geo.ripley(scattered(30), study_area=DISTRICT, simulations=39)
    ripley = heard[-39:]
    assert ripley == sorted(ripley)
    assert ripley[0] == 0
    assert ripley[-1] == 38 / 39


@pytest.mark.parametrize("amount", [float("nan"), float("inf"), 11])
def test_what_is_no_affordable_number_is_refused(amount: float) -> None:
    require_affordable(10, 10, function="f", what="steps", choose="less")
    with pytest.raises(InputError, match=r"^f: .* steps are more than the 10 allowed. Take less\."):
        require_affordable(amount, 10, function="f", what="steps", choose="less")


# A page with a question that is allowed and takes long; it writes down what becomes of it.
LONG_PAGE = """
import sys, time
from pathlib import Path
import geopandas as gpd, numpy as np, shapely
import geo
from app.web.running import while_wanted

log = Path({log!r})
xy = np.random.default_rng(0).uniform(0, 20_000, (900, 2)) + (500_000, 3_100_000)
points = gpd.GeoDataFrame({{"accuracy_m": [900.0] * 900}}, geometry=shapely.points(xy), crs=4547)
zones = geo.squares(points, size_m=5000)
def tell(word):
    with log.open("a") as lines:
        lines.write(word + "\\n")

tell("begun")
try:
    with while_wanted():
        geo.uncertainty(points, zones, draws=100_000)
    tell("finished")
except BaseException as error:
    tell(type(error).__name__)
    raise
"""


def ask_to_run() -> bytes:
    message = BackMsg()
    message.rerun_script.query_string = ""
    written: bytes = message.SerializeToString()
    return written


def wait_for(log: Path, wanted: str, *, times: int = 1) -> None:
    """Wait until the page has written a word so many times."""
    last = time.monotonic() + 60
    while not log.exists() or log.read_text("utf-8").split().count(wanted) < times:
        assert time.monotonic() < last, f"the page did not write {wanted}"
        time.sleep(0.02)


def test_a_served_run_ends_when_its_visitor_asks_anew_or_leaves(
    serve_streamlit: Callable[[Path, Path], object], tmp_path: Path
) -> None:
    log, script = tmp_path / "log.txt", tmp_path / "long.py"
    script.write_text(LONG_PAGE.format(log=str(log)), encoding="utf-8")

    with serve_streamlit(script, tmp_path / "server.log") as address:
        stream = address.replace("http://", "ws://") + "/_stcore/stream"
        with connect(stream, subprotocols=["streamlit"]) as socket:
            socket.send(ask_to_run())
            wait_for(log, "begun")
            socket.send(ask_to_run())
            wait_for(log, "begun", times=2)
        wait_for(log, "StopException", times=2)
    assert "finished" not in log.read_text("utf-8")


def test_a_point_in_the_draws_is_looked_up_in_blocks() -> None:
    steps: list[float] = []
    zones = gpd.GeoSeries([box(EAST, NORTH, EAST + KM, NORTH + KM)], crs=4547)
    points = gpd.GeoDataFrame(
        {"accuracy_m": [9.0] * 1000}, geometry=[Point(EAST, NORTH)] * 1000, crs=4547
    )

    def told(done: float, total: float) -> None:
        if total == 3_000:  # the draws; what comes before counts something else
            steps.append(done)

    with watched(cancelled=lambda: False, progress=told):
        geo.uncertainty(points, zones, draws=3_000)
    # 3,000 draws of 1,000 points, a million places at a time
    assert steps[:3] == [0, 1_000, 2_000]
