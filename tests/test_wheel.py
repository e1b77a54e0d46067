"""A wheel works where nothing of the repository is: its commands, its app and a notebook."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
import venv
import zipfile
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
import pytest

from tests.beside import NICE, beside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[1]
# A plan of the visitor's own, which the app opens with at once.
SMALL = ROOT / "tests" / "areas" / "tiny"
START_S = 60.0
NAME = "xiangjiang-atlas"
# Runs the beginning of a notebook in a kernel of the Python that runs this.
NOTEBOOK = """
import sys, nbformat
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], as_version=4)
notebook.cells = [cell for cell in notebook.cells if cell.cell_type == "code"][:2]
notebook.cells.append(nbformat.v4.new_code_cell("print(layers.__file__)"))
NotebookClient(notebook, timeout=600).execute()
print(notebook.cells[1].outputs[0]["data"]["text/plain"])
print(notebook.cells[2].outputs[0]["text"])
"""


class Away(NamedTuple):
    """A folder far from the checkout in which the wheel is installed, and what was said there."""

    home: Path
    wheel: Path
    version: str
    covered: str
    notebook: str


@beside
def begun() -> Away:
    """Build the wheel and install it; what it depends on is what runs this test."""
    home = Path(mkdtemp())
    # As pip has it built, without the processes in which it asks for that.
    _done(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(home), cwd=ROOT)
    (wheel,) = home.glob("*.whl")
    venv.create(home / "venv")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    there = ["--python", str(home / "venv"), "install", "--no-deps", "--no-index"]
    _done(*pip, *there, "--no-compile", str(wheel), cwd=home)
    # As one line, so that what stands in files for that folder (an editable install) has no part.
    site = next((home / "venv" / "lib").glob("python*/site-packages"))
    (site / "dependencies.pth").write_text(str(Path(pytest.__file__).parents[1]), encoding="utf-8")

    def said(command: str, *words: str) -> str:
        path = str(home / "venv" / "bin" / command)
        return _done(path, *words, cwd=home, env=environment(home))

    return Away(
        home,
        wheel,
        # What `xiangjiang --version` says.
        said("python", "-c", f"import importlib.metadata as m; print(m.version({NAME!r}))"),
        said("xiangjiang", "coverage", "--zoning", "circles", "--distance", "3000", "--json"),
        said("python", "-c", NOTEBOOK, str(ROOT / "notebooks" / "01_quickstart.ipynb")),
    )


def _done(*words: str, **how: Any) -> str:
    done = subprocess.run([*NICE, *words], capture_output=True, text=True, check=False, **how)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def away() -> Iterator[Away]:
    yield (away := begun().result())
    shutil.rmtree(away.home)


def environment(home: Path) -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}


def test_the_wheel_carries_all_plans_and_nothing_but_the_packages(away: Away) -> None:
    with zipfile.ZipFile(away.wheel) as archive:
        carried = set(archive.namelist())
    assert {Path(name).parts[0] for name in carried} == {
        *("app", "geo", "layers"),
        next(name for name in carried if ".dist-info" in name).split("/")[0],
    }
    plans = [path for path in (ROOT / "data").rglob("*") if path.is_file()]
    assert {f"layers/{path.relative_to(ROOT).as_posix()}" for path in plans} <= carried


def test_the_wheel_has_its_version_and_its_command_tells_what_is_covered(away: Away) -> None:
    assert away.version.strip() == away.wheel.name.split("-")[1]
    zones = json.loads(away.covered)
    listed = pd.read_csv(ROOT / "data" / "xiangjiang" / "circles.csv")
    assert {zone["id"] for zone in zones} == set(listed["id"])
    assert all(0 < zone["covered_km2"] <= zone["area_km2"] for zone in zones)


def test_a_notebook_runs(away: Away) -> None:
    assert "'located':" in away.notebook
    assert "/venv/lib/" in away.notebook
    assert str(ROOT) not in away.notebook


def test_the_app_opens_with_its_own_settings_from_any_folder(
    away: Away, open_page: Callable[..., Page]
) -> None:
    with served(away.home) as address:
        with urllib.request.urlopen(f"{address}/_stcore/host-config") as reply:  # noqa: S310 - http
            told = json.load(reply)
        settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
        assert told["allowedOrigins"] == settings["client"]["allowedOrigins"] == []
        page = open_page()
        page.goto(f"{address}/own")
        page.get_by_text("数据导入").first.wait_for()
        # By its link, as a visitor goes on: Streamlit itself is not loaded anew.
        page.get_by_role("link", name="总览", exact=True).click()
        page.frame_locator("iframe").locator(".leaflet-marker-icon").first.wait_for()


@contextmanager
def served(home: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = home / "app.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [str(home / "venv" / "bin" / "xiangjiang"), "app", "--port", str(port)],
            cwd=home,
            env=environment(home) | {"XIANGJIANG_PLAN": str(SMALL)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + START_S
        while not healthy(address):
            assert process.poll() is None, log.read_text("utf-8")
            assert time.monotonic() < deadline, log.read_text("utf-8")
            time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def healthy(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/_stcore/health") as reply:  # noqa: S310 - http
            return reply.status == 200
    except (urllib.error.URLError, ConnectionError):
        return False
