"""How a map is resolved: every layer and overlay of a content with the look of its features."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from geo.arguments import require_one_of
from geo.crs import require_crs
from geo.errors import CRSError, InputError
from geo.numerals import LANGUAGES, exact, interval, significant
from layers.look.callouts import layer_name
from layers.look.overlay_classes import classify, level_values, surface_classes, surface_top
from layers.look.overlays import (
    Choropleth,
    Features,
    Isolines,
    Overlay,
    Points,
    Surface,
    result_names,
)
from layers.look.reduced import coarser
from layers.look.standing import SCHEMATIC
from layers.look.styles import (
    LayerStyle,
    Style,
    looks,
    overlay_label,
    overlay_style,
)
from layers.look.symbology import layer_style, layer_styles, palette, symbology, value_label
from layers.look.told import teller
from layers.plan.area import area, per_folder, stops_layer
from layers.plan.catalogue import members, names_by_id
from layers.plan.schema import resource, resources
from layers.scene.known import ZONE_ONLY, evident, known_by, texts_of
from layers.scene.said import Words
from layers.scene.scene import ANALYSIS, CONTEXT, NO_DATA, Class, Drawn, Mark, Scene, Stop
from layers.scene.sizes import round_amounts
from layers.scene.stripes import shared_out
from layers.scene.surfaces import Picture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.look.content import Content
    from layers.look.styles import Size

# Classes of proportional symbols: features with the quantity, and those without.
STATED, UNSTATED = "stated", "unstated"
# Points of a result stand above those of the plan.
POINTS_ABOVE = 100
# Of two symbols in one layer the name of the larger goes before.
RANK_PX = 1e-2


def scene(content: Content, *, function: str = "print_map") -> Scene:
    """Return what a map shows with the look of every feature, the lowest layer first.

    Parameters
    ----------
    content
        What the map shows. Layers that are not visible are there too, switched off.
    function
        Name that messages begin with.

    Raises
    ------
    InputError
        If the language is neither, or a visible layer has no frame, or an overlay is not valid.
    LayerError
        If a visible name is no layer with geometry.
    CRSError
        If a frame has no CRS.
    """
    require_one_of(content.lang, LANGUAGES, "language", function=function)
    for name in content.visible:
        layer_style(name)
        require_one_of(name, content.frames, "frame for the layer", function=function)
    layers = [
        _layer(name, content, function=function)
        for name in layer_styles()
        if name in content.frames
    ]
    layers += overlays(content.overlays, lang=content.lang, function=function)
    (south, west), (north, east) = symbology()["home"]
    return Scene(
        layers=tuple(sorted(layers, key=lambda each: each.zorder)),
        lang=content.lang,
        groups={entry["id"]: Words(**entry["title"]) for entry in symbology()["groups"]},
        evidence=looks()["evidence"],
        home=((south, west), (north, east)),
        beyond=_beyond(),
        stops_layer=stops_layer(),
        stop_label=layer_style(stops_layer()).label if stops_layer() else None,
    )


def overlays(given: Sequence[Overlay], *, lang: str, function: str) -> list[Drawn]:
    """Return results as a map draws them, in their order."""
    named = zip(result_names(given), given, strict=True)
    return [
        _overlay(name, each, at, lang=lang, function=function)
        for at, (name, each) in enumerate(named, start=1)
    ]


# ---- layers of the plan ----


def _layer(name: str, content: Content, *, function: str) -> Drawn:
    about, frame, lang = resource(name), content.frames[name], content.lang
    look = scaled(content.style(name), frame)
    require_crs(frame, function=f"{function}, {name}")
    ground = about.group == CONTEXT
    evidence = [None] * len(frame) if ground else known_by(frame)
    keys = _keys(frame, look)
    styles = _styles(frame, look, keys, evidence)
    marks = [
        replace(
            mark,
            style=style,
            tint=tint,
            radius_px=style.size_px,
            key=key,
            zone_only=how == ZONE_ONLY,
        )
        for mark, key, (style, tint), how in zip(
            _marks(frame, lang), keys, styles, evidence, strict=True
        )
    ]
    if look.size is not None and look.size.field in frame:
        amounts = _numbers(frame, look.size.field)
        pairs = zip(marks, amounts, strict=True)
        marks = [_sized(mark, look.size, amount) for mark, amount in pairs]
    return Drawn(
        id=name,
        titles=Words(about.title_zh, about.title_en),
        lang=lang,
        group=about.group,
        pane=look.pane,
        order=look.order,
        rank=list(resources()).index(name),
        frame=frame,
        marks=tuple(marks),
        look=look,
        colour=next(iter(look.classes.values()), look.style).colour,
        visible=name in content.visible,
        classes=tuple(
            Class(value, _valued(look.classify or "", value), style)
            for value, style in look.classes.items()
        ),
        classify=look.classify,
        listed=_listed(look),
        label=look.label,
        amounts=_amounts(look),
        cluster=look.cluster,
        is_land=name == area().land.layer,
        stops=_stops(name, marks, reduced=content.reduced),
    )


def _beyond() -> Style:
    """Return the look of the administrative units around the area."""
    land = area().land
    look = layer_style(land.layer)
    others = (style for key, style in look.classes.items() if key not in land.where.values())
    return next(others, look.style)


def _keys(frame: gpd.GeoDataFrame, look: LayerStyle) -> list[str | None]:
    """Return the class of each feature."""
    if look.size is not None and look.size.field in frame:
        known = frame[look.size.field].notna()
        return [STATED if each else UNSTATED for each in known]
    return texts_of(frame, look.classify)


def _styles(
    frame: gpd.GeoDataFrame,
    look: LayerStyle,
    keys: Sequence[str | None],
    evidence: Sequence[str | None],
) -> list[tuple[Style, float]]:
    """Return style and tint of each feature: its class, its own colour, how its place is known."""
    known: dict[tuple[str | None, str | None, str | None], tuple[Style, float]] = {}
    rows = list(zip(keys, texts_of(frame, look.colour_field), evidence, strict=True))
    for key, colour, how in set(rows):
        style = look.of(key)
        known[key, colour, how] = evident(replace(style, colour=colour or style.colour), how)
    return [known[row] for row in rows]


def scaled(look: LayerStyle, frame: gpd.GeoDataFrame) -> LayerStyle:
    """Return rules by which the largest amount that has a place has the largest symbol.

    A larger one that the rules know already, of another map of the same scale, stays the largest.
    """
    if look.size is None or look.size.field not in frame:
        return look
    shapes = frame.geometry.to_numpy()
    here = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    amounts = _numbers(frame[here], look.size.field)
    known = (amount for amount in amounts if amount is not None)
    largest = max(known, default=0.0)
    largest = max(largest, look.size.largest)
    return replace(look, size=replace(look.size, largest=largest))


def _by_zone_only(mark: Mark, how: str | None) -> Mark:
    """Return a point of a result as the layer would draw it that is known by its zone only."""
    if how != ZONE_ONLY:
        return mark
    style, tint = evident(mark.style, how)
    return replace(mark, style=style, tint=tint, zone_only=True)


def _sized(mark: Mark, size: Size, amount: float | None) -> Mark:
    """Return a mark of the size of its amount; one without an amount keeps that of its class."""
    radius = mark.radius_px if amount is None else size.radius_px(amount)
    return replace(mark, radius_px=radius, rank=-radius * RANK_PX)


def _listed(look: LayerStyle) -> str:
    if look.legend == "layer" or look.classify is None:
        return "layer"
    return "classes" if look.classes else "features"


def _amounts(look: LayerStyle) -> tuple[tuple[float, float], ...]:
    if look.size is None or not look.size.largest:
        return ()
    amounts = reversed(round_amounts(look.size.largest))
    return tuple((amount, look.size.radius_px(amount)) for amount in amounts)


def _stops(name: str, marks: Sequence[Mark], *, reduced: bool) -> tuple[Stop, ...]:
    """Return the stops of each line in the plan's order, as well known as the points are."""
    role = area().shapes.get(name)
    if role is None or not role.stops:
        return ()
    names = [names_by_id(lang=lang) for lang in LANGUAGES]
    stops = []
    for mark in marks:
        nodes = members(mark.id, *role.roles)
        nodes = coarser(nodes) if reduced else nodes
        for at, node in enumerate(nodes.itertuples(index=False), start=1):
            title = Words(*(known.get(node.id, node.name_zh) for known in names))
            colour = mark.style.colour
            stops.append(Stop(mark.id, at, node.id, title, colour, node.geometry))
    return tuple(stops)


