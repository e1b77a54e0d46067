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

from geo.datum import wgs84_to_gcj02
from geo.errors import CRSError, InputError, LayerError
from layers.basemaps import basemap as basemap_named
from layers.basemaps import basemaps
from layers.catalogue import load, members
from layers.overlays import Choropleth, Classes, Features, Overlay, Points, Surface, classify, paint
from layers.schema import resource, resources
from layers.spelling import spelt
from layers.symbology import Style, layer_style, layer_styles, symbology, value_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["Choropleth", "Features", "Overlay", "Points", "Surface", "map_document", "to_json"]

CRS = "EPSG:4490"
DECIMALS = 6
SCHEMATIC_EDGE = "#4C6378"
LANGUAGES = ("zh", "en")
VERSION = 1
# What every card treats in its own way, and what is of no use to a reader.
CARD_TEXTS = ("source_id", "heading", "quote", "evidence", "accuracy_m", "rule", "flag", "note")
NAMES = ("id", "name_zh", "name_en", "aliases")
HIDDEN = frozenset(
    {*NAMES, *CARD_TEXTS, "lon", "lat", "colour", "order", "roads", "position_source", "adcode"}
)
REFERENCES = frozenset({"within", "same_as", "park_id", "parent_id", "canonical_id"})

# The data package says how lists are stored; a reader sees them as lists.
_SEPARATED = re.compile(r"（\| 分隔）|, separated by \|")

Text = dict[str, str]


