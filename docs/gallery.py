"""Draws the gallery: a picture of each specification, and the page that shows them.

``python docs/gallery.py`` draws it; a test holds every picture against its specification and the
data that it was drawn from.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import yaml

from layers.outputs import output
from layers.record.specification import MapSpec, read_spec

FOLDER = Path(__file__).with_name("gallery")
SHEET = {"review_number": "internal", "size": "16:9", "dpi": 64, "date": "2026-01-01"}


class Entry(NamedTuple):
    """One picture: its titles, and its specification without what all share."""

    zh: str
    en: str
    spec: dict[str, Any]


GALLERY: dict[str, Entry] = {
    "overview": Entry("“224”总体布局", "The 224 layout", {"map": "overview"}),
    "everything": Entry(
        "全部图层，方形图幅",
        "Every layer, on a square sheet",
        {"map": "overview", "parameters": {"theme": "all"}, "sheet": {"size": "square"}},
    ),
    "english": Entry(
        "英文，A4 图幅",
        "In English, on A4",
        {"map": "overview", "lang": "en", "sheet": {"size": "A4"}},
    ),
    "science-city": Entry(
        "局部：岳麓山大学科技城",
        "A part: Yuelushan University Science City",
        {
            "map": "overview",
            "parameters": {"theme": "platforms"},
            "extent": [112.88, 28.13, 112.99, 28.23],
            "sheet": {"title": "岳麓山大学科技城"},
        },
    ),
    "density": Entry(
        "实验室、高校与科研院所的核密度",
        "Kernel density of laboratories, universities and institutes",
        {
            "map": "density",
            "parameters": {
                "category": ["laboratory", "university", "institute"],
                "bandwidth_m": 4000,
            },
        },
    ),
    "isolines": Entry(
        "投资额密度，等值线",
        "Density of investment, with isolines",
        {
            "map": "density",
            "parameters": {
                "layer": "projects",
                "weight": "investment_100m_cny",
                "show": "isolines",
            },
            "sheet": {"title": "重点项目投资密度"},
        },
    ),
    "coverage": Entry(
        "平台 3 公里服务区对行政区的覆盖",
        "Districts within 3 km of a platform",
        {"map": "coverage", "parameters": {"zoning": "districts", "distance_m": 3000}},
    ),
    "distribution": Entry(
        "各科创圈的投资额",
        "Investment by circle",
        {"map": "distribution", "parameters": {"measure": "investment"}},
    ),
    "hexagons": Entry(
        "六边形格网，cividis 色带",
        "Hexagons, in cividis",
        {
            "map": "distribution",
            "parameters": {"zoning": "hexagons", "cell_m": 4000},
            "symbology": {"ramp": "cividis"},
        },
    ),
    "grey": Entry(
        "灰度可辨的配色",
        "Colours that stay apart in grey",
        {"map": "overview", "sheet": {"palette": "grey"}},
    ),
    "hot-spots": Entry(
        "平台热点（Gi*）",
        "Hot spots of platforms (Gi*)",
        {"map": "pattern", "parameters": {"look": "hot"}},
    ),
}


def spec_of(entry: Entry) -> MapSpec:
    """Return the whole specification of an entry."""
    return read_spec(entry.spec | {"sheet": SHEET | entry.spec.get("sheet", {})})


def page() -> str:
    """Return the page that shows the pictures with their specifications."""
    head = (
        "# 图廊 · Gallery\n\nEach picture is drawn from the specification below it: "
        "`xiangjiang snapshot map.yaml -o map.png` (or .pdf, .svg, .html, .pptx, .gpkg) draws it "
        "again, `xiangjiang rerun docs/gallery/overview.png` too. `python docs/gallery.py` draws "
        "them all.\n"
    )
    parts = [head]
    for name, entry in GALLERY.items():
        plain = entry.spec | {"sheet": {"review_number": "internal"} | entry.spec.get("sheet", {})}
        text = yaml.safe_dump(plain, allow_unicode=True, sort_keys=False, default_flow_style=None)
        parts.append(
            f"## {entry.zh} · {entry.en}\n\n![{entry.en}]({name}.png)\n\n```yaml\n{text}```\n"
        )
    return "\n".join(parts)


def main() -> None:
    """Draw every picture, and take away those that are no longer in the gallery."""
    FOLDER.mkdir(exist_ok=True)
    for stale in set(FOLDER.glob("*.png")) - {FOLDER / f"{name}.png" for name in GALLERY}:
        stale.unlink()
    for name, entry in GALLERY.items():
        (FOLDER / f"{name}.png").write_bytes(output(spec_of(entry), ".png"))
    (FOLDER / "README.md").write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
