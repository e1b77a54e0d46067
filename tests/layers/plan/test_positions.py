"""Places inherited from zones."""

from __future__ import annotations

import math

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.errors import InputError
from geo.geodesic import geodesic_area_km2
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


def said(*rows: dict[str, object]) -> pd.DataFrame:
    """Claims with the columns of the table: accepted, grade C and in WGS-84 unless told."""
    columns = ["id", "subject_id", "kind", "lon_deg", "lat_deg", "datum", "accuracy_m"]
    columns += ["object_id", "rule", "grade", "state"]
    usual = {"datum": "WGS-84", "grade": "C", "state": "accepted"}
    return pd.DataFrame(
        [{"id": f"c{n}", **usual, **row} for n, row in enumerate(rows)], columns=columns
    )


def at(
    subject: str, lon: float, lat: float, accuracy_m: float, **more: object
) -> dict[str, object]:
    point = {"kind": "point", "lon_deg": lon, "lat_deg": lat, "accuracy_m": accuracy_m}
    return {"subject_id": subject, **point, **more}


def held(subject: str, holder: str, **more: object) -> dict[str, object]:
    return {"subject_id": subject, "kind": "within", "object_id": holder, **more}


def reaches(subject: str, rule: str) -> dict[str, object]:
    return {"subject_id": subject, "kind": "extent", "rule": rule}


def knows(claims: pd.DataFrame, *rows: dict[str, object]) -> Gazetteer:
    """A gazetteer of everything that is claimed of, and of rows that stand on sites."""
    ids = {*claims["subject_id"], *claims["object_id"].dropna()} - {row["id"] for row in rows}
    return Gazetteer([pd.DataFrame([*rows, *({"id": each} for each in ids)])], {}, claims)


def figures(place: Place | None) -> tuple[float, float, float, float]:
    assert place is not None
    return place.lon, place.lat, place.accuracy_m, place.radius_m


def test_own_coordinate_keeps_its_accuracy() -> None:
    assert figures(Gazetteer([table(PARK)], {}).place("park-a")) == (112.9, 28.2, 100.0, 1500.0)


def test_within_a_zone_the_accuracy_is_half_its_radius() -> None:
    lab = {"id": "lab", "within": "park-a", "evidence": "located"}
    assert figures(Gazetteer([table(PARK, lab)], {}).place("lab")) == (112.9, 28.2, 750.0, 1500.0)


def test_the_same_feature_keeps_the_accuracy() -> None:
    node = {"id": "node", "same_as": "park-a", "evidence": "located"}
    assert figures(Gazetteer([table(PARK, node)], {}).place("node")) == (112.9, 28.2, 100.0, 1500.0)


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
    assert figures(place) == (112.94, 28.17, 1400.0, 2800.0)


def test_rests_on_follows_the_chain() -> None:
    lab = {"id": "lab", "within": "park-a"}
    gazetteer = Gazetteer([table(PARK, lab, {"id": "unit", "within": "lab"})], {})
    assert gazetteer.rests_on("unit", "park-a")
    assert not gazetteer.rests_on("park-a", "lab")


def test_zone_radius_is_that_of_the_disc_of_equal_area() -> None:
    place = zone_place(shapely.box(112, 28, 113, 29), area_km2=math.pi * 4, accuracy_m=50.0)
    assert figures(place) == (112.5, 28.5, 50.0, 2000.0)


def test_what_lies_within_a_place_is_no_better_known_than_the_place() -> None:
    campus = {"id": "campus", "lon": 112.9, "lat": 28.2, "accuracy_m": 300.0}
    lab = {"id": "lab", "within": "campus"}
    place = Gazetteer([table(campus, lab)], {}).place("lab")
    assert figures(place) == (112.9, 28.2, 300.0, 300.0)


def test_a_layer_without_rows_has_no_places() -> None:
    empty = table({"id": "a", "evidence": "located"}).iloc[:0]
    assert locate(empty, Gazetteer([empty], {})).empty


# ---- what sources say ----

# Along a meridian at 28° N a hundredth of a degree is 1108 m on the ellipsoid.
HUNDREDTH_M = 1108.3


def test_of_coordinates_the_grade_counts_before_the_accuracy() -> None:
    sure, exact = at("lab", 112.90, 28.20, 300, grade="B"), at("lab", 112.90, 28.20, 100)
    place = knows(said(exact, sure)).place("lab")
    assert figures(place) == (112.90, 28.20, 300.0, 300.0)
    assert (place.claim, place.evidence) == ("c1", "located")
    finer = at("lab", 112.90, 28.20, 200, grade="B")
    assert figures(knows(said(exact, sure, finer)).place("lab")) == (112.90, 28.20, 200.0, 200.0)


def test_what_is_known_from_two_sources_is_surveyed_until_one_says_otherwise() -> None:
    two = at("lab", 112.90, 28.20, 300, grade="A")
    assert knows(said(two)).place("lab").evidence == "surveyed"
    away = at("lab", 112.90, 28.21, 100, state="conflict")
    assert knows(said(two, away)).place("lab").evidence == "located"


