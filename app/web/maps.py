"""The map of each page, as a document; kept, so that a re-run draws nothing again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import pandas as pd

from app.web import view_state
from app.web.public import as_known, is_public
from geo.crs import GEOGRAPHIC
from layers.keeping.answers import kept_answer
from layers.look.basemaps import VECTOR
from layers.look.callouts import layer_name, noted
from layers.look.reduced import reduced
from layers.look.sheet import INTERNAL, Sheet
from layers.questions import contents
from layers.record.specification import specified
from layers.web.document import content_document, map_document, to_json
from layers.web.references import zones_alone

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.zoned.people import Population
    from layers.keeping.own_notes import Note
    from layers.questions.kinds import Kind
    from layers.questions.subjects import Zones

ZONES = "overlay-zones"
# How the document of a map ends on which nothing is selected.
NOTHING_SELECTED = '"selected":null}'
# Nobody has reviewed a screen.
UNREVIEWED = Sheet("", INTERNAL)


class Place(NamedTuple):
    """A place that is put forward: degrees in EPSG:4490, one sigma in metres."""

    id: str
    name_zh: str
    name_en: str
    accuracy_m: float
    lon: float
    lat: float


class Seen(NamedTuple):
    """What of a map is on the screen, as the address of its page says it."""

    visible: tuple[str, ...] | None = None
    hidden: tuple[str, ...] | None = None
    year: int | None = None
    base: str = VECTOR
    notes: tuple[Note, ...] = ()


ALL_SEEN = Seen()


def seen(names: Sequence[str], address: Mapping[str, str], notes: tuple[Note, ...]) -> Seen:
    """Return what of the map of a page is on the screen.

    Parameters
    ----------
    names
        Layers and results that the map has, with that of the notes.
    address
        Parameters of the page's address.
    notes
        Those of the visitor.
    """
    return Seen(
        visible=view_state.visible(address.get("layers"), names),
        hidden=view_state.hidden(address.get("hidden")) or None,
        year=view_state.year(address.get("year")),
        base=view_state.base(address.get("base")),
        notes=notes,
    )


@kept_answer
def document(question: Kind, *, lang: str) -> str:
    """Return the map of a question as the JSON text that pages hand out, which is cheap to keep."""
    content = question.content(lang)
    return _as_text(content_document(reduced(content) if is_public() else content))


def _as_text(drawn: dict[str, Any]) -> str:
    # At the end, where it is replaced without a look at all the rest.
    drawn["selected"] = drawn.pop("selected")
    return to_json(drawn)


@kept_answer
def notes(own: tuple[Note, ...], *, lang: str) -> str:
    """Return the layer of a visitor's notes as JSON text, empty where there are none.

    It is apart from the map of a page, which stays as it is when a note is written.
    """
    if not own:
        return ""
    drawn = map_document([], overlays=[noted(own, lang)], lang=lang)["layers"]
    (layer,) = [each for each in drawn if each["id"] == layer_name()]
    return to_json(layer)


@kept_answer
def statement_rows(
    question: Kind,
    *,
    lang: str,
    sheet: Sheet = UNREVIEWED,
    seen: Seen = ALL_SEEN,
) -> tuple[tuple[str, str], ...]:
    """Return what the map of a page is, as names and values: the record of all its outputs.

    Parameters
    ----------
    question, lang
        What is asked, and ``"zh"`` or ``"en"``.
    sheet
        Whose author and date are said.
    seen
        What of the map is on the screen.
    """
    spec = specified(question, sheet, lang=lang)
    return replace(spec, **seen._asdict()).statement().rows()


def own(frame: gpd.GeoDataFrame, title: str, name_column: str, lang: str) -> dict[str, Any]:
    """Return the map of a visitor's features; not kept, as it is of what is looked at once."""
    content = contents.own(frame, title=title, name_column=name_column, lang=lang)
    return content_document(content)


def own_people(people: Population, title: str, lang: str) -> dict[str, Any]:
    """Return the map of a visitor's raster of people."""
    return content_document(contents.own_people(people, title=title, lang=lang))


@kept_answer
def candidates(places: tuple[Place, ...], title: str, *, lang: str) -> str:
    """Return the map on which somebody says where things are; kept, as most runs change nothing."""
    table = pd.DataFrame(places, columns=Place._fields)
    at = gpd.points_from_xy(table.pop("lon"), table.pop("lat"))
    frame = gpd.GeoDataFrame(table, geometry=at, crs=GEOGRAPHIC)
    return _as_text(content_document(contents.candidates(frame, title=title, lang=lang)))


@kept_answer
def outlines(zones: Zones, ids: tuple[str, ...]) -> str:
    """Return some zones as a layer in JSON text, for a map that does not draw them."""
    frame = zones.frame()
    return to_json(zones_alone(as_known(frame[frame["id"].isin(ids)])))


def selecting(
    document: str,
    feature_id: str | None,
    layer: str | None = None,
    zones: gpd.GeoDataFrame | None = None,
    facts: Mapping[str, str] | None = None,
) -> str:
    """Return the same map with a feature selected, or none, and what the page found of it.

    It is that of the layer if the layer has it, else of the first one that does. A zone that the
    map does not draw is outlined on it all the same. What was selected on it before stays.
    """
    if feature_id is None or not document.endswith(NOTHING_SELECTED):
        return document
    selected: dict[str, Any] = {"layer": layer, "id": feature_id}
    if zones is not None and feature_id in set(zones["id"]):
        selected["zone"] = zones_alone(as_known(zones[zones["id"] == feature_id]))
    if facts:
        selected["facts"] = [*facts.items()]
    chosen = to_json({"selected": selected})
    return document.removesuffix(NOTHING_SELECTED) + chosen[1:]
