"""What visitors bring: whose it is, what names it, how much of it there is, and when it goes."""

from __future__ import annotations

import gc
import time
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rioxarray  # noqa: F401  gives arrays their .rio
import shapely
import xarray as xr

from geo.errors import InputError
from layers import questions
from layers.keeping import brought
from layers.keeping.answers import ANSWERS
from layers.keeping.brought import (
    Owner,
    keep_points,
    keep_raster,
    keep_zones,
    kept_raster,
    kept_zones,
)
from layers.plan.copies import bytes_of
from layers.questions import Distribution
from layers.questions.subjects import Points, Zones

if TYPE_CHECKING:
    from collections.abc import Callable

SQUARE = shapely.box(112.8, 28.1, 112.9, 28.2)


@pytest.fixture(autouse=True)
def nothing_kept():
    """Leave nothing behind in the process."""
    yield
    brought.release_idle(idle_s=0.0)


def zones(*shapes: shapely.Geometry, crs: str | None = "EPSG:4490", **columns: object):
    shapes = shapes or (SQUARE,)
    names = [f"zone {at}" for at in range(len(shapes))]
    table = {"id": names, "name_zh": names, "name_en": names, "evidence": None, "rule": None}
    return gpd.GeoDataFrame(table | columns, geometry=list(shapes), crs=crs)


def raster(values: object = 1.0, *, crs: str = "EPSG:4326", west: float = 112.0) -> xr.DataArray:
    x, y = west + 0.1 * np.arange(3), 28.5 - 0.1 * np.arange(2)
    array = xr.DataArray(np.full((2, 3), values), {"y": y, "x": x}, ("y", "x"))
    return array.rio.write_crs(crs)


# ---- names ----

ALTERED: dict[str, Callable[[], gpd.GeoDataFrame]] = {
    "another CRS": lambda: zones(crs="EPSG:4326"),
    "no CRS": lambda: zones(crs=None),
    "another place": lambda: zones(shapely.box(112.8, 28.1, 112.9, 28.20001)),
    "a third dimension": lambda: zones(shapely.force_3d(SQUARE, z=5.0)),
    "corners from another start": lambda: zones(shapely.Polygon(list(SQUARE.exterior.coords)[1:])),
    "another Chinese name": lambda: zones(name_zh=["洋湖"]),
    "another English name": lambda: zones(name_en=["Yanghu"]),
    "a number for a text": lambda: zones(id=[0]),
    "one more column": lambda: zones(people=[10]),
    "another attribute": lambda: zones(people=[11]),
    "an attribute of another type": lambda: zones(people=[10.0]),
    "an attribute that is text": lambda: zones(people=["10"]),
    "an attribute that is missing": lambda: zones(people=[None]),
    "a column of another name": lambda: zones(persons=[10]),
    "two zones": lambda: zones(SQUARE, SQUARE),
    "texts cut elsewhere": lambda: zones(SQUARE, SQUARE, name_zh=["ab", "c"]),
    "texts cut here": lambda: zones(SQUARE, SQUARE, name_zh=["a", "bc"]),
    "another index": lambda: zones().set_axis([7]),
}


def test_what_differs_in_anything_has_another_name() -> None:
    owner = Owner()
    names = {"the first": keep_zones(zones(), owner=owner)}
    names |= {called: keep_zones(make(), owner=owner) for called, make in ALTERED.items()}
    assert len(set(names.values())) == len(names)
    same = {called: keep_zones(make(), owner=owner) for called, make in ALTERED.items()}
    assert same == {called: names[called] for called in ALTERED}


def test_rasters_that_differ_in_anything_have_other_names() -> None:
    first = raster()
    altered = [
        first,
        raster(2.0),
        raster(np.float32(1.0)),
        raster(1),
        raster(crs="EPSG:4490"),
        raster(west=112.05),
        first.rio.write_nodata(-1.0),
        first.rio.write_nodata(-2.0),
        first.assign_attrs(units="people/km2"),
        first.T,
        xr.DataArray(np.ones((3, 2)), dims=("y", "x")).rio.write_crs("EPSG:4326"),
        first.isel(x=slice(0, 2)),
    ]
    owner = Owner()
    assert len({keep_raster(array.copy(), owner=owner) for array in altered}) == len(altered)
    assert keep_raster(raster(), owner=owner) == keep_raster(raster(), owner=owner)


def test_five_uploads_in_two_systems_have_five_answers() -> None:
    """The same numbers in another system are another place."""
    shapes = [shapely.box(112.7, 28.0, 112.7 + width, 28.3) for width in (0.1, 0.2, 0.3)]
    uploads = [zones(shape) for shape in shapes] + [zones(s, crs="EPSG:4326") for s in shapes[:2]]
    owner = Owner()
    names = [keep_zones(upload, owner=owner) for upload in uploads]
    assert len(set(names)) == 5
    assert [kept_zones(name).crs for name in names] == [upload.crs for upload in uploads]
    areas = [kept_zones(name).geometry.iloc[0] for name in names]
    assert areas == [*shapes, *shapes[:2]]


