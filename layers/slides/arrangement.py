"""Where the parts of a slide stand: a map or chart on the left, the rest in a column beside it.

A map keeps its legend; text, charts and tables give way, in this order from the last, and what
has no room on a slide is left for the next one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from layers.slides.charts import draw_chart, least_chart
from layers.slides.freeforms import add
from layers.slides.legends import (
    draw_legend,
    draw_lines,
    key_items,
    legend_plan,
    line_plan,
    lowest_legend,
    unwrapped_width,
)
from layers.slides.maps import draw_map, placed_in, with_numbers
from layers.slides.parts import (
    TEXT_COLUMN_GAP,
    TEXT_SIZES_PT,
    draw_text,
    least_height,
    numbered_plan,
    paragraph,
    spread,
    text_box,
    text_plan,
)
from layers.slides.tables import draw_table
from layers.type.line_breaks import BOLDER, LINE_HEIGHT, text_height
from layers.type.outside_texts import CUT
from layers.type.table_grids import TABLE_SIZES_PT, table_grid, table_width

if TYPE_CHECKING:
    from layers.look.charts import Chart
    from layers.scene.placed import PlacedMap
    from layers.slides.boxes import Box
    from layers.slides.freeforms import Page
    from layers.slides.parts import TextPlan
    from layers.slides.slide import LegendItem, MapView, Slide
    from layers.type.table_grids import Grid
    from layers.type.tables import Table

# Space between parts, points, and above what the base map shows.
GAP, GROUND_GAP = 16.0, 4.0
# Widths of the column in shares of the slide's: beside a map with a legend only, with more, and
# beside a chart; and as wide as a table may make it.
LEGEND_COLUMN, WIDE_COLUMN, CHART_COLUMN, WIDEST_COLUMN = 0.23, 0.36, 0.42, 0.47
# A column is so much wider where that keeps each line of its legend whole.
LITTLE = 0.05
# What a legend of very many lines may take beside its map, which keeps a third at least.
LONG_LEGENDS = (0.54, 0.62, 0.66)
# Most of its column that a legend takes, and a text of what is left, where there is more in it.
LEGEND_SHARE, TEXT_SHARE = 0.6, 0.6
# A chart needs such a height, points, and a table beside other things so many rows.
LOWEST_CHART, FEWEST_ROWS = 150.0, 3
# A table that is no wider stands beside its text, which has such a share of the width.
TABLE_ABREAST, TEXT_ABREAST, FEW_COLUMNS = 0.52, 0.44, 2
# Below a chart a table is no larger.
BELOW_SIZES_PT = TABLE_SIZES_PT[2:]
# Of maps in a row: the size of their captions and the space below, and how much of the height
# their legend may take.
CAPTION_PT, CAPTION_GAP, LEGEND_BELOW = 14.0, 4.0, 0.3
# Captions have so many lines, and some of their width is left for letters of other fonts.
CAPTION_LINES, CAPTION_WIDTH = 2, 0.96
# Bars in a column need no more height than this each, points, and this for title and axis.
BAR_PITCH, BAR_FRAME = 44.0, 90.0


def fill(
    page: Page, slide: Slide, *, continued: str, grid: Grid | None = None
) -> tuple[Slide | None, Grid | None]:
    """Draw what a slide shows, and return what has no room as the slide that follows.

    Parameters
    ----------
    page
        Page to draw on.
    slide
        What to draw.
    continued
        What the titles of following slides end with.
    grid
        The rest of the table as the slide before has it, where the table stood alone: its columns
        stay where they are.

    Returns
    -------
    The slide that follows, None where all is drawn, and the rest of its table as this slide has it.
    """
    area, rest = page.area, replace(slide, map=None, ground=(), beside=(), captions=())
    if slide.map is not None and slide.ground:
        lines = line_plan(slide.ground, area.width)
        area = area.part(height=area.height - lines.height - GROUND_GAP)
        draw_lines(page, lines, area.part(top=area.height + GROUND_GAP))
    if slide.beside:
        _row(page, slide, area)
        return None, None
    if both := _abreast(slide, area):
        text, table = both
        draw_text(page, spread(text, area.height), area)
        right = area.part(left=area.width * TEXT_ABREAST + TEXT_COLUMN_GAP)
        draw_table(page, table.spread(area.height), len(table.cells) - 1, right)
        return None, None
    if slide.fewer and slide.table:
        slide = rest = replace(slide, table=_shortened(slide, slide.table, area))
    beside = bool(slide.text or slide.table or slide.legend or (slide.map and slide.chart))
    column = _column_beside(slide, area) if beside else 0.0
    grid_after = None
    if slide.map is not None:
        box, placed, key = _mapped(slide, slide.map, area, column)
        area = area.part(left=box.width + GAP)
        rest = replace(rest, legend=(*rest.legend, *key))
        draw_map(page, slide.map, box, placed)
    elif slide.chart is not None:
        rest = replace(rest, chart=None)
        if below := _below(slide, area, column):
            chart = area.part(height=area.height - below - GAP)
            area = area.part(top=chart.height + GAP)
        else:
            chart = area.part(width=area.width - column)
            area = area.part(left=chart.width + GAP)
        draw_chart(page, slide.chart, chart)
    if beside:
        rest, grid_after = _column(page, rest, area, grid, of_map=slide.map is not None)
    if not any((rest.legend, rest.table, rest.chart, rest.text)):
        return None, None
    ended = rest.title.endswith(continued)
    return (rest if ended else replace(rest, title=rest.title + continued)), grid_after


def _shortened(slide: Slide, table: Table, area: Box) -> Table:
    """Return a table with as many rows as have room beside or below what else there is."""
    column = _column_beside(slide, area) - GAP if slide.chart else area.width
    for rows in range(len(table.rows), FEWEST_ROWS, -1):
        fewer = slide.fewer(rows) if slide.fewer else table
        grid = table_grid(fewer, column, area.height, alone=False)
        beside = not grid.broken and grid.rows_within(area.height) == len(fewer.rows)
        if beside or _below(replace(slide, table=fewer), area, column + GAP):
            return fewer
    return table


def _abreast(slide: Slide, area: Box) -> tuple[TextPlan, Grid] | None:
    """Return a text and a table that stand beside each other, None where one is above the other."""
    if slide.map or slide.chart or slide.legend or not (slide.text and slide.table):
        return None
    wide = len(slide.table.header) > FEW_COLUMNS
    if wide and table_width(slide.table, TEXT_SIZES_PT[1]) > area.width * TABLE_ABREAST:
        return None
    text = text_plan(slide.text, area.width * TEXT_ABREAST, area.height, alone=True)
    beside = area.width * (1.0 - TEXT_ABREAST) - TEXT_COLUMN_GAP
    grid = table_grid(slide.table, beside, area.height, alone=False)
    whole = not grid.broken and grid.rows_within(area.height) == len(slide.table.rows)
    return (text, grid) if whole and not text.rest else None


def _mapped(
    slide: Slide, view: MapView, area: Box, column: float
) -> tuple[Box, PlacedMap, tuple[LegendItem, ...]]:
    """Return where the map stands, the map, and its key, for which a column of legend widens."""
    found = []
    for width in dict.fromkeys((column, max(column, area.width * WIDE_COLUMN))):
        box = area.part(width=area.width - width)
        placed, key = _keyed(placed_in(view, box), slide, area.part(left=box.width + GAP))
        found.append((box, placed, key))
        stays = (slide.text and not slide.spare) or slide.table or slide.chart
        if placed.nameless == 0 or stays:
            break
    return min(found, key=lambda each: each[1].nameless)


def _keyed(placed: PlacedMap, slide: Slide, area: Box) -> tuple[PlacedMap, tuple[LegendItem, ...]]:
    """Return a map with as many numbers as their key has room for below the legend, and that.

    Those that are neither are counted in the key, for which a table or chart leaves such a line.
    """
    every, lang = placed.numbered, placed.scene.lang
    # A text that may give way does so before names do.
    gives = slide.text and slide.spare and not (slide.table or slide.chart)
    beside = slide.text or slide.table or slide.chart
    share = _legend_share(slide, area) if beside and not gives else 1.0
    counts = (0,) if slide.table or slide.chart else (*range(len(every), 1, -1), 0)
    for count in counts if slide.legend else ():
        shown = with_numbers(placed, count)
        key = key_items(shown.numbered, shown.nameless, lang)
        legend = (*slide.legend, *key)
        if legend_plan(legend, area.width, area.height * share).count == len(legend):
            return shown, key
    return with_numbers(placed, 0), ()


def _row(page: Page, slide: Slide, area: Box) -> None:
    """Draw maps to compare in a row, each with its caption, and their one legend below."""
    maps = [each for each in (slide.map, *slide.beside) if each is not None]
    each = (area.width - GAP * (len(maps) - 1)) / len(maps)
    captions = [headed(words, each) for words in slide.captions]
    high = max((caption_height(words, each) for words in captions), default=0.0)
    head = high + CAPTION_GAP if captions else 0.0
    legend = lowest_legend(slide.legend, area.width, area.height * LEGEND_BELOW)
    foot = legend.height + GAP if slide.legend else 0.0
    for at, view in enumerate(maps):
        left = at * (each + GAP)
        box = area.part(left=left, top=head, width=each, height=area.height - head - foot)
        draw_map(page, view, box)
        if captions:
            place = replace(box, top=area.top, height=head - CAPTION_GAP)
            words = paragraph(captions[at], CAPTION_PT, bold=True)
            add(page, text_box(page.shapes, slide.captions[at], [words], place))
    draw_legend(page, legend, area.part(top=area.height - legend.height))


def caption_height(words: str, width: float) -> float:
    """Return how high a caption is above its map.

    Parameters
    ----------
    words, width
        The caption, and the width of its map, points.
    """
    return text_height(words, width * CAPTION_WIDTH / BOLDER, CAPTION_PT)


def headed(words: str, width: float) -> str:
    """Return what of a caption has room above its map: notes have the whole of a longer one.

    Parameters
    ----------
    words, width
        The caption, and the width of its map, points.
    """
    most = CAPTION_LINES * CAPTION_PT * LINE_HEIGHT
    while caption_height(words, width) > most:
        words = words.removesuffix(CUT)[:-1].rstrip() + CUT
    return words


def _below(slide: Slide, area: Box, column: float) -> float:
    """Return the height of a table that stands below a chart, 0 where it goes beside it or not."""
    if slide.table is None or slide.text or slide.legend:
        return 0.0
    below = table_grid(slide.table, area.width, area.height, alone=False, sizes_pt=BELOW_SIZES_PT)
    high = sum(below.heights)
    least = LOWEST_CHART
    beside = table_grid(slide.table, column - GAP, area.height, alone=False)
    if not beside.broken and beside.rows_within(area.height) == len(slide.table.rows):
        # It may stand beside the chart, and is below where all bars have their room.
        least = max(least, least_chart(slide.chart)) if slide.chart else area.height
    return high if not below.broken and area.height - high - GAP >= least else 0.0


def _column_beside(slide: Slide, area: Box) -> float:
    """Return the width of the column: as wide as the legend of a map needs to be whole in it."""
    usual = _column_width(slide, area.width)
    if slide.map is None or ((slide.table or slide.chart) and _is_whole(slide, area, usual)):
        return usual
    usual = _column_width(replace(slide, table=None, chart=None), area.width)
    wider = [area.width * each for each in (WIDE_COLUMN, WIDEST_COLUMN)]
    widths = [(column, slide.text) for column in (usual, *wider) if column >= usual]
    if slide.spare and slide.text:
        # What gives way to the legend does so before the map does.
        widths += [(column, ()) for column, _ in widths]
    widths += [(area.width * each, slide.text) for each in LONG_LEGENDS]
    for column, text in widths:
        beside = replace(area, width=column - GAP)
        room = area.height * (_legend_share(slide, beside) if text else 1.0)
        plan = legend_plan(slide.legend, beside.width, room)
        if plan.count == len(slide.legend) and not plan.broken:
            snug = unwrapped_width(slide.legend, plan.size_pt) + GAP
            # A little more width spares lines that would be broken for a word.
            little = len(plan.columns) == 1 and snug <= column + area.width * LITTLE
            return max(column, snug) if little else column
    return usual


def _is_whole(slide: Slide, area: Box, column: float) -> bool:
    """Whether all of a legend has room in its share of a column."""
    beside = replace(area, width=column - GAP)
    room = area.height * _legend_share(slide, beside)
    return legend_plan(slide.legend, beside.width, room).count == len(slide.legend)


def _column_width(slide: Slide, width: float) -> float:
    """Return the width of the column with the space before it."""
    if slide.map is not None and not any((slide.text, slide.table, slide.chart)):
        return width * LEGEND_COLUMN
    least = WIDE_COLUMN if slide.map is not None else CHART_COLUMN
    wanted = table_width(slide.table) + GAP if slide.table is not None else 0.0
    return min(max(wanted, width * least), width * WIDEST_COLUMN)


def _column(
    page: Page, slide: Slide, area: Box, grid_before: Grid | None, *, of_map: bool
) -> tuple[Slide, Grid | None]:
    """Draw text, chart or table, and legend below each other; return what is left.

    Heights are settled in the order of what matters most: legend, text, then chart or table.
    """
    more = bool(slide.text or slide.table or slide.chart)
    share = _legend_share(slide, area) if more else 1.0
    legend = legend_plan(slide.legend, area.width, area.height * share)
    after: Slide | None = None
    if more and legend.count < len(slide.legend) and (slide.spare or of_map):
        legend = legend_plan(slide.legend, area.width, area.height)
        if of_map:
            # What stood beside it goes on the slide that follows, and no line of the legend does.
            after = replace(slide, legend=(), text=() if slide.spare else slide.text)
            slide = replace(slide, table=None, chart=None, text=slide.text if slide.spare else ())
    room = area.height - (legend.height + GAP if slide.legend else 0.0)
    share = TEXT_SHARE if slide.table or slide.chart else 1.0
    alone = area == page.area and not (slide.table or slide.chart or slide.legend)
    if slide.numbered and alone:
        text = numbered_plan(slide.text, area.width, room)
    else:
        text = text_plan(slide.text, area.width, room * share, alone=alone)
        while slide.spare and text.rest:
            slide = replace(slide, text=slide.text[:-1])
            text = text_plan(slide.text, area.width, room * share)
    draw_text(page, text, area)
    rest, grid = replace(slide, legend=slide.legend[legend.count :], text=text.rest), None
    top = text.height + GAP if slide.text else 0.0
    middle = area.part(top=top, height=room - top)
    # What follows a text does not come before its end.
    if slide.chart is not None and middle.height >= LOWEST_CHART and not text.rest:
        height = _chart_height(slide.chart, middle.height)
        draw_chart(page, slide.chart, middle.part(height=height))
        rest = replace(rest, chart=None)
        top += height + GAP
    elif slide.table is not None and slide.chart is None and not text.rest:
        drawn, grid = _rows(page, slide, middle, grid_before)
        if drawn is not None:
            rows, height = drawn
            left = slide.table.rows[rows:]
            rest = replace(rest, table=replace(slide.table, rows=left) if left else None)
            top += height + GAP
    draw_legend(page, legend, area.part(top=top))
    if after is not None:
        rest = replace(after, legend=rest.legend, text=(*rest.text, *after.text))
    return rest, grid


def _legend_share(slide: Slide, area: Box) -> float:
    """Return the most of its column that a legend takes: all that a text or short table leaves."""
    if slide.legend and slide.text and not (slide.table or slide.chart):
        least = least_height(slide.text, area.width) + GAP
        return max(LEGEND_SHARE, 1.0 - least / area.height)
    if not slide.legend or slide.table is None or slide.text or slide.chart:
        return LEGEND_SHARE
    grid = table_grid(slide.table, area.width, area.height, alone=False)
    return max(LEGEND_SHARE, 1.0 - (sum(grid.heights) + GAP) / area.height)


def _rows(
    page: Page, slide: Slide, area: Box, grid_before: Grid | None
) -> tuple[tuple[int, float] | None, Grid | None]:
    """Draw as many rows as fit, unless too few do; return how many, and how high they are."""
    if slide.table is None:
        return None, None
    alone = area == page.area
    grid = grid_before if alone else None
    grid = grid or table_grid(slide.table, area.width, area.height, alone=alone)
    rows = grid.rows_within(area.height)
    few = rows < min(FEWEST_ROWS, len(slide.table.rows))
    if (few or grid.broken) and not alone:
        return None, None
    draw_table(page, grid, rows, area)
    # Beside other things the columns are narrower than on the slide that follows.
    return (rows, sum(grid.heights[: rows + 1])), grid.after(rows) if alone else None


def _chart_height(chart: Chart, room: float) -> float:
    if chart.kind == "line":
        return room
    return min(room, max(LOWEST_CHART, BAR_PITCH * len(chart.categories) + BAR_FRAME))
