"""The objects that a PDF file is made of, as ISO 32000 writes them."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

LEVEL = 6
HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


class Name(str):
    """A name, without its slash."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Ref:
    """What stands for an object."""

    number: int


@dataclass(frozen=True, slots=True)
class Stream:
    """Data with what is said of it; compressed when it is written."""

    data: bytes
    about: dict[str, Any]


def written(value: Any) -> bytes:  # noqa: ANN401 - any of the kinds of objects
    r"""Return an object as a file has it.

    Examples
    --------
    >>> written({"Type": Name("Page"), "Box": [0, 1.5], "Of": Ref(3), "Said": "a(b"})
    b'<</Type /Page /Box [0 1.5] /Of 3 0 R /Said (a\\(b)>>'
    """
    if isinstance(value, dict):
        parts = (b"/%s %s" % (key.encode(), written(each)) for key, each in value.items())
        return b"<<" + b" ".join(parts) + b">>"
    if isinstance(value, list | tuple):
        return b"[" + b" ".join(map(written, value)) + b"]"
    if isinstance(value, Stream):
        data = zlib.compress(value.data, LEVEL)
        about = value.about | {"Filter": Name("FlateDecode"), "Length": len(data)}
        return written(about) + b"\nstream\n" + data + b"\nendstream"
    if isinstance(value, str):
        return b"/" + value.encode() if isinstance(value, Name) else _text(value)
    if isinstance(value, Ref):
        return b"%d 0 R" % value.number
    return _scalar(value)


def _scalar(value: float) -> bytes:
    if isinstance(value, bool):
        return b"true" if value else b"false"
    return f"{value:.9f}".rstrip("0").rstrip(".").encode() if value % 1 else b"%d" % value


def _text(words: str) -> bytes:
    if words.isascii():
        data = words.encode()
        for mark in (b"\\", b"(", b")"):
            data = data.replace(mark, b"\\" + mark)
        return b"(" + data.replace(b"\r", b"\\r") + b")"
    return b"<" + ("\ufeff" + words).encode("utf-16-be").hex().encode() + b">"


class Objects:
    """The objects of a file in the order of their numbers."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    def reserved(self) -> Ref:
        """Return what stands for an object that is put later."""
        self.bodies.append(b"null")
        return Ref(len(self.bodies))

    def put(self, ref: Ref, value: Any) -> None:  # noqa: ANN401 - as above
        """Put an object in its place."""
        self.bodies[ref.number - 1] = written(value)

    def add(self, value: Any) -> Ref:  # noqa: ANN401 - as above
        """Add an object."""
        ref = self.reserved()
        self.put(ref, value)
        return ref

    def file(self, catalog: Ref, about: Ref) -> bytes:
        """Return the file."""
        parts, at, places = [HEADER], len(HEADER), []
        for number, body in enumerate(self.bodies, start=1):
            part = b"%d 0 obj\n%s\nendobj\n" % (number, body)
            places.append(b"%010d 00000 n \n" % at)
            parts.append(part)
            at += len(part)
        size = len(places) + 1
        trailer = written({"Size": size, "Root": catalog, "Info": about})
        parts.append(b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, b"".join(places)))
        parts.append(b"trailer\n%s\nstartxref\n%d\n%%%%EOF\n" % (trailer, at))
        return b"".join(parts)
