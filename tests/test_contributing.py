"""The examples of CONTRIBUTING.md are followed to the letter."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import yaml
from streamlit.testing.v1 import AppTest

import layers
from app import texts
from app.web import controls
from layers.questions.subjects import Points

if TYPE_CHECKING:
    from collections.abc import Callable

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


def follow(title: str, folder: Path, run: Callable[..., Any]) -> None:
    """Do in a folder what a section says: write its files, run its commands, see what they say."""
    for block in blocks(title):
        path = folder / block.file
        if block.language == "sh":
            for line in block.text.splitlines():
                said(line, folder, run)
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


def said(line: str, folder: Path, run: Callable[..., Any]) -> None:
    command, _, expected = line.partition("#")
    first, *words = shlex.split(command)
    if first == "cp":
        shutil.copytree(ROOT / words[-2], folder / words[-1])
        return
    assert first == "xiangjiang"
    done = run(*words)
    assert expected.strip() in done.stdout + done.stderr, line


@pytest.fixture
def harbour(tmp_path: Path, run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Follow the first section, from a folder in which nothing else is."""
    monkeypatch.chdir(tmp_path)
    follow("A plan", tmp_path, run)
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
        follow("A layer", later, run)
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


def test_a_page_is_a_script_its_words_and_its_place(
    tmp_path: Path, run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "app" / "pages", tmp_path / "app" / "pages")
    shutil.copytree(ROOT / "app" / "words", tmp_path / "app" / "words")
    shutil.copy(ROOT / "app" / "icon.svg", tmp_path / "app")
    shutil.copy(ROOT / "streamlit_app.py", tmp_path)
    follow("A page", tmp_path, run)
    monkeypatch.setattr(texts, "WORDS", tmp_path / "app" / "words")
    monkeypatch.setattr(controls, "PAGES", tmp_path / "app" / "pages")
    texts._texts.cache_clear()
    try:
        test = AppTest.from_file(str(tmp_path / "streamlit_app.py"), default_timeout=60)
        test.query_params["layer"] = "parks"
        page = test.switch_page("app/pages/evidence.py").run()
        assert not page.exception
        told = {metric.label: int(metric.value) for metric in page.metric}
        assert sum(told.values()) == len(layers.load("parks"))
        page.selectbox[0].select("sources").run()
        assert [info.value for info in page.info] == ["这是一张表，没有位置。请换一个图层。"]
    finally:
        texts._texts.cache_clear()
