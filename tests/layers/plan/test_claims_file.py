"""One's own claims: read strictly, written whole, joined with the plan's before places follow."""

from __future__ import annotations

import csv
import io
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import layers
from geo.errors import InputError
from layers import data_check
from layers.plan import catalogue, claims_file, unplaced
from layers.plan.area import OWN_CLAIMS, open_plan, state
from layers.plan.claims_file import NotTakenError, OwnClaimsError, ProposalsError
from layers.plan.unplaced import Said, claims_of_place, take, take_back
from layers.questions.counting import Distribution, zone_counts
from layers.questions.subjects import Points, Zones
from layers.record import provenance

if TYPE_CHECKING:
    from pathlib import Path

LAB, PARK, PROJECT = "platform-p3-lab", "park-shuzi-jiankang", "project-shuzi-jiankang"
SAID = Said("张三", "2026-11-29", "现场踏勘", 112.9, 28.2, "CGCS2000")
KNOWN = catalogue.ids()
COLUMNS = [field.name for field in layers.resource("claims").fields] + ["author", "date"]


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Name a file for own claims, which is not there yet."""
    path = tmp_path / "claims.csv"
    monkeypatch.setenv(OWN_CLAIMS, str(path))
    return path


@cache
def first() -> dict[str, Any]:
    """The claim that places the laboratory while none of one's own does."""
    return claims_of_place(LAB, SAID)[0]


def row(**values: Any) -> dict[str, Any]:
    return first() | values


def write(path: Path, *rows: dict[str, Any], encoding: str = "utf-8") -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding)


def placed(layer: str = "platforms") -> pd.DataFrame:
    return layers.load(layer).set_index("id")


def test_an_own_claim_places_a_thing_at_once_and_undone_it_does_not(own: Path) -> None:
    asked = Distribution(Points("platforms"), Zones("districts"))
    assert LAB in set(unplaced.unplaced()["id"])
    before, there = zone_counts(asked)["count"].sum(), placed().geometry[LAB]
    assert there is None
    keys = take(claims_of_place(LAB, SAID))
    now = placed().loc[LAB]
    assert (now.geometry.x, now.geometry.y) == (112.9, 28.2)
    assert now["accuracy_m"] == unplaced.ACCURACY_M
    assert now["evidence"] == "located"
    assert now["claim_id"] == keys[0]
    # What is the same thing has its place with it, and kept answers are others.
    assert placed("projects").geometry["project-p3-shiyanshi"].equals(now.geometry)
    assert zone_counts(asked)["count"].sum() == before + 1
    assert LAB not in set(unplaced.unplaced()["id"])
    assert provenance.data_hashes()[OWN_CLAIMS]
    (told,) = layers.claims_of(LAB).to_dict("records")
    source = layers.load("sources").set_index("id").loc[told["source_id"]]
    assert (source["name_zh"], source["date"]) == ("现场踏勘（张三）", "2026-11-29")
    assert data_check.damages() == []
    take_back(keys)
    assert placed().geometry[LAB] is None
    assert zone_counts(asked)["count"].sum() == before
    assert own.read_text("utf-8-sig").count("\n") == 1


def test_an_own_coordinate_goes_before_a_zone_and_beside_others_by_grade_and_accuracy(
    own: Path,
) -> None:
    zone = placed().loc[lambda frame: frame["within"].notna()].index[0]
    point = "site-hnu-main"
    on_it = placed().loc[lambda frame: frame["site_id"] == point].index[0]
    before = placed().loc[on_it]
    said = [
        row(id="own-a", subject_id=zone),
        row(id="own-b", subject_id=point, grade="C", accuracy_m=100.0),
    ]
    write(own, *said)
    assert placed().loc[zone, "claim_id"] == "own-a"
    assert pd.isna(placed().loc[zone, "within"])
    # The plan's has the better grade: it stands, and reaches as far as the other says.
    after = placed().loc[on_it]
    assert after["claim_id"] == before["claim_id"]
    assert after["accuracy_m"] > before["accuracy_m"]


def test_a_datum_is_kept_and_what_is_only_proposed_stands_nowhere(own: Path) -> None:
    proposed = row(id="own-2", subject_id="platform-collider", state="proposed", reason="待核")
    write(own, row(lon_deg=112.945453, lat_deg=28.226494, datum="GCJ-02"), proposed)
    assert placed().geometry[LAB].x == pytest.approx(112.94, abs=2e-5)
    assert placed().geometry["platform-collider"] is None
    assert layers.claims_of("platform-collider").empty


