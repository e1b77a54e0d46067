"""Finishing the map on the command line: listing, proposals, going on, and taking what is right."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pytest

import layers
from geo.exchange.geocoders import Found, Geocoder, GeocoderError
from layers.plan import proposals
from layers.plan.area import OWN_CLAIMS
from layers.plan.unplaced import unplaced

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Done

    Run = Callable[..., Done]

KEY = "key7d1c9markedf00d"
PARK, PROJECT, LAB = "park-shuzi-jiankang", "project-shuzi-jiankang", "platform-furong-lab"
HALL = Found(112.945453, 28.226494, "GCJ-02", "门牌号", "某路1号", 100.0)
STREET = Found(112.9, 28.2, "GCJ-02", "道路", "某路", 1000.0)
BEIJING = Found(116.4, 39.9, "GCJ-02", "门牌号", "北京某路", 100.0)


class Service:
    """Answers one address after the other with what it is told to, and remembers them."""

    def __init__(self, *answers: list[Found] | str | type[BaseException]) -> None:
        self.answers, self.asked = list(answers), []

    def ask(self, address: str, *, city: str = "") -> list[Found]:
        self.asked.append(f"{city}{address}")
        answer = self.answers.pop(0)
        if isinstance(answer, str):
            raise GeocoderError(code=f"geocoder.{answer}", service="高德", reason="", variable="")
        if isinstance(answer, type):
            raise answer
        return answer


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Service]:
    monkeypatch.setenv("AMAP_KEY", KEY)
    monkeypatch.setattr(proposals, "PAUSE_S", 0.0)
    monkeypatch.setattr(proposals, "unplaced", lambda: unplaced().head(3))

    def serve(*answers: Any) -> Service:
        service = Service(*answers)
        monkeypatch.setattr(Geocoder, "ask", staticmethod(service.ask))
        return service

    return serve


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_what_has_no_place_is_listed_the_most_important_first(run: Run, tmp_path: Path) -> None:
    lines = run("locate").stdout.splitlines()
    assert lines[0].startswith(PARK)
    assert "184 亿元" in lines[0]
    assert "项目总投资 184 亿元" in lines[1]
    listed = json.loads(run("locate", "--json").stdout)
    assert len(listed) == len(unplaced())
    assert "未采用" in next(each for each in listed if each["id"] == LAB)["leads_zh"]
    run("locate", "--output", tmp_path / "list.csv")
    assert [each["id"] for each in rows(tmp_path / "list.csv")] == [each["id"] for each in listed]


def test_proposals_go_on_where_they_ended_and_only_accepted_ones_place_anything(
    run: Run, tmp_path: Path, serve: Callable[..., Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    output, own = tmp_path / "proposals.csv", tmp_path / "claims.csv"
    monkeypatch.setenv(OWN_CLAIMS, str(own))
    told = ("locate", "--with", "amap", "--city", "长沙市", "--output", output)
    serve([HALL, STREET], "quota")
    done = run(*told, code=2)
    assert "额度用完" in done.stderr
    assert [each["subject_id"] for each in rows(output)] == [PARK, PARK]
    serve(KeyboardInterrupt)
    assert output.name in run(*told, code=1).stderr
    service = serve("empty", [BEIJING])
    run(*told)
    # Nothing is asked twice: the first is not, and what was not found stands there too.
    assert service.asked == ["长沙市芙蓉实验室", "长沙市腾达全球研发及智造基地"]
    said = rows(output)
    assert [each["state"] for each in said] == ["proposed", "proposed", "declined", "declined"]
    assert (said[0]["datum"], said[0]["grade"], said[1]["grade"]) == ("GCJ-02", "B", "C")
    assert "规划范围之外" in said[3]["reason"]
    serve()
    run(*told)
    assert rows(output) == said
    for text in (output.read_text("utf-8"), done.stderr, done.stdout):
        assert KEY not in text
    # As it is, nothing is taken; then somebody accepts one.
    run("locate", "--accept", output)
    assert rows(own) == []
    output.write_text(output.read_text("utf-8").replace("proposed", "accepted", 1), "utf-8")
    run("locate", "--accept", output)
    run("locate", "--accept", output)
    assert [each["subject_id"] for each in rows(own)] == [PARK, PROJECT]
    place = layers.load("parks").set_index("id").loc[PARK]
    assert place.geometry.x == pytest.approx(112.94, abs=2e-5)
    assert PARK not in set(unplaced()["id"])
    listed = run("locate").stdout
    assert PARK not in listed


def test_what_is_broken_is_refused_in_words_by_every_command_but_those_that_tell_of_it(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, serve: Callable[..., Service]
) -> None:
    own = tmp_path / "claims.csv"
    own.write_text("id,subject_id\n1,2\n", "utf-8")
    monkeypatch.setenv(OWN_CLAIMS, str(own))
    for command in (("locate",), ("show", "parks"), ("density", "--json")):
        done = run(*command, code=2)
        assert "claims.csv，kind：缺少这一列" in done.stderr
        assert "Traceback" not in done.stderr
    assert "claims.csv, kind" in run("validate", code=2).stdout
    monkeypatch.delenv(OWN_CLAIMS)
    serve()
    assert "kind" in run("locate", "--with", "amap", "--output", own, code=2).stderr
    assert own.read_text("utf-8") == "id,subject_id\n1,2\n"


def test_it_says_what_is_missing(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AMAP_KEY", raising=False)
    assert "--output" in run("locate", "--with", "amap", code=2).stderr
    output = tmp_path / "claims.csv"
    assert "AMAP_KEY" in run("locate", "--with", "amap", "--output", output, code=2).stderr
    assert "tianditu" in run("locate", "--with", "baidu", "--output", output, code=2).stderr
    done = run("locate", "--accept", output, code=2)
    assert "没有文件 claims.csv" in done.stderr
    assert "damaged" not in done.stderr
