"""The printed map: what a map shows, on a sheet with title, legend, scale, sources and notes.

Nothing is shown and no display is needed: a figure is made by itself and not through pyplot, so
that several can be drawn at a time.
"""

from __future__ import annotations

import io
from contextlib import contextmanager
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from geo.crs import moved
from geo.errors import InputError
from geo.numerals import listed, number
from layers.look.basemaps import VECTOR
from layers.look.credits import credits_of
from layers.look.outside import clean_content, clean_sheet, clean_statement
from layers.look.palettes import paper
from layers.look.standing import standing
from layers.look.styles import WHITE
from layers.paper.detail import details, draw_detail
from layers.paper.drawing import (
    BEYOND,
    axis_stops,
    draw_scene,
    point_symbols,
)
from layers.paper.extents import require_shown, wanted, window_on
from layers.paper.file_fonts import bare_fonts, with_fonts
from layers.paper.furniture import (
    broken_notes,
    draw_graticule,
    draw_notes,
    draw_scale,
    draw_title,
    note_texts,
)
from layers.paper.geopdf import with_places
from layers.paper.labels import draw_labels
from layers.paper.legend import draw_legend
from layers.paper.locator import draw_locator, locator_box, locator_extent
from layers.paper.sheet import (
    check_sheet,
    layout,
)
from layers.paper.tiles import TilesError, draw_tiles, on_base, tile_ground
from layers.plan.area import area, map_crs, per_plan
from layers.plan.catalogue import land, load
from layers.scene.resolved import scene
from layers.scene.scene import ANALYSIS
from layers.scene.window import POINTS_PER_INCH, Window
from layers.type.outside_texts import Cleaner, one_line
from layers.words import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from layers.look.content import Content, Sheet
    from layers.paper.furniture import Note
    from layers.paper.sheet import Layout
    from layers.scene.boxes import Box
    from layers.scene.scene import Scene

SUFFIXES = (".png", ".pdf", ".svg")
# Fast and small enough: what is painted is mostly even.
PNG_COMPRESSION = 4
# In grey the palest class of a result is a little darker than the ground.
RAMP_GREY = 0.86
# Settings of matplotlib are for the whole process: one file at a time is written with ours.
_SETTINGS = Lock()
_RC: dict[Any, Any] = {
    # Hinted letters are wider than their halo and than the room that is kept for them.
    "text.hinting": "no_hinting",
    "pdf.fonttype": 42,
    "pdf.compression": 9,
    "svg.fonttype": "none",
    "svg.hashsalt": "atlas",
}


class Composed(NamedTuple):
    """A map on its sheet.

    Parameters
    ----------
    figure
        The sheet.
    layout
        Where its parts stand.
    scene
        What the map shows within its frame, in the colours of the sheet.
    content
        What was drawn: on the vector base map where the tiles of another could not be had.
    windows
        What is shown where: the map, and a detail above it where there is one.
    note
        Why that is so; empty where it is not.
    remarks
        What was left out of names and titles, as sentences.
    view
        How much of the whole lies on the sheet; empty where all does.
    """

    figure: Figure
    layout: Layout
    scene: Scene
    content: Content
    windows: tuple[Window, ...]
    note: str = ""
    remarks: tuple[str, ...] = ()
    view: str = ""

    def map_picture(self) -> bytes:
        """Return the map alone, without title, legend and notes, as a PNG."""
        dpi, frame = self.figure.dpi, self.layout.frame
        whole = _picture(self.figure)
        per_pt = dpi / POINTS_PER_INCH
        top = whole.height - frame.top * per_pt
        bottom = whole.height - frame.bottom * per_pt
        left, right = frame.left * per_pt, frame.right * per_pt
        file = io.BytesIO()
        whole.crop((round(left), round(top), round(right), round(bottom))).save(file, format="PNG")
        return file.getvalue()


