"""The tables beside the map: what stands first, and in which words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from app.web import tables

if TYPE_CHECKING:
    import pytest


def test_zones_stand_by_size_with_the_decimals_of_their_figures(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: dict[str, Any] = {}
    monkeypatch.setattr(tables, "figures", lambda **table: shown.update(table))
    zones = pd.DataFrame(
        {"name_zh": ["甲", "乙", "丙"], "covered_pct": [10.0, 95.04, 50.0], "count": [1, 1200, 3]}
    )
    tables.zones_table(zones, ["covered_pct", "count"])
    assert shown["rows"] == [("乙", "95.0", "1,200"), ("丙", "50.0", "3"), ("甲", "10.0", "1")]
    assert len(shown["header"]) == len(shown["helps"]) == 3
