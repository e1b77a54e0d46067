"""The document of a web map: everything that it shows, as plain JSON, and nothing to execute.

The page that draws it (``layers/assets``) is always the same; only this document differs. Columns
are stored as columns and coordinates as flat lists, so that 10,000 points stay well below 3 MB.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from geo.arguments import brief
from geo.crs import moved
from geo.doors import door
from geo.errors import InputError, LayerError
from layers.look.basemaps import basemap as basemap_named
from layers.look.basemaps import basemaps
from layers.look.legend import choropleth_legend, surface_legend
from layers.look.outside import clean_frames, clean_overlays
from layers.look.overlays import (
    NAMED,
    SURFACE_OPACITY,
    Choropleth,
    Features,
    Isolines,
    Overlay,
    Points,
    Surface,
    classify,
    level_values,
    paint,
    surface_classes,
)
from layers.look.symbology import Style, layer_styles, symbology, value_label
from layers.plan.catalogue import load, members, table
from layers.plan.schema import resource, resources
from layers.type.outside_texts import Cleaner
from layers.web.encoding import CRS, DECIMALS, columnar
from layers.words import both, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from layers.look.content import Content
    from layers.look.symbology import LayerStyle

__all__ = [
    "Choropleth",
    "Features",
    "Isolines",
    "Overlay",
    "Points",
    "Surface",
    "content_document",
    "map_document",
    "to_json",
]

LANGUAGES = ("zh", "en")
VERSION = 1
# About 1 m: no bend of a line is lost that can be seen.
LINE_TOLERANCE_DEG = 1e-5
ISOLINE_LABEL = {
    "priority": 9,
    "min_zoom": 0,
    "size": 11,
    "weight": 600,
    "halo": "#FFFFFF",
    "skip": [],
}
# What every card treats in its own way, and what is of no use to a reader.
CARD_TEXTS = ("source_id", "heading", "quote", "evidence", "accuracy_m", "rule", "flag", "note")
NAMES = ("id", "name_zh", "name_en", "aliases")
HIDDEN = frozenset(
    {*NAMES, *CARD_TEXTS, "lon", "lat", "colour", "order", "roads", "position_source", "adcode"}
)
REFERENCES = frozenset({"within", "same_as", "park_id", "parent_id", "canonical_id"})

# The data package says how lists are stored; a reader sees them as lists.
_SEPARATED = re.compile(r"（\| 分隔）|, separated by \|")

# What a script element, or a file, does not hold.
_ESCAPED = re.compile("[<>&\u2028\u2029\ud800-\udfff]")

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
        Names of the layers that are switched on; overlays are called ``overlay-1``,
        ``overlay-2`` and so on. By default what ``data/symbology.json`` says, or every layer
        that was asked for by name, and every overlay.
    selected
        Layer and id of the feature that is outlined and whose card is open.
    overlays
        Results of analyses, drawn above the base map and below the plan.
    styles
        How layers are drawn that do not look as ``data/symbology.json`` says.

    Returns
    -------
    dict
        Ready for :func:`json.dumps`; see the keys of ``layers`` in the tests. It never holds
        the key of a tile service.

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
    >>> [layer["id"] for layer in document["layers"] if layer["group"] == "224"]
    ['cities']
    """
    if lang not in LANGUAGES:
        raise InputError(
            f"map_document: lang={lang!r}; choose from {', '.join(LANGUAGES)}",
            code="option.one_of",
            value=brief(lang),
            names=LANGUAGES,
        )
    basemap_named(basemap)
    cleaner = Cleaner(drawn=False)
    frames = clean_frames(_frames(layers), cleaner)
    overlays = clean_overlays(overlays, cleaner)
    looks = {**layer_styles(), **(styles or {})}
    encoded = [_layer(name, frames[name], looks[name]) for name in looks if name in frames]
    encoded += [_overlay(f"overlay-{n}", item) for n, item in enumerate(overlays, start=1)]
    names = [layer["id"] for layer in encoded]
    shown = _visible(visible, names, asked=layers is not None)
    return {
        "version": VERSION,
        "lang": lang,
        "texts": _texts(),
        "remarks": {each: list(cleaner.sentences(each)) for each in LANGUAGES},
        "groups": symbology()["groups"],
        "evidence": symbology()["evidence"],
        "no_data": symbology()["no_data"],
        "units": symbology()["units"],
        "values": symbology()["values"],
        "basemaps": [_basemap(name) for name in basemaps()],
        "base": basemap,
        "layers": encoded,
        "visible": shown,
        "selected": None if selected is None else {"layer": selected[0], "id": selected[1]},
        "bounds": _bounds(encoded, shown),
        "sources": _cited(
            "sources",
            encoded,
            "source_id",
            ["name_zh", "name_en", "attribution", "attribution_en"],
        ),
        "belongs": _belongs(encoded),
        "conflicts": _cited("conflicts", encoded, "flag", ["name_zh", "name_en"]),
    }


