"""One layer: its features, how well their places are known, and from what."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd
from pandas.api.types import is_numeric_dtype

from geo.errors import InputError
from geo.numerals import MISSING, listed, number
from layers.look.content import Content
from layers.look.styles import looks
from layers.look.symbology import field_title, texts_in, value_label
from layers.plan.area import area
from layers.plan.catalogue import as_drawn, describe, load, names_by_id
from layers.plan.schema import resource
from layers.plan.selection import located, placed_share
from layers.questions.figures import Figures
from layers.questions.kinds import Kind, register
from layers.type.tables import Table
from layers.words import capital, say, unit_label

if TYPE_CHECKING:
    import geopandas as gpd

    from layers.type.tables import Cell

# What is told of a feature beside its name, and of the rows of tables that tell other things.
TOLD = ("evidence", "accuracy_m", "quote")
TABLES_TOLD = {
    "indicators": ("value", "unit", "year", "quote"),
    "memberships": ("feature_id", "target_id", "quote"),
    "sources": ("publisher", "date", "licence"),
    "conflicts": ("quote", "quote_b"),
}
REFERENCES = ("feature_id", "target_id")
# A slide has room for so many features each on a row of its own, and names so many of a kind.
MOST_ROWS, NAMED = 24, 2


@register
@dataclass(frozen=True, slots=True)
class Layer(Kind):
    """One layer on the base map; one without geometry has slides and no map.

    Parameters
    ----------
    layer
        Name of the layer; as the plan says where it is empty.
    """

    MAP: ClassVar[str] = "layer"

    layer: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "layer", self.layer or area().defaults["layer"]["layer"])

    @property
    def has_map(self) -> bool:
        """Whether the layer has geometry."""
        return resource(self.layer).geometry != "table"

    def answer(self) -> gpd.GeoDataFrame | pd.DataFrame:
        """Return the features."""
        return load(self.layer)

    def title(self, lang: str) -> str:
        """Return the title of the layer."""
        return resource(self.layer).title(lang)

    def told(self, lang: str) -> list[str]:
        """Return how many features there are, and how many have a place; nothing where none can."""
        if not self.has_map:
            return []
        frame = as_drawn(self.layer)
        share = placed_share(frame)
        if not share.possible:
            return []
        whole = share.placed == len(frame)
        counts = {"n": len(frame), "placed": share.placed, "possible": share.possible}
        key = "told.layer_all" if whole else "told.layer"
        return [say(key, lang, title=self.title(lang), **counts)]

    def content(self, lang: str) -> Content:
        """Return the features on the base map.

        Raises
        ------
        InputError
            If the layer is a table without places.
        LayerError
            If there is no such layer.
        """
        if not self.has_map:
            raise InputError(
                f"layer: {self.layer!r} is a table without places, and no map can be drawn of it; "
                "make slides (.pptx), or choose a layer with geometry",
                code="layer.no_places",
                name=self.layer,
            )
        frames = {each: as_drawn(each) for each in dict.fromkeys((*area().context, self.layer))}
        return Content(frames, tuple(frames), lang=lang)

    def value_words(self, name: str, value: str, lang: str) -> str:
        """Return the layer by its title."""
        return self.title(lang) if name == "layer" else Kind.value_words(self, name, value, lang)

    def sources(self, lang: str) -> list[str]:
        """Return the sources of the features."""
        key = "name_en" if lang == "en" else "attribution"
        return [source[key] for source in describe(self.layer).sources]

    def figures(self, lang: str) -> list[Figures]:
        """Return what the layer holds and how well its places are known, then its features."""
        name, title = self.layer, self.title(lang)
        evidence = _evidence(name, lang)
        known_title, rows_title = (
            say(f"layer.{part}", lang, title=title) for part in ("known", "rows")
        )
        table = _rows(name, lang)
        rows = Figures(rows_title, table=table)
        if len(table.rows) > MOST_ROWS:
            rows = _fewer(name, table, lang)
        if not describe(name).sources:
            return [rows]
        told, cited = _told(name, lang), _cited(name, lang)
        if evidence is None:
            # Where no place has evidence, what is said of the whole stands above its rows.
            return [replace(rows, text=(*told, *rows.text), notes=cited)]
        return [Figures(known_title, text=told, table=evidence, notes=cited), rows]


def _fewer(name: str, table: Table, lang: str) -> Figures:
    """Return a layer of many features by kind, or the first of them where it has no kinds."""
    role, title = area().points.get(name), resource(name).title(lang)
    # What has no places is in no GeoPackage.
    key = "layer.rest_table" if resource(name).geometry == "table" else "layer.rest"
    rest = say(key, lang, n=number(len(table.rows)))
    if role is None or not role.group:
        counts = {"all": number(len(table.rows)), "n": number(MOST_ROWS)}
        few = replace(table, rows=table.rows[:MOST_ROWS])
        return Figures(say("layer.some", lang, title=title, **counts), text=(rest,), table=few)
    frame, by, rows = as_drawn(name), role.group, []
    for kind, of_kind in frame.groupby(by, dropna=False, sort=False, observed=True):
        names = listed(of_kind[f"name_{lang}"].head(NAMED), lang)
        if len(of_kind) > NAMED:
            names = say("layer.and_more", lang, names=names)
        called = MISSING if pd.isna(kind) else value_label(by, str(kind), lang=lang)
        rows.append((called, len(of_kind), len(located(of_kind)), names))
    rows.sort(key=lambda row: -row[1])
    heads = [say(f"layer.column.{part}", lang) for part in ("count", "placed", "names")]
    called = field_title(resource(name).field(by), lang=lang)
    header = (capital(called), *heads)
    return Figures(
        say("layer.kinds", lang, title=title), text=(rest,), table=Table(header, tuple(rows))
    )


def _told(name: str, lang: str) -> tuple[str, ...]:
    """Return what a layer holds, and what it is from."""
    about = describe(name)
    count = say("layer.count", lang, n=number(about.rows))
    holds = f"{about.text_en if lang == 'en' else about.text_zh} {count}"
    names = listed([source[f"name_{lang}"] for source in about.sources], lang)
    return (holds, say("layer.from", lang, names=names))


def _cited(name: str, lang: str) -> tuple[str, ...]:
    """Return each source of a layer, with who published it, when, and its licence."""
    lines = []
    for source in describe(name).sources:
        said = (source.get(f"{part}_{lang}") or source[part] for part in TABLES_TOLD["sources"])
        more = listed(filter(None, said), lang)
        key = "layer.source.more" if more else "layer.source.name"
        lines.append(say(key, lang, name=source[f"name_{lang}"], more=more))
    return tuple(lines)


def _evidence(name: str, lang: str) -> Table | None:
    """Return how many features there are of each class, and how exactly their places are known."""
    frame = load(name)
    if "evidence" not in frame:
        return None
    columns = ("evidence", "meaning", "count", "median", "worst")
    rows: list[tuple[Cell, ...]] = []
    for value in looks()["evidence"]:
        accuracy = frame.loc[frame["evidence"] == value, "accuracy_m"]
        if len(accuracy):
            meaning = say(f"atlas.evidence.{value}", lang)
            exact = (_metres(accuracy.median()), _metres(accuracy.max()))
            rows.append((value_label("evidence", value, lang=lang), meaning, len(accuracy), *exact))
    return Table(tuple(say(f"layer.column.{column}", lang) for column in columns), tuple(rows))


def _rows(name: str, lang: str) -> Table:
    frame, about = load(name), resource(name)
    name_column = f"name_{lang}"
    columns = [column for column in TABLES_TOLD.get(name, TOLD) if column in frame]
    # A column in which nothing stands tells nothing.
    columns = [column for column in columns if frame[column].notna().any()]
    if name_column in frame:
        columns.insert(0, name_column)
    titles = [capital(field_title(about.field(each), lang=lang)) for each in columns]
    cells = [
        [_cell(column, value, lang) for value in texts_in(frame, column, lang=lang)]
        for column in columns
    ]
    # A year is no number.
    numeric = [
        at for at, each in enumerate(columns) if each != "year" and is_numeric_dtype(frame[each])
    ]
    if "unit" in columns:
        # Figures of many units have each the decimals of their own.
        for at in numeric:
            cells[at] = [MISSING if each is None else number(float(each)) for each in cells[at]]
    return Table(tuple(titles), tuple(zip(*cells, strict=True)), tuple(numeric))


def _cell(column: str, value: Any, lang: str) -> Cell:  # noqa: ANN401 - a text or a number
    if pd.isna(value):
        return None
    if column == "accuracy_m":
        return _metres(value)
    if column == "unit":
        return unit_label(value, lang=lang)
    if column in REFERENCES:
        return names_by_id(lang=lang)[value]
    if column == "year":
        # No number to be grouped by thousands.
        return str(value)
    return value_label(column, value, lang=lang) if isinstance(value, str) else float(value)


def _metres(value: float) -> Cell:
    return None if pd.isna(value) else round(value)