# ---- results ----


def _overlay(name: str, overlay: Overlay, order: int, *, lang: str, function: str) -> Drawn:
    common: dict[str, Any] = {
        "id": name,
        "titles": Words(overlay.title, overlay.title_en or overlay.title),
        "lang": lang,
        "unit": "" if isinstance(overlay, Features | Points) else overlay.unit,
        "group": ANALYSIS,
        "order": order,
        "overlay": overlay,
    }
    if isinstance(overlay, Surface):
        return _surface(overlay, common)
    require_crs(overlay.frame, function=f"{function}, {name}")
    common |= {"frame": overlay.frame}
    if isinstance(overlay, Choropleth | Isolines):
        common["numbers"] = overlay.column
    if not isinstance(overlay, Isolines):
        common["columns"] = dict(overlay.columns or {})
    if isinstance(overlay, Choropleth):
        return _choropleth(overlay, common)
    marks = _marks(overlay.frame, lang)
    if isinstance(overlay, Isolines):
        style = overlay_style("isolines", colour=overlay.colour)
        names = [exact(value) for value in level_values(overlay)]
        marks = [replace(mark, name=words) for mark, words in zip(marks, names, strict=True)]
        label = replace(overlay_label("isolines"), colour=overlay.colour)
        common |= {"pane": "isoline", "label": label}
    elif isinstance(overlay, Features):
        changes: dict[str, Any] = {} if overlay.dashed else {"dash": ""}
        style = overlay_style(
            "features", colour=overlay.colour, fill_opacity=overlay.fill_opacity, **changes
        )
        common |= {"pane": "analysis", "hatched": overlay.hatched}
        if overlay.heading:
            common["heading"] = Words(overlay.heading, overlay.heading_en or overlay.heading)
    else:
        style = Style(overlay.colour, symbol=overlay.symbol, size_px=overlay.size_px)
        common |= {"pane": "point", "order": order + POINTS_ABOVE}
        kind = "notes" if name == layer_name() else "points"
        common |= {"label": overlay_label(kind) if overlay.named else None}
        common |= {"cluster": overlay.cluster}
    marks = [replace(mark, style=style, radius_px=style.size_px) for mark in marks]
    if isinstance(overlay, Points):
        marks = list(map(_by_zone_only, marks, known_by(overlay.frame)))
    return Drawn(
        **common,
        marks=tuple(marks),
        look=replace(_bare(), style=style),
        colour=style.colour,
    )


