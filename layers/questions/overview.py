"""Every layer of a theme on one map."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self, TypeAlias

import pandas as pd

from geo.numerals import listed, number
from layers.look.content import Content
from layers.look.symbology import value_label
from layers.plan.area import area
from layers.plan.catalogue import as_drawn, describe
from layers.plan.schema import resource
from layers.plan.selection import placed_share
from layers.questions.fields import Field
from layers.questions.kinds import Kind, register
from layers.questions.subjects import Points
from layers.words import bracketed, say

if TYPE_CHECKING:
    import geopandas as gpd

    from layers.questions.figures import Figures

Evidence: TypeAlias = Literal["official", "surveyed", "located", "schematic"]
ALL = "all"


def themes() -> tuple[str, ...]:
    """Return the themes of the open plan.

    Examples
    --------
    >>> themes()
    ('224', 'platforms', 'projects', 'all')
    """
    return tuple(area().themes)


def kinds() -> tuple[str, ...]:
    """Return the kinds of all layers that have some, each once.

    Examples
    --------
    >>> "laboratory" in kinds()
    True
    """
    enums = [
        resource(name).field(role.group).constraints.get("enum", ())
        for name, role in area().points.items()
        if role.group
    ]
    return tuple(dict.fromkeys(str(value) for values in enums for value in values))


@register
@dataclass(frozen=True, slots=True)
class Overview(Kind):
    """The layers of a theme.

    Parameters
    ----------
    theme
        One of :func:`themes`; as the plan says where it is None.
    evidence
        Classes of evidence of the features that are shown; none shows all.
    kinds
        Of layers that have some of these kinds, they alone are shown; none shows all.
    """

    MAP: ClassVar[str] = "overview"

    theme: Annotated[str | None, Field(choices=themes)] = None
    evidence: tuple[Evidence, ...] = ()
    kinds: Annotated[tuple[str, ...], Field(choices=kinds)] = ()

    @property
    def shown(self) -> tuple[str, ...]:
        """The layers of the theme."""
        return area().themes[self.theme or area().defaults["overview"]["theme"]]

    @property
    def is_empty(self) -> bool:
        """Whether nothing of the theme has what was chosen."""
        return all(self._kept(name).empty for name in self.shown)

    @property
    def paged(self) -> Points:
        """The points whose kinds an atlas can have pages for."""
        return Points(area().defaults["overview"]["layer"])

    def over(self, points: Points) -> Self:  # noqa: ARG002 - its layers are those of a theme
        """Return the same map: it is not of these points alone."""
        return self

    def in_atlas(self) -> Self:
        """Return the map of all layers where none is named: pages show what their figures count."""
        return self if self.theme or ALL not in themes() else replace(self, theme=ALL)

    def answer(self) -> pd.DataFrame:
        """Return the layers with the number of their features by evidence."""
        about = [describe(name) for name in self.shown]
        return pd.DataFrame(
            [
                {"layer": each.name, "name_zh": each.title_zh, "name_en": each.title_en}
                | {"rows": each.rows, **each.evidence}
                for each in about
            ]
        ).fillna(0)

    def told(self, lang: str) -> list[str]:
        """Return how many features of which layers have a place, and by which evidence.

        Nothing where none that is kept can have one.
        """
        frames = {name: self._kept(name) for name in self.shown}
        shares = [placed_share(frame) for frame in frames.values()]
        parts = [
            bracketed(resource(name).title(lang), number(len(frame)), lang)
            for name, frame in frames.items()
        ]
        evidence = pd.concat([frame["evidence"] for frame in frames.values()]).value_counts()
        named = [
            bracketed(value_label("evidence", str(value), lang=lang), number(n), lang)
            for value, n in evidence.items()
        ]
        placed, possible = (sum(each) for each in zip(*shares, strict=True))
        if not possible:
            return []
        counts = {"placed": placed, "possible": possible, "kinds": len(frames)}
        key = "told.layers_all" if placed == possible else "told.layers"
        return [
            say(key, lang, title=self._called(lang), **counts),
            say("told.parts", lang, parts=listed(parts, lang)),
            say("told.evidence", lang, parts=listed(named, lang)),
        ]

    def content(self, lang: str) -> Content:
        """Return the layers, with only the chosen evidence classes of the plan."""
        context = area().context
        plan = dict.fromkeys(name for layers in area().themes.values() for name in layers)
        frames = {name: self._kept(name) for name in (*context, *plan)}
        return Content(frames, (*context, *self.shown), lang=lang)

    def title(self, lang: str) -> str:
        """Return what the plan calls its usual map; another theme is named beside the plan.

        Examples
        --------
        >>> Overview().title("en"), Overview("projects").title("en")
        ('The 224 layout', 'Xiangjiang Atlas: Projects')
        """
        plan, usual = say("app.title", lang), area().defaults["overview"]["theme"]
        called = self._called(lang)
        if self.theme in (None, usual):
            return called
        return say("spec.overview.theme", lang, plan=plan, theme=called)

    def _called(self, lang: str) -> str:
        """Return what the plan calls its usual map, or the theme."""
        if self.theme in (None, area().defaults["overview"]["theme"]):
            return say("spec.overview", lang, plan=say("app.title", lang))
        return self.value_words("theme", self.theme, lang)

    def value_words(self, name: str, value: str, lang: str) -> str:
        """Return a theme as the plan calls it, evidence and kinds as layers call them."""
        if name == "theme":
            return say(f"overview.theme.{value}", lang)
        columns = [role.group for role in area().points.values()] if name == "kinds" else [name]
        labels = [value_label(column, value, lang=lang) for column in columns]
        return next((label for label in labels if label != value), value)

    def figures(self, lang: str) -> list[Figures]:  # noqa: ARG002 - there are none
        """Return nothing: the map is all."""
        return []

    def _kept(self, name: str) -> gpd.GeoDataFrame:
        frame = as_drawn(name)
        if name in area().context:
            return frame
        role = area().points.get(name)
        # Before the evidence: what has none of it is not shown, and not all else in its place.
        if role and role.group and (wanted := set(self.kinds) & set(frame[role.group])):
            frame = frame[frame[role.group].isin(wanted)]
        return frame[frame["evidence"].isin(self.evidence)] if self.evidence else frame