def map_document(
    layers: Mapping[str, gpd.GeoDataFrame] | Sequence[str] | None = None,
    *,
    lang: str = "zh",
    basemap: str = "vector",
    visible: Sequence[str] | None = None,
    selected: tuple[str, str] | None = None,
    overlays: Sequence[Overlay] = (),
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
        Base map that it opens with, one of :func:`layers.basemaps.basemaps`.
    visible
        Names of the layers that are switched on; overlays are called ``overlay-1``,
        ``overlay-2`` and so on. By default what ``data/symbology.json`` says, or every layer
        that was asked for by name, and every overlay.
    selected
        Layer and id of the feature that is outlined and whose card is open.
    overlays
        Results of analyses, drawn above the base map and below the plan.

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
        raise InputError(f"map_document: lang={lang!r}; choose from {', '.join(LANGUAGES)}")
    basemap_named(basemap)
    frames = _frames(layers)
    encoded = [_layer(name, frames[name]) for name in layer_styles() if name in frames]
    encoded += [_overlay(f"overlay-{n}", item) for n, item in enumerate(overlays, start=1)]
    names = [layer["id"] for layer in encoded]
    shown = _visible(visible, names, asked=layers is not None)
    return {
        "version": VERSION,
        "lang": lang,
        "texts": _texts(),
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


def to_json(document: Mapping[str, Any]) -> str:
    r"""Return a document as compact JSON that may stand inside an HTML ``<script>`` element.

    ``<``, ``>``, ``&`` and the two line separators of JavaScript are written as escapes, so that
    no text of a feature can end the element or start another.

    Examples
    --------
    >>> to_json({"name": "</script>"})
    '{"name":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _frames(
    layers: Mapping[str, gpd.GeoDataFrame] | Sequence[str] | None,
) -> dict[str, gpd.GeoDataFrame]:
    wanted = list(layer_styles()) if layers is None else list(layers)
    unknown = [name for name in wanted if name not in layer_styles()]
    if unknown:
        raise LayerError(
            f"map_document: no layer with geometry is called {', '.join(map(repr, unknown))}; "
            f"choose from {', '.join(layer_styles())}, or hand the frame over as an overlay"
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
                f"it holds {names}"
            )
        return [name for name in names if name in set(visible)]
    styles = layer_styles()
    return [name for name in names if asked or name not in styles or styles[name].visible]


def _layer(name: str, frame: gpd.GeoDataFrame) -> dict[str, Any]:
    description, style = resource(name), layer_style(name)
    fields = [field for field in description.fields if field.name in frame.columns]
    columns = [field.name for field in fields if field.name not in HIDDEN]
    kept = [key for key in (*NAMES, *CARD_TEXTS, "colour") if key in frame.columns]
    table = frame[[*kept, *columns]].copy()
    if style.size is not None and style.size.field in table:
        table["stated"] = np.where(table[style.size.field].notna(), "stated", "unstated")
    return {
        **_features(frame, table),
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
            **paint(overlay),
        }
    columns = dict(overlay.columns or {})
    common = {
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
    table = _overlay_table(overlay.frame, list(columns))
    if isinstance(overlay, Points):
        style = Style(overlay.colour, symbol=overlay.symbol, size_px=overlay.size_px)
        common |= {"pane": "point", "cluster": overlay.cluster, "style": asdict(style)}
    elif isinstance(overlay, Features):
        dash = "7 5" if overlay.dashed else ""
        style = Style(overlay.colour, weight=2, fill_opacity=overlay.fill_opacity, dash=dash)
        common |= {"pane": "analysis", "style": asdict(style)}
    else:
        classes = classify(overlay)
        table["class"] = [str(code) for code in classes.codes]
        table[overlay.column] = overlay.frame[overlay.column].to_numpy()
        fields.insert(0, _field(overlay.column, title, unit=overlay.unit))
        common |= _classed(classes, schematic=_schematic(overlay.frame)) | {"unit": overlay.unit}
    return {**_features(overlay.frame, table), **common, "fields": fields}


def _schematic(frame: gpd.GeoDataFrame) -> bool:
    """Tell whether all areas of a frame are built by a rule, and so are drawn dashed."""
    return "evidence" in frame and bool((frame["evidence"] == "schematic").all())


def _classed(classes: Classes, *, schematic: bool) -> dict[str, Any]:
    empty = symbology()["no_data"]
    edge = SCHEMATIC_EDGE if schematic else "#FFFFFF"
    dash = symbology()["evidence"]["schematic"]["dash"] if schematic else ""
    entries = [
        {
            "value": str(code),
            "label": {"zh": _range(low, high), "en": _range(low, high)},
            "style": asdict(Style(colour, edge=edge, weight=0.9, fill_opacity=0.78, dash=dash)),
        }
        for code, (low, high, colour) in enumerate(
            zip(classes.lows, classes.uppers, classes.colours, strict=True)
        )
    ]
    grey = Style(empty["colour"], edge="#FFFFFF", weight=0.8, fill_opacity=0.6)
    entries.append({"value": "-1", "label": empty["label"], "style": asdict(grey)})
    return {"pane": "analysis", "classify": "class", "classes": entries, "style": asdict(grey)}


def _range(low: float, high: float) -> str:
    if np.isneginf(low):
        return f"≤ {_number(high)}"
    return _number(low) if low == high else f"{_number(low)} – {_number(high)}"


def _number(value: float) -> str:
    """Return a number with at most four significant digits and thousands separators."""
    digits = max(0, 3 - int(np.floor(np.log10(abs(value))))) if value else 0
    text = f"{value:,.{min(digits, DECIMALS)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


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


def _features(frame: gpd.GeoDataFrame, table: pd.DataFrame) -> dict[str, Any]:
    """Return the geometry and the columns of a frame, column by column."""
    if frame.crs is None:
        raise CRSError(
            "map_document: a frame has no CRS, so it has no place on the map; "
            'say what its coordinates are with frame.set_crs("EPSG:4490")'
        )
    geometry = frame.geometry if frame.crs == CRS else frame.to_crs(CRS).geometry
    shapes: NDArray[np.object_] = geometry.to_numpy()
    located = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    if "name_zh" in table:
        table["pinyin"] = [spelt(str(name)) for name in table["name_zh"]]
    types = set(shapely.get_type_id(shapes[located]).tolist())
    only_points = types <= {int(shapely.GeometryType.POINT)}
    anchors = _anchors(shapes, located)
    coordinates: dict[str, Any] = {"points": _flat(anchors)}
    if not only_points:
        coordinates["shapes"] = _shapes(shapes, located)
    return {
        "kind": "point" if only_points else "shape",
        "count": len(frame),
        "located": int(located.sum()),
        "outside": _outside(anchors),
        "columns": {str(name): _column(table[name]) for name in table},
        **coordinates,
    }


def _anchors(shapes: NDArray[np.object_], located: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return a point of each feature (lon, lat), NaN where it has no place."""
    anchors = np.full((shapes.size, 2), np.nan)
    if located.any():
        anchors[located] = shapely.get_coordinates(shapely.point_on_surface(shapes[located]))
    return anchors


def _flat(anchors: NDArray[np.float64]) -> list[float | None]:
    flat = anchors.round(DECIMALS).ravel().astype("object")
    flat[np.isnan(anchors.ravel())] = None
    values: list[float | None] = flat.tolist()
    return values


def _shapes(shapes: NDArray[np.object_], located: NDArray[np.bool_]) -> list[Any]:
    rounded = shapely.transform(shapes[located], lambda xy: xy.round(DECIMALS))
    found = iter(shapely.to_geojson(rounded).tolist())
    return [json.loads(next(found)) if here else None for here in located]


def _outside(anchors: NDArray[np.float64]) -> list[int]:
    """Return the positions of features that GCJ-02 leaves where they are."""
    known = np.flatnonzero(~np.isnan(anchors[:, 0]))
    lon, lat = anchors[known].T
    shifted_lon, shifted_lat = wgs84_to_gcj02(lon, lat)
    positions: list[int] = known[(shifted_lon == lon) & (shifted_lat == lat)].tolist()
    return positions


def _column(values: pd.Series[Any]) -> list[Any] | dict[str, Any]:
    """Return a column as a list, or as codes into its few distinct values."""
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return [None if pd.isna(value) else value for value in values.tolist()]
    codes, distinct = pd.factorize(values)
    words = [str(word) for word in distinct]
    if len(words) * 2 < len(values):
        return {"values": words, "codes": codes.tolist()}
    return [None if code < 0 else words[code] for code in codes.tolist()]


def _overlay_table(frame: gpd.GeoDataFrame, columns: list[str]) -> pd.DataFrame:
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise InputError(
            f"map_document: an overlay asks for columns {missing}; its frame has "
            f"{', '.join(map(str, frame.columns))}"
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
        for number, node in enumerate(nodes.itertuples(index=False), start=1):
            stops.append(
                {
                    "axis": axis,
                    "number": number,
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
    table: str, encoded: list[dict[str, Any]], column: str, wanted: list[str]
) -> dict[str, Text]:
    """Return the rows of a table of the atlas that the features name, by id."""
    used: set[str] = set()
    for layer in encoded:
        values = layer.get("columns", {}).get(column, [])
        words = values["values"] if isinstance(values, dict) else values
        used.update(part for word in words if word for part in word.split("|"))
    rows = load(table)
    found = rows.loc[rows["id"].isin(used), ["id", *wanted]].fillna("").astype(str)
    return {row["id"]: {key: row[key] for key in wanted} for row in found.to_dict("records")}


def _belongs(encoded: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Return the ids of what each feature belongs to, for features and targets on the map."""
    ids = {key for layer in encoded if "columns" in layer for key in _ids(layer)}
    links = load("memberships")
    links = links[links["feature_id"].isin(ids) & links["target_id"].isin(ids)]
    pairs = links[["feature_id", "target_id"]].drop_duplicates()
    return {str(key): rows.tolist() for key, rows in pairs.groupby("feature_id")["target_id"]}


def _ids(layer: dict[str, Any]) -> list[str]:
    values = layer["columns"]["id"]
    ids: list[str] = values["values"] if isinstance(values, dict) else values
    return ids


@cache
def _texts() -> dict[str, Text]:
    path = Path(__file__).with_name("assets") / "texts.json"
    texts: dict[str, Text] = json.loads(path.read_text(encoding="utf-8"))
    return texts