@per_folder
def _bare() -> LayerStyle:
    """Return the rules of a result: its style follows from no layer's."""
    label = overlay_label("zones")
    return LayerStyle(order=0, visible=True, cluster=False, pane="area", label=label)


def _marks(frame: gpd.GeoDataFrame, lang: str) -> list[Mark]:
    style, shapes = _bare().style, frame.geometry.to_numpy()
    rows = zip(_ids(frame), _names(frame, lang), shapes, strict=True)
    return [Mark(key, name, shape, style) for key, name, shape in rows]


def _choropleth(overlay: Choropleth, common: dict[str, Any]) -> Drawn:
    breaks, frame, lang = classify(overlay), overlay.frame, common["lang"]
    edge = {}
    if "evidence" in frame and bool((frame["evidence"] == SCHEMATIC).all()):
        dash = looks()["evidence"][SCHEMATIC]["dash"]
        edge = {"edge": looks()["overlays"]["schematic_edge"], "dash": dash}
    column, values = overlay.column, _numbers(frame, overlay.column)
    figures = [n for n in values if n is not None]
    told, bound = teller(figures, column), teller((*breaks.lows, *breaks.uppers), column)
    lows = [min(figures, default=0.0), *breaks.uppers[:-1]]
    classes = [
        Class(
            str(code),
            _both(interval(low, high, told=bound)),
            overlay_style("class", colour=colour, **edge),
            min(least, high),
            high,
        )
        for code, (low, high, least, colour) in enumerate(
            zip(breaks.lows, breaks.uppers, lows, breaks.colours, strict=False)
        )
    ]
    classes.append(Class(NO_DATA, Words(**looks()["no_data"]), overlay_style("no_data")))
    styles = {each.value: each.style for each in classes}
    label = overlay_label("zones") if overlay.named else None
    units = frame.attrs.get("units", {})
    sign = " %" if "%" in (overlay.unit, units.get(overlay.column)) else ""
    shared = shared_out(frame.geometry.to_numpy())
    painted = [None] * len(frame) if shared is None else shared.tolist()
    marks = [
        replace(
            mark,
            style=styles[key],
            key=key,
            value="" if n is None else f"{told(n)}{sign}",
            painted=part,
        )
        for mark, key, n, part in zip(
            _marks(frame, lang), map(str, breaks.codes), values, painted, strict=True
        )
    ]
    return Drawn(
        **common,
        pane="analysis",
        marks=tuple(marks),
        look=replace(_bare(), style=styles[NO_DATA]),
        colour=styles[NO_DATA].colour,
        classes=tuple(classes),
        classify="class",
        listed="classes",
        label=label,
    )


