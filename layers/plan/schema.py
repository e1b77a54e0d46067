"""The data package: which layers there are and what every field of them must be.

A plan's ``datapackage.json`` is the one description of its layers (a Frictionless data package with
a title in two languages, a unit per field and constraints). Types, checks and the list of layers
are all read from it, so that a new area is another folder and no other code.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from geo.arguments import require_one_of
from geo.doors import door
from geo.errors import LayerError
from layers.plan.area import SHARED, area, package, per_folder, plan
from layers.plan.claims import TABLE
from layers.plan.data_files import Damage, DataError, checked, json_of
from layers.plan.strict_schema import strict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

# Columns that places follow into.
FOLLOWING = Path(__file__).with_name("following.json")
# What all plans share.
_OF_ALL = frozenset({"basemaps.json", "palettes.json", "styles.json", "symbols.json"})
DTYPES: dict[str, Any] = {"string": "str", "number": "float64", "integer": "Int64"}

Geometry = Literal["point", "line", "polygon", "mixed", "table"]
Group = Literal["layout", "plan", "context", "about"]


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
    refers
        Layers of which the column holds ids, separated by |; none where it holds something else.
    follows
        Whether it is in no file and follows from the claims of places.
    """

    name: str
    type: str
    title_zh: str
    title_en: str
    unit: str
    constraints: Mapping[str, Any]
    refers: tuple[str, ...] = ()
    follows: bool = False

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
        ``"layout"``, ``"plan"``, ``"context"`` or ``"about"``.
    sources
        Ids in the layer ``sources``.
    fields
        Columns in their order, those of the file first.
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
    def stored(self) -> tuple[Field, ...]:
        """Columns of the file."""
        return tuple(field for field in self.fields if not field.follows)

    @property
    def units(self) -> dict[str, str]:
        """Units by column name."""
        return {field.name: field.unit for field in self.fields if field.unit}

    @property
    def translations(self) -> frozenset[str]:
        """Columns that say in English what the column of the same name without ``_en`` says."""
        names = {field.name for field in self.fields}
        return frozenset(f"{name}_en" for name in names) & names

    def field(self, name: str) -> Field:
        """Return the field of that name."""
        for field in self.fields:
            if field.name == name:
                return field
        raise LayerError(
            f"layer {self.name!r} has no field {name!r}; it has "
            f"{', '.join(f.name for f in self.fields)}",
            code="caller.argument",
            function="field",
        )


@per_folder
def resources() -> dict[str, Resource]:
    """Return every layer of the data package, in its order."""
    return {item["name"]: _resource(item) for item in package()["resources"]}


@door
def resource(name: str) -> Resource:
    """Return the description of one layer.

    Raises
    ------
    LayerError
        If there is no layer of that name.
    """
    require_one_of(name, resources(), "layer", function="resource", error=LayerError)
    return resources()[name]


@per_folder
def amounts() -> Field | None:
    """Return the column of what is added up, None where layers have none or not the same.

    Examples
    --------
    >>> amounts().title_zh
    '投资额'
    """
    columns = [
        column
        for name, role in area().points.items()
        for column in resources()[name].fields
        if column.name == role.amount
    ]
    alike = {(column.title_zh, column.title_en, column.unit) for column in columns}
    return columns[0] if len(alike) == 1 else None


def typed(frame: pd.DataFrame, description: Resource) -> pd.DataFrame:
    """Return the columns of a file as the package's types, in the package's order, checked.

    Parameters
    ----------
    frame
        Columns as read, all text or JSON scalars; its index is the row of each in the file.
    description
        The layer's description.

    Raises
    ------
    DataError
        A column is missing or unknown, a number cannot be read, or a value breaks a constraint;
        names every such place.
    """
    file = description.path.name
    wanted = [field.name for field in description.stored]
    damages = [
        Damage(file, "data.column_missing", column=name)
        for name in wanted
        if name not in frame.columns
    ]
    damages += [
        Damage(file, "data.column_unknown", column=str(name))
        for name in frame.columns
        if name not in wanted
    ]
    if damages:
        raise DataError(damages)
    columns: dict[str, pd.Series[Any]] = {}
    for field in description.stored:
        columns[field.name], unread = _column_of(frame[field.name], field)
        damages += [
            Damage(file, code, int(row), field.name, {"value": str(frame[field.name][row])})
            for row, code in unread.items()
        ]
    if damages:
        raise DataError(damages)
    result = pd.DataFrame(columns, index=frame.index)
    _validate(result, description)
    return result


