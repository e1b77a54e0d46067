"""What a WMTS says of itself: its answer to GetCapabilities, read from a file."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree import ElementTree as ET

from layers.look.tiling import Matrix, resolution_of
from layers.plan.data_files import Damage, DataError, stamp_of

if TYPE_CHECKING:
    from pathlib import Path
MOST_BYTES = 8_000_000
_WMTS = "{http://www.opengis.net/wmts/1.0}"
_OWS = "{http://www.opengis.net/ows/1.1}"
_XLINK = "{http://www.w3.org/1999/xlink}href"
# CRS of longitudes and latitudes, and of web mercator, by their numbers.
DEGREES, MERCATOR = frozenset({"4490", "4326", "CRS84"}), frozenset({"3857", "900913", "102100"})
# Of these the standard puts the latitude first.
_LATITUDE_FIRST = frozenset({"4490", "4326"})


class Offered(NamedTuple):
    """A layer of a WMTS in one of its sets of matrices.

    Parameters
    ----------
    url, style, format
        Address of a tile (REST, with fields in braces) or of GetTile (KVP), and what it asks for.
    matrices, degrees
        Its levels, and whether they are of degrees.
    """

    url: str
    style: str
    format: str
    matrices: tuple[Matrix, ...]
    degrees: bool


def offered(path: Path, entry: dict[str, Any]) -> Offered:
    """Return what a WMTS offers of a layer.

    Parameters
    ----------
    path
        File with its answer to GetCapabilities.
    entry
        Has ``layer`` and ``matrix_set``; ``style``, ``format`` and ``url`` where they are not to be
        the first that it offers.

    Raises
    ------
    DataError
        There is no such file, layer or set, or its CRS is neither CGCS2000 nor web mercator.
    """
    root = _root(path, stamp_of(path))
    contents = root.find(f"{_WMTS}Contents")
    layers = {} if contents is None else _named(contents, f"{_WMTS}Layer")
    layer = _chosen(layers, entry["layer"], "layer", path)
    linked = [each.text or "" for each in layer.iter(f"{_WMTS}TileMatrixSet")]
    sets = {} if contents is None else _named(contents, f"{_WMTS}TileMatrixSet")
    there = {name: each for name, each in sets.items() if name in linked}
    found = _chosen(there, entry["matrix_set"], "matrix_set", path)
    code = (found.findtext(f"{_OWS}SupportedCRS") or "").rpartition(":")[2]
    if code not in DEGREES | MERCATOR:
        raise _refusal(path, "basemap.crs", name=code)
    formats = [each.text or "" for each in layer.findall(f"{_WMTS}Format")]
    styles = [each.findtext(f"{_OWS}Identifier") or "" for each in layer.findall(f"{_WMTS}Style")]
    url = entry.get("url") or _address(root, layer)
    if not url:
        raise _refusal(path, "basemap.no_address", name=entry["layer"])
    try:
        matrices = [
            _matrix(each, degrees=code in DEGREES, turned=code in _LATITUDE_FIRST)
            for each in found.findall(f"{_WMTS}TileMatrix")
        ]
    except (ValueError, TypeError, OverflowError) as error:
        raise _refusal(path, "basemap.capabilities") from error
    if not matrices:
        raise _refusal(path, "basemap.levels")
    return Offered(
        url,
        entry.get("style") or (styles or ["default"])[0],
        entry.get("format") or (formats or ["image/png"])[0],
        tuple(sorted(matrices, key=lambda each: -each.resolution)),
        code in DEGREES,
    )


@lru_cache(maxsize=4)
def _root(path: Path, _stamp: tuple[int, int]) -> ET.Element:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        # A document type could order more than a list of layers.
        if len(data) > MOST_BYTES or b"<!DOCTYPE" in data or b"\0" in data:
            raise _refusal(path, "basemap.capabilities")
        return ET.fromstring(data)  # noqa: S314 - whoever runs the atlas put it there
    except DataError:
        raise
    # Of an encoding that it does not know it says so in several ways.
    except (OSError, ET.ParseError, LookupError, ValueError) as error:
        raise _refusal(path, "basemap.capabilities") from error


def _named(parent: ET.Element, tag: str) -> dict[str, ET.Element]:
    return {each.findtext(f"{_OWS}Identifier") or "": each for each in parent.findall(tag)}


def _chosen(there: dict[str, ET.Element], name: str, what: str, path: Path) -> ET.Element:
    if name not in there:
        raise _refusal(path, f"basemap.{what}", name=name, names=", ".join(there)[:300])
    return there[name]


def _address(root: ET.Element, layer: ET.Element) -> str:
    for each in layer.findall(f"{_WMTS}ResourceURL"):
        if each.get("resourceType") == "tile":
            return each.get("template", "")
    for operation in root.iter(f"{_OWS}Operation"):
        if operation.get("name") == "GetTile":
            get = next(operation.iter(f"{_OWS}Get"), None)
            return "" if get is None else get.get(_XLINK, "")
    return ""


def _matrix(element: ET.Element, *, degrees: bool, turned: bool) -> Matrix:
    def said(tag: str) -> str:
        return element.findtext(f"{_WMTS}{tag}") or "0"

    first, second = map(float, said("TopLeftCorner").split())
    sizes = [int(said(tag)) for tag in ("TileWidth", "MatrixWidth", "MatrixHeight")]
    resolution = resolution_of(
        float(said("ScaleDenominator")), degrees=degrees, width_px=sizes[0] * sizes[1]
    )
    if not 0.0 < resolution < math.inf:
        raise ValueError(resolution)
    left, top = (second, first) if turned else (first, second)
    return Matrix(element.findtext(f"{_OWS}Identifier") or "", resolution, left, top, *sizes)


def _refusal(path: Path, code: str, **values: str) -> DataError:
    return DataError([Damage(path.name, code, values=values)])
