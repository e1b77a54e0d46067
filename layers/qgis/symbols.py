"""Symbols for QGIS: the parts that the web map draws one above the other, as QGIS writes them.

Sizes are the web map's pixels as millimetres (96 to the inch), so that they hold in print too.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Literal, TypeAlias
from xml.etree import ElementTree as ET

from layers.look.styles import WHITE, inks, mark
from layers.scene.known import LOCATED, ZONE_ONLY, evident, ways_known
from layers.scene.strokes import Stamp, Stroke, edges, lines, outline, stamps

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from layers.look.styles import LayerStyle, Style

Kind: TypeAlias = Literal["polygon", "line", "point"]
_SYMBOL_TYPES: dict[Kind, str] = {"polygon": "fill", "line": "line", "point": "marker"}

MM_PER_PX = 25.4 / 96.0
_CENTRE_PX, (_CENTRE_COLOUR,) = 2.0, inks("ink")
# Half the side of the picture of a symbol of half width 1.
_REACH = 1.3
# A line drawn by this pattern has no gaps.
_SOLID = "1000;0"

# Of a symbol layer in QGIS: its class and its properties.
Part: TypeAlias = tuple[str, dict[str, str]]
# The names under which QGIS lets an expression stand for a property.
_DEFINED = {
    ("SimpleFill", "color"): "fillColor",
    ("SimpleLine", "line_color"): "outlineColor",
    ("SimpleLine", "line_width"): "outlineWidth",
    ("SimpleLine", "customdash"): "customDash",
    ("SimpleMarker", "color"): "fillColor",
    ("SimpleMarker", "outline_color"): "outlineColor",
    ("SimpleMarker", "outline_width"): "outlineWidth",
    ("SimpleMarker", "outline_style"): "outlineStyle",
    ("SvgMarker", "name"): "name",
    ("SvgMarker", "color"): "fillColor",
    ("SvgMarker", "outline_color"): "outlineColor",
    ("SvgMarker", "outline_width"): "outlineWidth",
}


def symbol_of(
    name: str,
    kind: Kind,
    style: Style,
    look: LayerStyle,
    *,
    usual: str | None,
    own: str | None,
    zoned: bool = False,
) -> ET.Element:
    """Return the symbol of a class.

    Parameters
    ----------
    name
        Its name in the style.
    kind, style, look
        What is drawn, and how.
    usual
        The evidence that most features of the class have, None where it changes nothing.
    own
        Column with the colour of each feature, if that goes before the colour of the class.
    zoned
        The table has a column ``within``, which says whose place a feature has.
    """
    draw = {"polygon": _area, "line": _line, "point": _marker}[kind]
    parts = draw(*evident(style, usual))
    variants: dict[str, list[Part]] = {}
    if usual is not None:
        variants = {
            value: draw(*evident(style, value))
            for value in ways_known()
            if value != ZONE_ONLY or (zoned and kind == "point")
        }
    symbol = ET.Element(
        "symbol", name=name, type=_SYMBOL_TYPES[kind], alpha="1", clip_to_extent="1", force_rhr="0"
    )
    for number, (tag, properties) in enumerate(parts):
        defined = {
            _DEFINED[tag, key]: _by_evidence({e: v[number][1][key] for e, v in variants.items()})
            for key in properties
            if len({v[number][1][key] for v in variants.values()} | {properties[key]}) > 1
            and (tag, key) in _DEFINED
        }
        if kind == "point" and look.size is not None and "size" in properties:
            defined["size"] = _size_expression(look, float(properties["size"]) / style.size_px)
        if own is not None:
            defined |= _own_colour(tag, properties, style, own)
        _add_part(symbol, (tag, properties), defined)
    return symbol


def stop_symbol(name: str) -> ET.Element:
    """Return the symbol of a stop of an axis, a white dot with an edge of the axis's colour.

    The columns of the feature are ``colour``, and ``beside``, its place in the row of those at the
    same point.
    """
    symbol = ET.Element(
        "symbol", name=name, type="marker", alpha="1", clip_to_extent="1", force_rhr="0"
    )
    of = mark("stop")
    part = _stamp(Stamp("circle", of["radius_px"], WHITE, 1.0, "#000000", 1.0, of["edge_px"]))
    defined = {"outlineColor": quoted_column("colour"), "offset": stop_offset()}
    _add_part(symbol, part, defined)
    return symbol


def centre_symbol() -> ET.Element:
    """Return the symbol of a place that features stand around: a small dot."""
    symbol = ET.Element(
        "symbol", name="centerSymbol", type="marker", alpha="1", clip_to_extent="1", force_rhr="0"
    )
    dot = _stamp(Stamp("circle", _CENTRE_PX, _CENTRE_COLOUR, 1.0, WHITE, 1.0, 1.0))
    _add_part(symbol, dot, {})
    return symbol


def stop_offset() -> str:
    """Return the expression for how far a stop stands aside, millimetres to the right and down."""
    return f"to_string({mm(mark('stop')['step_px'])} * {quoted_column('beside')}) || ',0'"


def _area(style: Style, _: float) -> list[Part]:
    parts: list[Part] = [
        ("SimpleFill", {"color": rgba(style.colour, style.fill_opacity), "outline_style": "no"})
    ]
    if style.hatch:
        parts.append(("LinePatternFill", {"color": rgba(style.colour, mark("hatch")["opacity"])}))
    return [*parts, *map(_stroke, edges(style))]


def _line(style: Style, _: float) -> list[Part]:
    parts = list(map(_stroke, lines(style)))
    if style.arrows:
        parts.append(("MarkerLine", {"color": rgba(style.colour, 1.0)}))
    return parts


def _marker(style: Style, tint: float) -> list[Part]:
    return list(map(_stamp, stamps(style, radius_px=style.size_px, tint=tint)))


def _stroke(stroke: Stroke) -> Part:
    lengths = [float(length) for length in stroke.dash.split()]
    return "SimpleLine", {
        "line_color": rgba(stroke.colour, stroke.opacity),
        "line_width": mm(stroke.width_px),
        "line_width_unit": "MM",
        "capstyle": "flat" if stroke.dash else "round",
        "joinstyle": "round",
        "use_custom_dash": "1" if stroke.dash else "0",
        "customdash": ";".join(mm(length) for length in lengths) or _SOLID,
        "customdash_unit": "MM",
    }


def _stamp(stamp: Stamp) -> Part:
    common = {
        "color": rgba(stamp.face, stamp.face_opacity),
        "outline_color": rgba(stamp.edge, stamp.edge_opacity),
        "outline_width": mm(stamp.width_px),
        "outline_width_unit": "MM",
        "size_unit": "MM",
        "scale_method": "diameter",
    }
    corners = outline(stamp.symbol)
    if not len(corners):
        style = "no" if not stamp.width_px else "dash" if stamp.dash else "solid"
        circle = {"name": "circle", "size": mm(2 * stamp.radius_px), "outline_style": style}
        return "SimpleMarker", {**common, **circle}
    return "SvgMarker", {
        **common,
        "name": _svg(corners, stamp),
        "size": mm(2 * _REACH * stamp.radius_px),
    }


def _svg(corners: Iterable[Iterable[float]], stamp: Stamp | None = None) -> str:
    """Return an outline as a picture inside the style, whose colours QGIS sets."""
    side = 200.0 * _REACH
    points = " ".join(f"{100 * (x + _REACH):.1f},{100 * (y + _REACH):.1f}" for x, y in corners)
    picture = ET.Element(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        width=f"{side:g}",
        height=f"{side:g}",
        viewBox=f"0 0 {side:g} {side:g}",
    )
    attributes = {
        "fill": "param(fill)",
        "fill-opacity": "param(fill-opacity)",
        "stroke": "param(outline)",
        "stroke-opacity": "param(outline-opacity)",
        "stroke-width": "param(outline-width)",
        "stroke-linejoin": "round",
    }
    if stamp is not None and stamp.dash:
        lengths = (100 * float(length) / stamp.radius_px for length in stamp.dash.split())
        attributes["stroke-dasharray"] = " ".join(f"{length:.1f}" for length in lengths)
    ET.SubElement(picture, "polygon", {"points": points, **attributes})
    return "base64:" + base64.b64encode(ET.tostring(picture)).decode("ascii")


def _add_part(symbol: ET.Element, part: Part, defined: Mapping[str, str]) -> None:
    """Add a part to a symbol, with the symbol of its own that a pattern or row of marks has."""
    tag, properties = part
    name = f"@{symbol.get('name')}@{len(symbol.findall('layer'))}"
    layer = ET.SubElement(
        symbol, "layer", {"class": tag, "enabled": "1", "locked": "0", "pass": "0"}
    )
    inside: Part | None = None
    if tag == "LinePatternFill":
        inside = _hatch_line(properties["color"])
        properties = {
            "angle": "45",
            "distance": mm(mark("hatch")["every_px"]),
            "distance_unit": "MM",
        }
    elif tag == "MarkerLine":
        inside = _arrow(properties["color"])
        properties = {
            "placement": "interval",
            "rotate": "1",
            "interval": mm(mark("arrow")["every_px"]),
            "interval_unit": "MM",
            "offset_along_line": mm(mark("arrow")["every_px"] / 2),
            "offset_along_line_unit": "MM",
        }
    _options(layer, properties)
    put_expressions(layer, "data_defined_properties", defined)
    if inside is not None:
        kind = "line" if tag == "LinePatternFill" else "marker"
        inner = ET.SubElement(
            layer,
            "symbol",
            name=name,
            type=kind,
            alpha="1",
            clip_to_extent="1",
            force_rhr="0",
        )
        _add_part(inner, inside, {})


def _hatch_line(colour: str) -> Part:
    line = {"line_color": colour, "line_width": mm(mark("hatch")["px"]), "line_width_unit": "MM"}
    return "SimpleLine", line


def _arrow(colour: str) -> Part:
    of = mark("arrow")
    half, notch = of["half"], of["notch"] - 0.5
    return "SvgMarker", {
        "name": _svg(((-0.5, -half), (0.5, 0.0), (-0.5, half), (notch, 0.0))),
        "size": mm(2 * _REACH * of["size_px"]),
        "size_unit": "MM",
        "color": colour,
        "outline_color": rgba(WHITE, 1.0),
        "outline_width": mm(of["edge_px"]),
        "outline_width_unit": "MM",
    }


# ---- expressions ----


def _by_evidence(values: dict[str, str]) -> str:
    """Return an expression that gives the value of a feature's evidence, the commonest if none."""
    everyday = max(values.values(), key=list(values.values()).count)
    column = quoted_column("evidence")
    by_zone = f"{column} = {quoted_text(LOCATED)} AND {quoted_column('within')} IS NOT NULL"
    # What is known by its zone only has the evidence of what is located, and goes before it.
    cases = [
        f"WHEN {by_zone if evidence == ZONE_ONLY else f'{column} = {quoted_text(evidence)}'} "
        f"THEN {quoted_text(value)}"
        for evidence, value in sorted(values.items(), key=lambda item: item[0] != ZONE_ONLY)
        if value != everyday or evidence == ZONE_ONLY
    ]
    return f"CASE {' '.join(cases)} ELSE {quoted_text(everyday)} END"