def drawn(content: Content, sheet: Sheet) -> Figure:
    """Return a map on its sheet as a figure, to be saved or looked at.

    Parameters
    ----------
    content
        What the map shows.
    sheet
        Title, size, review number and the like.

    Returns
    -------
    matplotlib.figure.Figure
        In the size of the sheet, with one axes over all of it whose coordinates are points.

    Raises
    ------
    InputError
        If the sheet is not valid, nothing is visible, the extent is off the data, no font has a
        character, or the legend does not fit.
    LayerError
        If a visible name is no layer.
    CRSError
        If a frame has no CRS.

    Examples
    --------
    >>> from layers.look.content import Content, Sheet
    >>> frames = {name: load(name) for name in ("districts", "cities")}
    >>> figure = drawn(Content(frames, ("districts", "cities")), Sheet("双城", "internal"))
    >>> [round(float(side) * 25.4) for side in figure.get_size_inches()]
    [297, 210]
    """
    return composed(content, sheet).figure


def composed(
    content: Content,
    sheet: Sheet,
    *,
    panel_share: float = 0.0,
) -> Composed:
    """Return a map on its sheet with what it is made of.

    Parameters
    ----------
    content, sheet
        As for :func:`drawn`.
    panel_share
        Share of the width that is left free at the left of the map.

    Raises
    ------
    InputError, LayerError, CRSError
        As :func:`drawn`.
    """
    content, sheet, remarks = cleaned(content, sheet)
    check_sheet(sheet)
    tone = tone_of(sheet)
    whole = toned(content, sheet)
    shown = wanted(content, whole)
    # Whether symbols are spread is known when they stand: room for the words is kept.
    room = "" if content.extent is None else view_words(whole, any_cut=True)
    draft = sheet_notes(content, sheet, whole, view=room, spread=True)
    first = layout(sheet, note_lines=1)
    lines = broken_notes(draft, first, lang=content.lang)
    plan = layout(sheet, note_lines=len(lines), panel_share=panel_share)
    window = window_on(plan.frame, shown)
    on_sheet = whole.within(window.bounds_m)
    require_shown(on_sheet, content)
    try:
        ground = tile_ground(content.base, window, sheet)
    except TilesError as missing:
        words = missing.told(content.base, content.lang)
        noted = replace(sheet, notes=(*sheet.notes, words))
        vector = replace(content, base=VECTOR)
        own = composed(vector, noted, panel_share=panel_share)
        return own._replace(note=words, remarks=(*remarks, *own.remarks))
    on_sheet = on_base(on_sheet, content.base)
    figure = Figure(
        figsize=(plan.page.width / 72.0, plan.page.height / 72.0), dpi=sheet.dpi, facecolor="white"
    )
    FigureCanvasAgg(figure)
    axes = _axes(figure)
    if ground is not None:
        draw_tiles(axes, ground, plan.frame)
    stops = axis_stops(on_sheet, window, px=plan.px)
    symbols, spread = point_symbols(on_sheet, window, stops, px=plan.px)
    draw_scene(
        axes, on_sheet, window, symbols=symbols, stops=stops, px=plan.px, beyond=tone(BEYOND)
    )
    spare = _legend(axes, on_sheet, plan)
    districts, members_ = _units()
    inset = locator_box(
        on_sheet,
        window,
        px=plan.px,
        symbols=symbols,
        extent=locator_extent(districts),
        spare=spare,
    )
    # What is looked at without its sheet is small, and tiles are of one scale.
    single = panel_share or ground is not None
    parts = [] if single else details(on_sheet, window, symbols, px=plan.px, taken=inset)
    taken = (inset, plan.scale, *(part.window.frame for part in parts))
    draw_labels(
        axes,
        on_sheet,
        window,
        symbols=symbols,
        stops=stops,
        blocked=[box.inset(-3.0 * plan.px) for box in taken],
        px=plan.px,
        toned=tone,
        elsewhere=[part.source for part in parts],
    )
    for part in parts:
        draw_detail(axes, _axes(figure), whole, part, px=plan.px, tone=tone)
    draw_locator(
        axes, districts, members_, window, inset, beyond=on_sheet.beyond, px=plan.px, toned=tone
    )
    draw_scale(axes, window, plan.scale, px=plan.px, lang=content.lang)
    view = view_words(on_sheet)
    notes = sheet_notes(content, sheet, on_sheet, view=view, spread=spread)
    draw_graticule(axes, window, plan)
    draw_title(axes, sheet, plan)
    draw_notes(axes, broken_notes(notes, plan, lang=content.lang), plan)
    windows = (window, *(part.window for part in parts))
    return Composed(figure, plan, on_sheet, content, windows, remarks=remarks, view=view)


