"""The notebooks run from start to end, on the real data, with no host."""

from __future__ import annotations

import io
import re
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from functools import cache
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pandas as pd
import pytest
from IPython.core.displayhook import CapturingDisplayHook
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DOCS = Path(__file__).resolve().parents[1] / "docs"
sys.path.insert(0, str(DOCS))
kept = pytest.importorskip("notebooks").kept
sys.path.remove(str(DOCS))
NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))
FETCHED = re.compile(r"""(?:<script[^>]+src|<link[^>]+href|<img[^>]+src)=["']?https?:""")
# What a reader must find in each.
SAID = {
    "01_quickstart": ["EPSG:4547"],
    "02_density_and_distribution": [
        "EPSG:4547",
        "'bandwidth_rule': 'silverman'",
        "within the bound: True",
        "adds up to 58.246 of 58.246 platforms expected inside",
        "projects moved; 90 % interval",
        "ahead by weight_sum",
        "'unclear':",
        "theil_between",
        "heap       z up to",
        "'reading': 'clustered'",
        "<svg",
    ],
    "04_maps_for_a_report": [
        "review_number: internal",
        "scripts from other hosts: 0",
        "2 现有平台服务覆盖：数据 | CHART, PLACEHOLDER, TABLE",
        "the same specification: True | changed since: []",
        "7/7 目录",
        "  3 大科城知识创新圈",
        "'现有平台（个，期望值）': '14.6 (12.0–17.0)'",
        "'review_number' is a required property",
        "'sepia' is not one of ['colour', 'grey']",
        "wrong.png is there: False",
    ],
}


class Stream(io.StringIO):
    """A standard stream, of which each text is an output."""

    def __init__(self, name: str, outputs: list[dict[str, Any]]) -> None:
        super().__init__()
        self.stream, self.outputs = name, outputs

    def write(self, text: str) -> int:
        self.outputs.append({"output_type": "stream", "name": self.stream, "text": text})
        return len(text)


@pytest.fixture(scope="module")
def outputs_of() -> Iterator[Callable[[Path], list[dict[str, Any]]]]:
    """Give a function that runs a notebook and returns what it put out.

    It runs where the libraries are loaded, each with no names of the one before; that one runs in a
    kernel of its own tests/test_wheel.py holds.
    """
    main = sys.modules["__main__"]
    shell = InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
    publisher = shell.display_pub = CapturingDisplayPublisher()

    @cache
    def run(path: Path) -> list[dict[str, Any]]:
        outputs: list[dict[str, Any]] = []
        publisher.outputs = outputs
        shell.display_trap.hook = CapturingDisplayHook(shell=shell, outputs=outputs)
        shell.reset()
        with (
            chdir(NOTEBOOKS),
            # Where nothing has a width of its own, as in a kernel.
            pd.option_context("display.max_columns", 20),
            redirect_stdout(Stream("stdout", outputs)),
            redirect_stderr(Stream("stderr", outputs)),
        ):
            for cell in nbformat.read(path, as_version=4).cells:
                if cell.cell_type == "code":
                    shell.run_cell(cell.source).raise_error()
        return outputs

    yield run
    InteractiveShell.clear_instance()
    sys.modules["__main__"] = main


def test_every_notebook_is_known() -> None:
    assert {path.stem for path in PATHS} == set(SAID)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_notebook_runs_and_says_what_it_should(
    outputs_of: Callable[[Path], list[dict[str, Any]]], path: Path
) -> None:
    outputs = outputs_of(path)
    parts = [part for output in outputs for part in output.get("data", {}).values()]
    html = "".join(output.get("data", {}).get("text/html", "") for output in outputs)
    said = "".join([*(output.get("text", "") for output in outputs), *map(str, parts)])
    assert "iframe" in html
    missing = [words for words in SAID[path.stem] if words not in said]
    assert missing == []
    assert not [output for output in outputs if output.get("name") == "stderr"]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_outputs_ask_no_host_for_anything(
    outputs_of: Callable[[Path], list[dict[str, Any]]], path: Path
) -> None:
    for output in outputs_of(path):
        for kind, part in output.get("data", {}).items():
            # A chart that a renderer draws would bring that renderer from a host.
            assert kind in ("text/plain", "text/html", "image/svg+xml", "image/png")
            plain = unescape(str(part))
            assert not FETCHED.search(plain)
            for host in ("cdn.jsdelivr", "code.jquery", "cdnjs.cloudflare", "netdna.bootstrapcdn"):
                assert host not in plain


# ---- what is kept of them: see docs/notebooks.py ----

# What differs with the version and the day: records, and sizes of files that hold them.
VARIES = re.compile(r"\S+ [0-9a-f]{12}\b|\b[\d.]+ MB")


def told(outputs: list[dict[str, Any]]) -> list[str]:
    """Return the texts of outputs, with those in a row as one; a map as what is on it."""
    texts: list[str] = []
    streamed = False
    for output in outputs:
        stream = output.get("output_type") == "stream"
        text = output["text"] if stream else words_of_output(output)
        if stream and streamed:
            texts[-1] += text
        else:
            texts.append(text)
        streamed = stream
    return [VARIES.sub("…", text) for text in texts]


def words_of_output(output: dict[str, Any]) -> str:
    # Of a picture that is kept small nothing is read.
    data = {kind: part for kind, part in output["data"].items() if kind != "image/png"}
    return str(kept({**output, "data": data}, lambda _page: b"")["data"].get("text/plain"))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_what_is_kept_is_what_the_notebook_says_now(
    outputs_of: Callable[[Path], list[dict[str, Any]]], path: Path
) -> None:
    cells = nbformat.read(path, as_version=4).cells
    stored = [output for cell in cells for output in cell.get("outputs", [])]
    assert told(stored) == told(outputs_of(path)), "it is old: run python docs/notebooks.py"
