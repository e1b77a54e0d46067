"""Kinds of maps: each is one module of this room, and whoever must know them all asks here.

A kind is a frozen record of what is asked. Its fields are declared once (:mod:`.fields`); from them
and from its methods come its command, the schema of its specification, its map, print, slides and
page, its part of an atlas, and what is worked out before the first visitor comes.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar, Self, TypeAlias, TypeVar, cast

import pandas as pd

from geo.arguments import require_one_of
from geo.errors import InputError
from layers.look.overlays import Choropleth
from layers.look.told import in_words, rounded, teller
from layers.plan.zonings import GRID_NAMES
from layers.questions import contents
from layers.questions.fields import part_of, with_part
from layers.questions.figures import Figures, column_title, plain_table, zone_figures
from layers.questions.subjects import Points, Zones
from layers.words import both, capital, in_sentence, say, words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import geopandas as gpd
    import xarray as xr

    from layers.look.content import Content
    from layers.questions.subjects import By

    # What a question is answered with: zones or other features, a table, numbers, or a raster.
    Answer: TypeAlias = gpd.GeoDataFrame | pd.DataFrame | pd.Series[float] | xr.DataArray

# The modules with kinds, in the order in which they are listed.
ROOMS = (
    *("overview", "density", "coverage", "distribution", "uncertainty", "belonging", "mix"),
    "concentration",
    *("hot_spots", "clusters", "autocorrelation", "spacing", "nearest", "centres", "ellipses"),
    "layer",
)
# Columns of numbers of what is asked about, each with the words that name it.
COUNTED = {"count": "measure.count", "density_per_km2": "measure.density"}
K = TypeVar("K", bound="type[Kind]")


class Kind:
    """What is asked of the layers, and how the answer is shown: the parent of every kind.

    What a kind does not say itself is made from its answer: zones with a ``column`` are coloured by
    it, ranked in a table and as bars, and told for each page of an atlas.
    """

    __slots__ = ()
    # The map that a specification names, which look at it this is, and the name of the command; a
    # map with one kind has no looks.
    MAP: ClassVar[str]
    LOOK: ClassVar[str] = ""
    COMMAND: ClassVar[str] = ""
    # Texts in Chinese and English that stand in no words.json, of a kind from outside.
    WORDS: ClassVar[Mapping[str, tuple[str, str]]] = {}

    # ---- the question ----

    @property
    def subjects(self) -> Points | None:
        """The points that it is about, if any."""
        return part_of(self, Points)

    @property
    def ranked_in(self) -> Zones | None:
        """The zones that are told in their order, if any."""
        return part_of(self, Zones)

    @property
    def ranked_by(self) -> By:
        """What their order is by, where the map does not know all places."""
        return "count"

    @property
    def paged(self) -> Points | None:
        """The points whose kinds an atlas can have a page for each."""
        return self.subjects

    def over(self, points: Points) -> Self:
        """Return the same question about other points."""
        return with_part(self, points)

    def counted_in(self, zones: Zones) -> Self:
        """Return the same question for other zones."""
        return with_part(self, zones)

    def in_atlas(self) -> Self:
        """Return what is asked where the map is that of an atlas."""
        return self

    def written(self) -> Self:
        """Return the question as it is written down: without what it has no use for."""
        return self

    def require_fit(self, given: frozenset[str], called: Callable[[str], str]) -> None:
        """Refuse parameters that say nothing beside the others.

        Parameters
        ----------
        given
            Names of the parameters that were given.
        called
            Returns what a parameter is called where the question was asked.
        """

    def require_answer(self, called: Callable[[str], str] = str) -> None:
        """Refuse a question that cannot be answered, and say what to change.

        Raises
        ------
        InputError
            If that is so.
        """

    def require_drawn(self) -> None:
        """Refuse a map that would show nothing, where a page says so beside it.

        Raises
        ------
        InputError
            If that is so.
        """

    # ---- the answer ----

    def certain(self, lang: str) -> str | None:  # noqa: ARG002 - of what kinds say of themselves
        """Return how sure the first zone is, where it is not told by counts; empty for nothing."""
        return None

    @property
    def column(self) -> str:
        """The column of the answer that colours the zones; empty where it has no zones."""
        return ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that stand beside it in tables."""
        return ()

    def answer(self) -> Answer:
        """Return what is found: what commands print and files hold."""
        raise NotImplementedError

    def features(self) -> Answer:
        """Return the answer as a file of features has it; a raster says otherwise."""
        return self.answer()

    def remarks(self, lang: str) -> list[str]:  # noqa: ARG002 - others need it
        """Return what must be known of the answer before its figures are used."""
        return []

    def told(self, lang: str) -> list[str]:  # noqa: ARG002 - others need it
        """Return the answer in sentences, each with its figure: the finding first.

        Parameters
        ----------
        lang
            ``"zh"`` or ``"en"``.
        """
        return []

    def warm(self) -> None:
        """Work out what a page needs beside the map."""

    # ---- how it is shown ----

    @property
    def has_map(self) -> bool:
        """Whether anything can be drawn; what has no map has slides."""
        return True

    def sources(self, lang: str) -> list[str]:  # noqa: ARG002 - others need it
        """Return the sources of what has no map; a map says its own."""
        return []

    def zones_shown(self) -> gpd.GeoDataFrame:
        """Return the zones that the map colours: the answer, where it is zones."""
        return cast("gpd.GeoDataFrame", self.answer())

    def content(self, lang: str) -> Content:
        """Return what the map shows: here zones in the colours of their column.

        Parameters
        ----------
        lang
            ``"zh"`` or ``"en"``.
        """
        zones, points = part_of(self, Zones), self.subjects
        shown = self.zones_shown()
        choropleth = Choropleth(
            rounded(shown),
            self.column,
            title=self.column_title(self.column, "zh"),
            title_en=self.column_title(self.column, "en"),
            columns={each: self.column_title(each, lang) for each in self.columns},
            named=zones is not None and zones.name not in GRID_NAMES,
            exact=shown,
        )
        dots = () if points is None else (contents.dots(points, lang),)
        return contents.above_base((choropleth, *dots), lang)

    def title(self, lang: str) -> str:
        """Return the title of the map."""
        about = self.subjects
        key = f"spec.{self.MAP}.{self.LOOK}"
        title = self.word(key if self.knows(key) else f"spec.{self.MAP}", lang)
        if about is None:
            return title
        # In Chinese a layer's title is a noun; in English a sentence has a plainer one.
        noun = about.noun("en") if lang == "en" else about.title("zh")
        return capital(title.format(noun=noun))

    def worked_out(self, lang: str) -> dict[str, str]:  # noqa: ARG002 - others need it
        """Return what the method came to, by the name of the field that it says more of.

        Other names have their words under ``row.<name>``; an empty text takes the row out.
        """
        return {}

    def headline(self, lang: str) -> list[tuple[str, str]]:
        """Return the figures that are told first, each with what it is called.

        They are written into files, so that it can be told which of them have changed since.
        """
        if part_of(self, Zones) is None or not self.column:
            return []
        zones = self.zones_shown()
        values = zones.set_index(f"name_{lang}")[self.column].dropna()
        if not pd.api.types.is_numeric_dtype(values) or not (values > 0).any():
            return []
        title = say("statement.first", lang, column=self.column_title(self.column, lang))
        figure = teller(values, self.column)(float(values.max()))
        return [(title, f"{values.idxmax()} {figure}")]

    def value_words(self, name: str, value: str, lang: str) -> str:
        """Return what one of the values of a field is called; a column as its layer calls it."""
        known = next(filter(self.knows, (f"{self.MAP}.{name}.{value}", f"{name}.{value}")), "")
        if known:
            return self.word(known, lang)
        about = self.subjects and self.subjects.about
        columns = {each.name: each.title(lang) for each in about.fields} if about else {}
        return columns.get(value, value)

    def figures(self, lang: str) -> list[Figures]:
        """Return what the slides after the map tell."""
        title = say("slides.figures", lang, title=self.title(lang))
        answer = self.answer()
        of_zones = isinstance(answer, pd.DataFrame) and {"id", self.column} <= {*answer.columns}
        if not of_zones:
            if isinstance(answer, pd.DataFrame | pd.Series):
                return [Figures(title, table=plain_table(answer, lang))]
            return []
        columns = dict.fromkeys((self.column, *self.columns))
        return [
            zone_figures(
                self.zones_shown().sort_values(self.column, ascending=False),
                self.column,
                columns=tuple(columns),
                title=title,
                titles={each: self.column_title(each, lang) for each in columns},
                lang=lang,
            )
        ]

    @property
    def on_every_page(self) -> bool:
        """Whether each page of an atlas has what it shows of zones: how many, or their amount."""
        return False

    def facts(self, zone: str, zoning: str, lang: str) -> list[tuple[str, str]]:
        """Return titles and values that a page of an atlas has of a zone.

        Parameters
        ----------
        zone
            Id of the zone.
        zoning
            Which zones the atlas has pages for.
        lang
            ``"zh"`` or ``"en"``.
        """
        if not self.column or part_of(self, Zones) is None:
            return []
        try:
            there = self.counted_in(Zones(zoning))
            zones = there.zones_shown()
        except InputError:  # what the map shows of its zones says nothing of those of the pages
            return []
        value = zones.set_index("id")[self.column].get(zone)
        if value is None or pd.isna(value):
            return []
        return [(there.column_title(there.column, lang), in_words(float(value), there.column))]

    def facts_of_points(self, lang: str) -> list[tuple[str, str]]:  # noqa: ARG002 - others need it
        """Return titles and values that a page of an atlas has of the points of one kind."""
        return []

    def explained(self, lang: str) -> str:
        """Return how to read the map, as the last page of an atlas says it."""
        key = f"atlas.method.{self.MAP}"
        return self.word(key if self.knows(key) else self.words_key(), lang)

    # ---- words ----

    @classmethod
    def words_key(cls) -> str:
        """Return the key of the words that say what the kind tells."""
        return f"kind.{cls.title_words().replace(' ', '.')}"

    @classmethod
    def title_words(cls) -> str:
        """Return the words of its command."""
        return f"{cls.MAP} {cls.COMMAND}".strip()

    @classmethod
    def knows(cls, key: str) -> bool:
        """Whether there are words of a key."""
        return key in cls.WORDS or key in words()

    @classmethod
    def word(cls, key: str, lang: str) -> str:
        """Return the words of a key."""
        return (cls.WORDS.get(key) or both(key))[lang == "en"]

    @classmethod
    def field_words(cls, name: str, lang: str) -> str:
        """Return what a parameter says; a column that filters is called as the layer calls it."""
        if cls.knows(f"field.{name}"):
            return cls.word(f"field.{name}", lang)
        column = say(f"choose.{name}", lang)
        return cls.word("field.filter", lang).format(column=column.lower())

    def column_title(self, column: str, lang: str) -> str:
        """Return what a column of the answer is called; of what its numbers are, it says."""
        about, key = self.subjects, f"column.{column}"
        if about is not None and column in COUNTED:
            return say(COUNTED[column], lang, noun=in_sentence(about.noun(lang)))
        return self.word(key, lang) if key in self.WORDS else column_title(column, lang)


