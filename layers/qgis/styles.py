"""Styles for QGIS (QML) that draw a layer as the web map does: one truth, ``data/symbology.json``.

Sizes are the web map's pixels as millimetres (96 to the inch), so that they hold in print too. What
a feature's evidence changes (dashes, tint) is an expression on its column ``evidence``: a boundary
that becomes official in QGIS is drawn so at once.

What belongs to a screen is not in a style: features of one place stand in a ring around it where
the web map counts them in a cluster, and the cities do not pale when zoomed in.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from layers.look.styles import mark
from layers.look.symbology import field_title, value_label
from layers.plan.schema import resource
from layers.qgis.symbols import (
    MM_PER_PX,
    Kind,
    centre_symbol,
    mm,
    put_expressions,
    quoted_column,
    quoted_text,
    rgba,
    stop_offset,
    stop_symbol,
    symbol_of,
)
from layers.words import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd
    import pandas as pd

    from layers.look.styles import LayerStyle, Style
    from layers.plan.schema import Resource
    from layers.scene.scene import Drawn

_GEOMETRY_TYPES: dict[Kind, str] = {"point": "0", "line": "1", "polygon": "2"}

POINTS_PER_PX = 0.75
FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
)
BOLD_FROM = 600

_HALO_MM = 0.6
_RING_ALPHA = 0.35
# The scale of a web map at zoom 0 in the middle of the New Area, 96 pixels to the inch.
_LATITUDE = 28.2
_SCALE_0 = 2 * math.pi * 6378137.0 / 256 / (MM_PER_PX / 1000) * math.cos(math.radians(_LATITUDE))
# Of a colour that text can be read in, 0 to 255.
_LEAST_LIGHT = 95


def layer_qml(layer: Drawn, kind: Kind) -> str:
    """Return the QGIS style of a layer: symbols, labels, titles of columns and words for codes.

    Parameters
    ----------
    layer
        The layer, its features all of one kind of geometry; classes that are features get their
        names here.
    kind
        That kind: ``"polygon"``, ``"line"`` or ``"point"``.
    """
    frame, lang = layer.frame, layer.lang
    root = style_root()
    _renderer(root, layer, kind)
    _labels(root, layer.look, frame, kind, lang=lang)
    _fields(root, resource(layer.id), frame, lang=lang)
    return style_text(root, name_field(frame, lang), kind)


def stops_qml(frame: gpd.GeoDataFrame, titles: Mapping[str, str]) -> str:
    """Return the QGIS style of the stops of the axes: numbered dots, side by side at one place.

    Parameters
    ----------
    frame
        Points with the columns ``number``, ``colour`` and ``beside``.
    titles
        Titles of its columns.
    """
    root = style_root()
    renderer = ET.SubElement(root, "renderer-v2", type="singleSymbol", symbollevels="0")
    ET.SubElement(renderer, "symbols").append(stop_symbol("0"))
    settings = ET.SubElement(ET.SubElement(root, "labeling", type="simple"), "settings")
    style = put_text_style(settings, "number", size_px=mark("stop")["text_px"], weight=BOLD_FROM)
    style.set("textColor", rgba("#000000", 1.0))
    middle = {"placement": "1", "quadOffset": "4", "offsetUnits": "MM", "priority": "10"}
    ET.SubElement(settings, "placement", middle)
    ET.SubElement(settings, "rendering", drawLabels="1", displayAll="1", obstacle="1")
    defined = {"Color": quoted_column("colour"), "OffsetXY": stop_offset()}
    put_expressions(settings, "dd_properties", defined)
    put_aliases(root, frame, titles)
    return style_text(root, "number", "point")


def style_root() -> ET.Element:
    """Return a style in which nothing stands yet."""
    return ET.Element(
        "qgis",
        version="3.22.0",
        styleCategories="LayerConfiguration|Symbology|Labeling|Fields|Forms",
        labelsEnabled="1",
        hasScaleBasedVisibilityFlag="0",
    )


def style_text(root: ET.Element, shown: str, kind: Kind) -> str:
    """Return a style as text.

    Parameters
    ----------
    root
        The style.
    shown
        Column that a feature is called by.
    kind
        The kind of geometry.
    """
    texts = {
        "blendMode": "0",
        "layerOpacity": "1",
        "previewExpression": quoted_column(shown),
        "layerGeometryType": _GEOMETRY_TYPES[kind],
    }
    for tag, text in texts.items():
        ET.SubElement(root, tag).text = text
    body = ET.tostring(root, encoding="unicode")
    return f"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n{body}"


# ---- the renderer: a symbol per class ----


def _renderer(root: ET.Element, layer: Drawn, kind: Kind) -> None:
    look, frame = layer.look, layer.frame
    classes = _classes(layer)
    parent = _spread(root, layer) if layer.cluster and kind == "point" else root
    element = ET.SubElement(
        parent, "renderer-v2", forceraster="0", symbollevels="0", referencescale="-1"
    )
    single = classes[0][0] is None and len(classes) == 1
    element.set("type", "singleSymbol" if single else "categorizedSymbol")
    symbols = ET.Element("symbols")
    if not single:
        element.set("attr", _class_expression(look))
        categories = ET.SubElement(element, "categories")
        for number, (value, label, _) in enumerate(classes):
            ET.SubElement(
                categories,
                "category",
                value=value or "",
                symbol=str(number),
                label=label,
                render="true",
            )
    element.append(symbols)
    evidence = None if layer.is_ground or "evidence" not in frame else frame["evidence"]
    coloured = look.colour_field is not None and look.colour_field in frame
    if parent is not root:
        parent.append(centre_symbol())
    for number, (value, _, style) in enumerate(classes):
        mask = [value in (None, each.key) for each in layer.marks]
        usual = None if evidence is None else _most_frequent(evidence[mask])
        own = look.colour_field if coloured and value is None else None
        symbol = symbol_of(
            str(number), kind, style, look, usual=usual, own=own, zoned="within" in frame
        )
        symbols.append(symbol)
    if look.size is not None:
        # Large circles below small ones.
        outer = element if parent is root else parent
        outer.set("enableorderby", "1")
        order = ET.SubElement(outer, "orderby")
        clause = ET.SubElement(order, "orderByClause", asc="0", nullsFirst="0")
        clause.text = quoted_column(look.size.field)


def _spread(root: ET.Element, layer: Drawn) -> ET.Element:
    """Return a renderer that sets features of one place in rings around it, so that each is seen.

    The web map counts them in a cluster, which opens on a click; a sheet of QGIS cannot be opened.
    """
    return ET.SubElement(
        root,
        "renderer-v2",
        type="pointDisplacement",
        tolerance="0.01",
        toleranceUnit="MM",
        placement="1",
        circleWidth=mm(1.0),
        circleColor=rgba(layer.colour, _RING_ALPHA),
        circleRadiusAddition="0",
        labelAttributeName="",
        symbollevels="0",
        forceraster="0",
        enableorderby="0",
    )


def _classes(layer: Drawn) -> list[tuple[str | None, str, Style]]:
    """Return value, label and style of each class; the value None stands for all the others."""
    rest = layer.look.style
    if layer.listed == "features":
        # As the layer's, since the evidence of a feature may change.
        classes: list[tuple[str | None, str, Style]] = [
            (each.id, each.name, replace(rest, colour=each.style.colour)) for each in layer.marks
        ]
        return classes or [(None, "", rest)]
    classes = [(each.value, each.words.said(layer.lang), each.style) for each in layer.classes]
    if not classes:
        return [(None, "", rest)]
    if {each.key for each in layer.marks} - {each.value for each in layer.classes}:
        classes.append((None, say("styles.other", layer.lang), rest))
    return classes


def _class_expression(look: LayerStyle) -> str:
    if look.size is not None:
        missing = f"{quoted_column(look.size.field)} IS NULL"
        return f"CASE WHEN {missing} THEN 'unstated' ELSE 'stated' END"
    return str(look.classify)


def _most_frequent(evidence: pd.Series[Any]) -> str | None:
    modes = evidence[evidence != "unlocated"].dropna().mode()
    return None if modes.empty else str(modes.iloc[0])


# ---- labels ----


def _labels(
    root: ET.Element, look: LayerStyle, frame: gpd.GeoDataFrame, kind: Kind, *, lang: str
) -> None:
    label = look.label
    settings = ET.SubElement(ET.SubElement(root, "labeling", type="simple"), "settings")
    settings.set("calloutType", "simple")
    own = label.colour == "field"
    colour = look.style.colour if own else label.colour
    field = name_field(frame, lang)
    expression = _skipping(field, label.skip)
    style = put_text_style(settings, expression or field, size_px=label.size, weight=label.weight)
    style.set("isExpression", "1" if expression else "0")
    style.set("textColor", rgba(colour, 1.0))
    put_halo(style, label.halo)
    ET.SubElement(settings, "text-format", multilineAlign="3", wrapChar="")
    priority = max(0, 10 - round(0.75 * (label.priority - 1)))
    ET.SubElement(settings, "placement", {"priority": str(priority), **_placement(look, kind)})
    ET.SubElement(
        settings,
        "rendering",
        drawLabels="1",
        scaleVisibility="1",
        # A little beyond the zoom level, so that the level itself has its labels.
        scaleMax=f"{1.01 * _SCALE_0 / 2**label.min_zoom:.0f}",
        scaleMin="0",
        obstacle="1",
        obstacleFactor="1",
        displayAll="0",
        mergeLines="1" if kind == "line" else "0",
    )
    defined = {}
    if own and look.colour_field is not None and look.colour_field in frame:
        defined["Color"] = _darker(look.colour_field, look.style.colour)
    put_expressions(settings, "dd_properties", defined)


def put_text_style(settings: ET.Element, field: str, *, size_px: float, weight: int) -> ET.Element:
    """Add how the texts of labels look, and return it.

    Parameters
    ----------
    settings
        Settings of the labels.
    field
        Column with the text.
    size_px, weight
        Size on the web map, and CSS weight.
    """
    bold = weight >= BOLD_FROM
    style = ET.SubElement(
        settings,
        "text-style",
        fieldName=field,
        fontFamily=FONTS[0],
        fontSize=f"{size_px * POINTS_PER_PX:g}",
        fontSizeUnit="Point",
        fontWeight="75" if bold else "50",
        namedStyle="Bold" if bold else "Regular",
        textOpacity="1",
    )
    # The first of these that a machine has.
    families = ET.SubElement(style, "families")
    for family in FONTS:
        ET.SubElement(families, "family", name=family)
    return style


def put_halo(style: ET.Element, colour: str) -> None:
    """Add the colour around the letters to the look of a text."""
    ET.SubElement(
        style,
        "text-buffer",
        bufferDraw="1",
        bufferSize=f"{_HALO_MM:g}",
        bufferSizeUnits="MM",
        bufferColor=rgba(colour, 1.0),
        bufferOpacity="1",
        bufferJoinStyle="128",
        bufferNoFill="0",
    )


def _placement(look: LayerStyle, kind: Kind) -> dict[str, str]:
    """Return where labels stand: in an area, on its edge, along a line or beside a point."""
    radius = (
        look.style.size_px if not look.classes else max(c.size_px for c in look.classes.values())
    )
    beside = {
        "placement": "6",
        "predefinedPositionOrder": "R,L,T,B,TR,BR,TL,BL",
        "dist": mm(radius + 3.0),
        "distUnits": "MM",
        "offsetType": "0",
    }
    along = {"placement": "3", "placementFlags": "10", "dist": mm(3.0), "distUnits": "MM"}
    if kind == "point":
        return beside
    if kind == "line":
        return along
    edge = {"placement": "7", "placementFlags": "9", "dist": "0", "distUnits": "MM"}
    return edge if look.label.place == "edge" else {"placement": "4", "centroidInside": "1"}


def _skipping(field: str, prefixes: tuple[str, ...]) -> str:
    """Return an expression that leaves out names that are none; empty where there are no such."""
    if not prefixes:
        return ""
    tests = " OR ".join(
        f"left({quoted_column(field)}, {len(word)}) = {quoted_text(word)}" for word in prefixes
    )
    return f"CASE WHEN {tests} THEN NULL ELSE {quoted_column(field)} END"


def _darker(column: str, fallback: str) -> str:
    """Return an expression for a feature's own colour, so dark that text in it can be read."""
    own = f"coalesce({quoted_column(column)}, {quoted_text(fallback)})"
    red, green, blue = (f"color_part({own}, '{part}')" for part in ("red", "green", "blue"))
    light = f"max(1, 0.299 * {red} + 0.587 * {green} + 0.114 * {blue})"
    parts = ", ".join(f"round(@share * {part})" for part in (red, green, blue))
    return f"with_variable('share', min(1, {_LEAST_LIGHT} / {light}), color_rgb({parts}))"