def content_document(content: Content) -> dict[str, Any]:
    """Return the JSON document of what a map shows, as :func:`map_document` does."""
    overlays = tuple(f"overlay-{n}" for n in range(1, len(content.overlays) + 1))
    document = map_document(
        content.frames,
        visible=(*content.visible, *overlays),
        overlays=content.overlays,
        lang=content.lang,
        basemap=content.base,
        styles=content.styles,
    )
    if content.extent is not None:
        west, south, east, north = content.extent
        document["bounds"] = [[south, west], [north, east]]
    return document


def to_json(document: Mapping[str, Any]) -> str:
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
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _frames(
    layers: Mapping[str, gpd.GeoDataFrame] | Sequence[str] | None,
) -> dict[str, gpd.GeoDataFrame]:
    wanted = list(layer_styles()) if layers is None else list(layers)
    unknown = [name for name in wanted if name not in layer_styles()]
    if unknown:
        raise LayerError(
            f"map_document: no layer with geometry is called {', '.join(map(repr, unknown))}; "
            f"choose from {', '.join(layer_styles())}, or hand the frame over as an overlay",
            code="option.one_of",
            value=unknown,
            names=layer_styles(),
        )
    given = layers if isinstance(layers, Mapping) else {}
    context = [name for name, item in resources().items() if item.group == "context"]
    return {
        name: given[name] if name in given else load(name)
        for name in dict.fromkeys([*context, *wanted])
        if name in layer_styles()
    }


def _visible(visible: Sequence[str] | None, names: list[str], *, asked: bool) -> list[str]:
    if visible is not None:
        unknown = sorted(set(visible) - set(names))
        if unknown:
            raise InputError(
                f"map_document: visible names {unknown}, which the map does not hold; "
                f"it holds {names}",
                code="option.one_of",
                value=unknown,
                names=names,
            )
        return [name for name in names if name in set(visible)]
    styles = layer_styles()
    return [name for name in names if asked or name not in styles or styles[name].visible]


def _layer(name: str, frame: gpd.GeoDataFrame, style: LayerStyle) -> dict[str, Any]:
    description = resource(name)
    fields = [field for field in description.fields if field.name in frame.columns]
    columns = [field.name for field in fields if field.name not in HIDDEN]
    kept = [key for key in (*NAMES, *CARD_TEXTS, "colour") if key in frame.columns]
    table = frame[[*kept, *columns]].copy()
    if style.size is not None and style.size.field in table:
        table["stated"] = np.where(table[style.size.field].notna(), "stated", "unstated")
    return {
        **columnar(frame, table),
        "id": name,
        "group": description.group,
        "title": {"zh": description.title_zh, "en": description.title_en},
        "rank": list(resources()).index(name),
        "legend": style.legend,
        "pane": style.pane,
        "cluster": style.cluster,
        "label": asdict(style.label),
        "classify": style.classify,
        "colour_field": style.colour_field,
        "style": asdict(style.style),
        "classes": [_class(style.classify, value, item) for value, item in style.classes.items()],
        "size": None if style.size is None else asdict(style.size),
        "fields": [
            _field(
                field.name,
                {"zh": field.title_zh, "en": field.title_en},
                unit=field.unit,
                whole=field.type == "integer",
            )
            for field in fields
            if field.name in columns and field.name != style.colour_field
        ],
        "stops": _stops(frame) if style.style.stops else [],
    }


