"""What a CRS can have for coordinates: each bound, and what they look like beyond it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pyproj import CRS

from geo import plausibility
from geo.errors import AtlasError
from geo.plausibility import require_coordinates

ZONE, ZONE_38 = (
    "CGCS2000 / 3-degree Gauss-Kruger CM 114E",
    "CGCS2000 / 3-degree Gauss-Kruger zone 38",
)
# Made for one place, which is where it counts from, and with a false easting that is none.
CITY = "+proj=lcc +lat_1=27 +lat_2=29 +lat_0=28 +lon_0=113 +ellps=GRS80"
BARE = "+proj=tmerc +lon_0=114 +x_0=0 +ellps=GRS80"
FEET = "+proj=tmerc +lon_0=114 +x_0=99000 +ellps=GRS80 +units=ft"
NORTH = 3_100_000
# As a shapefile has it: without the area that the CRS is for.
SHAPEFILE = CRS.from_epsg(4547).to_wkt("WKT1_ESRI")


@pytest.mark.parametrize(
    ("x", "y", "crs", "code", "values"),
    [
        ([180, -180], [90, -90], 4490, "", {}),
        (180.1, 0, 4490, "crs.range", {"x": 180.1, "y": 0}),
        (28.2, 180.1, 4490, "crs.range", {"x": 28.2, "y": 180.1}),
        (0, -90.1, 4490, "crs.swapped", {"x": 0, "y": -90.1}),
        (90, -180, 4490, "crs.swapped", {"x": 90, "y": -180}),
        (90.1, 91, 4490, "crs.range", {"x": 90.1, "y": 91}),
        (360, 0, 4490, "crs.range", {"x": 360, "y": 0}),
        ([112, 360.5], [28, 0], 4490, "crs.metres", {"x": 360.5, "y": 0, "total": 2}),
        (0, 3e6, 4490, "crs.metres", {"x": 0, "y": 3e6}),
        ([1, np.nan], [1, 1], 4490, "place.not_finite", {"total": 2}),
        ([1, 1], [1, np.inf], 4490, "place.not_finite", {"total": 2}),
        # A datum of one country.
        (112.9, 28.2, 4214, "", {}),
        (0, 0, 4214, "crs.outside", {"x": 0, "y": 0, "crs": "Beijing 1954"}),
        # Degrees where metres should be: some are enough where no place lies at the corner.
        (180, 90, 4547, "crs.degrees", {"x": 180, "y": 90, "crs": ZONE}),
        (180.1, 90, 4547, "crs.outside", {"x": 180.1, "y": 90, "crs": ZONE}),
        (180, 90.1, 4547, "crs.outside", {"x": 180, "y": 90.1, "crs": ZONE}),
        (
            [112.9, 5e5],
            [28.2, NORTH],
            4547,
            "crs.degrees",
            {"x": 112.9, "y": 28.2, "crs": ZONE, "total": 2},
        ),
        (
            112.9,
            28.2,
            3857,
            "crs.degrees",
            {"x": 112.9, "y": 28.2, "crs": "WGS 84 / Pseudo-Mercator"},
        ),
        ([112.9, 12e6], [28.2, 3e6], 3857, "", {}),
        (112.9, 28.2, CITY, "crs.degrees", {"x": 112.9, "y": 28.2, "crs": "unknown"}),
        (10, 10, CITY, "", {}),
        (112.9, 28.2, BARE, "crs.degrees", {"x": 112.9, "y": 28.2, "crs": "unknown"}),
        (10, 10, BARE, "", {}),
        # An origin that lies as far off in feet as others do in metres.
        ([1.0, 5e5], [1.0, 1e7], FEET, "", {}),
        # Eastings with the number of a zone, without, and the northing first.
        *(
            (zone * 1e6 + 391_000, NORTH, 4547, code, {"crs": ZONE, "zone": zone})
            for zone, code in (
                *((12, "crs.outside"), (13, "crs.prefix"), (45, "crs.prefix")),
                (46, "crs.outside"),
            )
        ),
        (NORTH, 391_000, 4547, "crs.swapped", {"crs": ZONE, "zone": 3}),
        (999_999, NORTH, 4526, "crs.no_prefix", {"crs": ZONE_38, "zone": 0}),
        (1_000_001, NORTH, 4526, "crs.outside", {"crs": ZONE_38, "zone": 1}),
        (-5, NORTH, 4526, "crs.outside", {"crs": ZONE_38, "zone": -1}),
        ([2e6, -1e6], [NORTH, NORTH], 4547, "crs.outside", {"x": -1e6, "y": NORTH, "crs": ZONE}),
        (2e6 + 1, NORTH, 4547, "crs.outside", {"crs": ZONE, "zone": 2}),
        # Far from what the zone is for, in degrees of latitude.
        (5e5, 6_900_000, 4547, "", {}),
        (5e5, 9e6, 4547, "crs.outside", {"x": 5e5, "y": 9e6, "crs": ZONE}),
        (5e5, -1e6, 4547, "crs.outside", {"x": 5e5, "y": -1e6, "crs": ZONE}),
        (5e5, 9e6, SHAPEFILE, "crs.outside", {"x": 5e5, "y": 9e6}),
    ],
)
def test_what_coordinates_look_like(
    x: Any, y: Any, crs: Any, code: str, values: dict[str, Any]
) -> None:
    given = np.atleast_1d(np.array(x, float)), np.atleast_1d(np.array(y, float))
    system = CRS.from_user_input(crs)
    if not code:
        bounds = require_coordinates(*given, system)
        ends = (*(each.min() for each in given), *(each.max() for each in given))
        assert tuple(bounds) == ends
        return
    with pytest.raises(AtlasError, match=r"^f: ") as refused:
        require_coordinates(*given, system, function="f")
    assert refused.value.code == code
    said = {key: each for key, each in refused.value.values.items() if key in values}
    assert said == values
    if "rows" in refused.value.values:
        assert (refused.value.values["rows"], refused.value.values["total"]) == (1, given[0].size)


def test_no_coordinates_have_no_ends() -> None:
    assert np.isnan(require_coordinates(np.empty(0), np.empty(0), CRS.from_epsg(4490))).all()


@pytest.mark.parametrize(
    ("lon", "lat", "within"),
    [
        # Six degrees of longitude and twenty of latitude beyond 170° E to 170° W.
        ([170, -170], [-10, 10], True),
        ([164], [-30], True),
        ([-164], [30], True),
        ([196], [0], True),
        ([163.9], [0], False),
        ([-163.9], [0], False),
        ([180], [-30.1], False),
        ([180], [30.1], False),
        ([180, 0], [0, 0], False),
    ],
)
def test_an_area_across_the_date_line_has_a_margin(
    lon: list[float], lat: list[float], *, within: bool
) -> None:
    area = (170.0, -10.0, -170.0, 10.0)
    assert plausibility._within(np.array(lon, float), np.array(lat, float), area) is within
    whole = (-180.0, -90.0, 180.0, 90.0)
    assert plausibility._within(np.array(lon, float), np.array(lat, float), whole) is True
