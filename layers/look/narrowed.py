"""A map of some classes of evidence and of what is there by a year, and what that leaves out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from geo.numerals import listed, number
from layers.look.callouts import has_results
from layers.look.overlays import Choropleth, Isolines, Surface
from layers.look.symbology import value_label
from layers.plan.area import area
from layers.plan.schema import resource
from layers.plan.selection import located
from layers.plan.years import years_of
from layers.words import bracketed, paragraph, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from layers.look.content import Content


@dataclass
class LeftOut:
    """How many features that have a place a map leaves out.

    Parameters
    ----------
    year
        By which something is there; None where that is not asked.
    evidence
        Number by class of evidence.
    shown, later, undated
        Of the layers that tell years: what is there by the year, what comes later, what has none.
    always
        Number of features of each layer of points that tells no years, and is shown whole.
    whole
        Whether results are on the map, which rest on all classes of evidence and on all years.
    """

    year: int | None = None
    evidence: dict[str, int] = field(default_factory=dict)
    shown: int = 0
    later: int = 0
    undated: int = 0
    always: dict[str, int] = field(default_factory=dict)
    whole: bool = False

    def by_evidence(self, lang: str) -> str:
        """Say which classes are left out, and how many features that is; empty for none."""
        if not self.evidence:
            return ""
        parts = [
            bracketed(value_label("evidence", name, lang=lang), number(n), lang)
            for name, n in self.evidence.items()
        ]
        words = say("narrowed.evidence", lang, parts=listed(parts, lang))
        return paragraph((words, *self._of_results("all_evidence", lang)), lang)

    def by_year(self, lang: str) -> str:
        """Say which year is shown, and how many features come later or have none.

        Empty where no layer of the map tells years, and no result holds whatever they are.
        """
        if self.year is None:
            return ""
        counts = {name: number(getattr(self, name)) for name in ("shown", "later", "undated")}
        tells = self.shown + self.later + self.undated
        words = say("narrowed.year", lang, year=str(self.year), **counts) if tells else ""
        parts = [
            bracketed(resource(name).title(lang), number(n), lang)
            for name, n in self.always.items()
        ]
        always = say("narrowed.always", lang, names=listed(parts, lang)) if tells and parts else ""
        results = self._of_results("of_all_years", lang)
        return paragraph(filter(None, (words, always, *results)), lang)

    def _of_results(self, what: str, lang: str) -> tuple[str, ...]:
        return (say(f"narrowed.{what}", lang),) if self.whole else ()


def narrowed(
    content: Content, hidden: Sequence[str] = (), year: int | None = None
) -> tuple[Content, LeftOut]:
    """Return a map without classes of evidence and without what is not there by a year.

    The ground and results stay as they are; beside a year, what results are called says that they
    are of all years. A feature without a year is left out where its layer
    tells years, since nobody knows from when it is there.

    Parameters
    ----------
    content
        What the map shows.
    hidden
        Classes of evidence.
    year
        Whatever its layer tells to be there by then is shown; all years where it is None.

    Returns
    -------
    Content, LeftOut
        What is shown, and how many of the features of visible layers that have a place are not.

    Examples
    --------
    >>> from layers.look.content import Content
    >>> from layers.plan.catalogue import load
    >>> content = Content({"projects": load("projects")}, ("projects",))
    >>> some, left = narrowed(content, year=2024)
    >>> 0 < left.shown <= len(some.frames["projects"]) < len(content.frames["projects"])
    True
    """
    left, frames = LeftOut(year, dict.fromkeys(hidden, 0)), dict(content.frames)
    for name in frames.keys() - {*area().context, area().land.layer}:
        counted = name in content.visible
        frames[name] = _seen(name, frames[name], left, counted=counted)
    overlays = content.overlays if year is None else tuple(map(_of_all_years, content.overlays))
    left.whole = has_results(overlays)
    return replace(content, frames=frames, overlays=overlays), left


def _of_all_years(overlay: Any) -> Any:  # noqa: ANN401 - an overlay of any class
    """Return a result that says it knows no year; what is a visitor's own counts nothing."""
    if not isinstance(overlay, Choropleth | Surface | Isolines):
        return overlay
    zh, en = (
        title and bracketed(title, say("narrowed.all_years", lang), lang)
        for lang, title in (("zh", overlay.title), ("en", overlay.title_en))
    )
    return replace(overlay, title=zh, title_en=en)


def _seen(name: str, frame: gpd.GeoDataFrame, left: LeftOut, *, counted: bool) -> gpd.GeoDataFrame:
    """Return what of a layer is shown; note what is not, where the layer is on the map."""
    shown = frame
    if left.evidence and "evidence" in frame:
        hidden = frame["evidence"].isin(left.evidence)
        shown = frame[~hidden]
        for evidence, n in located(frame[hidden])["evidence"].value_counts().items():
            left.evidence[str(evidence)] += int(n) if counted else 0
    years = None if left.year is None else years_of(name, shown)
    if years is None or left.year is None:
        if left.year is not None and counted and name in area().points:
            left.always[name] = len(located(shown))
        return shown
    there = years.le(left.year).fillna(value=False).astype(bool)
    if counted:
        on_map = shown.index.isin(located(shown).index)
        left.shown += int((there & on_map).sum())
        left.undated += int((years.isna() & on_map).sum())
        left.later += int((~there & years.notna() & on_map).sum())
    return shown[there]
