"""Sheets of a file: each a table with places of one kind, of which some are taken.

A layer of a database, a folder of a KML file and a shapefile in an archive are sheets. A layer
whose places are of several kinds is as many sheets, so that areas are never lost behind the labels
drawn with them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.errors import CRSError, InputError
from geo.exchange.columns import name_column
from geo.exchange.parsed import Candidate, Kind, Parsed
from geo.exchange.stated_crs import understood
from geo.findings import Finding, Level, first_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

FACTS = "file.facts"
_KINDS: tuple[Kind, ...] = ("polygon", "line", "point")
_TOGETHER: Mapping[Kind, Callable[[Any], shapely.Geometry]] = {
    "polygon": shapely.MultiPolygon,
    "line": shapely.MultiLineString,
    "point": shapely.MultiPoint,
}
_DETAIL_LETTERS = 200
# By shapely's numbers of types; the last is for none.
_BY_TYPE = np.array(
    ["point", "line", "line", "polygon", "point", "line", "polygon", "mixed", "none"], dtype=object
)


@dataclass(slots=True)
class Sheet:
    """A table with places, as it stands in the file.

    Parameters
    ----------
    name
        As the file calls it.
    table
        Attributes, with a plain index.
    shapes
        Geometry of each row, None where there is none; heights are dropped.
    stated_crs
        What the file says of its CRS: an authority's code, WKT, PROJJSON or any name; empty where
        it says nothing.
    encoding, encoding_how
        As in `Parsed`.
    reasons
        By position, the code and the detail of why a row has no usable geometry.
    findings
        All else.
    family
        Sheets of one family that have the same kind of places are taken together; also the column
        that then says of which sheet a row is.
    layer
        Name of the layer that this is a part of, by kind of place; empty for a whole layer.
    """

    name: str
    table: pd.DataFrame
    shapes: NDArray[np.object_]
    stated_crs: str = ""
    encoding: str = "UTF-8"
    encoding_how: str = "encoding.none"
    reasons: dict[int, tuple[str, str]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    family: str = ""
    layer: str = ""


def flat(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return places without heights.

    Parameters
    ----------
    shapes
        Geometries or None.

    Examples
    --------
    >>> flat(np.array([shapely.Point(1, 2, 3)], object))[0].wkt
    'POINT (1 2)'
    """
    if not shapely.has_z(shapes).any():
        return shapes
    lower: NDArray[np.object_] = shapely.force_2d(shapes)
    return lower


def rings_closed(positions: Iterable[int]) -> Finding:
    """Return the note that rings were closed in these rows (positions from 0)."""
    return _noted("geometry.rings_closed", positions)


def arcs_straightened(positions: Iterable[int]) -> Finding:
    """Return the note that arcs became chords in these rows (positions from 0)."""
    return _noted("geometry.arcs_straightened", positions)


def _noted(code: str, positions: Iterable[int]) -> Finding:
    rows = [int(at) + 1 for at in positions]
    return Finding(code, {"rows": len(rows)}, "note", first_rows(rows))


