"""The rooms of the house: what the contracts on imports in pyproject.toml cannot say."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import conftest
import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("geo", "layers")


@pytest.mark.parametrize("package", PACKAGES)
def test_nobody_inside_a_package_asks_its_front_door(package: str) -> None:
    """The facade names what others use; a module names the module that it needs."""
    # By their lines, which `ruff` keeps to one name each: to parse all modules takes seconds.
    asks = re.compile(rf"^ *import {package}(?: as \w+)?(?: *#.*)?$", re.MULTILINE)
    sources = [(path, path.read_text("utf-8")) for path in (ROOT / package).rglob("*.py")]
    assert [str(path.relative_to(ROOT)) for path, text in sources if asks.search(text)] == []


@pytest.mark.parametrize("package", [*PACKAGES, "app"])
def test_every_room_says_what_it_holds(package: str) -> None:
    for path in (ROOT / package).rglob("__init__.py"):
        assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), path


def test_files_that_tests_are_sorted_by_are_there() -> None:
    there = {path.name for path in (ROOT / "tests").rglob("test_*.py")}
    assert {*conftest.LONG, *conftest.THOROUGH} <= there