def _overlay(name: str, overlay: Overlay) -> dict[str, Any]:
    """Return an overlay as a layer of the document."""
    title = {"zh": overlay.title, "en": overlay.title_en or overlay.title}
    if isinstance(overlay, Surface):
        return {
            "id": name,
            "group": "analysis",
            "title": title,
            "rank": 0,
            "kind": "image",
            "unit": overlay.unit,
            "classes": surface_legend(surface_classes(overlay), opacity=SURFACE_OPACITY),
            **paint(overlay),
        }
    columns = {} if isinstance(overlay, Isolines) else dict(overlay.columns or {})
    common: dict[str, Any] = {
        "id": name,
        "group": "analysis",
        "title": title,
        "rank": 0,
        "legend": "classes",
        "cluster": False,
        "label": None,
        "classify": None,
        "colour_field": None,
        "classes": [],
        "size": None,
        "stops": [],
    }
    fields = [_field(key, {"zh": words, "en": words}) for key, words in columns.items()]
    if isinstance(overlay, Isolines):
        return _said_simpler({**common, **_isolines(overlay), "fields": fields})
    table = _overlay_table(overlay.frame, list(columns))
    if isinstance(overlay, Points):
        style = Style(overlay.colour, symbol=overlay.symbol, size_px=overlay.size_px)
        common |= {"pane": "point", "cluster": overlay.cluster, "style": asdict(style)}
        common |= {"label": asdict(NAMED) if overlay.named else None}
    elif isinstance(overlay, Features):
        dash = "7 5" if overlay.dashed else ""
        style = Style(overlay.colour, weight=2, fill_opacity=overlay.fill_opacity, dash=dash)
        common |= {"pane": "analysis", "style": asdict(style)}
    else:
        classes = classify(overlay)
        table["class"] = [str(code) for code in classes.codes]
        table[overlay.column] = overlay.frame[overlay.column].to_numpy()
        fields.insert(0, _field(overlay.column, title, unit=overlay.unit))
        schematic = _schematic(overlay.frame)
        common |= choropleth_legend(classes, schematic=schematic) | {"unit": overlay.unit}
    return _said_simpler({**columnar(overlay.frame, table), **common, "fields": fields})


def _said_simpler(layer: dict[str, Any]) -> dict[str, Any]:
    """Return a layer whose title says how far its borders may be off, where they are simplified."""
    if "simplified_m" not in layer:
        return layer
    metres = number(layer["simplified_m"])
    notes = dict(zip(LANGUAGES, both("document.simplified"), strict=True))
    said = {lang: words + notes[lang].format(m=metres) for lang, words in layer["title"].items()}
    return layer | {"title": said}


def _isolines(overlay: Isolines) -> dict[str, Any]:
    """Return isolines by their values: thin lines, each with its number on it."""
    values = level_values(overlay)
    given = overlay.frame
    lines = given if given.crs is None else moved(given, CRS, function="map_document")
    table = pd.DataFrame({"id": [f"{value:.12g}" for value in values]})
    return {
        **columnar(lines.set_geometry(lines.simplify(LINE_TOLERANCE_DEG)), table),
        "legend": "layer",
        "unit": overlay.unit,
        "pane": "isoline",
        "style": asdict(Style(overlay.colour, weight=1.1)),
        "label": {"place": "isoline", "colour": overlay.colour, **ISOLINE_LABEL},
    }


def _schematic(frame: gpd.GeoDataFrame) -> bool:
    """Tell whether all areas of a frame are built by a rule, and so are drawn dashed."""
    return "evidence" in frame and bool((frame["evidence"] == "schematic").all())


def _class(column: str | None, value: str, style: Style) -> dict[str, Any]:
    return {
        "value": value,
        "label": {lang: value_label(column or "", value, lang=lang) for lang in LANGUAGES},
        "style": asdict(style),
    }


def _field(name: str, title: Text, *, unit: str = "", whole: bool = False) -> dict[str, Any]:
    return {
        "name": name,
        "title": {lang: _SEPARATED.sub("", words) for lang, words in title.items()},
        "unit": unit,
        "whole": whole,
        "reference": name in REFERENCES,
    }


