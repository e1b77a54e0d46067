"""Maps that an output is made of: its review number holds for them as it does for the whole."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from layers.look.sheet import INTERNAL

if TYPE_CHECKING:
    from layers.record.specification import MapSpec


def part(whole: MapSpec, **changes: Any) -> MapSpec:  # noqa: ANN401 - fields of a specification
    """Return a map that stands in the output of another: one of two, a page, a frame, a slide.

    A number is given for the content of the whole, which none of its parts has.

    Parameters
    ----------
    whole
        What is made.
    **changes
        What the part has otherwise.
    """
    sheet = changes.pop("sheet", whole.sheet)
    if whole.has_stale_number():
        sheet = replace(sheet, review_number=INTERNAL)
    review = whole.review and replace(whole.review, content="")
    return replace(whole, sheet=sheet, review=review, **changes)
