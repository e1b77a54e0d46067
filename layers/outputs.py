"""One specification, many outputs: a picture, a print or a page, each saying what made it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import InputError
from geo.files import write_file
from layers import provenance
from layers.specification import MapSpec, read_spec

if TYPE_CHECKING:
    import os

    from matplotlib.figure import Figure


PAGE, SLIDES, GEOPACKAGE = ".html", ".pptx", ".gpkg"
SUFFIXES = (".png", ".pdf", ".svg", PAGE, SLIDES, GEOPACKAGE)
UNDATED = "1970-01-01"


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
    >>> from layers.specification import read_spec
    >>> figure = print_map(read_spec("overview", review_number="internal"))
    >>> [round(25.4 * side) for side in figure.get_size_inches()]  # A4
    [297, 210]
    """
    from layers import printing  # noqa: PLC0415  matplotlib takes a second

    return printing.drawn(spec.content(), spec.titled())


def output(spec: MapSpec, suffix: str, *, template: bytes | Path | None = None) -> bytes:
    """Return the contents of a file with a map; the same call gives the same bytes.

    The file carries the specification, the version and the hash of the data.

    Parameters
    ----------
    spec
        What to draw.
    suffix
        ``".png"``, ``".pdf"``, ``".svg"``, ``".html"``, ``".pptx"``, or ``".gpkg"`` for QGIS: the
        visible layers whole, and the results, each with its style.
    template
        For slides, a presentation or template of the reader's own.

    Raises
    ------
    InputError
        If the suffix is another one, the template does not fit it, or the specification cannot be
        drawn.
    """
    suffix = suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(
            f"output: there is no output {suffix!r}; choose from {', '.join(SUFFIXES)}"
        )
    if template is not None and suffix != SLIDES:
        raise InputError(f"output: a template is for slides ({SLIDES}), not for {suffix}")
    record = provenance.record(spec.to_dict(), created=spec.sheet.date or UNDATED, lang=spec.lang)
    return provenance.embed(_made(spec, suffix, template), suffix, record)


def _made(spec: MapSpec, suffix: str, template: bytes | Path | None) -> bytes:
    # Each of these takes half a second and more to import, and few calls need two of them.
    if suffix == SLIDES:
        from layers.map_slides import deck  # noqa: PLC0415

        return deck(spec, template=template)
    if suffix == PAGE:
        from layers.webmap import content_page  # noqa: PLC0415

        return content_page(spec.content(), title=spec.titled().title).encode()
    if suffix == GEOPACKAGE:
        from layers.geopackage import geopackage_bytes  # noqa: PLC0415

        content = spec.content()
        frames = {name: content.frames[name] for name in content.visible}
        return geopackage_bytes(frames, overlays=content.overlays, lang=spec.lang)
    from layers import printing  # noqa: PLC0415

    return printing.printed(spec.content(), spec.titled(), suffix)


def snapshot(
    spec: MapSpec, path: str | os.PathLike[str], *, template: bytes | Path | None = None
) -> None:
    """Write a map to a file of the kind that its suffix says; no half-written file is left.

    Parameters
    ----------
    spec, path
        What to draw, and where to.
    template
        For slides, a presentation or template of the reader's own.

    Raises
    ------
    InputError
        As :func:`output`, or the file cannot be written.
    """
    write_file(path, output(spec, Path(path).suffix, template=template), function="snapshot")


def remake(path: str | os.PathLike[str]) -> tuple[MapSpec, list[str]]:
    """Return the specification that a file was made from, and the data files that changed since.

    Raises
    ------
    InputError
        If the file is missing, broken, or says nothing of its making.
    """
    record = provenance.read(path)
    return read_spec(record["spec"]), provenance.changed(record)
