"""A map resolved: what each feature looks like where, with the legend that says so.

A scene is made once of what a map shows and the symbology (:func:`layers.scene.resolved.scene`).
The web document, the print, the slides and the tables for QGIS are written from it, so that none of
them can show what another does not.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import compress
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import shapely

from geo.crs import moved
from layers.plan.area import map_crs
from layers.scene.known import zone_only_sample, zone_only_words
from layers.scene.said import Tally, Words
from layers.scene.samples import Entry, entry_of, in_own_colours, stops_entry
from layers.words import bracketed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from layers.look.overlays import Overlay
    from layers.look.styles import Label, LayerStyle, Style
    from layers.scene.surfaces import Picture

# Drawing order of what lies in each pane, on every map.
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
CONTEXT, ANALYSIS = "context", "analysis"
# Parts of a river share a name, and what tells them apart is for lists: no map writes it.
REMARK = r"\s*[（(].*| (north|south) of .*"
# Value of the class of areas without a number.
NO_DATA = "-1"


@dataclass(frozen=True, slots=True)
class Class:
    """A class of features.

    Parameters
    ----------
    value
        What its features have in common, the key of :attr:`Mark.key`.
    words, style
        What it is called, and its look before what a feature brings with it.
    low, high
        Bounds of a class of numbers: above the first, up to the second.
    """

    value: str
    words: Words
    style: Style
    low: float = -np.inf
    high: float = np.inf


@dataclass(frozen=True, slots=True, eq=False)
class Mark:
    """A feature as it is drawn.

    Parameters
    ----------
    id, name
        Of the feature, the name in the language of the map.
    shape
        Where it is; None or empty where it has no place.
    style
        Its look: that of its class, in its own colour, as its evidence has it.
    tint
        How solid its symbol is, 0 to 1.
    radius_px
        Half width of its symbol.
    key
        Its class; None where its layer has none.
    rank
        Of two names of a layer that want one place that of the smaller rank stands, and of equals
        the first.
    value
        Its number as words, below its name; empty where it has none.
    painted
        The part of an area that its colour fills, where that is not the whole.
    zone_only
        Nothing is known of its place but the zone that it is in, in whose middle it stands.
    """

    id: str
    name: str
    shape: BaseGeometry | None
    style: Style
    tint: float = 1.0
    radius_px: float = 0.0
    key: str | None = None
    rank: float = 0.0
    value: str = ""
    painted: BaseGeometry | None = None
    zone_only: bool = False

    @property
    def kind(self) -> str:
        """Whether it is a ``"point"``, a ``"line"`` or an ``"area"``."""
        return "area" if self.shape is None else kind_of(self.shape)


class Stop(NamedTuple):
    """A numbered stop of an axis: the node it stands at, its colour and its place, degrees."""

    axis: str
    number: int
    node: str
    names: Words
    colour: str
    place: shapely.Point


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """What a legend says of one layer: its title, if that stands above, and its lines."""

    layer: Drawn
    title: str
    count: Tally | None
    entries: tuple[Entry, ...]

    @property
    def is_part(self) -> bool:
        """Whether a count of it says that some lie beyond the frame."""
        counts = (self.count, *(entry.count for entry in self.entries))
        return any(each is not None and each.is_part for each in counts)

    def uncounted(self) -> Section:
        """Return it without its counts."""
        entries = tuple(replace(entry, count=None) for entry in self.entries)
        return replace(self, count=None, entries=entries)


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """One layer or overlay of a map, resolved.

    Parameters
    ----------
    id
        Name of the layer, or of the overlay on its map.
    titles, unit
        What it is called, and the unit of its numbers.
    lang
        Language of the map.
    group, pane, order, rank
        What it belongs to, what it is drawn among, its place there (the lowest first), and its
        place in a list of layers.
    visible
        Whether it is switched on.
    frame
        Its features as they were given; none where it is a picture.
    marks
        How each of them is drawn, row by row.
    look
        The rules that the marks follow, for a program that draws what it is given later on.
    classes, classify
        Its classes in order, and the column that they stand for.
    listed
        The legend lists its ``"classes"``, its ``"features"`` or the ``"layer"`` as one.
    colour
        What stands for the whole of it.
    label
        How its features are named, if they are.
    is_land
        It is the administrative units: below all, with their boundaries above water and traffic.
    amounts
        Amounts that the legend of proportional symbols shows, each with its radius, px.
    cluster
        Points at one place are counted on a screen; those of a layer are spread around it on paper.
    stops
        Numbered stops of its lines.
    hatched
        Its areas are hatched where there is no colour.
    picture
        The raster, where it is one.
    numbers
        Column of a result's numbers, if it has one.
    columns
        Titles of the columns of a result that a reader is shown.
    overlay
        The result that it is, where it is one.
    beyond, zoned_beyond
        How many of its features of each class lie beyond the frame of the map, and how many of
        those whose place is known by its zone only.
    heading
        What a legend has above it and the layers of the same heading that follow.
    """

    id: str
    titles: Words
    lang: str
    group: str
    pane: str
    order: int
    frame: gpd.GeoDataFrame
    marks: tuple[Mark, ...]
    look: LayerStyle
    colour: str
    visible: bool = True
    rank: int = 0
    unit: str = ""
    classes: tuple[Class, ...] = ()
    classify: str | None = None
    listed: str = "layer"
    label: Label | None = None
    is_land: bool = False
    amounts: tuple[tuple[float, float], ...] = ()
    cluster: bool = False
    stops: tuple[Stop, ...] = ()
    hatched: bool = False
    picture: Picture | None = None
    numbers: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    overlay: Overlay | None = None
    beyond: Mapping[str | None, int] = field(default_factory=dict)
    zoned_beyond: int = 0
    heading: Words | None = None

    @property
    def title(self) -> str:
        """What it is called in the language of the map, with its unit."""
        return bracketed(self.titles.said(self.lang), self.unit, self.lang)

    @property
    def as_one(self) -> Words:
        """What it is called where a legend lists it as one; its lines may have their colours."""
        lines = {mark.style.colour for mark in self.marks if mark.kind == "line"}
        own = self.look.colour_field is not None and len(lines) > 1
        return in_own_colours(self.titles) if own else self.titles

    @property
    def zorder(self) -> float:
        """Where it lies among all."""
        return PANES[self.pane] + self.order / 100.0

    @property
    def is_ground(self) -> bool:
        """Whether it belongs to the base map."""
        return self.group == CONTEXT

    @property
    def is_counted(self) -> bool:
        """Whether a legend counts its features."""
        return not self.is_ground and self.pane != "isoline"

    @property
    def numbered(self) -> bool:
        """Whether its features have numbers below their names."""
        return self.classify == "class"

    @property
    def shapes(self) -> NDArray[np.object_]:
        """Where its features are."""
        shapes = np.empty(len(self.marks), dtype=object)
        shapes[:] = [mark.shape for mark in self.marks]
        return shapes

    @property
    def striped(self) -> bool:
        """Whether areas of it overlap, and share the ground there in stripes."""
        return any(mark.painted is not None for mark in self.marks)

    @property
    def painted(self) -> NDArray[np.object_]:
        """What the colours of its areas fill."""
        painted = np.empty(len(self.marks), dtype=object)
        painted[:] = [mark.shape if mark.painted is None else mark.painted for mark in self.marks]
        return painted

    @property
    def sources(self) -> frozenset[str]:
        """Ids of what it was made from."""
        if "source_id" not in self.frame:
            return frozenset()
        return frozenset(key for key in self.frame["source_id"] if isinstance(key, str) and key)

    def placed(self, *, function: str) -> Drawn:
        """Return it with the marks that have a place, in metres."""
        shapes = self.frame.geometry.to_numpy()
        here = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
        function, crs = f"{function}, {self.id}", map_crs()
        there = moved(self.frame.geometry[here], crs, function=function).to_numpy()
        painted = np.full(len(there), None)
        if self.striped:
            parts = gpd.GeoSeries(self.painted[here], crs=self.frame.crs)
            painted = moved(parts, crs, function=function).to_numpy()
        there_with = zip(compress(self.marks, here.tolist()), there, painted, strict=True)
        return replace(
            self,
            marks=tuple(
                replace(mark, shape=shape, painted=part) for mark, shape, part in there_with
            ),
        )

    def rows(self, picked: NDArray[np.bool_]) -> Drawn:
        """Return it with some of its features, of what has not been placed."""
        marks = tuple(compress(self.marks, picked.tolist()))
        return replace(self, frame=self.frame[picked], marks=marks)

    def within(self, frame_m: tuple[float, float, float, float]) -> Drawn:
        """Return what lies in the frame of the map only, of what has been placed."""
        inside = shapely.intersects(self.shapes, shapely.box(*frame_m))
        others = tuple(compress(self.marks, (~inside).tolist()))
        return replace(
            self,
            marks=tuple(compress(self.marks, inside.tolist())),
            beyond=Counter(mark.key for mark in others),
            zoned_beyond=sum(mark.zone_only for mark in others),
        )

    def bounds_m(self) -> tuple[float, float, float, float] | None:
        """Return west, south, east and north of what has been placed, None for nothing."""
        if self.picture is not None:
            return self.picture.painted_m()
        if not self.marks:
            return None
        west, south, east, north = shapely.total_bounds(self.shapes).tolist()
        return west, south, east, north

    def toned(self, tone: Callable[[str], str], *, grey: bool = False) -> Drawn:
        """Return it in the colours of a palette, hatched if need be where all are grey."""

        def changed(style: Style) -> Style:
            return replace(
                style,
                colour=tone(style.colour),
                edge=tone(style.edge) if style.edge else "",
                hatch=style.hatch or (grey and self.hatched),
            )

        return replace(
            self.restyled(changed),
            colour=tone(self.colour),
            stops=tuple(each._replace(colour=tone(each.colour)) for each in self.stops),
            picture=None if self.picture is None else self.picture.toned(tone),
        )

    def restyled(self, changed: Callable[[Style], Style]) -> Drawn:
        """Return it with every style changed."""
        known = {mark.style: changed(mark.style) for mark in self.marks}
        return replace(
            self,
            marks=tuple(replace(mark, style=known[mark.style]) for mark in self.marks),
            classes=tuple(replace(each, style=changed(each.style)) for each in self.classes),
        )

    def section(self) -> Section | None:
        """Return what a legend says of it; its counts are those of the marks it holds."""
        if self.picture is not None:
            bands = (
                entry_of(each.style, "area", each.words.said(self.lang)) for each in self.classes
            )
            return Section(self, self.title, None, tuple(bands))
        if not self.marks:
            return None
        first: dict[str | None, Mark] = {}
        for mark in self.marks:
            first.setdefault(mark.key, mark)
        here = Counter(mark.key for mark in self.marks)
        counts = {key: Tally(n, n + self.beyond.get(key, 0)) for key, n in here.items()}
        whole = Tally(len(self.marks), len(self.marks) + sum(self.beyond.values()))
        counted = self.is_counted
        if self.listed == "layer" or set(counts) == {None}:
            words = bracketed(self.as_one.said(self.lang), self.unit, self.lang)
            entry = entry_of(
                self.marks[0].style, self.marks[0].kind, words, whole if counted else None
            )
            return Section(self, "", None, (entry,))
        if self.listed == "classes":
            entries = tuple(
                entry_of(
                    first[each.value].style,
                    first[each.value].kind,
                    each.words.said(self.lang),
                    counts[each.value] if counted else None,
                )
                for each in self.classes
                if each.value in counts
            )
        else:
            entries = tuple(entry_of(mark.style, mark.kind, mark.name) for mark in self.marks)
        if self.stops:
            entries += (stops_entry(self.stops[0].colour, self.lang),)
        return Section(self, self.title, whole if counted else None, entries)


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A map resolved.

    Parameters
    ----------
    layers
        Layers and overlays, the lowest first.
    lang
        Language of the map.
    groups
        What layers belong to, in the order of a legend.
    evidence
        Opacity and dash of each kind of evidence, with its words.
    home
        South and west, north and east of what a map shows that has nothing to show, degrees.
    beyond
        Look of the administrative units around the area.
    stops_layer, stop_label
        Layer of the places that numbered stops stand at, and how stops are named where it is not
        shown; none where there are no stops.
    counted
        Whether its legend says how many features there are of each kind.
    """

    layers: tuple[Drawn, ...]
    lang: str
    groups: Mapping[str, Words]
    evidence: Mapping[str, Mapping[str, object]]
    home: tuple[tuple[float, float], tuple[float, float]]
    beyond: Style
    stops_layer: str = ""
    stop_label: Label | None = None
    counted: bool = True

    def of(self, layers: tuple[Drawn, ...]) -> Scene:
        """Return the same map with other layers."""
        return replace(self, layers=layers)

    def placed(self, *, function: str) -> Scene:
        """Return what is visible, in metres of :func:`layers.plan.area.map_crs`."""
        return self.of(
            tuple(each.placed(function=function) for each in self.layers if each.visible)
        )

    def within(self, frame_m: tuple[float, float, float, float]) -> Scene:
        """Return what lies in the frame of a map."""
        return self.of(tuple(each.within(frame_m) for each in self.layers))

    def listed(self) -> list[Drawn]:
        """Return its layers as a legend lists them: results, the plan, the base map."""
        groups = list(self.groups)
        return sorted(
            self.layers, key=lambda each: (groups.index(each.group), each.rank, each.order)
        )

    @property
    def spread(self) -> bool:
        """Whether a surface of it has what is known by its zone only all over the zone."""
        return any(getattr(each.overlay, "spread", False) for each in self.layers)

    def legend(self) -> list[Section]:
        """Return what its legend says, section by section."""
        sections = _headed([section for each in self.listed() if (section := each.section())])
        zoned = [each for each in self.listed() if any(mark.zone_only for mark in each.marks)]
        if zoned:
            here = sum(mark.zone_only for each in zoned for mark in each.marks)
            count = Tally(here, here + sum(each.zoned_beyond for each in self.layers))
            words = zone_only_words(spread=self.spread).said(self.lang)
            line = Section(zoned[-1], "", None, (Entry(zone_only_sample(), "point", words, count),))
            ground = [section.layer.is_ground for section in sections]
            sections.insert((*ground, True).index(True), line)
        return sections if self.counted else [section.uncounted() for section in sections]


def _headed(sections: list[Section]) -> list[Section]:
    """Return sections with the heading that several have in common above the first of them."""
    told: list[Section] = []
    for at, each in enumerate(sections):
        heading = each.layer.heading
        if heading and (at == 0 or sections[at - 1].layer.heading != heading):
            told.append(replace(each, title=heading.said(each.layer.lang)))
        else:
            told.append(each)
    return told


def kind_of(shape: BaseGeometry) -> str:
    """Return whether a shape is a ``"point"``, a ``"line"`` or an ``"area"``."""
    name = shape.geom_type
    if name.endswith("Point"):
        return "point"
    return "line" if name.endswith(("LineString", "LinearRing")) else "area"