_KNOWN: dict[tuple[str, str], type[Kind]] = {}


def register(kind: K) -> K:
    """Make a kind known to all: to pages, commands, specifications, prints, slides and files."""
    _KNOWN[kind.MAP, kind.LOOK] = kind
    return kind


def forget(kind: type[Kind]) -> None:
    """Take a kind out again."""
    del _KNOWN[kind.MAP, kind.LOOK]


def kinds() -> tuple[type[Kind], ...]:
    """Return all kinds, those of one map one after the other.

    Examples
    --------
    >>> [kind.title_words() for kind in kinds()][:3]
    ['overview', 'density', 'coverage zones']
    """
    _import_rooms()
    return tuple(sorted(_KNOWN.values(), key=_place))


def maps() -> tuple[str, ...]:
    """Return the names of the maps.

    Examples
    --------
    >>> maps()
    ('overview', 'density', 'coverage', 'distribution', 'pattern', 'layer')
    """
    return tuple(dict.fromkeys(kind.MAP for kind in kinds()))


def looks(name: str) -> tuple[type[Kind], ...]:
    """Return the kinds of a map: that which it has where none is named comes first."""
    return tuple(kind for kind in kinds() if name == kind.MAP)


def kind_of(name: str, look: object = None) -> type[Kind]:
    """Return a kind by its map and its look, the first where none is named.

    Raises
    ------
    InputError
        If there is no such map, or it has no such look.

    Examples
    --------
    >>> kind_of("pattern", "clusters").title_words()
    'pattern clusters'
    """
    require_one_of(name, maps(), "map", function="MapSpec")
    by_look = {kind.LOOK: kind for kind in looks(name)}
    if look is None:
        return next(iter(by_look.values()))
    require_one_of(look, by_look, "look", function=name)
    return by_look[str(look)]


def _place(kind: type[Kind]) -> int:
    room = kind.__module__.rpartition(".")[2]
    return ROOMS.index(room) if room in ROOMS else len(ROOMS)


@cache
def _import_rooms() -> None:
    for room in ROOMS:
        import_module(f"{__package__}.{room}")
