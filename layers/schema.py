"""The data package: which layers there are and what every field of them must be.

``data/datapackage.json`` is the one description of the layers (a Frictionless data package
with a title in two languages, a unit per field and constraints). Types, checks and the list of
layers are all read from it, so that a new area is another ``data`` folder and no other code.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from geo.doors import door
from geo.errors import InputError, LayerError

if TYPE_CHECKING:
    from collections.abc import Mapping

DATA_DIR = Path(__file__).resolve().parent.parent / "data"
MAX_PROBLEMS_SHOWN = 20
DTYPES: dict[str, Any] = {"string": "str", "number": "float64", "integer": "Int64"}

Geometry = Literal["point", "line", "polygon", "mixed", "table"]
Group = Literal["224", "plan", "context", "about"]


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a layer.

    Parameters
    ----------
    name
        Column name, with its unit in it where it has one.
    type
        ``"string"``, ``"number"`` or ``"integer"``.
    title_zh, title_en
        What a reader is shown as the column's title.
    unit
        Unit of a number, empty for a text or a pure count.
    constraints
        Frictionless constraints: required, unique, pattern, enum, minimum, maximum, maxLength.
    """

    name: str
    type: str
    title_zh: str
    title_en: str
    unit: str
    constraints: Mapping[str, Any]

    def title(self, lang: str) -> str:
        """Return the title in ``"zh"`` or ``"en"``."""
        return self.title_en if lang == "en" else self.title_zh


@dataclass(frozen=True, slots=True)
class Resource:
    """One layer as the data package describes it.

    Parameters
    ----------
    name
        Name for :func:`layers.load`.
    path
        Its file in the data folder.
    title_zh, title_en, description_zh, description_en
        Texts for readers.
    geometry
        Kind of geometry, ``"table"`` for none.
    group
        ``"224"``, ``"plan"``, ``"context"`` or ``"about"``.
    sources
        Ids in the layer ``sources``.
    fields
        Columns in their order.
    """

    name: str
    path: Path
    title_zh: str
    title_en: str
    description_zh: str
    description_en: str
    geometry: Geometry
    group: Group
    sources: tuple[str, ...]
    fields: tuple[Field, ...]

    def title(self, lang: str) -> str:
        """Return the title in ``"zh"`` or ``"en"``."""
        return self.title_en if lang == "en" else self.title_zh

    @property
    def units(self) -> dict[str, str]:
        """Units by column name."""
        return {field.name: field.unit for field in self.fields if field.unit}

    def field(self, name: str) -> Field:
        """Return the field of that name."""
        for field in self.fields:
            if field.name == name:
                return field
        raise LayerError(
            f"layer {self.name!r} has no field {name!r}; it has "
            f"{', '.join(f.name for f in self.fields)}"
        )


@cache
def resources() -> dict[str, Resource]:
    """Return every layer of the data package, in its order."""
    package = json.loads((DATA_DIR / "datapackage.json").read_text(encoding="utf-8"))
    return {item["name"]: _resource(item) for item in package["resources"]}


@door
def resource(name: str) -> Resource:
    """Return the description of one layer.

    Raises
    ------
    LayerError
        If there is no layer of that name.
    """
    found = resources().get(name) if isinstance(name, str) else None
    if found is None:
        raise LayerError(
            f"there is no layer {name!r}; the atlas has {', '.join(resources())}. "
            "Choose one of these names."
        )
    return found


def typed(frame: pd.DataFrame, description: Resource) -> pd.DataFrame:
    """Return the text columns of a file as the package's types, in the package's order.

    Parameters
    ----------
    frame
        Columns as read, all text or JSON scalars.
    description
        The layer's description.

    Raises
    ------
    InputError
        If a column is missing or unknown, or a number cannot be read; names every such place.
    """
    wanted = [field.name for field in description.fields]
    missing = [name for name in wanted if name not in frame.columns]
    unknown = [name for name in frame.columns if name not in wanted]
    if missing or unknown:
        raise InputError(
            f"{description.path.name}: missing columns {missing}, unknown columns {unknown}; "
            "the columns are described in datapackage.json"
        )
    columns: dict[str, pd.Series[Any]] = {}
    problems: list[str] = []
    for field in description.fields:
        column = frame[field.name]
        if field.type == "string":
            columns[field.name] = column.astype("str").where(column.notna() & (column != ""))
            continue
        numbers = pd.to_numeric(column, errors="coerce")
        unread = column.notna() & (column != "") & numbers.isna()
        problems += [
            f"row {row}: {field.name} = {column[row]!r} is not a number"
            for row in column.index[unread]
        ]
        columns[field.name] = numbers.astype(DTYPES[field.type])
    _refuse(description, problems)
    return pd.DataFrame(columns, index=frame.index)


def validate(frame: pd.DataFrame, description: Resource) -> None:
    """Check a layer against its schema.

    Raises
    ------
    InputError
        Naming every row and column that breaks a constraint (the first twenty of them).
    """
    try:
        _schema(description.name).validate(frame, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
        _refuse(
            description,
            [
                f"row {case.index}: {case.column} = {case.failure_case!r} breaks {case.check}"
                for case in cases.itertuples(index=False)
            ],
        )


def _refuse(description: Resource, problems: list[str]) -> None:
    if not problems:
        return
    shown = "\n  ".join(problems[:MAX_PROBLEMS_SHOWN])
    more = len(problems) - MAX_PROBLEMS_SHOWN
    rest = f"\n  … and {more} more" if more > 0 else ""
    raise InputError(
        f"{description.path.name} has {len(problems)} value(s) that its schema refuses:\n  "
        f"{shown}{rest}\nCorrect them in data/{description.path.name}."
    )


@cache
def _schema(name: str) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {field.name: _column(field) for field in resource(name).fields}, name=name
    )


def _column(field: Field) -> pa.Column:
    rules = field.constraints
    checks: list[pa.Check] = []
    if "enum" in rules:
        checks.append(pa.Check.isin(rules["enum"]))
    if "pattern" in rules:
        checks.append(pa.Check.str_matches(rules["pattern"]))
    if "maxLength" in rules:
        checks.append(pa.Check.str_length(max_value=rules["maxLength"]))
    if "minimum" in rules:
        checks.append(pa.Check.ge(rules["minimum"]))
    if "maximum" in rules:
        checks.append(pa.Check.le(rules["maximum"]))
    return pa.Column(
        DTYPES[field.type],
        checks,
        nullable=not rules.get("required", False),
        unique=rules.get("unique", False),
    )


def _resource(item: dict[str, Any]) -> Resource:
    return Resource(
        name=item["name"],
        path=DATA_DIR / item["path"],
        title_zh=item["title"],
        title_en=item["title_en"],
        description_zh=item["description"],
        description_en=item["description_en"],
        geometry=item["geometry"],
        group=item["group"],
        sources=tuple(item["sources"]),
        fields=tuple(
            Field(
                name=field["name"],
                type=field["type"],
                title_zh=field["title"],
                title_en=field["title_en"],
                unit=field.get("unit", ""),
                constraints=field.get("constraints", {}),
            )
            for field in item["schema"]["fields"]
        ),
    )
