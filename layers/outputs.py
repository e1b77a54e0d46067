"""One specification, many outputs: a picture, a print or a page, each saying what made it."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.arguments import require_type
from geo.doors import door
from geo.errors import InputError
from geo.exchange.receipt import size
from geo.exchange.writers import require_place, write_file
from geo.numerals import MISSING
from layers.plan.years import today
from layers.record import provenance
from layers.record.schema import BRIEF, require_valid
from layers.record.specification import MapSpec, asked, read_spec
from layers.type.outside_texts import NOTE, Cleaner
from layers.words import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.figure import Figure

    from layers.book.atlas import Progress


PAGE, SLIDES, GEOPACKAGE, FRAMES = ".html", ".pptx", ".gpkg", ".gif"
ATLASES = (".pdf", SLIDES)
# What two maps to compare have room in.
COMPARED = (".png", ".pdf", ".svg", SLIDES)
SUFFIXES = (".png", ".pdf", ".svg", PAGE, SLIDES, GEOPACKAGE, FRAMES)


@door
def print_map(spec: MapSpec) -> Figure:
    """Draw a map on a sheet, with legend, scale, sources and the notes that honesty requires.

    Parameters
    ----------
    spec
        As :func:`layers.read_spec` returns it.

    Returns
    -------
    matplotlib.figure.Figure
        Of the size of the sheet; no display is needed.

    Raises
    ------
    InputError
        If the specification cannot be drawn.

    Examples
    --------
    >>> from layers.record.specification import read_spec
    >>> figure = print_map(read_spec("overview", review_number="internal"))
    >>> [round(25.4 * side) for side in figure.get_size_inches()]  # A4
    [297, 210]
    """
    from layers.paper import printing  # noqa: PLC0415  matplotlib takes a second

    _require_spec(spec, "print_map")
    return printing.drawn(**_on_sheet(spec))


@door
def output(
    spec: MapSpec,
    suffix: str,
    *,
    template: bytes | Path | None = None,
    progress: Progress | None = None,
    file_name: str = "",
) -> bytes:
    """Return the contents of a file with a map; the same call gives the same bytes.

    The file carries the specification, the version and the hash of the data.

    Parameters
    ----------
    spec
        What to draw.
    suffix
        ``".png"``, ``".pdf"``, ``".svg"``, ``".html"``, ``".pptx"``, or ``".gpkg"`` for QGIS: the
        visible layers whole, and the results, each with its style; ``".gif"`` is the map year by
        year.
    template
        For slides, a presentation or template of the reader's own.
    progress
        For an atlas, called before each of its leaves with how many are done, how many there are
        and its title; what it raises ends the drawing.
    file_name
        What the file will be called; the project in a GeoPackage finds its tables by it.

    Raises
    ------
    InputError
        If the suffix is another one, the template does not fit it, an atlas is neither slides nor
        a PDF, the specification cannot be drawn, or the map is for the public and fails a rule that
        it must not.
    """
    plain = _require_spec(spec, "output")
    suffix = suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(
            f"output: there is no output {suffix!r}; choose from {', '.join(SUFFIXES)}",
            code="write.suffix",
            value=suffix,
            names=SUFFIXES,
        )
    if template is not None and suffix != SLIDES:
        raise InputError(
            f"output: a template is for slides ({SLIDES}), not for {suffix}",
            code="template.suffix",
            value=suffix,
        )
    kinds = ATLASES if spec.pages != BRIEF else (SLIDES, PAGE)
    if spec.pages is not None and suffix not in kinds:
        raise InputError(
            f"output: an atlas of {spec.pages} has many pages, and {suffix} has room for one map; "
            f"choose from {', '.join(kinds)}, or leave pages out",
            code="atlas.suffix",
            value=suffix,
            names=kinds,
        )
    if spec.versus and spec.pages is not None:
        raise InputError(
            "output: two maps to compare (versus) are no atlas; leave versus or pages out",
            code="versus.pages",
        )
    if spec.versus and suffix not in COMPARED:
        raise InputError(
            f"output: two maps to compare (versus) stand on a sheet or on slides, not in {suffix}; "
            f"choose from {', '.join(COMPARED)}, or leave versus out",
            code="versus.suffix",
            value=suffix,
            names=COMPARED,
        )
    record = provenance.record(plain, created=spec.sheet.date or provenance.UNDATED, lang=spec.lang)
    receipts = spec.receipts()
    if suffix == GEOPACKAGE:
        data = _geopackage(spec, file_name or f"{spec.map}{suffix}")
    else:
        data = _made(spec, suffix, template, progress)
    if suffix == SLIDES and template is not None:
        receipts = [*receipts, _template_note(template, spec.lang)]
    if receipts:
        record |= {"own_data": receipts}
    record |= {"figures": _figures(spec)}
    if spec.review is not None:
        from layers.review.checking import passed  # noqa: PLC0415

        record |= {"review": passed(spec, suffix, data, record)}
    return provenance.embed(data, suffix, record)


def _template_note(template: bytes | Path, lang: str) -> str:
    """Return a line about a template: slides are made again without it where it is not given."""
    data = template if isinstance(template, bytes) else Path(template).read_bytes()
    digest = hashlib.sha256(data).hexdigest()[: provenance.MARK]
    return say("statement.template", lang, size=size(len(data)), digest=digest)


def _require_spec(spec: MapSpec, function: str) -> dict[str, Any]:
    """Return what a specification says, if it is one that can be drawn."""
    instead = "a specification, as layers.read_spec returns it"
    require_type(spec, MapSpec, "spec", instead, function=function)
    plain = spec.to_dict()
    require_valid(plain)
    return plain


def _made(
    spec: MapSpec, suffix: str, template: bytes | Path | None, progress: Progress | None
) -> bytes:
    # Each of these takes half a second and more to import, and few calls need two of them.
    if suffix == SLIDES:
        return _slides(spec, template, progress)
    if spec.pages == BRIEF:
        from layers.book.story import story_page  # noqa: PLC0415

        return story_page(spec, progress=progress)
    if spec.pages is not None:
        from layers.book.pages import printed_atlas  # noqa: PLC0415

        return printed_atlas(spec, progress=progress)
    if suffix == FRAMES:
        from layers.book.frames import frames  # noqa: PLC0415

        return frames(spec, progress=progress)
    if suffix == PAGE:
        from layers.paper.extents import require_in_view  # noqa: PLC0415
        from layers.web.webmap import content_page  # noqa: PLC0415

        content = spec.content()
        require_in_view(content)
        return content_page(content).encode()
    from layers.paper import printing  # noqa: PLC0415

    return printing.printed(**_on_sheet(spec), suffix=suffix)


def _on_sheet(spec: MapSpec) -> Mapping[str, Any]:
    """Return what is drawn on the sheet of a map, or of two to compare."""
    if not spec.versus:
        return {"content": spec.content(), "sheet": spec.titled()}
    from layers.book.comparison import compared  # noqa: PLC0415  imports python-pptx

    return compared(spec).sheet()


def _geopackage(spec: MapSpec, file_name: str) -> bytes:
    from layers.qgis.geopackage import geopackage_bytes  # noqa: PLC0415

    content = spec.content()
    frames = {name: content.frames[name] for name in content.visible}
    return geopackage_bytes(
        frames,
        overlays=content.overlays,
        styles=content.styles,
        lang=spec.lang,
        reduced=content.reduced,
        title=content.statement.title if content.statement else "",
        abstract=content.statement.text() if content.statement else "",
        file_name=file_name,
    )


def _slides(spec: MapSpec, template: bytes | Path | None, progress: Progress | None) -> bytes:
    """Return the slides of a map, of an atlas, or of the plan in ten."""
    if spec.pages == BRIEF:
        from layers.book.brief_deck import brief_deck  # noqa: PLC0415

        return brief_deck(spec, template=template, progress=progress)
    if spec.pages is not None:
        from layers.book.slides import atlas_deck  # noqa: PLC0415

        return atlas_deck(spec, template=template, progress=progress)
    if spec.versus:
        from layers.book.comparison import comparison_deck  # noqa: PLC0415

        return comparison_deck(spec, template=template)
    from layers.book.map_deck import deck  # noqa: PLC0415

    return deck(spec, template=template)


@door
def snapshot(
    spec: MapSpec,
    path: str | os.PathLike[str],
    *,
    template: bytes | Path | None = None,
    progress: Progress | None = None,
) -> None:
    """Write a map to a file of the kind that its suffix says; no half-written file is left.

    A file says when it was made: it has the date of today where the specification has none.

    Parameters
    ----------
    spec, path
        What to draw, and where to.
    template, progress
        As for :func:`output`.

    Raises
    ------
    InputError
        As :func:`output`, or the file cannot be written.
    """
    require_type(path, (str, os.PathLike), "path", "the path of a file", function="snapshot")
    require_place(path, function="snapshot")
    path = Path(path)
    _require_spec(spec, "snapshot")
    if not spec.sheet.date:
        spec = replace(spec, sheet=replace(spec.sheet, date=today()))
    content = output(spec, path.suffix, template=template, progress=progress, file_name=path.name)
    write_file(path, content, function="snapshot")


@door
def remake(path: str | os.PathLike[str]) -> tuple[MapSpec, list[str]]:
    """Return the specification that a file was made from, and what changed since.

    Returns
    -------
    MapSpec
        The specification.
    list of str
        The names of data files; the line that the file has about a file of one's own; and each
        headline figure, as it was and as it is.

    Raises
    ------
    InputError
        If the file is missing, broken, or says nothing of its making.
    """
    record = provenance.read(path)
    spec = read_spec(record["spec"], folder=Path(path).parent)
    now = spec.receipts()
    own = [str(line) for line in record.get("own_data", ()) if line not in now]
    lines = [*provenance.changed(record), *own, *_moved(record.get("figures", {}), spec)]
    # A record comes from outside, and a terminal obeys some characters.
    cleaner = Cleaner(drawn=False)
    return spec, [cleaner.text(line, NOTE) for line in lines]


def _figures(spec: MapSpec) -> dict[str, str]:
    """Return the headline figures of a map, or what has a place where that is all it says.

    Of two maps those of each have its letter, of the plan in ten slides the title of its map.
    """
    if spec.versus:
        both = zip("ab", (replace(spec, versus={}), spec.other()), strict=True)
        return {
            say("sheet.part", spec.lang, letter=letter, words=name): value
            for letter, each in both
            for name, value in _figures(each).items()
        }
    if spec.pages == BRIEF:
        from layers.book.brief import headlines  # noqa: PLC0415

        return {say("statement.placed", spec.lang): spec.statement().placed} | headlines(spec)
    figures = asked(spec).headline(spec.lang)
    # What has a place follows from all that a map shows, and is asked where it says nothing else.
    return dict(figures or [(say("statement.placed", spec.lang), spec.statement().placed)])


def _moved(before: Mapping[str, object], spec: MapSpec) -> list[str]:
    """Return the headline figures that are not what they were."""
    now = _figures(spec)
    return [
        say("statement.moved", spec.lang, name=name, before=value, now=now.get(name, MISSING))
        for name, value in before.items()
        if now.get(name) != value
    ]