def kinds_of(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the kind of each place: ``polygon``, ``line``, ``point``, ``mixed`` or ``none``.

    Examples
    --------
    >>> kinds_of(np.array([shapely.Point(1, 2), None, shapely.box(0, 0, 1, 1)], object)).tolist()
    ['point', 'none', 'polygon']
    """
    kinds: NDArray[np.object_] = _BY_TYPE[_types(shapes)]
    return kinds


def common_kind(shapes: NDArray[np.object_]) -> Kind:
    """Return the kind that all places have, ``mixed`` where they have several.

    Examples
    --------
    >>> common_kind(np.array([shapely.Point(1, 2), None], object)), common_kind(np.empty(0, object))
    ('point', 'none')
    """
    kinds: set[Kind] = set(_BY_TYPE[np.unique(_types(shapes))]) - {"none"}
    if not kinds:
        return "none"
    return kinds.pop() if len(kinds) == 1 else "mixed"


def _types(shapes: NDArray[np.object_]) -> NDArray[np.intp]:
    """Types by their numbers, -1 for a place that is missing or empty."""
    types = np.array(shapely.get_type_id(shapes), dtype=np.intp)
    types[shapely.is_empty(shapes)] = -1
    return types


def taken_together(
    sheets: Sequence[Sheet],
    *,
    name: str,
    format_name: str,
    layer: str | Sequence[str] | None = None,
    listed: Sequence[Candidate] = (),
    crs_given: bool = False,
) -> Parsed:
    """Choose sheets and put them together.

    Parameters
    ----------
    sheets
        Those that were read, in the order of the file.
    name
        Of the file.
    format_name
        Of the format, for the receipt.
    layer
        Names to take; without any, all sheets of one family whose places are areas are taken, and
        where there are no areas those of the kind that most rows have.
    listed
        Layers of the file in its order, some of which were not read.
    crs_given
        The caller knows the CRS, so that one that cannot be understood is no obstacle.

    Returns
    -------
    The rows taken and the rows set aside, numbered through; the finding ``file.facts`` has the
    name of the format.

    Raises
    ------
    InputError
        No sheet has places, there is none of that name, or sheets to be joined are in two CRSs.
    CRSError
        The CRS that the file names is none.

    Examples
    --------
    >>> zones = Sheet("zones", pd.DataFrame({"name": ["a"]}), np.array([shapely.box(0, 0, 1, 1)]))
    >>> taken_together([zones], name="a.gpkg", format_name="GeoPackage").frame.index.tolist()
    [1]
    """
    parts = [part for sheet in sheets for part in _by_kind(_without_collections(sheet))]
    names = [layer] if isinstance(layer, str) else layer
    chosen = _chosen(parts, names, name) if names else _best(parts)
    if all(common_kind(sheet.shapes) == "none" for sheet in chosen):
        raise _nothing(parts, listed, name)
    candidates = _candidates(parts, listed)
    parsed = _joined(chosen)
    names_left = [each.name for each in candidates if each.name not in parsed.taken]
    if names_left:
        parsed.findings.append(_of_layers("layers.left", names_left, "warning"))
    if len(chosen) > 1:
        parsed.findings.append(_of_layers("layers.joined", list(parsed.taken), "note"))
    stated = {sheet.stated_crs for sheet in chosen}
    parsed.findings.append(Finding(FACTS, {"format": format_name}))
    _place(parsed, chosen[0].stated_crs, len(stated), name, crs_given=crs_given)
    parsed.layers = candidates
    return parsed


def _of_layers(code: str, names: list[str], level: Level) -> Finding:
    return Finding(code, {"layers": len(names), "names": _listed(names)}, level)


def _candidates(sheets: Sequence[Sheet], listed: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Return every layer in the order of the file, those that were cut by kind in their parts."""
    parts: dict[str, list[Candidate]] = {each.name: [] for each in listed}
    for sheet in sheets:
        own = Candidate(sheet.name, common_kind(sheet.shapes), len(sheet.shapes))
        parts.setdefault(sheet.layer or sheet.name, []).append(own)
    unread = {each.name: each for each in listed}
    return tuple(each for name, own in parts.items() for each in (own or [unread[name]]))


def _place(parsed: Parsed, stated: str, crss: int, name: str, *, crs_given: bool) -> None:
    """Put in which CRS the rows are."""
    if crss > 1 and not crs_given:
        raise InputError(
            f"the layers of {name} that were asked for are in {crss} CRSs. Take one of them.",
            code="layers.two_crss",
            name=name,
        )
    try:
        crs, parsed.crs_how, findings = understood(stated, name=name)
    except CRSError:
        if not crs_given:
            raise
        return
    parsed.findings += findings
    parsed.frame = parsed.frame.set_crs(crs)


def _without_collections(sheet: Sheet) -> Sheet:
    """Take out of each collection its parts of one kind: areas before lines before points."""
    at = np.flatnonzero(
        shapely.get_type_id(sheet.shapes) == shapely.GeometryType.GEOMETRYCOLLECTION
    )
    at = at[~shapely.is_empty(sheet.shapes[at])]
    if not at.size:
        return sheet
    shapes, left = sheet.shapes.copy(), []
    for position in at:
        shapes[position], whole = _one_kind(shapes[position])
        if not whole:
            left.append(int(position) + 1)
    if left:
        values = {"rows": len(left)}
        finding = Finding("geometry.parts_left", values, "warning", first_rows(left))
        sheet.findings.append(finding)
    return replace(sheet, shapes=shapes)


def _one_kind(collection: shapely.Geometry) -> tuple[shapely.Geometry, bool]:
    parts = shapely.get_parts(collection)
    while (shapely.get_type_id(parts) == shapely.GeometryType.GEOMETRYCOLLECTION).any():
        parts = shapely.get_parts(parts)
    kinds = kinds_of(parts)
    kind = next(each for each in _TOGETHER if (kinds == each).any())
    simple = shapely.get_parts(parts[kinds == kind])
    whole = bool((kinds == kind).all())
    return _TOGETHER[kind](list(simple)) if len(simple) > 1 else simple[0], whole


def _by_kind(sheet: Sheet) -> list[Sheet]:
    """Cut a sheet into one for each kind; rows with no place stay with the first."""
    kinds = kinds_of(sheet.shapes)
    there = [kind for kind in _KINDS if (kinds == kind).any()]
    if len(there) <= 1:
        return [sheet]
    parts = []
    for number, kind in enumerate(there):
        rows = np.flatnonzero((kinds == kind) | ((kinds == "none") & (number == 0)))
        renumbered = {int(old): new for new, old in enumerate(rows)}
        parts.append(
            replace(
                sheet,
                name=f"{sheet.name} ({kind})",
                layer=sheet.name,
                table=sheet.table.iloc[rows].reset_index(drop=True),
                shapes=sheet.shapes[rows],
                reasons={
                    renumbered[at]: why for at, why in sheet.reasons.items() if at in renumbered
                },
                findings=[_of_rows(finding, renumbered) for finding in sheet.findings],
            )
        )
    return parts


def _of_rows(finding: Finding, renumbered: dict[int, int]) -> Finding:
    rows = tuple(renumbered[row - 1] + 1 for row in finding.rows if row - 1 in renumbered)
    return replace(finding, rows=rows)


def _best(sheets: Sequence[Sheet]) -> list[Sheet]:
    """Return the first sheet with the best kind of places, and its family."""
    kinds = [common_kind(sheet.shapes) for sheet in sheets]
    rows = {
        kind: sum(len(s.shapes) for s, own in zip(sheets, kinds, strict=True) if own == kind)
        for kind in _KINDS
    }
    kind = "polygon" if rows["polygon"] else max(_KINDS, key=lambda each: rows[each])
    of_kind = [sheet for sheet, own in zip(sheets, kinds, strict=True) if own == kind]
    if not of_kind:
        return list(sheets[:1])
    first = of_kind[0]
    return [s for s in of_kind if s is first or (first.family and s.family == first.family)]


def _chosen(sheets: Sequence[Sheet], wanted: Sequence[str], name: str) -> list[Sheet]:
    chosen = []
    for each in wanted:
        exact = [sheet for sheet in sheets if sheet.name == each]
        kinds = [sheet for sheet in sheets if sheet.layer == each]
        if not exact and not kinds:
            names = [sheet.name for sheet in sheets]
            raise InputError(
                f"{name} has no layer {each!r}. It has {_listed(names)}.",
                code="layers.unknown",
                name=name,
                layer=each,
                names=_listed(names),
            )
        chosen += exact or kinds[:1]
    return chosen


def _nothing(sheets: Sequence[Sheet], listed: Sequence[Candidate], name: str) -> InputError:
    rows = sum(len(sheet.shapes) for sheet in sheets)
    why = {code for sheet in sheets for code, _ in sheet.reasons.values()}
    code = "file.geometry_broken" if why else "file.no_geometry"
    return InputError(
        f"{name} has {rows} features and none has geometry. Check what was exported.",
        code=code if rows else "file.no_features",
        name=name,
        rows=rows,
        layers=max(len(sheets), len(listed)),
    )


def _joined(sheets: Sequence[Sheet]) -> Parsed:
    """Put sheets one below the other; rows without a place go aside."""
    several = len(sheets) > 1
    tables = [_with_folder(sheet) if several or sheet.family else sheet.table for sheet in sheets]
    table = pd.concat(tables, ignore_index=True) if several else tables[0].reset_index(drop=True)
    shapes = np.concatenate([sheet.shapes for sheet in sheets])
    offsets = np.cumsum([0, *(len(sheet.shapes) for sheet in sheets)]).tolist()
    reasons: dict[int, tuple[str, str]] = {}
    findings: list[Finding] = []
    for offset, sheet in zip(offsets[:-1], sheets, strict=True):
        reasons |= {at + offset: why for at, why in sheet.reasons.items()}
        findings += [
            replace(finding, rows=tuple(row + offset for row in finding.rows))
            for finding in sheet.findings
        ]
    index = pd.RangeIndex(1, len(shapes) + 1, name="row")
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    frame = gpd.GeoDataFrame(table.set_axis(index), geometry=shapes)
    return Parsed(
        frame=frame[~missing] if missing.any() else frame,
        aside=_aside(table, np.flatnonzero(missing), reasons),
        layers=(),
        taken=tuple(sheet.name for sheet in sheets),
        encoding=sheets[0].encoding,
        encoding_how=sheets[0].encoding_how,
        crs_how="",
        findings=_once(findings),
    )


def _with_folder(sheet: Sheet) -> pd.DataFrame:
    column = sheet.family or "layer"
    while column in sheet.table.columns:
        column += "_"
    return sheet.table.assign(**{column: sheet.layer or sheet.name})


def _aside(
    table: pd.DataFrame, rows: NDArray[np.intp], reasons: dict[int, tuple[str, str]]
) -> pd.DataFrame:
    column = name_column(table)
    why = [reasons.get(int(at), ("row.no_geometry", "")) for at in rows]
    names = table[column].iloc[rows].astype("str").fillna("") if column else [""] * len(rows)
    return pd.DataFrame(
        {
            "reason": pd.Series([code for code, _ in why], dtype="str"),
            "detail": pd.Series([detail[:_DETAIL_LETTERS] for _, detail in why], dtype="str"),
            "name": pd.Series(list(names), dtype="str"),
        }
    ).set_axis(pd.Index(rows + 1, name="row", dtype="int64"))


def set_aside(parsed: Parsed, wrong: NDArray[np.bool_], reason: str) -> None:
    """Move rows of what was read to what is set aside.

    Parameters
    ----------
    parsed
        Changed in place.
    wrong
        Whether a row of its frame is to go.
    reason
        Code of :mod:`geo.wording`.

    Examples
    --------
    >>> frame = gpd.GeoDataFrame({"name": ["a", "b"]}, geometry=[shapely.Point(1, 2)] * 2)
    >>> parsed = Parsed(frame, pd.DataFrame(), (), (), "", "", "", [])
    >>> set_aside(parsed, np.array([False, True]), "row.outside")
    >>> parsed.frame["name"].tolist(), parsed.aside["name"].tolist()
    (['a'], ['b'])
    """
    frame = parsed.frame
    bounds = shapely.bounds(frame.geometry.to_numpy()[wrong])
    reasons = {int(at): (reason, f"{x:g} {y:g}") for at, (x, y, _, _) in enumerate(bounds)}
    rows = frame[wrong]
    aside = _aside(pd.DataFrame(rows.drop(columns="geometry")), np.arange(len(rows)), reasons)
    aside.index = rows.index
    parsed.aside = pd.concat([parsed.aside, aside]).sort_index() if len(parsed.aside) else aside
    parsed.frame = frame[~wrong]


def _once(findings: list[Finding]) -> list[Finding]:
    """Drop what was noticed of the whole file in each of its sheets."""
    distinct: list[Finding] = []
    for finding in findings:
        if finding not in distinct:
            distinct.append(finding)
    return distinct


def _listed(names: Sequence[Any], most: int = 8) -> str:
    text = ", ".join(str(name)[:60] for name in names[:most])
    return text + (f", … (+{len(names) - most})" if len(names) > most else "")