# What is wrong in a row: the cells, then field and code that must be named. What breaks the schema
# is told before what only shows between rows and files.
BREAKING: list[tuple[dict[str, Any], str, str]] = [
    ({"author": ""}, "author", "data.required"),
    ({"state": "maybe"}, "state", "data.isin"),
    ({"lon_deg": "28.2", "lat_deg": "112.9"}, "lon_deg", "data.greater_than_or_equal_to"),
    ({"datum": "Beijing 54"}, "datum", "data.isin"),
    ({"id": "own-2"}, "id", "data.field_uniqueness"),
]
CONTRADICTING: list[tuple[dict[str, Any], str, str]] = [
    ({"coord_source": ""}, "coord_source", "data.required"),
    *(
        ({"date": written}, "date", "data.date")
        for written in ("昨天", "2026/11/29", "2026-02-30", "20261129", "2026-W01-1")
    ),
    ({"subject_id": "nobody"}, "subject_id", "data.reference"),
    ({"source_id": "rumour"}, "source_id", "data.reference"),
    ({"lon_deg": "116.4", "lat_deg": "39.9"}, "lon_deg", "data.outside"),
    ({"lat_deg": ""}, "lat_deg", "data.claim_lacks"),
    ({"datum": ""}, "datum", "data.claim_lacks"),
    ({"accuracy_m": ""}, "accuracy_m", "data.claim_lacks"),
    ({"accuracy_m": "0"}, "accuracy_m", "data.no_accuracy"),
    ({"id": "claim-xtu"}, "id", "data.field_uniqueness"),
    ({"kind": "within", "object_id": LAB}, "object_id", "data.claim_of_itself"),
    ({"kind": "extent", "rule": "assumed:3..1"}, "rule", "data.extent"),
    ({"kind": "extent", "rule": "disc:."}, "rule", "data.extent"),
    ({"kind": "extent", "rule": "disc:99999999"}, "rule", "data.extent"),
    ({"accuracy_m": "1e9"}, "accuracy_m", "data.less_than_or_equal_to"),
    ({"kind": "extent", "rule": "between_limits:road-x"}, "rule", "data.reference"),
    ({"state": "declined"}, "reason", "data.claim_unreasoned"),
]


@pytest.mark.parametrize(
    "faults", [[({"lon_deg": "112°54′"}, "lon_deg", "data.not_number")], BREAKING, CONTRADICTING]
)
def test_every_broken_claim_is_named_by_file_row_and_field(
    faults: list[tuple[dict[str, Any], str, str]], own: Path
) -> None:
    broken = [row(id=f"own-{at}") | cells for at, (cells, _, _) in enumerate(faults, 3)]
    write(own, row(id="own-2"), *broken)
    read = claims_file.read(own, KNOWN)
    assert read.table.empty
    named = {(each.file, each.row, each.column, each.code) for each in read.damages}
    expected = {("claims.csv", at, *fault[1:]) for at, fault in enumerate(faults, 3)}
    assert expected <= named
    for lang in ("zh", "en"):
        assert "claims.csv" in OwnClaimsError(read.damages).sentence(lang)


def test_a_broken_file_leaves_the_plan_as_it_is_and_is_never_written_over(own: Path) -> None:
    write(own, row(), encoding="gb18030")
    before = own.read_bytes()
    assert placed().geometry[LAB] is None
    (damage,) = data_check.damages()
    assert (damage.file, damage.code) == ("claims.csv", "data.encoding")
    with pytest.raises(OwnClaimsError, match=r"claims\.csv"):
        take(claims_of_place(LAB, SAID))
    assert own.read_bytes() == before


def test_nothing_is_taken_that_would_break_the_file_or_turn_places_in_a_ring(own: Path) -> None:
    inside = {"kind": "within", "lon_deg": None, "lat_deg": None, "datum": None, "accuracy_m": None}
    ring = [
        row(id="own-1", subject_id=PARK, object_id=LAB) | inside,
        row(id="own-2", subject_id=LAB, object_id=PARK) | inside,
    ]
    for rows in ([row(lat_deg=39.9)], ring):
        with pytest.raises(OwnClaimsError):
            take(rows)
        assert not own.exists()
    write(own, *ring)
    assert {each.code for each in data_check.damages()} == {"data.ring"}


def test_two_who_write_at_once_lose_nothing(own: Path) -> None:
    def one(number: int) -> None:
        row_ = pd.DataFrame([row(id=f"own-{number}")])

        def added(before: pd.DataFrame) -> pd.DataFrame:
            return pd.concat([before.astype("object"), row_.reindex(columns=before.columns)])

        claims_file.change(KNOWN, added, also=lambda *_: ())

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(one, range(3)))
    read = claims_file.read(own, KNOWN)
    assert sorted(read.table["id"]) == [f"own-{number}" for number in range(3)]


def test_texts_that_a_spreadsheet_would_compute_come_back_as_they_were(own: Path) -> None:
    take(claims_of_place(LAB, Said("=1+1", "2026-11-29", "@某处", 112.9, 28.2, "CGCS2000")))
    assert ",'=1+1," in own.read_text("utf-8-sig")
    assert claims_file.read(own, KNOWN).table["author"].tolist() == ["=1+1"] * 2


