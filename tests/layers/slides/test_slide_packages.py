"""Slide templates bring their look and nothing else: no links, macros, embedded files or bombs."""

from __future__ import annotations

import io
import re
import zipfile
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from pptx import Presentation
from pptx.opc.constants import RELATIONSHIP_TYPE

from geo.errors import InputError
from layers.look.charts import Chart
from layers.slides import packages
from layers.slides.deck import presentation
from layers.slides.packages import clean_template
from layers.slides.slide import Slide
from layers.type.tables import Table

if TYPE_CHECKING:
    from collections.abc import Callable

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HOST = "http://203.0.113.7/pixel.png"
SHARE = "file://203.0.113.7/share/logo.png"


def png(side: int = 4) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (side, side), "#0B4F9C").save(file, "PNG")
    return file.getvalue()


@cache
def plain(*, logo: bool = False) -> bytes:
    own = Presentation()
    own.slides.add_slide(own.slide_layouts[0]).shapes.title.text = "机密：旧的幻灯片"
    if logo:
        own.slides[0].shapes.add_picture(io.BytesIO(png()), 0, 0)
        picture = own.slides[0].shapes[-1]
        layout = own.slide_layouts[5]
        _, number = layout.part.get_or_add_image_part(io.BytesIO(png()))
        copied = picture._element
        next(copied.iter("{http://schemas.openxmlformats.org/drawingml/2006/main}blip")).set(
            f"{{{OFFICE}}}embed", number
        )
        layout.shapes._spTree.append(copied)
    file = io.BytesIO()
    own.save(file)
    return file.getvalue()


def changed(
    data: bytes,
    change: Callable[[str, bytes], bytes] = lambda _, data: data,
    added: dict[str, bytes] | None = None,
) -> bytes:
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name)))
        for name, contents in (added or {}).items():
            target.writestr(name, contents)
    return file.getvalue()


def related(part: str, kind: str, target: str, *, external: bool = True) -> bytes:
    """Return a template one of whose parts has one more relation, rId99."""
    folder, _, last = part.rpartition("/")
    mode = ' TargetMode="External"' if external else ""
    item = f'<Relationship Id="rId99" Type="{OFFICE}/{kind}" Target="{target}"{mode}/>'

    def change(name: str, data: bytes) -> bytes:
        if name != f"{folder}/_rels/{last}.rels":
            return data
        return data.replace(b"</Relationships>", f"{item}</Relationships>".encode())

    return changed(plain(), change)


def with_shape(xml: str, *, part: str = "ppt/slideLayouts/slideLayout6.xml") -> bytes:
    """Return a template whose layout has one more shape, and the relation rId99 that it uses."""
    kinds = {"video": "video", "oleObject": "oleObject", "hlinkClick": "hyperlink"}
    kind = next((kinds[word] for word in kinds if word in xml), "image")
    own = related(part, kind, HOST)
    return changed(
        own,
        lambda name, data: (
            data.replace(b"</p:spTree>", f"{xml}</p:spTree>".encode()) if name == part else data
        ),
    )


def pic(inner: str, blip: str = f'r:link="rId99" xmlns:r="{OFFICE}"') -> str:
    return (
        '<p:pic><p:nvPicPr><p:cNvPr id="77" name="Logo"/><p:cNvPicPr/>'
        f"<p:nvPr>{inner}</p:nvPr></p:nvPicPr><p:blipFill><a:blip {blip}/></p:blipFill>"
        "<p:spPr/></p:pic>"
    )


EMBEDDED = {
    "ppt/vbaProject.bin": b"\xd0\xcf\x11\xe0",
    "ppt/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0",
    "ppt/embeddings/Workbook.xlsx": b"PK",
    "ppt/activeX/activeX1.xml": b"<ax/>",
    "ppt/activeX/activeX1.bin": b"\0",
    "customXml/item1.xml": b"<secret/>",
    "ppt/comments/comment1.xml": b"<c/>",
    "ppt/printerSettings/printerSettings9.bin": b"\\\\server\\printer",
    "ppt/fonts/font1.fntdata": b"font",
    "ppt/media/sound.wav": b"RIFF",
    "docProps/custom.xml": b"<Properties/>",
    "[trash]/0000.dat": b"x",
}
ELSEWHERE = {
    "linked picture": with_shape(pic("")),
    "shared picture": related("ppt/slideMasters/slideMaster1.xml", "image", SHARE),
    "video": with_shape(pic(f'<a:videoFile r:link="rId99" xmlns:r="{OFFICE}"/>')),
    "object": with_shape(
        '<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="78" name="O"/><p:cNvGraphicFramePr/>'
        "<p:nvPr/></p:nvGraphicFramePr><p:xfrm/><a:graphic><a:graphicData><p:oleObj "
        f'r:id="rId99" xmlns:r="{OFFICE}" progId="Package"/></a:graphicData></a:graphic>'
        "</p:graphicFrame>"
    ),
    "attached template": related("ppt/presentation.xml", "attachedTemplate", SHARE),
    "outside master": related("ppt/slideLayouts/slideLayout1.xml", "slideMaster", HOST),
    "frame": related("ppt/presentation.xml", "frame", HOST),
}  # fmt: skip
HARMFUL = {
    "hyperlink": with_shape(
        pic("").replace(
            '<p:cNvPr id="77" name="Logo"/>',
            f'<p:cNvPr id="77" name="Logo"><a:hlinkClick r:id="rId99" xmlns:r="{OFFICE}"/>'
            "</p:cNvPr>",
        )
    ),
    "program": with_shape(
        '<p:sp><p:nvSpPr><p:cNvPr id="79" name="Run"><a:hlinkClick action="ppaction://program"/>'
        "</p:cNvPr><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr/></p:sp>"
    ),
    "embedded": changed(plain(), added=EMBEDDED),
    "macro part": related(
        "ppt/presentation.xml", "vbaProject", "vbaProject.bin", external=False
    ),
}  # fmt: skip


