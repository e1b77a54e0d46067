"""GeoPDF: a printed map that says where its paper lies, as ISO 32000 has it.

A reader of PDF then tells the coordinates of any place on the map, and a GIS opens it in its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pyproj import CRS, Transformer

from layers.paper.pdf_objects import Name
from layers.plan.area import map_crs

if TYPE_CHECKING:
    from layers.scene.window import Window

# Corners of a map as shares of its width and height: from the lower left, clockwise.
CORNERS = (0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 0.0)


def viewport(window: Window) -> dict[str, Any]:
    """Return what a page of a PDF file says of where one of its maps lies.

    Parameters
    ----------
    window
        What is shown where on the sheet.
    """
    crs = CRS.from_user_input(map_crs())
    west, south, east, north = window.bounds_m
    to_degrees = Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
    lon, lat = to_degrees.transform([west, west, east, east], [south, north, north, south])
    frame, code = window.frame, crs.to_epsg()
    system: dict[str, Any] = {"Type": Name("PROJCS"), "WKT": crs.to_wkt("WKT1_GDAL")}
    if code is not None:
        system["EPSG"] = code
    measure = {
        "Type": Name("Measure"),
        "Subtype": Name("GEO"),
        "Bounds": CORNERS,
        "LPTS": CORNERS,
        "GPTS": np.column_stack([lat, lon]).ravel().tolist(),
        "GCS": system,
    }
    return {
        "Type": Name("Viewport"),
        "BBox": [frame.left, frame.bottom, frame.right, frame.top],
        "Measure": measure,
    }
