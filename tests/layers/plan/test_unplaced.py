"""What has no place yet, as things with what depends on them, and claims that would place it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import layers
from geo.errors import InputError
from geo.exchange.geocoders import Found, GeocoderError
from layers.plan import claims_file, proposals, unplaced
from layers.plan.selection import counted, placeable
from layers.plan.unplaced import (
    Said,
    _things,
    accepted,
    address_of,
    claims_of_place,
    leads,
    take,
    take_back,
    thing_of_each,
)

PARK, PROJECT = "park-shuzi-jiankang", "project-shuzi-jiankang"
SAID = Said("Zhang", "2026-11-29", "walk", 112.9, 28.2, "CGCS2000")


def test_a_thing_is_its_site_or_what_it_is_and_has_no_place_either() -> None:
    rows = pd.DataFrame(
        [
            ("lab", None, "hall", None),  # stands on a site that has no place
            ("desk", "lab", None, None),  # is a platform that has none: its site
            ("unit", None, None, "placed"),  # is something that has a place, and so is none of it
            ("one", "two", None, None),  # are each other
            ("two", "one", None, None),
            ("own", None, None, None),
        ],
        columns=["id", *unplaced.SAME],
    )
    things = dict(zip(rows["id"], _things(rows), strict=True))
    assert things == {
        "lab": "hall",
        "desk": "hall",
        "unit": "unit",
        "one": "two",
        "two": "one",
        "own": "own",
    }


def test_amounts_and_features_of_things_are_those_of_all_that_could_have_a_place() -> None:
    things = unplaced.unplaced()
    frames = {name: layers.unlocated(layers.load(name)) for name in unplaced._subjects()}
    lacking = {name: frame[placeable(frame)] for name, frame in frames.items()}
    ids = {key for frame in lacking.values() for key in frame["id"]}
    assert {key for keys in things["feature_ids"] for key in keys.split("|")} == ids
    assert things["features"].sum() == len(ids)
    invested = counted(lacking["projects"])["investment_100m_cny"].sum()
    assert things["amount"].sum() == pytest.approx(invested)
    order = list(zip(-things["amount"], -things["features"], strict=True))
    assert order == sorted(order)
    first = things.iloc[0]
    assert (first["id"], first["layers"]) == (PARK, "projects|parks")
    assert first["name_en"] == layers.names_by_id(lang="en")[PARK]
    assert (first["feature_ids"], first["following"]) == (f"{PROJECT}|{PARK}", PROJECT)
    assert thing_of_each()[PROJECT] == thing_of_each()[PARK] == PARK
    assert not set(unplaced.placed()) & ids


def test_a_coordinate_of_a_thing_places_those_that_follow_it_by_a_claim_each() -> None:
    point, follower = claims_of_place(PARK, SAID)
    assert point.pop("id") != follower.pop("id")
    whose = {"source_id": "own", "licence": point["licence"]}
    assert point == asdict(SAID) | whose | {"subject_id": PARK, "kind": "point"}
    assert point["accuracy_m"] == 100
    nothing = dict.fromkeys(("lon_deg", "lat_deg", "datum", "address", "accuracy_m"))
    assert layers.names_by_id()[PARK] in follower.pop("reason")
    held = {"subject_id": PROJECT, "kind": "within", "object_id": PARK}
    said = {"author": "Zhang", "date": "2026-11-29", "coord_source": "walk"}
    assert follower == nothing | held | said | whose | {"grade": "B", "state": "accepted"}
    (address,) = claims_of_place(PARK, Said("Zhang", "2026-11-29", "book", address="Road 1"))
    assert (address["kind"], address["accuracy_m"]) == ("address", None)
    assert len(claims_of_place("platform-nscc-changsha", SAID)) == 1


def test_what_is_known_of_an_address_is_asked_for_before_a_name() -> None:
    assert address_of("site-robot-institute") == "雨花经开区湖南省机器人产业集聚区"
    assert address_of(PARK) == layers.names_by_id()[PARK]
    told = leads("platform-furong-lab", "en")
    assert len(set(told)) == len(told) > 1
    assert told[0].startswith("Not taken: Xiangya Hospital")
    assert "Hosted or led by Central South University" in told
    assert unplaced.amount_unit() == "100 million CNY"


def changing(monkeypatch: pytest.MonkeyPatch, before: pd.DataFrame) -> list[pd.DataFrame]:
    """Let a file of claims hold these, and note what it would hold."""
    after: list[pd.DataFrame] = []

    def change(known: Any, changed: Any, *, also: Any) -> None:
        assert PARK in known["parks"]
        assert also is unplaced.rings
        after.append(changed(before))

    monkeypatch.setattr(claims_file, "change", change)
    return after


def test_claims_are_taken_below_those_that_are_there_and_taken_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = pd.DataFrame({"id": ["a", "b"], "accuracy_m": [1.0, 2.0]})
    after = changing(monkeypatch, before)
    assert take([{"id": "c", "more": 1}]) == ("c",)
    assert after[0]["id"].tolist() == ["a", "b", "c"]
    assert after[0].columns.tolist() == ["id", "accuracy_m"]
    assert after[0].index.tolist() == [0, 1, 2]
    take_back(["a", "none"])
    assert after[1]["id"].tolist() == ["b"]
    with pytest.raises(InputError) as none:
        take_back(["none"])
    assert none.value.code == "own_claims.gone"


def test_of_a_file_of_proposals_the_accepted_are_taken_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    columns = [field.name for field in claims_file.described(Path("p.csv")).stored]
    row = claims_of_place(PARK, SAID)[0]
    rows = [
        row | {"id": "own-1", "source_id": "plan2024"},
        row | {"id": "own-2", "state": "proposed", "date": "?"},
        row | {"id": "own-3"},
        row | {"id": "own-4"},
    ]
    table = pd.DataFrame(rows, index=range(2, 6)).reindex(columns=columns).astype("object")
    texts = table.where(table.notna(), None).map(lambda cell: None if cell is None else str(cell))
    taken = accepted(texts, "p.csv")
    # What follows is said by the same source, and only once.
    assert [(each["subject_id"], each["source_id"]) for each in taken] == [
        *((PARK, "plan2024"), (PROJECT, "plan2024"), (PARK, "own"), (PARK, "own"))
    ]
    there = claims_file.OwnClaims(pd.DataFrame({"id": ["own-3"]}))
    monkeypatch.setattr(unplaced, "own_claims", lambda: there)
    assert [each["id"] for each in accepted(texts, "p.csv") if each["kind"] == "point"] == [
        *("own-1", "own-4")
    ]


# ---- what a geocoder proposes ----

FOUND = Found(112.9, 28.2, "GCJ-02", "door", "Hall", 100.0)


class Answers:
    """A geocoder that has its answers ready."""

    service = next(iter(proposals.SERVICES.values()))

    def __init__(self, *found: Any) -> None:
        self.found = found

    def ask(self, _address: str, *, city: str) -> list[Found]:
        assert city == "Changsha"
        (one, *_) = self.found
        if isinstance(one, Exception):
            raise one
        return list(self.found)


def test_what_a_geocoder_finds_is_proposed_and_what_lies_elsewhere_declined() -> None:
    far = FOUND._replace(lon_deg=116.4, lat_deg=39.9)
    town, finer = FOUND._replace(accuracy_m=1000.0), FOUND._replace(accuracy_m=999.0)
    said = proposals.proposed(
        Answers(FOUND, far, town, finer), "Road 1", city="Changsha", lang="en"
    )
    assert [each.state for each in said] == ["proposed", "declined", "proposed", "proposed"]
    assert [each.grade for each in said] == ["B", "B", "C", "B"]
    assert [each.accuracy_m for each in said] == [100, None, 1000, 999]
    assert (said[0].lon_deg, said[0].lat_deg, said[0].datum) == (112.9, 28.2, "GCJ-02")
    assert said[1].lon_deg is None
    assert said[0].author == Answers.service.title
    assert {each.address for each in said} == {"Road 1"}
    assert "Hall" in str(said[0].reason)
    assert "116.4" in str(said[1].reason)


def test_a_geocoder_without_a_key_is_not_available(monkeypatch: pytest.MonkeyPatch) -> None:
    name, service = next(iter(proposals.SERVICES.items()))
    for each in proposals.SERVICES.values():
        monkeypatch.delenv(each.key_variable, raising=False)
    assert proposals.available() == []
    monkeypatch.setenv(service.key_variable, "k")
    monkeypatch.delenv(service.address_variable, raising=False)
    assert proposals.available() == [name]
    assert proposals.geocoder_of(name) == proposals.Geocoder(name, "k", "")
    monkeypatch.setenv(service.address_variable, "https://maps.example/")
    assert proposals.geocoder_of(name) == proposals.Geocoder(name, "k", "https://maps.example/")
    with pytest.raises(InputError):
        proposals.geocoder_of("nobody")


def test_what_is_asked_for_is_written_at_once_and_not_asked_again(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    things = unplaced.unplaced().iloc[:2]
    monkeypatch.setattr(proposals, "unplaced", lambda: things)
    output, told, waited = tmp_path / "p.csv", [], []

    def propose() -> int:
        return proposals.propose(
            Answers(FOUND),
            output,
            city="Changsha",
            progress=lambda *at: told.append(at),
            wait=waited.append,
        )

    first, second = things["id"]
    assert propose() == 2
    assert told == [(0, 2, first), (1, 2, second), (2, 2, "")]
    assert waited == [proposals.PAUSE_S]
    table = claims_file.read(output, unplaced.ids()).table
    assert table["subject_id"].tolist() == [first, second]
    assert table["state"].tolist() == ["proposed"] * 2
    assert propose() == 0
    output.write_bytes(b"id\n")
    with pytest.raises(claims_file.OwnClaimsError):
        propose()


def test_a_geocoder_that_cannot_be_asked_ends_it_and_an_address_that_none_knows_does_not() -> None:
    unknown = GeocoderError("no such place", code="geocoder.empty", service="Maps")
    (said,) = proposals.proposed(Answers(unknown), "Road 1", city="Changsha")
    assert (said.state, said.lon_deg, said.accuracy_m) == ("declined", None, None)
    assert str(said.reason).startswith("Maps")
    with pytest.raises(GeocoderError):
        proposals.proposed(
            Answers(GeocoderError("key", code="geocoder.key")), "Road 1", city="Changsha"
        )


def test_of_things_that_weigh_the_same_those_of_the_first_part_come_first() -> None:
    things, features = unplaced.unplaced(), unplaced._features()
    parts = features.groupby(features["id"].map(thing_of_each()))["part"].min()
    part = things["id"].map(parts)
    order = list(zip(-things["amount"], -things["features"], part, strict=True))
    assert order == sorted(order)
    assert len(set(part)) > 1


def test_features_of_a_layer_that_adds_nothing_up_have_an_amount_of_zero() -> None:
    features = unplaced._features()
    others = features[features["layer"] != "projects"]
    assert not others.empty
    assert others["amount"].tolist() == [0.0] * len(others)
