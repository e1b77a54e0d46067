"""Words that must not stand on a map are found where a file breaks them, and only there."""

from __future__ import annotations

import pytest

from layers.paper.artists import blank, write
from layers.paper.parts import part
from layers.paper.pdf_content import as_page
from layers.paper.pdf_file import PdfFile
from layers.review import reading, subject
from layers.review.reading import Piece, whole_texts
from layers.review.subject import Subject
from layers.scene.boxes import Box

HEAD, TAIL = "某军事基", "地的边界"


def text(words, x, y, size=10):
    return f'<text style="font-size: {size}px; text-anchor: start" x="{x}" y="{y}">{words}</text>'


def drawn(lines):
    """A PDF with lines at places."""
    figure, axes = blank(Box(0, 0, 300, 100), dpi=72)
    with part(axes, "notes"):
        for words, x, y in lines:
            write(axes, (x, y), words, 10.0)
    file = PdfFile("zh", "", "", "")
    file.add(as_page(figure, parts={"notes": "注"}))
    return file.file()


SVG = {
    True: [
        text(HEAD, 9, 50) + "\n<g>" + text(TAIL, 9, 64) + "</g>",
        '<text x="1" y="2">某军<tspan>事</tspan><tspan x="1" dy="9">基地</tspan></text>',
        "".join(text(letter, 9, 50 + 11 * k) for k, letter in enumerate(HEAD + TAIL)),
    ],
    False: [
        text(HEAD, 9, 50) + text(TAIL, 90, 50),
        text(HEAD, 9, 50) + text(TAIL, 9, 90),
        text(HEAD, 9, 50) + text(TAIL, 9, 64, size=14),
        text(HEAD, 9, 50) + '<path d="M0 0"/>' + text(TAIL, 9, 64),
        f"<text>{HEAD}</text><text>{TAIL}</text>",
    ],
}


@pytest.mark.parametrize(
    ("found", "page"), [(found, page) for found, pages in SVG.items() for page in pages]
)
def test_a_broken_word_of_a_drawing_is_whole_and_two_texts_are_two(found, page):
    written = Subject((), None, ".svg", f"<svg>{page}</svg>".encode()).written
    assert ("军事基地" in written) is found


@pytest.mark.parametrize(("x", "y", "found"), [(9, 36, True), (9, 10, False), (150, 36, False)])
def test_a_broken_word_of_a_pdf_is_whole_and_two_texts_are_two(x, y, found):
    data = drawn([(HEAD, 9, 50), (TAIL, x, y)])
    assert ("军事基地" in Subject((), None, ".pdf", data).written) is found


def test_a_broken_word_of_a_slide_is_whole_and_two_boxes_are_two(monkeypatch):
    def box(*paragraphs):
        runs = ("".join(f"<a:r><a:t>{run}</a:t></a:r>" for run in each) for each in paragraphs)
        return f"<p:txBody>{''.join(f'<a:p>{each}</a:p>' for each in runs)}</p:txBody>"

    for page, found in (
        (box(("某军", "事", "基地")), True),
        (box(("某军事基",), ("地",)), True),
        (box(("某军事基",)) + box(("地",)), False),
    ):
        parts = {"ppt/slides/slide1.xml": page.encode()}
        monkeypatch.setattr(subject.containers, "parts_of", lambda *_, parts=parts: parts)
        assert ("军事基地" in Subject((), None, ".pptx", b"").written) is found


def test_lines_about_one_middle_and_turned_lines_are_one_text():
    lines = [Piece("某军事基", 10, 50, 10), Piece("地", 25, 37, 10)]
    assert [*whole_texts(lines)] == ["某军事基地"]
    turned = [Piece("某军事", 50, 10, 10, 90.0), Piece("基地", 63, 10, 10, 90.0)]
    assert [*whole_texts(turned)] == ["某军事基地"]
    assert reading.joined("military", "base") == "military base"
