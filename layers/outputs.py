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
    from collections.abc import Callable

    from matplotlib.figure import Figure


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


def output(spec: MapSpec, suffix: str) -> bytes:
    """Return the contents of a file: ``.png``, ``.pdf``, ``.svg``, ``.html`` or ``.pptx``.

    The file carries the specification, the version and the hash of the data.

    Raises
    ------
    InputError
        If the suffix is another one, or the specification cannot be drawn.
    """
    make = _MAKERS.get(suffix.lower())
    if make is None:
        raise InputError(f"output: there is no output {suffix!r}; choose from {', '.join(_MAKERS)}")
    record = provenance.record(spec.to_dict(), created=spec.sheet.date or UNDATED, lang=spec.lang)
    return provenance.embed(make(spec, suffix.lower()), suffix.lower(), record)


def snapshot(spec: MapSpec, path: str | os.PathLike[str]) -> None:
    """Write a map to a file of the kind that its suffix says; no half-written file is left.

    Parameters
    ----------
    spec, path
        What to draw, and where to.

    Raises
    ------
    InputError
        As :func:`output`, or the file cannot be written.
    """
    write_file(path, output(spec, Path(path).suffix), function="snapshot")


def remake(path: str | os.PathLike[str]) -> tuple[MapSpec, list[str]]:
    """Return the specification that a file was made from, and the data files that changed since.

    Raises
    ------
    InputError
        If the file is missing, broken, or says nothing of its making.
    """
    record = provenance.read(path)
    return read_spec(record["spec"]), provenance.changed(record)


def _printed(spec: MapSpec, suffix: str) -> bytes:
    from layers import printing  # noqa: PLC0415  matplotlib takes a second

    return printing.printed(spec.content(), spec.titled(), suffix)


def _page(spec: MapSpec, suffix: str) -> bytes:  # noqa: ARG001
    from layers.webmap import content_page  # noqa: PLC0415  folium takes half a second

    return content_page(spec.content(), title=spec.titled().title).encode()


def _slides(spec: MapSpec, suffix: str) -> bytes:  # noqa: ARG001
    from layers.map_slides import deck  # noqa: PLC0415  python-pptx is slow to import

    return deck(spec)


UNDATED = "1970-01-01"
_MAKERS: dict[str, Callable[[MapSpec, str], bytes]] = {
    ".png": _printed,
    ".pdf": _printed,
    ".svg": _printed,
    ".html": _page,
    ".pptx": _slides,
}
