"""A look at all the files of the plan together: what one file says of another, and of places.

A file can be sound by itself and still be wrong: a source that is not listed, a park that stands in
itself, a coordinate with its degrees swapped. `damages` names every such place at once.
"""

from __future__ import annotations

from string import Formatter
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from geo.errors import AtlasError
from layers.look.basemaps import basemaps
from layers.look.symbology import layer_styles
from layers.plan import area_check, catalogue, claims
from layers.plan.area import area, bounds
from layers.plan.data_files import Damage, DataError
from layers.plan.rules import Rule
from layers.plan.schema import resources
from layers.plan.table_check import claims_broken, damage, references
from layers.plan.years import FIRST, LAST
from layers.words import general, of_data, of_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from geo.wording import Text
    from layers.plan.schema import Resource

# What a shape may be, by the kind of geometry that a layer has.
_KINDS = {
    "point": ("Point",),
    "line": ("LineString", "MultiLineString"),
    "polygon": ("Polygon", "MultiPolygon"),
    "mixed": ("Point", "LineString", "MultiLineString", "Polygon", "MultiPolygon"),
}
_SPATIAL = ("lon", "lat")


def damages(texts: Mapping[str, Mapping[str, Text]] | None = None) -> list[Damage]:
    """Return every place in the plan's files that cannot be used, file by file.

    Parameters
    ----------
    texts
        Those of every plan, which the plan may put in its own words; those of maps where None.

    Returns
    -------
    list of Damage
        Empty where the plan is sound. Whether layers can be built by their rules is tried only
        where every file is sound by itself.

    Examples
    --------
    >>> damages()
    []
    """
    damaged: list[Damage] = []
    for read in (area, resources, layer_styles, basemaps, of_plan):
        damaged += _refused(read)
    if damaged:
        return damaged
    tables: dict[str, pd.DataFrame] = {}
    for name in resources():
        try:
            tables[name] = catalogue.rows(name)
        except DataError as error:
            damaged += error.damages
    known = {name: set(table["id"]) for name, table in tables.items()}
    for name, table in tables.items():
        description = resources()[name]
        damaged += references(table, description, known)
        damaged += _rules(table, description)
        damaged += _years(table, description)
        if name == claims.TABLE:
            damaged += claims_broken(table, description, known)
        elif set(_SPATIAL) <= set(table.columns):
            damaged += _places(table, description)
        if "geometry" in table.columns:
            damaged += _shapes(table, description)
    if set(tables) == set(resources()):
        damaged += catalogue.own_claims().damages
    damaged += area_check.damages()
    damaged += _unlisted(known)
    damaged += _words(general() if texts is None else texts)
    return damaged or _built()


def _refused(read: Callable[[], Any]) -> list[Damage]:
    try:
        read()
    except DataError as error:
        return list(error.damages)
    return []


def _rules(table: pd.DataFrame, description: Resource) -> Iterator[Damage]:
    """Rules that are missing, and those to build by that cannot be read."""
    if not {"rule", "evidence"} <= set(table.columns):
        return
    # Of what is drawn the rule says how, and builds nothing; those of claims the schema describes.
    drawn = "geometry" in table.columns
    for row, rule, evidence in table[["rule", "evidence"]].itertuples():
        if pd.isna(rule):
            if evidence == "schematic":
                yield damage(description, "data.no_rule", row, "rule")
            continue
        try:
            if not drawn:
                Rule.parse(rule)
        except AtlasError as error:
            values = {"value": rule, "reason": str(error)}
            yield damage(description, "data.rule", row, "rule", **values)


def _years(table: pd.DataFrame, description: Resource) -> Iterator[Damage]:
    """Years that a map cannot be asked for, and those before one that they come after."""
    columns = [name for name in area().years.get(description.name, ()) if name in table]
    for row, *years in table[columns].itertuples():
        least = FIRST
        for column, year in zip(columns, years, strict=True):
            if pd.isna(year):
                continue
            code = "less_than" if year > LAST else "greater_than" if year < least else ""
            if code:
                values = {"value": int(year), "rule": str(LAST if year > LAST else least)}
                yield damage(description, f"data.{code}_or_equal_to", row, column, **values)
            least = max(least, int(year))


