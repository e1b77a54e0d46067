"""The fonts of printed maps are in place and have every character that the atlas writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fontTools.ttLib import TTFont
from matplotlib.font_manager import FontProperties, findfont

import hatch_build
from geo.errors import InputError
from layers.type import fonts

if TYPE_CHECKING:
    from layers.type.fonts import Weight

ROOT = Path(__file__).resolve().parents[3]
WEIGHTS: tuple[Weight, ...] = ("regular", "bold")


@pytest.mark.parametrize(("weight", "number"), [("regular", 400), ("bold", 700)])
def test_a_file_is_the_weight_that_it_says(weight: Weight, number: int) -> None:
    with TTFont(fonts.path(weight), lazy=True) as opened:
        assert opened["OS/2"].usWeightClass == number
        assert opened["name"].getBestFamilyName() == fonts.FAMILY
        # Outlines of TrueType, which PDF files take in as they are.
        assert "glyf" in opened


def test_the_licence_stands_beside_the_fonts() -> None:
    licence = (fonts.FOLDER / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence


def test_the_fonts_are_pinned_with_their_hash() -> None:
    pins = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    entry = lock[f"node_modules/{hatch_build.FONTS}"]
    assert entry["version"] == pins[hatch_build.FONTS]
    assert entry["integrity"].startswith("sha512-")
    assert all("resolved" not in each for each in lock.values())


@pytest.mark.parametrize("weight", WEIGHTS)
def test_matplotlib_draws_with_the_file_and_finds_it_by_name(weight: Weight) -> None:
    asked = fonts.font(weight)
    assert findfont(asked) == str(fonts.path(weight))
    by_name = FontProperties(family=fonts.FAMILY, weight=weight)
    assert findfont(by_name, fallback_to_default=False) == str(fonts.path(weight))


def test_every_caller_has_a_font_of_its_own() -> None:
    mine = fonts.font("bold")
    mine.set_size(99)
    assert fonts.font("bold").get_size() != 99


def test_every_character_of_the_data_and_the_words_has_a_glyph() -> None:
    files = [
        *(ROOT / "data").rglob("*.csv"),
        *(ROOT / "data").rglob("*.json"),
        *(ROOT / "data").rglob("*.geojson"),
        *(ROOT / "layers").rglob("words.json"),
    ]
    assert len(files) > 10
    lacking = {
        (file.name, each)
        for file in files
        for each in set(file.read_text(encoding="utf-8")) - fonts.characters()
    }
    assert not lacking


def test_an_unknown_weight_is_refused() -> None:
    with pytest.raises(InputError, match=r"no weight 'heavy'; choose from \['bold', 'regular'\]"):
        fonts.path("heavy")  # type: ignore[arg-type]


def test_missing_fonts_say_how_to_get_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(fonts, "FOLDER", tmp_path)
    with pytest.raises(InputError, match=r"run 'python hatch_build\.py'"):
        fonts.path("regular")
