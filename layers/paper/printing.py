"""The printed map: what a map shows, on a sheet with title, legend, scale, sources and notes.

Nothing is shown and no display is needed: a figure is made by itself and not through pyplot, so
that several can be drawn at a time.
"""

from __future__ import annotations

import io
from copy import deepcopy
from dataclasses import replace
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from geo.errors import InputError
from layers.look.basemaps import VECTOR
from layers.look.outside import clean_content, clean_sheet
from layers.paper import key
from layers.paper.arrangement import arranged
from layers.paper.artists import axes_over, blank
from layers.paper.detail import details, draw_detail
from layers.paper.drawing import BEYOND, draw_scene, laid
from layers.paper.extents import around, require_shown, wanted, window_on
from layers.paper.furniture import (
    broken_notes,
    draw_graticule,
    draw_heading,
    draw_notes,
    draw_scale,
    draw_title,
)
from layers.paper.geopdf import viewport
from layers.paper.labels import draw_labels
from layers.paper.legend import legend_in
from layers.paper.locator import draw_locator, locator_box, locator_extent
from layers.paper.notes import alternative, lettered, sheet_notes, view_words
from layers.paper.parts import BASE, FURNITURE, LABELS, LEGEND, NOTES, TITLE, part, titles
from layers.paper.pdf_content import as_page
from layers.paper.pdf_file import PdfFile
from layers.paper.sheet import check_sheet
from layers.paper.svg_file import svg
from layers.paper.tiles import TilesError, draw_tiles, on_base, tile_ground
from layers.paper.toning import Known, tone_of, toned
from layers.scene.shared import shared
from layers.scene.solid import thinned
from layers.scene.window import POINTS_PER_INCH
from layers.type.outside_texts import NAME, Cleaner, one_line
from layers.words import paragraph

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import geopandas as gpd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from layers.look.content import Content
    from layers.look.sheet import Sheet
    from layers.paper.detail import Detail
    from layers.paper.drawing import Laid
    from layers.paper.furniture import Note
    from layers.paper.key import Unnamed
    from layers.paper.legend import Legend
    from layers.paper.pdf_content import Page
    from layers.paper.sheet import Layout
    from layers.paper.tiles import TileGround
    from layers.scene.boxes import Box
    from layers.scene.scene import Scene
    from layers.scene.window import Window

SUFFIXES = (".png", ".pdf", ".svg")
# Fast and small enough: what is painted is mostly even.
PNG_COMPRESSION = 4
# Settings of matplotlib are for the whole process: one picture at a time is written with ours.
_SETTINGS = Lock()
_RC: dict[Any, Any] = {
    # Hinted letters are wider than their halo and than the room that is kept for them.
    "text.hinting": "no_hinting",
    "svg.fonttype": "none",
    "svg.hashsalt": "atlas",
}


