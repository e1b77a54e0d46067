"""The examples of CONTRIBUTING.md are followed to the letter."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import yaml

import layers
from layers.questions.subjects import Points
from tests.beside import NICE, beside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[1]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


class Block(NamedTuple):
    """What stands between two fences: its language, the file that it names, and its text."""

    language: str
    file: str
    text: str


def blocks(title: str) -> list[Block]:
    """Return the blocks of the section of a title, in their order."""
    section = GUIDE.split(f"\n## {title} · ")[1].split("\n## ")[0]
    found = re.findall(r"^```(\w+) ?(\S*)\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    return [Block(*each) for each in found]


def merged(old: Any, new: Any) -> Any:
    """Return what was there with what is added to it."""
    if isinstance(old, dict):
        return old | {key: merged(old.get(key), each) for key, each in new.items()}
    return [*old, *new] if isinstance(old, list) else new


def follow(title: str, folder: Path) -> Iterator[tuple[list[str], str]]:
    """Do in a folder what a section says, and give each command with what it is to say."""
    for block in blocks(title):
        path = folder / block.file
        if block.language == "sh":
            for line in block.text.splitlines():
                command, _, expected = line.partition("#")
                first, *words = shlex.split(command)
                if first == "cp":
                    shutil.copytree(ROOT / words[-2], folder / words[-1])
                    continue
                assert first == "xiangjiang"
                yield words, expected.strip()
        elif block.language == "diff":
            old, new = (re.search(rf"^\{sign}(.+)$", block.text, re.MULTILINE)[1] for sign in "-+")
            text = path.read_text(encoding="utf-8")
            assert text.count(old) == 1
            path.write_text(text.replace(old, new), encoding="utf-8")
        elif block.file and path.suffix in (".json", ".yaml") and path.is_file():
            read, write = (
                (json.loads, json.dumps) if path.suffix == ".json" else (yaml.safe_load, yaml.dump)
            )
            both = merged(read(path.read_text(encoding="utf-8")), read(block.text))
            path.write_text(write(both), encoding="utf-8")
        elif block.file:
            path.write_text(block.text, encoding="utf-8")


def ran(title: str, folder: Path, run: Callable[..., Any]) -> None:
    """Do what a section says, its commands in this process."""
    for words, expected in follow(title, folder):
        done = run(*words)
        assert expected in done.stdout + done.stderr, words


@pytest.fixture
def harbour(tmp_path: Path, run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Follow the first section, from a folder in which nothing else is."""
    monkeypatch.chdir(tmp_path)
    ran("A plan", tmp_path, run)
    return tmp_path


def test_a_layer_is_added_by_data_alone(harbour: Path, run: Callable[..., Any]) -> None:
    with layers.open_plan(harbour / "harbour"):
        assert layers.names() == ["quarters", "shops", "sources"]
    # The files of a plan do not change while it is open: the one with the layer is another.
    (harbour / "harbour").rename(harbour / "before")
    later = harbour / "later"
    shutil.copytree(harbour / "before", later / "harbour")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(later)
        ran("A layer", later, run)
    with layers.open_plan(later / "harbour"):
        libraries = layers.load("libraries").set_index("id")
        assert libraries.geometry["library-east"].equals(
            layers.load("shops").set_index("id").geometry["shop-5"]
        )
        assert libraries.geometry["library-new"] is None
        lending = Points("libraries", kind=("lending",)).chosen()
        assert list(lending["id"]) == ["library-west", "library-new"]
    features = json.loads((later / "libraries.geojson").read_text("utf-8"))["features"]
    assert len(features) == 3


# ---- what is added to the code: in a copy of it ----