def _legend(axes: Axes, on_sheet: Scene, plan: Layout) -> Box:
    """Draw the legend; return what it leaves of its box."""
    return draw_legend(
        axes,
        on_sheet,
        plan.legend,
        px=plan.px,
        fewest_columns=3 if plan.wide else 1,
        beside=plan.beside,
    )


def _axes(figure: Figure) -> Axes:
    """Return axes over all of a sheet, in points, above those that it has."""
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    axes.set_autoscale_on(False)
    width, height = figure.get_size_inches() * POINTS_PER_INCH
    axes.set_xlim(0.0, width)
    axes.set_ylim(0.0, height)
    return axes


def printed(content: Content, sheet: Sheet, suffix: str) -> bytes:
    """Return a map on its sheet as the contents of a file.

    Parameters
    ----------
    content
        What the map shows.
    sheet
        Title, size, review number and the like.
    suffix
        ``".png"``, ``".pdf"`` or ``".svg"``.

    Returns
    -------
    bytes
        PDF and SVG carry their fonts, so that their texts can be searched and copied.

    Raises
    ------
    InputError
        If the suffix is another, or as :func:`drawn`.
    """
    if suffix not in SUFFIXES:
        raise InputError(
            f"printed: suffix={suffix!r}; choose from {', '.join(SUFFIXES)}",
            code="write.suffix",
            value=suffix,
            names=SUFFIXES,
        )
    made = composed(content, sheet)
    write = {".png": _png, ".pdf": _pdf, ".svg": _svg}[suffix]
    data = write(made.figure, _about(content, sheet), sheet.dpi)
    return with_places(data, made.windows) if suffix == ".pdf" else data


@contextmanager
def file_settings() -> Iterator[None]:
    """Embed fonts, so that texts can be searched; while it lasts no other file is written."""
    with _SETTINGS, rc_context(_RC), bare_fonts():
        yield


def toned(content: Content, sheet: Sheet) -> Scene:
    """Return what a map shows, placed and in the colours of a sheet's palette."""
    tone, wash, grey = tone_of(sheet), _wash(sheet), sheet.palette == "grey"
    frames = {name: frame for name, frame in content.frames.items() if name in content.visible}
    placed = scene(replace(content, frames=frames)).placed(function="print_map")
    return placed.of(
        tuple(
            each.toned(wash if each.group == ANALYSIS else tone, grey=grey)
            for each in placed.layers
        )
    )


def sheet_notes(
    content: Content, sheet: Sheet, shown: Scene, *, view: str = "", spread: bool = False
) -> list[Note]:
    """Return what stands at the foot of a sheet: what its map is, and what it stands on.

    Parameters
    ----------
    content, sheet, shown
        What the map shows, the sheet, and what of it lies there.
    view
        How much that is of the whole.
    spread
        Whether symbols at one place were spread.
    """
    told = content.statement
    if told is not None:
        sheet = replace(sheet, notes=(*replace(told, view=view).notes(), *sheet.notes))
    return note_texts(
        shown.layers,
        sheet,
        credits_=list(credits_of(content)),
        standing=standing(content, base_number=sheet.base_number),
        spread=spread,
        lang=content.lang,
    )


