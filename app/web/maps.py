"""The map of each page, as a document; kept, so that a re-run draws nothing again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from layers.keeping.answers import kept_answer
from layers.questions import contents, pattern_contents
from layers.web.document import content_document

if TYPE_CHECKING:
    import geopandas as gpd

    from geo.zoned.people import Population
    from layers.questions import Coverage, Density
    from layers.questions.contents import Show
    from layers.questions.pattern_looks import Look
    from layers.questions.zone_results import Shown

ZONES = "overlay-1"


@kept_answer
def overview(theme: str, evidence: tuple[str, ...], lang: str) -> dict[str, Any]:
    """Return the map of a theme, with only the chosen evidence classes of the plan."""
    return content_document(contents.overview(theme, evidence, lang))


@kept_answer
def density(
    asked: Density, *, levels: tuple[float, ...], top: float | None, show: Show, lang: str
) -> dict[str, Any]:
    """Return the map of a density with the points that made it."""
    return content_document(contents.density(asked, levels=levels, top=top, show=show, lang=lang))


@kept_answer
def coverage(asked: Coverage, *, lang: str) -> dict[str, Any]:
    """Return the map of covered zones, service areas and sites."""
    return content_document(contents.coverage(asked, lang=lang))


@kept_answer
def distribution(shown: Shown, *, lang: str) -> dict[str, Any]:
    """Return the map of zones coloured by a measure, with the projects."""
    return content_document(contents.distribution(shown, lang=lang))


@kept_answer
def pattern(look: Look, *, lang: str) -> dict[str, Any]:
    """Return the map of one look at a pattern."""
    return content_document(pattern_contents.pattern(look, lang=lang))


def own(frame: gpd.GeoDataFrame, title: str, name_column: str, lang: str) -> dict[str, Any]:
    """Return the map of a visitor's features; not kept, as it is of what is looked at once."""
    content = contents.own(frame, title=title, name_column=name_column, lang=lang)
    return content_document(content)


def own_people(people: Population, title: str, lang: str) -> dict[str, Any]:
    """Return the map of a visitor's raster of people."""
    return content_document(contents.own_people(people, title=title, lang=lang))


def selecting(document: dict[str, Any], layer: str, feature_id: str | None) -> dict[str, Any]:
    """Return the same map with a feature selected, or none."""
    chosen = None if feature_id is None else {"layer": layer, "id": feature_id}
    return document | {"selected": chosen}