# Runs commands, opens a page in languages, and prints what a reader and a visitor see.
TRY = """
import io, json, sys
from contextlib import redirect_stderr, redirect_stdout
from streamlit.testing.v1 import AppTest
from app.cli import main
from tests.pages import hasten
hasten()
commands, told, seen = json.loads(sys.argv[1]), [], {}
for words in commands:
    sys.argv[1:] = words
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(out):
        try:
            main()
        except SystemExit as left:
            told.append([left.code, out.getvalue()])
for lang, layer in (("zh", "parks"), ("en", "cities"), ("fr", "parks"), ("fr", "sources")):
    test = AppTest.from_file("streamlit_app.py", default_timeout=600)
    test.query_params["lang"], test.query_params["layer"] = lang, layer
    page = test.switch_page("app/pages/evidence.py").run()
    seen[f"{lang} {layer}"] = {
        "errors": [error.value for error in page.exception],
        "label": page.sidebar.selectbox[0].label,
        "captions": [each.value for each in page.caption],
        "notes": [each.value for each in page.info],
        "counts": {each.label: int(each.value) for each in page.metric},
    }
print(json.dumps({"told": told, "seen": seen}))
"""


class Tried(NamedTuple):
    folder: Path
    expected: list[tuple[list[str], str]]
    done: subprocess.CompletedProcess[str]


@beside
def begun() -> Tried:
    """Add all examples to a copy of the code, with links to what no example touches, and try them.

    It is one process, whose start takes longest.
    """
    folder = Path(mkdtemp())
    for package in ("app", "geo", "layers"):
        left = shutil.ignore_patterns("vendor")
        shutil.copytree(ROOT / package, folder / package, ignore=left)
    (folder / "layers" / "assets" / "vendor").symlink_to(ROOT / "layers" / "assets" / "vendor")
    for name in ("data", "tests"):
        (folder / name).symlink_to(ROOT / name)
    shutil.copy(ROOT / "streamlit_app.py", folder)
    titles = ("A kind of map", "A page", "A language")
    expected = [each for title in titles for each in follow(title, folder)]
    commands = json.dumps([each for each, _ in expected])
    done = subprocess.run(
        [*NICE, sys.executable, "-P", "-W", "ignore", "-c", TRY, commands],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    return Tried(folder, expected, done)


@pytest.fixture(scope="module")
def tried() -> Iterator[dict[str, Any]]:
    folder, expected, done = begun().result()
    assert done.returncode == 0, done.stderr
    yield json.loads(done.stdout.splitlines()[-1]) | {"expected": expected, "folder": folder}
    shutil.rmtree(folder)


def test_a_kind_of_map_is_a_module_its_place_and_its_words(tried: dict[str, Any]) -> None:
    """Its command and its map are there; what it tells can be worked out from the places."""
    for (words, expected), (code, told) in zip(tried["expected"], tried["told"], strict=True):
        assert code == 0, told
        assert expected in told, words
    assert {words[0] for words, _ in tried["expected"]} == {"remoteness", "snapshot"}
    lines = (
        (tried["folder"] / "layers" / "questions" / "remoteness.py").read_text("utf-8").splitlines()
    )
    assert len(lines) < 60
    asked = yaml.safe_load((tried["folder"] / "remote.yaml").read_text("utf-8"))
    assert asked["map"] == "remoteness"
    assert asked["parameters"] == {"layer": "parks", "zoning": "districts", "most_km": 20.0}


def test_a_page_is_a_script_its_words_and_its_place_and_a_language_its_texts(
    tried: dict[str, Any],
) -> None:
    seen = tried["seen"]
    assert [page["errors"] for page in seen.values()] == [[]] * 4
    parks = len(layers.load("parks"))
    assert sum(seen["zh parks"]["counts"].values()) == parks
    assert seen["zh parks"]["label"] == "图层"
    assert f"共 {parks} 条" in seen["zh parks"]["captions"]
    assert seen["en cities"]["counts"] == {"Schematic, by rule": 2}
    # What is not translated yet, and the names in the data, are English.
    assert seen["fr parks"]["label"] == "Couche"
    assert f"{parks} objets" in seen["fr parks"]["captions"]
    assert set(seen["fr parks"]["counts"]) == {"One source, or host place", "No place given"}
    assert seen["fr sources"]["notes"] == [
        "This is a table and has no places. Choose another layer."
    ]
