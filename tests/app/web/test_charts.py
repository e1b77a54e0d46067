"""The charts beside the map: what can be clicked, and what follows the view of the map."""

from __future__ import annotations

import json
import re
from functools import partial
from html import unescape
from typing import TYPE_CHECKING, Any
from unittest.mock import MagicMock

import geopandas as gpd
import pandas as pd
import pytest

from app.web import charts, pattern_charts

if TYPE_CHECKING:
    from collections.abc import Callable

ZONES = pd.DataFrame({"id": ["a", "b", "c"], "name": ["东", "西", "南"], "value": [4.0, 1.0, 1.0]})
KINDS = ZONES.assign(kind="现有", quotient=1.2, low=1.0, high=1.4, count=1, expected=0.9)
UNITS = gpd.GeoDataFrame(
    ZONES.rename(columns={"name": "name_zh", "value": "z"}).assign(
        name_en="",
        value_z=[2.0, 0.0, 0.0],
        around_z=1.0,
        hot_spot="not significant",
        cluster="not significant",
    )
)
DRAWN: dict[str, Callable[[], None]] = {
    "bars": partial(charts.bars, ZONES, title="个数", selected="a"),
    "stacked bars": partial(charts.bars, KINDS, title="个数", selected="a", stack="kind"),
    "classes": partial(charts.class_histogram, ZONES, [(2.0, "#FFFFFF")], title="个数"),
    "quotients": partial(
        charts.quotient_map,
        KINDS.assign(sure=True, reading=""),
        zones=[*ZONES["name"]],
        kinds=["现有"],
    ),
    "z": partial(pattern_charts.z_histogram, UNITS, "a"),
    "scatter": partial(pattern_charts.moran_scatter, UNITS, "a"),
}


def test_the_selected_zone_is_among_the_bars_however_short(monkeypatch: pytest.MonkeyPatch) -> None:
    page = MagicMock()
    monkeypatch.setattr(charts, "st", page)
    many = pd.DataFrame({"id": [*"abcdefghijklmnop"], "value": range(16, 0, -1)})
    charts.bars(many.assign(name=many["id"]), title="个数", selected="p")
    bar = page.vega_lite_chart.call_args.args[0]["layer"][0]
    assert [row["id"] for row in bar["data"]["values"]] == [*"abcdefghijklmn", "p"]
    assert "14" in page.caption.call_args.args[0]


@pytest.mark.parametrize("kind", DRAWN)
def test_each_zone_has_a_mark_of_its_own_that_is_clicked_and_follows_the_view(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = MagicMock()
    monkeypatch.setattr(charts, "st", page)
    monkeypatch.setattr(pattern_charts, "st", page)
    monkeypatch.setattr(charts, "_clicks", clicks := MagicMock())
    DRAWN[kind]()
    names = [call[0] for call in page.method_calls]
    chart = page.vega_lite_chart.call_args
    (told,) = clicks.call_args_list  # heard by the page: Vega's are lost while it draws anew
    assert told.kwargs["data"]["chart"] == page.container.call_args.kwargs["key"]
    assert told.kwargs["key"] == told.kwargs["on_zone_change"].args[0]
    (of_zones,) = [
        layer for layer in chart.args[0]["layer"] if layer.items() >= charts.PICKED.items()
    ]
    assert sorted(row["id"] for row in of_zones["data"]["values"]) == ["a", "b", "c"]
    bound: list[Any] = [each["bind"] for each in chart.args[0].get("params", ()) if "bind" in each]
    if kind == "quotients":  # which are pale where they are unsure
        assert not bound
        return
    assert of_zones["encoding"]["opacity"] == charts.IN_VIEW
    (note,) = page.html.call_args.args
    assert f'class="{bound[0]["element"].removeprefix(".")}" hidden' in note
    (zones,) = re.findall('data-zones="([^"]*)"', note)
    assert sorted(json.loads(unescape(zones))) == ["a", "b", "c"]  # of what is drawn alone
    assert names.index("html") < names.index("vega_lite_chart")  # it is there to be bound to
