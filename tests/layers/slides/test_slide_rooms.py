"""What gives way on a slide where there is no room for all of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
import shapely

from layers.look.charts import Chart
from layers.slides.arrangement import (
    CAPTION_LINES,
    CAPTION_PT,
    _column_beside,
    _shortened,
    caption_height,
    headed,
)
from layers.slides.boxes import Box
from layers.slides.legends import legend_plan
from layers.slides.slide import LegendItem, MapView, Slide
from layers.slides.symbols import _cut, _holds
from layers.type.line_breaks import BOLDER, LINE_HEIGHT, text_height
from layers.type.outside_texts import CUT
from layers.type.tables import Table

ROOM = Box(0.0, 0.0, 640.0, 330.0)
TABLE = Table(("Name", "Kind"), tuple((f"National Maker Space {n}", "Platforms") for n in range(9)))


def test_a_table_with_no_room_beside_its_chart_has_fewer_rows() -> None:
    chart = Chart("bar", ("A", "B"), (("n", (2.0, 1.0)),))

    def fewer(rows: int) -> Table:
        return replace(TABLE, rows=TABLE.rows[:rows])

    slide = Slide("Features", chart=chart, table=TABLE, fewer=fewer)
    assert 3 < len(_shortened(slide, TABLE, replace(ROOM, height=200.0)).rows) < 9
    assert len(_shortened(slide, TABLE, replace(ROOM, height=500.0)).rows) == 9


def test_what_may_be_left_out_gives_way_before_the_map_does() -> None:
    legend = tuple(
        LegendItem(f"University Science City knowledge circle {n}", "#0B4F9C") for n in range(14)
    )
    text = ("Dashed shapes are built by a stated rule; they are no published boundaries.",) * 3
    view = MapView("map", lambda *_: pytest.fail("not drawn"))
    slide = Slide("Layout", map=view, legend=legend, text=text)
    widths = [
        [
            _column_beside(replace(slide, spare=each), replace(ROOM, height=height))
            for each in (True, False)
        ]
        for height in range(200, 600, 20)
    ]
    assert all(spare <= wide for spare, wide in widths)
    assert any(spare < wide for spare, wide in widths)


def test_no_word_of_a_legend_is_broken_where_a_wider_column_has_room_for_it() -> None:
    legend = (LegendItem("Investment not stated", "#6A3D9A", "point", "1/76"),)
    assert legend_plan(legend, 90.0, 300.0).broken
    view = MapView("map", lambda *_: pytest.fail("not drawn"))
    slide = Slide("Map", map=view, legend=legend)
    column = _column_beside(slide, replace(ROOM, width=440.0))
    assert not legend_plan(legend, column - 16.0, 300.0).broken


def test_a_symbol_at_the_edge_of_its_map_is_cut_there() -> None:
    frame = Box(10.0, 10.0, 100.0, 50.0)
    assert _holds(frame, (60.0, 30.0), 8.0)
    assert not _holds(frame, (105.0, 30.0), 8.0)
    (fill, _), (edge, _) = _cut(shapely.box(97, 22, 113, 38), frame)
    assert shapely.Polygon(fill[0]).equals(shapely.box(97, 22, 110, 38))
    # Along the cut there is no edge.
    assert shapely.LineString(edge[0]).length == pytest.approx(16 + 2 * 13)


@pytest.mark.parametrize("width", [180.0, 310.0])
@pytest.mark.parametrize(
    "words", ["Bandwidth: 2,733 m; " * 9, "湘江新区规划范围各街道；" * 9, "短"]
)
def test_a_heading_has_room_above_its_map_or_is_cut(words, width):
    told = headed(words, width)
    # Letters of a bold font are wider than those that are measured.
    assert text_height(told, width / BOLDER, CAPTION_PT) <= caption_height(told, width)
    assert caption_height(told, width) <= CAPTION_LINES * CAPTION_PT * LINE_HEIGHT
    assert told == words or (told.endswith(CUT) and words.startswith(told.removesuffix(CUT)))
