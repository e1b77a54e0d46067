"""The document of a web map: everything that it shows, as plain JSON, and nothing to execute.

The page that draws it (``layers/assets``) is always the same; only this document differs. Columns
are stored as columns and coordinates as flat lists, so that 10,000 points stay well below 3 MB.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from types import NoneType
from typing import TYPE_CHECKING, Any, get_args

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.arguments import require_one_of, require_type
from geo.crs import moved
from geo.doors import door
from geo.errors import InputError, LayerError
from geo.numerals import LANGUAGES, number
from geo.outlines import simplified
from layers.look import reduced
from layers.look.basemaps import basemap as basemap_named
from layers.look.basemaps import basemaps
from layers.look.content import Content
from layers.look.outside import clean_frames, clean_overlays
from layers.look.overlays import Overlay, result_names
from layers.look.styles import for_scripts
from layers.look.symbology import layer_styles, symbology
from layers.look.told import as_told
from layers.plan.area import area, per_folder
from layers.plan.catalogue import as_drawn
from layers.plan.rule_words import rule_in_words
from layers.plan.schema import resource, resources
from layers.plan.selection import placed_share
from layers.plan.years import years_of
from layers.scene.known import zone_only_sample, zone_only_words
from layers.scene.resolved import scene
from layers.scene.samples import sample
from layers.scene.scene import CONTEXT, REMARK
from layers.scene.sizes import sized_by
from layers.type.outside_texts import Cleaner
from layers.web import references
from layers.web.encoding import CRS, columnar, corners_of, painted, stop_of
from layers.web.pictures import encoded
from layers.words import both, capital, paragraph, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.look.styles import LayerStyle, Style
    from layers.scene.scene import Drawn, Scene

VERSION = 3
# About 1 m: no bend of a line is lost that can be seen.
LINE_TOLERANCE_DEG = 1e-5
# Of more zones than this a map in a browser names none: it has no room, and each has its card.
MOST_NAMED = 120
# Few zones are named before all else, with a line to a name that has no room in its zone.
FEW_ZONES, FIRST = 9, 3
# What every card treats in its own way, and what is of no use to a reader.
CARD_TEXTS = ("source_id", "heading", "quote", "evidence", "accuracy_m", "rule", "flag", "note")
NAMES = ("id", "name_zh", "name_en", "aliases")
HIDDEN = frozenset(
    {*NAMES, *CARD_TEXTS, "lon", "lat", "colour", "order", "roads", "position_source", "adcode"}
    | {"site_id", "claim_id"}
)
REFERENCES = frozenset(
    {"within", "same_as", "park_id", "parent_id", "canonical_id", "host_id", "entity_id"}
)
# The data package says how lists are stored; a reader sees them as lists.
_SEPARATED = re.compile(r"（\| 分隔）|, separated by \|")

# What of a style the sample of a point is drawn with.
_OF_POINTS = ("symbol", "colour", "edge", "size_px", "dash", "opacity")

# What a script element, or a file, does not hold.
_ESCAPED = re.compile("[<>&\u2028\u2029\ud800-\udfff]")

# Of a base map what no page needs.
_NOT_OF_PAGES = {"declared", "in_files", "review_number", "year"}

Text = dict[str, str]


@door
def map_document(
    layers: Mapping[str, gpd.GeoDataFrame] | Sequence[str] | None = None,
    *,
    lang: str = "zh",
    basemap: str = "vector",
    visible: Sequence[str] | None = None,
    selected: tuple[str, str] | None = None,
    overlays: Sequence[Overlay] = (),
    styles: Mapping[str, LayerStyle] | None = None,
) -> dict[str, Any]:
    """Return the JSON document of a web map.

    Parameters
    ----------
    layers
        Names of layers, or frames by layer name (features to show in place of the whole
        layer). All layers with geometry when None. Base-map layers (districts, river, roads,
        metro) that are not given are added.
    lang
        Language that the map opens in, ``"zh"`` or ``"en"``; the document holds both.
    basemap
        Base map that it opens with, one of :func:`layers.look.basemaps.basemaps`.
    visible
        Names of the layers and results that are switched on; results are called by what they are,
        such as ``overlay-zones``, see :func:`layers.look.overlays.result_names`. By default what
        ``data/symbology.json`` says, or every layer that was asked for by name, and every result.
    selected
        Layer and id of the feature that is outlined and whose card is open.
    overlays
        Results of analyses, drawn above the base map and below the plan.
    styles
        How layers are drawn that do not look as ``data/symbology.json`` says.

    Returns
    -------
    dict
        Ready for :func:`json.dumps`, as ``document.schema.json`` describes it. It never holds the
        key of a tile service.

    Raises
    ------
    LayerError
        If a name is not a layer with geometry.
    CRSError
        If a frame has no CRS.
    InputError
        If ``lang``, ``basemap``, ``visible`` or an overlay is not valid.

    Examples
    --------
    >>> document = map_document(["cities"])
    >>> [layer["id"] for layer in document["layers"] if layer["group"] == "layout"]
    ['cities']
    """
    require_one_of(lang, LANGUAGES, "language", function="map_document")
    basemap_named(basemap)
    _require_kinds(layers, visible, selected, overlays)
    cleaner = Cleaner(drawn=False)
    frames = clean_frames(_frames(layers), cleaner)
    overlays = clean_overlays(overlays, cleaner)
    content = Content(frames, (), overlays, lang, base=basemap, styles=styles or {})
    resolved = scene(content, function="map_document")
    layers_ = [_layer(each) for each in resolved.layers if each.overlay is None]
    layers_ += [_layer(each) for each in _in_order(resolved, result_names(overlays))]
    names = [layer["id"] for layer in layers_]
    subjects, claims = references.claims(layers_)
    cited = {claim["source_id"] for each in claims.values() for claim in each}
    visible_ids = _visible(visible, names, asked=layers is not None)
    return {
        "version": VERSION,
        "lang": lang,
        "texts": _texts(),
        "remarks": {each: list(cleaner.sentences(each)) for each in LANGUAGES},
        "looks": for_scripts(),
        "groups": [
            {"id": group, "title": words._asdict()} for group, words in resolved.groups.items()
        ],
        "evidence": resolved.evidence,
        "units": symbology()["units"],
        "values": symbology()["values"],
        "land": area().land.layer,
        "time": references.times(layers_),
        "stops_layer": resolved.stops_layer,
        "aside": REMARK,
        "zone_only": {
            "title": zone_only_words(spread=resolved.spread)._asdict(),
            "sample": {key: getattr(zone_only_sample(), key) for key in _OF_POINTS},
        },
        "basemaps": [_basemap(name) for name in basemaps()],
        "base": basemap,
        "layers": layers_,
        "visible": visible_ids,
        "selected": None if selected is None else {"layer": selected[0], "id": selected[1]},
        "bounds": _bounds(layers_, visible_ids, resolved),
        "sources": references.cited(
            "sources",
            layers_,
            "source_id",
            ["name_zh", "name_en", "date", "attribution", "attribution_en"],
            cited,
        ),
        "subjects": subjects,
        "claims": claims,
        "belongs": references.belongs(layers_),
        "conflicts": references.cited("conflicts", layers_, "flag", ["name_zh", "name_en"]),
        "rules": {rule: rule_in_words(rule) for rule in sorted(references.values(layers_, "rule"))},
    }


def _require_kinds(layers: object, visible: object, selected: object, overlays: Any) -> None:  # noqa: ANN401
    """Refuse arguments of another kind than they can have, with what to pass."""
    require = partial(require_type, function="map_document")
    names = "names of layers in a list, such as ['cities', 'axes']"
    frames = f"{names}, GeoDataFrames by the name of their layer, or a specification"
    feature = "the name of a layer and the id of a feature, such as ('parks', 'park-1')"
    results = "results in a list, such as [layers.Features(frame, 'title')]"
    require(layers, (list, tuple, Mapping, NoneType), "layers", frames)
    for name, frame in layers.items() if isinstance(layers, Mapping) else ():
        require(frame, gpd.GeoDataFrame, f"what stands for {name}", "a GeoDataFrame")
    require(visible, (list, tuple, set, frozenset, NoneType), "visible", names)
    require(selected, (tuple, list, NoneType), "selected", feature)
    require(overlays, (list, tuple), "overlays", results)
    for overlay in overlays:
        require(overlay, get_args(Overlay), "an overlay", results)


def content_document(content: Content) -> dict[str, Any]:
    """Return the JSON document of what a map shows, as :func:`map_document` does."""
    document = map_document(
        content.frames,
        visible=content.names,
        overlays=content.overlays,
        lang=content.lang,
        basemap=content.base,
        styles=content.styles,
    )
    if content.reduced:
        # Claims tell places as their sources do, and stops as the layer of their points does.
        document |= {"subjects": {}, "claims": {}}
        for stop in (each for layer in document["layers"] for each in layer.get("stops", ())):
            stop.update({key: round(stop[key], reduced.DECIMALS) for key in ("lon", "lat")})
    if content.extent is not None:
        west, south, east, north = content.extent
        document["bounds"] = [[south, west], [north, east]]
    return document


def to_json(document: Mapping[str, Any] | list[Any]) -> str:
    r"""Return a document as compact JSON that may stand inside an HTML ``<script>`` element.

    ``<``, ``>``, ``&`` and the two line separators of JavaScript are written as escapes, so that
    no text of a feature can end the element or start another; so are halves of characters, which
    no file can hold.

    Examples
    --------
    >>> to_json({"name": "</script>"})
    '{"name":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _frames(
    layers: Mapping[str, gpd.GeoDataFrame] | Sequence[str] | None,
) -> dict[str, gpd.GeoDataFrame]:
    wanted = list(layer_styles()) if layers is None else list(layers)
    for name in wanted:
        require_one_of(
            name, layer_styles(), "layer with a style", function="map_document", error=LayerError
        )
    frames = layers if isinstance(layers, Mapping) else {}
    context = [name for name, item in resources().items() if item.group == "context"]
    return {
        name: _bare(frames[name] if name in frames else as_drawn(name))
        for name in dict.fromkeys([*context, *wanted])
        if name in layer_styles()
    }


