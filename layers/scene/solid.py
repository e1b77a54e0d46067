"""How solid areas of the plan are on a map that one of them fills."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import shapely

if TYPE_CHECKING:
    from layers.scene.scene import Drawn, Mark, Scene

# An area that is so much of a frame is no more solid than this, so that its ground is seen.
MOST, PALE = 0.4, 0.3


def thinned(scene: Scene, frame_m: tuple[float, float, float, float]) -> Scene:
    """Return what lies in the frame of a map, where no area of the plan hides most of the ground.

    Parameters
    ----------
    scene
        The whole map, in metres.
    frame_m
        West, south, east and north of the frame, metres.
    """
    frame = shapely.box(*frame_m)
    return scene.of(tuple(_thin(each, frame) for each in scene.within(frame_m).layers))


def _thin(layer: Drawn, frame: shapely.Polygon) -> Drawn:
    """Return a layer of the plan so; what results say by their colour stays as it is."""
    if layer.group != "layout":
        return layer
    return replace(layer, marks=tuple(_thin_mark(each, frame) for each in layer.marks))


def _thin_mark(mark: Mark, frame: shapely.Polygon) -> Mark:
    if mark.kind != "area" or mark.style.fill_opacity <= PALE:
        return mark
    if shapely.area(shapely.intersection(mark.shape, frame)) < MOST * frame.area:
        return mark
    return replace(mark, style=replace(mark.style, fill_opacity=PALE))
