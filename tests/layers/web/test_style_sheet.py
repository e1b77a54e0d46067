"""What the style sheet of maps speaks of is what their page has."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
ASSETS = ROOT / "layers" / "assets"


def test_every_part_that_has_a_style_is_there() -> None:
    written = "".join(
        path.read_text("utf-8")
        for folder in (ASSETS, ROOT / "layers" / "web", ROOT / "app" / "web")
        for path in (*folder.glob("*.js"), *folder.glob("*.html"), *folder.glob("*.py"))
    )
    sheet = (ASSETS / "atlas.css").read_text("utf-8")
    styled = set(re.findall(r"\.(atlas[a-z-]*)", sheet))
    there = set(re.findall(r"atlas[a-z]*(?:-[a-z]+)*", written))
    assert len(styled) > 30
    assert styled - there == set()
