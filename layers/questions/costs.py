"""What a question may cost, told before it is begun: how many zones, and what to choose instead.

The methods refuse what is too much for them by themselves; here is what a question adds up to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.geodesic import geodesic_area_km2
from geo.work import require_affordable
from geo.zoned.tessellations import H3_AREA_KM2
from layers.plan.area import per_plan
from layers.plan.catalogue import land

if TYPE_CHECKING:
    from layers.questions.subjects import Zones

# A test of neighbours over so many zones takes 10 seconds, and a map of them 5 MB.
MOST_TESTED = 20_000
# All of them on a map: 5 MB.
MOST_DRAWN = 20_000
# Zones that are counted in, drawn from and listed in 10 seconds; half a gigabyte.
MOST_COUNTED = 100_000
# What a grid has more than fits into the land: cells on the rim.
RIM = 1.15
# The size of a hexagon or square that is named goes up in such steps, metres.
STEP_M = 100


@per_plan
def land_km2() -> float:
    """Return the area of the open plan's land, over which a grid lies, km²."""
    return float(geodesic_area_km2(land().geometry).sum())


def zones_of(zones: Zones) -> float:
    """Return about how many zones there are; of a grid without laying it out.

    Parameters
    ----------
    zones
        What is counted in.

    Examples
    --------
    >>> from layers.questions.subjects import Zones
    >>> round(zones_of(Zones("squares", cell_m=1000)))
    7354
    """
    if zones.name == "h3":
        area_km2: float = H3_AREA_KM2[zones.h3_resolution]
        return RIM * land_km2() / area_km2
    if zones.name in ("hexagons", "squares"):
        return RIM * land_km2() / (zones.cell_m / 1000) ** 2
    return len(zones.frame())


def require_zones(zones: Zones, most: int, *, function: str) -> None:
    """Refuse more zones than a question takes.

    Parameters
    ----------
    zones
        What is counted in.
    most
        How many zones are allowed.
    function
        Name that the message begins with: the function that was called.

    Raises
    ------
    InputError
        There are more; the next size of cells that is allowed is named.

    Examples
    --------
    >>> from layers.questions.subjects import Zones
    >>> require_zones(Zones("h3", h3_resolution=9), 20_000, function="hot_spots")
    Traceback (most recent call last):
    ...
    geo.errors.InputError: hot_spots: 69,812 zones are more than the 20,000 allowed. Take \
resolution 8 or coarser.
    """
    amount = zones_of(zones)
    if zones.name == "h3":
        allowed = [at for at, area in enumerate(H3_AREA_KM2) if RIM * land_km2() / area <= most]
        coarser = max(allowed, default=0)
        code, choose = "cost.h3", f"resolution {coarser} or coarser"
        values = {"resolution": zones.h3_resolution, "coarser": coarser}
    elif zones.name in ("hexagons", "squares"):
        size = 1000 * (RIM * land_km2() / most) ** 0.5
        size_m = STEP_M * int(-(-size // STEP_M))
        code, choose = "cost.cells", f"cell_m of {size_m} or more"
        values = {"size": size_m}
    else:
        code, choose, values = "cost.zones", "fewer, larger zones, or a grid", {}
    require_affordable(
        amount, most, function=function, what="zones", choose=choose, code=code, **values
    )
