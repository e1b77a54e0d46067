"""What the looks at a pattern have in common: each is told in sentences, or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from geo.errors import InputError
from layers.questions.figures import Figures
from layers.questions.kinds import Kind
from layers.words import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from layers.look.charts import Chart
    from layers.questions.refusals import Refusal
    from layers.type.tables import Table


class PatternKind(Kind):
    """A look at a pattern."""

    __slots__ = ()
    MAP: ClassVar[str] = "pattern"

    @property
    def paged(self) -> None:
        """None: of the points of one kind there are too few to tell a pattern."""
        return

    def refusal(self) -> Refusal | None:
        """Return why the question cannot be answered, None where it can be."""
        raise NotImplementedError

    def require_answer(self, called: Callable[[str], str] = str) -> None:
        """Refuse a question that cannot be answered, and say what to change."""
        refused = self.refusal()
        if refused is not None:
            raise InputError(
                f"{self.title_words()}: {refused.sentence(called)}",
                code=f"pattern.{refused.reason}",
                n=refused.n,
                fewest=refused.fewest,
            )

    def told(self, lang: str) -> list[str]:
        """Return the reading of the answer: sentences, the finding first.

        Parameters
        ----------
        lang
            ``"zh"`` or ``"en"``.
        """
        raise NotImplementedError

    def table(self, lang: str) -> Table | None:  # noqa: ARG002 - others need it
        """Return what is told in numbers, None where nothing is."""
        return None

    def chart(self, lang: str) -> Chart | None:  # noqa: ARG002 - others need it
        """Return the numbers as a chart, None where there is none."""
        return None

    def title(self, lang: str) -> str:
        """Return the title of the map."""
        points = self.subjects
        if points is None:
            return Kind.title(self, lang)
        weight = getattr(self, "weight", None)
        noun = points.noun(lang) if weight is None else points.amount_noun(lang, weight)
        return say("spec.pattern", lang, noun=noun, look=say(f"pattern.look.{self.LOOK}", lang))

    def headline(self, lang: str) -> list[tuple[str, str]]:
        """Return the finding."""
        return [
            (
                say("statement.finding", lang),
                self.told(lang)[0].removesuffix(say("statement.end", lang)),
            )
        ]

    def figures(self, lang: str) -> list[Figures]:
        """Return the reading with its table and its chart."""
        return [
            Figures(
                say("slides.reading", lang, title=self.title(lang)),
                text=tuple(self.told(lang)),
                table=self.table(lang),
                chart=self.chart(lang),
            )
        ]

    def facts(self, zone: str, zoning: str, lang: str) -> list[tuple[str, str]]:  # noqa: ARG002
        """Return nothing: what is tested is the whole, and no zone of its own."""
        return []
