"""Places for a text inside finished files that no reader of the file sees and none is disturbed by.

PNG, GIF, PDF, SVG, HTML, PPTX and GeoPackage each have such a place. A text is put there without
drawing or encoding anything anew: what the file showed it shows after, to the last pixel.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from html import unescape
from itertools import count
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

from geo.doors import foreign
from geo.errors import InputError
from geo.exchange.archives import archive_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PNG = b"\x89PNG\r\n\x1a\n"
# The most that a record has, bytes; the most chunks of a PNG, and bytes of a tag with attributes.
MOST_TEXT, _MOST_CHUNKS, _LONGEST_TAG = 2_000_000, 100_000, 1000
_PDF_STRING = re.compile(rb"\((?:[^\\()]|\\.)*\)", re.DOTALL)
_PDF_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_PDF_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b""}
_SVG_ROOT = re.compile(rb"""<svg\b(?:[^>"']|"[^"]*"|'[^']*')*?(/?)>""")
# The last closing tags: what stands before them is never inside a script.
_HTML_END = re.compile(rb"(?:</body\s*>\s*)?(?:</html\s*>\s*)?\Z", re.IGNORECASE)
_HTML_TAIL, _PDF_TAIL = 200, 1024

_CUSTOM = "docProps/custom.xml"
# Files of a presentation that describe it as a whole.
_WHOLE = re.compile(r"\[Content_Types\]\.xml|_rels/\.rels|docProps/custom\.xml")
_CUSTOM_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_PROPERTIES = f"{_OFFICE}/custom-properties"
_VT = f"{_OFFICE}/docPropsVTypes"
_FMTID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
# PowerPoint cuts longer texts, Excel crashes on them: a record is spread over several.
_PROPERTY_CHARACTERS = 255
_FIRST_PID = 2
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
# Of a presentation so much is unpacked, bytes of one part and of all.
_MOST_XML, MOST_UNPACKED = 3 * MOST_TEXT, 150_000_000


class _Place(NamedTuple):
    """How a text gets into a kind of file, and out of it."""

    put: Callable[[bytes, str, str], bytes]
    find: Callable[[bytes, str], str | None]


def put_text(data: bytes, suffix: str, text: str, *, name: str) -> bytes:
    r"""Return a finished file with a text in it, in place of the one of that name.

    Parameters
    ----------
    data
        The file.
    suffix
        One of :data:`SUFFIXES`.
    text
        In ASCII and without ``<``, ``>`` and ``&``, as JSON can always be written.
    name
        Letters, digits and hyphens.

    Raises
    ------
    InputError
        If the file is not of that kind, or broken.

    Examples
    --------
    >>> put_text(b"<svg></svg>", ".svg", "[1]", name="ours")
    b'<svg>\n <metadata id="ours">[1]</metadata></svg>'
    """
    return _PLACES[suffix].put(data, text, name)


def text_in(data: bytes, suffix: str, *, name: str) -> str | None:
    """Return the text of that name in a file, None where there is none.

    Raises
    ------
    InputError
        If the file is not of that kind, or broken.

    Examples
    --------
    >>> text_in(b'<svg><metadata id="ours">[1]</metadata></svg>', ".svg", name="ours")
    '[1]'
    """
    return _PLACES[suffix].find(data, name)


def not_a(kind: str, why: object) -> InputError:
    """Return the refusal of a file that is not what its name says."""
    return InputError(
        f"the file is not a sound {kind} ({str(why)[:200]}). Pass a finished file of that kind.",
        code="record.broken",
    )


# ---- PNG ----


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Give the type, start and end of each chunk of a PNG."""
    if not data.startswith(_PNG):
        raise not_a("PNG", "it has not the signature of one")
    at, kind = len(_PNG), b""
    for _ in range(_MOST_CHUNKS):
        if at >= len(data) and kind == b"IEND":
            return
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if end > len(data):
            raise not_a("PNG", "it ends too early")
        kind = data[at + 4 : at + 8]
        if zlib.crc32(data[at + 4 : end - 4]).to_bytes(4, "big") != data[end - 4 : end]:
            raise not_a("PNG", "a part of it was changed")
        yield kind, at, end
        at = end
    raise not_a("PNG", f"it has more than {_MOST_CHUNKS:,} chunks")


def _is_ours(kind: bytes, body: bytes, name: str) -> bool:
    return kind == b"iTXt" and body.startswith(name.encode() + b"\0")


def _put_png(data: bytes, text: str, name: str) -> bytes:
    # Keyword, not compressed, no language, no translated keyword.
    body = b"iTXt" + name.encode() + b"\0\0\0\0\0" + text.encode()
    size, check = (len(body) - 4).to_bytes(4, "big"), zlib.crc32(body).to_bytes(4, "big")
    parts = [_PNG]
    for kind, start, end in _chunks(data):
        if not _is_ours(kind, data[start + 8 : end - 4], name):
            parts.append(data[start:end])
        if kind == b"IHDR":
            parts.append(size + body + check)
    return b"".join(parts)


def _find_png(data: bytes, name: str) -> str | None:
    found = None
    # To the end, so that a picture that has lost its end is none.
    for kind, start, end in _chunks(data):
        body = data[start + 8 : end - 4]
        if found is None and _is_ours(kind, body, name):
            found = _text(body[len(name) + 5 :])
    return found


# ---- GIF ----


def _blocks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Give the first two bytes, start and end of each block of a GIF; the last is its end."""
    if data[:6] not in {b"GIF87a", b"GIF89a"}:
        raise not_a("GIF", "it has not the signature of one")
    at = 13 + _colours(data[10:11])
    for _ in range(_MOST_CHUNKS):
        start, kind = at, data[at : at + 2]
        if kind[:1] == b";":
            yield kind, start, start + 1
            return
        # Of an extension two bytes, of an image its place, its colours and a byte before its parts.
        at += 2 if kind[:1] == b"!" else 11 + _colours(data[at + 9 : at + 10])
        while data[at : at + 1] not in {b"", b"\0"}:
            at += 1 + data[at]
        at += 1
        if at >= len(data):
            raise not_a("GIF", "it ends too early")
        yield kind, start, at
    raise not_a("GIF", f"it has more than {_MOST_CHUNKS:,} blocks")


def _colours(flags: bytes) -> int:
    """Return how many bytes a table of colours has."""
    return 3 * 2 ** (flags[0] % 8 + 1) if flags and flags[0] & 0x80 else 0


def _said(block: bytes) -> bytes:
    """Return the text of a comment."""
    parts, at = [], 2
    while block[at]:
        parts.append(block[at + 1 : at + 1 + block[at]])
        at += 1 + block[at]
    return b"".join(parts)


def _put_gif(data: bytes, text: str, name: str) -> bytes:
    own, last = name.encode() + b"\0", 0
    parts: list[bytes] = []
    for kind, start, end in _blocks(data):
        if not parts:
            parts.append(data[:start])
        if kind[:1] == b";":
            said = own + text.encode()
            pieces = [said[at : at + 255] for at in range(0, len(said), 255)]
            comment = b"".join(bytes([len(piece)]) + piece for piece in pieces)
            parts.append(b"!\xfe" + comment + b"\0")
        if kind != b"!\xfe" or not _said(data[start:end]).startswith(own):
            parts.append(data[start:end])
        last = end
    return b"".join((*parts, data[last:]))


def _find_gif(data: bytes, name: str) -> str | None:
    own = name.encode() + b"\0"
    for kind, start, end in _blocks(data):
        if kind == b"!\xfe" and (said := _said(data[start:end])).startswith(own):
            return _text(said[len(own) :])
    return None


# ---- PDF ----


def _put_pdf(data: bytes, text: str, name: str) -> bytes:
    from pypdf import PdfWriter  # noqa: PLC0415 - heavy, and for this format alone
    from pypdf.errors import PyPdfError  # noqa: PLC0415

    try:
        # What is there stays byte for byte; the entry is added behind it.
        writer = PdfWriter(io.BytesIO(data), incremental=True)
        writer.add_metadata({_pdf_key(name): text})
        target = io.BytesIO()
        writer.write(target)
    except (PyPdfError, ValueError, KeyError) as error:
        raise not_a("PDF", error) from error
    return target.getvalue()


def _find_pdf(data: bytes, name: str) -> str | None:
    """Find the entry as it was added behind the file: no other part of it is looked at."""
    if not data.startswith(b"%PDF-"):
        raise not_a("PDF", "it has not the signature of one")
    if b"%%EOF" not in data[-_PDF_TAIL:]:
        raise not_a("PDF", "it ends too early")
    key = f"{_pdf_key(name)} (".encode()
    at = data.rfind(key)
    if at < 0:
        return None
    # An octal escape has four bytes for one.
    match = _PDF_STRING.match(data, at + len(key) - 1, at + len(key) + 4 * MOST_TEXT)
    if match is None:
        raise not_a("PDF", "its entry has no end")
    return _PDF_ESCAPE.sub(_unescaped, match[0][1:-1]).decode("ascii", errors="replace")


def _unescaped(match: re.Match[bytes]) -> bytes:
    code = match[1]
    return bytes([int(code, 8) & 255]) if code.isdigit() else _PDF_LETTERS.get(code, code)


def _pdf_key(name: str) -> str:
    return "/" + name.title().replace("-", "")


# ---- SVG and HTML: written into the text as it stands, which no parser could give back alike ----


class _Element(NamedTuple):
    """Where an element of a text stands: its first byte, its content, and what is behind it."""

    start: int
    content: bytes
    end: int


def _element(data: bytes, tag: bytes, name: str) -> _Element | None:
    """Find the element of a name, without an expression that could go back and forth."""
    marker, closing = f'id="{name}"'.encode(), b"</" + tag + b">"
    at = data.find(marker)
    while at >= 0:
        start = data.rfind(b"<", max(0, at - _LONGEST_TAG), at)
        opened = data.find(b">", max(start, 0), at + _LONGEST_TAG)
        if start >= 0 and opened > at and data.startswith(b"<" + tag + b" ", start):
            end = data.find(closing, opened)
            if end < 0:
                return None
            return _Element(start, data[opened + 1 : end], end + len(closing))
        at = data.find(marker, at + len(marker))
    return None


def _text(content: bytes) -> str:
    return content[: MOST_TEXT + 1].decode("utf-8", errors="replace")


def _put_svg(data: bytes, text: str, name: str) -> bytes:
    while (before := _element(data, b"metadata", name)) is not None:
        data = data[: before.start].removesuffix(b"\n ") + data[before.end :]
    root = _SVG_ROOT.search(data)
    if root is None or root[1]:
        raise not_a("SVG", "it has no svg element with content")
    element = f'\n <metadata id="{name}">{text}</metadata>'.encode()
    return data[: root.end()] + element + data[root.end() :]


def _find_svg(data: bytes, name: str) -> str | None:
    if b"<svg" not in data or b"</svg" not in data:
        raise not_a("SVG", "it has no svg element, or not its end")
    element = _element(data, b"metadata", name)
    return None if element is None else unescape(_text(element.content))


def _require_html(data: bytes) -> None:
    if not re.search(rb"<(?:!doctype html|html|body)\b", data, re.IGNORECASE):
        raise not_a("HTML page", "it has no html element")


def _put_html(data: bytes, text: str, name: str) -> bytes:
    _require_html(data)
    while (before := _element(data, b"script", name)) is not None:
        data = data[: before.start] + data[before.end :]
    tail = max(0, len(data) - _HTML_TAIL)
    end = _HTML_END.search(data, tail)
    at = len(data) if end is None else end.start()
    element = f'<script type="application/json" id="{name}">{text}</script>'.encode()
    return data[:at] + element + data[at:]


def _find_html(data: bytes, name: str) -> str | None:
    _require_html(data)
    element = _element(data, b"script", name)
    return None if element is None else _text(element.content)


# ---- PPTX: a zip of XML files ----


def _put_pptx(data: bytes, text: str, name: str) -> bytes:
    entries = _entries(data)
    custom = _parsed(entries.get(_CUSTOM), f'<Properties xmlns="{_PROPERTIES}"/>')
    types = _parsed(entries.get("[Content_Types].xml"), "")
    links = _parsed(entries.get("_rels/.rels"), "")
    _put_properties(custom, text, name)
    _put_once(
        types,
        f"{{{_PACKAGE}/content-types}}Override",
        {"PartName": f"/{_CUSTOM}", "ContentType": _CUSTOM_TYPE},
        key="PartName",
    )
    used = {item.get("Id") for item in links}
    fresh = next(f"rId{n}" for n in count(1) if f"rId{n}" not in used)
    _put_once(
        links,
        f"{{{_PACKAGE}/relationships}}Relationship",
        {"Id": fresh, "Type": f"{_OFFICE}/relationships/custom-properties", "Target": _CUSTOM},
        key="Type",
    )
    parts = {
        "[Content_Types].xml": _serialised(types, f"{_PACKAGE}/content-types"),
        "_rels/.rels": _serialised(links, f"{_PACKAGE}/relationships"),
        _CUSTOM: _serialised(custom, _PROPERTIES),
    }
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for item in source.infolist():
            contents = parts.pop(item.filename, b"")
            archive.writestr(item, contents or source.read(item))
        for filename, contents in parts.items():
            item = zipfile.ZipInfo(filename, date_time=_ZIP_DATE)
            item.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(item, contents)
    return target.getvalue()


def _find_pptx(data: bytes, name: str) -> str | None:
    custom = _parsed(_entries(data).get(_CUSTOM), f'<Properties xmlns="{_PROPERTIES}"/>')
    parts = {
        int(item.get("name", "").rpartition("-")[2]): "".join(item.itertext())
        for item in custom
        if _numbered(item, name)
    }
    return "".join(parts[number] for number in sorted(parts)) or None


def _numbered(item: ET.Element, name: str) -> bool:
    return re.fullmatch(rf"{name}-[0-9]{{1,6}}", item.get("name", "")) is not None


def _entries(data: bytes) -> dict[str, bytes]:
    """Return the XML files of a presentation that describe it as a whole."""
    entries = parts_of(data, _WHOLE)
    if not entries.keys() >= {"[Content_Types].xml", "_rels/.rels"}:
        raise not_a("PPTX", "it has no list of its parts")
    return entries


def parts_of(data: bytes, wanted: re.Pattern[str]) -> dict[str, bytes]:
    """Return the XML files of a presentation whose names are wanted.

    Raises
    ------
    InputError
        If it is none, is broken, or unpacks to more than is read.
    """
    parts: dict[str, bytes] = {}
    left = MOST_UNPACKED
    try:
        with archive_of(data) as archive:
            for name in filter(wanted.fullmatch, archive.namelist()):
                # Its size is what comes out and not what its head says.
                with archive.open(name) as file:
                    parts[name] = file.read(min(_MOST_XML, left) + 1)
                left -= len(parts[name])
                if len(parts[name]) > _MOST_XML or left < 0:
                    raise not_a("PPTX", f"{name} unpacks to too many bytes")
    except foreign() as error:
        if isinstance(error, InputError):
            raise
        raise not_a("PPTX", error) from error
    return parts


def _parsed(contents: bytes | None, empty: str) -> ET.Element:
    data = empty.encode() if contents is None else contents
    try:
        # What we and Office write is UTF-8 and declares no entities, which can grow without bound.
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise not_a("PPTX", "it declares a type of document")
        return ET.fromstring(data.decode("utf-8-sig"))  # noqa: S314
    except (ET.ParseError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise not_a("PPTX", error) from error


def _serialised(root: ET.Element, namespace: str) -> bytes:
    """Return XML whose main namespace has no prefix, as Office writes it."""
    prefixes = {namespace: "", _VT: "vt:"}
    for item in root.iter():
        uri, _, name = item.tag[1:].rpartition("}")
        item.tag = prefixes[uri] + name if uri in prefixes else item.tag
    root.set("xmlns", namespace)
    if namespace == _PROPERTIES:
        root.set("xmlns:vt", _VT)
    xml: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return xml


def _put_properties(custom: ET.Element, text: str, name: str) -> None:
    for item in [item for item in custom if _numbered(item, name)]:
        custom.remove(item)
    pids = [int(item.get("pid", _FIRST_PID)) for item in custom]
    pid = max(pids, default=_FIRST_PID - 1)
    starts = range(0, len(text), _PROPERTY_CHARACTERS)
    for number, start in enumerate(starts, start=1):
        item = ET.SubElement(
            custom,
            f"{{{_PROPERTIES}}}property",
            {"fmtid": _FMTID, "pid": str(pid + number), "name": f"{name}-{number}"},
        )
        part = text[start : start + _PROPERTY_CHARACTERS]
        ET.SubElement(item, f"{{{_VT}}}lpwstr").text = part


def _put_once(root: ET.Element, tag: str, attributes: dict[str, str], *, key: str) -> None:
    if all(item.get(key) != attributes[key] for item in root):
        ET.SubElement(root, tag, attributes)


# ---- GeoPackage ----


def _put_gpkg(data: bytes, text: str, name: str) -> bytes:
    from layers.qgis.databases import with_metadata  # noqa: PLC0415 - heavy, and for this format alone

    return with_metadata(data, text, uri=f"urn:{name}")


def _find_gpkg(data: bytes, name: str) -> str | None:
    from layers.qgis.databases import metadata_text  # noqa: PLC0415

    return metadata_text(data, uri=f"urn:{name}")


_PLACES = {
    ".png": _Place(_put_png, _find_png),
    ".gif": _Place(_put_gif, _find_gif),
    ".pdf": _Place(_put_pdf, _find_pdf),
    ".svg": _Place(_put_svg, _find_svg),
    ".html": _Place(_put_html, _find_html),
    ".pptx": _Place(_put_pptx, _find_pptx),
    ".gpkg": _Place(_put_gpkg, _find_gpkg),
}
SUFFIXES = tuple(_PLACES)
