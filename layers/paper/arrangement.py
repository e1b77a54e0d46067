"""How a sheet is arranged: the legend beside the map or below it, where the map is larger so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.paper.furniture import broken_notes
from layers.paper.legend import legend_height
from layers.paper.locator import SPARE_PX, locator_extent
from layers.paper.sheet import SIDE_SHARE, below_map, is_wide, layout, px_pt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from layers.look.sheet import Sheet
    from layers.paper.furniture import Note
    from layers.paper.sheet import Layout
    from layers.scene.scene import Scene


# A legend beside a map and its locator fill at least so much of their column.
FILLED = 0.5


def arranged(
    sheet: Sheet,
    scene: Scene,
    notes: list[Note],
    *,
    shown: tuple[float, float, float, float],
    headings: Sequence[str] = (),
    panel_share: float = 0.0,
) -> tuple[Layout, list[Layout]]:
    """Return the boxes of a sheet, and the sheet as each of its maps has it.

    Parameters
    ----------
    sheet
        The sheet.
    scene
        What all maps show, in the colours of the sheet.
    notes
        What stands at the foot, unbroken.
    shown
        West, south, east and north of what each map must show.
    headings
        What tells the maps apart; none for one map.
    panel_share
        Share of the width that words at the left of the map have.
    """

    def of(below: float) -> tuple[Layout, list[Layout]]:
        lines = broken_notes(notes, layout(sheet, note_lines=1, below=below), lang=scene.lang)
        plan = layout(sheet, note_lines=len(lines), panel_share=panel_share, below=below)
        return plan, plan.parted(headings, shown) if headings else [plan]

    west, south, east, north = shown

    def size(each: tuple[Layout, list[Layout]]) -> float:
        frame = each[1][0].frame
        return min(frame.width / (east - west), frame.height / (north - south))

    return max(map(of, _heights(sheet, scene)), key=size)


def _heights(sheet: Sheet, scene: Scene) -> Iterator[float]:
    """Yield how high a legend may stand below the map, 0 for one that fits the room beside it."""
    if is_wide(sheet.size):
        yield 0.0
        return
    px = px_pt(sheet.size)
    width, columns, most = below_map(sheet)
    extent = locator_extent()
    slope = extent.height / extent.width
    below = legend_height(scene, width, px=px, columns=columns)
    locator = SIDE_SHARE / (1 - SIDE_SHARE) * width * slope
    yield min(max(below, locator + 2 * SPARE_PX * px), most)
    column = layout(sheet, note_lines=1).legend
    beside = legend_height(scene, column.width, px=px, columns=1)
    if beside <= column.height and beside + slope * column.width >= FILLED * column.height:
        yield 0.0
