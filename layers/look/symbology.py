"""How the layers look: colours, symbols, sizes, labels and their order, read from one file.

``data/symbology.json`` is the truth for the web map, the printed map and the tables, so that a
laboratory has one colour and one shape wherever it appears.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.arguments import require_one_of
from geo.errors import LayerError
from geo.numerals import significant
from layers.look.styles import Label, LayerStyle, Size, Style, looks
from layers.plan.area import per_folder
from layers.plan.schema import registry
from layers.words import bracketed, measured, unit_label

if TYPE_CHECKING:
    import pandas as pd

    from layers.plan.schema import Field


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
    require_one_of(name, styles, "layer with a style", function="layer_style", error=LayerError)
    return styles[name]


@per_folder
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
    table = looks()["evidence"] if column == "evidence" else symbology()["values"].get(column)
    words: str = (table or {}).get(value, {}).get(lang, value)
    return words


def amount_words(value: float, unit: str, *, lang: str = "zh") -> str:
    """Return a number with its unit as it stands in a sentence: tables and files have all digits.

    Parameters
    ----------
    value
        The number.
    unit
        Its unit in the data package.
    lang
        ``"zh"`` or ``"en"``.

    Examples
    --------
    >>> amount_words(1762.307, "100 million CNY"), amount_words(0.004, "100 million CNY")
    ('1,762 亿元', '0.004 亿元')
    >>> amount_words(1762.307, "100 million CNY", lang="en")
    'CNY 176.2 billion'
    """
    in_text = symbology()["units"].get(unit, {}).get("in_text", {}).get(lang)
    if in_text is None:
        return measured(significant(value), unit_label(unit, lang=lang))
    words: str = in_text["words"]
    return words.format(n=significant(value * in_text["times"]))


def field_title(field: Field, *, lang: str = "zh") -> str:
    """Return what a column of a layer is called, with its unit.

    Examples
    --------
    >>> from layers.plan.schema import resource
    >>> column = resource("projects").field("investment_100m_cny")
    >>> field_title(column), field_title(column, lang="en")
    ('投资额（亿元）', 'investment (100 million CNY)')
    """
    return bracketed(field.title(lang), unit_label(field.unit or "", lang=lang), lang)


def texts_in(rows: pd.DataFrame, column: str, *, lang: str = "zh") -> pd.Series[Any]:
    """Return a column as it reads in a language: the original where nothing is said in it.

    Parameters
    ----------
    rows
        The rows, with the column and perhaps one more of its name and the language.
    column
        The column of the original.
    lang
        Code of a language, such as ``"en"``.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"publisher": ["红网", "360doc"], "publisher_en": ["Rednet", None]})
    >>> texts_in(rows, "publisher", lang="en").tolist(), texts_in(rows, "publisher").tolist()
    (['Rednet', '360doc'], ['红网', '360doc'])
    """
    spoken = rows.get(f"{column}_{lang}")
    return rows[column] if spoken is None else spoken.where(spoken.notna(), rows[column])


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
    palettes: dict[str, dict[str, list[str]]] = looks()["palettes"]
    require_one_of(name, palettes, "palette", function="palette")
    ramps = palettes[name]
    key = str(classes) if classes is not None else max(ramps, key=int)
    require_one_of(key, ramps, "number of classes", function="palette")
    return list(ramps[key])


@per_folder
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
        optional["size"] = Size(**entry["size"])
    return LayerStyle(
        **plain,
        **optional,
        label=Label(**{**label, "skip": tuple(label.get("skip", ()))}),
        classes={value: Style(**style) for value, style in entry.get("classes", {}).items()},
    )