@pytest.mark.parametrize(
    ("state", "accuracy_m"),
    [
        ("conflict", HUNDREDTH_M),
        ("accepted", HUNDREDTH_M),
        ("superseded", 300.0),
        ("declined", 300.0),
    ],
)
def test_the_accuracy_spans_what_else_is_said(state: str, accuracy_m: float) -> None:
    taken, other = at("lab", 112.90, 28.20, 300, grade="B"), at("lab", 112.90, 28.21, 100)
    place = knows(said(taken, other | {"state": state})).place("lab")
    assert (place.lon, place.lat) == (112.90, 28.20)
    assert place.accuracy_m == pytest.approx(accuracy_m, abs=1)


def test_a_zone_contradicts_only_what_lies_beyond_its_edge() -> None:
    park = [at("park", 112.90, 28.30, 100), reaches("park", "disc:314.159")]  # a disc of 10 km
    taken, inside = at("lab", 112.90, 28.25, 300), held("lab", "park", state="conflict")
    assert knows(said(*park, taken, inside)).place("lab").accuracy_m == 300.0
    far = at("lab", 112.90, 28.20, 300)
    beyond_m = 10 * HUNDREDTH_M - 10_000
    place = knows(said(*park, far, inside)).place("lab")
    assert place.accuracy_m == pytest.approx(beyond_m, abs=10)


def test_a_zone_in_a_zone_is_as_exact_as_what_holds_it() -> None:
    outer = [at("outer", 112.90, 28.20, 100), reaches("outer", "disc:12.566")]  # a disc of 2 km
    inner = [held("inner", "outer"), reaches("inner", "assumed:1..5.283")]  # on average 1 km
    gazetteer = knows(said(*outer, *inner, held("lab", "inner")))
    place = gazetteer.place("inner")
    assert (place.accuracy_m, place.radius_m) == pytest.approx((1000.0, 1000.0), abs=0.1)
    assert gazetteer.place("lab").accuracy_m == pytest.approx(1000.0, abs=0.1)
    assert gazetteer.place("lab").within == "inner"


def test_a_claim_may_know_less_than_the_zone_tells() -> None:
    campus = at("campus", 112.90, 28.20, 400)
    place = knows(said(campus, held("lab", "campus", accuracy_m=3000))).place("lab")
    assert place.accuracy_m == 3000.0


def test_of_zones_the_smallest_of_the_best_grade_holds_it() -> None:
    zones = [
        at("far", 113.0, 28.2, 100),
        at("wide", 112.9, 28.2, 900),
        at("tight", 112.9, 28.2, 500),
    ]
    claims = said(
        *zones, held("lab", "far"), *(held("lab", key, grade="B") for key in ("wide", "tight"))
    )
    assert knows(claims.iloc[:-2]).place("lab").within == "far"
    assert knows(claims).place("lab").within == "tight"


def test_an_area_that_is_stated_comes_before_one_that_is_assumed() -> None:
    assumed, stated = reaches("park", "assumed:1..3"), reaches("park", "disc:3.14159")
    for claims in (said(assumed, stated), said(stated, assumed)):
        assert knows(claims).extent_m("park") == pytest.approx(1000, abs=1)


def test_what_stands_on_a_site_shares_its_place() -> None:
    row = {"id": "lab", "site_id": "hall"}
    gazetteer = knows(said(at("hall", 112.90, 28.20, 300)), row, {"id": "desk", "site_id": "hall"})
    assert gazetteer.place("lab") == gazetteer.place("desk") == gazetteer.place("hall")
    assert gazetteer.subjects("lab") == ["lab", "hall"]
    own = knows(said(at("hall", 112.90, 28.20, 300), at("lab", 112.95, 28.20, 500)), row)
    assert figures(own.place("lab")) == (112.95, 28.20, 500.0, 500.0)


@pytest.mark.parametrize(
    "claim",
    [
        {"subject_id": "hall", "kind": "address", "address": "1 High Street"},
        reaches("hall", "disc:1"),
        at("hall", 112.9, 28.2, 300, state="declined"),
        held("hall", "yard"),
    ],
    ids=["an address alone", "an area alone", "a claim that is not taken", "within what has none"],
)
def test_a_site_without_a_coordinate_gives_none(claim: dict[str, object]) -> None:
    row = {"id": "lab", "site_id": "hall"}
    gazetteer = knows(said(claim), row)
    assert gazetteer.place("lab") is None
    frame = pd.DataFrame([row])
    assert locate(frame, gazetteer)["evidence"].tolist() == ["unlocated"]


def test_claims_that_lead_back_to_themselves_are_refused() -> None:
    with pytest.raises(InputError, match="a → b → a"):
        knows(said(held("a", "b"), held("b", "a"))).place("a")


