"""Brand kits: what they set stands on every slide, and what is wrong with one is named."""

from __future__ import annotations

import io
import zipfile

import pytest
from PIL import Image
from pptx import Presentation
from pptx.util import Pt

from geo.errors import InputError
from layers.book.brand_kits import template_of_kit
from layers.slides.deck import presentation
from layers.slides.slide import Slide
from layers.slides.templates import TITLES

KIT = """
logo: logo.png
colours: {text: "#102030", accents: ["#00736B"]}
fonts: {latin: Georgia, chinese: 宋体}
footer: 规划局 · 内部资料
"""


def png(width=300, height=100):
    written = io.BytesIO()
    Image.new("RGB", (width, height), "#00736B").save(written, "PNG")
    return written.getvalue()


def zipped(method=zipfile.ZIP_STORED, **files):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(f"kit/{name.replace('_', '.')}", data)
    return written.getvalue()


def corporate():
    written = io.BytesIO()
    Presentation().save(written)
    return written.getvalue()


@pytest.mark.parametrize("template", [None, corporate()], ids=["16:9", "4:3"])
def test_every_slide_has_logo_colours_fonts_and_footer_of_the_house(template):
    kit = template_of_kit(zipped(brand_yaml=KIT, logo_png=png()), template)
    made = presentation(
        [Slide("湘江新区", "图集"), Slide("很长的标题" * 6, text=("一",), footer="来源")],
        template=kit,
    )
    deck = Presentation(io.BytesIO(made))
    theme = deck.slide_master.part.part_related_by(
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/theme"
    ).blob.decode()
    for words in ("102030", "00736B", "Georgia", "宋体"):
        assert words in theme
    for slide in deck.slides:
        layout = slide.slide_layout
        bare = layout.element.get("showMasterSp") == "0"
        owner = layout if bare else layout.slide_master
        (logo,) = (each for each in owner.shapes if each.name == "Logo")
        assert logo.left + logo.width <= deck.slide_width
        title, (frame,) = (
            slide.shapes.title,
            (each for each in layout.placeholders if each.placeholder_format.type in TITLES),
        )
        ends = title.left + title.width - frame.text_frame.margin_right
        assert ends <= logo.left or title.top >= logo.top + logo.height
    footers = [each.text_frame.text for each in deck.slides[1].placeholders]
    assert "规划局 · 内部资料 · 来源" in footers
    assert Pt(1) < logo.height <= Pt(40)


@pytest.mark.parametrize(
    ("kit", "said"),
    [
        (zipped(logo_png=png()), "brand.yaml"),
        (zipped(brand_yaml=KIT), "logo.png"),
        (zipped(brand_yaml=KIT, logo_png=b"<svg/>"), "PNG"),
        (zipped(brand_yaml=KIT, logo_png=png(5000, 10)), "4,000"),
        (zipped(brand_yaml=KIT, logo_png=png()[:-30]), "PNG"),
        (zipped(brand_yaml=KIT, logo_png=png().replace(b"\0\0\1\x2c", b"\0\1\0\0" * 2)), "PNG"),
        (zipped(brand_yaml="- 一"), "YAML"),
        (zipped(brand_yaml='footer: "a\\u202eb"'), "footer"),
        (zipped(zipfile.ZIP_LZMA, brand_yaml=KIT * 9).replace(b"]\0", b"\xff\xff"), "brand.yaml"),
        (zipped(brand_yaml="slogan: 一"), "slogan"),
        (zipped(brand_yaml='colours: {text: "red"}'), "#RRGGBB"),
        (zipped(brand_yaml='colours: {text: "#DDDDDD"}'), "4.5"),
        (zipped(brand_yaml=f"footer: {'长' * 90}"), "80"),
        (zipped(brand_yaml="template: ../house.pptx"), "house.pptx"),
        (b"PK broken", "brand.yaml"),
    ],
)
def test_what_is_wrong_with_a_kit_is_named(kit, said):
    with pytest.raises(InputError, match="brand kit") as caught:
        template_of_kit(kit)
    assert caught.value.code.startswith("brand.")
    assert all(said in caught.value.sentence(lang) for lang in ("zh", "en"))


def test_a_kit_is_a_file_with_others_beside_it(tmp_path):
    (tmp_path / "brand.yaml").write_text("template: house.pptx\nfooter: 一", encoding="utf-8")
    (tmp_path / "house.pptx").write_bytes(corporate())
    kit = template_of_kit(tmp_path / "brand.yaml")
    assert Presentation(io.BytesIO(kit)).slide_width == Presentation().slide_width