def _size_expression(look: LayerStyle, per_px: float) -> str:
    size = look.size
    if size is None:
        return ""
    amount = quoted_column(size.field)
    fallback = per_px * next(iter(look.classes.values()), look.style).size_px
    per_root = per_px * size.radius_px(1.0)
    return (
        f"CASE WHEN {amount} IS NULL THEN {fallback:.4f} ELSE {per_root:.9g} * sqrt({amount}) END"
    )


def _own_colour(tag: str, properties: dict[str, str], style: Style, column: str) -> dict[str, str]:
    """Return expressions for the properties that have the colour of a feature's own."""
    plain = rgba(style.colour, 1.0).rpartition(",")[0]
    expressions = {}
    for key, value in properties.items():
        colour, _, alpha = value.rpartition(",")
        if (tag, key) in _DEFINED and colour == plain:
            own = f"coalesce({quoted_column(column)}, {quoted_text(style.colour)})"
            expressions[_DEFINED[tag, key]] = f"set_color_part({own}, 'alpha', {alpha})"
    return expressions


def quoted_column(name: str) -> str:
    """Return a column as an expression of QGIS.

    Examples
    --------
    >>> quoted_column("name_zh")
    '"name_zh"'
    """
    return '"' + name.replace('"', '""') + '"'


def quoted_text(value: str) -> str:
    """Return a text as an expression of QGIS, whatever is in it.

    Examples
    --------
    >>> quoted_text("it's")
    "'it''s'"
    """
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


