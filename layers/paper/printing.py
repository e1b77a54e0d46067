"""The printed map: what a map shows, on a sheet with title, legend, scale, sources and notes.

Nothing is shown and no display is needed: a figure is made by itself and not through pyplot, so
that several can be drawn at a time.
"""

from __future__ import annotations

import io
from copy import deepcopy
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from geo.crs import moved
from geo.errors import InputError
from geo.numerals import listed, number
from layers.look.basemaps import VECTOR
from layers.look.credits import credits_of
from layers.look.outside import clean_content, clean_sheet, clean_statement
from layers.look.standing import standing
from layers.paper import key
from layers.paper.artists import axes_over, blank
from layers.paper.detail import details, draw_detail
from layers.paper.drawing import BEYOND, draw_scene, laid
from layers.paper.extents import require_shown, wanted, window_on
from layers.paper.furniture import (
    broken_notes,
    draw_graticule,
    draw_notes,
    draw_scale,
    draw_title,
    note_texts,
)
from layers.paper.geopdf import viewport
from layers.paper.labels import draw_labels
from layers.paper.legend import legend_in
from layers.paper.locator import draw_locator, locator_box, locator_extent
from layers.paper.parts import BASE, FURNITURE, LABELS, LEGEND, NOTES, TITLE, part, titles
from layers.paper.pdf_content import as_page
from layers.paper.pdf_file import PdfFile
from layers.paper.sheet import check_sheet, layout
from layers.paper.svg_file import svg
from layers.paper.tiles import TilesError, draw_tiles, on_base, tile_ground
from layers.paper.toning import Known, tone_of, toned
from layers.plan.area import area, map_crs, per_plan
from layers.plan.catalogue import land, load
from layers.scene.window import POINTS_PER_INCH, Window
from layers.type.outside_texts import Cleaner, one_line
from layers.words import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from layers.look.content import Content
    from layers.look.sheet import Sheet
    from layers.paper.furniture import Note
    from layers.paper.key import Unnamed
    from layers.paper.legend import Legend
    from layers.paper.pdf_content import Page
    from layers.paper.sheet import Layout
    from layers.scene.boxes import Box
    from layers.scene.scene import Scene

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
    >>> from layers.look.content import Content
    >>> from layers.look.sheet import Sheet
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
    known: Known | None = None,
) -> Composed:
    """Return a map on its sheet with what it is made of.

    Parameters
    ----------
    content, sheet
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
    content, sheet, remarks = cleaned(content, sheet, known)
    check_sheet(sheet)
    inked = tone_of(sheet)
    whole = toned(content, sheet, known)
    shown = wanted(content, whole)
    # Whether symbols are spread is known when they stand: room for the words is kept.
    room = "" if content.extent is None else view_words(whole, any_cut=True)
    stands = stands_on(content, sheet, known)
    draft = sheet_notes(content, sheet, whole, stands, view=room, spread=True)
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
    figure, axes = blank(plan.page, dpi=sheet.dpi)
    units = _units()
    if ground is not None:
        with part(axes, BASE):
            draw_tiles(axes, ground, plan.frame)
    where = laid(on_sheet, window, px=plan.px)
    draw_scene(axes, on_sheet, window, where, px=plan.px, beyond=inked(BEYOND))
    legend = _legend(on_sheet, plan)
    inset = locator_box(
        on_sheet,
        window,
        px=plan.px,
        symbols=where.symbols,
        extent=locator_extent(units[0]),
        spare=legend.spare,
    )
    # What is looked at without its sheet is small, and tiles are of one scale.
    single = panel_share or ground is not None
    closer = [] if single else details(on_sheet, window, where.symbols, px=plan.px, taken=inset)
    taken = (inset, plan.scale, *(each.window.frame for each in closer))
    with part(axes, LABELS):
        unnamed = draw_labels(
            axes,
            on_sheet,
            window,
            where,
            blocked=[box.inset(-3.0 * plan.px) for box in taken],
            px=plan.px,
            toned=inked,
            elsewhere=[each.source for each in closer],
        )
    if unnamed.spots and not panel_share:
        legend = _keyed(axes, on_sheet, plan, inset, unnamed)
    with part(axes, LEGEND):
        legend.draw(axes)
    for each in closer:
        draw_detail(axes, axes_over(figure), whole, each, px=plan.px, tone=inked)
    with part(axes, FURNITURE):
        draw_locator(axes, *units, window, inset, beyond=on_sheet.beyond, px=plan.px, toned=inked)
        draw_scale(axes, window, plan.scale, px=plan.px, lang=content.lang)
    view = view_words(on_sheet)
    notes = sheet_notes(content, sheet, on_sheet, stands, view=view, spread=where.spread)
    _draw_around(axes, sheet, window, plan, broken_notes(notes, plan, lang=content.lang))
    windows = (window, *(each.window for each in closer))
    return Composed(figure, plan, on_sheet, content, windows, unnamed, remarks=remarks, view=view)


def _draw_around(axes: Axes, sheet: Sheet, window: Window, plan: Layout, notes: list[Note]) -> None:
    """Draw what stands around a map: its frame with degrees, its title and its notes."""
    with part(axes, FURNITURE):
        draw_graticule(axes, window, plan)
    with part(axes, TITLE):
        draw_title(axes, sheet, plan)
    with part(axes, NOTES):
        draw_notes(axes, notes, plan)


def _legend(on_sheet: Scene, plan: Layout, *, below: float = 0.0) -> Legend:
    """Return the legend of a sheet, with so much room below it as it may leave."""
    return legend_in(
        on_sheet,
        plan.legend,
        px=plan.px,
        fewest_columns=3 if plan.wide else 1,
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
    made, about = composed(content, sheet), _about(content, sheet)
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


def stands_on(
    content: Content, sheet: Sheet, known: Known | None = None
) -> tuple[Sequence[str], Sequence[str]]:
    """Return the attribution of what a map shows, and what else it stands on."""
    # Results that say neither source nor evidence add nothing to either.
    told = [each for each in content.results if not {"source_id", "evidence"}.isdisjoint(each)]
    frames = [*(content.frames[name] for name in content.visible if name in content.frames), *told]
    return (known or Known()).of(
        "stands",
        frames,
        lambda: (credits_of(content), standing(content, base_number=sheet.base_number)),
    )


def sheet_notes(
    content: Content,
    sheet: Sheet,
    shown: Scene,
    stands: tuple[Sequence[str], Sequence[str]],
    *,
    view: str = "",
    spread: bool = False,
) -> list[Note]:
    """Return what stands at the foot of a sheet: what its map is, and what it stands on.

    Parameters
    ----------
    content, sheet, shown
        What the map shows, the sheet, and what of it lies there.
    stands
        As :func:`stands_on` returns it.
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
        credits_=stands[0],
        standing=stands[1],
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


def _about(content: Content, sheet: Sheet) -> _About:
    shown = clean_sheet(sheet, "zh", drawn=False)
    return _About(one_line(shown.title), shown.author, alternative(content))


def alternative(content: Content) -> str:
    """Return what is read out in place of the picture of a map; empty where nothing is said."""
    told = content.statement
    return clean_statement(told, Cleaner(drawn=False)).alternative if told else ""


@per_plan
def _units() -> tuple[NDArray[np.object_], list[bool]]:
    """Return the administrative units of the locator in metres, and which belong to the area."""
    frame = moved(gpd.GeoDataFrame(load(area().land.layer)), map_crs())
    simple: NDArray[np.object_] = frame.geometry.simplify(300.0).to_numpy()
    return simple, frame["id"].isin(land()["id"]).tolist()


__all__ = ["SUFFIXES", "drawn", "printed"]
