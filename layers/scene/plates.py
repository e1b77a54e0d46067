"""Plates of a printed map: each visible layer and overlay with its features' styles, in metres.

The map and its legend are both made of plates, so that neither can show what the other does not.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.arguments import brief
from geo.crs import moved, require_crs
from geo.errors import InputError
from layers.look.legend import choropleth_legend, number, surface_legend
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
    surface_classes,
)
from layers.look.symbology import (
    Label,
    Size,
    Style,
    layer_style,
    layer_styles,
    symbology,
    value_label,
)
from layers.plan.area import map_crs
from layers.plan.schema import resource, resources
from layers.scene.surfaces import painted_m

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from layers.look.content import Content

LANGUAGES = ("zh", "en")
SCHEMATIC = "schematic"
FEATURES_WEIGHT, FEATURES_DASH, ISOLINE_WEIGHT = 2.0, "7 5", 1.1
ISOLINE_LABEL = Label("line", 9, 0, 11, "field", 600)
# Zones are named after the layout and before the points.
ZONE_LABEL = Label("inside", 4.5, 0, 13, "#22303D", 700)
# Drawing order of what lies in each pane, as on the web map.
PANES = {
    "land": 10.0,
    "boundary": 20.0,
    "analysis": 30.0,
    "picture": 31.0,
    "isoline": 32.0,
    "area": 40.0,
    "line": 42.0,
    "point": 60.0,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a legend: a sample, its words, and how many features it stands for."""

    style: Style
    kind: str
    words: str
    count: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Plate:
    """One visible layer or overlay, ready to be drawn.

    Parameters
    ----------
    name, title, unit
        Of the layer, in the map's language.
    group, pane
        What it belongs to, and what it is drawn among.
    order
        Its place in its pane, the lowest first.
    shapes
        Geometry of the features that have a place, metres in :func:`layers.plan.area.map_crs`.
    styles, tints
        How each is drawn, and how solid its symbol is.
    ids, names, keys
        Id, name and class of each; None where the layer has no classes.
    radii
        Half width of each point symbol, px.
    label, size
        As in the symbology, if any.
    classes
        Words of each class in its order.
    whole
        The legend lists the layer as one.
    spread
        Points at one place are spread around it.
    unlocated
        Number of its features that have no place.
    sources, schematic
        Ids of what it was made from; whether a feature of it is built by a rule.
    surface
        The raster, where it is one.
    hatched
        Its areas are hatched where there is no colour.
    values
        Number of each feature as words, below its name; none where it has no numbers.
    """

    name: str
    title: str
    group: str
    pane: str
    order: int
    shapes: NDArray[np.object_]
    styles: tuple[Style, ...] = ()
    tints: tuple[float, ...] = ()
    ids: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    keys: tuple[str | None, ...] = ()
    radii: tuple[float, ...] = ()
    unit: str = ""
    label: Label | None = None
    size: Size | None = None
    classes: tuple[tuple[str, str, Style], ...] = ()
    whole: bool = False
    spread: bool = False
    unlocated: int = 0
    sources: frozenset[str] = frozenset()
    schematic: bool = False
    surface: Surface | None = None
    hatched: bool = False
    values: tuple[str, ...] = ()

    @property
    def zorder(self) -> float:
        """Where it lies among all plates."""
        return PANES[self.pane] + self.order / 100.0

    @property
    def is_ground(self) -> bool:
        """Whether it belongs to the base map."""
        return self.group == "context"

    def within(self, frame_m: tuple[float, float, float, float]) -> Plate:
        """Return the plate with what lies in the frame of the map only."""
        if self.surface is not None:
            return self
        kept = shapely.intersects(self.shapes, shapely.box(*frame_m))
        picks = np.flatnonzero(kept)
        chosen: dict[str, Any] = {
            name: tuple(getattr(self, name)[pick] for pick in picks)
            for name in ("styles", "tints", "ids", "names", "keys", "radii", "values")
            if getattr(self, name)
        }
        return replace(self, shapes=self.shapes[picks], **chosen)

    def bounds_m(self) -> tuple[float, float, float, float] | None:
        """Return west, south, east and north of it, None where nothing of it has a place."""
        if self.surface is not None:
            return painted_m(self.surface)
        if self.shapes.size == 0:
            return None
        west, south, east, north = shapely.total_bounds(self.shapes).tolist()
        return west, south, east, north

    def toned(self, tone: Callable[[str], str], *, grey: bool = False) -> Plate:
        """Return the plate in the colours of a palette, hatched if need be where all are grey."""

        def changed(style: Style) -> Style:
            return replace(
                style,
                colour=tone(style.colour),
                edge=tone(style.edge) if style.edge else "",
                hatch=style.hatch or (grey and self.hatched),
            )

        return replace(
            self,
            styles=tuple(changed(style) for style in self.styles),
            classes=tuple((key, words, changed(style)) for key, words, style in self.classes),
        )

    def entries(self) -> list[Entry]:
        """Return the lines of its legend; their counts are those of the features it holds."""
        if self.surface is not None:
            return [Entry(style, "area", words) for _, words, style in self.classes]
        if not self.styles:
            return []
        kinds = {key: self._kind(at) for at, key in reversed(list(enumerate(self.keys)))}
        first = {key: self.styles[at] for at, key in reversed(list(enumerate(self.keys)))}
        if self.whole or set(self.keys) == {None}:
            style, kind = self.styles[0], self._kind(0)
            count = None if self.is_ground or self.pane == "isoline" else len(self.styles)
            return [Entry(style, kind, self.title, count)]
        counts = Counter(self.keys)
        if self.classes:
            return [
                Entry(first[key], kinds[key], words, None if self.is_ground else counts[key])
                for key, words, _ in self.classes
                if key in counts
            ]
        return [
            Entry(self.styles[at], self._kind(at), self.names[at]) for at in range(len(self.styles))
        ]

    @property
    def has_title(self) -> bool:
        """Whether its legend has a title line above its entries."""
        return self.surface is not None or not (self.whole or set(self.keys) == {None})

    def _kind(self, at: int) -> str:
        return kind_of(self.shapes[at])


