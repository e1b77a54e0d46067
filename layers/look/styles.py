"""Styles as records, and what all plans have in common: ``data/looks``.

Outlines of symbols, the strokes they are made of, the styles of results, the ramps and the marks of
evidence stand there once. The page of the web map gets them with its document, see
:func:`for_scripts`; nothing of it is written again in JavaScript.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from layers.plan.area import per_folder
from layers.plan.schema import registry

Pane = Literal["land", "boundary", "area", "line", "point"]
WHITE = "#FFFFFF"
# What the scripts of the web map draw with.
_OF_SCRIPTS = ("outlines", "marks", "inks", "evidence_sample", "selected")


@dataclass(frozen=True, slots=True)
class Style:
    """How one class of features is drawn.

    Parameters
    ----------
    colour
        Fill of an area or symbol, stroke of a line.
    edge
        Outline of an area or symbol; ``colour`` when empty.
    weight
        Stroke width, px.
    opacity, fill_opacity
        0 to 1.
    dash
        Dash pattern in px, empty for a solid line.
    hatch
        Areas are hatched lightly.
    symbol
        Shape of a point, one of those in ``data/looks/symbols.json``.
    size_px
        Half width of that shape, px.
    arrows, stops
        A line carries flow arrows; it carries its ordered stops as numbered white dots.
    """

    colour: str
    edge: str = ""
    weight: float = 1.5
    opacity: float = 1.0
    fill_opacity: float = 1.0
    dash: str = ""
    hatch: bool = False
    symbol: str = "circle"
    size_px: float = 6.0
    arrows: bool = False
    stops: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """How features of a layer are labelled.

    Parameters
    ----------
    place
        ``"inside"`` an area, on its ``"edge"``, along a ``"line"`` or ``"beside"`` a point.
    priority
        Labels of a smaller number are placed first and never give way.
    min_zoom
        First web-map zoom level with labels.
    size
        Font size, px.
    colour, halo
        Text colour (``"field"``: the feature's own) and the colour around it.
    weight
        CSS font weight.
    skip
        Names that start so are no names and get no label.
    """

    place: Literal["inside", "edge", "line", "beside"]
    priority: float
    min_zoom: int
    size: int
    colour: str
    weight: int
    halo: str = "#FFFFFF"
    skip: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Size:
    """Symbols whose area is proportional to a quantity.

    Parameters
    ----------
    field
        Column with the quantity.
    largest_px
        Radius of the largest quantity, px. No symbol is held back at a limit.
    largest
        The largest quantity of what a map shows, in its unit; 0 where there is none.
    """

    field: str
    largest_px: float
    largest: float = 0.0

    def radius_px(self, amount: float) -> float:
        """Return the radius of the symbol of a quantity, px.

        Examples
        --------
        >>> Size("investment", 30.0, 1000.0).radius_px(250.0)
        15.0
        """
        return self.largest_px * (amount / self.largest) ** 0.5 if self.largest else 0.0


@dataclass(frozen=True, slots=True)
class LayerStyle:
    """How one layer is drawn.

    Parameters
    ----------
    order
        Drawing order, small numbers at the bottom.
    visible
        Shown when nothing else is asked for.
    cluster
        Points join into counted clusters when zoomed out.
    pane
        What it is drawn among.
    label
        Labels of its features.
    classify
        Column whose values the classes stand for; ``"id"``: every feature is its own class.
    colour_field
        Column with a feature's own colour, if it has one.
    style
        Look of a feature without a class of its own.
    classes
        Look per value of ``classify``.
    size
        Proportional symbols, if any.
    legend
        The legend lists its ``"classes"``, or the ``"layer"`` as one.
    """

    order: int
    visible: bool
    cluster: bool
    pane: Pane
    label: Label
    classify: str | None = None
    colour_field: str | None = None
    style: Style = field(default_factory=lambda: Style("#4C6378"))
    classes: dict[str, Style] = field(default_factory=dict)
    size: Size | None = None
    legend: Literal["classes", "layer"] = "classes"

    def of(self, value: str | None) -> Style:
        """Return the style of a class, the layer's own style where it has none."""
        return self.classes.get(value or "", self.style)


@per_folder
def looks() -> dict[str, Any]:
    """Return what stands in ``data/looks``: outlines, marks, samples, ramps and the like."""
    tables: dict[str, Any] = {}
    for name in ("symbols", "styles", "palettes"):
        tables |= registry(f"{name}.json")
    return tables


def for_scripts() -> dict[str, Any]:
    """Return what of it the page of the web map draws with."""
    return {key: looks()[key] for key in _OF_SCRIPTS}


def inks(*names: str) -> tuple[str, ...]:
    """Return colours that stand on every sheet, page and slide, whatever the map shows.

    Examples
    --------
    >>> inks("ink", "ground")
    ('#22303D', '#E6E8EA')
    """
    colours: dict[str, str] = looks()["inks"]
    return tuple(colours[name] for name in names)


def mark(name: str) -> dict[str, float]:
    """Return the measures of a mark that every map draws alike.

    Examples
    --------
    >>> mark("stop")["radius_px"]
    9
    """
    measures: dict[str, float] = looks()["marks"][name]
    return measures


def overlay_style(name: str, **changes: Any) -> Style:  # noqa: ANN401 - fields of a style
    """Return the style of a kind of result, with what is the result's own.

    Examples
    --------
    >>> overlay_style("isolines", colour="#22303D").weight
    1.1
    """
    return Style(**(looks()["overlays"][name] | changes))


def overlay_label(name: str) -> Label:
    """Return how a kind of result is labelled."""
    return Label(**looks()["labels"][name])


@per_folder
def symbols() -> frozenset[str]:
    """Return the names of the symbols that there are."""
    return frozenset(looks()["outlines"])