@pytest.mark.parametrize("column", ["site_id", "same_as"])
def test_rows_that_stand_for_each_other_are_refused(column: str) -> None:
    rows = pd.DataFrame([{"id": "a", column: "b"}, {"id": "b", column: "a"}])
    with pytest.raises(InputError, match="a → b → a"):
        Gazetteer([rows], {}).place("a")


def test_a_conflict_that_rests_on_the_feature_itself_says_nothing() -> None:
    claims = said(
        at("lab", 112.90, 28.20, 300), held("hall", "lab"), held("lab", "hall", state="conflict")
    )
    assert knows(claims).place("lab").accuracy_m == 300.0


def test_a_coordinate_is_moved_from_the_datum_of_its_source() -> None:
    place = knows(said(at("lab", 112.945453, 28.226494, 300, datum="GCJ-02"))).place("lab")
    assert (place.lon, place.lat) == pytest.approx((112.94, 28.23), abs=2e-5)


def test_a_line_is_known_along_its_length() -> None:
    line = shapely.LineString([(112.90, 28.20), (112.90, 28.22), (112.90, 28.24)])
    place = zone_place(line, area_km2=0.0, accuracy_m=35.0)
    assert (place.lon, place.lat) == pytest.approx((112.90, 28.22))
    # Anywhere on 4.4 km: a standard deviation of length / √12.
    assert place.radius_m / 2 == pytest.approx(4 * HUNDREDTH_M / math.sqrt(12), abs=1)


def test_columns_that_follow_from_claims_are_filled_where_they_are_asked_for() -> None:
    frame = pd.DataFrame({"id": ["park", "lab", "none"]})
    park = [at("park", 112.9, 28.2, 300), reaches("park", "disc:3.14159")]
    gazetteer = Gazetteer([frame], {}, said(*park, held("lab", "park")))
    placed = locate(frame, gazetteer, ("within", "radius_m", "claim_id"))
    assert placed["within"].fillna("").tolist() == ["", "park", ""]
    assert placed["claim_id"].fillna("").tolist() == ["c0", "c2", ""]
    assert placed["radius_m"].round().fillna(0).tolist() == [1000.0, 0.0, 0.0]
    assert "claim_id" not in locate(frame, gazetteer)


def discs_m(extent: object) -> list[float]:
    """The radii of the discs that an extent is made of, metres."""
    shapes = [shape for shape, _ in extent] if isinstance(extent, list) else [extent]
    return [geodesic_area_km2(gpd.GeoSeries([each], crs=4490))[0] ** 0.5 for each in shapes]


def test_what_is_known_by_its_zone_is_somewhere_in_it() -> None:
    park = [at("park", 112.90, 28.20, 100), reaches("park", "disc:12.566")]
    gazetteer = knows(said(*park, held("lab", "park"), held("desk", "park")))
    extent = gazetteer.place("lab").extent
    assert discs_m(extent) == pytest.approx([12.566**0.5], rel=0.01)
    # The same object, so that its points are laid out once.
    assert gazetteer.place("desk").extent is extent
    assert gazetteer.place("park").extent is None


def test_in_a_zone_in_a_zone_it_is_somewhere_in_the_outer_one() -> None:
    outer = [at("outer", 112.90, 28.20, 100), reaches("outer", "disc:12.566")]
    inner = [held("inner", "outer"), reaches("inner", "disc:1")]
    gazetteer = knows(said(*outer, *inner, held("lab", "inner")))
    assert gazetteer.place("lab").extent is gazetteer.place("inner").extent
    assert discs_m(gazetteer.place("lab").extent) == pytest.approx([12.566**0.5], rel=0.01)


def test_in_what_is_built_it_is_somewhere_in_that() -> None:
    road = shapely.LineString([(112.90, 28.20), (112.90, 28.24)])
    built = {"road": lambda: zone_place(road, area_km2=0.0, accuracy_m=35.0)}
    gazetteer = Gazetteer([table({"id": "lab", "within": "road"})], built)
    assert gazetteer.place("lab").extent is road


def test_where_sources_contradict_each_other_it_is_in_one_of_the_places() -> None:
    park = [at("park", 112.90, 28.30, 100), reaches("park", "disc:12.566")]
    taken, other = at("lab", 112.90, 28.20, 300), held("lab", "park", state="conflict")
    extent = knows(said(*park, taken, other)).place("lab").extent
    assert isinstance(extent, list)
    assert [weight for _, weight in extent] == [1.0, 1.0]
    # As wide as a normal error of 300 m, and the park.
    assert discs_m(extent) == pytest.approx([(0.36 * math.pi) ** 0.5, 12.566**0.5], rel=0.01)


def test_who_shares_a_site_is_in_one_place_with_it() -> None:
    hall, row = at("hall", 112.90, 28.20, 300), {"id": "lab", "site_id": "hall"}
    assert knows(said(hall), row).stands_on("lab") == "hall"
    assert knows(said(hall), row).stands_on("hall") is None
    own = knows(said(hall, at("lab", 112.95, 28.20, 500)), row)
    assert own.stands_on("lab") is None
