"""Maps that are seen together, as one whose legend is that of all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from layers.scene.scene import Drawn, Scene


def shared(scenes: Sequence[Scene]) -> Scene:
    """Return what maps show together: its legend has each thing once, and counts nothing.

    Parameters
    ----------
    scenes
        The maps, in the same classes and sizes.
    """
    first, *others = scenes
    if not others:
        return first
    alike: dict[tuple[str, str], list[Drawn]] = {}
    for each in (layer for scene in scenes for layer in scene.layers):
        alike.setdefault((each.id, each.title), []).append(each)
    return replace(first, layers=tuple(map(_one, alike.values())), counted=False)


def _one(layers: Iterable[Drawn]) -> Drawn:
    """Return a layer with what it shows on any map; a zone may have a class on each."""
    fullest = max(layers, key=lambda each: (len(each.classes), len(each.marks)))
    marks = {(mark.id, mark.key): mark for each in layers for mark in each.marks}
    return replace(fullest, marks=tuple(marks.values()))
