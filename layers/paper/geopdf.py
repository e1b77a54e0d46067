"""GeoPDF: a printed map that says where its paper lies, as ISO 32000 has it.

A reader of PDF then tells the coordinates of any place on the map, and a GIS opens it in its place.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject, NumberObject
from pypdf.generic import TextStringObject as Text
from pyproj import CRS, Transformer

from layers.plan.area import map_crs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from layers.scene.window import Window

# Corners of a map as shares of its width and height: from the lower left, clockwise.
CORNERS = (0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 0.0)


def with_places(data: bytes, windows: Sequence[Window]) -> bytes:
    """Return a PDF file of one sheet that says where its maps lie.

    Parameters
    ----------
    data
        The file.
    windows
        What is shown where on the sheet; those later in it lie above the others.
    """
    writer = PdfWriter(clone_from=io.BytesIO(data))
    crs = CRS.from_user_input(map_crs())
    writer.pages[0][NameObject("/VP")] = ArrayObject(_viewport(each, crs) for each in windows)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def _viewport(window: Window, crs: CRS) -> DictionaryObject:
    west, south, east, north = window.bounds_m
    to_degrees = Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
    lon, lat = to_degrees.transform([west, west, east, east], [south, north, north, south])
    places = np.column_stack([lat, lon]).ravel().tolist()
    frame, code = window.frame, crs.to_epsg()
    system: dict[str, Any] = {"/Type": NameObject("/PROJCS"), "/WKT": Text(crs.to_wkt("WKT1_GDAL"))}
    if code is not None:
        system["/EPSG"] = NumberObject(code)
    measure = {
        "/Type": NameObject("/Measure"),
        "/Subtype": NameObject("/GEO"),
        "/Bounds": _numbers(CORNERS),
        "/LPTS": _numbers(CORNERS),
        "/GPTS": _numbers(places),
        "/GCS": _dictionary(system),
    }
    return _dictionary(
        {
            "/Type": NameObject("/Viewport"),
            "/BBox": _numbers((frame.left, frame.bottom, frame.right, frame.top)),
            "/Measure": _dictionary(measure),
        }
    )


def _numbers(values: Iterable[float]) -> ArrayObject:
    return ArrayObject(FloatObject(f"{value:.9f}") for value in values)


def _dictionary(entries: Mapping[str, Any]) -> DictionaryObject:
    return DictionaryObject({NameObject(key): value for key, value in entries.items()})
