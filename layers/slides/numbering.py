"""Contents of slides: the number of each slide, and a link to it, once all slides are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pptx.opc.constants import RELATIONSHIP_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from layers.slides.templates import Deck

_JUMP = "ppaction://hlinksldjump"


def number_contents(deck: Deck, pages: Iterable[int], targets: Sequence[int]) -> None:
    """Write into tables of contents where each line leads, and make it lead there.

    Parameters
    ----------
    deck
        The presentation.
    pages
        Slides that hold the contents, counted from 0.
    targets
        Slide that each line leads to, counted from 0.
    """
    slides = list(deck.presentation.slides)
    left = iter(targets)
    for page in pages:
        for shape in slides[page].shapes:
            if not shape.has_table:
                continue
            table: Any = shape.table
            for row in list(table.rows)[1:]:
                target = next(left)
                name, number = row.cells
                _run(number).text = str(target + 1)
                relation = slides[page].part.relate_to(slides[target].part, RELATIONSHIP_TYPE.SLIDE)
                look = _run(name)._r.get_or_add_rPr()  # noqa: SLF001 - links to slides have no API
                look.add_hlinkClick(relation).set("action", _JUMP)


def _run(cell: Any) -> Any:  # noqa: ANN401 - untyped in python-pptx
    return cell.text_frame.paragraphs[0].runs[0]