def _column_of(column: pd.Series[Any], field: Field) -> tuple[pd.Series[Any], dict[Any, str]]:
    """One column in its type, and what is wrong in which row."""
    filled = zip(column.tolist(), column.isna().tolist(), strict=True)
    cells = [None if missing or value == "" else value for value, missing in filled]
    rows = column.index
    if field.type == "string":
        other = [value is not None and not isinstance(value, str) for value in cells]
        wrong = dict.fromkeys(rows[other], "data.not_text")
        texts = [None if unread else value for value, unread in zip(cells, other, strict=True)]
        return pd.Series(texts, rows, dtype="str"), wrong
    numbers = pd.to_numeric(pd.Series(cells, rows, dtype="object"), errors="coerce").astype(float)
    # "nan" and "inf" would read as numbers.
    unread = np.array([value is not None for value in cells], dtype=bool) & ~np.isfinite(numbers)
    if field.type == "integer":
        unread |= numbers % 1 > 0
    wrong = dict.fromkeys(rows[unread], "data.not_number")
    return numbers.where(~unread).astype(DTYPES[field.type]), wrong


def _validate(frame: pd.DataFrame, description: Resource) -> None:
    """Refuse values that break a constraint, each with its row and column."""
    damages = [
        Damage(description.path.name, code, int(row), field.name, {"value": str(value)} | rule)
        for field in description.stored
        for code, rule, wrong in _broken(frame[field.name], field.constraints)
        if wrong.any()
        for row, value in zip(frame.index[wrong], frame[field.name][wrong], strict=True)
    ]
    if damages:
        raise DataError(damages)


def _broken(
    column: pd.Series[Any], rules: Mapping[str, Any]
) -> Iterator[tuple[str, dict[str, str], NDArray[np.bool_]]]:
    """Return each constraint of a column: its sentence, what it says, and which cells break it."""
    there = column.notna().to_numpy()
    if rules.get("required", False):
        yield "data.required", {}, ~there
    if rules.get("unique", False):
        yield "data.field_uniqueness", {}, there & column.duplicated(keep=False).to_numpy()
    if "enum" in rules:
        wrong = there & ~column.isin(rules["enum"]).to_numpy()
        yield "data.isin", {"rule": str(rules["enum"])}, wrong
    if "pattern" in rules:
        matches = strict(rules["pattern"]).search
        wrong = np.array([isinstance(text, str) and not matches(text) for text in column.tolist()])
        yield "data.str_matches", {"rule": rules["pattern"]}, wrong.astype(bool)
    if "maxLength" in rules:
        longer = column.str.len().gt(rules["maxLength"])
        yield "data.str_length", {"rule": str(rules["maxLength"])}, there & longer.to_numpy(bool)
    for name, code, beyond in (
        ("minimum", "data.greater_than_or_equal_to", column.lt),
        ("maximum", "data.less_than_or_equal_to", column.gt),
    ):
        if name in rules:
            wrong = beyond(rules[name]).to_numpy(dtype=bool, na_value=False)
            yield code, {"rule": str(rules[name])}, there & wrong


def registry(file: str) -> Any:  # noqa: ANN401 - as the file holds it
    """Return one of the JSON files that describe the plan, checked against its schema.

    Parameters
    ----------
    file
        ``"symbology.json"``, or of what all plans share
        ``"basemaps.json"``, ``"palettes.json"``, ``"styles.json"`` or ``"symbols.json"``.

    Raises
    ------
    DataError
        The file is damaged; names every place by its path in the file.
    """
    return checked(json_of(path_of(file)), file, file.removesuffix(".json"))


def path_of(file: str) -> Path:
    """Return where a file that describes the plan lies; what all plans share may be its own too."""
    own = plan().folder / file
    return SHARED / file if file in _OF_ALL and not own.is_file() else own


def _resource(item: dict[str, Any]) -> Resource:
    fields = tuple(_field(field) for field in item["schema"]["fields"])
    return Resource(
        name=item["name"],
        path=plan().folder / item["path"],
        title_zh=item["title"],
        title_en=item["title_en"],
        description_zh=item["description"],
        description_en=item["description_en"],
        geometry=item["geometry"],
        group=item["group"],
        sources=tuple(item["sources"]),
        fields=(*fields, *_following(item, {field.name for field in fields})),
    )


def _field(field: dict[str, Any], *, follows: bool = False) -> Field:
    return Field(
        name=field["name"],
        type=field["type"],
        title_zh=field["title"],
        title_en=field["title_en"],
        unit=field.get("unit", ""),
        constraints=field.get("constraints", {}),
        refers=tuple(field.get("refers", ())),
        follows=follows,
    )


def _following(item: dict[str, Any], stored: set[str]) -> tuple[Field, ...]:
    """Return the columns of places that follow from claims, where the plan has a table of them."""
    told = TABLE in {each["name"] for each in package()["resources"]}
    if not told or not item["path"].endswith(".csv") or item["geometry"] not in {"point", "mixed"}:
        return ()
    fields = json_of(FOLLOWING)["fields"]
    return tuple(_field(each, follows=True) for each in fields if each["name"] not in stored)
