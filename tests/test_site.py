"""The documentation as a site: it fetches nothing from another host, and has what is offered."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest
from lxml import html

import geo
from tests.beside import NICE, beside

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
# What a browser fetches by itself, in pages and in styles.
FETCHED = {("link", "href"), *((tag, "src") for tag in ("script", "img", "iframe", "source"))}
IN_STYLES = re.compile(r"url\([\"']?([^)\"']+)|@import [\"']([^\"']+)")


def links(path: Path) -> tuple[set[str], set[str]]:
    """Return what a page fetches, and where it points to."""
    fetched, pointed = set(), set()
    for element, name, place, _ in html.parse(path).getroot().iterlinks():
        if (element.tag, name) in FETCHED:
            fetched.add(place)
        elif (element.tag, name) == ("a", "href"):
            pointed.add(place)
    return fetched, pointed


@beside
def begun() -> tuple[Path, subprocess.CompletedProcess[str]]:
    """Build the site as ``make docs`` does: whatever is warned of is an error."""
    folder = Path(mkdtemp())
    words = ["-c", "docs", "-b", "html", "-W", "--keep-going", "-q", ".", str(folder)]
    done = subprocess.run(
        [*NICE, sys.executable, "-m", "sphinx", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return folder, done


@pytest.fixture(scope="module")
def site() -> Iterator[Path]:
    folder, done = begun().result()
    assert done.returncode == 0, done.stderr
    yield folder
    shutil.rmtree(folder)


def test_the_site_fetches_nothing_from_another_host_and_points_to_what_is_there(
    site: Path,
) -> None:
    paths = sorted(site.rglob("*.html"))
    assert len(paths) > 40
    lost = []
    for path in paths:
        fetched, pointed = links(path)
        assert not [place for place in fetched if urlsplit(place).netloc], path
        for place in fetched | pointed:
            parts = urlsplit(place)
            if not parts.scheme and parts.path and not (path.parent / unquote(parts.path)).exists():
                lost.append((path.name, place))
    assert lost == []
    for path in site.rglob("*.css"):
        asked = ["".join(pair) for pair in IN_STYLES.findall(path.read_text("utf-8"))]
        assert not [place for place in asked if urlsplit(place).netloc], path


def test_the_site_has_all_that_the_packages_offer_with_formulas_that_browsers_draw(
    site: Path,
) -> None:
    page = (site / "docs" / "api" / "geo.html").read_text("utf-8")
    assert [name for name in geo.__all__ if f"geo.{name}</span>" not in page] == []
    assert "<math" in (site / "docs" / "methods" / "concentration.html").read_text("utf-8")
    assert "url=docs/index.html" in (site / "index.html").read_text("utf-8")
