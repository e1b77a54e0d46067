"""Choosing features: by category, level or sector, counted once, with or without a place."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.arguments import brief, require_one_of
from geo.doors import door
from geo.errors import InputError
from layers.plan.area import area

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

# Columns of codes that any layer may have; a plan may name more.
FILTERS = ("category", "level", "status", "sector", "kind", "scope", "evidence")
# What can have a place; a service, an event, a network or an initiative has none of its own.
ENTITY, PLACEABLE = "entity_kind", ("site", "part")
# The column of the site that a feature stands on.
SITE = "site_id"


class PlacedShare(NamedTuple):
    """How many features have a place, of those that can have one.

    Parameters
    ----------
    placed, possible
        Numbers of sites and parts of sites; of all features where a layer does not tell what they
        are.
    """

    placed: int
    possible: int

    @property
    def lacking(self) -> int:
        """How many could have a place and have none."""
        return self.possible - self.placed


@door
def select(
    frame: gpd.GeoDataFrame, criteria: Mapping[str, Sequence[str]] | None = None
) -> gpd.GeoDataFrame:
    """Return the features that meet every criterion.

    Parameters
    ----------
    frame
        A layer.
    criteria
        Accepted values per column (category, level, status, sector, kind, scope, evidence,
        entity_kind); an empty sequence accepts all.

    Raises
    ------
    InputError
        If the layer has no such column, or no feature has such a value.

    Examples
    --------
    >>> import layers
    >>> labs = select(layers.load("platforms"), {"category": ["laboratory"]})
    >>> set(labs["category"])
    {'laboratory'}
    """
    if not isinstance(frame, pd.DataFrame):
        raise InputError(
            f"select: got {type(frame).__name__}. Pass a layer, as load gives it.",
            code="caller.argument",
            function="select",
        )
    if criteria is not None and not isinstance(criteria, dict):
        raise InputError(
            f"select: criteria is {brief(criteria)}. Pass the accepted values of each column, "
            'such as {"category": ["laboratory"]}.',
            code="caller.argument",
            function="select",
        )
    chosen = frame
    for column, values in (criteria or {}).items():
        if not isinstance(values, list | tuple | set | frozenset):
            raise InputError(
                f"select: the values of {column!r} are {brief(values)}. Pass them as a list.",
                code="caller.argument",
                function="select",
            )
        if not values:
            continue
        coded = dict.fromkeys((*FILTERS, ENTITY, *area().filters))
        allowed = [name for name in coded if name in frame.columns]
        require_one_of(column, allowed, "filter", function="select")
        texts = [value for value in frame[column].dropna() if isinstance(value, str)]
        known = sorted(set(texts))
        for value in values:
            require_one_of(value, known, column, function="select")
        chosen = chosen[chosen[column].isin(list(values))]
    return chosen


@door
def counted(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the features that sums may count: a project listed twice stands once.

    Layers without ``canonical_id`` come back whole.
    """
    if not isinstance(frame, pd.DataFrame):
        raise InputError(
            f"counted: got {type(frame).__name__}. Pass a layer, as load gives it.",
            code="caller.argument",
            function="counted",
        )
    if "canonical_id" not in frame.columns:
        return frame
    return frame[frame["canonical_id"] == frame["id"]]


@door
def located(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the features that have a place on the map, none of which is that of another.

    A service or an event that the text ties to a zone has none of its own.
    """
    return frame[~nowhere(frame) & placeable(frame)]


@door
def unlocated(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the features that the documents give no usable place: for lists, not for maps."""
    return frame[nowhere(frame) | ~placeable(frame)]


@door
def placed_share(frame: gpd.GeoDataFrame) -> PlacedShare:
    """Return how many features have a place, of those that can have one.

    Parameters
    ----------
    frame
        A layer; without ``entity_kind`` each of its features can have a place.

    Examples
    --------
    >>> import layers
    >>> share = placed_share(layers.load("nodes"))
    >>> share.placed, share.lacking
    (23, 0)
    """
    return PlacedShare(len(located(frame)), int(placeable(frame).sum()))


def placeable(frame: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell of each feature whether it can have a place: all where a layer does not say."""
    if ENTITY not in frame:
        return np.ones(len(frame), dtype=bool)
    return frame[ENTITY].isin(PLACEABLE).to_numpy()


def sited(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a layer as maps draw it: what cannot have a place is in it without one.

    A text may tie a service or an event to a zone: ``within`` goes on saying so.
    """
    borrowed = ~placeable(frame) & ~nowhere(frame)
    if not borrowed.any():
        return frame
    shapes = frame.geometry.mask(borrowed, None)
    none = {"evidence": "unlocated", "accuracy_m": np.nan}
    return frame.set_geometry(shapes).assign(
        **{name: frame[name].mask(borrowed, value) for name, value in none.items() if name in frame}
    )


def one_a_site(frame: gpd.GeoDataFrame, amount: str | None = None) -> gpd.GeoDataFrame:
    """Return features with those of one site as one: the first that has a place stands for all.

    Parameters
    ----------
    frame
        A layer with ``site_id``; a feature without one stands for itself.
    amount
        Column that is added up over a site.
    """
    site = frame[SITE].fillna(frame["id"])
    if amount is not None:
        frame = frame.assign(**{amount: frame.groupby(site)[amount].transform("sum", min_count=1)})
    order = np.argsort(nowhere(frame), kind="stable")
    first = ~site.iloc[order].duplicated()
    return frame[first.reindex(frame.index)]


def nowhere(frame: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Tell of each feature whether it has no shape."""
    if not isinstance(frame, gpd.GeoDataFrame) or frame.active_geometry_name is None:
        raise InputError(
            f"got a {type(frame).__name__} without places. Pass a layer that has some.",
            code="caller.argument",
            function="located",
        )
    shapes = frame.geometry.to_numpy()
    missing: NDArray[np.bool_] = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    return missing
