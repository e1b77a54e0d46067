"""Results of a map as tables for QGIS, in the classes and colours that the web map shows.

What a raster paints is there as the areas between its levels: QGIS draws, measures and intersects
those as it does zones.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree import ElementTree as ET

import numpy as np

import geo
from layers.look.content import Content
from layers.look.overlays import (
    NAMED,
    Choropleth,
    Features,
    Isolines,
    Points,
    Surface,
    classify,
    surface_classes,
    surface_tone,
)
from layers.look.symbology import LayerStyle, Style, unit_label
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
from layers.scene.plates import ISOLINE_LABEL, plates
from layers.scene.surfaces import surface_top
from layers.words import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from layers.look.overlays import Overlay
    from layers.look.symbology import Label
    from layers.scene.plates import Plate

# A surface of even colours is cut into so many bands at most.
FINE_BANDS = 16
# Where labels stand, as QGIS has it: on a line, and around a point at a distance in millimetres.
ON_LINE = {"placement": "2", "placementFlags": "9"}
BESIDE = {"placement": "6", "predefinedPositionOrder": "R,L,T,B", "dist": "2", "offsetType": "1"}
# Nothing of a result follows from how a layer is drawn.
_LOOK = LayerStyle(order=0, visible=True, cluster=False, pane="area", label=ISOLINE_LABEL)
_NAMES: dict[type[Overlay], tuple[str, Kind]] = {
    Choropleth: ("zones", "polygon"),
    Surface: ("bands", "polygon"),
    Isolines: ("isolines", "line"),
    Features: ("areas", "polygon"),
    Points: ("points", "point"),
}


class Result(NamedTuple):
    """A result of a map.

    Parameters
    ----------
    name, title
        What its table is called, and its title with the unit.
    kind
        The kind of geometry it has where it has none.
    frame
        Its features.
    overlay, plate
        As the map has it.
    """

    name: str
    title: str
    kind: Kind
    frame: gpd.GeoDataFrame
    overlay: Overlay
    plate: Plate


class _Range(NamedTuple):
    low: float
    high: float
    words: str
    style: Style


def results(overlays: Sequence[Overlay], *, lang: str) -> list[Result]:
    """Return the results of a map that have a shape, the lowest first.

    Parameters
    ----------
    overlays
        As the map has them.
    lang
        ``"zh"`` or ``"en"``.

    Raises
    ------
    InputError, CRSError
        As the map refuses them.
    """
    found: list[Result] = []
    for plate in plates(Content({}, (), tuple(overlays), lang)):
        overlay = overlays[int(plate.name.rpartition("-")[2]) - 1]
        frame = _bands(overlay) if isinstance(overlay, Surface) else overlay.frame
        if frame.empty:
            continue
        name, kind = _NAMES[type(overlay)]
        taken = sum(each.name.split("_")[0] == name for each in found)
        called = f"{name}_{taken + 1}" if taken else name
        found.append(Result(called, plate.title, kind, frame, overlay, plate))
    return found


def result_qml(result: Result, frame: gpd.GeoDataFrame, kind: Kind, *, lang: str) -> str:
    """Return the QGIS style of a result.

    Parameters
    ----------
    result
        The result.
    frame
        Its features of one kind of geometry.
    kind
        That kind.
    lang
        ``"zh"`` or ``"en"``.
    """
    overlay = result.overlay
    root = style_root()
    if isinstance(overlay, Choropleth):
        column = overlay.column
        missing = bool(frame[column].isna().any())
        empty = result.plate.classes[-1] if missing else None
        _classes(root, kind, column, _zone_ranges(overlay, result.plate), empty)
    elif isinstance(overlay, Surface):
        _classes(root, kind, "high", _band_ranges(overlay, result.plate, frame), None)
    else:
        renderer = ET.SubElement(root, "renderer-v2", type="singleSymbol", symbollevels="0")
        style = result.plate.styles[0] if result.plate.styles else Style(overlay.colour)
        ET.SubElement(renderer, "symbols").append(_symbol("0", kind, style))
    if isinstance(overlay, Isolines):
        _labels(root, overlay.column, ISOLINE_LABEL, overlay.colour, ON_LINE)
    elif isinstance(overlay, Points) and overlay.named:
        _labels(root, name_field(frame, lang), NAMED, overlay.colour, BESIDE)
    put_aliases(root, frame, _titles(result, lang))
    named = {name_field(frame, lang), "id"} & set(frame.columns)
    return style_text(root, max(named, default="fid"), kind)


def _bands(overlay: Surface) -> gpd.GeoDataFrame:
    """Return the areas that a surface paints, between its levels."""
    levels = overlay.levels
    if levels is None:
        levels = geo.nice_levels(0.0, surface_top(overlay), count=FINE_BANDS)
    if not len(levels):
        return geo.filled_bands(overlay.array, levels=1).iloc[:0]
    found = geo.filled_bands(overlay.array, levels=levels)
    # What lies below the first level is not painted.
    return found[(found["low"] >= levels[0]) & (found["high"] > 0)]


# ---- classes ----


def _zone_ranges(overlay: Choropleth, plate: Plate) -> list[_Range]:
    classes = classify(overlay)
    values = overlay.frame[overlay.column].to_numpy(dtype="float64", na_value=np.nan)
    lows = [float(np.nanmin(values)), *classes.uppers[:-1]] if classes.uppers else []
    return [
        _Range(min(low, high), high, label, style)
        for low, high, (_, label, style) in zip(lows, classes.uppers, plate.classes, strict=False)
    ]


def _band_ranges(overlay: Surface, plate: Plate, frame: gpd.GeoDataFrame) -> list[_Range]:
    """Return the class of each band; bands are told by their upper ends, and have no edges."""
    bounds = list(zip(frame["low"].tolist(), frame["high"].tolist(), strict=True))
    if overlay.levels is not None:
        lows = surface_classes(overlay).lows
        # Before the classes the legend may have a box for what is below the first.
        known = dict(zip(lows, plate.classes[len(plate.classes) - len(lows) :], strict=True))
        return [
            _Range(low, high, known[low][1], replace(known[low][2], edge="", opacity=0.0))
            for low, high in bounds
        ]
    top = surface_top(overlay)
    found = []
    for low, high in bounds:
        colour, opacity = surface_tone(overlay.ramp, (low + high) / 2.0 / top)
        style = Style(colour, opacity=0.0, fill_opacity=opacity)
        found.append(_Range(low, high, f"{low:g} – {high:g}", style))
    return found


def _classes(
    root: ET.Element,
    kind: Kind,
    column: str,
    ranges: list[_Range],
    empty: tuple[str, str, Style] | None,
) -> None:
    """Draw a number in classes; QGIS has no class for features without it but among categories."""
    renderer = ET.SubElement(
        root, "renderer-v2", symbollevels="0", forceraster="0", referencescale="-1"
    )
    styles = [each.style for each in ranges]
    if empty is None:
        renderer.set("type", "graduatedSymbol")
        renderer.set("graduatedMethod", "GraduatedColor")
        renderer.set("attr", column)
        listed = ET.SubElement(renderer, "ranges")
        for number, each in enumerate(ranges):
            ET.SubElement(
                listed,
                "range",
                lower=repr(each.low),
                upper=repr(each.high),
                symbol=str(number),
                label=each.words,
                render="true",
            )
    else:
        value = quoted_column(column)
        cases = [
            f"WHEN {value} <= {each.high!r} THEN {quoted_text(str(number))}"
            for number, each in enumerate(ranges)
        ]
        renderer.set("type", "categorizedSymbol")
        renderer.set("attr", " ".join(["CASE", *cases, f"ELSE {quoted_text(empty[0])} END"]))
        listed = ET.SubElement(renderer, "categories")
        words_of = [(str(number), each.words) for number, each in enumerate(ranges)]
        for number, (code, label) in enumerate([*words_of, empty[:2]]):
            ET.SubElement(
                listed, "category", value=code, symbol=str(number), label=label, render="true"
            )
        styles.append(empty[2])
    symbols = ET.SubElement(renderer, "symbols")
    for number, style in enumerate(styles):
        symbols.append(_symbol(str(number), kind, style))


def _symbol(name: str, kind: Kind, style: Style) -> ET.Element:
    return symbol_of(name, kind, style, _LOOK, usual=None, own=None)


def _labels(
    root: ET.Element, column: str, label: Label, colour: str, placement: dict[str, str]
) -> None:
    settings = ET.SubElement(ET.SubElement(root, "labeling", type="simple"), "settings")
    style = put_text_style(settings, column, size_px=label.size, weight=label.weight)
    style.set("textColor", rgba(colour, 1.0))
    put_halo(style, label.halo)
    ET.SubElement(settings, "placement", {"priority": "5", **placement})
    ET.SubElement(settings, "rendering", drawLabels="1", displayAll="0", obstacle="1")


# ---- titles of columns ----


def _titles(result: Result, lang: str) -> dict[str, str]:
    """Return titles of columns: those that the map gives, else those of layers and results."""
    overlay = result.overlay
    found = _known(lang) | dict(getattr(overlay, "columns", None) or {})
    if isinstance(overlay, Choropleth | Isolines):
        found[overlay.column] = result.title
    if isinstance(overlay, Surface):
        found |= {end: _known(lang)[f"band_{end}"] for end in ("low", "high")}
    return found


@cache
def _known(lang: str) -> dict[str, str]:
    figures = {
        key.partition(".")[2]: texts[lang]
        for key, texts in words().items()
        if key.startswith(("column.", "result."))
    }
    fields: dict[str, Any] = {
        field.name: field for layer in resources().values() for field in layer.fields
    }
    return figures | {
        name: field.title(lang) + (f" ({unit_label(field.unit, lang=lang)})" if field.unit else "")
        for name, field in fields.items()
    }
