"""Tile base maps in print: fetched for the frame of a sheet and warped to its grid, in its datum.

The tiles are looked up from the sheet: the place of a pixel in CGCS2000 is turned into the datum of
the tiles first, so that plan and tiles agree on GCJ-02 ones too. Either every tile is there, or the
base map is missing as a whole and :class:`TilesError` says why. The key of a service goes into an
address and nowhere else.
"""

from __future__ import annotations

import io
import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import repeat
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import quote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import numpy as np
from matplotlib.patches import Rectangle
from PIL import Image
from pyproj import Transformer
from scipy.ndimage import map_coordinates

from geo.datum import wgs84_to_gcj02
from geo.doors import foreign
from geo.errors import AtlasError
from layers.keeping.answers import kept_answer
from layers.look.basemaps import basemap, key_of
from layers.look.tiling import DEGREE_M
from layers.plan.area import map_crs
from layers.scene.window import METRES_PER_INCH, POINTS_PER_INCH
from layers.words import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from layers.look.sheet import Sheet
    from layers.look.styles import Style
    from layers.look.tiling import BaseMap, Matrix
    from layers.scene.boxes import Box
    from layers.scene.scene import Drawn, Scene
    from layers.scene.window import Window

GEOGRAPHIC, RADIANS = "EPSG:4490", math.pi / 180.0
# Names on tiles are made for screens: with more dots to the inch they would be too small to read.
TILE_DPI = 150.0
# The picture is no finer than this, as a surface is not.
PICTURE_DPI = 200.0
# Of each layer of a base map; a sheet that would need more is drawn from a zoom level above.
MOST_TILES = 250
THREADS, TIMEOUT_S, MOST_BYTES = 4, 10.0, 4_000_000
# For all tiles of a sheet, and what is read of one at a time.
PATIENCE_S, PIECE = 90.0, 65_536
USER_AGENT = "xiangjiang-atlas"
# Between places that are computed exactly: 0.01 of a pixel is not reached within this many.
NODE_PX = 16.0
# A print and then its slides are drawn from the same tiles, which are fetched once.
# Above what lies beyond the base map, below all layers.
ZORDER = 2.0


class TilesError(AtlasError, LookupError):
    """A tile base map could not be had; the vector one is to stand in its place."""

    def __init__(self, reason: str, *, status: int = 0) -> None:
        super().__init__(reason)
        self.reason, self.status = reason, status

    def told(self, name: str, lang: str) -> str:
        """Return the note that a sheet carries."""
        base, english = basemap(name), lang == "en"
        reason = say(f"base.{self.reason}", lang, status=self.status)
        title = base.title_en if english else base.title_zh
        return say("base.missing", lang, name=title, reason=reason)


@dataclass(frozen=True, slots=True, eq=False)
class TileGround:
    """A tile base map on the grid of a sheet.

    Parameters
    ----------
    picture
        Rows of red, green and blue, the northernmost first.
    extent
        Left, right, bottom and top on the sheet, points.
    """

    picture: NDArray[np.uint8]
    extent: tuple[float, float, float, float]


def tile_ground(name: str, window: Window, sheet: Sheet) -> TileGround | None:
    """Return a base map for the frame of a map, None for the one that is drawn from the layers.

    Parameters
    ----------
    name
        Of the base map.
    window
        What the map shows, and where.
    sheet
        Its dots per inch and its palette.

    Raises
    ------
    TilesError
        If a tile could not be had.
    InputError
        If there is no such base map.
    """
    base = basemap(name)
    if not base.tiles:
        return None
    if base.key_variable and key_of(name) is None:
        raise TilesError("no_key")
    # Whole dots of the sheet, so that no row or column is drawn twice or left out.
    dot = math.ceil(sheet.dpi / PICTURE_DPI) * POINTS_PER_INCH / sheet.dpi
    frame = window.frame
    left, bottom = math.floor(frame.left / dot), math.floor(frame.bottom / dot)
    width, height = math.ceil(frame.right / dot) - left, math.ceil(frame.top / dot) - bottom
    extent = (left * dot, (left + width) * dot, bottom * dot, (bottom + height) * dot)
    world = _world(extent, (height, width), window, base)
    level, columns, rows = _cover(world, window, sheet.dpi, base)
    mosaic = _mosaic(base, level, columns, rows)
    first = np.array([columns.start, rows.start], dtype=float)[:, None, None]
    picture = _sampled(mosaic, (_tiles_at(level, world) - first) * level.px, (height, width))
    if sheet.palette == "grey":
        picture = np.asarray(Image.fromarray(picture).convert("L").convert("RGB"))
    return TileGround(picture, extent)


def draw_tiles(axes: Axes, ground: TileGround, frame: Box) -> None:
    """Paint a tile base map into the frame of a map, below everything else."""
    image = axes.imshow(
        ground.picture,
        extent=ground.extent,
        origin="upper",
        interpolation="none",
        aspect="auto",
        zorder=ZORDER,
    )
    image.set_in_layout(False)
    corner = (frame.left, frame.bottom)
    image.set_clip_path(Rectangle(corner, frame.width, frame.height, transform=axes.transData))


def on_base(scene: Scene, name: str) -> Scene:
    """Return what is drawn on a base map: on tiles no land, water and traffic but the boundaries.

    Tiles have all of these, and their names, themselves.
    """
    if not basemap(name).tiles:
        return scene
    layers = [each for each in scene.layers if not each.is_ground or each.is_land]
    return scene.of(tuple(_outlined(each) if each.is_ground else each for each in layers))


def _outlined(layer: Drawn) -> Drawn:
    def hollow(style: Style) -> Style:
        return replace(style, fill_opacity=0.0)

    return replace(layer.restyled(hollow), label=None)


