"""Notebooks are kept with what they show: pictures where scripts are not trusted."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from PIL import Image

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))
MAPS = ("layers.web_map(", "Image(output(")


def cells_of(path: Path) -> list[Any]:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def pictures(cell: Any) -> list[np.ndarray]:
    found = [output.get("data", {}).get("image/png") for output in cell.outputs]
    return [
        np.asarray(Image.open(io.BytesIO(base64.b64decode(text))).convert("RGB"))
        for text in found
        if text
    ]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_map_has_its_picture(path: Path) -> None:
    showing = [
        cell
        for cell in cells_of(path)
        if cell.source.splitlines()[-1].startswith((*MAPS, ")"))
        and any(call in cell.source for call in MAPS)
    ]
    assert showing
    for cell in showing:
        (picture,) = pictures(cell)
        assert picture.shape[1] >= 800
        # No empty page: land, water, lines and letters are many colours.
        assert len(Image.fromarray(picture).getcolors(picture.size)) > 100


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_what_is_kept_needs_no_script_and_is_small(path: Path) -> None:
    assert path.stat().st_size < 400_000
    for number, cell in enumerate(cells_of(path), start=1):
        assert cell.execution_count == number
        for output in cell.outputs:
            html = output.get("data", {}).get("text/html", "")
            assert len(html) < 5_000
            assert "<script" not in html
            assert "<iframe" not in html
            assert output.output_type != "error"
