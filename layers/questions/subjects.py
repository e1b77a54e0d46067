"""What a question is about: which features take part, and in which zones they are counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from geo.arguments import require_one_of
from geo.errors import InputError
from geo.numerals import listed, number
from geo.supports import EXTENT
from layers.keeping.answers import kept_answer
from layers.keeping.brought import is_own, kept_points, kept_zones
from layers.keeping.own_points import AMOUNT, CATEGORY, own_resource
from layers.look.symbology import value_label
from layers.plan.area import area
from layers.plan.catalogue import load
from layers.plan.evidence import with_extents
from layers.plan.schema import amounts, resource
from layers.plan.selection import (
    ENTITY,
    counted,
    nowhere,
    one_a_site,
    select,
    sited,
)
from layers.plan.zonings import GRID_NAMES, zoning
from layers.words import bracketed, capital, say, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import pandas as pd

    from layers.plan.roles import PointRole
    from layers.plan.schema import Resource

# What zones are ranked by.
By: TypeAlias = Literal["count", "density_per_km2"]
CELL_M = 5000
H3_RESOLUTION = 7


def point_layers() -> tuple[str, ...]:
    """Return the point layers of the plan that can be asked about.

    Examples
    --------
    >>> point_layers()
    ('platforms', 'projects', 'parks')
    """
    return tuple(area().points)


def role_of(layer: str) -> PointRole:
    """Return what the plan says of a point layer: its filters, kinds and amounts.

    Raises
    ------
    InputError
        It cannot be asked about.
    """
    require_one_of(layer, area().points, "point layer", function="points")
    return area().points[layer]


def usual_values(layer: str) -> Mapping[str, tuple[str, ...]]:
    """Return the values by column that questions of a layer are of where they say nothing else."""
    role = None if is_own(layer) else area().points.get(layer)
    return {} if role is None else role.usual


def has_column(layer: str, column: str) -> bool:
    """Whether a layer of the plan has a column."""
    return not is_own(layer) and any(each.name == column for each in resource(layer).fields)


@dataclass(frozen=True, slots=True, init=False)
class Points:
    """Which features take part in an analysis.

    Parameters
    ----------
    layer
        Name of a point layer, or what :func:`layers.keeping.brought.keep_points` returned.
    by_site
        Whether features that stand on one site are one.
    **filters
        Accepted values by column; none accepts all. What cannot have a place, such as an event, is
        a point only where ``entity_kind`` names it, at the middle of what the text ties it to.

    Examples
    --------
    >>> Points("platforms", category=("laboratory",)).values("category")
    ('laboratory',)
    """

    layer: str
    filters: tuple[tuple[str, tuple[str, ...]], ...]
    by_site: bool

    def __init__(self, layer: str, *, by_site: bool = False, **filters: Sequence[str]) -> None:
        chosen = ((column, tuple(values)) for column, values in filters.items() if values)
        object.__setattr__(self, "layer", layer)
        object.__setattr__(self, "filters", tuple(sorted(chosen)))
        object.__setattr__(self, "by_site", by_site)

    @classmethod
    def usual(cls, layer: str, *, by_site: bool = False, **filters: Sequence[str]) -> Points:
        """Return the points that questions of a layer are of where they say nothing else.

        Parameters
        ----------
        layer, by_site
            As for all points.
        **filters
            Accepted values by column, before those that the plan says; an empty one accepts all.

        Examples
        --------
        >>> Points.usual("platforms", scope=()).filters
        (('status', ('existing',)),)
        """
        return cls(layer, by_site=by_site, **(dict(usual_values(layer)) | filters))

    def filtered(self, column: str, values: Sequence[str]) -> Points:
        """Return the same points with one more filter."""
        filters = dict(self.filters) | {column: tuple(values)}
        return Points(self.layer, by_site=self.by_site, **filters)

    def all_kinds(self) -> Points:
        """Return the same points without the filters that a reader chooses kinds by."""
        kept = {*usual_values(self.layer), ENTITY}
        filters = {column: values for column, values in self.filters if column in kept}
        return Points(self.layer, by_site=self.by_site, **filters)

    def values(self, column: str) -> tuple[str, ...]:
        """Return the accepted values of a column; none accepts all."""
        return dict(self.filters).get(column, ())

    @property
    def about(self) -> Resource:
        """What the layer is called and which columns it has."""
        return own_resource(self.layer) if is_own(self.layer) else resource(self.layer)

    @property
    def group(self) -> str:
        """The column that makes groups where none is named."""
        return CATEGORY if is_own(self.layer) else role_of(self.layer).group

    @property
    def amount(self) -> str | None:
        """The column that can be added up, None where the layer has none."""
        if is_own(self.layer):
            return AMOUNT if self.about.field(AMOUNT).title_zh else None
        return role_of(self.layer).amount

    def noun(self, lang: str) -> str:
        """Return what the points are called in a sentence."""
        if is_own(self.layer):
            return self.about.title(lang)
        key = ("reading.usual." if self._is_usual else "reading.noun.") + self.layer
        return say(key, lang) if key in words() else self.about.title(lang)

    def title(self, lang: str) -> str:
        """Return the title of the points: the layer's, or the word for its usual ones."""
        return capital(self.noun(lang) if self._is_usual else self.about.title(lang))

    def terms(self, lang: str) -> str:
        """Return in words which features are chosen, empty for all of a layer.

        Examples
        --------
        >>> Points.usual("platforms").terms("en")
        'stated area: New Area; status: Existing'
        """
        return say("points.then", lang).join(self.each_term(lang))

    def each_term(self, lang: str) -> list[str]:
        """Return the same one by one."""
        if is_own(self.layer):
            return []
        said = [self._term(column, lang) for column, _ in self.filters]
        return [*said, *([say("points.by_site", lang)] if self.by_site else [])]

    def labels(self, column: str, lang: str) -> str:
        """Return the accepted values of a column in words, empty where it accepts all."""
        values = self.values(column)
        return listed([value_label(column, each, lang=lang) for each in values], lang)

    def _term(self, column: str, lang: str) -> str:
        labels = self.labels(column, lang)
        return say("points.term", lang, column=self.about.field(column).title(lang), values=labels)

    @property
    def _is_usual(self) -> bool:
        usual = usual_values(self.layer)
        return bool(usual) and all(self.values(each) == usual[each] for each in usual)

    def nouns(self, lang: str) -> dict[str, str]:
        """Return what stands in texts for the points and for what makes kinds of them."""
        noun = say("own.points", lang) if is_own(self.layer) else self.noun(lang)
        return {"noun": noun, "kind": self.about.field(self.group).title(lang)}

    def is_plans_amount(self, column: str | None) -> bool:
        """Whether a column, or none, has the amounts that the words of the plan are of."""
        return not is_own(self.layer) and column in {None, self.amount} and amounts() is not None

    def amount_noun(self, lang: str, column: str | None = None) -> str:
        """Return what the amounts are called in a sentence: those of the layer, or of a column."""
        told = column or self.amount or (AMOUNT if is_own(self.layer) else None)
        if told is None or self.is_plans_amount(column):
            return say("reading.amounts", lang)
        return self.about.field(told).title(lang)

    def chosen(self) -> gpd.GeoDataFrame:
        """Return the features that meet the choice, each project once, with or without a place.

        Raises
        ------
        InputError
            If the layer has no points, or is a visitor's own and no longer kept.
        """
        if is_own(self.layer):
            return select(kept_points(self.layer), dict(self.filters))
        return _of_plan(self)

    def repeats(self) -> int:
        """Return how many rows that meet the choice list again what another row lists.

        Examples
        --------
        >>> projects = Points("projects")
        >>> projects.repeats() == len(load("projects")) - len(projects.chosen())
        True
        """
        if is_own(self.layer):
            return 0
        rows = select(load(self.layer), dict(self.filters))
        return len(rows) - len(counted(rows))

    def located(self) -> gpd.GeoDataFrame:
        """Return the chosen features that have a place."""
        if not is_own(self.layer):
            return _placed(self)
        frame = self.chosen()
        return frame[~nowhere(frame)]

    def known(self) -> gpd.GeoDataFrame:
        """Return the chosen features that have a place, with all that is known of it."""
        return self.located() if is_own(self.layer) else with_extents(self.chosen())

    @property
    def is_unsure(self) -> bool:
        """Whether some are only known to be somewhere in an area or along a line."""
        known = self.known()
        return EXTENT in known and bool(known[EXTENT].notna().any())

    def unlocated(self) -> gpd.GeoDataFrame:
        """Return the chosen features that have none."""
        frame = self.chosen()
        return frame[nowhere(frame)]

    def stated(self, weight: str | None) -> pd.Series[float] | None:
        """Return what each located feature weighs, missing where it is not stated.

        Raises
        ------
        InputError
            If the layer has no such column.
        """
        if weight is None:
            return None
        frame = self.located()
        if weight not in frame.columns:
            raise InputError(
                f"layer {self.layer!r} has no column {weight!r} to weight by; "
                "leave the weight out, or take one that it has",
                code="option.weight",
                column=weight,
                layer=self.layer,
            )
        weights: pd.Series[float] = frame[weight]
        return weights


