"""Rows of a file of own claims, of a plan of which little is known, and who may write them when."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from geo.errors import InputError
from layers.plan import claims_file
from layers.plan.area import OWN_CLAIMS, open_plan
from layers.plan.claims_file import (
    NotTakenError,
    OwnClaims,
    OwnClaimsError,
    change,
    checked,
    described,
    joining,
    read,
    texts_in,
    texts_of,
)
from layers.plan.data_files import Damage, DataError

# All that is known: layers that are not in it are not looked into.
KNOWN = {"sources": {"told"}, "claims": {"claim-old"}}
SAID = {
    "subject_id": "lab",
    "kind": "point",
    "source_id": "own",
    "grade": "B",
    "lon_deg": "112.9",
    "lat_deg": "28.2",
    "datum": "WGS-84",
    "accuracy_m": "100",
    "coord_source": "walk",
    "licence": "mine",
    "state": "accepted",
    "author": "Zhang",
    "date": "2026-11-29",
}


def texts(*rows: dict[str, Any]) -> pd.DataFrame:
    """Rows of the file that differ from one in what is given, from its second line on."""
    columns = [field.name for field in described_here().stored]
    whole = [SAID | {"id": f"own-{at}"} | row for at, row in enumerate(rows, 2)]
    return (
        pd.DataFrame(whole, index=range(2, len(rows) + 2)).reindex(columns=columns).astype("object")
    )


def described_here() -> Any:
    return described(Path("claims.csv"))


def damages(*rows: dict[str, Any]) -> list[Damage]:
    with pytest.raises(OwnClaimsError) as refused:
        checked(texts(*rows), described_here(), KNOWN)
    return list(refused.value.damages)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "claims.csv"
    monkeypatch.setenv(OWN_CLAIMS, str(path))
    return path


def test_a_sound_row_is_typed_and_marks_of_spreadsheets_are_gone() -> None:
    table = checked(texts({"author": "'=1+1"}, {"source_id": "told"}), described_here(), KNOWN)
    assert table["author"].tolist() == ["=1+1", "Zhang"]
    assert table[["lon_deg", "accuracy_m"]].to_numpy().tolist() == [[112.9, 100.0]] * 2
    assert table["reason"].isna().all()


def test_what_its_plan_does_not_know_of_a_row_is_named_with_its_value() -> None:
    said = [{"date": "2026-2-3"}, {"date": "2026-02-30"}, {"id": "claim-old"}]
    nameless = [{"coord_source": None}, {"coord_source": None, "source_id": "told"}]
    assert damages(*said, *nameless) == [
        Damage("claims.csv", "data.required", 5, "coord_source"),
        Damage("claims.csv", "data.date", 2, "date", {"value": "2026-2-3"}),
        Damage("claims.csv", "data.date", 3, "date", {"value": "2026-02-30"}),
        Damage("claims.csv", "data.field_uniqueness", 4, "id", {"value": "claim-old"}),
    ]
    assert [(each.row, each.column) for each in damages({"author": None}, {"date": None})] == [
        (2, "author"),
        (3, "date"),
    ]
    assert damages({"source_id": "rumour"})[0].code == "data.reference"
    proposed = texts({"state": "proposed", "reason": "?"})
    assert len(checked(proposed, described_here(), KNOWN)) == 1


def test_damages_are_of_the_file_that_is_read() -> None:
    assert described(Path("own.csv")).path == Path("own.csv")


def test_a_plan_without_claims_has_none_of_its_own() -> None:
    with (
        open_plan(Path(__file__).parents[2] / "areas" / "tiny"),
        pytest.raises(InputError, match="no table claims"),
    ):
        described_here()


def test_who_says_something_is_a_source_of_the_plan() -> None:
    said = [
        {"coord_source": "walk", "author": "Zhang"},
        {"coord_source": "map", "author": "Li", "state": "proposed", "reason": "?"},
        {"coord_source": "map", "author": "Li", "source_id": "told"},
        {"coord_source": "map", "author": "Li"},
        {"coord_source": "walk", "author": "Zhang", "date": "2026-11-29"},
        {"coord_source": "walk", "author": "Zhang", "date": "2026-11-30"},
    ]
    own, sources = joining(checked(texts(*said), described_here(), KNOWN))
    assert own["source_id"].tolist() == ["own-0", "told", "own-1", "own-0", "own-2"]
    assert sources.drop(
        columns=["licence", "attribution", "attribution_en"]
    ).to_numpy().tolist() == [
        ["own-0", "Zhang", "2026-11-29", "walk（Zhang）", "walk (Zhang)"],
        ["own-1", "Li", "2026-11-29", "map（Li）", "map (Li)"],
        ["own-2", "Zhang", "2026-11-30", "walk（Zhang）", "walk (Zhang)"],
    ]
    assert sources["attribution"].equals(sources["name_zh"])
    assert sources["attribution_en"].equals(sources["name_en"])


def test_a_file_is_as_long_as_it_may_be_and_no_longer(tmp_path: Path) -> None:
    whole = (b"a" * 99 + b"\n") * 20_000  # 2 MB
    assert len(texts_in(whole, "claims.csv")) == 20_000 - 1
    most = {"most": 2, "lines": 20_000}
    too_large = [Damage("claims.csv", "own_claims.too_large", values=most)]
    path = tmp_path / "claims.csv"
    path.write_bytes(whole + b"a")
    for refused in (lambda: texts_of(path), lambda: texts_in(b"\n" * 20_001, path.name)):
        with pytest.raises(DataError) as error:
            refused()
        assert list(error.value.damages) == too_large


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(DataError) as refused:
        texts_of(tmp_path)
    reason = {"reason": "Is a directory"}
    assert refused.value.damages == (Damage(tmp_path.name, "data.missing", values=reason),)
    long = tmp_path / ("x" * 300)
    reason = {"reason": "File name too long"}
    assert read(long, KNOWN).damages == (Damage(long.name, "data.missing", values=reason),)


@pytest.mark.parametrize("content", [None, b""])
def test_a_file_that_holds_nothing_has_no_claims(content: bytes | None, own: Path) -> None:
    if content is not None:
        own.write_bytes(content)
    nothing = read(own, KNOWN)
    assert nothing.damages == OwnClaims(nothing.table).damages == ()
    assert nothing.table.columns.tolist() == [field.name for field in described_here().stored]
    assert nothing.table["lon_deg"].dtype == "float64"


def test_claims_are_written_whole_or_not_at_all(own: Path) -> None:
    change(KNOWN, lambda _: texts({"accuracy_m": 50}), also=lambda *_: ())
    table = read(own, KNOWN).table
    assert table[["id", "accuracy_m"]].to_numpy().tolist() == [["own-2", 50.0]]
    before = own.read_bytes()
    more = [Damage("claims.csv", "data.ring", 1, values={"reason": "a → a"})]
    for row, also in (({"date": "?"}, []), ({}, more)):
        with pytest.raises(NotTakenError) as refused:
            change(
                KNOWN,
                lambda _, row=row: texts({}, row | {"subject_id": "hall"}),
                also=lambda *_, also=also: also,
            )
        assert [(each.file, each.row) for each in refused.value.damages] == [("hall", 0)]
    assert own.read_bytes() == before
    own.write_bytes(b"id\n")
    with pytest.raises(OwnClaimsError) as broken:
        change(KNOWN, lambda _: texts({}), also=lambda *_: ())
    assert not isinstance(broken.value, NotTakenError)
    first = broken.value.damages[0].sentence("en")
    assert f"{len(broken.value.damages)}" in broken.value.sentence("en")
    assert first in broken.value.sentence("en")


def test_who_finds_somebody_writing_waits_and_then_says_so(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def written() -> bool:
        change(KNOWN, lambda _: texts({}), also=lambda *_: ())
        return own.exists()

    with own.with_name("claims.csv.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        monkeypatch.setattr(claims_file, "WAIT_S", 0.0)
        with pytest.raises(InputError, match="somebody else has been writing claims"):
            written()
        monkeypatch.setattr(claims_file, "WAIT_S", 9.0)
        # The other one ends while we wait.
        monkeypatch.setattr(claims_file.time, "sleep", lambda _: fcntl.flock(other, fcntl.LOCK_UN))
        assert written()
