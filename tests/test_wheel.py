"""A wheel works where nothing of the repository is: its commands, its app and a notebook."""

from __future__ import annotations

import json
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
from typing import TYPE_CHECKING

import pandas as pd
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

pytestmark = pytest.mark.slow
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
NotebookClient(notebook, timeout=60).execute()
print(notebook.cells[1].outputs[0]["data"]["text/plain"])
print(notebook.cells[2].outputs[0]["text"])
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    # As pip has it built, without the processes in which it asks for that.
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def away(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel far from the checkout; what it depends on is what runs this test."""
    home = tmp_path_factory.mktemp("away")
    venv.create(home / "venv")
    site = next((home / "venv" / "lib").glob("python*/site-packages"))
    with zipfile.ZipFile(wheel) as archive:
        carried = set(archive.namelist())
    assert {Path(name).parts[0] for name in carried} == {
        *("app", "geo", "layers"),
        next(name for name in carried if ".dist-info" in name).split("/")[0],
    }
    plans = [path for path in (ROOT / "data").rglob("*") if path.is_file()]
    assert {f"layers/{path.relative_to(ROOT).as_posix()}" for path in plans} <= carried
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    there = ["--python", str(home / "venv"), "install", "--no-deps", "--no-index"]
    subprocess.run([*pip, *there, "--no-compile", str(wheel)], check=True, timeout=120)
    # As one line, so that what stands in files for that folder (an editable install) has no part.
    (site / "dependencies.pth").write_text(str(Path(pytest.__file__).parents[1]), encoding="utf-8")
    return home


@pytest.fixture
def there(away: Path) -> Callable[..., str]:
    def run(*words: str) -> str:
        done = subprocess.run(
            [str(away / "venv" / "bin" / words[0]), *words[1:]],
            cwd=away,
            env=environment(away),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def environment(home: Path) -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}


def test_the_wheel_has_its_version_and_its_command_tells_what_is_covered(
    there: Callable[..., str], wheel: Path
) -> None:
    # What `xiangjiang --version` says.
    told = there("python", "-c", f"import importlib.metadata as m; print(m.version({NAME!r}))")
    assert told.strip() == wheel.name.split("-")[1]
    told = there("xiangjiang", "coverage", "--zoning", "circles", "--distance", "3000", "--json")
    zones = json.loads(told)
    listed = pd.read_csv(ROOT / "data" / "xiangjiang" / "circles.csv")
    assert {zone["id"] for zone in zones} == set(listed["id"])
    assert all(0 < zone["covered_km2"] <= zone["area_km2"] for zone in zones)


def test_a_notebook_runs(there: Callable[..., str]) -> None:
    notebook = ROOT / "notebooks" / "01_quickstart.ipynb"
    said = there("python", "-c", NOTEBOOK, str(notebook))
    assert "'located':" in said
    assert "/venv/lib/" in said
    assert str(ROOT) not in said


def test_the_app_opens_with_its_own_settings_from_any_folder(
    away: Path, open_page: Callable[..., Page]
) -> None:
    with served(away) as address:
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
