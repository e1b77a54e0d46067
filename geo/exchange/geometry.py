"""Broken shapes: what is wrong with them, what mending changes, and which rows cannot be used.

Every row is looked at by array operations; only the broken ones are handled one by one. A shape is
mended by the non-zero rule: all that a boundary goes around counts as inside, and a hole counts as
hole. So both halves of a bow-tie stay, an area drawn twice counts once, a spike and a sliver of no
width go, a part inside another part melts into it, and a hole beside its area becomes a part.

No row is lost: it stays in the frame or goes aside with a reason. Work is bounded: a shape whose
edges pass each other, or cross, too often to be judged in seconds goes aside.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import GeometryType

from geo.errors import InputError
from geo.exchange.corners import Suspects, has_spike, screened
from geo.exchange.oddities import duplicates, overlaps, slivers
from geo.exchange.strays import strays
from geo.exchange.tangles import Tangle, tangle
from geo.exchange.validity import code_of, made_valid, place_of
from geo.findings import Finding, first_rows
from geo.wording import sentence

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.exchange.parsed import Parsed
    from geo.findings import Level

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Shapes = NDArray[Any]

_ROWS_NAMED = 10
_ASIDE = (
    "geometry.missing",
    "geometry.not_a_number",
    "geometry.stray",
    "geometry.collapsed",
    "geometry.tangled",
    "geometry.deep",
)
_DETAIL_CHARS = 200
_COLLECTIONS_DEEP = 8
_WARN_CHANGE_PCT = 0.1
# Semi-major axis in metres and first eccentricity squared of CGCS2000.
_A_M, _E2 = 6_378_137.0, 0.006_694_380_022_9
_M2_PER_HA = 10_000.0
_MAX_LON, _MAX_LAT, _LARGEST_DEG = 180.0, 90.0, 360.0
# Below these a shape is judged and mended in a second, however its edges lie.
_QUICK_VERTICES, _QUICK_BROKEN_VERTICES = 5_000, 300
_MAX_PASSES, _MAX_CROSSINGS = 50_000_000, 20_000
_DIMENSION_LINE, _DIMENSION_AREA, _DIMENSIONS = 1, 2, 2
_NAMES = ("name", "名称", "名字", "name_zh", "标题", "title")


@dataclass(slots=True)
class _Patient:
    """Shapes under treatment: those alive, what was noticed, and who went aside."""

    shapes: Shapes
    rows: Ints
    degrees: bool
    alive: Flags = field(init=False)
    suspects: Suspects = field(init=False)
    tangles: dict[int, Tangle] = field(default_factory=dict)
    reasons: dict[int, tuple[str, str]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.alive = np.ones(len(self.shapes), dtype=bool)
        self.suspects = screened(self.shapes)

    def put_aside(self, at: Ints | list[int], reason: str, details: list[str]) -> None:
        """Set positions aside."""
        for position, detail in zip(np.asarray(at).tolist(), details, strict=True):
            self.reasons[position] = (reason, detail[:_DETAIL_CHARS])
        self.alive[at] = False

    def tangle(self, at: int) -> Tangle:
        """Estimate once how tangled the shape at a position is."""
        if at not in self.tangles:
            self.tangles[at] = tangle(self.shapes[at])
        return self.tangles[at]

    def note(
        self,
        code: str,
        at: Ints | list[int],
        *,
        level: Level = "note",
        **values: str | float,
    ) -> None:
        """Say something of positions; nothing where there are none."""
        numbers = self.rows[np.asarray(at, dtype=int)]
        if numbers.size:
            facts = {"rows": int(numbers.size), "row": int(numbers[0]), **values}
            self.findings.append(
                Finding(code, facts, level, first_rows(numbers)),
            )


def repaired(parsed: Parsed) -> Parsed:
    """Mend the shapes of a file that was parsed, and set those aside that cannot be used.

    Parameters
    ----------
    parsed
        What a reader made of a file; its frame's index is the number of each row. It is not
        changed.

    Returns
    -------
    The same with shapes that are flat, finite, valid and without repeated corners; what was done
    is in its findings, and as many rows as were lost from the frame are added to ``aside``, with
    the reasons ``geometry.missing``, ``geometry.not_a_number``, ``geometry.stray``,
    ``geometry.collapsed``, ``geometry.tangled`` and ``geometry.deep``.

    Examples
    --------
    >>> from shapely import Polygon
    >>> from geo.exchange.parsed import Parsed
    >>> bow_tie = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    >>> frame = gpd.GeoDataFrame(geometry=[bow_tie, None], index=pd.Index([1, 2], name="row"))
    >>> none = pd.DataFrame(columns=["reason", "detail", "name"])
    >>> mended = repaired(Parsed(frame, none, (), (), "", "", "", []))
    >>> mended.frame.area.tolist(), mended.aside["reason"].to_dict()
    ([2.0], {2: 'geometry.missing'})
    """
    patient = _treated(parsed.frame)
    frame = parsed.frame.iloc[np.flatnonzero(patient.alive)].copy()
    frame[frame.geometry.name] = gpd.GeoSeries(
        patient.shapes[patient.alive], index=frame.index, crs=parsed.frame.crs
    )
    aside = _aside(parsed.frame, patient)
    if len(parsed.aside):
        aside = pd.concat([parsed.aside, aside]) if len(aside) else parsed.aside
    return replace(parsed, frame=frame, aside=aside, findings=[*parsed.findings, *patient.findings])


def examine(frame: gpd.GeoDataFrame | gpd.GeoSeries) -> list[Finding]:
    """Report what is wrong with the shapes of a frame, and what mending would change.

    Parameters
    ----------
    frame
        Any features, with or without CRS; they are not changed. Rows are numbered by the index
        where it is named ``row``, else from 1.

    Returns
    -------
    Findings, warnings first; none where every shape is sound.

    Raises
    ------
    InputError
        This is no frame.

    Examples
    --------
    >>> from shapely import Polygon
    >>> bow_tie = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    >>> [finding.code for finding in examine(gpd.GeoSeries([bow_tie]))]
    ['geometry.crossing']
    """
    if not isinstance(frame, gpd.GeoDataFrame | gpd.GeoSeries):
        raise InputError(
            f"examine: got {type(frame).__name__}. Pass a GeoDataFrame or a GeoSeries.",
            code="caller.argument",
            function="examine",
        )
    patient = _treated(frame)
    by_reason: dict[str, list[int]] = {}
    for position, (reason, _) in patient.reasons.items():
        by_reason.setdefault(reason, []).append(position)
    for reason, positions in by_reason.items():
        patient.note(reason, positions, level="warning", detail=patient.reasons[positions[0]][1])
    return sorted(patient.findings, key=lambda finding: finding.level == "note")


def report(findings: list[Finding], *, lang: str = "zh") -> list[tuple[Level, str]]:
    """Write findings as rows of a level and a sentence, warnings first.

    Parameters
    ----------
    findings
        Of `examine` or of a receipt.
    lang
        ``"zh"`` or ``"en"``.

    Examples
    --------
    >>> report([], lang="en")
    [('note', 'Every shape is sound; nothing was changed.')]
    """
    ordered = sorted(findings, key=lambda finding: finding.level == "note")
    sound = Finding("geometry.sound")
    return [(finding.level, _numbered(finding, lang)) for finding in ordered or [sound]]


def _numbered(finding: Finding, lang: str) -> str:
    """Return the sentence of a finding, after the rows where it is the reason of some."""
    text = finding.sentence(lang)
    if finding.code not in _ASIDE:
        return text
    which = ", ".join(str(row) for row in finding.rows[:_ROWS_NAMED])
    facts = finding.values  # noqa: PD011  of a finding, not of a frame
    values = {"rows": facts.get("rows", len(finding.rows)), "which": which}
    return sentence("geometry.which", lang, values) + text


def _treated(frame: gpd.GeoDataFrame | gpd.GeoSeries) -> _Patient:
    shapes: Shapes = frame.geometry.to_numpy().copy()
    numbered = frame.index.name == "row" and pd.api.types.is_integer_dtype(frame.index)
    rows = frame.index.to_numpy() if numbered else np.arange(1, len(frame) + 1)
    # Coordinates that are no numbers are looked for, and no cause for a warning.
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        patient = _Patient(shapes, rows.astype(np.int64), _in_degrees(frame, shapes))
        for step in (
            _missing,
            _flat,
            _uncollected,
            _finite,
            _pruned,
            _without_strays,
            _untangled,
            _valid,
            _unrepeated,
            _narrow,
            _twice,
            _overlapping,
        ):
            step(patient)
    return patient


def _in_degrees(frame: gpd.GeoDataFrame | gpd.GeoSeries, shapes: Shapes) -> bool:
    """By the label; by the numbers where there is none."""
    if frame.crs is not None:
        return bool(frame.crs.is_geographic)
    bounds = shapely.bounds(shapes)
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    return not len(bounds) or bool((np.abs(np.median(bounds, axis=0)) <= _MAX_LON).all())


def _missing(patient: _Patient) -> None:
    without = shapely.is_missing(patient.shapes) | shapely.is_empty(patient.shapes)
    at = np.flatnonzero(without)
    patient.put_aside(at, "geometry.missing", [""] * at.size)


def _flat(patient: _Patient) -> None:
    tall = shapely.get_coordinate_dimension(patient.shapes) > _DIMENSIONS
    at = np.flatnonzero(tall & patient.alive)
    if at.size:
        patient.shapes[at] = shapely.force_2d(patient.shapes[at])
    patient.note("geometry.height", at)


def _uncollected(patient: _Patient) -> None:
    """Of a mixed collection, the parts of its highest dimension."""
    kind = shapely.get_type_id(patient.shapes)
    mixed = np.flatnonzero((kind == GeometryType.GEOMETRYCOLLECTION) & patient.alive)
    left_out: list[int] = []
    for at in mixed.tolist():
        parts = np.array([patient.shapes[at]])
        for _ in range(_COLLECTIONS_DEEP):
            nested = shapely.get_type_id(parts) == GeometryType.GEOMETRYCOLLECTION
            if not nested.any():
                break
            parts = np.concatenate([parts[~nested], shapely.get_parts(parts[nested])])
        else:
            patient.put_aside([at], "geometry.deep", [""])
            continue
        single = shapely.get_parts(parts)
        dimension = shapely.get_dimensions(single)
        highest = single[dimension == dimension.max()]
        patient.shapes[at] = highest[0] if len(highest) == 1 else _gathered(highest)
        if len(highest) < len(single):
            left_out.append(at)
    patient.note("geometry.collection", left_out, level="warning")


def _gathered(parts: Shapes) -> Any:  # noqa: ANN401  as shapely types it
    """One shape of several of a dimension."""
    makers = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)
    return makers[int(shapely.get_dimensions(parts[0]))](parts)


def _finite(patient: _Patient) -> None:
    """Parts with a coordinate that is no number go; a row without other parts goes aside."""
    partly: list[int] = []
    for at in patient.suspects.not_finite.tolist():
        if not patient.alive[at]:
            continue
        parts = shapely.get_parts(patient.shapes[at])
        numbers, part = shapely.get_coordinates(parts, return_index=True)
        if np.isfinite(numbers).all():
            continue
        sound = np.ones(len(parts), dtype=bool)
        sound[part[~np.isfinite(numbers).all(axis=1)]] = False
        if sound.any() and shapely.get_dimensions(parts[sound]).max() >= 0:
            patient.shapes[at] = _gathered(parts[sound])
            partly.append(at)
        else:
            wrong = numbers[~np.isfinite(numbers).all(axis=1)][0]
            patient.put_aside([at], "geometry.not_a_number", [_position(*wrong)])
    patient.note("geometry.part_not_a_number", partly, level="warning")


def _pruned(patient: _Patient) -> None:
    """Empty parts go, and a multipoint of one point is a point."""
    several = np.flatnonzero((shapely.get_num_geometries(patient.shapes) > 1) & patient.alive)
    parts, owner = shapely.get_parts(patient.shapes[several], return_index=True)
    hollow = several[np.unique(owner[shapely.is_empty(parts)])]
    for at in hollow.tolist():
        pieces = shapely.get_parts(patient.shapes[at])
        patient.shapes[at] = _gathered(pieces[~shapely.is_empty(pieces)])
    patient.note("geometry.empty_part", hollow)
    kind = shapely.get_type_id(patient.shapes)
    lone = np.flatnonzero((kind == GeometryType.MULTIPOINT) & patient.alive)
    lone = lone[shapely.get_num_geometries(patient.shapes[lone]) == 1]
    patient.shapes[lone] = shapely.get_geometry(patient.shapes[lone], 0)


def _without_strays(patient: _Patient) -> None:
    alive = np.flatnonzero(patient.alive)
    lost, places = strays(patient.shapes[alive], degrees=patient.degrees)
    details = [_position(x, y) for x, y in places.tolist()]
    patient.put_aside(alive[lost], "geometry.stray", details)


def _untangled(patient: _Patient) -> None:
    """Set aside what takes minutes only to be judged."""
    vertices = shapely.get_num_coordinates(patient.shapes)
    for at in np.flatnonzero((vertices > _QUICK_VERTICES) & patient.alive).tolist():
        if patient.tangle(at).passes > _MAX_PASSES:
            patient.put_aside([at], "geometry.tangled", [f"{vertices[at]}"])


def _valid(patient: _Patient) -> None:
    at = np.flatnonzero(patient.alive & ~patient.suspects.star)
    at = at[~shapely.is_valid(patient.shapes[at])]
    large = at[shapely.get_num_coordinates(patient.shapes[at]) > _QUICK_BROKEN_VERTICES]
    knotted = [i for i in large.tolist() if patient.tangle(i).crossings > _MAX_CROSSINGS]
    patient.put_aside(
        knotted,
        "geometry.tangled",
        [f"{shapely.get_num_coordinates(patient.shapes[i])}" for i in knotted],
    )
    at = np.setdiff1d(at, knotted)
    if not at.size:
        return
    before = patient.shapes[at]
    after = made_valid(before)
    # A ring folded flat leaves nothing, or nothing of the kind that the row was.
    lost = shapely.is_empty(after) | (
        shapely.get_dimensions(after) < shapely.get_dimensions(before)
    )
    reasons = [str(reason) for reason in shapely.is_valid_reason(before)]
    details = [_position(*place_of(reasons[i])) for i in np.flatnonzero(lost)]
    patient.put_aside(at[lost], "geometry.collapsed", details)
    patient.shapes[at[~lost]] = after[~lost]
    codes = np.array([code_of(reason) for reason in reasons])
    for code in sorted(set(codes[~lost].tolist())):
        alike = np.flatnonzero(~lost & (codes == code))
        _say_mended(patient, code, at[alike], before[alike], reasons=[reasons[i] for i in alike])


def _say_mended(
    patient: _Patient, code: str, at: Ints, before: Shapes, *, reasons: list[str]
) -> None:
    """Say areas before and after of the row that changed most, and where."""
    before_ha, after_ha = _areas_ha(patient, before), _areas_ha(patient, patient.shapes[at])
    change = np.abs(after_ha - before_ha)
    most = int(change.argmax())
    x, y = place_of(reasons[most])
    share = 100 * change / np.maximum(np.maximum(before_ha, after_ha), np.finfo(float).tiny)
    patient.note(
        code,
        at,
        level="warning" if (share > _WARN_CHANGE_PCT).any() else "note",
        row=int(patient.rows[at[most]]),
        x=_rounded(x),
        y=_rounded(y),
        before_ha=round(float(before_ha[most]), 4),
        after_ha=round(float(after_ha[most]), 4),
        total_before_ha=round(float(before_ha.sum()), 4),
        total_after_ha=round(float(after_ha.sum()), 4),
    )


def _areas_ha(patient: _Patient, shapes: Shapes) -> Floats:
    """Areas as a drawing program adds them up: what is drawn twice counts twice."""
    areas = shapely.area(shapes)
    if patient.degrees:
        bounds = shapely.bounds(shapes)
        lat = np.radians(np.clip((bounds[:, 1] + bounds[:, 3]) / 2, -_MAX_LAT, _MAX_LAT))
        bend = 1 - _E2 * np.sin(lat) ** 2
        # Metres of a degree of latitude times those of a degree of longitude.
        areas = areas * np.radians(1) ** 2 * _A_M**2 * (1 - _E2) * np.cos(lat) / bend**2
    hectares: Floats = areas / _M2_PER_HA
    return hectares


def _unrepeated(patient: _Patient) -> None:
    suspects = patient.suspects.repeated[patient.alive[patient.suspects.repeated]]
    shaped = shapely.get_dimensions(patient.shapes[suspects]) >= _DIMENSION_LINE
    suspects = suspects[shaped]
    thinned = shapely.remove_repeated_points(patient.shapes[suspects])
    fewer = shapely.get_num_coordinates(thinned) < shapely.get_num_coordinates(
        patient.shapes[suspects]
    )
    patient.shapes[suspects[fewer]] = thinned[fewer]
    patient.note("geometry.repeated", suspects[fewer])


def _narrow(patient: _Patient) -> None:
    """Note what is valid and hardly meant: spikes, and areas of next to no width."""
    spiked = []
    suspects = patient.suspects.spiked
    areal = shapely.get_dimensions(patient.shapes[suspects]) == _DIMENSION_AREA
    for at in suspects[areal & patient.alive[suspects]].tolist():
        rings = shapely.get_rings(shapely.get_parts(patient.shapes[at]))
        if any(has_spike(shapely.get_coordinates(ring)) for ring in rings):
            spiked.append(at)
    patient.note("geometry.spike", spiked)
    alive = np.flatnonzero(patient.alive)
    patient.note("geometry.sliver", alive[slivers(patient.shapes[alive])])


def _twice(patient: _Patient) -> None:
    alive = np.flatnonzero(patient.alive)
    patient.note("geometry.duplicate", alive[duplicates(patient.shapes[alive])])


def _overlapping(patient: _Patient) -> None:
    alive = np.flatnonzero(patient.alive)
    pairs = overlaps(patient.shapes[alive])
    if len(pairs):
        first, second = patient.rows[alive[pairs[0]]].tolist()
        patient.note(
            "geometry.overlap", alive[np.unique(pairs)], pairs=len(pairs), row=first, other=second
        )


def _rounded(value: float) -> float:
    return round(float(value), 6 if abs(value) <= _LARGEST_DEG else 1)


def _position(x: float, y: float) -> str:
    return f"{x:.10g}, {y:.10g}"


def _aside(frame: gpd.GeoDataFrame, patient: _Patient) -> pd.DataFrame:
    at = np.flatnonzero(~patient.alive)
    names = [column for column in frame.columns if str(column).strip().lower() in _NAMES]
    labels = frame[names[0]].iloc[at] if names else pd.Series([""] * at.size, dtype=object)
    return pd.DataFrame(
        {
            "reason": [patient.reasons[i][0] for i in at.tolist()],
            "detail": [patient.reasons[i][1] for i in at.tolist()],
            "name": ["" if pd.isna(name) else str(name) for name in labels],
        },
        index=pd.Index(patient.rows[at], name="row"),
        dtype=object,
    )
