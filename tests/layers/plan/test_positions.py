"""Places inherited from zones."""

from __future__ import annotations

import math

import pandas as pd
import pytest
import shapely

from geo.errors import InputError
from layers.plan.positions import Gazetteer, Place, locate, zone_place

PARK = {
    "id": "park-a",
    "lon": 112.9,
    "lat": 28.2,
    "accuracy_m": 100.0,
    "radius_m": 1500.0,
    "evidence": "located",
}


def table(*rows: dict[str, object]) -> pd.DataFrame:
    columns = ["id", "lon", "lat", "within", "same_as", "accuracy_m", "radius_m", "evidence"]
    return pd.DataFrame(list(rows), columns=columns)


def test_own_coordinate_keeps_its_accuracy() -> None:
    assert Gazetteer([table(PARK)], {}).place("park-a") == Place(112.9, 28.2, 100.0, 1500.0)


def test_within_a_zone_the_accuracy_is_half_its_radius() -> None:
    lab = {"id": "lab", "within": "park-a", "evidence": "located"}
    assert Gazetteer([table(PARK, lab)], {}).place("lab") == Place(112.9, 28.2, 750.0, 1500.0)


def test_the_same_feature_keeps_the_accuracy() -> None:
    node = {"id": "node", "same_as": "park-a", "evidence": "located"}
    assert Gazetteer([table(PARK, node)], {}).place("node") == Place(112.9, 28.2, 100.0, 1500.0)


def test_a_chain_is_followed_and_moving_the_park_moves_all() -> None:
    lab = {"id": "lab", "within": "park-a"}
    unit = {"id": "unit", "within": "lab"}
    moved = PARK | {"lon": 113.0}
    before = Gazetteer([table(PARK, lab, unit)], {}).place("unit")
    after = Gazetteer([table(moved, lab, unit)], {}).place("unit")
    assert before is not None
    assert after is not None
    assert (before.lon, after.lon) == (112.9, 113.0)


def test_no_place_is_none_and_stays_unlocated() -> None:
    frame = table(PARK, {"id": "lost", "evidence": "located"})
    placed = locate(frame, Gazetteer([frame], {}))
    assert placed["evidence"].tolist() == ["located", "unlocated"]
    assert placed.geometry.isna().tolist() == [False, True]
    assert placed.crs == "EPSG:4490"


def test_a_ring_of_references_is_refused() -> None:
    ring = table({"id": "a", "within": "b"}, {"id": "b", "within": "a"})
    with pytest.raises(InputError, match="a → b → a"):
        Gazetteer([ring], {}).place("a")


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(InputError, match="'nowhere', which no layer has"):
        Gazetteer([table({"id": "a", "within": "nowhere"})], {}).place("a")


def test_a_built_feature_gives_its_place() -> None:
    city = Place(112.94, 28.17, 500.0, 2800.0)
    lab = table({"id": "lab", "within": "city"})
    place = Gazetteer([lab], {"city": lambda: city}).place("lab")
    assert place == Place(112.94, 28.17, 1400.0, 2800.0)


def test_rests_on_follows_the_chain() -> None:
    lab = {"id": "lab", "within": "park-a"}
    gazetteer = Gazetteer([table(PARK, lab, {"id": "unit", "within": "lab"})], {})
    assert gazetteer.rests_on("unit", "park-a")
    assert not gazetteer.rests_on("park-a", "lab")


def test_zone_radius_is_that_of_the_disc_of_equal_area() -> None:
    place = zone_place(shapely.box(112, 28, 113, 29), area_km2=math.pi * 4, accuracy_m=50.0)
    assert place == Place(112.5, 28.5, 50.0, 2000.0)


def test_what_lies_within_a_place_is_no_better_known_than_the_place() -> None:
    campus = {"id": "campus", "lon": 112.9, "lat": 28.2, "accuracy_m": 300.0}
    lab = {"id": "lab", "within": "campus"}
    place = Gazetteer([table(campus, lab)], {}).place("lab")
    assert place == Place(112.9, 28.2, 300.0, 300.0)


def test_a_layer_without_rows_has_no_places() -> None:
    empty = table({"id": "a", "evidence": "located"}).iloc[:0]
    assert locate(empty, Gazetteer([empty], {})).empty
