"""Results of a map as tables for QGIS, in the classes and colours that the web map shows.

What a raster paints is there as the areas between its levels: QGIS draws, measures and intersects
those as it does zones.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np

import geo
from geo.numerals import LANGUAGES, MINUS, interval
from layers.look.callouts import layer_name
from layers.look.overlays import Choropleth
from layers.look.symbology import field_title
from layers.look.told import DIGITS, DIGITS_OF_OTHERS, DIGITS_OF_SMALL, LEAST_TOLD, parts_of
from layers.plan.area import per_plan
from layers.plan.schema import resources
from layers.qgis.styles import (
    name_field,
    put_aliases,
    put_halo,
    put_text_style,
    style_root,
    style_text,
)
from layers.qgis.symbols import Kind, quoted_column, quoted_text, rgba, symbol_of
from layers.scene.said import Words
from layers.scene.scene import NO_DATA, Class
from layers.words import say, words

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from layers.look.styles import Style
    from layers.scene.scene import Drawn
    from layers.scene.surfaces import Picture

    Floats = npt.NDArray[np.float64]

# A surface of even colours is cut into so many bands at most.
FINE_BANDS = 16
PERCENT = " %"
# Where labels stand, as QGIS has it: on a line, and around a point at a distance in millimetres.
ON_LINE = {"placement": "2", "placementFlags": "9"}
INSIDE = {"placement": "1", "quadOffset": "4", "centroidInside": "1", "centroidWhole": "0"}
BESIDE = {"placement": "6", "predefinedPositionOrder": "R,L,T,B", "dist": "2", "offsetType": "1"}
_NAMES: dict[str, tuple[str, Kind]] = {
    "Choropleth": ("zones", "polygon"),
    "Surface": ("bands", "polygon"),
    "Isolines": ("isolines", "line"),
    "Features": ("areas", "polygon"),
    "Points": ("points", "point"),
}


class Result(NamedTuple):
    """A result of a map.

    Parameters
    ----------
    name
        What its table is called.
    kind
        The kind of geometry it has where it has none.
    layer
        As the map draws it, with its features; of a surface these are its bands.
    """

    name: str
    kind: Kind
    layer: Drawn


def results(layers: Iterable[Drawn]) -> list[Result]:
    """Return the results among layers that have a shape, the lowest first."""
    with_shape: list[Result] = []
    before: Counter[str] = Counter()
    for layer in layers:
        if layer.overlay is None:
            continue
        drawn = _exact(layer)
        if layer.picture is not None:
            drawn = replace(layer, frame=_bands(layer.picture))
        if drawn.frame.empty:
            continue
        name, kind = _NAMES[type(layer.overlay).__name__]
        name = layer.overlay.name if layer.id == layer_name() else name
        before[name] += 1
        name += f"_{before[name]}" if before[name] > 1 else ""
        if drawn.striped:
            with_shape.append(Result(f"{name}_painted", kind, _fills(drawn)))
            drawn = drawn.restyled(lambda style: replace(style, fill_opacity=0.0))
        with_shape.append(Result(name, kind, drawn))
    return with_shape


def result_qml(layer: Drawn, kind: Kind) -> str:
    """Return the QGIS style of a result.

    Parameters
    ----------
    layer
        The result, its features all of one kind of geometry.
    kind
        That kind.
    """
    frame, root, lang = layer.frame, style_root(), layer.lang
    if layer.picture is not None:
        _classes(root, kind, "high", _band_classes(layer), empty=None, layer=layer)
    elif layer.numbered:
        column = layer.numbers
        *classes, empty = layer.classes
        missing = bool(frame[column].isna().any())
        _classes(root, kind, column, classes, empty=empty if missing else None, layer=layer)
    else:
        renderer = ET.SubElement(root, "renderer-v2", type="singleSymbol", symbollevels="0")
        symbols = ET.SubElement(renderer, "symbols")
        symbols.append(_symbol("0", kind, layer.look.style, layer))
    if layer.pane == "isoline":
        _labels(root, layer.numbers, layer, ON_LINE)
    elif layer.numbered and layer.label is not None:
        colour = layer.label.colour
        _labels(root, _named_value(layer), layer, INSIDE, colour=colour, expression=True)
    elif layer.pane == "point" and layer.label is not None:
        _labels(root, name_field(frame, lang), layer, BESIDE)
    put_aliases(root, frame, _titles(layer))
    named = {name_field(frame, lang), "id"} & set(frame.columns)
    return style_text(root, max(named, default="fid"), kind)


def _exact(layer: Drawn) -> Drawn:
    """Return a result with figures that are not rounded to what is told, each in its class."""
    exact = layer.overlay.exact if isinstance(layer.overlay, Choropleth) else None
    if exact is None:
        return layer
    figures = {name: exact[name].to_numpy() for name in exact.select_dtypes("number")}
    frame = layer.frame.assign(**figures)
    if not layer.numbered:
        return replace(layer, frame=frame)
    *classes, empty = layer.classes
    told, whole = (each[layer.numbers].to_numpy(float) for each in (layer.frame, frame))
    return replace(layer, frame=frame, classes=(*fitted(classes, told, whole), empty))


def fitted(classes: list[Class], told: Floats, exact: Floats) -> list[Class]:
    """Return classes of rounded figures with bounds that the exact ones have their places in too.

    The least of all may be rounded up, and the last of a class down to its bound: QGIS drew none of
    the first, and the second in the colour of the next class.

    Parameters
    ----------
    classes
        Classes of numbers, the lowest first.
    told, exact
        Of each feature the figure that is told, by which it has its class, and the exact one.
    """
    known = np.isfinite(told) & np.isfinite(exact)
    codes = np.searchsorted([each.high for each in classes], told[known], side="left")
    figures = exact[known]
    low = min(classes[0].low, figures.min(initial=np.inf))
    made = []
    for code, each in enumerate(classes):
        high = max(each.high, figures[codes <= code].max(initial=-np.inf))
        if high >= figures[codes > code].min(initial=np.inf):
            high = figures[codes <= code].max(initial=low)
        made.append(replace(each, low=float(low), high=float(high)))
        low = high
    return made


def _fills(layer: Drawn) -> Drawn:
    """Return what the colours of overlapping areas fill, without their edges."""
    painted = gpd.GeoSeries(layer.painted, layer.frame.index, layer.frame.crs)
    titles = [say("geopackage.painted", lang, title=layer.titles.said(lang)) for lang in LANGUAGES]
    fills = replace(
        layer, frame=layer.frame.set_geometry(painted), titles=Words(*titles), label=None
    )
    return fills.restyled(lambda style: replace(style, opacity=0.0))


def _bands(picture: Picture) -> gpd.GeoDataFrame:
    """Return the areas that a surface paints, between its levels."""
    levels = picture.levels or geo.nice_levels(0.0, picture.top, count=FINE_BANDS)
    if not len(levels):
        return geo.filled_bands(picture.array, levels=1).iloc[:0]
    bands = geo.filled_bands(picture.array, levels=levels)
    # What lies below the first level is not painted.
    return bands[(bands["low"] >= levels[0]) & (bands["high"] > 0)]


# ---- classes ----


def _band_classes(layer: Drawn) -> list[Class]:
    """Return the class of each band; bands are told by their upper ends, and have no edges."""
    frame, picture = layer.frame, layer.picture
    known = {each.low: each for each in layer.classes}
    classes = []
    for low, high in zip(frame["low"].tolist(), frame["high"].tolist(), strict=True):
        if picture is None or picture.levels:
            label, style = known[low].words, replace(known[low].style, edge="", opacity=0.0)
        else:
            colour, solid = picture.tone((low + high) / 2.0 / picture.top)
            label = Words(*[interval(low, high)] * 2)
            style = replace(layer.look.style, colour=colour, opacity=0.0, fill_opacity=solid)
        classes.append(Class(str(low), label, style, low, high))
    return classes


def _classes(
    root: ET.Element,
    kind: Kind,
    column: str,
    classes: list[Class],
    *,
    empty: Class | None,
    layer: Drawn,
) -> None:
    """Draw a number in classes; QGIS has no class for features without it but among categories."""
    renderer = ET.SubElement(
        root, "renderer-v2", symbollevels="0", forceraster="0", referencescale="-1"
    )
    styles = [each.style for each in classes]
    if empty is None:
        renderer.set("type", "graduatedSymbol")
        renderer.set("graduatedMethod", "GraduatedColor")
        renderer.set("attr", column)
        ranges = ET.SubElement(renderer, "ranges")
        for number, each in enumerate(classes):
            ET.SubElement(
                ranges,
                "range",
                lower=repr(each.low),
                upper=repr(each.high),
                symbol=str(number),
                label=each.words.said(layer.lang),
                render="true",
            )
    else:
        value = quoted_column(column)
        cases = [
            f"WHEN {value} <= {each.high!r} THEN {quoted_text(str(number))}"
            for number, each in enumerate(classes)
        ]
        renderer.set("type", "categorizedSymbol")
        renderer.set("attr", " ".join(["CASE", *cases, f"ELSE {quoted_text(NO_DATA)} END"]))
        ranges = ET.SubElement(renderer, "categories")
        for number, each in enumerate([*classes, empty]):
            ET.SubElement(
                ranges,
                "category",
                value=each.value,
                symbol=str(number),
                label=each.words.said(layer.lang),
                render="true",
            )
        styles.append(empty.style)
    symbols = ET.SubElement(renderer, "symbols")
    for number, style in enumerate(styles):
        symbols.append(_symbol(str(number), kind, style, layer))


def _symbol(name: str, kind: Kind, style: Style, layer: Drawn) -> ET.Element:
    return symbol_of(name, kind, style, layer.look, usual=None, own=None)


def _named_value(layer: Drawn) -> str:
    """Return an expression for the name of a zone above its number, as maps write it."""
    name, number = name_field(layer.frame, layer.lang), quoted_column(layer.numbers)
    sign = PERCENT if any(mark.value.endswith(PERCENT) for mark in layer.marks) else ""
    parted = parts_of(layer.frame[layer.numbers].astype(float), layer.numbers)
    told = figure_in_qgis(number, layer.numbers, parted=parted)
    value = f"coalesce({told} || {quoted_text(sign)}, '')"
    # What has no name or no number leaves its line out.
    lines = [f"coalesce({quoted_column(name)} || '\\n', '')"] if name in layer.frame else []
    return " || ".join([*lines, value])


def figure_in_qgis(number: str, column: str, *, parted: bool = False) -> str:
    """Return an expression that writes a figure as :func:`layers.look.told.in_words` does.

    Parameters
    ----------
    number
        Expression of the figure.
    column
        Its column.
    parted
        Whether a whole figure has decimals, as others of its column have.

    Examples
    --------
    >>> figure_in_qgis('"n"', "n").count("format_number")
    1
    """

    def few(digits: int) -> str:
        return f"to_string(round({number}, {digits - 1} - floor(log10(abs({number})))))"

    whole, large = f"format_number({number}, 0, 'en')", 10 ** (DIGITS_OF_OTHERS - 1)
    told = f"if(abs({number}) < {large}, {few(DIGITS_OF_OTHERS)}, {whole})"
    if column in DIGITS:
        digits = DIGITS[column]
        whole = f"if(round({number}, {digits}) = round({number}), 0, {digits})"
        places = str(digits) if parted else whole
        usual = f"format_number({number}, {places}, 'en')"
        small = LEAST_TOLD * 10.0**-digits
        told = f"if(abs({number}) < {small:g}, {few(DIGITS_OF_SMALL)}, {usual})"
    return f"if({number} = 0, '0', replace({told}, '-', '{MINUS}'))"


def _labels(
    root: ET.Element,
    text: str,
    layer: Drawn,
    placement: dict[str, str],
    *,
    colour: str = "",
    expression: bool = False,
) -> None:
    if layer.label is None:
        return
    settings = ET.SubElement(ET.SubElement(root, "labeling", type="simple"), "settings")
    style = put_text_style(settings, text, size_px=layer.label.size, weight=layer.label.weight)
    style.set("isExpression", "1" if expression else "0")
    style.set("textColor", rgba(colour or layer.colour, 1.0))
    put_halo(style, layer.label.halo)
    ET.SubElement(settings, "placement", {"priority": "5", **placement})
    ET.SubElement(settings, "rendering", drawLabels="1", displayAll="0", obstacle="1")


# ---- titles of columns ----


def _titles(layer: Drawn) -> dict[str, str]:
    """Return titles of columns: those that the map gives, else those of layers and results."""
    titles = _known(layer.lang) | dict(layer.columns)
    if layer.numbers:
        titles[layer.numbers] = layer.title
    if layer.picture is not None:
        titles |= {end: _known(layer.lang)[f"band_{end}"] for end in ("low", "high")}
    return titles


@per_plan
def _known(lang: str) -> dict[str, str]:
    figures = {
        key.partition(".")[2]: str(texts[lang])
        for key, texts in words().items()
        if key.startswith(("column.", "result."))
    }
    fields: dict[str, Any] = {
        field.name: field for layer in resources().values() for field in layer.fields
    }
    return figures | {name: field_title(field, lang=lang) for name, field in fields.items()}
