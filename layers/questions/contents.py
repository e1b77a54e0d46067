"""What maps have in common: the base map, small dots, and what somebody brings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from geo.crs import GEOGRAPHIC as CRS
from geo.crs import moved
from geo.outlines import simplified
from layers.look.content import Content
from layers.look.overlays import Features, Overlay, Points, Surface
from layers.plan.area import area, map_crs
from layers.plan.catalogue import load
from layers.words import say

if TYPE_CHECKING:
    from geo.zoned.people import Population
    from layers.questions.subjects import Points as Subjects

DOT = "#111827"
MARGIN_DEG = 0.02
# What a browser draws at once: features, their corners, cells of a raster along a side. An outline
# with many corners is simplified by a part of so many of the width of the map.
PREVIEW_FEATURES, PREVIEW_CORNERS, PREVIEW_CELLS, PREVIEW_PX = 3000, 60_000, 600, 4000


def above_base(overlays: tuple[Overlay, ...], lang: str, *frames: gpd.GeoDataFrame) -> Content:
    """Return results above the base map.

    Parameters
    ----------
    overlays
        The results, the first lowest.
    lang
        ``"zh"`` or ``"en"``.
    *frames
        What the map opens with, where that is not all that it shows.
    """
    extent = None
    if frames:
        corners = np.array([frame.total_bounds for frame in frames if not frame.empty])
        west, south = (corners[:, :2].min(axis=0) - MARGIN_DEG).tolist()
        east, north = (corners[:, 2:].max(axis=0) + MARGIN_DEG).tolist()
        extent = (west, south, east, north)
    return Content(
        {name: load(name) for name in area().context}, area().context, overlays, lang, extent
    )


def titles(columns: list[str], lang: str) -> dict[str, str]:
    """Return what the columns of a card are called."""
    return {column: say(f"column.{column}", lang) for column in columns}


def dots(points: Subjects, lang: str) -> Points:
    """Return the points of an analysis as small dots, which hide nothing of its result."""
    about = points.about
    names = {"accuracy_m", "quote", "heading"}
    return Points(
        points.located(),
        title=points.title("zh"),
        title_en=points.title("en"),
        colour=DOT,
        size_px=3,
        columns={each.name: each.title(lang) for each in about.fields if each.name in names},
    )


def own(frame: gpd.GeoDataFrame, *, title: str, name_column: str, lang: str) -> Content:
    """Return the map of features that somebody brings, before anything is asked of them.

    Parameters
    ----------
    frame
        Features in any CRS. Of many a part is shown, and of long outlines a simpler one.
    title
        What they are called.
    name_column
        Column with their names, empty where there is none.
    lang
        ``"zh"`` or ``"en"``.
    """
    features = _thinned(frame)
    if (step := _step(frame)) > 1:
        # The legend counts what is drawn.
        title = say("own.every", lang, title=title, n=step)
    named = gpd.GeoDataFrame(geometry=features.geometry.rename("geometry"))
    if name_column:
        words = features[name_column].astype("object").where(features[name_column].notna(), "")
        named = named.assign(name_zh=words.astype(str), name_en=words.astype(str))
    points = shapely.get_type_id(named.geometry.to_numpy()) == shapely.GeometryType.POINT
    overlays: list[Overlay] = []
    if not points.all():
        overlays.append(Features(named[~points], title=title))
    if points.any():
        overlays.append(Points(named[points], title=title, colour=DOT, size_px=4, cluster=True))
    return above_base(tuple(overlays), lang)


def candidates(places: gpd.GeoDataFrame, *, title: str, lang: str) -> Content:
    """Return the map on which somebody says where things are: what is near, and what is said.

    Parameters
    ----------
    places
        Points in EPSG:4490 with ``id``, ``name_zh``, ``name_en`` and ``accuracy_m``; may be empty.
    title
        What they are called.
    lang
        ``"zh"`` or ``"en"``.
    """
    near = (*area().context, *area().naming.points)
    overlays: tuple[Overlay, ...] = ()
    if len(places):
        radius_m = places["accuracy_m"].to_numpy(dtype="float64")
        reach = moved(moved(places, map_crs()).buffer(radius_m), CRS)
        around = places.set_geometry(reach)
        overlays = (
            Features(around, title=say("candidates.reach", lang), dashed=True),
            Points(places, title=title, named=True),
        )
    return Content({name: load(name) for name in near}, near, overlays, lang)


def own_people(people: Population, *, title: str, lang: str) -> Content:
    """Return the map of a raster of people, coarse enough to be seen at once."""
    counts = people.counts
    step = max(1, -(-max(counts.shape) // PREVIEW_CELLS))
    coarse = counts.coarsen(y=step, x=step, boundary="pad").sum().rio.write_crs(counts.rio.crs)
    unit = say("own.people_unit" if step == 1 else "own.people_unit_together", lang, cells=step)
    return above_base((Surface(coarse, title=title, title_en=title, unit=unit),), lang)


def _drawable(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame[~(frame.geometry.isna() | frame.geometry.is_empty)]


def _step(frame: gpd.GeoDataFrame) -> int:
    """Return of how many features one is drawn."""
    return max(1, -(-len(_drawable(frame)) // PREVIEW_FEATURES))


def _thinned(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return as many features, with as few corners, as a browser draws at once."""
    features = _drawable(frame).iloc[:: _step(frame)]
    corners = int(shapely.get_num_coordinates(features.geometry.to_numpy()).sum())
    if corners <= PREVIEW_CORNERS:
        return features
    west, south, east, north = features.total_bounds
    tolerance = max(east - west, north - south) * corners / PREVIEW_CORNERS / PREVIEW_PX
    return features.set_geometry(simplified(features.geometry, tolerance))