def _surface(overlay: Surface, common: dict[str, Any]) -> Drawn:
    # Only who has a raster waits until what reads and writes them is loaded.
    import rioxarray  # noqa: F401, PLC0415  gives arrays their .rio

    if overlay.array.rio.crs is None:
        raise CRSError(
            "Surface: the array has no CRS, so it has no place on the map; "
            'set it with array.rio.write_crs("EPSG:4547")',
            code="caller.crs",
            function="Surface",
        )
    if overlay.array.ndim != len(("y", "x")):
        raise InputError(
            f"Surface: the array has dimensions {overlay.array.dims}; give it y and x only",
            code="caller.argument",
            function="Surface",
        )
    breaks, top = surface_classes(overlay), surface_top(overlay)
    classes = [
        Class(str(low), _both(interval(low, high)), overlay_style("band", colour=colour), low, high)
        for low, high, colour in zip(breaks.lows, breaks.uppers, breaks.colours, strict=True)
    ]
    if breaks.lows and breaks.lows[0] > 0:
        # Blank there does not mean zero.
        below = _both(f"< {significant(breaks.lows[0])}")
        classes.insert(0, Class("below", below, overlay_style("below"), high=breaks.lows[0]))
    painted = looks()["surface"]
    steps = np.linspace(0.0, top, painted["ticks"])
    ticks = [significant(float(f"{value:.3g}")) for value in steps]
    if overlay.top is not None and bool(overlay.array.max() > top):
        ticks[-1] = f"≥ {ticks[-1]}"
    colours = breaks.colours or tuple(palette(overlay.ramp))
    return Drawn(
        **common,
        pane="picture",
        frame=gpd.GeoDataFrame(geometry=[], crs=overlay.array.rio.crs),
        marks=(),
        look=_bare(),
        colour=colours[-1],
        classes=tuple(classes),
        listed="classes",
        picture=Picture(
            array=overlay.array,
            levels=tuple(breaks.lows),
            colours=colours,
            opacity=painted["opacity"],
            fade=painted["fade"],
            top=top,
            ticks=() if classes else tuple(ticks),
        ),
    )


# ---- columns of frames ----


def _both(words: str) -> Words:
    return Words(words, words)


def _valued(column: str, value: str) -> Words:
    return Words(*(value_label(column, value, lang=lang) for lang in LANGUAGES))


def _numbers(frame: gpd.GeoDataFrame, column: str) -> list[float | None]:
    values = frame[column].to_numpy(dtype="float64", na_value=np.nan)
    return [None if np.isnan(value) else float(value) for value in values]


def _ids(frame: gpd.GeoDataFrame) -> list[str]:
    return [str(key) for key in frame.get("id", frame.index)]


def _names(frame: gpd.GeoDataFrame, lang: str) -> list[str]:
    first, second = ("name_en", "name_zh") if lang == "en" else ("name_zh", "name_en")
    pairs = zip(texts_of(frame, first), texts_of(frame, second), strict=True)
    return [one or other or "" for one, other in pairs]