def test_two_visitors_who_bring_the_same_have_names_that_the_other_cannot_guess() -> None:
    one, other = Owner(), Owner()
    names = [keep_zones(zones(), owner=owner) for owner in (one, other)]
    assert names[0] != names[1]
    assert all(brought.is_own(name) and len(name) == len("own-") + 32 for name in names)
    brought.release(one)
    assert len(kept_zones(names[1])) == 1
    with pytest.raises(InputError, match="no longer kept") as gone:
        kept_zones(names[0])
    assert "重新导入" in gone.value.sentence("zh")


def test_points_and_zones_of_the_same_content_are_two_things() -> None:
    owner = Owner()
    assert keep_points(zones(), owner=owner) != keep_zones(zones(), owner=owner)


# ---- what is handed out ----


def test_what_is_handed_out_cannot_be_written_into_for_everybody() -> None:
    owner, brought = Owner(), zones(people=[10])
    name = keep_zones(brought, owner=owner)
    brought.loc[0, "people"] = 0
    taken = kept_zones(name)
    taken.loc[0, "people"] = 99
    taken.geometry.array[0] = shapely.box(0, 0, 1, 1)
    taken.attrs["said"] = "by one"
    again = kept_zones(name)
    assert (int(again.loc[0, "people"]), again.geometry.iloc[0], again.attrs) == (10, SQUARE, {})


def test_a_kept_raster_refuses_writing() -> None:
    owner = Owner()
    name = keep_raster(raster(), owner=owner)
    taken = kept_raster(name)
    with pytest.raises(ValueError, match="read-only"):
        taken.to_numpy()[0, 0] = 99.0
    taken.attrs["said"] = "by one"
    assert float(kept_raster(name).sum()) == 6.0
    assert "said" not in kept_raster(name).attrs


# ---- how much ----


def heavy(megabytes: int, seed: int) -> xr.DataArray:
    rng = np.random.default_rng(seed)
    values = rng.random((megabytes * 1024, 128))
    return xr.DataArray(values, dims=("y", "x")).rio.write_crs("EPSG:4326")


def test_an_owner_s_oldest_things_make_room_and_nobody_else_s(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(brought, "OWNER_BYTES", 5 * 2**20)
    one, other = Owner(), Owner()
    safe = keep_raster(heavy(3, 0), owner=other)
    names = [keep_raster(heavy(2, seed), owner=one) for seed in range(1, 7)]
    assert kept_raster(safe).size == 3 * 1024 * 128
    assert [name for name in names if _is_kept(name)] == names[-2:]
    assert brought.kept_bytes() <= 2 * 5 * 2**20


def test_a_full_process_refuses_in_words_and_drops_nothing_of_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(brought, "ALL_BYTES", 5 * 2**20)
    one, other = Owner(), Owner()
    name = keep_raster(heavy(4, 0), owner=one)
    with pytest.raises(InputError) as full:
        keep_raster(heavy(2, 1), owner=other)
    assert full.value.code == "kept.full"
    assert "稍后再试" in full.value.sentence("zh")
    assert _is_kept(name)


def test_one_thing_too_large_for_its_owner_is_refused_with_both_sizes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(brought, "OWNER_BYTES", 2 * 2**20)
    with pytest.raises(InputError) as large:
        keep_raster(heavy(3, 0), owner=Owner())
    assert "3 兆" in large.value.sentence("zh")
    assert "2 MB" in large.value.sentence("en")


def _is_kept(name: str) -> bool:
    try:
        kept_raster(name)
    except InputError:
        return False
    return True


def test_sizes_are_honest() -> None:
    """A circle of 4,096 corners is 64 kB of coordinates, whatever its table shows."""
    circle = shapely.Point(112.9, 28.2).buffer(0.1, quad_segs=1024)
    corners = shapely.get_num_coordinates(circle)
    assert corners == 4097
    size = bytes_of(zones(*[circle] * 50))
    assert 50 * corners * 16 <= size <= 3 * 50 * corners * 16
    assert bytes_of(raster()) >= 2 * 3 * 8
    texts = pd.DataFrame({"name": ["洋湖" * 1000] * 10})
    assert bytes_of(texts) >= 10 * 1000 * 2


# ---- when it goes ----


def test_what_a_visitor_brought_goes_when_the_visit_ends() -> None:
    owner = Owner()
    name = keep_zones(zones(), owner=owner)
    del owner
    gc.collect()
    for _ in range(200):
        if not _is_kept(name):
            break
        time.sleep(0.05)
    assert not _is_kept(name)
    assert brought.kept_bytes() == 0


def test_what_was_not_touched_for_long_goes_and_what_was_touched_stays() -> None:
    owner = Owner()
    name = keep_zones(zones(), owner=owner)
    brought.release_idle(idle_s=60.0)
    assert _is_kept(name)
    brought.release_idle(idle_s=0.0)
    assert not _is_kept(name)


def test_answers_about_what_a_visitor_brought_go_with_it() -> None:
    # What is asked about the points alone stays.
    questions.zone_counts(Distribution(Points("platforms"), Zones("districts")))
    owner = Owner()
    name = keep_zones(zones(), owner=owner)
    before = len(ANSWERS)
    asked = Distribution(Points("platforms"), Zones(name))
    assert len(questions.zone_counts(asked)) == 1
    # The distribution, and which points lie in which zone.
    assert len(ANSWERS) == before + 2
    brought.release(owner)
    assert len(ANSWERS) == before
    with pytest.raises(InputError, match="no longer kept"):
        questions.zone_counts(asked)
