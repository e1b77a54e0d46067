"""Choosing features and zonings."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

import layers
from geo.errors import InputError
from geo.geodesic import geodesic_area_km2


def frame() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "id": ["a", "b", "c"],
            "canonical_id": ["a", "a", "c"],
            "category": ["laboratory", "centre", "centre"],
        },
        geometry=[shapely.Point(112.9, 28.2), None, shapely.Point()],
        crs="EPSG:4490",
    )


def test_select_keeps_the_accepted_values() -> None:
    assert layers.select(frame(), {"category": ["centre"]})["id"].tolist() == ["b", "c"]
    assert layers.select(frame(), {"category": []})["id"].tolist() == ["a", "b", "c"]


def test_select_names_what_can_be_chosen() -> None:
    with pytest.raises(InputError, match=r"choose from \['centre', 'laboratory'\]"):
        layers.select(frame(), {"category": ["park"]})
    with pytest.raises(InputError, match=r"choose from \['category'\]"):
        layers.select(frame(), {"level": ["national"]})


def test_a_repeat_is_not_counted() -> None:
    assert layers.counted(frame())["id"].tolist() == ["a", "c"]


def test_located_and_unlocated_part_the_frame() -> None:
    assert layers.located(frame())["id"].tolist() == ["a"]
    assert layers.unlocated(frame())["id"].tolist() == ["b", "c"]


def test_a_share_is_of_what_can_have_a_place() -> None:
    assert layers.placed_share(frame()) == (1, 3)
    kinds = frame().assign(entity_kind=["site", "part", "event"])
    assert layers.placed_share(kinds) == (1, 2)
    assert layers.placed_share(kinds).lacking == 1
    assert layers.placed_share(kinds.assign(entity_kind=["service", "network", "site"])) == (0, 1)


@pytest.mark.parametrize("name", layers.zoning_names())
def test_every_zoning_is_valid_polygons(name: str) -> None:
    zones = layers.zoning(name)
    assert len(zones) > 0
    assert zones.crs == "EPSG:4490"
    assert set(zones.geometry.geom_type) <= {"Polygon", "MultiPolygon"}
    assert zones.geometry.is_valid.all()
    assert zones["id"].is_unique


def test_a_park_is_the_disc_of_its_radius() -> None:
    parks = layers.load("parks").set_index("id")
    zones = layers.zoning("parks").set_index("id")
    radius_km = parks.loc["park-changsha-gaoxin", "radius_m"] / 1000
    area = geodesic_area_km2(zones.geometry[["park-changsha-gaoxin"]]).iloc[0]
    assert area == pytest.approx(3.14159 * radius_km**2, rel=0.01)
    assert zones.loc["park-changsha-gaoxin", "evidence"] == "schematic"


def test_an_unknown_zoning_is_refused() -> None:
    with pytest.raises(InputError, match="choose from"):
        layers.zoning("streets")