def _overlay_table(frame: gpd.GeoDataFrame, columns: list[str]) -> pd.DataFrame:
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise InputError(
            f"map_document: an overlay asks for columns {missing}; its frame has "
            f"{', '.join(map(str, frame.columns))}",
            code="caller.argument",
            function="map_document",
        )
    kept = [name for name in NAMES if name in frame.columns]
    table = pd.DataFrame(frame[[*kept, *(name for name in columns if name not in kept)]])
    if "id" not in table:
        table.insert(0, "id", [str(label) for label in frame.index])
    return table


def _stops(frame: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return the nodes of each axis in the plan's order."""
    stops: list[dict[str, Any]] = []
    for axis in frame["id"]:
        nodes = members(axis, "node")
        for order, node in enumerate(nodes.itertuples(index=False), start=1):
            stops.append(
                {
                    "axis": axis,
                    "number": order,
                    "id": node.id,
                    "name_zh": node.name_zh,
                    "lon": round(node.geometry.x, DECIMALS),
                    "lat": round(node.geometry.y, DECIMALS),
                }
            )
    return stops


def _basemap(name: str) -> dict[str, Any]:
    entry = asdict(basemap_named(name))
    entry["title"] = {"zh": entry.pop("title_zh"), "en": entry.pop("title_en")}
    entry["needs_key"] = bool(entry.pop("key_variable"))
    return entry


def _bounds(encoded: list[dict[str, Any]], shown: list[str]) -> list[list[float]]:
    """Return [[south, west], [north, east]] of what is shown above the base map."""
    corners: list[list[float]] = []
    for layer in encoded:
        if layer["group"] == "context" or layer["id"] not in shown:
            continue
        if layer["kind"] == "image":
            corners += layer["bounds"]
        elif layer["located"]:
            corners += _corners(layer)
    if not corners:
        home: list[list[float]] = symbology()["home"]
        return home
    array = np.asarray(corners, dtype=float)
    return [array.min(axis=0).tolist(), array.max(axis=0).tolist()]


def _corners(layer: dict[str, Any]) -> list[list[float]]:
    if "shapes" in layer:
        shapes = [shapely.from_geojson(json.dumps(item)) for item in layer["shapes"] if item]
        west, south, east, north = shapely.total_bounds(np.asarray(shapes)).tolist()
        return [[south, west], [north, east]]
    points = np.asarray(layer["points"], dtype=float).reshape(-1, 2)
    low, high = np.nanmin(points, axis=0), np.nanmax(points, axis=0)
    return [[float(low[1]), float(low[0])], [float(high[1]), float(high[0])]]


def _cited(
    name: str, encoded: list[dict[str, Any]], column: str, wanted: list[str]
) -> dict[str, Text]:
    """Return the rows of a table of the atlas that the features name, by id."""
    used: set[str] = set()
    for layer in encoded:
        values = layer.get("columns", {}).get(column, [])
        words = values["values"] if isinstance(values, dict) else values
        used.update(part for word in words if word for part in word.split("|"))
    rows = table(name)
    found = rows.loc[rows["id"].isin(used), ["id", *wanted]].fillna("").astype(str)
    return {row["id"]: {key: row[key] for key in wanted} for row in found.to_dict("records")}


def _belongs(encoded: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Return the ids of what each feature belongs to, for features and targets on the map."""
    ids = {key for layer in encoded if "columns" in layer for key in _ids(layer)}
    links = table("memberships")
    links = links[links["feature_id"].isin(ids) & links["target_id"].isin(ids)]
    pairs = links[["feature_id", "target_id"]].drop_duplicates()
    return {str(key): rows.tolist() for key, rows in pairs.groupby("feature_id")["target_id"]}


def _ids(layer: dict[str, Any]) -> list[str]:
    values = layer["columns"]["id"]
    ids: list[str] = values["values"] if isinstance(values, dict) else values
    return ids


@cache
def _texts() -> dict[str, Text]:
    path = Path(__file__).parents[1] / "assets" / "texts.json"
    texts: dict[str, Text] = json.loads(path.read_text(encoding="utf-8"))
    return texts
