"""How far the nearest neighbours of points are, beside what chance gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from layers.questions import spacing
from layers.questions.fields import Field
from layers.questions.figures import plain_table
from layers.questions.kinds import register
from layers.questions.pattern_kind import PatternKind
from layers.questions.subjects import Points

if TYPE_CHECKING:
    import pandas as pd

    from layers.look.content import Content
    from layers.questions.refusals import Refusal
    from layers.type.tables import Table


@register
@dataclass(frozen=True, slots=True)
class Nearest(PatternKind):
    """The nearest-neighbour index.

    Parameters
    ----------
    points
        The points asked about.
    once
        Whether points in one place count as one.
    """

    LOOK: ClassVar[str] = "nearest"
    COMMAND: ClassVar[str] = "nearest"

    points: Points
    once: Annotated[bool, Field(option="--once/--every")] = True

    def refusal(self) -> Refusal | None:
        """Return why there is no index, None where there is one."""
        return spacing.refusal(self.points, once=self.once)

    def answer(self) -> pd.Series[float]:
        """Return the index, with what chance gives."""
        return spacing.nearest(self.points, once=self.once)

    def content(self, lang: str) -> Content:
        """Return the points and the study area that they are tested in."""
        return spacing.in_study_area(self.points, lang)

    def told(self, lang: str) -> list[str]:
        """Return how far the nearest neighbours are."""
        return spacing.nearest_told(self.points, lang, once=self.once)

    def table(self, lang: str) -> Table:
        """Return the numbers of the index."""
        return plain_table(self.answer(), lang)
