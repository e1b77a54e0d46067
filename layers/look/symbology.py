"""How the layers look: colours, symbols, sizes, labels and their order, read from one file.

``data/symbology.json`` is the truth for the web map, the printed map and the tables, so that a
laboratory has one colour and one shape wherever it appears.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from geo.arguments import brief
from geo.errors import InputError, LayerError
from layers.plan.area import per_plan
from layers.plan.schema import registry

Pane = Literal["land", "boundary", "area", "line", "point"]

SYMBOLS = frozenset(
    {
        "circle",
        "cross",
        "diamond",
        "flag",
        "hexagon",
        "hollow",
        "pentagon",
        "ring-dot",
        "shield",
        "square",
        "star",
        "triangle",
        "triangle-down",
    }
)


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
        Shape of a point, one of :data:`SYMBOLS`.
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
    px_per_root
        Radius in px is this number times the root of the quantity.
    min_px, max_px
        Limits of the radius.
    legend
        Quantities that the legend shows.
    """

    field: str
    px_per_root: float
    min_px: float
    max_px: float
    legend: tuple[float, ...]


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


def layer_style(name: str) -> LayerStyle:
    """Return how a layer is drawn.

    Parameters
    ----------
    name
        Name of a layer with geometry.

    Raises
    ------
    LayerError
        If the layer has no style.

    Examples
    --------
    >>> layer_style("cities").style.colour
    '#B5172F'
    """
    styles = layer_styles()
    if name not in styles:
        raise LayerError(
            f"layer_style: {name!r} has no style; data/symbology.json has {', '.join(styles)}. "
            "Choose one of these or add an entry.",
            code="option.one_of",
            value=brief(name),
            names=styles,
        )
    return styles[name]


@per_plan
def layer_styles() -> dict[str, LayerStyle]:
    """Return the style of every layer, in drawing order."""
    styles = {name: _layer_style(entry) for name, entry in symbology()["layers"].items()}
    return dict(sorted(styles.items(), key=lambda item: item[1].order))


def value_label(column: str, value: str, *, lang: str = "zh") -> str:
    """Return the words for a coded value, the code itself where there are none.

    Parameters
    ----------
    column
        Column, such as ``"category"`` or ``"evidence"``.
    value
        Its code, such as ``"laboratory"``.
    lang
        ``"zh"`` or ``"en"``.

    Examples
    --------
    >>> value_label("category", "laboratory"), value_label("evidence", "schematic", lang="en")
    ('实验室', 'Schematic, by rule')
    """
    table = symbology()["evidence"] if column == "evidence" else symbology()["values"].get(column)
    words: str = (table or {}).get(value, {}).get(lang, value)
    return words


def unit_label(unit: str, *, lang: str = "zh") -> str:
    """Return how a unit of the data package is written for readers.

    Examples
    --------
    >>> unit_label("100 million CNY")
    '亿元'
    """
    words: str = symbology()["units"].get(unit, {}).get(lang, unit)
    return words


def palette(name: str, classes: int | None = None) -> list[str]:
    """Return the colours of a sequential palette, low to high.

    Parameters
    ----------
    name
        ``"YlGnBu"`` (ColorBrewer) or ``"cividis"`` (pale to dark, as all of them run).
    classes
        Number of colours; the finest ramp there is when None.

    Raises
    ------
    InputError
        If the palette or that number of classes does not exist.

    Examples
    --------
    >>> palette("YlGnBu", 3)
    ['#EDF8B1', '#7FCDBB', '#2C7FB8']
    """
    palettes: dict[str, dict[str, list[str]]] = symbology()["palettes"]
    if name not in palettes:
        raise InputError(
            f"palette: no palette {name!r}; choose from {sorted(palettes)}",
            code="option.one_of",
            value=brief(name),
            names=sorted(palettes),
        )
    ramps = palettes[name]
    key = str(classes) if classes is not None else max(ramps, key=int)
    if key not in ramps:
        raise InputError(
            f"palette: {name} has no {key} classes; choose from {sorted(ramps)}",
            code="option.one_of",
            value=key,
            names=sorted(ramps),
        )
    return list(ramps[key])


@per_plan
def symbology() -> dict[str, Any]:
    """Return the plan's ``symbology.json`` as it stands."""
    entries: dict[str, Any] = registry("symbology.json")
    return entries


def _layer_style(entry: dict[str, Any]) -> LayerStyle:
    label = entry["label"]
    plain = {key: entry[key] for key in ("order", "visible", "cluster", "pane")}
    optional: dict[str, Any] = {
        key: entry[key] for key in ("classify", "colour_field", "legend") if key in entry
    }
    if "style" in entry:
        optional["style"] = Style(**entry["style"])
    if "size" in entry:
        size = entry["size"]
        optional["size"] = Size(**{**size, "legend": tuple(size["legend"])})
    return LayerStyle(
        **plain,
        **optional,
        label=Label(**{**label, "skip": tuple(label.get("skip", ()))}),
        classes={value: Style(**style) for value, style in entry.get("classes", {}).items()},
    )
