"""Sealed values and their copies, and what they take of memory, part by part."""

from __future__ import annotations

import copy
import pickle
import sys
from dataclasses import dataclass
from types import ModuleType
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import xarray as xr
from scipy import sparse

from layers.plan.copies import Sealed, SealedList, bytes_of, copied, is_shareable, sealed


@dataclass(frozen=True, slots=True)
class Record:
    of: Any


class Pair(NamedTuple):
    one: Any
    other: Any


def raster() -> xr.DataArray:
    return xr.DataArray(np.zeros((2, 3)), {"y": [2.0, 1.0], "x": [1.0, 2.0, 3.0]}, ("y", "x"))


@pytest.mark.parametrize("module", ["xarray", "scipy.sparse"])
def test_answers_are_kept_while_another_thread_loads_what_some_are_made_of(
    module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first visitor comes while the app is warmed: modules are there of which half is read."""
    monkeypatch.setitem(sys.modules, module, ModuleType(module))
    kept = sealed({"frame": pd.DataFrame({"a": [1]}), "record": Record([np.zeros(2)])})
    assert copied(kept)["frame"].equals(kept["frame"])
    assert bytes_of(kept) > 16
    assert not is_shareable(kept)


def test_what_is_sealed_is_of_the_same_kind_and_refuses_every_change() -> None:
    kept = sealed(
        {
            "list": [1, 2.0, None],
            "rows": [{"n": 1}],
            "pair": Pair([1], {"a": [1]}),
            "tuple": ([1],),
            "record": Record({"a": 1}),
            "set": {1},
            "text": "ab",
            "type": Record,
        }
    )
    assert type(kept) is Sealed
    assert [type(kept[name]) for name in ("list", "rows", "pair", "tuple")] == [
        *(SealedList, SealedList, Pair, tuple)
    ]
    assert type(kept["rows"][0]) is type(kept["record"].of) is type(kept["pair"].other) is Sealed
    assert type(kept["tuple"][0]) is type(kept["pair"].one) is SealedList
    assert kept["list"] == [1, 2.0, None]
    assert repr(kept["set"]) == "frozenset({1})"
    assert (kept["text"], kept["type"]) == ("ab", Record)
    for change in (
        lambda: kept.update(a=1),
        lambda: kept.pop("text"),
        lambda: kept["list"].append(1),
        kept["list"].sort,
    ):
        with pytest.raises(TypeError):
            change()


def pickled(kept: Any) -> Any:
    return pickle.loads(pickle.dumps(kept))  # noqa: S301 - our own


@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy, pickled])
def test_a_copy_of_what_is_sealed_can_be_changed(way: Any) -> None:
    for kept, plain in ((sealed({"a": [1]}), {"a": [1]}), (sealed([[1], "b"]), [[1], "b"])):
        own = way(kept)
        assert own == plain
        assert type(own) is type(plain)
    inner = sealed({"a": [1]})
    assert copy.deepcopy(inner)["a"] is not inner["a"]
    assert type(copy.deepcopy(inner)["a"]) is list


def test_arrays_are_sealed_wherever_they_are() -> None:
    cells, matrix = raster(), sparse.csr_array(np.eye(2))
    cells.attrs["of"] = np.zeros(2)
    sealed((np.zeros(1), cells, matrix))
    arrays = [cells.to_numpy(), cells["x"].variable._data, cells.attrs["of"]]
    arrays += [matrix.data, matrix.indices, matrix.indptr]
    assert [array.flags.writeable for array in arrays if isinstance(array, np.ndarray)] == (
        [False] * sum(isinstance(array, np.ndarray) for array in arrays)
    )
    frame = pd.DataFrame({"n": [1]})
    assert sealed(frame) is frame
    assert sealed(frame["n"]) is not None


def test_only_frames_and_rasters_need_a_copy() -> None:
    shareable = (1, "a", np.zeros(1), sparse.csr_array(np.eye(2)), [1, 2], (1, None), ("a", [1]))
    assert [value for value in shareable if not is_shareable(value)] == []
    for value in (Sealed(), {}, Record(1), Record, {1}):
        assert is_shareable(value)
    frame = pd.DataFrame()
    for value in (frame, frame.columns.to_series(), raster()):
        assert is_shareable(value) is False
        for holder in ([value], (1, value), {"a": value}, Record(value), Record(Pair(1, value))):
            assert is_shareable(holder) is False


def test_a_copy_has_frames_of_its_own_and_shares_all_else() -> None:
    frame, cells, array = pd.DataFrame({"n": [1]}), raster(), np.zeros(1)
    cells.attrs["said"] = "a"
    kept = sealed(
        {"frame": frame, "parts": (cells, array), "record": Record(frame), "more": [frame]}
    )
    own = copied(kept)
    own["frame"].loc[0, "n"] = own["record"].of.loc[0, "n"] = own["more"][0].loc[0, "n"] = 2
    own["parts"][0].attrs["said"] = "b"
    assert frame["n"].tolist() == [1]
    assert cells.attrs["said"] == "a"
    assert own["parts"][0].variable._data is cells.variable._data
    assert own["parts"][1] is array
    assert [type(own), type(own["more"]), type(own["record"])] == [Sealed, SealedList, Record]
    assert own["record"] is not kept["record"]
    assert copied("a") == "a"


# ---- sizes ----

POINT, LINE = shapely.Point(0, 0), shapely.LineString([(0, 0), (1, 1), (2, 0)])


@pytest.mark.parametrize(
    ("value", "size"),
    [
        (np.zeros(10), 80),
        (POINT, 24 + 160),
        (LINE, 3 * 24 + 160),
        # Two parts, and none where there is nothing.
        (shapely.MultiPoint([(0, 0), (1, 1)]), 2 * 24 + 2 * 160),
        (shapely.Point(), 160),
        (np.array([POINT, "ab"], dtype=object), 2 * 8 + 24 + 160 + sys.getsizeof("ab")),
        ([1, 2.0, None], sys.getsizeof([1, 2.0, None]) + 3 * 28),
        (["a"], sys.getsizeof(["a"]) + sys.getsizeof("a")),
        ({"a": "b"}, sys.getsizeof({"a": "b"}) + sys.getsizeof("a") + sys.getsizeof("b")),
        (Record("a"), sys.getsizeof(Record("a")) + sys.getsizeof("a")),
        (pd.Index([1, 2]), 16),
        (pd.RangeIndex(3), 24),
        (gpd.GeoSeries([POINT], index=[1]), 8 + 24 + 160 + 8 + sys.getsizeof({})),
    ],
)  # fmt: skip
def test_a_value_takes_what_its_parts_take(value: Any, size: int) -> None:
    assert bytes_of(value) == size


def test_frames_and_rasters_take_what_their_columns_take_and_what_is_said_of_them() -> None:
    frame = pd.DataFrame({"n": [1.0, 2.0], "text": ["a", "岳麓"]}, index=[1, 2])
    texts = frame["text"].memory_usage(index=False, deep=True)
    whole = bytes_of(frame)
    assert whole == 2 * 8 + texts + 2 * 8 + sys.getsizeof({})
    frame.attrs["said"] = "a" * 1000
    assert bytes_of(frame) > whole + 1000
    cells = raster()
    bare = bytes_of(cells)
    assert bare >= 6 * 8
    cells.attrs["said"] = "a" * 1000
    assert bytes_of(cells) > bare + 1000
    matrix = sparse.csr_array(np.eye(4))
    assert bytes_of(matrix) == matrix.data.nbytes + matrix.indices.nbytes + matrix.indptr.nbytes
