"""Named parts of a sheet: what a reader of PDF or a drawing program shows and hides by itself."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from matplotlib.text import Text

from layers.words import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from layers.scene.scene import Drawn, Scene

# Parts of a sheet beside the layers of its map, which are called by their ids; words are those of a
# page of an atlas.
BASE, BOUNDARIES, LABELS, LEGEND = "base", "boundaries", "labels", "legend"
TITLE, NOTES, FURNITURE, WORDS = "title", "notes", "furniture", "words"
COMMON = (BASE, BOUNDARIES, LABELS, LEGEND, FURNITURE, TITLE, NOTES)


@contextmanager
def part(axes: Axes, name: str) -> Iterator[None]:
    """Let whatever is added to a sheet meanwhile belong to a part, if it belongs to none yet."""
    before = set(axes.get_children())
    yield
    for artist in axes.get_children():
        if artist not in before and artist.get_gid() is None:
            artist.set_gid(name)


def part_of(layer: Drawn) -> str:
    """Return the part that a layer of a map is."""
    return BASE if layer.is_ground else layer.id


def titles(scene: Scene) -> dict[str, str]:
    """Return what the parts of a map's sheet are called, in its language.

    Examples
    --------
    >>> from layers.record.specification import read_spec
    >>> from layers.scene.resolved import scene
    >>> list(titles(scene(read_spec("overview", review_number="internal").content())).values())[:2]
    ['规划范围组成', '四圈']
    """
    own = {each.id: each.title for each in scene.layers if not each.is_ground}
    return own | common(scene.lang)


def common(lang: str) -> dict[str, str]:
    """Return what the parts of every sheet are called, in a language."""
    return {name: say(f"part.{name}", lang) for name in COMMON}


def drawn_in_order(figure: Figure) -> Iterator[Artist]:
    """Yield what is drawn on a sheet, the lowest first."""
    for axes in figure.axes:
        idle = {axes.patch, axes.xaxis, axes.yaxis}
        drawn = [each for each in axes.get_children() if each.get_visible() and each not in idle]
        for artist in sorted(drawn, key=lambda each: each.get_zorder()):
            if not isinstance(artist, Text) or artist.get_text():
                yield artist