def _bare(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return features without what their frame says of itself: each look at a column copies it."""
    bare = frame.copy(deep=False)
    bare.attrs = {}
    return bare


def _visible(visible: Sequence[str] | None, names: list[str], *, asked: bool) -> list[str]:
    if visible is not None:
        for name in visible:
            require_one_of(name, names, "layer or result", function="map_document")
        return [name for name in names if name in set(visible)]
    styles = layer_styles()
    return [name for name in names if asked or name not in styles or styles[name].visible]


def _in_order(resolved: Scene, given: Sequence[str]) -> list[Drawn]:
    """Return the results of a map in the order in which they were given."""
    results = [each for each in resolved.layers if each.overlay is not None]
    return sorted(results, key=lambda each: given.index(each.id))


def _layer(drawn: Drawn) -> dict[str, Any]:
    """Return a layer or an overlay as a layer of the document."""
    listed = drawn.listed == "layer"
    titles = (drawn.as_one if listed else drawn.titles)._asdict()
    common = {"id": drawn.id, "group": drawn.group, "rank": drawn.rank, "unit": drawn.unit}
    if drawn.picture is not None:
        return {
            **common,
            "title": titles,
            "kind": "image",
            "classes": [
                {
                    "value": each.value,
                    "label": each.words._asdict(),
                    "sample": asdict(sample(each.style, "area")),
                }
                for each in drawn.classes
            ],
            "colours": [] if drawn.classes else list(drawn.picture.colours),
            "ticks": list(drawn.picture.ticks),
            **encoded(drawn.picture),
        }
    shapes = _lines(drawn.frame) if drawn.pane == "isoline" else drawn.frame
    told = None if drawn.overlay is not None else years_of(drawn.id, drawn.frame)
    years = None if told is None else told.tolist()
    columns = columnar(shapes, _result(drawn) if drawn.overlay is not None else _plan(drawn))
    return {
        **columns,
        **common,
        "title": titles,
        "heading": drawn.heading and drawn.heading._asdict(),
        "note": _note(columns.get("simplified_m"), drawn),
        "years": years and [None if pd.isna(year) else int(year) for year in years],
        "lacking": placed_share(drawn.frame).lacking,
        "legend": "layer" if drawn.listed == "layer" else "classes",
        "pane": drawn.pane,
        "cluster": drawn.cluster,
        "label": _label(drawn),
        "classify": drawn.classify,
        "classes": [{"value": each.value, "label": each.words._asdict()} for each in drawn.classes],
        "colour": drawn.colour,
        **_looks(drawn),
        **({"painted": painted(_parts(drawn))} if drawn.striped else {}),
        "amounts": [{"amount": amount, "radius": radius} for amount, radius in drawn.amounts],
        "sized": {lang: sized_by(drawn.id, drawn.look, lang) for lang in LANGUAGES},
        "fields": _fields(drawn),
        "stops": [stop_of(stop) for stop in drawn.stops],
    }


def _looks(drawn: Drawn) -> dict[str, Any]:
    """Return the styles of a layer, and which one each feature has; radii where they differ."""
    known: dict[tuple[Style, float, str, bool], int] = {}
    picks = [
        known.setdefault((each.style, each.tint, each.kind, each.zone_only), len(known))
        for each in drawn.marks
    ]
    styles = [
        {**asdict(style), "tint": tint, "zone_only": by_zone, "sample": asdict(sample(style, kind))}
        for style, tint, kind, by_zone in known
    ]
    radii = [round(each.radius_px, 3) for each in drawn.marks] if drawn.look.size else None
    return {"styles": styles, "look": picks, "radii": radii}


def _label(drawn: Drawn) -> dict[str, Any] | None:
    """Return how features are named: a number stands on its isoline, or below a zone's name."""
    if drawn.label is None or (drawn.numbered and len(drawn.marks) > MOST_NAMED):
        return None
    place = "isoline" if drawn.pane == "isoline" else drawn.label.place
    few = drawn.numbered and len(drawn.marks) <= FEW_ZONES
    priority = FIRST if few else drawn.label.priority
    return {**asdict(drawn.label), "place": place, "priority": priority}


def _plan(drawn: Drawn) -> pd.DataFrame:
    """Return the columns of a layer of the plan."""
    frame = drawn.frame
    card = [key for key in (*NAMES, *CARD_TEXTS) if key in frame]
    columns = [field.name for field in resource(drawn.id).fields if field.name in frame]
    return _keyed(frame[[*card, *(name for name in columns if name not in HIDDEN)]].copy(), drawn)


def _result(drawn: Drawn) -> pd.DataFrame:
    """Return the columns of a result: names, and those that it shows."""
    frame = drawn.frame
    if drawn.pane == "isoline":
        ids = [f"{value:.12g}" for value in frame[drawn.numbers]]
        return pd.DataFrame({"id": ids, "words": [each.name for each in drawn.marks]})
    missing = [name for name in drawn.columns if name not in frame]
    if missing:
        raise InputError(
            f"map_document: an overlay asks for columns {missing}; its frame has "
            f"{', '.join(map(str, frame.columns))}",
            code="caller.argument",
            function="map_document",
        )
    names = [name for name in NAMES if name in frame]
    wanted = [*drawn.columns, drawn.numbers] if drawn.numbers else drawn.columns
    features = pd.DataFrame(
        frame[[*names, *(name for name in dict.fromkeys(wanted) if name not in names)]]
    )
    for name in set(wanted) - set(names):
        if pd.api.types.is_float_dtype(features[name]):
            features[name] = [as_told(value, name) for value in features[name]]
    if "id" not in features:
        features.insert(0, "id", [each.id for each in drawn.marks])
    if drawn.numbered and _label(drawn):
        features["figure_words"] = [each.value if each.name else "" for each in drawn.marks]
    return _keyed(features, drawn)


def _keyed(columns: pd.DataFrame, drawn: Drawn) -> pd.DataFrame:
    """Return columns with the class of each feature among them."""
    if drawn.classify is not None and drawn.classify not in columns:
        columns[drawn.classify] = [each.key for each in drawn.marks]
    return columns


def _fields(drawn: Drawn) -> list[dict[str, Any]]:
    """Return what a card says of a feature."""
    if drawn.overlay is None:
        translations = resource(drawn.id).translations
        return [
            _field(
                field.name,
                {"zh": field.title_zh, "en": field.title_en},
                unit=field.unit,
                whole=field.type == "integer",
            )
            for field in resource(drawn.id).fields
            if field.name in drawn.frame and field.name not in HIDDEN | translations
        ]
    # What the colours tell has its title in the legend: a column of it would say it twice.
    colours = drawn.numbers if drawn.numbered else None
    first = [_field(colours, drawn.titles._asdict(), unit=drawn.unit)] if colours else []
    others = {key: words for key, words in drawn.columns.items() if key != colours}
    return first + [_field(key, {"zh": words, "en": words}) for key, words in others.items()]


def _note(metres: float | None, drawn: Drawn) -> Text | None:
    """Return how far borders may be off, and what stripes and numbers mean; None for nothing."""
    there = {"simplified": metres, "striped": drawn.striped, "stops": drawn.stops}
    notes = [both(f"document.{key}") for key, said in there.items() if said]
    m = number(metres or 0.0)
    told = {
        lang: paragraph((words[at].format(m=m) for words in notes), lang)
        for at, lang in enumerate(LANGUAGES)
    }
    return told if notes else None


def _parts(drawn: Drawn) -> gpd.GeoSeries:
    return gpd.GeoSeries(drawn.painted, crs=drawn.frame.crs)


def _lines(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return isolines with no more bends than can be seen."""
    lines = moved(frame, CRS, function="map_document")
    return lines.set_geometry(simplified(lines.geometry, LINE_TOLERANCE_DEG))


def _field(name: str, title: Text, *, unit: str = "", whole: bool = False) -> dict[str, Any]:
    return {
        "name": name,
        "title": {lang: capital(_SEPARATED.sub("", words)) for lang, words in title.items()},
        "unit": unit,
        "whole": whole,
        "reference": name in REFERENCES,
    }


def _basemap(name: str) -> dict[str, Any]:
    entry = asdict(basemap_named(name))
    entry["title"] = {"zh": entry.pop("title_zh"), "en": entry.pop("title_en")}
    entry["matrices"] = [level._asdict() for level in basemap_named(name).matrices]
    # The key of a declared one comes with the running page; nobody is asked for it.
    entry["needs_key"] = bool(entry.pop("key_variable")) and not entry.pop("declared")
    return {key: value for key, value in entry.items() if key not in _NOT_OF_PAGES}


def _bounds(
    layers: list[dict[str, Any]], visible_ids: list[str], resolved: Scene
) -> list[list[float]]:
    """Return [[south, west], [north, east]] of what is shown above the base map."""
    corners: list[list[float]] = []
    for layer in layers:
        if layer["group"] == CONTEXT or layer["id"] not in visible_ids:
            continue
        if layer["kind"] == "image":
            corners += layer["bounds"]
        elif layer["located"]:
            corners += corners_of(layer)
    if not corners:
        return [list(corner) for corner in resolved.home]
    return [end(corners, axis=0).tolist() for end in (np.min, np.max)]


@per_folder
def _texts() -> dict[str, Text]:
    """Return the words of the map's own controls, by language."""
    controls = {key: texts for key, texts in words().items() if key.startswith("map.")}
    return {
        lang: {key.partition(".")[2]: str(texts[lang]) for key, texts in controls.items()}
        for lang in LANGUAGES
    }
