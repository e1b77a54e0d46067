"""The reader of every file of features that someone brings: features, what was set aside, receipt.

The bytes are parsed in a sealed process; here the result is placed on the earth, what cannot lie
where it says is set aside, and the receipt is written.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

from geo.crs import GEOGRAPHIC, require_crs
from geo.doors import door
from geo.errors import AtlasError, CRSError, InputError
from geo.exchange import coordinates, sealed
from geo.exchange.columns import name_column
from geo.exchange.coordinates import Conversion, Diagnosis
from geo.exchange.receipt import Intake, Receipt
from geo.exchange.sheets import FACTS, set_aside
from geo.exchange.sources import taken
from geo.findings import Finding, first_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.exchange.parsed import Parsed
    from geo.exchange.sources import Content, Source

    Progress = Callable[[float], None] | None
    Cancelled = Callable[[], bool] | None
    Gazetteer = Sequence[tuple[str, float, float, float]] | None

Datum = Literal["gcj02", "bd09", "as_is"]
_LARGEST_LON, _LARGEST_LAT = 180.0, 90.0
_MOSTLY = 0.5
_DATUMS = ("gcj02", "bd09", "as_is")
# What the reader says of a datum, and the doctor says with what to do.
_SAID_ALREADY = ("datum.stated_gcj02", "datum.stated_bd09", "file.crs_old_datum")
_SAID_BETTER = tuple(
    f"coordinates.{name}" for name in ("says_", "looks_", "beijing_", "xian_", "new_beijing_")
)
# What a file can say of its coordinates that is no CRS.
_STATED = {"datum.stated_gcj02": "GCJ-02", "datum.stated_bd09": "BD-09"}
# Tables say it in the value ``datum`` of these.
_STATED_BY_TABLE = {"table.datum_named", "table.datum_said"}


@door
def read_vector(
    source: Source,
    name: str | None = None,
    *,
    layer: str | Sequence[str] | None = None,
    crs: str | None = None,
    datum: Datum | None = None,
    correct: bool = False,
    known: gpd.GeoDataFrame | None = None,
    columns: Mapping[str, str] | None = None,
    gazetteer: Gazetteer = None,
    progress: Progress = None,
    cancelled: Cancelled = None,
) -> gpd.GeoDataFrame:
    r"""Read features from a file that someone brings.

    Parameters
    ----------
    source, name, layer, crs, datum, correct, known, columns, gazetteer, progress, cancelled
        As `read_file`.

    Returns
    -------
    The features of `read_file`. Its ``attrs`` are ``source`` (the name of the file), ``layer``
    (what was taken), ``layers`` (the names of all), ``encoding`` (of its texts) and ``receipt``.

    Raises
    ------
    InputError, CRSError
        As `read_file`.

    Examples
    --------
    >>> frame = read_vector("name,lon,lat\n岳麓山,112.93,28.18\n".encode(), "places.csv")
    >>> frame["name"].tolist(), frame.geometry.iloc[0].wkt, frame.crs.to_epsg()
    (['岳麓山'], 'POINT (112.93 28.18)', 4490)
    """
    return _read(
        source,
        name,
        {"layer": layer, "crs": crs, "columns": columns, "gazetteer": gazetteer},
        _Places(datum, known, correct=correct),
        function="read_vector",
        progress=progress,
        cancelled=cancelled,
    ).frame


@door
def read_file(
    source: Source,
    name: str | None = None,
    *,
    layer: str | Sequence[str] | None = None,
    crs: str | None = None,
    datum: Datum | None = None,
    correct: bool = False,
    known: gpd.GeoDataFrame | None = None,
    columns: Mapping[str, str] | None = None,
    gazetteer: Gazetteer = None,
    progress: Progress = None,
    cancelled: Cancelled = None,
) -> Intake:
    r"""Read a file that someone brings: its features, what was set aside, and a receipt.

    Parameters
    ----------
    source
        Content of the file, or its path; at most 500 MB.
    name
        Its name where ``source`` is content; the suffix says what it is. Read are zipped and
        plain shapefiles, GeoPackage, File Geodatabase (zipped), GeoJSON (also one feature a line),
        TopoJSON, KML and KMZ, GeoParquet, FlatGeobuf, DXF, GPX, CSV and Excel.
    layer
        Name of the layer (sheet, folder, shapefile) to take, or names. By default the first with
        areas is taken, folders of a KML file together; without areas, the first of the kind of
        places that most rows have. The receipt lists all.
    crs
        CRS of the coordinates where the file does not say, or says it wrong.
    datum
        ``"gcj02"`` or ``"bd09"`` where the coordinates are shifted so; they are shifted back.
        ``"as_is"`` takes an old datum (Xi'an 80, Beijing 54) for CGCS2000, off by up to 150 m,
        which ``attrs["accuracy_m"]`` of the frame then says.
    correct
        Set right what the coordinates are suspected of: a shift that the known features show, a
        zone prefix, swapped axes, another zone. Without it a suspicion is only said.
    known
        Features that are known to lie right, to compare with: names (and codes) and geometry,
        EPSG:4490.
    columns
        Of a table: the columns for ``lon`` and ``lat`` (or easting and northing), for ``wkt`` or
        for ``place``, where they have names of their own.
    gazetteer
        Names of places with longitude, latitude and accuracy in metres, for tables that have names
        and no coordinates.
    progress
        Called with how much is done, 0 to 1.
    cancelled
        Asked from time to time; once it is true the reading ends.

    Returns
    -------
    Features whose index ``row`` is their number in the file, from 1, in the CRS of the file, with
    no heights; rows set aside, with the reason; and the receipt. Texts and codes are to the letter.

    Raises
    ------
    InputError
        The file is too big, damaged, empty, of another kind, or has no geometry; or its text is in
        no known encoding.
    CRSError
        The file does not say in which CRS it is, names one that nobody knows, or its coordinates
        cannot be in it.

    Examples
    --------
    >>> text = "编号,lon,lat\n0101,112.93,28.18\n0102,,\n"
    >>> intake = read_file(text.encode("gbk"), "places.csv")
    >>> intake.frame["编号"].tolist(), intake.aside["reason"].tolist()
    (['0101'], ['place.missing'])
    >>> intake.receipt.encoding, intake.receipt.rows_in
    ('GB18030', 2)
    """
    return _read(
        source,
        name,
        {"layer": layer, "crs": crs, "columns": columns, "gazetteer": gazetteer},
        _Places(datum, known, correct=correct),
        function="read_file",
        progress=progress,
        cancelled=cancelled,
    )


@dataclass(frozen=True, slots=True)
class _Places:
    """What the caller knows and wants of the places: see `read_file`."""

    datum: Datum | None
    known: gpd.GeoDataFrame | None
    correct: bool


def _read(
    source: Source,
    name: str | None,
    options: dict[str, Any],
    places: _Places,
    *,
    function: str,
    progress: Progress,
    cancelled: Cancelled,
) -> Intake:
    if places.datum is not None and places.datum not in _DATUMS:
        raise InputError(
            f"{function}: datum is {places.datum!r}. Allowed are {', '.join(map(repr, _DATUMS))}.",
            code="caller.argument",
            function=function,
        )
    crs_given = _crs(options["crs"], function)
    layer = options["layer"]
    options |= {"layer": layer if layer is None or isinstance(layer, str) else list(layer)}
    data, label = taken(source, name, function=function)
    parsed: Any = sealed.run(
        "features",
        data,
        label,
        {key: value for key, value in options.items() if value is not None},
        function=function,
        progress=progress,
        cancelled=cancelled,
    )
    parsed.aside = parsed.aside.sort_index()
    _label_crs(parsed, crs_given)
    diagnosis = _set_right(parsed, places)
    _require_place(parsed, diagnosis, label, function)
    return _with_receipt(parsed, diagnosis, data, label, function)


def _crs(crs: str | None, function: str) -> CRS | None:
    if crs is None:
        return None
    try:
        return CRS.from_user_input(crs)
    except (ProjError, TypeError, ValueError) as error:
        raise CRSError(
            f"{function}: crs is {crs!r}, which nobody knows. Pass a code such as 'EPSG:4547'.",
            code="file.crs_given_unknown",
            crs=str(crs)[:80],
        ) from error


def _label_crs(parsed: Parsed, crs_given: CRS | None) -> None:
    """Say in which CRS the features are: what the caller knows counts more than the file."""
    stated = parsed.frame.crs
    if crs_given is None:
        return
    if stated is not None and parsed.crs_how == "crs_how.declared" and stated != crs_given:
        values = {"stated": _label(stated), "given": _label(crs_given)}
        parsed.findings.append(Finding("file.crs_given_over", values, "warning"))
    parsed.frame = parsed.frame.set_crs(crs_given, allow_override=True)
    parsed.crs_how = "crs_how.given"


def _set_right(parsed: Parsed, places: _Places) -> Diagnosis:
    """Look at the coordinates, and convert them where that was chosen."""
    stated = _stated_datum(parsed.findings)
    diagnosis = coordinates.examine(parsed.frame, known=places.known, stated=stated)
    conversion = diagnosis.conversion if places.correct else None
    if places.datum in ("gcj02", "bd09"):
        conversion = Conversion(datum=places.datum)
    as_is = places.datum == "as_is"
    if conversion is None and not (as_is and diagnosis.suspicion == "old_datum"):
        by_table = any(each.code in _STATED_BY_TABLE for each in parsed.findings)
        parsed.findings += [
            each
            for each in diagnosis.findings
            if not (by_table and each.code.startswith("coordinates.says_"))
        ]
        _say_once(parsed)
        return diagnosis
    parsed.frame = coordinates.converted(parsed.frame, conversion or Conversion(), as_is=as_is)
    parsed.crs_how = "crs_how.corrected" if places.datum is None else "crs_how.datum_given"
    after = coordinates.examine(parsed.frame, known=places.known)
    settled = {*_STATED, *_STATED_BY_TABLE}
    parsed.findings = [each for each in parsed.findings if each.code not in settled]
    parsed.findings.append(_conversion_said(diagnosis, after, conversion))
    parsed.findings += after.findings
    return after


def _say_once(parsed: Parsed) -> None:
    """Leave a datum to the doctor, who says what to do, where the reader named it too."""
    codes = {each.code for each in parsed.findings}
    if any(code.startswith(_SAID_BETTER) for code in codes):
        parsed.findings = [each for each in parsed.findings if each.code not in _SAID_ALREADY]


def _stated_datum(findings: Sequence[Finding]) -> str:
    """Return the shifted datum that the file itself names, empty where it names none."""
    for each in findings:
        if each.code in _STATED_BY_TABLE:
            return str(each.values["datum"])
        if each.code in _STATED:
            return _STATED[each.code]
    return ""


def _conversion_said(before: Diagnosis, after: Diagnosis, conversion: Conversion | None) -> Finding:
    """Say what was converted, with the distance from known features before and after."""
    if conversion is None:
        return Finding("coordinates.taken_as_is", {}, "warning")
    if before.residual_before_m is not None and after.residual_before_m is not None:
        metres = {
            "before": round(before.residual_before_m),
            "after": round(after.residual_before_m),
        }
        return Finding("coordinates.corrected_by", metres)
    return Finding("coordinates.corrected")


def _require_place(parsed: Parsed, diagnosis: Diagnosis, name: str, function: str) -> None:
    """Set aside rows whose coordinates cannot be; where most cannot, the CRS is wrong."""
    if parsed.frame.crs is None:
        raise _with_findings(
            CRSError(
                f"{function}: {name} does not say in which CRS it is. A shapefile needs its .prj "
                "in the .zip; set the CRS of a GeoPackage in a GIS before exporting; or pass crs=.",
                code="file.crs_missing",
                name=name,
            ),
            diagnosis,
        )
    wrong = _outside(parsed.frame)
    if 0 < wrong.sum() < _MOSTLY * len(parsed.frame):
        set_aside(parsed, wrong, "row.outside")
    try:
        require_crs(parsed.frame, function=f"{function}: {name}")
    except (CRSError, InputError) as error:
        if error.code:
            raise _with_findings(error, diagnosis) from error
        code = "file.crs_impossible" if isinstance(error, CRSError) else "file.not_finite"
        label = _label(parsed.frame.crs)
        raise _with_findings(
            type(error)(str(error), code=code, name=name, crs=label), diagnosis
        ) from error


def _with_findings(error: AtlasError, diagnosis: Diagnosis) -> AtlasError:
    """Let a refusal tell what is suspected, which mostly says how to read the file instead."""
    error.findings, error.remedies = diagnosis.findings, diagnosis.remedies
    return error


def _outside(frame: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Whether a row has degrees that are none."""
    wrong: NDArray[np.bool_] = np.zeros(len(frame), dtype=bool)
    if not frame.crs.is_geographic or frame.empty:
        return wrong
    limits = np.array([_LARGEST_LON, _LARGEST_LAT] * 2)
    if (np.abs(frame.total_bounds) > limits).any():
        bounds = shapely.bounds(frame.geometry.to_numpy())
        wrong = np.any(np.abs(bounds) > limits, axis=1)
    return wrong


def _with_receipt(
    parsed: Parsed,
    diagnosis: Diagnosis,
    data: Content | Path,
    name: str,
    function: str,
) -> Intake:
    frame, aside = parsed.frame, parsed.aside
    facts = next((each for each in parsed.findings if each.code == FACTS), None)
    findings = [each for each in parsed.findings if each.code != FACTS]
    if len(aside):
        rows = first_rows(aside.index)
        findings.append(Finding("rows.aside", {"rows": len(aside)}, "warning", rows))
    receipt = Receipt(
        file=PurePosixPath(name.replace("\\", "/")).name,
        size_bytes=_size(data),
        sha256=_digest(data),
        format=_format(facts, name),
        layers=parsed.layers,
        taken=parsed.taken,
        encoding=parsed.encoding.upper(),
        encoding_how=parsed.encoding_how,
        crs=_label(frame.crs),
        crs_how=parsed.crs_how,
        rows_in=len(frame) + len(aside),
        rows_accepted=len(frame),
        rows_aside=len(aside),
        name_column=name_column(frame),
        bounds=_bounds(frame, function),
        findings=tuple(sorted(findings, key=lambda each: each.level != "warning")),
    )
    frame.attrs = {
        "source": name,
        "layer": ", ".join(parsed.taken),
        "layers": [layer.name for layer in parsed.layers],
        "encoding": parsed.encoding,
        "receipt": receipt,
    } | {key: frame.attrs[key] for key in ("accuracy_m",) if key in frame.attrs}
    return Intake(frame, aside, receipt, diagnosis)


def _size(data: Content | Path) -> int:
    return data.stat().st_size if isinstance(data, Path) else len(data)


def _digest(data: Content | Path) -> str:
    if not isinstance(data, Path):
        return hashlib.sha256(data).hexdigest()
    with data.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _format(facts: Finding | None, name: str) -> str:
    if facts is not None:
        return str(facts.values["format"])
    return PurePosixPath(name.replace("\\", "/")).suffix[1:].upper()


@lru_cache(maxsize=64)  # asking an odd CRS takes half a second
def _label(crs: CRS) -> str:
    """Write a CRS as ``AUTHORITY:CODE`` where it is exactly that, else as its name."""
    authority = crs.to_authority(min_confidence=100)
    return ":".join(authority) if authority else str(crs.name)


def _bounds(frame: gpd.GeoDataFrame, function: str) -> tuple[float, float, float, float]:
    """West, south, east, north in degrees."""
    if frame.empty:
        return (np.nan,) * 4
    bounds = frame.total_bounds
    if not frame.crs.is_geographic:
        try:
            way = Transformer.from_crs(frame.crs, GEOGRAPHIC, always_xy=True)
            bounds = way.transform_bounds(*bounds)
        except ProjError as error:
            raise CRSError(
                f"{function}: there is no way from {_label(frame.crs)} to degrees. Convert the "
                "file first.",
                code="file.crs_no_way",
                crs=_label(frame.crs),
            ) from error
    west, south, east, north = (float(each) for each in bounds)
    return west, south, east, north
