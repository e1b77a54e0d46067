"""Grids of tables: titles of columns give way to what stands below them."""

from __future__ import annotations

from layers.type.table_grids import table_grid
from layers.type.tables import Table

MEANING = "coordinate from one source, or of the zone that the text names"


def test_titles_of_numbers_go_over_lines_before_texts_do() -> None:
    header = ("Evidence", "Meaning", "Count", "Median accuracy (m)", "Worst accuracy (m)")
    table = Table(header, (("One source, or host place", MEANING, 50, 2500, 9534),))
    grid = table_grid(table, 800.0, 300.0, alone=False)
    assert not grid.broken
    assert grid.cells[0][3] == "Median\naccuracy\n(m)"
    # The text has more room than either of the titles.
    assert grid.widths[1] > max(grid.widths[2:])


def test_long_titles_of_numbers_break_no_number() -> None:
    zones = (
        "University Science City knowledge circle",
        "Science City frontier circle",
        "High-tech Zone technology circle",
        "Wangcheng–Ningxiang application circle",
    )
    rows = tuple((zone, "82.5", "100", "–", "0") for zone in zones)
    table = Table(("Row ahead of column (%)", *zones), rows, numeric=(1, 2, 3, 4))
    grid = table_grid(table, 880.0, 300.0, alone=False)
    assert not grid.broken
    assert max(title.count("\n") for title in grid.cells[0]) <= 2
