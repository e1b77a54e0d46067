"""Places by their names: in which spelling they are known, and what is twice."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.exchange.gazetteers import Gazetteer, spelled_place

HILL, PARK = (112.93, 28.18, 50.0), (113.0, 28.0, 5.0)
KNOWN = Gazetteer(
    [
        ("岳麓山", *HILL),
        ("岳麓山", 112.9300005, 28.1799995, 7),
        ("Park (N)", *PARK),
        ("park n", 113.00001, 28.0, 5),
        ("two", 112, 28, 1),
        ("two", 112, 28.00001, 1),
    ]
)


def test_a_name_is_known_as_it_is_written_or_spelled() -> None:
    for name, place in (
        ("岳麓山", HILL),
        (" 岳 麓 山 ", HILL),
        # As it is written before as it is spelled, which two are.
        (" Park (N)", PARK),
        ("ＰＡＲＫ－Ｎ", None),
        ("two", None),
        ("three", None),
        ("", None),
    ):
        assert KNOWN.find(name) == place
    assert spelled_place("ａ" * 300) == "a" * 200


def test_each_row_has_a_place_or_the_reason_why_not() -> None:
    rows, reasons = KNOWN.locate(pd.Series(["岳麓山", " ", "two", "three", "Park (N)"]))
    assert reasons.tolist() == ["", "place.missing", "place.ambiguous", "place.unknown", ""]
    assert rows[[0, 4]].tolist() == [list(HILL), list(PARK)]
    assert np.isnan(rows[1:4]).all()
