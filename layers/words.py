"""Words of maps and results, in Chinese and English: those of every room, and of the open plan.

Each room has what it says in a ``words.json`` of its own; what several say stands beside this file.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import normalize

from geo.numerals import LANGUAGES
from geo.wording import filled, texts_of
from layers.plan.area import area, package, per_folder, plan
from layers.plan.data_files import DataError, checked, json_of
from layers.plan.roles import ZoningRole
from layers.plan.schema import amounts, registry, resources

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from geo.wording import Text
    from layers.plan.schema import Field, Resource

# What sentences call what is added up, where the title of its column is none for them.
AMOUNT = "reading.amount"
# Who a measure is named after keeps a capital letter within a sentence.
NAMED = ("Gaussian", "Geary", "Getis", "Gini", "Hill", "Krugman", "Moran", "Ripley", "Theil")


def both(key: str) -> tuple[str, str]:
    """Return a text in Chinese and in English.

    Examples
    --------
    >>> both("coverage.title")
    ('覆盖率', 'Covered share')
    """
    return pair(words().get(key) or of_data(key))


def say(key: str, lang: str, **values: object) -> str:
    """Return a text in a language, filled in.

    Examples
    --------
    >>> say("reading.cells", "en", n=1), say("reading.cells", "zh", n=1200)
    ('1 unit', '1,200 个单元')
    """
    return filled(words().get(key) or of_data(key), lang, values)


def bracketed(title: str, unit: str, lang: str) -> str:
    """Return a title with a unit, if there is one, or with what else is said aside.

    Brackets do not stand within brackets: what has some of its own follows a dash.

    Examples
    --------
    >>> bracketed("密度", "个/km²", "zh"), bracketed("Density", "", "en")
    ('密度（个/km²）', 'Density')
    >>> bracketed("Projects", "number (2024)", "en")
    'Projects – number (2024)'
    """
    if not unit:
        return title
    has_own = "(" in normalize("NFKC", unit)
    values = {"title": title, "unit": unit}
    # Not by `say`: the words of the open plan are made with this.
    return filled(general()["dashed" if has_own else "bracketed"], lang, values).strip()


def measured(value: str, unit: str) -> str:
    """Return a figure with its unit; one that begins with a number of its own is multiplied.

    Examples
    --------
    >>> measured("0.42", "per km²"), measured("12.6", "100 million CNY per km²")
    ('0.42 per km²', '12.6 × 100 million CNY per km²')
    """
    return f"{value}{' ×' if unit[:1].isdigit() else ''} {unit}".strip()


def unit_label(unit: str, *, lang: str = "zh") -> str:
    """Return how a unit of the data package is written for readers.

    Examples
    --------
    >>> unit_label("100 million CNY")
    '亿元'
    """
    words: str = _units().get(unit, {}).get(lang, unit)
    return words


@per_folder
def _units() -> dict[str, dict[str, str]]:
    # Kept: holding the file against its schema takes longer than drawing with it.
    units: dict[str, dict[str, str]] = registry("symbology.json")["units"]
    return units


def capital(text: str) -> str:
    """Return words that stand alone, and so begin with a capital letter.

    Examples
    --------
    >>> capital("natural breaks"), capital("自然断点"), capital("")
    ('Natural breaks', '自然断点', '')
    """
    return text[:1].upper() + text[1:]


def in_sentence(title: str) -> str:
    """Return a title as it stands within a sentence: names and abbreviations keep their capitals.

    Examples
    --------
    >>> in_sentence("Number of projects"), in_sentence("HHI, normalised"), in_sentence("项目数")
    ('number of projects', 'HHI, normalised', '项目数')
    >>> in_sentence("Krugman index (0–2)")
    'Krugman index (0–2)'
    """
    named = title[1:2].isupper() or title.startswith(NAMED)
    return title if named else title[:1].lower() + title[1:]


def paragraph(sentences: Iterable[str], lang: str) -> str:
    """Return sentences one after the other."""
    return (" " if lang == "en" else "").join(sentences)


def pair(entry: Mapping[str, Text]) -> tuple[str, str]:
    """Return both languages of a text that depends on no number."""
    return str(entry["zh"]), str(entry["en"])


@per_folder
def words() -> dict[str, Mapping[str, Text]]:
    """Return every text by its key, those of each room and of the open plan, which come first."""
    return in_its_terms(general() | of_plan())


def in_its_terms(texts: Mapping[str, Mapping[str, Text]]) -> dict[str, Mapping[str, Text]]:
    """Return texts with what the open plan calls its amounts where they leave that to the plan.

    ``{plan_amount}`` is the title of the column that is added up, ``{plan_noun}`` what sentences
    call it, each also with its unit; ``{plan_measured}`` is the unit alone, or the noun of what is
    counted. Where amounts of layers differ they are called amounts, of no unit.

    Examples
    --------
    >>> texts = {"key": {"zh": "按{plan_amount}加权", "en": "{Plan_noun_unit}"}}
    >>> in_its_terms(texts)["key"]
    {'zh': '按投资额加权', 'en': 'Investment (100 million CNY)'}
    """
    terms = {lang: _terms(lang) for lang in LANGUAGES}
    return {
        key: {lang: _told(text, terms.get(lang, terms["en"])) for lang, text in entry.items()}
        for key, entry in texts.items()
    }


def _told(text: Text, terms: Mapping[str, str]) -> Text:
    if not isinstance(text, str):
        return {form: str(_told(each, terms)) for form, each in text.items()}
    for term, called in terms.items() if "lan_" in text else ():
        text = text.replace(f"{{plan_{term}}}", called)
        text = text.replace(f"{{Plan_{term}}}", capital(called))
    return text


def _terms(lang: str) -> dict[str, str]:
    title = noun = str(general()[AMOUNT][lang])
    unit = ""
    # What reads the layers says what is damaged, in words.
    with suppress(DataError):
        column = amounts()
        if column is not None:
            title, unit = column.title(lang), unit_label(column.unit, lang=lang)
            noun = of_plan().get(AMOUNT, {}).get(lang, title)
    terms = {
        "amount": title,
        "amount_unit": bracketed(title, unit, lang),
        "noun": noun,
        "noun_unit": bracketed(noun, unit, lang),
        "measured": unit or noun,
    }
    return {term: called.replace("{", "{{").replace("}", "}}") for term, called in terms.items()}


@cache
def general() -> dict[str, Mapping[str, Text]]:
    """Return the texts of each room by their keys, which are those of every plan."""
    return texts_of(Path(__file__).parent.glob("**/words.json"))


@per_folder
def of_plan() -> dict[str, dict[str, str]]:
    """Return the texts of the open plan: what its layers, zonings and themes are called."""
    path = plan().folder / "words.json"
    texts: dict[str, dict[str, str]] = {}
    if path.is_file():
        texts = checked(json_of(path), path.name, "words")
    return texts


def of_data(key: str) -> dict[str, str]:
    """Return what the data package calls a zoning, a theme, a layer or a column without words.

    Raises
    ------
    KeyError
        It calls nothing so.

    Examples
    --------
    >>> of_data("zoning.parks")["zh"], of_data("choose.evidence")["en"]
    ('园区', 'Evidence')
    """
    family, _, name = key.rpartition(".")
    if key == "app.title":
        return {"zh": package()["title"], "en": package()["title_en"]}
    about: Resource | Field | None = None
    if family in {"zoning", "atlas.series"}:
        role = area().zonings.get(name, ZoningRole(layer=name))
        about = resources().get(role.nearest or role.layer or area().land.layer)
    elif family == "overview.theme" and name in area().themes:
        about = resources().get(area().themes[name][-1])
    elif family == "choose":
        fields = (field for each in area().points for field in resources()[each].fields)
        about = next((field for field in fields if field.name == name), None)
    elif family in {"reading.noun", "reading.usual"}:
        about = resources().get(name)
    if about is None:
        raise KeyError(key)
    return {lang: about.title(lang) for lang in LANGUAGES}
