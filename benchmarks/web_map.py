"""10,000 points on a map: the atlas against plain folium, from frame to painted page."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import folium
import numpy as np
import shapely

from benchmarks.table import Row, best_of
from layers.plan.catalogue import load
from layers.plan.spelling import spelt
from layers.web.webmap import ASSETS, web_map
from tests.chromium import chromium

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd

POINTS = 10_000
REPEATS = 3
SEED = 20240201
PAINTED = """
() => new Promise(done =>
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))
"""


def sample() -> gpd.GeoDataFrame:
    """10,000 made-up platforms, uniform over 0.8° × 0.6°, each with a name of its own."""
    random = np.random.default_rng(SEED)
    real = load("platforms")
    frame = real.iloc[np.arange(POINTS) % len(real)].reset_index(drop=True)
    frame["id"] = [f"platform-{n}" for n in range(POINTS)]
    frame["name_zh"] = [f"{name}{n}" for n, name in enumerate(frame["name_zh"])]
    frame["evidence"] = "located"
    lon = random.uniform(112.4, 113.2, POINTS)
    lat = random.uniform(27.9, 28.5, POINTS)
    return frame.set_geometry(shapely.points(lon, lat), crs="EPSG:4490")


def atlas_page(frame: gpd.GeoDataFrame) -> str:
    # Spelling out new names takes most of the time; names met before would flatter us.
    spelt.cache_clear()
    return web_map({"platforms": frame}).get_root().render()


def folium_page(frame: gpd.GeoDataFrame) -> str:
    atlas = folium.Map([28.2, 112.8], zoom_start=10, tiles=None)
    for point, name in zip(frame.geometry, frame["name_zh"], strict=True):
        folium.CircleMarker([point.y, point.x], radius=5, tooltip=name).add_to(atlas)
    return atlas.get_root().render()


def with_local_assets(page: str) -> str:
    """Point plain folium at Leaflet and jQuery beside it: without them it paints nothing."""
    bare = re.sub(r'<(script|link)[^>]+(src|href)="https?://[^>]+>(</script>)?', "", page)
    local = (
        '<link rel="stylesheet" href="vendor/leaflet.css"><script src="vendor/leaflet.js"></script>'
        '<script src="vendor/jquery.slim.min.js"></script>'
    )
    return bare.replace("<head>", f"<head>{local}", 1)


def painted_s(pages: dict[str, str]) -> dict[str, float]:
    """Seconds from opening each page to its first painted frame, quickest of several openings."""
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        shutil.copytree(ASSETS / "vendor", Path(folder) / "vendor")
        for name, text in pages.items():
            path = Path(folder) / f"{name}.html"
            path.write_text(text, encoding="utf-8")
            times = []
            for _ in range(REPEATS):
                page = browser.new_page(viewport={"width": 1440, "height": 900})
                page.goto(path.as_uri())
                times.append(page.evaluate(PAINTED) / 1000)
                page.close()
            found[name] = min(times)
    return found


def rows() -> Iterator[Row]:
    frame = sample()
    ours, theirs = atlas_page(frame), with_local_assets(folium_page(frame))
    sizes = f"{len(ours.encode()) / 1e6:.1f} MB against {len(theirs.encode()) / 1e6:.1f} MB"
    yield Row(
        "page of 10,000 points, built",
        best_of(lambda: atlas_page(frame), runs=REPEATS),
        "folium CircleMarker",
        best_of(lambda: folium_page(frame), runs=1),
        f"{sizes}; ours has all scripts inside, folium's come from four hosts",
    )
    seconds = painted_s({"ours": ours, "folium": theirs})
    yield Row(
        "page of 10,000 points, painted",
        seconds["ours"],
        "folium CircleMarker",
        seconds["folium"],
        "folium with Leaflet put beside it: on its own it paints nothing offline",
    )