def kind_of(shape: BaseGeometry) -> str:
    """Return whether a shape is a ``"point"``, a ``"line"`` or an ``"area"``."""
    name = shape.geom_type
    if name.endswith("Point"):
        return "point"
    return "line" if name.endswith(("LineString", "LinearRing")) else "area"


def plates(content: Content) -> list[Plate]:
    """Return the visible layers and overlays of a map as plates, the lowest first.

    Raises
    ------
    InputError
        If the language is neither, or a visible layer has no frame.
    LayerError
        If a visible name is no layer with geometry.
    CRSError
        If a frame has no CRS.
    """
    if content.lang not in LANGUAGES:
        raise InputError(
            f"print_map: lang={content.lang!r}; choose from {', '.join(map(repr, LANGUAGES))}",
            code="option.one_of",
            value=brief(content.lang),
            names=LANGUAGES,
        )
    for name in content.visible:
        layer_style(name)
    missing = sorted(set(content.visible) - set(content.frames))
    if missing:
        raise InputError(
            f"print_map: visible layers {missing} have no frame; the content holds "
            f"{sorted(content.frames)}. Add the frames, or leave the names out of visible.",
            code="option.one_of",
            value=missing,
            names=sorted(content.frames),
        )
    shown = [name for name in layer_styles() if name in content.visible]
    found = [_layer(name, content) for name in shown]
    found += [
        _overlay(f"overlay-{at}", item, at, lang=content.lang)
        for at, item in enumerate(content.overlays, start=1)
    ]
    return sorted(found, key=lambda plate: plate.zorder)


def listed(found: list[Plate]) -> list[Plate]:
    """Return plates as a legend lists them: results, the plan, the base map."""
    groups = [entry["id"] for entry in symbology()["groups"]]
    ranks = {name: rank for rank, name in enumerate(resources())}
    return sorted(
        found,
        key=lambda plate: (groups.index(plate.group), ranks.get(plate.name, -1), plate.order),
    )


