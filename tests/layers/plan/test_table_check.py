"""What a table says beyond its schema: each claim that cannot be, and nothing of sound ones."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from pyproj import Geod

from geo.errors import InputError
from layers.plan import evidence, table_check, wholes
from layers.plan.area import area
from layers.plan.data_files import Damage
from layers.plan.positions import Gazetteer
from layers.plan.schema import resource
from layers.plan.table_check import claims_broken, references
from layers.plan.years import years_of

WEST, SOUTH, EAST, NORTH = 112.0, 28.0, 113.0, 29.0
MOST_M = Geod(ellps="GRS80").inv(WEST, SOUTH, EAST, NORTH)[2]
# A disc as wide as the plan.
MOST_KM2 = math.pi * (MOST_M / 2000) ** 2
KNOWN = {"sites": {"hall", "yard"}, "roads": {"road-a"}}
SAID: dict[str, Any] = {
    **dict.fromkeys(("object_id", "address", "rule", "reason")),
    "id": "c",
    "subject_id": "hall",
    "kind": "point",
    "lon_deg": 112.5,
    "lat_deg": 28.5,
    "datum": "CGCS2000",
    "accuracy_m": 100.0,
    "state": "accepted",
    "grade": "B",
}
WITHIN = {"kind": "within", "object_id": "yard"}
EXTENT = {"kind": "extent"}


@pytest.fixture(autouse=True)
def _bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_check, "bounds", lambda: (WEST, SOUTH, EAST, NORTH))


def found(claim: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    table = pd.DataFrame([SAID | claim], index=[7])
    told = list(claims_broken(table, resource("claims"), KNOWN))
    assert {(each.file, each.row) for each in told} <= {("claims.csv", 7)}
    return [(each.code, each.column, dict(each.values)) for each in told]


@pytest.mark.parametrize(
    "claim",
    [
        {},
        {"lon_deg": WEST, "lat_deg": SOUTH},
        {"lon_deg": EAST, "lat_deg": NORTH},
        {"accuracy_m": MOST_M},
        WITHIN | {"accuracy_m": 0.0},
        {"kind": "address", "address": "Road 1", "lon_deg": None},
        {"state": "declined", "reason": "old"},
        EXTENT | {"rule": "official:map"},
        EXTENT | {"rule": "between_limits:road-a|hall"},
        EXTENT | {"rule": "assumed:1..3"},
        EXTENT | {"rule": f"disc:{MOST_KM2}"},
    ],
)
def test_a_sound_claim_is_let_be(claim: dict[str, Any]) -> None:
    assert found(claim) == []


@pytest.mark.parametrize(
    ("claim", "code", "column", "values"),
    [
        ({"datum": None}, "data.claim_lacks", "datum", {"kind": "point"}),
        (WITHIN | {"object_id": None}, "data.claim_lacks", "object_id", {"kind": "within"}),
        (EXTENT, "data.claim_lacks", "rule", {"kind": "extent"}),
        ({"accuracy_m": 0.0}, "data.no_accuracy", "accuracy_m", {}),
        (
            {"accuracy_m": 1e6},
            *("data.less_than_or_equal_to", "accuracy_m"),
            {"rule": f"{MOST_M:.0f}", "value": 1e6},
        ),
        ({"state": "conflict"}, "data.claim_unreasoned", "reason", {}),
        (WITHIN | {"object_id": "hall"}, "data.claim_of_itself", "object_id", {}),
        ({"lon_deg": 111.9}, "data.outside", "lon_deg", {"lon": 111.9, "lat": 28.5}),
        ({"lat_deg": 29.1}, "data.outside", "lon_deg", {"lon": 112.5, "lat": 29.1}),
        (EXTENT | {"rule": "disc:0"}, "data.extent", "rule", {"value": "disc:0"}),
        (EXTENT | {"rule": "disc:."}, "data.extent", "rule", {"value": "disc:."}),
        (EXTENT | {"rule": "assumed:3..1"}, "data.extent", "rule", {"value": "assumed:3..1"}),
        (
            EXTENT | {"rule": "disc:1e9"},
            *("data.extent", "rule"),
            {"value": "disc:1e9"},
        ),
    ],
)
def test_a_claim_that_cannot_be_is_named(
    claim: dict[str, Any], code: str, column: str, values: dict[str, Any]
) -> None:
    assert found(claim) == [(code, column, values)]


def test_ids_must_be_in_one_of_the_layers_that_they_refer_to() -> None:
    ((code, column, values),) = found(EXTENT | {"rule": "between_limits:road-a|road-b"})
    assert (code, column, values["value"]) == ("data.reference", "rule", "road-b")
    parks = resource("parks")
    refers = next(field for field in parks.stored if field.refers == ("sources",))
    columns = {field.name: None for field in parks.stored}
    table = pd.DataFrame([columns | {refers.name: key} for key in ("a|c|b", None)], index=[2, 3])
    assert list(references(table, parks, {"sources": {"a", "b"}})) == [
        Damage("parks.csv", "data.reference", 2, refers.name, {"value": "c", "layers": "sources"})
    ]
    # Of layers that could not be read nothing is said.
    assert list(references(table, parks, {})) == []


def test_what_a_part_belongs_to_is_all_above_it_and_not_itself() -> None:
    above = {"a": {"b"}, "b": {"c", "a"}, "d": {"e"}}
    assert wholes._reached("a", above) == {"b", "c"}
    assert wholes._reached("d", above) == {"e"}


def test_parts_and_what_lies_in_something_belong_to_it_and_helpers_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    links = [
        *(("lab", "park", wholes.LOCATED), ("park", "circle", area().parts[0])),
        ("firm", "park", "supporter"),
    ]
    table = pd.DataFrame(links, columns=["feature_id", "target_id", "role"])
    monkeypatch.setattr(wholes, "table", lambda _: table)
    same = SimpleNamespace(same_as={"circle": "city"}.get)
    monkeypatch.setattr(wholes, "gazetteer", lambda: same)
    assert wholes.wholes.__wrapped__() == {
        "lab": {"park", "circle", "city"},
        "park": {"circle", "city"},
        "circle": {"city"},
    }


def test_the_first_year_that_is_stated_counts() -> None:
    frame = pd.DataFrame({"end_year": [2024, None]}).astype("Int64")
    years = years_of("projects", frame)
    assert years is not None
    assert years.tolist()[0] == 2024
    assert years_of("projects", frame.drop(columns="end_year")) is None
    assert years_of("roads", frame) is None


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ({"kind": "address", "address": "Road 1"}, "Road 1"),
        ({"kind": "within", "object_id": "district-yuelu"}, "Yuelu District"),
        ({"kind": "extent", "rule": "disc:2.5"}, "2.5 km²"),
        (
            {
                "kind": "point",
                "lon_deg": 112.9,
                "lat_deg": 28.2,
                "datum": "GCJ-02",
                "accuracy_m": 99.6,
            },
            "112.90000",
        ),
    ],
)
def test_a_claim_is_told_in_words(claim: dict[str, Any], said: str) -> None:
    told = evidence.stated_place(claim, "en")
    assert said in told
    if claim["kind"] == "point":
        assert "28.20000" in told
        assert "GCJ-02" in told
        assert "100 m" in told


def test_claims_of_a_feature_are_told_accepted_ones_first() -> None:
    told = evidence.claims_of("platform-nscc-changsha")
    accepted = (told["state"] == "accepted").tolist()
    assert accepted == sorted(accepted, reverse=True)
    assert told.index.tolist() == list(range(len(told)))
    assert told.columns.tolist() == [field.name for field in resource("claims").fields]
    with pytest.raises(InputError, match="there is no feature"):
        evidence.claims_of("nobody")


def test_a_place_that_a_row_says_itself_follows_from_no_claim() -> None:
    row = {"id": "park", "lon": 112.9, "lat": 28.2, "accuracy_m": 9.0}
    place = Gazetteer([pd.DataFrame([row])], {}).place("park")
    assert place is not None
    assert (place.claim, place.accuracy_m) == (None, 9.0)
