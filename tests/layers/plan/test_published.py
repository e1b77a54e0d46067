"""People on a raster beside the figures that are published of a place."""

from __future__ import annotations

import numpy as np
import pytest
import rioxarray  # noqa: F401  gives arrays their .rio
import xarray as xr

import geo
from layers.plan import published


def people(per_km2: float) -> geo.Population:
    """As many to the square kilometre everywhere around Changsha."""
    lon, lat = np.arange(111.505, 113.5, 0.01), np.arange(29.195, 27.5, -0.01)
    cells = xr.DataArray(
        np.full((lat.size, lon.size), per_km2),
        coords={"y": lat, "x": lon},
        dims=("y", "x"),
        attrs={"units": "people/km2"},
    )
    return geo.population(cells.rio.write_crs("EPSG:4326"))


def test_a_raster_is_compared_with_the_published_figures_of_the_places_that_it_covers() -> None:
    # 600 to the km² everywhere: Xiangyin has 1,578 km² and, by the census, 583,984 people.
    table = published.compared(people(600.0)).set_index("name_zh")
    assert table.loc["湘阴县", "published"] == 583_984
    assert table.loc["湘阴县", "counted"] == pytest.approx(600 * 1_540, rel=0.05)
    assert table.loc["湘阴县", "agrees"] is False
    # The atlas has no boundary of Liuyang, so that the city cannot be counted whole.
    assert np.isnan(table.loc["长沙市", "counted"])
    assert table.loc["长沙市", "agrees"] is None
    fewer = published.compared(people(380.0))
    assert fewer.set_index("name_zh").loc["湘阴县", "agrees"] is True