# ---- how QGIS writes numbers, colours and options ----


def rgba(colour: str, opacity: float) -> str:
    """Return a colour as QGIS writes it.

    Examples
    --------
    >>> rgba("#FF8000", 0.2)
    '255,128,0,51'
    """
    parts = [int(colour[k : k + 2], 16) for k in (1, 3, 5)]
    return ",".join(str(part) for part in (*parts, round(255 * opacity)))


def mm(px: float) -> str:
    """Return pixels of the web map as millimetres.

    Examples
    --------
    >>> mm(96)
    '25.4000'
    """
    return f"{px * MM_PER_PX:.4f}"


def _options(parent: ET.Element, properties: dict[str, str]) -> None:
    options = ET.SubElement(parent, "Option", type="Map")
    for key, value in properties.items():
        ET.SubElement(options, "Option", name=key, type="QString", value=value)


def put_expressions(parent: ET.Element, tag: str, expressions: Mapping[str, str]) -> None:
    """Add the expressions that stand for properties."""
    outer = ET.SubElement(ET.SubElement(parent, tag), "Option", type="Map")
    ET.SubElement(outer, "Option", name="name", type="QString", value="")
    options = ET.SubElement(outer, "Option", name="properties")
    if expressions:
        options.set("type", "Map")
    for key, expression in expressions.items():
        entry = ET.SubElement(options, "Option", name=key, type="Map")
        ET.SubElement(entry, "Option", name="active", type="bool", value="true")
        ET.SubElement(entry, "Option", name="expression", type="QString", value=expression)
        ET.SubElement(entry, "Option", name="type", type="int", value="3")
    ET.SubElement(outer, "Option", name="type", type="QString", value="collection")
