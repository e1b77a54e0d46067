"""The tables beside the map: what stands first, and in which words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from app.texts import text
from app.web import tables
from layers.plan.area import open_plan

if TYPE_CHECKING:
    import pytest


def test_zones_stand_by_size_with_their_figures_as_they_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: dict[str, Any] = {}
    monkeypatch.setattr(tables, "figures", lambda **table: shown.update(table))
    zones = pd.DataFrame(
        {
            "name_zh": ["甲", "乙", "丙"],
            "covered_pct": [0.1241, 95.04, 50.56],
            "count": [1, 1200, 3],
        }
    )
    tables.zones_table(zones, ["covered_pct", "count"])
    assert shown["rows"] == [("乙", "95.0", "1,200"), ("丙", "50.6", "3"), ("甲", "0.12", "1")]
    assert len(shown["header"]) == len(shown["helps"]) == 3


def test_a_title_of_a_column_stands_in_few_lines_whatever_it_is() -> None:
    table = tables._html(["名称", "Invested (100 million CNY)", "按文本"], [("甲", "1", "2")])
    assert re.findall(r"min-width: (\d+)ch", table) == ["4", "12", "6"]


def test_amounts_are_listed_where_a_plan_adds_them_up(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: dict[str, Any] = {}
    monkeypatch.setattr(tables, "_picker", lambda **given: drawn.update(given))
    things = pd.DataFrame({"id": ["a"], "name_zh": ["甲"], "amount": [1200.0], "features": [2]})
    tables.thing_picker(things, None, key="things", on_click=lambda: None)
    assert re.findall(r"<td>([^<]*)</td>", drawn["data"]["table"]) == ["甲", "1,200", "2"]
    with open_plan("tests/areas/tiny"):
        tables.thing_picker(things, None, key="things", on_click=lambda: None)
    assert re.findall(r"<td>([^<]*)</td>", drawn["data"]["table"]) == ["甲", "2"]


def test_what_is_read_in_full_is_cut_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    monkeypatch.setattr("streamlit.html", drawn.append)
    told = "<所用文本>" * 40
    tables.read_in_full(
        pd.DataFrame({"名称": ["甲", "乙"], "数": [1200, None], "说明": [told, None]})
    )
    # Where there is no room for a head, each cell has the title of its column.
    assert drawn[0].count('<td data-title="数"') == 2
    cells = re.sub(r' data-title="[^"]*"', "", drawn[0]).replace("&lt;", "<").replace("&gt;", ">")
    assert f"<tr><td>甲</td><td>1,200</td><td>{told}</td></tr>" in cells
    # Nor for a dash.
    nothing = '<td class="nothing">–</td>'
    assert f"<tr><td>乙</td>{nothing}{nothing}</tr>" in cells


def test_no_table_of_a_page_is_one_that_cuts_its_cells() -> None:
    """A grid of the framework cuts what does not fit a line."""
    folder = Path(tables.__file__).parents[1]
    grids = [
        path.name for path in folder.rglob("*.py") if "st.dataframe(" in path.read_text("utf-8")
    ]
    assert grids == []


def test_a_figure_in_a_text_of_a_page_is_not_parted_from_its_unit() -> None:
    said = text("distribution.class_names", scheme="", n=3, explained="61.7")
    assert "61.7\xa0%" in said