def view_words(shown: Scene, *, any_cut: bool = False) -> str:
    """Return how much of the whole lies on a sheet that cuts it, in as many words as it may need.

    Parameters
    ----------
    shown
        What lies on the sheet.
    any_cut
        Whether room is kept for words on whatever it could cut.
    """
    parts = [
        say(
            "statement.in_view",
            shown.lang,
            title=each.title,
            seen=number(len(each.marks)),
            whole=number(len(each.marks) + sum(each.beyond.values())),
        )
        for each in shown.layers
        if each.is_counted and (any_cut or each.beyond)
    ]
    return say("statement.cut", shown.lang, parts=listed(parts, shown.lang)) if parts else ""


def _picture(figure: Figure) -> Image.Image:
    canvas = FigureCanvasAgg(figure)
    with _SETTINGS, rc_context(_RC):
        canvas.draw()  # type: ignore[no-untyped-call]
    pixels = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    return Image.fromarray(pixels).convert("RGB")


def _png(figure: Figure, about: _About, dpi: int) -> bytes:
    file, told = io.BytesIO(), PngInfo()
    if about.description:
        told.add_itxt("Description", about.description)
    look = {"compress_level": PNG_COMPRESSION, "dpi": (dpi, dpi), "pnginfo": told}
    _picture(figure).save(file, format="PNG", **look)
    return file.getvalue()


def _pdf(figure: Figure, about: _About, dpi: int) -> bytes:
    file = io.BytesIO()
    told = {"Title": about.title, "Author": about.author, "Subject": about.description}
    with file_settings():
        FigureCanvasPdf(figure).print_figure(
            file, format="pdf", dpi=dpi, metadata={**told, "CreationDate": None}
        )
    return file.getvalue()


def _svg(figure: Figure, about: _About, dpi: int) -> bytes:
    file = io.BytesIO()
    told: dict[str, Any] = {"Title": about.title, "Date": None}
    told |= {"Description": about.description} if about.description else {}
    with file_settings():
        FigureCanvasSVG(figure).print_figure(file, format="svg", dpi=dpi, metadata=told)
    return with_fonts(file.getvalue())


def cleaned(content: Content, sheet: Sheet) -> tuple[Content, Sheet, tuple[str, ...]]:
    """Return map and sheet with texts that can be drawn, and what that took of the map's names."""
    cleaner = Cleaner(drawn=True)
    content = clean_content(content, cleaner)
    remarks = cleaner.sentences(content.lang)
    return content, clean_sheet(sheet, content.lang, drawn=True, cleaner=cleaner), remarks


class _About(NamedTuple):
    """What the properties of a file say: what is read out in place of the picture, too."""

    title: str
    author: str | None
    description: str | None


def _about(content: Content, sheet: Sheet) -> _About:
    cleaned, told, said = clean_sheet(sheet, "zh", drawn=False), content.statement, None
    if told is not None:
        said = clean_statement(told, Cleaner(drawn=False)).alternative
    return _About(one_line(cleaned.title), cleaned.author or None, said)


@per_plan
def _units() -> tuple[NDArray[np.object_], list[bool]]:
    """Return the administrative units of the locator in metres, and which belong to the area."""
    frame = moved(gpd.GeoDataFrame(load(area().land.layer)), map_crs())
    simple: NDArray[np.object_] = frame.geometry.simplify(300.0).to_numpy()
    return simple, frame["id"].isin(land()["id"]).tolist()


def tone_of(sheet: Sheet) -> Callable[[str], str]:
    """Return what turns a colour of the symbology into one of the sheet's palette."""
    return lambda colour: paper(colour, sheet.palette)


def _wash(sheet: Sheet) -> Callable[[str], str]:
    """Return the same for results, whose palest grey must be seen on the ground."""
    if sheet.palette == "colour":
        return tone_of(sheet)

    def washed(colour: str) -> str:
        grey = paper(colour, sheet.palette)
        if colour.upper() == WHITE:
            return grey
        level = round(int(grey[1:3], 16) * RAMP_GREY)
        return f"#{level:02X}{level:02X}{level:02X}"

    return washed


__all__ = ["SUFFIXES", "drawn", "printed"]
