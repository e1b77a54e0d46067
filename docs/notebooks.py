"""Runs the notebooks and keeps what they show, with a picture in place of each interactive map.

``python docs/notebooks.py`` does so; it needs Chromium. An interactive map is shown only where
scripts are trusted, and is a megabyte; its picture shows everywhere. A test holds that the texts
and tables that are kept are what the notebooks say now.
"""

from __future__ import annotations

import base64
import io
import json
import re
from html import unescape
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import numpy as np
from nbclient import NotebookClient
from PIL import Image

from tests.chromium import chromium

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
# What an output says of how and when it came is not kept.
WAY = {"timeout": 120, "record_timing": False, "coalesce_streams": True}
COLOURS, COMMONEST = 256, 64
SIZE = {"width": 900, "height": 540}
_MAP = re.compile(r'<iframe srcdoc="(.*?)"', re.DOTALL)
_DOCUMENT = re.compile(r'<script type="application/json"[^>]*>(.*?)</script>', re.DOTALL)


def run(path: Path) -> Any:  # noqa: ANN401 - nbformat has no types
    """Return a notebook with the outputs that it has now."""
    notebook = nbformat.read(path, as_version=4)
    place = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, resources=place, **WAY).execute()
    return notebook


def kept(output: Any, picture: Callable[[str], bytes]) -> Any:  # noqa: ANN401
    """Return an output as it is kept: a map as its picture and what is on it.

    Parameters
    ----------
    output
        One output of a cell.
    picture
        Gives a picture of the page of a map, as a PNG file.
    """
    data = output.get("data", {})
    found = _MAP.search(data.get("text/html", ""))
    if found:
        page = unescape(found[1])
        shown = base64.b64encode(picture(page)).decode("ascii")
        data = {"image/png": shown, "text/plain": words_of(page)}
    elif "image/png" in data:
        small = base64.b64encode(reduced(base64.b64decode(data["image/png"]))).decode("ascii")
        data = data | {"image/png": small}
    return nbformat.from_dict(output | ({"data": data} if data else {}))


def words_of(page: str) -> str:
    """Return what is on a map: its layers and how many features each has."""
    (text,) = _DOCUMENT.findall(page)
    layers = json.loads(text)["layers"]
    # A surface is no feature and has no number of them.
    return " · ".join(
        f"{layer['title']['zh']} {layer.get('count', '')}".strip() for layer in layers
    )


def reduced(png: bytes) -> bytes:
    """Return a picture in fewer bytes: in 256 colours, the commonest and what is far from them."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    pixels = np.asarray(image).reshape(-1, 3)
    found, times = np.unique(pixels, axis=0, return_counts=True)
    found, times = found[np.argsort(-times)].astype(float), np.sort(times)[::-1]
    chosen = list(range(min(COMMONEST, len(found))))
    off = np.min([((found - found[one]) ** 2).sum(1) for one in chosen], axis=0)
    while len(chosen) < min(COLOURS, len(found)):
        chosen.append(int((off * times).argmax()))
        off = np.minimum(off, ((found - found[chosen[-1]]) ** 2).sum(1))
    palette = Image.new("P", (1, 1))
    palette.putpalette(found[chosen].astype(np.uint8).tobytes())
    file = io.BytesIO()
    few = image.quantize(palette=palette, dither=Image.Dither.NONE)
    few.save(file, format="PNG", optimize=True)
    return file.getvalue()


def main() -> None:
    """Run every notebook and write it with its outputs."""
    with chromium() as browser:
        tab = browser.new_page(viewport=SIZE, reduced_motion="reduce")

        def picture(page: str) -> bytes:
            tab.set_content(page)
            tab.wait_for_function(
                "document.querySelector('.leaflet-pane canvas, .leaflet-pane path')"
            )
            tab.wait_for_timeout(1000)  # labels are placed after the first frame
            return reduced(tab.screenshot())

        for path in sorted(FOLDER.glob("*.ipynb")):
            notebook, numbers = run(path), count(1)
            for cell in notebook.cells:
                if cell.cell_type == "code":
                    cell.execution_count = next(numbers)
                    cell.outputs = [kept(output, picture) for output in cell.outputs]
                    for output in cell.outputs:
                        if output.output_type == "execute_result":
                            output.execution_count = cell.execution_count
            nbformat.write(notebook, path)


if __name__ == "__main__":
    main()