def _layer(name: str, content: Content) -> Plate:
    about, style = resource(name), content.style(name)
    frame, lang = content.frames[name], content.lang
    located, shapes, _ = _located(frame, name)
    stated = style.size is not None and style.size.field in located
    if stated and style.size is not None:
        amounts = located[style.size.field]
        located = located.assign(stated=np.where(amounts.notna(), "stated", "unstated"))
    keys = _texts(located, style.classify) if style.classify else [None] * len(located)
    evidence = _texts(located, "evidence")
    colours = _texts(located, style.colour_field)
    grounds = about.group == "context"
    styled = [
        _style(style.of(key), colour, None if grounds else known)
        for key, colour, known in zip(keys, colours, evidence, strict=True)
    ]
    radii = [each.size_px for each, _ in styled]
    if stated and style.size is not None:
        radii = [
            radius if amount is None else radius_px(style.size, amount)
            for radius, amount in zip(radii, _numbers(located, style.size.field), strict=True)
        ]
    return Plate(
        name=name,
        title=about.title(lang),
        group=about.group,
        pane=style.pane,
        order=style.order,
        shapes=shapes,
        styles=tuple(each for each, _ in styled),
        tints=tuple(tint for _, tint in styled),
        ids=tuple(map(str, located["id"])),
        names=_names(located, lang),
        keys=tuple(keys),
        radii=tuple(radii),
        label=style.label,
        size=style.size,
        classes=tuple(
            (value, value_label(style.classify or "", value, lang=lang), each)
            for value, each in style.classes.items()
        ),
        whole=style.legend == "layer" or style.classify is None,
        spread=style.cluster,
        unlocated=len(frame) - len(located),
        sources=frozenset(key for key in _texts(frame, "source_id") if key),
        schematic=not grounds and SCHEMATIC in evidence,
    )


def radius_px(size: Size, amount: float) -> float:
    """Return the radius of a proportional symbol, px."""
    return float(np.clip(size.px_per_root * amount**0.5, size.min_px, size.max_px))


def _overlay(name: str, overlay: Overlay, order: int, *, lang: str) -> Plate:
    title = overlay.title_en if lang == "en" and overlay.title_en else overlay.title
    unit = "" if isinstance(overlay, Features | Points) else overlay.unit
    common: dict[str, Any] = {
        "name": name,
        "title": _with_unit(title, unit, lang),
        "unit": unit,
        "group": "analysis",
        "order": order,
    }
    if isinstance(overlay, Surface):
        return Plate(
            **common,
            pane="picture",
            shapes=np.empty(0, dtype=object),
            surface=overlay,
            classes=_surface_entries(overlay, lang),
        )
    located, shapes, at = _located(overlay.frame, name)
    count = len(located)
    evidence = _texts(located, "evidence")
    common |= {
        "shapes": shapes,
        "tints": (1.0,) * count,
        "unlocated": len(overlay.frame) - count,
        "schematic": SCHEMATIC in evidence and not isinstance(overlay, Points),
        "sources": frozenset(key for key in _texts(overlay.frame, "source_id") if key),
    }
    if isinstance(overlay, Choropleth):
        return _choropleth(overlay, located, at, common, lang)
    names = _names(located, lang)
    ids = tuple(map(str, located["id"])) if "id" in located else tuple(map(str, located.index))
    if isinstance(overlay, Isolines):
        values = level_values(overlay)
        names = tuple(f"{values[position]:,.12g}" for position in at)
        style = Style(overlay.colour, weight=ISOLINE_WEIGHT)
        common |= {"pane": "isoline", "label": replace(ISOLINE_LABEL, colour=overlay.colour)}
    elif isinstance(overlay, Features):
        style = Style(
            overlay.colour,
            weight=FEATURES_WEIGHT,
            fill_opacity=overlay.fill_opacity,
            dash=FEATURES_DASH if overlay.dashed else "",
        )
        common |= {"pane": "analysis", "hatched": overlay.hatched}
    else:
        style = Style(overlay.colour, symbol=overlay.symbol, size_px=overlay.size_px)
        common |= {"pane": "point", "order": order + 100, "radii": (overlay.size_px,) * count}
        common |= {"label": NAMED if overlay.named else None}
    common.setdefault("radii", (style.size_px,) * count)
    return Plate(
        **common,
        styles=(style,) * count,
        ids=ids,
        names=names,
        keys=(None,) * count,
    )