@kept_answer
def _of_plan(points: Points) -> gpd.GeoDataFrame:
    """Return what is chosen of a layer of the plan, which a page asks for some thirty times."""
    resource(points.layer)
    role = role_of(points.layer)
    frame = select(counted(load(points.layer)), dict(points.filters))
    if not points.values(ENTITY):
        frame = sited(frame)
    return one_a_site(frame, role.amount) if points.by_site else frame


@kept_answer
def _placed(points: Points) -> gpd.GeoDataFrame:
    frame = _of_plan(points)
    return frame[~nowhere(frame)]


@dataclass(frozen=True, slots=True)
class Zones:
    """Which zones the features are counted in.

    Parameters
    ----------
    name
        Name of a zoning of :func:`layers.zoning`, or what
        :func:`layers.keeping.brought.keep_zones` returned.
    cell_m
        Width of a hexagon or a square, metres.
    h3_resolution
        Resolution of H3 cells, 0 to 15.
    """

    name: str
    cell_m: int = CELL_M
    h3_resolution: int = H3_RESOLUTION

    def title(self, lang: str) -> str:
        """Return what the zones are called, cells with their size.

        Examples
        --------
        >>> Zones("districts").title("en"), Zones("hexagons", cell_m=2500).title("en")
        ('Districts', 'Hexagons (2.5 km)')
        """
        if is_own(self.name):
            return str(kept_zones(self.name).attrs.get("title") or say("zoning.own", lang))
        title = say(f"zoning.{self.name}", lang)
        if self.name not in GRID_NAMES:
            return title
        if self.name == GRID_NAMES[-1]:
            size = say("reading.size_h3", lang, level=self.h3_resolution)
        else:
            size = say("reading.size_cell", lang, km=number(self.cell_m / 1000.0))
        return bracketed(title, size, lang)

    def frame(self) -> gpd.GeoDataFrame:
        """Return the zones: ``id``, ``name_zh``, ``name_en``, ``evidence``, ``rule``, polygons.

        Raises
        ------
        InputError
            If there is no such zoning, or the visitor's own zones are no longer kept.
        """
        if is_own(self.name):
            return kept_zones(self.name)
        return zoning(self.name, cell_m=self.cell_m, h3_resolution=self.h3_resolution)


def require_located(points: Points, function: str) -> None:
    """Refuse points of which none has a place.

    Raises
    ------
    InputError
        If that is so.
    """
    if points.located().empty:
        raise InputError(
            f"{function}: no chosen feature has a place; choose more categories, levels or sectors",
            code="own.nothing_located",
        )
