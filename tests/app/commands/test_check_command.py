"""The command that holds a file against the rules of map reviewers."""

from __future__ import annotations

import json

import pytest
import typer

from app.commands.check import check
from app.commands.help import speaking

SPEC = """map: overview
sheet: {review_number: internal, author: 某规划院, date: "2026-11-29"}
"""


@pytest.fixture
def spec(tmp_path):
    path = tmp_path / "map.yaml"
    path.write_text(SPEC, encoding="utf-8")
    return path


def test_what_passes_is_counted_and_what_fails_is_told_and_ends_with_one(spec, capsys):
    check(spec)
    said = capsys.readouterr().out
    assert "0 项不符合" in said
    assert "0 failed" in said
    with pytest.raises(typer.Exit) as ended, speaking("zh"):
        check(spec, profile="公开")
    assert ended.value.exit_code == 1
    said = capsys.readouterr().out
    assert "✗ 审图号" in said
    assert "《地图管理条例》" in said
    assert "Map review number" not in said


def test_it_is_told_as_json_and_with_a_list_of_ones_own(spec, capsys, tmp_path):
    own = tmp_path / "own.txt"
    own.write_text("湘江", encoding="utf-8")
    with pytest.raises(typer.Exit):
        check(spec, profile="internal", sensitive=own, as_json=True)
    found = {row["id"]: row for row in json.loads(capsys.readouterr().out)}
    assert found["sensitive_names"]["verdict"] == "fail"
    assert found["title"]["verdict"] == "pass"


def test_what_can_no_longer_be_asked_for_is_told_and_no_failure_of_the_check(tmp_path, capsys):
    path = tmp_path / "map.yaml"
    words = "parameters: {layer: gone.csv, zoning: districts}\nsheet: {review_number: internal}\n"
    path.write_text(f"map: coverage\n{words}", encoding="utf-8")
    with speaking("en"):
        check(path)
    said = capsys.readouterr().out
    assert "gone.csv cannot be opened" in said
    assert "0 failed" in said