def _places(table: pd.DataFrame, description: Resource) -> Iterator[Damage]:
    """Coordinates of rows: half given, given twice, or nowhere near the plan."""
    west, south, east, north = bounds()
    for row, place in table.iterrows():
        own, other = place["lon"], place["lat"]
        if pd.isna(own) != pd.isna(other):
            yield damage(description, "data.half_place", row, "lon" if pd.isna(own) else "lat")
            continue
        if pd.isna(own):
            continue
        if not (west <= own <= east and south <= other <= north):
            yield damage(description, "data.outside", row, "lon", lon=own, lat=other)
        if not place["accuracy_m"] > 0:
            yield damage(description, "data.no_accuracy", row, "accuracy_m")
        if place["evidence"] == "unlocated":
            yield damage(description, "data.unlocated_placed", row, "evidence")
        for column in ("within", "same_as"):
            if isinstance(place.get(column), str):
                yield damage(description, "data.two_places", row, column, value=place[column])


def _shapes(table: pd.DataFrame, description: Resource) -> Iterator[Damage]:
    west, south, east, north = bounds()
    for row, shape in table["geometry"].items():
        if shape.is_empty or shape.geom_type not in _KINDS[description.geometry]:
            values = {"kind": shape.geom_type, "wanted": description.geometry}
            yield damage(description, "data.kind", row, "geometry", **values)
            continue
        x, y = shapely.get_coordinates(shape).T
        outside = ~((west <= x) & (x <= east) & (south <= y) & (y <= north))
        if outside.any():
            place = {"lon": float(x[outside][0]), "lat": float(y[outside][0])}
            yield damage(description, "data.outside", row, "geometry", **place)
        elif not shape.is_valid:
            reason = shapely.is_valid_reason(shape)
            yield damage(description, "data.invalid_shape", row, "geometry", reason=reason)


def _unlisted(known: dict[str, set[str]]) -> Iterator[Damage]:
    """Layers without a style, and sources of layers that are not listed."""
    for name, description in resources().items():
        if description.geometry != "table" and name not in layer_styles():
            yield Damage("symbology.json", "data.no_style", values={"layer": name})
        for source in description.sources if "sources" in known else ():
            if source not in known["sources"]:
                values = {"value": source, "layers": "sources"}
                path = f"resources.{name}.sources"
                yield Damage("datapackage.json", "data.reference", column=path, values=values)


def _words(texts: Mapping[str, Mapping[str, Text]]) -> Iterator[Damage]:
    """Words of the plan for what nothing asks for, and braces in them that nothing fills."""
    for key, entry in of_plan().items():
        filled: set[str] = set()
        if key in texts:
            forms = [form for form in texts[key].values() if isinstance(form, str)]
            filled.update(*map(_braces, forms))
        elif not _of_data(key):
            yield Damage("words.json", "data.word_unused", column=key)
        for lang, text in entry.items():
            place = f"{key}.{lang}"
            if not text.strip():
                yield Damage("words.json", "data.required", column=place)
            try:
                unfilled = _braces(text) - filled
            except ValueError:
                yield Damage("words.json", "data.word_braces", column=place, values={"value": text})
                continue
            for name in sorted(unfilled):
                values = {"value": f"{{{name}}}"}
                yield Damage("words.json", "data.word_unfilled", column=place, values=values)


def _of_data(key: str) -> bool:
    try:
        of_data(key)
    except KeyError:
        return False
    return True


def _braces(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _built() -> list[Damage]:
    """Find what no single value shows: rules without members, places that form a ring."""
    told = resources().get(claims.TABLE)
    if told is not None:
        in_rings = list(catalogue.rings(catalogue.rows(claims.TABLE), told.path.name))
        if in_rings:
            return in_rings
    damaged = []
    for name, description in resources().items():
        try:
            catalogue.load(name)
        except AtlasError as error:
            values = {"layer": name, "reason": str(error)}
            damaged.append(Damage(description.path.name, "data.unbuilt", values=values))
    return damaged
