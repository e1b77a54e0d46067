"""What a question is about: which features take part, and in which zones they are counted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from geo.errors import InputError
from layers.keeping.brought import is_own, kept_points, kept_zones
from layers.keeping.own_points import AMOUNT, CATEGORY, own_resource
from layers.plan.catalogue import load
from layers.plan.schema import resource
from layers.plan.selection import counted, located, select, unlocated
from layers.plan.zonings import zoning
from layers.words import both

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from layers.plan.schema import Resource

POINT_LAYERS = ("platforms", "projects", "parks")
INVESTMENT = "investment_100m_cny"
# The column that makes groups of a layer where none is named: the main filter of the pages.
GROUPS = {"platforms": "category", "parks": "level", "projects": "sector"}
CELL_M = 5000
H3_RESOLUTION = 7


@dataclass(frozen=True, slots=True)
class Points:
    """Which features take part in an analysis.

    Parameters
    ----------
    layer
        Name of a point layer, or what :func:`layers.keeping.brought.keep_points` returned.
    category, level, sector
        Accepted values; empty accepts all.
    """

    layer: str
    category: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    sector: tuple[str, ...] = ()

    def filtered(self, column: str, values: tuple[str, ...]) -> Points:
        """Return the same points with one more filter."""
        wanted: dict[str, Any] = {column: values}
        return replace(self, **wanted)

    @property
    def about(self) -> Resource:
        """What the layer is called and which columns it has."""
        return own_resource(self.layer) if is_own(self.layer) else resource(self.layer)

    @property
    def group(self) -> str:
        """The column that makes groups where none is named."""
        return GROUPS.get(self.layer, CATEGORY)

    @property
    def amount(self) -> str | None:
        """The column that can be added up, None where the layer has none."""
        if is_own(self.layer):
            return AMOUNT if self.about.field(AMOUNT).title_zh else None
        return INVESTMENT if self.layer == "projects" else None

    def noun(self, lang: str) -> str:
        """Return what the points are called in a sentence."""
        if is_own(self.layer):
            return self.about.title(lang)
        return both(f"reading.noun.{self.layer}")[lang == "en"]

    def amount_noun(self, lang: str) -> str:
        """Return what the amounts of the points are called in a sentence."""
        if is_own(self.layer):
            return self.about.field(AMOUNT).title(lang)
        return both("reading.investment")[lang == "en"]

    def chosen(self) -> gpd.GeoDataFrame:
        """Return the features that meet the choice, each project once, with or without a place.

        Raises
        ------
        InputError
            If the layer has no points, or is a visitor's own and no longer kept.
        """
        filters = {"category": self.category, "level": self.level, "sector": self.sector}
        if is_own(self.layer):
            return select(kept_points(self.layer), filters)
        if resource(self.layer).geometry != "point":
            raise InputError(
                f"{self.layer!r} is not a point layer; choose from {POINT_LAYERS}",
                code="option.one_of",
                value=self.layer,
                names=POINT_LAYERS,
            )
        return select(
            counted(load(self.layer)),
            filters,
        )

    def located(self) -> gpd.GeoDataFrame:
        """Return the chosen features that have a place."""
        return located(self.chosen())

    def unlocated(self) -> gpd.GeoDataFrame:
        """Return the chosen features that have none."""
        return unlocated(self.chosen())

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
                f"leave the weight out, or use projects with {INVESTMENT}",
                code="option.weight",
                column=weight,
                layer=self.layer,
            )
        weights: pd.Series[float] = frame[weight]
        return weights


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
