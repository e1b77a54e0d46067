"""XML that someone brings: parsed as a stream, in any encoding, with nothing that it could order.

A document type, and with it every entity of its own, is refused; so is markup nested deeper than
places are. The parser is expat, whose work grows with the length of the text and no faster.
"""

from __future__ import annotations

import re
from html.entities import name2codepoint
from itertools import chain
from typing import TYPE_CHECKING
from xml.parsers import expat

import numpy as np

from geo.errors import InputError
from geo.exchange.encodings import Decoded, decoded, xml_declared

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

MAX_NESTING = 100
# Ampersands that begin no reference of XML; nothing here can match in two ways.
_LOOSE = re.compile(
    r"&(?!#[0-9]{1,7};|#x[0-9A-Fa-f]{1,6};|(?:amp|lt|gt|quot|apos);)(?:([A-Za-z]{2,8});)?"
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Handler:
    """What is done with a document: override what is of interest."""

    def begun(self, tag: str, attributes: Mapping[str, str], path: tuple[str, ...]) -> None:
        """Note that an element begins; ``path`` are the tags around it, the outermost first."""

    def ended(self, tag: str, text: str, path: tuple[str, ...]) -> None:
        """Note that an element ends, with the text that stands directly in it."""


def parse(data: bytes, handler: Handler, *, name: str, root: str, format_name: str) -> Decoded:
    """Parse a document; tags come without their namespace.

    Parameters
    ----------
    data
        The document in any encoding, whatever its prolog says.
    handler
        What is called.
    name
        Of the file.
    root
        Tag of the outermost element.
    format_name
        What a document with that root is, for messages.

    Returns
    -------
    How the text was decoded.

    Raises
    ------
    InputError
        It is no XML, has another root, declares a document type, or is nested deeper than 100.

    Examples
    --------
    >>> parse(b"<kml/>", Handler(), name="a.kml", root="kml", format_name="KML").encoding
    'UTF-8'
    """
    result = decoded(data, name=name, declared=xml_declared(data))
    stream = _Stream(handler, name, root, format_name)
    stream.run(mended(result.told_pieces()))
    return result


def mended(pieces: Iterable[str]) -> Iterator[str]:
    r"""Give a document whose slips are mended that hands and field apps make.

    Parameters
    ----------
    pieces
        Of the document. An ampersand that stands for itself becomes one, a letter that HTML names
        (``&nbsp;``) becomes that letter, and control characters go. Literal sections stay as they
        are.

    Examples
    --------
    >>> "".join(mended(["<name>A&B&nb", "sp;\x0b</name><![CDATA[A", "&B]]>"]))
    '<name>A&amp;B\xa0</name><![CDATA[A&B]]>'
    """
    rest, turn, other = "", "<![CDATA[", "]]>"
    for piece in chain(pieces, [""]):
        rest += _CONTROL.sub("", piece)
        # Nothing that is looked for goes on behind the end of a tag.
        end = rest.rfind(">") + 1 if piece else len(rest)
        text, rest = rest[:end], rest[end:]
        at = 0
        while at < len(text):
            turn_at = text.find(turn, at)
            part = text[at:turn_at] if turn_at >= 0 else text[at:]
            yield part if turn == "]]>" else _LOOSE.sub(_letter, part)
            if turn_at < 0:
                break
            at, turn, other = turn_at, other, turn


def _letter(match: re.Match[str]) -> str:
    number = name2codepoint.get(match[1] or "")
    return "&amp;" + match[0][1:] if number is None else chr(number)


def numbers(text: str) -> NDArray[np.float64]:
    """Return the positions in a text such as ``"112.9,28.1,0 113,28.1,0"``, two columns.

    Parameters
    ----------
    text
        Positions apart by spaces, their numbers by commas, which may have spaces around them.

    Raises
    ------
    ValueError
        Something there is no number, or a position has only one.

    Examples
    --------
    >>> numbers("112.9, 28.1 113,28.1,40").tolist()
    [[112.9, 28.1], [113.0, 28.1]]
    """
    if ", " in text or " ," in text or ",\n" in text or "\n," in text or "\t" in text:
        text = ",".join(part.strip() for part in text.split(","))
    places = text.split()
    sizes = {place.count(",") for place in places}
    if sizes == {0}:
        raise ValueError("positions without commas")
    if len(sizes) == 1:
        (commas,) = sizes
        flat = np.array(text.replace(",", " ").split(), dtype=np.float64)
        if flat.size == (commas + 1) * len(places):
            return flat.reshape(len(places), commas + 1)[:, :2]
    return np.array([place.split(",")[:2] for place in places], dtype=np.float64).reshape(-1, 2)


class _Stream:
    def __init__(self, handler: Handler, name: str, root: str, format_name: str) -> None:
        self._handler, self._name, self._root = handler, name, root
        self._format = format_name
        self._path: list[str] = []
        self._texts: list[list[str]] = []
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._begun
        parser.EndElementHandler = self._ended
        parser.CharacterDataHandler = self._said
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.EntityDeclHandler = self._refuse_doctype
        self._parser = parser

    def run(self, texts: Iterable[str]) -> None:
        """Feed the text in parts; expat is told that it is UTF-8 whatever the prolog says."""
        begun = False
        try:
            for text in texts:
                part = text if begun else text.lstrip(" \t\r\n")
                begun = begun or bool(part)
                self._parser.Parse(part.encode("utf-8", "replace"))
            self._parser.Parse(b"", True)  # noqa: FBT003  the name of the option is C
        except expat.ExpatError as error:
            raise InputError(
                f"{self._name} cannot be read as {self._format} (line {error.lineno}, "
                f"column {error.offset + 1}). Export it again.",
                code="file.xml_broken",
                name=self._name,
                format=self._format,
                line=error.lineno,
                column=error.offset + 1,
            ) from error

    def _begun(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if not self._path and tag != self._root:
            raise InputError(
                f"{self._name} does not begin with <{self._root}>, but with "
                f"<{tag[:40]}>. It is no {self._format}; export it again.",
                code="file.other_xml",
                name=self._name,
                format=self._format,
                tag=tag[:40],
            )
        if len(self._path) >= MAX_NESTING:
            raise InputError(
                f"{self._name} is nested deeper than {MAX_NESTING}. Export it again.",
                code="file.nested",
                name=self._name,
                most=MAX_NESTING,
            )
        self._handler.begun(tag, attributes, tuple(self._path))
        self._path.append(tag)
        self._texts.append([])

    def _ended(self, tag: str) -> None:
        tag = self._path.pop()
        self._handler.ended(tag, "".join(self._texts.pop()).strip(), tuple(self._path))

    def _said(self, text: str) -> None:
        self._texts[-1].append(text)

    def _refuse_doctype(self, *_: object) -> None:
        raise InputError(
            f"{self._name} declares a document type or entities, which no "
            f"{self._format} needs. Export it again from the program it came from.",
            code="file.doctype",
            name=self._name,
            format=self._format,
        )
