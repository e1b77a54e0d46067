"""What every map says of its own state: how it stands with review, and of when it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.look.content import INTERNAL
from layers.words import say

if TYPE_CHECKING:
    from layers.record.specification import MapSpec


def imprint(spec: MapSpec) -> str:
    """Return what stands at the foot of a slide or a page: the review, and the date."""
    sheet = spec.titled()
    internal = sheet.review_number.strip() == INTERNAL
    review = say("slides.internal", spec.lang) if internal else sheet.review_number
    return say("slides.footer", spec.lang, review=review, date=sheet.date)
