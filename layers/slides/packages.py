"""The file of a slide template, taken apart and put together anew with its look alone.

A presentation can hold links to other hosts and folders, macros, embedded files, comments and much
else. Of a template only masters, layouts, themes, table styles and their pictures are taken, each
checked before it is parsed; the rest never reaches the slides, and a look that needs a file from
elsewhere is refused. Bytes go in and bytes come out, so that this can run in a process of its own.
"""

from __future__ import annotations

import io
import posixpath
import re
import warnings
import zipfile
from dataclasses import dataclass, field
from itertools import islice
from typing import NoReturn
from xml.sax.saxutils import quoteattr

from lxml import etree
from PIL import Image

from geo.doors import foreign
from geo.errors import InputError
from geo.exchange.archives import archive_of
from geo.findings import Finding
from geo.numerals import listed
from geo.wording import Words

# The most that a template has: bytes packed, files, bytes of an XML file and of all that is taken.
MOST_PACKED, MOST_MEMBERS = 100_000_000, 5_000
MOST_XML, MOST_TAKEN = 8_000_000, 150_000_000
MOST_ELEMENTS = 200_000
MOST_LAYOUTS, MOST_MASTERS = 250, 25
MOST_PIXELS = 60_000_000

_OLE = b"\xd0\xcf\x11\xe0"
_TYPES = "[Content_Types].xml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_SLIDES = "http://schemas.openxmlformats.org/presentationml/2006/main"
_PML = "application/vnd.openxmlformats-officedocument.presentationml"
_PRESENTATION = f"{_PML}.presentation.main+xml"
# Which relations of which part are followed, and what they lead to.
_FOLLOWED = {
    "presentation": frozenset({"slideMaster", "theme", "tableStyles"}),
    "slideMaster": frozenset({"slideLayout", "theme", "image"}),
    "slideLayout": frozenset({"slideMaster", "image"}),
    "theme": frozenset({"image"}),
    "tableStyles": frozenset[str](),
}
_CONTENT_TYPES = {
    "presentation": _PRESENTATION,
    "slideMaster": f"{_PML}.slideMaster+xml",
    "slideLayout": f"{_PML}.slideLayout+xml",
    "theme": "application/vnd.openxmlformats-officedocument.theme+xml",
    "tableStyles": f"{_PML}.tableStyles+xml",
}
_PICTURES = {"PNG": "png", "JPEG": "jpeg", "GIF": "gif", "BMP": "bmp", "TIFF": "tiff"}
# Relations whose loss is worth a word have one among these; slides of a template are left out as a
# matter of course.
_WORDS = Words(__file__)
_ALIASES = {
    "activeXControlBinary": "control",
    "customXmlProps": "customXml",
    "tags": "customXml",
    "commentAuthors": "comments",
    "authors": "comments",
    "comment": "comments",
}
# Parts of XML that are of no use to a look, and that name other files or do something.
_DROPPED = frozenset(
    f"{{{_SLIDES}}}{name}"
    for name in (
        "sldIdLst", "notesMasterIdLst", "handoutMasterIdLst", "custShowLst", "embeddedFontLst",
        "photoAlbum", "custDataLst", "modifyVerifier", "extLst", "smartTags", "timing",
        "transition", "controls", "oleObj", "contentPart",
    )
) | {f"{{{_DRAWING}}}extLst"}  # fmt: skip
_ACTIONS = frozenset(
    f"{{{_DRAWING}}}{name}" for name in ("hlinkClick", "hlinkHover", "hlinkMouseOver", "snd")
)
_SHAPES = frozenset(
    f"{{{_SLIDES}}}{name}" for name in ("pic", "sp", "graphicFrame", "cxnSp", "bg", "grpSp")
) | {f"{{{_DRAWING}}}buBlip"}
_NAME = re.compile(
    r"[A-Za-z0-9_][A-Za-z0-9_. -]{0,100}(?:/[A-Za-z0-9_][A-Za-z0-9_. -]{0,100}){0,6}"
)


