"""Claims of places: their coordinates in one datum, their quotes, what they rest on."""

from __future__ import annotations

import pandas as pd
import pytest

import layers
from layers.plan import claims
from layers.plan.claims import points

CLAIMS = layers.load(claims.TABLE)
# One place in the datum of each: the offsets of GCJ-02 and BD-09 are those that geo.datum gives.
ONE_PLACE = [
    ("CGCS2000", 112.94, 28.23),
    ("WGS-84", 112.94, 28.23),
    ("GCJ-02", 112.945453, 28.226494),
    ("BD-09", 112.951952, 28.232579),
]


def test_a_coordinate_is_read_in_the_datum_that_its_claim_names() -> None:
    table = pd.DataFrame(ONE_PLACE, columns=["datum", "lon_deg", "lat_deg"], index=[3, 5, 7, 9])
    places = points(table)
    assert places.index.tolist() == [3, 5, 7, 9]
    assert places.crs == "EPSG:4490"
    assert places.geometry.x.to_numpy() == pytest.approx(112.94, abs=2e-5)
    assert places.geometry.y.to_numpy() == pytest.approx(28.23, abs=2e-5)


def test_a_claim_without_a_coordinate_has_no_point() -> None:
    table = pd.DataFrame(
        {"datum": ["WGS-84", None], "lon_deg": [112.94, None], "lat_deg": [28.23, None]}
    )
    assert len(points(table)) == 1


def test_every_claim_that_is_not_taken_says_why() -> None:
    assert CLAIMS.loc[CLAIMS["state"] != claims.ACCEPTED, "reason"].notna().all()


def test_what_rests_on_a_document_quotes_it() -> None:
    said = CLAIMS[CLAIMS["source_id"] == "plan2024"]
    assert len(said) > 100
    assert said.loc[said["state"] == claims.ACCEPTED, "quote"].notna().mean() > 0.9


def test_a_grade_of_one_source_is_never_surer_than_a_hundred_metres() -> None:
    single = CLAIMS[(CLAIMS["kind"] == "point") & (CLAIMS["grade"] != "A")]
    assert single["accuracy_m"].min() >= 100
