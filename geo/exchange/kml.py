"""KML: placemarks in their folders, with all their fields, in whatever encoding."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.errors import InputError
from geo.exchange import markup
from geo.exchange.columns import attributes
from geo.exchange.sheets import Sheet, rings_closed
from geo.exchange.stated_crs import BY_FORMAT, shifted_datum
from geo.findings import Finding, first_rows
from geo.wording import together

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

_FOLDERS = {"Folder", "Document"}
_NOT_READ = {"NetworkLink", "GroundOverlay", "ScreenOverlay", "PhotoOverlay", "Model"}
# What the field app Ovital says of the datum of a placemark.
_DATUM = "OvCoordType"
# What a placemark says of itself beside its own fields.
_OWN = {"name": "name", "description": "description", "address": "address"}
_ALIKE: Mapping[int, Callable[[Any], shapely.Geometry]] = {
    shapely.GeometryType.POINT: shapely.MultiPoint,
    shapely.GeometryType.LINESTRING: shapely.MultiLineString,
    shapely.GeometryType.POLYGON: shapely.MultiPolygon,
}
_FAILURES = (ValueError, IndexError, TypeError, shapely.GEOSException)


@dataclass(slots=True)
class _Folder:
    name: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    shapes: list[shapely.Geometry | None] = field(default_factory=list)
    reasons: dict[int, tuple[str, str]] = field(default_factory=dict)
    closed: list[int] = field(default_factory=list)
    cut: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Placemark:
    fields: dict[str, Any] = field(default_factory=dict)
    shapes: list[shapely.Geometry] = field(default_factory=list)
    wrong: str = ""
    was_open: bool = False


def parse(data: bytes, *, name: str) -> list[Sheet]:
    """Read KML.

    Parameters
    ----------
    data
        The document.
    name
        Its name.

    Returns
    -------
    A sheet for each folder that has placemarks of its own, of one family; fields of
    ``ExtendedData`` have the names that the file gives them.

    Raises
    ------
    InputError
        It is no KML, declares entities, or is nested deeper than 100.

    Examples
    --------
    >>> text = '''<kml><Document><Placemark><ExtendedData><Data name="编号"><value>007</value>
    ... </Data></ExtendedData><Point><coordinates>112.9,28.2,0</coordinates></Point>
    ... </Placemark></Document></kml>'''
    >>> (sheet,) = parse(text.encode(), name="a.kml")
    >>> sheet.table["编号"].tolist(), sheet.shapes[0].wkt
    (['007'], 'POINT (112.9 28.2)')
    """
    reader = _Reader()
    text = markup.parse(data, reader, name=name, root="kml", format_name="KML")
    stated = _stated(reader.datums, name)
    sheets = []
    for folder in reader.folders:
        if not folder.rows:
            continue
        findings = [*text.findings(), *reader.findings()]
        if folder.closed:
            findings.append(rings_closed(folder.closed))
        if folder.cut:
            rows = first_rows([at + 1 for at in folder.cut])
            findings.append(Finding("kml.parts_cut", {"rows": len(folder.cut)}, "warning", rows))
        sheets.append(
            Sheet(
                name=folder.name,
                table=attributes(folder.rows, name=name),
                shapes=_array(folder.shapes),
                stated_crs=stated,
                encoding=text.encoding,
                encoding_how=text.how,
                reasons=folder.reasons,
                findings=findings,
                family="folder",
            )
        )
    if not sheets and reader.findings():
        raise InputError(
            f"{name} has links or pictures and no place. Save the places themselves as KML.",
            code="kml.only_links",
            name=name,
        )
    return _named(sheets)


def _stated(datums: dict[str, None], name: str) -> str:
    """Return the shifted datum that the placemarks are said to be in; two together are refused."""
    shifted = {shifted_datum(datum) for datum in datums}
    if len(shifted) > 1:
        raise InputError(
            f"{name} has places in several datums ({', '.join(datums)}). Export each of its own.",
            code="kml.datums",
            name=name,
            datums=together(datums),
        )
    return next(iter(datums)) if shifted and "" not in shifted else BY_FORMAT


def _array(shapes: list[shapely.Geometry | None]) -> NDArray[np.object_]:
    array = np.full(len(shapes), None, dtype=object)
    array[:] = shapes
    return array


def _named(sheets: list[Sheet]) -> list[Sheet]:
    """Give every folder a name of its own; a single one without a name needs no column for it."""
    taken: set[str] = set()
    for at, sheet in enumerate(sheets, start=1):
        name = stem = sheet.name or f"folder {at}"
        number = 2
        while name in taken:
            name, number = f"{stem} {number}", number + 1
        taken.add(name)
        sheet.name = name
    if len(sheets) == 1:
        sheets[0].family = ""
    return sheets


class _Reader(markup.Handler):
    def __init__(self) -> None:
        self.folders: list[_Folder] = []
        self._open: list[_Folder] = []
        self._mark: _Placemark | None = None
        self._field = ""
        self._rings: list[NDArray[np.float64]] = []
        self._track: list[str] = []
        self._left: dict[str, int] = {}
        self.datums: dict[str, None] = {}

    def findings(self) -> list[Finding]:
        """Return what the document has beside places."""
        return [
            Finding("kml.not_read", {"element": tag, "times": times}, "warning")
            for tag, times in self._left.items()
        ]

    def begun(self, tag: str, attributes: Mapping[str, str], path: tuple[str, ...]) -> None:
        if tag in _FOLDERS or (not path and tag == "kml"):
            self._open.append(_Folder(""))
            self.folders.append(self._open[-1])
        elif tag == "Placemark":
            self._mark = _Placemark()
        elif tag in {"Data", "SimpleData"}:
            self._field = attributes.get("name", "")
        elif tag == "Polygon":
            self._rings = []
        elif tag in {"Track", "LineString"}:
            self._track = []
        elif tag in _NOT_READ:
            self._left[tag] = self._left.get(tag, 0) + 1

    def ended(self, tag: str, text: str, path: tuple[str, ...]) -> None:
        if tag in _FOLDERS:
            self._open.pop()
        elif self._mark is None:
            if tag == "name" and path[-1] in _FOLDERS:
                self._open[-1].name = text
        elif tag == "Placemark":
            self._keep(self._mark)
            self._mark = None
        elif tag in _OWN and path[-1] == "Placemark":
            self._mark.fields.setdefault(_OWN[tag], text)
        elif tag == _DATUM:
            self.datums[text[:40]] = None
        elif tag in {"value", "SimpleData"} and self._field:
            self._mark.fields[self._field] = text
        else:
            self._add_place(self._mark, tag, text, path)

    def _keep(self, mark: _Placemark) -> None:
        folder = self._open[-1]
        at = len(folder.rows)
        folder.rows.append(mark.fields)
        folder.shapes.append(_together(mark.shapes))
        if mark.wrong and not mark.shapes:
            folder.reasons[at] = ("row.geometry_broken", mark.wrong)
        elif mark.wrong:
            folder.cut.append(at)
        if mark.was_open:
            folder.closed.append(at)

    def _add_place(self, mark: _Placemark, tag: str, text: str, path: tuple[str, ...]) -> None:
        try:
            shape = self._shape(mark, tag, text, path)
        except _FAILURES:
            mark.wrong = tag
            return
        if shape is not None:
            mark.shapes.append(shape)

    def _shape(
        self, mark: _Placemark, tag: str, text: str, path: tuple[str, ...]
    ) -> shapely.Geometry | None:
        """Return the place that ends with this element, None while it is not whole."""
        if tag == "coordinates":
            points = markup.numbers(text)
            if path[-1] == "Point":
                return shapely.Point(points[0])
            if path[-1] == "LineString":
                return shapely.LineString(points)
            if path[-1] == "LinearRing":
                mark.was_open |= bool((points[0] != points[-1]).any())
                self._rings.append(points)
        elif tag == "LinearRing" and "Polygon" not in path and self._rings:
            return shapely.Polygon(self._rings.pop())
        elif tag == "Polygon" and self._rings:
            shell, *holes = self._rings
            return shapely.Polygon(shell, holes)
        elif tag == "coord":
            self._track.append(",".join(text.split()))
        elif tag == "Track" and self._track:
            return shapely.LineString(markup.numbers(" ".join(self._track)))
        return None


def _together(shapes: list[shapely.Geometry]) -> shapely.Geometry | None:
    if len(shapes) < 2:  # noqa: PLR2004  one or none
        return shapes[0] if shapes else None
    kinds = set(shapely.get_type_id(shapes).tolist())
    build = _ALIKE[kinds.pop()] if len(kinds) == 1 else shapely.GeometryCollection
    return build(shapes)