# ---- columns: their titles, and words for codes ----


def _fields(root: ET.Element, description: Resource, frame: gpd.GeoDataFrame, *, lang: str) -> None:
    configuration = ET.SubElement(root, "fieldConfiguration")
    titles = {}
    for field in description.fields:
        if field.name not in frame:
            continue
        element = ET.SubElement(configuration, "field", name=field.name, configurationFlags="None")
        codes = field.constraints.get("enum", [])
        _widget(ET.SubElement(element, "editWidget"), field.name, codes, lang)
        titles[field.name] = field_title(field, lang=lang)
    put_aliases(root, frame, titles)


def put_aliases(root: ET.Element, frame: gpd.GeoDataFrame, titles: Mapping[str, str]) -> None:
    """Add the titles of the columns of a frame.

    Parameters
    ----------
    root
        The style.
    frame
        The features.
    titles
        Titles by name of the column.
    """
    aliases = ET.SubElement(root, "aliases")
    columns = [name for name in frame.columns if name != frame.geometry.name]
    # The first column of a GeoPackage is the number of the feature.
    for index, name in enumerate(columns, start=1):
        title = titles.get(name, "")
        ET.SubElement(aliases, "alias", field=name, index=str(index), name=title)


def _widget(widget: ET.Element, column: str, codes: Iterable[str], lang: str) -> None:
    """Say how a column is shown: by the words of its codes, where it has codes."""
    words = [(code, value_label(column, code, lang=lang)) for code in codes]
    known = [pair for pair in words if pair[0] != pair[1]]
    widget.set("type", "ValueMap" if known else "TextEdit")
    config = ET.SubElement(widget, "config")
    if not known:
        ET.SubElement(config, "Option")
        return
    options = ET.SubElement(config, "Option", type="Map")
    values = ET.SubElement(options, "Option", name="map", type="List")
    for code, word in words:
        entry = ET.SubElement(values, "Option", type="Map")
        ET.SubElement(entry, "Option", name=word, type="QString", value=code)


def name_field(frame: gpd.GeoDataFrame, lang: str) -> str:
    """Return the column that names features in a language."""
    return f"name_{lang}" if f"name_{lang}" in frame else "name_zh"