def test_without_a_file_nothing_can_be_taken_and_a_plan_without_claims_has_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(OWN_CLAIMS, raising=False)
    with pytest.raises(InputError, match=OWN_CLAIMS):
        take(claims_of_place(LAB, SAID))
    monkeypatch.setenv(OWN_CLAIMS, str(tmp_path / "none" / "claims.csv"))
    with pytest.raises(InputError, match="folder"):
        take(claims_of_place(LAB, SAID))
    monkeypatch.setenv(OWN_CLAIMS, str(tmp_path))
    assert [each.code for each in catalogue.own_claims().damages] == ["data.missing"]
    with open_plan("hunan_hightech"):
        assert unplaced.unplaced().empty
        assert catalogue.own_claims().table.empty


def test_another_state_of_the_file_lets_go_of_what_was_kept_for_the_one_before(own: Path) -> None:
    first = state()
    write(own, row())
    assert state() != first
    names = catalogue.names_by_id()
    assert catalogue.names_by_id() == names
    own.unlink()
    assert state() == first


def test_things_come_by_what_depends_on_them_and_tell_what_the_plan_has_to_go_on() -> None:
    things = unplaced.unplaced().set_index("id")
    assert things["amount"].is_monotonic_decreasing
    assert things.loc[PARK, ["amount", "features"]].tolist() == [184.0, 2]
    assert things.loc[PARK, "layers"] == "projects|parks"
    assert "未采用" in " ".join(unplaced.leads("platform-furong-lab", "zh"))
    assert "Hosted or led by" in " ".join(unplaced.leads("platform-furong-lab", "en"))
    assert unplaced.address_of("site-robot-institute") == "雨花经开区湖南省机器人产业集聚区"
    # Each of them can have a place, and has none.
    of = {key for keys in things["feature_ids"] for key in keys.split("|")}
    lacking = sum(layers.placed_share(layers.load(name)).lacking for name in ("parks", "platforms"))
    assert lacking + layers.placed_share(layers.load("projects")).lacking == len(of)
    # One claim on the thing, and one for each other that does not take its place over by itself.
    rows = claims_of_place(PARK, SAID)
    assert [(each["subject_id"], each["kind"]) for each in rows] == [
        (PARK, "point"),
        (PROJECT, "within"),
    ]
    assert len(claims_of_place("site-robot-institute", SAID)) == 1


def test_of_proposals_those_are_taken_that_somebody_accepted(own: Path) -> None:
    proposals = own.with_name("proposals.csv")
    write(
        proposals,
        row(id="own-1", subject_id=PARK, source_id="plan2024", coord_source=""),
        row(id="own-2", state="proposed", date="?"),
        row(id="own-3", subject_id=PARK),
    )
    rows = unplaced.accepted(claims_file.texts_of(proposals), proposals.name)
    assert [each["subject_id"] for each in rows] == [PARK, PROJECT, PARK]
    assert [each["source_id"] for each in rows] == ["plan2024", "plan2024", "own"]
    take(rows)
    assert placed("projects").geometry[PROJECT].equals(placed("parks").geometry[PARK])


def test_a_fault_is_told_of_the_file_that_it_is_in(own: Path) -> None:
    proposals = own.with_name("proposals.csv")
    write(proposals, row(lat_deg=39.9))
    with pytest.raises(ProposalsError) as brought:
        unplaced.accepted(claims_file.texts_of(proposals), proposals.name)
    take([row(id="own-1")])
    with pytest.raises(NotTakenError) as clicked:
        take([row(id="own-2", lat_deg=39.9)])
    for lang in ("zh", "en"):
        assert "proposals.csv" in brought.value.sentence(lang)
        assert LAB in clicked.value.sentence(lang)
        assert "claims.csv" not in clicked.value.sentence(lang)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"," * 300_000, "data.too_wide"),
        (",".join(f"c{at}" for at in range(10_000)).encode(), "data.too_wide"),
        (b"a\n" * 30_000, "own_claims.too_large"),
        (b"a" * 2_000_001, "own_claims.too_large"),
        (bytes(range(256)) * 40, "data.no_text"),
        (b"id,\0\n", "data.no_text"),
    ],
)
def test_what_is_no_table_of_claims_is_told_in_one_damage_and_at_once(
    content: bytes, code: str, own: Path
) -> None:
    own.write_bytes(content)
    start = time.perf_counter()
    assert [each.code for each in claims_file.read(own, KNOWN).damages] == [code]
    assert time.perf_counter() - start < 2.0


def test_a_folder_that_is_not_there_is_told_until_it_is(own: Path, monkeypatch: Any) -> None:
    folder = own.with_name("later")
    monkeypatch.setenv(OWN_CLAIMS, str(folder / "claims.csv"))
    (damage,) = data_check.damages()
    assert str(folder) in damage.sentence("zh")
    folder.mkdir()
    assert data_check.damages() == []
