"""Tables with places: CSV, TSV, TXT and Excel, as a planner's office writes them.

Where the places are is decided by the names of the columns and by what is in them, in what CRS by
the values alone; both are said. A row that has no usable place is set aside with its reason, the
others are read: no cell refuses a file.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError as ProjCRSError

from geo.crs import GEOGRAPHIC
from geo.errors import CRSError, InputError
from geo.exchange import headers
from geo.exchange.angles import numbers
from geo.exchange.axes import Axes, axes_of
from geo.exchange.cell_quotes import unquoted
from geo.exchange.cut_tables import CutTable, of_workbook
from geo.exchange.delimited import PARTS, read_delimited
from geo.exchange.gazetteers import Gazetteer
from geo.exchange.parsed import Candidate, Parsed
from geo.exchange.places import Places, is_blank, kind_of, shapes
from geo.exchange.sheets import common_kind, flat
from geo.exchange.workbooks import read_workbook
from geo.findings import Finding, first_rows
from geo.wording import together
from geo.work import checkpoint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Objects = NDArray[np.object_]

WORKBOOKS = (".xlsx", ".xlsm", ".xls")
TEXTS = (".csv", ".tsv", ".txt", ".tab")
_SAMPLE = 200
_BLOCK_LETTERS = 8_000_000
_SHORT, _LONG = 80, 100_000

# What WKT, WKB in either spelling, and GeoJSON begin with, behind what may stand before it.
_SHAPES_BEGIN = frozenset("SPLMGCTsplmgct0\\{")


@dataclass(frozen=True, slots=True)
class _Source:
    """Columns that give the places: one of shapes or of names, or two of coordinates."""

    kind: str
    columns: tuple[int, ...]
    rows: int


@dataclass(slots=True)
class _Located:
    """Geometry in the order east, north; the reason where there is none; and the CRS."""

    shapes: Objects
    reasons: Objects
    crs: CRS | None
    crs_how: str
    findings: list[Finding]
    accuracy_m: NDArray[np.float64] | None = None


def parse(data: bytes, name: str, options: Mapping[str, Any]) -> Parsed:
    r"""Read a table with places.

    Parameters
    ----------
    data, name
        Contents of the file, and its name, which ends in .csv, .tsv, .txt, .tab, .xlsx, .xlsm or
        .xls.
    options
        All may be missing. ``layer``: name of the sheet. ``crs``: CRS of the coordinates.
        ``encoding``: of the text. ``columns``: names of the columns for ``lon`` and ``lat`` (or
        easting and northing), for ``wkt`` (any text that holds a geometry) or for ``place`` (a
        name). ``gazetteer``: name, longitude, latitude and accuracy in metres of known places.

    Raises
    ------
    InputError
        The file is no such table, is too large, or no column holds places.
    CRSError
        The CRS asked for is unknown.

    Examples
    --------
    >>> parsed = parse("编号,纬度,经度\n0101,28.18,112.93\n0102,—,\n".encode(), "a.csv", {})
    >>> parsed.frame["编号"].tolist(), parsed.frame.geometry.tolist()
    (['0101'], [<POINT (112.93 28.18)>])
    >>> parsed.aside[["reason", "detail"]].values.tolist()
    [['place.not_read', '—']]
    """
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in WORKBOOKS:
        table, layers = of_workbook(read_workbook(data, name), name, options.get("layer"))
        encoding, how = "utf-8", "table.encoding.workbook"
    else:
        columns = read_delimited(data, name, encoding=options.get("encoding"))
        title = PurePosixPath(name).stem
        column_names = headers.distinct(unquoted(pd.Series(columns.names, dtype="str")).tolist())
        index = columns.cells[0].index if columns.cells else pd.RangeIndex(0)
        table = CutTable(title, column_names, columns.cells, index, columns.aside, columns.findings)
        layers = [Candidate(title, "none", len(index) + len(columns.aside))]
        encoding, how = columns.encoding, columns.encoding_how
    if not len(table.index) and not table.aside:
        raise InputError(f"parse: {name} has no rows.", code="table.no_rows", name=name)
    source = _source(table, name, options)
    located = _located(table, source, options)
    frame, aside, findings = _assembled(table, source, located)
    kind = common_kind(frame.geometry.to_numpy())
    return Parsed(
        frame=frame,
        aside=aside,
        layers=tuple(
            Candidate(each.name, kind, each.rows) if each.name == table.name else each
            for each in layers
        ),
        taken=(table.name,),
        encoding=encoding,
        encoding_how=how,
        crs_how=located.crs_how,
        findings=[*table.findings, *located.findings, *findings],
    )


def _source(table: CutTable, name: str, options: Mapping[str, Any]) -> _Source:
    """Return the columns that give most rows a place; of as many, those that say it by name."""
    columns = options.get("columns") or {}
    if columns:
        return _source_of_choice(table, name, columns)
    named = headers.shape_columns(table.names)
    unnamed = [at for at in range(len(table.names)) if at not in named and _is_shapes(table, at)]
    candidates = [_Source("shape", (at,), _readable(table.texts(at))) for at in named]
    for first, second, _ in headers.pairs(table.names):
        both = pd.concat([table.texts(first), table.texts(second)], axis=1)
        usable = both[(both != "").all(axis=1)]
        sample = usable.iloc[:_SAMPLE]
        good = np.isfinite([numbers(sample[column]) for column in sample]).all(axis=0)
        candidates.append(
            _Source("pair", (first, second), round(len(usable) * good.mean()) if len(sample) else 0)
        )
    candidates += [_Source("shape", (at,), _readable(table.texts(at))) for at in unnamed]
    if options.get("gazetteer") and not any(each.rows for each in candidates):
        gazetteer = Gazetteer(options["gazetteer"])
        for at in headers.place_columns(table.names):
            _, reasons = gazetteer.locate(table.texts(at))
            candidates.append(_Source("place", (at,), int((reasons == "").sum())))
    if not candidates:
        raise InputError(
            f"parse: {name} has the columns {table.names}. It needs lon and lat, wkt, or x and y.",
            code="table.no_places",
            name=name,
            columns=together(table.names[:12]),
        )
    return max(candidates, key=lambda each: each.rows)


def _source_of_choice(table: CutTable, name: str, columns: Mapping[str, str]) -> _Source:
    for column in columns.values():
        if column not in table.names:
            raise InputError(
                f"parse: {name} has no column {column!r}, but {table.names}.",
                code="table.no_column",
                name=name,
                column=str(column),
                columns=together(table.names[:12]),
            )
    at = {role: table.names.index(column) for role, column in columns.items()}
    if "wkt" in at:
        return _Source("shape", (at["wkt"],), 1)
    if "lon" in at and "lat" in at:
        return _Source("pair", (at["lon"], at["lat"]), 1)
    if "place" in at:
        return _Source("place", (at["place"],), 1)
    raise InputError(
        f"parse: columns are {dict(columns)}. Pass lon and lat, or wkt, or place.",
        code="table.columns_incomplete",
        name=name,
    )


def _is_shapes(table: CutTable, column: int) -> bool:
    """Whether a column without a telling name holds WKT, WKB or GeoJSON."""
    texts = table.texts(column)
    filled = texts.iloc[np.flatnonzero(texts != "")[:_SAMPLE]]
    # Of hundreds of columns most need no closer look.
    if filled.empty or filled.iloc[0].lstrip().lstrip(" \t\r\n(（[［")[:1] not in _SHAPES_BEGIN:
        return False
    if not pd.Series(kind_of(filled)).isin(["wkt", "wkb", "json"]).all():
        return False
    return _readable(filled) > 0


def _readable(texts: pd.Series) -> int:
    filled = np.flatnonzero(~is_blank(texts))
    sample = texts.iloc[filled[:_SAMPLE]]
    short = sample[sample.str.len() < _LONG]
    if short.empty:  # long borders only: they are read once, where they are used
        return int((kind_of(sample) != "other").sum())
    return round(len(filled) * float((shapes(short).reasons == "").mean()))


def _located(table: CutTable, source: _Source, options: Mapping[str, Any]) -> _Located:
    crs = _chosen_crs(options.get("crs"))
    if source.kind == "place":
        return _by_name(table, source, options)
    if source.kind == "pair":
        return _by_pair(table, source, crs)
    return _by_shape(table, source, crs)


def _chosen_crs(crs: object) -> CRS | None:
    if crs is None or crs == "":
        return None
    try:
        return CRS.from_user_input(crs)
    except ProjCRSError as error:
        raise CRSError(
            f"parse: the CRS {crs!r} is unknown ({error}). Pass a code such as EPSG:4547.",
            code="table.crs.not_known",
            crs=str(crs)[:_SHORT],
        ) from error


def _by_name(table: CutTable, source: _Source, options: Mapping[str, Any]) -> _Located:
    gazetteer = Gazetteer(options.get("gazetteer") or [])
    rows, reasons = gazetteer.locate(table.texts(source.columns[0]))
    points = np.full(len(rows), None, object)
    good = reasons == ""
    points[good] = shapely.points(rows[good, :2])
    finding = Finding("table.by_name", {"rows": int(good.sum())}, "warning")
    crs = CRS.from_user_input(GEOGRAPHIC)
    return _Located(points, reasons, crs, "table.crs.gazetteer", [finding], rows[:, 2])


def _by_pair(table: CutTable, source: _Source, crs: CRS | None) -> _Located:
    texts = [table.texts(column) for column in source.columns]
    first, second = (numbers(each) for each in texts)
    missing = ((texts[0] == "") & (texts[1] == "")).to_numpy(bool)
    with np.errstate(invalid="ignore"):
        axes = axes_of(first, second)
        east, north = (second, first) if axes.swapped else (first, second)
        reasons = np.full(len(first), "", object)
        reasons[~axes.fits(east, north)] = "place.out_of_range"
        reasons[(east == 0) & (north == 0)] = "place.zero"
    reasons[~(np.isfinite(east) & np.isfinite(north))] = "place.not_read"
    reasons[missing] = "place.missing"
    good = reasons == ""
    points = np.full(len(first), None, object)
    points[good] = shapely.points(east[good], north[good])
    crs, how, findings = _crs_of(axes, crs, table, source)
    return _Located(points, reasons, crs, how, findings)


def _by_shape(table: CutTable, source: _Source, crs: CRS | None) -> _Located:
    column = source.columns[0]
    places = _read(table, column)
    places.shapes[:] = flat(places.shapes)
    places.reasons[shapely.is_empty(places.shapes)] = "place.empty"
    stated, findings = _stated_srid(places)
    good = np.flatnonzero(places.reasons == "")
    coordinates, owner = shapely.get_coordinates(places.shapes[good], return_index=True)
    axes = axes_of(*coordinates.T)
    if axes.swapped:
        coordinates = coordinates[:, ::-1]
        places.shapes[good] = shapely.set_coordinates(places.shapes[good], coordinates)
    with np.errstate(invalid="ignore"):
        wrong = ~axes.fits(*coordinates.T)
        zero = (coordinates == 0).all(axis=1)
    places.reasons[good[np.unique(owner[wrong])]] = "place.out_of_range"
    is_point = shapely.get_type_id(places.shapes[good]) == shapely.GeometryType.POINT
    places.reasons[good[np.unique(owner[zero & is_point[owner]])]] = "place.zero"
    places.shapes[places.reasons != ""] = None
    crs, how, of_crs = _crs_of(axes, crs or stated, table, source)
    if stated is not None and crs is stated:
        how = "table.crs.srid"
    changes = {"table.closed": places.closed, "geometry.arcs_straightened": places.curved}
    for code, changed in changes.items():
        rows = table.index[changed & (places.reasons == "")]
        if len(rows):
            of_crs.append(Finding(code, {"rows": len(rows)}, "note", first_rows(rows)))
    return _Located(places.shapes, places.reasons, crs, how, [*findings, *of_crs])


def _read(table: CutTable, column: int) -> Places:
    """Read shapes some megabytes of text at a time; of their texts only the beginnings stay."""
    texts = table.texts(column)
    letters = np.cumsum(texts.str.len().to_numpy(np.int64))
    full = np.arange(_BLOCK_LETTERS, letters.max(initial=0), _BLOCK_LETTERS)
    ends = np.unique([0, *np.searchsorted(letters, full, "right"), len(texts)])
    parts, beginnings = [Places.empty(0)], [texts.iloc[:0]]
    for start, end in itertools.pairwise(ends.tolist()):
        block = texts.iloc[start:end]
        parts.append(shapes(block, lines=headers.is_line(table.names[column])))
        beginnings.append(block.str.lstrip(", ").str.slice(0, 2 * _SHORT))
        checkpoint(len(texts) + end, len(texts) * PARTS)
    table.cells[column] = pd.concat(beginnings)
    return Places.joined(parts)


def _stated_srid(places: Places) -> tuple[CRS | None, list[Finding]]:
    """Return the CRS that most texts state; rows that state another are set aside."""
    codes, counts = np.unique(places.srids[places.srids > 0], return_counts=True)
    if not codes.size:
        return None, []
    code = int(codes[counts.argmax()])
    places.reasons[(places.srids > 0) & (places.srids != code)] = "place.other_srid"
    try:
        return CRS.from_epsg(code), []
    except ProjCRSError:
        return None, [Finding("table.srid_unknown", {"srid": code}, "warning")]


def _crs_of(
    axes: Axes, crs: CRS | None, table: CutTable, source: _Source
) -> tuple[CRS | None, str, list[Finding]]:
    """Return the CRS, how it was decided, and what to say of the order of the axes."""
    findings = []
    columns = together(table.names[column] for column in source.columns)
    if axes.swapped and axes.kind == "degrees":
        findings.append(Finding("table.swapped", {"columns": columns}, "warning"))
    elif axes.swapped:
        findings.append(Finding("table.survey_axes", {"columns": columns}))
    for column in source.columns:
        datum = headers.datum_named(table.names[column])
        if datum:
            values = {"column": table.names[column], "datum": datum}
            findings.append(Finding("table.datum_named", values, "warning"))
            break
    else:
        findings += _datum_said(table)
    if crs is not None:
        return crs, "table.crs.chosen", findings
    if axes.kind == "zone":
        findings.append(Finding("table.zone", {"zone": axes.zone, "columns": columns}, "warning"))
    if axes.kind == "mercator":
        findings.append(Finding("table.mercator", {"columns": columns}, "warning"))
    if not axes.epsg:
        findings.append(Finding(f"table.{axes.kind}_crs", {"columns": columns}, "warning"))
        return None, "table.crs.unknown", findings
    return CRS.from_epsg(axes.epsg), f"table.crs.{axes.kind}", findings


def _datum_said(table: CutTable) -> list[Finding]:
    """Look for a column that says one shifted datum for all rows."""
    for column in headers.system_columns(table.names):
        texts = {text for text in table.texts(column).unique() if text.strip()}
        datum = headers.datum_named(texts.pop()) if len(texts) == 1 else ""
        if datum:
            values = {"column": table.names[column], "datum": datum}
            return [Finding("table.datum_said", values, "warning")]
    return []


def _assembled(
    table: CutTable, source: _Source, located: _Located
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, list[Finding]]:
    """Return the rows with a place, those without, and what was noticed about the columns."""
    findings = [
        Finding(
            f"table.from_{source.kind}",
            {"columns": together(table.names[column] for column in source.columns)},
        )
    ]
    good = located.reasons == ""
    columns: dict[str, pd.Series] = {}
    for number, name in enumerate(table.names):
        if source.kind == "shape" and number == source.columns[0]:
            continue
        values, of_column = table.values(number)
        if name == "geometry":
            if values.isna().all():
                continue
            columns[headers.distinct([*table.names, "geometry_text"])[-1]] = values[good]
        else:
            columns[name] = values[good]
        findings.extend(of_column)
    if located.accuracy_m is not None and "accuracy_m" not in columns:
        columns["accuracy_m"] = pd.Series(located.accuracy_m, index=table.index)[good]
    frame = gpd.GeoDataFrame(
        columns, index=table.index[good], geometry=located.shapes[good], crs=located.crs
    )
    frame.index.name = "row"
    return frame, _aside(table, source, located.reasons), findings


def _aside(table: CutTable, source: _Source, reasons: Objects) -> pd.DataFrame:
    bad = np.flatnonzero(reasons != "")
    details = [table.texts(column).iloc[bad] for column in source.columns]
    detail = [", ".join(cells).strip(", ")[:_SHORT] for cells in zip(*details, strict=True)]
    title = headers.title_column(table.names)
    names = table.texts(title).iloc[bad].tolist() if title is not None else [""] * len(bad)
    rows = pd.DataFrame(
        {
            "row": [*table.index[bad], *(number for number, _, _ in table.aside)],
            "reason": [*reasons[bad], *(reason for _, reason, _ in table.aside)],
            "detail": [*detail, *(text for _, _, text in table.aside)],
            "name": [*names, *("" for _ in table.aside)],
        }
    )
    rows = rows.astype({"row": "int64", "reason": "str", "detail": "str", "name": "str"})
    return rows.set_index("row").sort_index()