def _world(
    extent: tuple[float, float, float, float],
    shape: tuple[int, int],
    window: Window,
    base: BaseMap,
) -> NDArray[np.float64]:
    """Return where nodes of the picture's grid lie on the tiles, in their degrees or metres.

    The first axis is x and y.
    """
    rows, columns = (math.ceil(side / NODE_PX) + 1 for side in shape)
    x, y = np.meshgrid(
        np.linspace(extent[0], extent[1], columns), np.linspace(extent[3], extent[2], rows)
    )
    metres = window.to_ground(np.column_stack([x.ravel(), y.ravel()]))
    lon, lat = Transformer.from_crs(map_crs(), GEOGRAPHIC, always_xy=True).transform(*metres.T)
    if base.datum == "gcj02":
        lon, lat = wgs84_to_gcj02(lon, lat)
    if not base.degrees:
        lon, lat = lon * DEGREE_M, np.degrees(np.arcsinh(np.tan(np.radians(lat)))) * DEGREE_M
    return np.stack([lon.reshape(x.shape), lat.reshape(x.shape)])


def _tiles_at(level: Matrix, world: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return which tiles of a level places lie on, counted from the left and from the top."""
    span = level.resolution * level.px
    return np.stack([(world[0] - level.left) / span, (level.top - world[1]) / span])


def _cover(
    world: NDArray[np.float64], window: Window, dpi: int, base: BaseMap
) -> tuple[Matrix, range, range]:
    """Return the level that is nearest to the sheet's scale, and the tiles that cover it."""
    # Mercator grows with 1 / cos(latitude) = cosh(its northing).
    metres = DEGREE_M if base.degrees else 1.0 / math.cosh(world[1].mean() / DEGREE_M * RADIANS)
    dot_m = window.scale * METRES_PER_INCH / min(dpi, TILE_DPI)
    levels = base.levels()
    nearest = min(levels, key=lambda each: abs(math.log2(each.resolution * metres / dot_m)))
    for level in levels[levels.index(nearest) :: -1]:
        # One pixel more on each side, for the mean of neighbours.
        spare = 1.0 / level.px
        columns, rows = (
            range(
                max(0, math.floor(part.min() - spare)),
                min(most, math.floor(part.max() + spare) + 1),
            )
            for part, most in zip(_tiles_at(level, world), (level.columns, level.rows), strict=True)
        )
        if len(columns) * len(rows) <= MOST_TILES:
            break
    if not (columns and rows):
        raise TilesError("beyond")
    return level, columns, rows


@kept_answer
def _mosaic(base: BaseMap, level: Matrix, columns: range, rows: range) -> NDArray[np.uint8]:
    """Return tiles side by side, all layers of the base map on top of each other."""
    places = [(template, x, y) for template in base.tiles for y in rows for x in columns]
    key, hosts = quote(key_of(base.name) or "", safe=""), base.subdomains or " "
    addresses = [
        template.format(z=level.id, x=x, y=y, s=hosts[(x + y) % len(hosts)], key=key)
        for template, x, y in places
    ]
    canvas = Image.new("RGBA", (len(columns) * level.px, len(rows) * level.px), "white")
    until = repeat(monotonic() + PATIENCE_S)
    with ThreadPoolExecutor(THREADS) as pool:
        for (_, x, y), tile in zip(
            places, pool.map(_tile, addresses, repeat(level.px), until), strict=True
        ):
            at = ((x - columns.start) * level.px, (y - rows.start) * level.px)
            canvas.alpha_composite(tile, at)
    return np.asarray(canvas.convert("RGB"))


class _SameHost(HTTPRedirectHandler):
    """Follows no reply to another host than the one that was declared."""

    def redirect_request(self, req: Request, *reply: Any) -> Request | None:  # noqa: ANN401 - of urllib
        """Return what is asked next; what is not followed is refused with its status."""
        same = urlsplit(reply[-1]).netloc == urlsplit(req.full_url).netloc
        return super().redirect_request(req, *reply) if same else None


_OPENER = build_opener(_SameHost)


def _tile(address: str, px: int, until: float) -> Image.Image:
    """Return one tile; an error says neither its address nor the key in it."""
    data = bytearray()
    try:
        request = Request(address, headers={"User-Agent": USER_AGENT})  # noqa: S310 - of basemaps.json
        with _OPENER.open(request, timeout=TIMEOUT_S) as reply:
            while len(data) < MOST_BYTES and monotonic() < until and (more := reply.read1(PIECE)):
                data += more
    except HTTPError as error:
        error.close()
        raise TilesError("refused", status=error.code) from None
    except foreign():
        raise TilesError("unreachable") from None
    if monotonic() >= until:
        raise TilesError("unreachable")
    try:
        tile = Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP", "GIF"))
        if tile.size == (px, px):
            return tile.convert("RGBA")
    except foreign():  # what Pillow says of a file that is broken
        pass
    raise TilesError("no_picture")


def _sampled(
    mosaic: NDArray[np.uint8], nodes: NDArray[np.float64], shape: tuple[int, int]
) -> NDArray[np.uint8]:
    """Return a picture from a mosaic; nodes say where in it the nodes of its grid lie, px."""
    height, width = shape
    rows = (np.arange(height) + 0.5) / height * (nodes.shape[1] - 1)
    columns = (np.arange(width) + 0.5) / width * (nodes.shape[2] - 1)
    grid = np.meshgrid(rows, columns, indexing="ij")
    # From the corner of the first pixel to its middle, where its value is.
    x, y = (map_coordinates(part, grid, order=1) - 0.5 for part in nodes)
    bands = [
        map_coordinates(mosaic[..., band], [y, x], order=1, mode="nearest") for band in range(3)
    ]
    return np.dstack(bands)