@dataclass(frozen=True, slots=True)
class Template:
    """A template with its look alone.

    Parameters
    ----------
    data
        Contents of a presentation (.pptx) without slides.
    findings
        What was left out.
    """

    data: bytes
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class _Part:
    kind: str
    root: etree._Element | None = None
    data: bytes = b""
    picture: str = ""
    # Id, kind and target of each relation that is kept.
    relations: list[tuple[str, str, str]] = field(default_factory=list)


def clean_template(data: bytes) -> Template:
    """Return a slide template without anything but its masters, layouts, themes and pictures.

    Parameters
    ----------
    data
        Contents of a .pptx or .potx file.

    Raises
    ------
    InputError
        If the file has a password or macros, shows what lies elsewhere, is no presentation, is
        broken, or is too large.

    Examples
    --------
    >>> clean_template(b"%PDF-1.7")
    Traceback (most recent call last):
        ...
    geo.errors.InputError: presentation: the template is no PowerPoint file (it is no zip); ...
    """
    if data.startswith(_OLE):
        raise InputError(
            "presentation: the template is no PowerPoint file of today: it has a password or is a "
            ".ppt; remove the password, save it as .pptx or .potx, and pass that",
            code="template.encrypted",
        )
    if len(data) > MOST_PACKED:
        _too_large("packed", MOST_PACKED)
    if not data.startswith(b"PK"):
        _broken("it is no zip")
    try:
        with archive_of(data) as archive:
            return _Reader(archive).template()
    except foreign() as error:
        if isinstance(error, InputError):
            raise
        _broken(error)