def _choropleth(
    overlay: Choropleth,
    located: gpd.GeoDataFrame,
    at: NDArray[np.intp],
    common: dict[str, Any],
    lang: str,
) -> Plate:
    found = classify(overlay)
    schematic = "evidence" in located and bool((overlay.frame["evidence"] == SCHEMATIC).all())
    legend = choropleth_legend(found, schematic=schematic)
    classes = tuple(
        (entry["value"], entry["label"][lang], Style(**entry["style"]))
        for entry in legend["classes"]
    )
    styles = {value: style for value, _, style in classes}
    keys = tuple(str(code) for code in found.codes[at])
    return Plate(
        **common,
        pane="analysis",
        styles=tuple(styles[key] for key in keys),
        ids=tuple(map(str, located["id"])) if "id" in located else keys,
        names=_names(located, lang),
        keys=keys,
        radii=(0.0,) * len(keys),
        classes=classes,
        label=ZONE_LABEL if overlay.named else None,
        values=tuple("" if n is None else number(n) for n in _numbers(located, overlay.column)),
    )


def _surface_entries(overlay: Surface, lang: str) -> tuple[tuple[str, str, Style], ...]:
    legend = surface_legend(surface_classes(overlay), opacity=SURFACE_OPACITY)
    return tuple(
        (str(at), entry["label"][lang], Style(**entry["style"])) for at, entry in enumerate(legend)
    )


def _with_unit(title: str, unit: str, lang: str) -> str:
    if not unit:
        return title
    return f"{title} ({unit})" if lang == "en" else f"{title}（{unit}）"


def _located(
    frame: gpd.GeoDataFrame, name: str
) -> tuple[gpd.GeoDataFrame, NDArray[np.object_], NDArray[np.intp]]:
    """Return the features that have a place, their shapes in the map's CRS and their positions."""
    require_crs(frame, function=f"print_map, {name}")
    shapes = frame.geometry.to_numpy()
    here = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    kept = frame[here]
    there = moved(kept.geometry, map_crs(), function=f"print_map, {name}")
    projected: NDArray[np.object_] = np.asarray(there.to_numpy())
    return kept, projected, np.flatnonzero(here)


def _style(style: Style, colour: str | None, evidence: str | None) -> tuple[Style, float]:
    """Return a feature's style: its class, its own colour, and how well its place is known."""
    known = symbology()["evidence"].get(evidence or "")
    changed = replace(style, colour=colour or style.colour)
    if known is None:
        return changed, 1.0
    tint = float(known["opacity"])
    dash = style.dash or known["dash"]
    return replace(changed, dash=dash, fill_opacity=style.fill_opacity * tint), tint


def _texts(frame: gpd.GeoDataFrame, column: str | None) -> list[str | None]:
    if column is None or column not in frame:
        return [None] * len(frame)
    values = frame[column].astype("object")
    return [value if isinstance(value, str) else None for value in values]


def _numbers(frame: gpd.GeoDataFrame, column: str) -> list[float | None]:
    values = frame[column].to_numpy(dtype="float64", na_value=np.nan)
    return [None if np.isnan(value) else float(value) for value in values]


def _names(frame: gpd.GeoDataFrame, lang: str) -> tuple[str, ...]:
    first, second = ("name_en", "name_zh") if lang == "en" else ("name_zh", "name_en")
    pairs = zip(_texts(frame, first), _texts(frame, second), strict=True)
    return tuple(one or other or "" for one, other in pairs)