class Composed(NamedTuple):
    """A map on its sheet, or some under one legend.

    Parameters
    ----------
    figure
        The sheet.
    layout
        Where its parts stand.
    scene
        What is shown within its frame, in the colours of the sheet, of all maps together.
    content
        What was drawn: on the vector base map where the tiles of another could not be had.
    windows
        What is shown where: each map, and a detail above it where there is one.
    unnamed
        Symbols without names, which are not numbered yet where there is a panel.
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
    unnamed: Unnamed
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


class _Part(NamedTuple):
    """One of the maps of a sheet: its place there, what it shows, and where its symbols stand."""

    plan: Layout
    window: Window
    scene: Scene
    where: Laid
    heading: str


def drawn(
    content: Content,
    sheet: Sheet,
    *,
    beside: Sequence[Content] = (),
    headings: Sequence[str] = (),
) -> Figure:
    """Return a map on its sheet as a figure, to be saved or looked at.

    Parameters
    ----------
    content
        What the map shows.
    sheet
        Title, size, review number and the like.
    beside, headings
        What maps show that are compared with it under one legend, in the same classes, and what
        tells it and them apart.

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
    >>> from layers.look.content import Content
    >>> from layers.look.sheet import Sheet
    >>> from layers.plan.catalogue import load
    >>> frames = {name: load(name) for name in ("districts", "cities")}
    >>> figure = drawn(Content(frames, ("districts", "cities")), Sheet("双城", "internal"))
    >>> [round(float(side) * 25.4) for side in figure.get_size_inches()]
    [297, 210]
    """
    return composed(content, sheet, beside=beside, headings=headings).figure


def composed(
    content: Content,
    sheet: Sheet,
    *,
    beside: Sequence[Content] = (),
    headings: Sequence[str] = (),
    panel_share: float = 0.0,
    known: Known | None = None,
) -> Composed:
    """Return a map on its sheet with what it is made of.

    Parameters
    ----------
    content, sheet, beside, headings
        As for :func:`drawn`.
    panel_share
        Share of the width that is left free at the left of the map.
    known
        What maps that follow each other share, see :func:`layers.paper.toning.toned`.

    Raises
    ------
    InputError, LayerError, CRSError
        As :func:`drawn`.
    """
    known = known or Known()
    contents, sheet, remarks = _cleaned_together((content, *beside), sheet, known)
    check_sheet(sheet)
    inked, wholes = tone_of(sheet), [toned(each, sheet, known) for each in contents]
    shown = around(map(wanted, contents, wholes))
    # Whether symbols are spread is known when they stand: room for the words is kept.
    noted = partial(sheet_notes, contents, sheet, headings=headings, known=known)
    is_cut = any(each.extent for each in contents)
    rooms = [view_words(each, any_cut=True) if is_cut else "" for each in wholes]
    draft = noted(wholes, views=rooms, spread=True)
    titled = lettered([Cleaner(drawn=True).text(each, NAME) for each in headings], content.lang)
    whole = shared(wholes)
    plan, places = arranged(
        sheet, whole, draft, shown=shown, headings=titled, panel_share=panel_share
    )
    windows = [window_on(each.frame, shown) for each in places]
    scenes = [thinned(each, window.bounds_m) for each, window in zip(wholes, windows, strict=True)]
    require_shown(shared(scenes), content)
    try:
        grounds = [tile_ground(content.base, each, sheet) for each in windows]
    except TilesError as missing:
        words = missing.told(content.base, content.lang)
        first, *others = (replace(each, base=VECTOR) for each in contents)
        sheet = replace(sheet, notes=(*sheet.notes, words))
        own = composed(first, sheet, beside=others, headings=headings, panel_share=panel_share)
        return own._replace(note=words, remarks=tuple(dict.fromkeys((*remarks, *own.remarks))))
    figure, axes = blank(plan.page, dpi=sheet.dpi)
    seen = [on_base(each, content.base) for each in scenes]
    at = [laid(each, window, px=plan.px) for each, window in zip(seen, windows, strict=True)]
    maps = list(map(_Part, places, windows, seen, at, titled or [""]))
    for each, ground in zip(maps, grounds, strict=True):
        _draw_map(axes, each, ground, beyond=inked(BEYOND))
    one, together = maps[0], shared([each.scene for each in maps])
    legend = _legend(together, plan)
    inset = locator_box(
        one.scene,
        one.window,
        px=plan.px,
        symbols=one.where.symbols,
        extent=locator_extent(),
        spare=legend.spare,
    )
    # What is looked at without its sheet is small, and tiles and maps to compare are of one scale.
    single = panel_share or beside or grounds[0] is not None
    symbols = one.where.symbols
    closer = [] if single else details(one.scene, one.window, symbols, px=plan.px, taken=inset)
    above, px = axes_over(figure) if closer else axes, plan.px
    nameless = [
        *_named(axes, maps, (inset, plan.scale), closer, tone=inked),
        *(draw_detail(axes, above, wholes[0], each, px=px, tone=inked) for each in closer),
    ]
    unnamed = key.together(nameless)
    if unnamed.spots and not panel_share:
        legend = _keyed(above, together, plan, inset, unnamed)
    with part(axes, LEGEND):
        legend.draw(axes)
    with part(axes, FURNITURE):
        draw_locator(axes, one.window, inset, beyond=one.scene.beyond, px=px, toned=inked)
        draw_scale(axes, one.window, plan.scale, px=px, lang=content.lang)
    views = [view_words(each.scene) for each in maps]
    notes = noted(seen, views=views, spread=any(each.where.spread for each in maps))
    _draw_around(axes, sheet, plan, maps, broken_notes(notes, plan, lang=content.lang))
    windows += [each.window for each in closer]
    view = paragraph(dict.fromkeys(views), content.lang)
    return Composed(
        figure, plan, together, contents[0], tuple(windows), unnamed, remarks=remarks, view=view
    )


def _cleaned_together(
    contents: Iterable[Content], sheet: Sheet, known: Known
) -> tuple[list[Content], Sheet, tuple[str, ...]]:
    """Return maps and their sheet with texts that can be drawn, and what that took."""
    clean: list[Content] = []
    remarks: dict[str, None] = {}
    for each in contents:
        one, sheet, left_out = cleaned(each, sheet, known)
        clean.append(one)
        remarks |= dict.fromkeys(left_out)
    return clean, sheet, tuple(remarks)


def _draw_map(axes: Axes, one: _Part, ground: TileGround | None, *, beyond: str) -> None:
    """Draw what one of the maps of a sheet shows."""
    if ground is not None:
        with part(axes, BASE):
            draw_tiles(axes, ground, one.plan.frame)
    draw_scene(axes, one.scene, one.window, one.where, px=one.plan.px, beyond=beyond)


def _named(
    axes: Axes,
    maps: Sequence[_Part],
    taken: Sequence[Box],
    closer: Sequence[Detail],
    *,
    tone: Callable[[str], str],
) -> list[Unnamed]:
    """Write the names of each map; return the symbols of each without one."""
    px = maps[0].plan.px
    blocked = [box.inset(-3.0 * px) for box in (*taken, *(each.window.frame for each in closer))]
    with part(axes, LABELS):
        return [
            draw_labels(
                axes,
                each.scene,
                each.window,
                each.where,
                blocked=blocked,
                px=px,
                toned=tone,
                elsewhere=[detail.source for detail in closer],
            )
            for each in maps
        ]


def _draw_around(
    axes: Axes,
    sheet: Sheet,
    plan: Layout,
    maps: Sequence[_Part],
    notes: list[Note],
) -> None:
    """Draw what stands around maps: their frames with degrees, titles and notes."""
    with part(axes, FURNITURE):
        for each in maps:
            draw_graticule(axes, each.window, each.plan)
    with part(axes, TITLE):
        draw_title(axes, sheet, plan)
        for each in maps:
            draw_heading(axes, each.heading, each.plan)
    with part(axes, NOTES):
        draw_notes(axes, notes, plan)


def _legend(on_sheet: Scene, plan: Layout, *, below: float = 0.0) -> Legend:
    """Return the legend of a sheet, with so much room below it as it may leave."""
    return legend_in(
        on_sheet,
        plan.legend,
        px=plan.px,
        fewest_columns=plan.columns,
        beside=plan.beside,
        below=below,
    )


def _keyed(axes: Axes, on_sheet: Scene, plan: Layout, inset: Box, unnamed: Unnamed) -> Legend:
    """Draw numbers of symbols, and their key below the legend; return the legend above it."""
    box, px = plan.legend, plan.px
    held = inset.height if inset.overlaps(box) else 0.0
    high = key.key_height(unnamed.spots, box.width, px=px) + held
    legend = _legend(on_sheet, plan, below=min(high, key.SHARE * box.height))
    room = replace(legend.spare, bottom=box.bottom + held, height=legend.spare.height - held)
    with part(axes, LABELS):
        key.draw_key(axes, unnamed, room, px=px, lang=on_sheet.lang)
    return legend


def printed(
    content: Content,
    sheet: Sheet,
    suffix: str,
    *,
    beside: Sequence[Content] = (),
    headings: Sequence[str] = (),
) -> bytes:
    """Return a map on its sheet as the contents of a file.

    Parameters
    ----------
    content
        What the map shows.
    sheet
        Title, size, review number and the like.
    suffix
        ``".png"``, ``".pdf"`` or ``".svg"``.
    beside, headings
        As for :func:`drawn`.

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
    made = composed(content, sheet, beside=beside, headings=headings)
    about = _about([content, *beside], sheet, headings)
    if suffix == ".pdf":
        file = PdfFile(content.lang, about.title, about.author, about.description)
        file.add(page_of(made, about.description))
        return file.file()
    if suffix == ".svg":
        told = {"Title": about.title, "Description": about.description}
        with _SETTINGS, rc_context(_RC):
            return svg(made.figure, titles(made.scene), told, dpi=sheet.dpi)
    return _png(made.figure, about, sheet.dpi)