class _Reader:
    """Follows the relations of a package from its presentation to all that its look needs."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        members = archive.infolist()
        if len(members) > MOST_MEMBERS:
            _too_large("members", MOST_MEMBERS)
        self.archive = archive
        self.members = {item.filename.casefold(): item for item in members}
        if len(self.members) < len(members):
            _broken("two of its files have one name")
        self.parts: dict[str, _Part] = {}
        self.lost: dict[str, None] = {}
        self.taken = 0

    def template(self) -> Template:
        main = self._main()
        self._require_presentation(main)
        waiting = [(main, "presentation")]
        while waiting:
            name, kind = waiting.pop()
            if name not in self.parts:
                waiting += self._take(name, kind)
        for part in self.parts.values():
            self._strip(part)
        things = [_WORDS.both(f"template.lost.{kind}") for kind in self.lost]
        findings = (
            Finding(
                "template.stripped",
                {
                    "zh": listed((zh for zh, _ in things), "zh"),
                    "en": listed((en for _, en in things), "en"),
                },
                level="warning",
            ),
        )
        return Template(_packed(self.parts, main), findings if things else ())

    def _main(self) -> str:
        for kind, target, external, _ in self._relations(""):
            if kind == "officeDocument" and not external:
                return target
        return _broken("it names no document")

    def _require_presentation(self, main: str) -> None:
        types = self._xml(_TYPES)
        kinds = [
            item.get("ContentType", "")
            for item in types
            if item.get("PartName", "").lstrip("/").casefold() == main.casefold()
        ]
        kind = kinds[0] if kinds else ""
        if "macroEnabled" in kind:
            raise InputError(
                "presentation: the template is no PowerPoint file to be used: it has macros, which "
                "slides are made without; save it as .pptx or .potx",
                code="template.macros",
            )
        if ".presentationml." not in kind:
            raise InputError(
                f"presentation: the template is no PowerPoint file: its content is {kind[:80]!r}; "
                "pass a .pptx or .potx",
                code="template.other" if kind else "template.broken",
            )
        # Beside what is reachable, for those who wonder where it has gone.
        for name in self.members:
            if name.endswith("vbaproject.bin"):
                self.lost["vbaProject"] = None
            elif name.startswith("customxml/"):
                self.lost["customXml"] = None
            elif name.startswith("ppt/comments"):
                self.lost["comments"] = None

    def _take(self, name: str, kind: str) -> list[tuple[str, str]]:
        """Read a part; return those that it leads to."""
        numbers = [part.kind for part in self.parts.values()]
        if (
            numbers.count("slideLayout") > MOST_LAYOUTS
            or numbers.count("slideMaster") > MOST_MASTERS
        ):
            _too_large("layouts", MOST_LAYOUTS)
        part = self.parts[name] = _Part(kind, self._xml(name))
        following = []
        for related, target, external, number in self._relations(name):
            if external and related == "hyperlink":
                self._lose("external")
            elif external:
                raise InputError(
                    f"presentation: the template is no PowerPoint file to be used: {name[:80]} "
                    f"shows what lies elsewhere ({related[:40]}); break the link in PowerPoint "
                    "(File, Info, Edit Links to Files) or insert the file itself",
                    code="template.external",
                    part=name[:80],
                )
            elif related not in _FOLLOWED[kind]:
                self._lose(related)
            elif related == "image" and not self._take_picture(target):
                self._lose("image")
            else:
                part.relations.append((number, related, target))
                following.append((target, related))
        return [(target, related) for target, related in following if related != "image"]

    def _lose(self, kind: str) -> None:
        kind = _ALIASES.get(kind, kind)
        if f"template.lost.{kind}" in _WORDS:
            self.lost[kind] = None

    def _take_picture(self, name: str) -> bool:
        """Read a picture; return whether it is one that programs show, of a size that they can."""
        if name in self.parts:
            return self.parts[name].kind == "image"
        data = self._read(name, MOST_TAKEN)
        kind = _picture_kind(data)
        if kind:
            self.parts[name] = _Part("image", data=data, picture=kind)
        return bool(kind)

    def _strip(self, part: _Part) -> None:
        """Remove from a part what names other files or does something."""
        root = part.root
        if root is None:
            return
        known = {number for number, _, _ in part.relations}
        for element in list(root.iter(*_DROPPED)):
            _drop(element)
        for element in list(root.iter(*_ACTIONS)):
            self._lose("action")
            _drop(element)
        for element in list(root.iter(etree.Element)):
            numbers = [v for key, v in element.attrib.items() if key.startswith(_RELATED)]
            if any(number not in known for number in numbers):
                _drop_shape(element, root)

    def _relations(self, name: str) -> list[tuple[str, str, bool, str]]:
        """Return kind, target, whether it is outside, and id of each relation of a part."""
        folder, _, last = name.rpartition("/")
        listed = posixpath.join(folder, "_rels", f"{last}.rels")
        if listed.casefold() not in self.members:
            return []
        relations = []
        for item in self._xml(listed):
            kind = item.get("Type", "").rpartition("/")[2]
            external = item.get("TargetMode", "Internal").casefold() != "internal"
            target = item.get("Target", "")
            target = target if target.startswith("/") else f"/{folder}/{target}"
            target = posixpath.normpath(target).lstrip("/")
            member = self.members.get(target.casefold())
            target = target if member is None else member.filename
            if not external and kind in _KINDS and not _NAME.fullmatch(target):
                _broken(f"it names a part {target[:80]!r}")
            relations.append((kind, target, external, item.get("Id", "")))
        return relations

    def _xml(self, name: str) -> etree._Element:
        data = self._read(name, MOST_XML)
        # Office writes UTF-8 without document types; whatever has one is not from there.
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data or b"\0" in data:
            _broken(f"{name[:80]} declares a type of document")
        parser = etree.XMLParser(
            encoding="utf-8",
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            dtd_validation=False,
            huge_tree=False,
            # They may stand anywhere, say nothing, and have no attributes to ask for.
            remove_comments=True,
            remove_pis=True,
        )
        try:
            root = etree.fromstring(data, parser)
        except etree.LxmlError as error:
            _broken(f"{name[:80]}: {error}")
        if sum(1 for _ in islice(root.iter(), MOST_ELEMENTS + 1)) > MOST_ELEMENTS:
            _too_large("elements", MOST_ELEMENTS)
        return root

    def _read(self, name: str, most: int) -> bytes:
        item = self.members[name.casefold()]
        if item.flag_bits & 1:
            raise InputError(
                f"presentation: the template is no PowerPoint file: {name[:80]} is encrypted; save "
                "it without a password",
                code="template.encrypted",
            )
        most = min(most, MOST_TAKEN - self.taken)
        if item.file_size > most:
            _too_large("unpacked", most)
        with self.archive.open(item) as file:
            data = file.read(most + 1)
        if len(data) > most:
            _too_large("unpacked", most)
        self.taken += len(data)
        return data


_RELATED = (f"{{{_OFFICE}}}", f"{{{_STRICT}}}")
_KINDS = frozenset({*_FOLLOWED, "officeDocument", "image"})


def _drop(element: etree._Element) -> None:
    """Remove an element and leave the text behind it."""
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _drop_shape(element: etree._Element, root: etree._Element) -> None:
    """Remove the shape that an element is of, or the fill of a theme, or the element itself."""
    if element is root:
        _broken("its main part relates to a part that is not taken")
    above = (element, *element.iterancestors())
    shape = next((each for each in above if each.tag in _SHAPES), None)
    fill = next((each for each in above if each.tag == f"{{{_DRAWING}}}blipFill"), None)
    if shape is not None or fill is None:
        _drop(element if shape is None else shape)
        return
    # A theme has so many fills, neither more nor fewer.
    plain = etree.Element(f"{{{_DRAWING}}}solidFill")
    etree.SubElement(plain, f"{{{_DRAWING}}}schemeClr", val="phClr")
    fill.getparent().replace(fill, plain)


def _packed(parts: dict[str, _Part], main: str) -> bytes:
    """Write a package of the parts alone: unpacked, as it is read at once, and without the time."""
    overrides = "".join(
        f"<Override PartName={quoteattr('/' + name)} "
        f"ContentType={quoteattr(_CONTENT_TYPES[part.kind])}/>"
        for name, part in parts.items()
        if part.kind != "image"
    )
    pictures = "".join(
        f"<Override PartName={quoteattr('/' + name)} "
        f"ContentType={quoteattr('image/' + part.picture)}/>"
        for name, part in parts.items()
        if part.kind == "image"
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as target:
        target.writestr(
            zipfile.ZipInfo(_TYPES),
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
            f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/>{overrides}{pictures}'
            "</Types>",
        )
        target.writestr(zipfile.ZipInfo("_rels/.rels"), _listed([("rId1", "officeDocument", main)]))
        for name, part in parts.items():
            data = (
                part.data
                if part.root is None
                else etree.tostring(
                    part.root, encoding="UTF-8", xml_declaration=True, standalone=True
                )
            )
            target.writestr(zipfile.ZipInfo(name), data)
            if part.relations:
                folder, _, last = name.rpartition("/")
                related = posixpath.join(folder, "_rels", f"{last}.rels")
                target.writestr(zipfile.ZipInfo(related), _listed(part.relations))
    return file.getvalue()


def _listed(relations: list[tuple[str, str, str]]) -> str:
    items = "".join(
        f"<Relationship Id={quoteattr(number)} Type={quoteattr(f'{_OFFICE}/{kind}')} "
        f"Target={quoteattr('/' + target)}/>"
        for number, kind, target in relations
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{items}</Relationships>'


def _picture_kind(data: bytes) -> str:
    """Return the kind of a picture that programs show, empty where it is none of them."""
    if data[40:44] == b" EMF" and data.startswith(b"\1\0\0\0"):
        return "x-emf"
    if data.startswith(b"\xd7\xcd\xc6\x9a"):
        return "x-wmf"
    try:
        # The head alone: nothing is unpacked.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=tuple(_PICTURES)) as opened:
                (width, height), kind = opened.size, _PICTURES[opened.format or "PNG"]
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return ""
    if width * height > MOST_PIXELS:
        _too_large("pixels", MOST_PIXELS)
    return kind


def _broken(why: object) -> NoReturn:
    raise InputError(
        f"presentation: the template is no PowerPoint file ({why}); open it in PowerPoint, save it "
        "as .pptx or .potx without a password, and pass that",
        code="template.broken",
    )


def _too_large(what: str, most: int) -> NoReturn:
    zh, en = _WORDS.both(f"template.much.{what}")
    raise InputError(
        f"presentation: the template is no PowerPoint file to be used: its {en} exceed {most:,}; "
        "delete layouts and pictures that are not used",
        code="template.too_large",
        what=zh,
        what_en=en,
        most=most,
    )