@pytest.mark.parametrize("template", ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_template_that_shows_what_lies_elsewhere_is_refused_and_its_part_named(
    template: bytes,
) -> None:
    with pytest.raises(InputError, match="what lies elsewhere") as caught:
        clean_template(template)
    assert caught.value.code == "template.external"
    for lang in ("zh", "en"):
        assert re.search(r"ppt/(presentation|slide\w+/slide\w+)\.xml", caught.value.sentence(lang))


@pytest.mark.parametrize("template", HARMFUL.values(), ids=HARMFUL)
def test_a_deck_has_nothing_of_a_template_but_its_look(template: bytes) -> None:
    made = presentation(
        [
            Slide("布局", text=("一",), notes="来源"),
            Slide(
                "表", table=Table(("甲",), (("一",),)), chart=Chart("bar", ("a",), (("b", (1,)),))
            ),
        ],
        template=template,
    )
    with zipfile.ZipFile(io.BytesIO(made)) as package:
        names = package.namelist()
        whole = b"".join(package.read(name) for name in names)
    assert b"External" not in whole
    assert b"203.0.113.7" not in whole
    assert b"ppaction://" not in whole
    assert "机密".encode() not in whole
    assert b"rId99" not in whole
    # The one workbook is that of our own chart.
    folders = ("vba", "activeX", "customXml", "comment", "printer", "fonts", "trash", "thumb")
    assert not [name for name in names if any(word in name for word in folders)]
    assert [name for name in names if "embeddings" in name] == [
        name
        for name in names
        if re.fullmatch(r"ppt/embeddings/Microsoft_Excel_Sheet\d*.xlsx", name)
    ]
    kept = Presentation(io.BytesIO(made))
    assert [slide.shapes.title.text for slide in kept.slides] == ["布局", "表"]
    assert len(kept.slide_layouts) == 11


@pytest.mark.parametrize("name", ["hyperlink", "embedded"])
def test_what_was_left_out_of_a_template_stands_in_the_notes(name: str) -> None:
    (finding,) = clean_template(HARMFUL[name]).findings
    made = Presentation(io.BytesIO(presentation([Slide("甲")], template=HARMFUL[name], lang="en")))
    assert finding.sentence("en") in made.slides[0].notes_slide.notes_text_frame.text
    assert not re.search("[a-z]", finding.sentence("zh"))


def test_a_logo_of_a_layout_stays() -> None:
    cleaned = clean_template(plain(logo=True))
    assert [found.values["en"] for found in cleaned.findings] == ["printer settings"]
    layout = Presentation(io.BytesIO(cleaned.data)).slide_layouts[5]
    (logo,) = [
        part for part in layout.part.rels.values() if part.reltype == RELATIONSHIP_TYPE.IMAGE
    ]
    assert logo.target_part.blob == png()


def typed(kind: str) -> bytes:
    main = b"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
    return changed(plain(), lambda _, data: data.replace(main, kind.encode()))


def in_part(inserted: bytes, *, name: str = "ppt/presentation.xml") -> bytes:
    def change(each: str, data: bytes) -> bytes:
        if each != name:
            return data
        head, mark, rest = data.partition(b"?>")
        return head + mark + inserted + rest

    return changed(plain(), change)


def entities() -> bytes:
    lines = [b'<!ENTITY a "aaaaaaaaaa">']
    lines += [b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(12)]
    return in_part(b"<!DOCTYPE p [" + b"".join(lines) + b"]>")


def encrypted() -> bytes:
    data = bytearray(plain())
    for at in [found.start() for found in re.finditer(b"PK\x01\x02", bytes(data))]:
        data[at + 8] |= 1
    return bytes(data)


def huge_picture() -> bytes:
    file = io.BytesIO()
    Image.new("1", (9000, 9000)).save(file, "PNG")
    return changed(
        plain(logo=True), lambda name, data: file.getvalue() if "/media/" in name else data
    )


def with_layouts(number: int) -> bytes:
    items = "".join(
        f'<Relationship Id="x{n}" Type="{OFFICE}/slideLayout" Target="../slideLayouts/n{n}.xml"/>'
        for n in range(number)
    ).encode()
    data = zipfile.ZipFile(io.BytesIO(plain())).read("ppt/slideLayouts/slideLayout6.xml")
    return changed(
        plain(),
        lambda name, old: (
            old.replace(b"</Relationships>", items + b"</Relationships>")
            if name.endswith("slideMaster1.xml.rels")
            else old
        ),
        {f"ppt/slideLayouts/n{n}.xml": data for n in range(number)},
    )


REFUSED = {
    "macros": (
        lambda: typed("application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml"),
        "template.macros",
    ),
    "macro template": (
        lambda: typed("application/vnd.ms-powerpoint.template.macroEnabled.main+xml"),
        "template.macros",
    ),
    "word": (
        lambda: typed(
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
        ),
        "template.other",
    ),
    "password": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "template.encrypted"),
    "encrypted member": (encrypted, "template.encrypted"),
    "empty": (lambda: b"", "template.broken"),
    "no zip": (lambda: b"%PDF-1.7", "template.broken"),
    "cut off": (lambda: plain()[:9000], "template.broken"),
    "no parts": (lambda: changed(plain(), lambda *_: b""), "template.broken"),
    "entities": (entities, "template.broken"),
    "outside entity": (
        lambda: in_part(b'<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/hostname">]>'),
        "template.broken",
    ),
    "another encoding": (
        lambda: changed(
            plain(),
            lambda name, data: (
                data.decode("utf-8").encode("utf-16") if name.endswith("n.xml") else data
            ),
        ),
        "template.broken",
    ),
    "deep": (
        lambda: changed(
            plain(),
            lambda name, data: (
                data.replace(b"</p:spTree>", b"<p:grpSp>" * 5000 + b"</p:grpSp>" * 5000
                             + b"</p:spTree>")
                if name == "ppt/slideLayouts/slideLayout6.xml"
                else data
            ),
        ),
        "template.broken",
    ),
    "zip bomb": (
        lambda: changed(
            plain(),
            lambda name, data: (
                data + b" " * 9_000_000 if name == "ppt/theme/theme1.xml" else data
            ),
        ),
        "template.too_large",
    ),
    "many members": (
        lambda: changed(plain(), added={f"x/{n}": b"" for n in range(6000)}),
        "template.too_large",
    ),
    "many layouts": (lambda: with_layouts(300), "template.too_large"),
    "huge picture": (huge_picture, "template.too_large"),
    "one name twice": (
        lambda: changed(plain(), added={"PPT/Presentation.XML": b"<x/>"}), "template.broken",
    ),
    "climbing": (
        lambda: related(
            "ppt/slideMasters/slideMaster1.xml", "theme", "../../../../etc/passwd", external=False
        ),
        "template.broken",
    ),
    "places that are no numbers": (
        lambda: changed(
            plain(),
            lambda name, data: re.sub(rb'<a:off x="-?\d+"', b'<a:off x="far"', data)
            if name.startswith("ppt/slide") else data,
        ),
        "template.broken",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("make", "code"), REFUSED.values(), ids=REFUSED)
def test_a_template_that_is_broken_or_a_bomb_is_refused_in_words(
    make: Callable[[], bytes], code: str
) -> None:
    with pytest.raises(InputError, match="no PowerPoint file") as caught:
        presentation([Slide("布局", text=("一",))], template=make())
    assert caught.value.code == code
    assert not re.search("Python|XML|zip", caught.value.sentence("zh"))


@pytest.mark.parametrize("remark", [b"<!-- a -->", b"<?a b?>"])
def test_remarks_in_any_part_of_a_template_are_passed_over(remark: bytes) -> None:
    def change(name: str, data: bytes) -> bytes:
        if not name.endswith((".xml", ".rels")):
            return data
        at = data.index(b">", data.index(b"<", data.index(b"?>"))) + 1
        return data[:at] + remark + data[at:]

    whole = plain()
    assert clean_template(changed(whole, change)).data == clean_template(whole).data


def test_every_byte_of_a_template_may_be_wrong() -> None:
    whole = plain()
    step = len(whole) // 40
    for at in range(0, len(whole), step):
        broken = bytearray(whole)
        broken[at] ^= 0x5A
        # Anything but a deck or a refusal of ours fails here.
        with suppress(InputError):
            assert presentation([Slide("布局", text=("一",))], template=bytes(broken))


def test_what_is_taken_is_bounded_by_what_comes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MOST_TAKEN", 50_000)
    with pytest.raises(InputError) as caught:
        clean_template(plain())
    assert caught.value.code == "template.too_large"
