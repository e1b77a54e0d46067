"""What a table of the plan says beyond its schema: ids that must be somewhere, claims of places."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import pandas as pd
from pyproj import Geod

from layers.plan import claims
from layers.plan.area import bounds
from layers.plan.data_files import Damage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from layers.plan.schema import Resource

_ELLIPSOID = Geod(ellps="GRS80")
_RANGE = re.compile(r"\.\.")


def damage(
    description: Resource,
    code: str,
    row: Any,  # noqa: ANN401 - a label of the index
    column: str,
    **values: object,
) -> Damage:
    """Return a place in the file of a table that cannot be used."""
    return Damage(description.path.name, code, int(row), column, values)


def references(
    table: pd.DataFrame, description: Resource, known: Mapping[str, set[str]]
) -> Iterator[Damage]:
    """Give ids that no layer has; of layers that could not be read nothing is said.

    Parameters
    ----------
    table
        Indexed by the rows of its file.
    description
        What it is.
    known
        Ids by layer.
    """
    for field in description.stored:
        if not field.refers or not set(field.refers) <= set(known):
            continue
        there = set().union(*(known[name] for name in field.refers))
        for row, value in table[field.name].dropna().items():
            for key in value.split("|"):
                if key not in there:
                    values = {"value": key, "layers": "/".join(field.refers)}
                    yield damage(description, "data.reference", row, field.name, **values)


def claims_broken(
    table: pd.DataFrame, description: Resource, known: Mapping[str, set[str]]
) -> Iterator[Damage]:
    """Give claims that lack what their kind needs, or that say what cannot be.

    Parameters
    ----------
    table, description, known
        As of :func:`references`.
    """
    everything = set().union(*known.values())
    west, south, east, north = bounds()
    # Nothing is farther off, or reaches farther, than the plan is wide.
    *_, most_m = _ELLIPSOID.inv(west, south, east, north)
    most = {"rule": f"{most_m:.0f}"}
    for row, claim in table.iterrows():
        for column in claims.NEEDED[claim["kind"]]:
            if pd.isna(claim[column]):
                values = {"kind": claim["kind"]}
                yield damage(description, "data.claim_lacks", row, column, **values)
        if claim["kind"] == "point" and claim["accuracy_m"] == 0:
            yield damage(description, "data.no_accuracy", row, "accuracy_m")
        if claim["accuracy_m"] > most_m:
            vague = most | {"value": claim["accuracy_m"]}
            yield damage(description, "data.less_than_or_equal_to", row, "accuracy_m", **vague)
        if claim["state"] != claims.ACCEPTED and pd.isna(claim["reason"]):
            yield damage(description, "data.claim_unreasoned", row, "reason")
        if claim["subject_id"] == claim["object_id"]:
            yield damage(description, "data.claim_of_itself", row, "object_id")
        if claim["kind"] == "extent" and isinstance(claim["rule"], str):
            yield from _extent(claim["rule"], description, row, everything, most_m)
    for row, point in claims.points(table).geometry.items():
        if not (west <= point.x <= east and south <= point.y <= north):
            place = {"lon": point.x, "lat": point.y}
            yield damage(description, "data.outside", row, "lon_deg", **place)


def _extent(
    rule: str,
    description: Resource,
    row: Any,  # noqa: ANN401 - a label of the index
    everything: set[str],
    most_m: float,
) -> Iterator[Damage]:
    """Give what is wrong with a rule of an extent that is written as it must be."""
    way, _, rest = rule.partition(":")
    if way == "between_limits":
        for key in rest.split("|"):
            if key not in everything:
                values = {"value": key, "layers": "/".join(description.field("object_id").refers)}
                yield damage(description, "data.reference", row, "rule", **values)
    elif way != "official":
        try:
            areas = [float(part) for part in _RANGE.split(rest)]
        except ValueError:
            areas = [0.0]
        most_km2 = math.pi * (most_m / 2000.0) ** 2
        if areas != sorted(areas) or areas[0] <= 0 or areas[-1] > most_km2:
            yield damage(description, "data.extent", row, "rule", value=rule)
