"""The map of each page, as a document; kept, so that a re-run draws nothing again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from layers.keeping.answers import kept_answer
from layers.questions import contents
from layers.web.document import content_document

if TYPE_CHECKING:
    import geopandas as gpd

    from geo.zoned.people import Population
    from layers.questions.kinds import Kind

ZONES = "overlay-1"


@kept_answer
def document(question: Kind, *, lang: str) -> dict[str, Any]:
    """Return the map of a question."""
    return content_document(question.content(lang))


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
