"""Polygons that are zones: what is none, what is mended, and what counts as an overlap."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import box

from geo import overlaps as overlaps_
from geo.errors import InputError
from geo.overlaps import overlapping
from geo.zones import polygons_of


def series(*shapes: object) -> gpd.GeoSeries:
    return gpd.GeoSeries(list(shapes), index=[f"z{at}" for at in range(len(shapes))], crs=4547)


def test_what_is_no_polygon_is_counted_and_what_is_missing_is_not() -> None:
    with pytest.raises(
        InputError, match=r"2 of 4 zones are no polygons, the first is a Point"
    ) as no:
        polygons_of(series(box(0, 0, 1, 1), None, shapely.Point(1, 1), shapely.LineString()))
    assert (no.value.code, no.value.values["rows"], no.value.values["total"]) == (
        *("zones.not_areas", 2, 4),
    )
    whole = series(box(0, 0, 1, 1), None, shapely.Polygon())
    polygons, repaired = polygons_of(whole)
    assert (list(polygons), repaired) == (whole.tolist(), [])


def test_zones_that_are_not_valid_are_mended_and_named() -> None:
    bow = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    line = shapely.Polygon([(0, 0), (1, 1), (2, 2)])
    # A box with a spike: the spike is no area and goes.
    spike = shapely.Polygon([(0, 0), (4, 0), (4, 9), (4, 3), (0, 3)])
    given = series(bow, box(0, 0, 1, 1), line, spike)
    with pytest.warns(UserWarning, match=r"3 of 4 zones .*: z0, z2, z3\. Look"):
        polygons, repaired = polygons_of(given)
    assert repaired == ["z0", "z2", "z3"]
    assert shapely.area(polygons).tolist() == [2, 1, 0, 12]
    assert given.iloc[0] is bow
    with pytest.warns(UserWarning, match=r": z0, z1, z2, z3, z4 …\. Look"):
        polygons_of(series(*[bow] * 6))
    with pytest.warns(UserWarning, match=r": z0, z1, z2, z3, z4\. Look"):
        polygons_of(series(*[bow] * 5))


@pytest.mark.parametrize(("part", "overlaps"), [(0.9e-6, False), (1.1e-6, True)])
@pytest.mark.parametrize("larger", [1, 1000])
def test_an_overlap_is_more_than_a_millionth_of_the_smaller_zone(
    part: float, larger: float, *, overlaps: bool
) -> None:
    """Zones of 1 and of ``larger`` side, which share a strip along the side of the first."""
    pair = [box(0, 0, 1, 1), box(1 - part, 0, 1 + larger, larger)]
    apart = [box(-9, 0, -8, 1), None, shapely.Polygon()]
    assert overlapping(np.array([*pair, *apart], object)) is overlaps
    assert overlapping(np.array([*apart, *pair[::-1]], object)) is overlaps


def test_an_overlap_is_found_in_whatever_batch_its_pair_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overlaps_, "_PAIRS_AT_ONCE", 2)
    row = [box(at, 0, at + 1, 1) for at in range(8)]
    for at in range(7):
        shifted = list(row)
        shifted[at] = box(at, 0, at + 1.5, 1)
        assert overlapping(np.array(shifted, object))
    # Neighbours whose corners do not meet are no cells, and overlap nowhere.
    assert not overlapping(
        np.array([box(0, 0, 1, 1), box(1, 0.5, 2, 2), box(0, 1, 0.5, 2)], object)
    )
