"""The zonings of the New Area, and those that a visitor brings."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from scipy.spatial import cKDTree
from shapely import Point, Polygon, box

import layers
from geo.errors import CRSError, InputError
from geo.geodesic import geodesic_area_km2
from layers.plan.zonings import COLUMNS, GRID_NAMES, own_zones, zoning, zoning_names


@pytest.mark.parametrize("name", zoning_names())
def test_every_zoning_has_the_same_columns_and_two_names(name: str) -> None:
    zones = zoning(name)
    assert list(zones.columns) == COLUMNS
    assert zones.index.tolist() == list(range(len(zones)))
    assert zones[["id", "name_zh", "name_en"]].notna().all(axis=None)
    assert zones["id"].is_unique
    assert zones.geometry.is_valid.all()
    assert not zones["name_en"].str.contains("[一-鿿]").any()


@pytest.mark.parametrize("name", GRID_NAMES)
def test_grids_cover_the_districts_and_claim_no_evidence(name: str) -> None:
    cells = zoning(name)
    assert cells[["evidence", "rule"]].isna().all(axis=None)
    districts = zoning("districts").union_all()
    outside = gpd.GeoSeries([districts - cells.union_all()], crs=cells.crs)
    assert geodesic_area_km2(outside).iloc[0] < 0.01
    assert cells.intersects(districts.buffer(1e-4)).all()


@pytest.mark.parametrize(("name", "area_km2"), [("hexagons", 3**0.5 / 2 * 4), ("squares", 4.0)])
def test_cells_are_of_the_size_asked_for(name: str, area_km2: float) -> None:
    cells = zoning(name, cell_m=2000)
    # Lengths on the map are too long by half the square of the distance from 114° E in radians:
    # 2.35° × cos 28.3° for the far west of Ningxiang, 0.065 % there, and areas by twice that.
    np.testing.assert_allclose(geodesic_area_km2(cells), area_km2, rtol=2 * 0.00066)
    assert (geodesic_area_km2(cells) <= area_km2).all()
    assert len(cells) > len(zoning(name))


def test_h3_cells_are_named_by_their_index() -> None:
    cells = zoning("h3", h3_resolution=6)
    assert cells["id"].str.startswith("86").all()
    assert (cells["name_zh"] == "H3 " + cells["id"]).all()
    assert len(zoning("h3")) > 5 * len(cells)


def test_park_areas_divide_the_districts() -> None:
    areas = zoning("park_areas")
    whole = geodesic_area_km2(zoning("districts")).sum()
    assert geodesic_area_km2(areas).sum() == pytest.approx(whole, rel=1e-6)
    assert set(areas["evidence"]) == {"schematic"}
    assert set(areas["rule"]) == {"nearest:parks"}


def test_a_place_is_in_the_area_of_its_nearest_park() -> None:
    areas = zoning("park_areas").set_index("id")
    parks = layers.located(layers.load("parks")).to_crs(4547)
    assert set(areas.index) <= set(parks["id"])
    rng = np.random.default_rng(0)
    west, south, east, north = areas.total_bounds
    places = gpd.GeoSeries(
        shapely.points(rng.uniform((west, south), (east, north), (500, 2))), crs=4490
    )
    places = places[places.within(zoning("districts").union_all())]
    metric = shapely.get_coordinates(places.to_crs(4547).to_numpy())
    sites = parks.drop_duplicates("geometry")
    nearest = cKDTree(shapely.get_coordinates(sites.geometry.to_numpy())).query(metric)[1]
    own = areas.geometry.loc[sites["id"].iloc[nearest]].to_numpy()
    assert len(places) > 200
    assert shapely.intersects(own, places.to_numpy()).all()


def test_parks_in_one_place_share_an_area_and_its_name_says_so() -> None:
    areas = zoning("park_areas").set_index("id")
    parks = layers.located(layers.load("parks"))
    places = parks.groupby(parks.geometry.to_wkb())["id"].agg(["first", "size"])
    assert set(areas.index) == set(places["first"])
    for park, size in places.itertuples(index=False):
        assert areas.loc[park, "name_zh"].endswith(f"等 {size} 处") == (size > 1)
        assert areas.loc[park, "name_en"].endswith(f" and {size - 1} more") == (size > 1)


def test_zonings_are_the_callers_own() -> None:
    zones = zoning("park_areas")
    zones["name_zh"] = ""
    assert (zoning("park_areas")["name_zh"] != "").all()


def test_sizes_that_are_refused() -> None:
    with pytest.raises(InputError, match="choose from"):
        zoning("streets")
    with pytest.raises(InputError, match=r"hexagons: size_m is 0"):
        zoning("hexagons", cell_m=0)
    with pytest.raises(InputError, match=r"squares: .* more than"):
        zoning("squares", cell_m=10)
    with pytest.raises(InputError, match="whole numbers from 0 to 15"):
        zoning("h3", h3_resolution=16)
    for name, size in (
        ("districts", {"cell_m": 500}),
        ("h3", {"cell_m": 500}),
        ("squares", {"h3_resolution": 8}),
    ):
        with pytest.raises(InputError, match="leave it out"):
            zoning(name, **size)


# ---- a visitor's own ----


def polygons(crs: object = 4490, **columns: object) -> gpd.GeoDataFrame:
    shapes = [box(112.9, 28.1, 113.0, 28.2), box(112.8, 28.1, 112.9, 28.2)]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=4490).to_crs(crs)


def test_custom_without_names() -> None:
    zones = own_zones(polygons())
    assert list(zones.columns) == COLUMNS
    assert zones["id"].tolist() == ["zone-1", "zone-2"]
    assert zones["name_zh"].tolist() == ["区域 1", "区域 2"]
    assert zones["name_en"].tolist() == ["Zone 1", "Zone 2"]
    assert zones[["evidence", "rule"]].isna().all(axis=None)


@pytest.mark.parametrize("column", ["name_zh", "名称", "NAME", "Name", "name", "XZQMC", "id"])
def test_custom_takes_names_from_what_is_there(column: str) -> None:
    zones = own_zones(polygons(**{column: ["洋湖", " "]}))
    assert zones["name_zh"].tolist() == ["洋湖", "区域 2"]
    assert zones["name_en"].tolist() == ["洋湖", "Zone 2"]


def test_custom_takes_names_in_two_languages() -> None:
    zones = own_zones(polygons(NAME=["x", "y"], 名称=["洋湖", "梅溪湖"], name_en=["Yanghu", None]))
    assert zones["name_zh"].tolist() == ["洋湖", "梅溪湖"]
    assert zones["name_en"].tolist() == ["Yanghu", "梅溪湖"]


def test_custom_passes_over_an_empty_column_of_names() -> None:
    assert own_zones(polygons(name=[None, ""], id=[7, 8]))["name_zh"].tolist() == ["7", "8"]


def test_custom_brings_metres_to_degrees() -> None:
    zones = own_zones(polygons(4547))
    assert zones.crs == "EPSG:4490"
    np.testing.assert_allclose(zones.bounds, polygons().bounds, atol=1e-9)
    assert layers.select(zones)["id"].tolist() == ["zone-1", "zone-2"]


def test_custom_leaves_out_what_has_no_place() -> None:
    frame = polygons(name=["a", "b"])
    frame.loc[0, "geometry"] = None
    frame = frame.set_index("name", drop=False)
    zones = own_zones(frame)
    assert zones["name_zh"].tolist() == ["b"]
    assert zones["id"].tolist() == ["zone-1"]


def test_custom_refusals() -> None:
    with pytest.raises(InputError, match=r"^own_zones: 1 of 1 zones are no polygons.*Point"):
        own_zones(gpd.GeoDataFrame(geometry=[Point(112.9, 28.1)], crs=4490))
    with pytest.raises(InputError, match="none of the 2 features is an area"):
        own_zones(gpd.GeoDataFrame(geometry=[None, Polygon()], crs=4490))
    with pytest.raises(CRSError, match=r"^own_zones: the frame has no CRS"):
        own_zones(polygons().set_crs(None, allow_override=True))
    bow_tie = Polygon([(112, 28), (113, 29), (113, 28), (112, 29)])
    with pytest.warns(UserWarning, match="own_zones: 1 of 1 zones were not valid"):
        zones = own_zones(gpd.GeoDataFrame(geometry=[bow_tie], crs=4490))
    assert zones.geometry.is_valid.all()
