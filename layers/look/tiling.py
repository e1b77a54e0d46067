"""What a base map is, and how its tiles lie: levels, resolutions and the datum they are in."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

Datum = Literal["cgcs2000", "wgs84", "gcj02"]
TILE_PX = 256
# Half the width of the world in web mercator, metres, and a degree of the equator.
HALF_WORLD_M = math.pi * 6378137.0
DEGREE_M = HALF_WORLD_M / 180.0
# A pixel of the standard for WMTS and one of 96 to the inch, metres; so near is as good as whole.
PIXEL_M, PIXEL_96_M, NEAR = 0.00028, 0.0254 / 96, 0.01


class Matrix(NamedTuple):
    """A level of tiles.

    Parameters
    ----------
    id
        What addresses call it.
    resolution
        Width of a pixel: degrees, or metres of web mercator.
    left, top
        Where its first tile begins, in the same.
    px
        Width of a tile, px.
    columns, rows
        How many tiles there are.
    """

    id: str
    resolution: float
    left: float
    top: float
    px: int
    columns: int
    rows: int


@dataclass(frozen=True, slots=True)
class BaseMap:
    """A base map and what must be known to draw on it.

    Parameters
    ----------
    name
        Name for ``web_map(basemap=...)``.
    title_zh, title_en
        Title for readers.
    datum
        Datum of its tiles. What is drawn on ``"gcj02"`` tiles is shifted to match;
        ``"wgs84"`` and ``"cgcs2000"`` are taken as equal at planning scale.
    attribution
        Line that must show with it.
    max_zoom
        Deepest level it has tiles for.
    subdomains
        One character per mirror host, for ``{s}``.
    tiles
        Address templates drawn on top of each other; none for the vector base map.
    key_variable
        Environment variable with the key for ``{key}``, empty where no key is needed.
    min_zoom
        First level it has tiles for.
    matrices
        Its levels where they are not those of web maps; ``{z}`` is their id then.
    degrees
        Whether those are of longitudes and latitudes, not of web mercator.
    review_number, year
        Its own map review number, and the year that it is of, empty where not stated.
    in_files
        Whether a page that is handed on may ask for its tiles.
    declared
        Whether whoever runs the app has declared it (:mod:`layers.look.declared`).
    """

    name: str
    title_zh: str
    title_en: str
    datum: Datum
    attribution: str
    max_zoom: int
    subdomains: str
    tiles: tuple[str, ...]
    key_variable: str
    min_zoom: int = 0
    matrices: tuple[Matrix, ...] = ()
    degrees: bool = False
    review_number: str = ""
    year: str = ""
    in_files: bool = True
    declared: bool = False

    def levels(self) -> tuple[Matrix, ...]:
        """Return its levels, the coarsest first."""
        return self.matrices or tuple(map(web_level, range(self.min_zoom, self.max_zoom + 1)))


def web_level(zoom: int) -> Matrix:
    """Return a level of web maps.

    Examples
    --------
    >>> web_level(1)[1:]
    (78271.51696402048, -20037508.342789244, 20037508.342789244, 256, 2, 2)
    """
    side = 2**zoom
    resolution = 2 * HALF_WORLD_M / TILE_PX / side
    return Matrix(str(zoom), resolution, -HALF_WORLD_M, HALF_WORLD_M, TILE_PX, side, side)


def resolution_of(denominator: float, *, degrees: bool, width_px: int = 0) -> float:
    """Return the width of a pixel of a level of a WMTS, by the denominator of its scale.

    Parameters
    ----------
    denominator
        Of the scale. The standard has pixels of 0.28 mm; services in China, Tianditu among them,
        reckon with 96 of them to the inch.
    degrees
        Whether the level is of degrees, not of web mercator.
    width_px
        How wide the level is: the pixels are those with which it goes round the world.

    Examples
    --------
    >>> [round(resolution_of(295829355.45, degrees=True, width_px=px), 6) for px in (512, 0)]
    [0.703125, 0.744094]
    """
    unit, world = (DEGREE_M, 360.0) if degrees else (1.0, 2 * HALF_WORLD_M)
    found = [denominator * pixel / unit for pixel in (PIXEL_M, PIXEL_96_M)]
    round_it = (each for each in found if abs(width_px * each / world - 1.0) < NEAR)
    return next(round_it, found[0])
