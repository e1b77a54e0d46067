"""A map year by year, as the frames of a GIF: what is there by each year, on one ground."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

from PIL import Image

from geo.errors import InputError
from geo.numerals import number
from layers.book.together import extent_of
from layers.paper.printing import printed
from layers.plan.area import area
from layers.plan.selection import located
from layers.plan.years import LEAST_DATED, years_of
from layers.scene.resolved import scaled
from layers.words import say

if TYPE_CHECKING:
    from layers.book.atlas import Progress
    from layers.look.content import Content
    from layers.record.specification import MapSpec

# So wide in dots, at most so many frames, and how long each of them and the last is seen.
FRAME_SIZE, FRAME_DPI, MOST_FRAMES = "16:9", 96, 12
FRAME_MS, LAST_MS = 1600, 3200
COLOURS = 255


def frames(spec: MapSpec, *, progress: Progress | None = None) -> bytes:
    """Return a map year by year as the contents of a GIF that goes round.

    Each frame is a print of what is there by its year, with the year in its title and below it how
    many features have no year, and are on no frame. All have one ground, one scale of sizes and one
    set of colours.

    Parameters
    ----------
    spec
        The map; its year is the last that is shown, and of its sheet size and dots do not count.
    progress
        Called before each frame with how many are done, how many there are, and the year.

    Raises
    ------
    InputError
        If no layer that is shown tells years, or nearly no feature has one, or as
        :func:`layers.paper.printing.drawn`.
    """
    whole = replace(spec, year=None).content()
    years = _years(whole, spec.year)
    undated, of = _undated(whole)
    extent = spec.extent or extent_of([whole])
    styles = {name: scaled(whole.style(name), whole.frames[name]) for name in whole.visible}
    drawn = []
    for done, year in enumerate(years):
        if progress is not None:
            progress(done, len(years), str(year))
        one = spec.part(year=year, extent=extent)
        content = one.content()
        content = replace(content, styles={**content.styles, **styles})
        sheet = one.titled()
        title = say("frames.title", spec.lang, title=sheet.title, year=str(year))
        told = say("frames.undated", spec.lang, n=number(undated), of=number(of))
        below = say("statement.then", spec.lang).join(
            filter(None, (told if undated else "", sheet.subtitle))
        )
        sheet = replace(sheet, title=title, subtitle=below, size=FRAME_SIZE, dpi=FRAME_DPI)
        drawn.append(Image.open(io.BytesIO(printed(content, sheet, ".png"))).convert("RGB"))
    return _gif(drawn)


def playable(content: Content) -> bool:
    """Tell whether a map can be shown year by year, once the right ones of its layers are on.

    Parameters
    ----------
    content
        The map; a layer that is switched off counts, as its reader may switch it on.
    """
    return any(_tells_years(replace(content, visible=(name,))) for name in content.frames)


def _tells_years(content: Content) -> bool:
    try:
        return bool(_years(content, None) and _undated(content))
    except InputError:
        return False


def _undated(content: Content) -> tuple[int, int]:
    """Return how many features that have a place have no year, of the layers that tell years.

    Raises
    ------
    InputError
        If nearly none has one.
    """
    undated = of = 0
    for name in content.visible:
        years = years_of(name, located(content.frames[name]))
        if years is not None:
            undated, of = undated + int(years.isna().sum()), of + len(years)
    if of - undated <= LEAST_DATED * of:
        raise InputError(
            f"frames: {undated} of {of} features have no year, so that years would show next to "
            "nothing; draw the map whatever the year, or switch on a layer that tells years",
            code="frames.undated",
            count=undated,
            of=of,
        )
    return undated, of


def _years(content: Content, last: int | None) -> list[int]:
    """Return the years of what is shown, some of them where they are many."""
    told: set[int] = set()
    for name in content.visible:
        years = years_of(name, located(content.frames[name]))
        told |= set() if years is None else set(years.dropna().astype(int).tolist())
    if last is not None:
        told = {year for year in told if year <= last}
    if not told:
        raise InputError(
            "frames: no layer that is shown tells from which year its features are there; switch "
            f"on one of {', '.join(area().years) or 'a plan with years'}",
            code="frames.none",
        )
    span = list(range(min(told), max(told) + 1))
    step = -(-len(span) // MOST_FRAMES)
    return span[::-step][::-1]


def _gif(drawn: list[Image.Image]) -> bytes:
    """Write pictures in the colours of the last, which shows the most, so that none flickers."""
    look = drawn[-1].quantize(COLOURS, dither=Image.Dither.NONE)
    first, *others = (each.quantize(palette=look, dither=Image.Dither.NONE) for each in drawn)
    file = io.BytesIO()
    times = [*[FRAME_MS] * len(others), LAST_MS]
    first.save(
        file,
        format="GIF",
        save_all=True,
        append_images=others,
        duration=times,
        loop=0,
        optimize=False,
    )
    return file.getvalue()