def page_of(made: Composed, alternative: str) -> Page:
    """Return a map on its sheet as a PDF file takes it.

    Parameters
    ----------
    made
        The map.
    alternative
        What is read out in its place.
    """
    return as_page(
        made.figure,
        parts=titles(made.scene),
        alternative=alternative,
        viewports=[viewport(each) for each in made.windows],
    )


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


def cleaned(
    content: Content, sheet: Sheet, known: Known | None = None
) -> tuple[Content, Sheet, tuple[str, ...]]:
    """Return map and sheet with texts that can be drawn, and what that took of the map's names."""

    def named() -> tuple[Mapping[str, gpd.GeoDataFrame], Cleaner]:
        cleaner = Cleaner(drawn=True)
        return clean_content(replace(content, overlays=(), statement=None), cleaner).frames, cleaner

    frames, seen = (known or Known()).of("names", content.frames.values(), named)
    cleaner = deepcopy(seen)
    content = replace(clean_content(replace(content, frames={}), cleaner), frames=frames)
    remarks = cleaner.sentences(content.lang)
    return content, clean_sheet(sheet, content.lang, drawn=True, cleaner=cleaner), remarks


class _About(NamedTuple):
    """What the properties of a file say: what is read out in place of the picture, too."""

    title: str
    author: str
    description: str


def _about(contents: Sequence[Content], sheet: Sheet, headings: Sequence[str]) -> _About:
    shown = clean_sheet(sheet, "zh", drawn=False)
    title = one_line(shown.title)
    return _About(title, shown.author, alternative(contents, title, headings))


__all__ = ["SUFFIXES", "drawn", "printed"]
