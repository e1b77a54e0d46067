"""A map in the colours of its sheet."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from layers.look.palettes import paper
from layers.look.styles import WHITE
from layers.scene.resolved import overlays, scene
from layers.scene.scene import ANALYSIS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from layers.look.content import Content
    from layers.look.sheet import Sheet
    from layers.scene.scene import Scene

Answer = TypeVar("Answer")

# In grey the palest class of a result is a little darker than the ground.
RAMP_GREY = 0.86


class Known:
    """Keeps what maps that follow each other on like sheets share: what follows from their frames.

    Examples
    --------
    >>> known, frame = Known(), object()
    >>> known.of("words", [frame], lambda: 1), known.of("words", [frame], lambda: 2)
    (1, 1)
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[object, ...], tuple[list[Any], Any]] = {}

    def of(self, what: str, frames: Iterable[Any], work: Callable[[], Answer]) -> Answer:
        """Return what was worked out of the same frames before, or work it out.

        Parameters
        ----------
        what
            What it is.
        frames
            What alone it follows from.
        work
            Works it out.
        """
        # The frames are held, so that no other has their place in memory.
        held = list(frames)
        key = (what, *map(id, held))
        if key not in self._kept:
            self._kept[key] = held, work()
        answer: Answer = self._kept[key][1]
        return answer


def toned(content: Content, sheet: Sheet, known: Known | None = None) -> Scene:
    """Return what a map shows, placed and in the colours of a sheet's palette.

    Parameters
    ----------
    content, sheet
        What the map shows, and what it is printed on.
    known
        Keeps the layers of maps that follow each other on such sheets, by their frames: those that
        one has been resolved with are not resolved again.
    """
    known = known or Known()
    frames = {name: frame for name, frame in content.frames.items() if name in content.visible}
    bare = replace(content, frames=frames, overlays=())
    plan = known.of("plan", frames.values(), lambda: _inked(scene(bare), sheet))
    results = overlays(content.overlays, lang=content.lang, function="print_map")
    drawn = (*plan.layers, *_inked(plan.of(tuple(results)), sheet).layers)
    return plan.of(tuple(sorted(drawn, key=lambda each: each.zorder)))


def _inked(shown: Scene, sheet: Sheet) -> Scene:
    inked, wash, grey = tone_of(sheet), _wash(sheet), sheet.palette == "grey"
    placed = shown.placed(function="print_map")
    return placed.of(
        tuple(
            each.toned(wash if each.group == ANALYSIS else inked, grey=grey)
            for each in placed.layers
        )
    )


def tone_of(sheet: Sheet) -> Callable[[str], str]:
    """Return what turns a colour of the symbology into one of the sheet's palette."""
    return lambda colour: paper(colour, sheet.palette)


def _wash(sheet: Sheet) -> Callable[[str], str]:
    """Return the same for results, whose palest grey must be seen on the ground."""
    if sheet.palette == "colour":
        return tone_of(sheet)

    def washed(colour: str) -> str:
        grey = paper(colour, sheet.palette)
        if colour.upper() == WHITE:
            return grey
        level = round(int(grey[1:3], 16) * RAMP_GREY)
        return f"#{level:02X}{level:02X}{level:02X}"

    return washed
