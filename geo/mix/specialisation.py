"""What zones specialise in, and how mixed they are: tables of zones by categories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from geo.arguments import require_percent
from geo.doors import door
from geo.errors import InputError
from geo.mix.categories import TOTALS
from geo.units import COUNT, PURE, labelled, stated

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@door
def location_quotients(table: pd.DataFrame) -> pd.DataFrame:
    r"""Compare the share of each category in a zone with its share in all zones (区位商).

    A quotient of 2 says that the category takes up twice as large a part of this zone as of all
    zones together, one below 1 that it is rarer here than elsewhere.

    Parameters
    ----------
    table
        Numbers of zero or more by zone (row) and category (column), as from `category_table`; a
        table of one's own is compared with the sums of its columns.

    Returns
    -------
    Quotients, under the index and the columns of the table. Not-a-number where a zone has nothing
    or a category is nowhere: ``attrs`` lists these as ``empty_zones`` and ``empty_categories``, and
    has the denominators, ``category_totals`` and ``total``. Rows that were picked from a table of
    `category_table` are still compared with all zones that the table was made of.

    Raises
    ------
    InputError
        A number is missing, negative or infinite, or no number.

    Warnings
    --------
    Do not rank zones by quotients of few points: with one expected, a second one makes a quotient
    of 2. `location_quotient_table` says how sure each is. A quotient is relative: a zone can hold
    most points of a category and have a quotient below 1 because it holds even more of the others.
    It does not compare between sets of zones, whose totals differ.

    Notes
    -----
    With the number :math:`x_{zc}` of category :math:`c` in zone :math:`z`, and the totals
    :math:`X_c` of the category and :math:`X` of all,

    .. math:: \mathrm{LQ}_{zc} = \frac{x_{zc} / \sum_k x_{zk}}{X_c / X}.

    Where zones do not overlap, the mean of :math:`\mathrm{LQ}_{zc}` over the zones, weighted by
    their totals, is 1 [florence1939]_, [isard1960]_.

    References
    ----------
    .. [florence1939] P. S. Florence, Report on the location of industry, Political and Economic
       Planning, London, 1939.
    .. [isard1960] W. Isard, Methods of Regional Analysis: An Introduction to Regional Science,
       Technology Press of MIT and Wiley, 1960.

    Examples
    --------
    >>> table = pd.DataFrame({"lab": [3, 1], "campus": [1, 3]}, index=["west", "east"])
    >>> location_quotients(table)
          lab  campus
    west  1.5     0.5
    east  0.5     1.5
    """
    parts = _parts(table, "location_quotients")
    quotients = pd.DataFrame(
        _divide(parts.shares, parts.all_shares), index=table.index, columns=table.columns
    )
    unit = dict.fromkeys(table.columns, PURE)
    return labelled(quotients, _denominators(table, parts), columns=unit)


@door
def location_quotient_table(table: pd.DataFrame, *, interval_pct: float = 90.0) -> pd.DataFrame:
    r"""Give each location quotient with the counts behind it and how sure it is.

    The interval holds the quotients with which a count such as this one would be no surprise, since
    chance alone makes few points now more and now fewer. Where it holds 1, the count does not show
    that the zone differs from the rest, however large the quotient is.

    Parameters
    ----------
    table
        Counts by zone (row) and category (column), as from `category_table` without weights.
    interval_pct
        Confidence of the interval, percent, above 0 and below 100.

    Returns
    -------
    One row for each zone and category, zone by zone: ``zone``, ``category``, ``count``,
    ``zone_count`` (all categories), ``expected`` (the count if the zone had the category's share of
    all zones), ``quotient``, ``low`` and ``high`` (interval), and ``reading``: ``above`` or
    ``below`` where the interval leaves out 1, ``unclear`` where it does not, ``no points`` where
    nothing is expected, since the zone or the category is empty; quotient and interval then are
    not-a-number. Its ``attrs`` are those of `location_quotients` and ``interval_pct``.

    Raises
    ------
    InputError
        The table has numbers that are no counts (sums of money have no such interval; counts to be
        expected, as `geo.category_table` makes them, have), or
        ``interval_pct`` is not between 0 and 100.

    Warnings
    --------
    Of 100 pairs of zone and category, ten leave out 1 at 90 % by chance alone: read the rows as
    hints, not as a list of finds. Points that came together (the institutes of one campus) are
    fewer than they seem, and the interval is too narrow. It tells nothing of points that the data
    lack or have in the wrong zone.

    Notes
    -----
    With :math:`e_{zc} = X_c \sum_k x_{zk} / X`, the quotient is :math:`x_{zc} / e_{zc}`. Its
    interval is the exact one of a Poisson count [garwood1936]_ over :math:`e_{zc}`, which is taken
    as known:

    .. math:: \Bigl[ \frac{\chi^2_{\alpha/2}(2x)}{2e}, \quad
              \frac{\chi^2_{1-\alpha/2}(2x + 2)}{2e} \Bigr], \qquad \alpha = 1 - p / 100,

    with ``interval_pct`` :math:`p` and the lower bound 0 for no points.

    A zone's own points are part of the total, which makes the interval somewhat too wide where a
    zone has a large part of all: the cautious side.

    References
    ----------
    .. [garwood1936] F. Garwood, Fiducial limits for the Poisson distribution, Biometrika 28 (1936)
       437–442.

    Examples
    --------
    >>> table = pd.DataFrame({"lab": [12, 2], "campus": [1, 13]}, index=["west", "east"])
    >>> found = location_quotient_table(table)
    >>> found[["zone", "category", "count", "expected", "reading"]]
       zone category  count  expected reading
    0  west      lab     12       6.5   above
    1  west   campus      1       6.5   below
    2  east      lab      2       7.5   below
    3  east   campus     13       7.5   above
    """
    from scipy.special import gammaincinv  # noqa: PLC0415 - only the interval needs scipy

    parts = _parts(table, "location_quotient_table")
    whole = bool((parts.numbers == np.floor(parts.numbers)).all())
    if table.attrs.get("measure", "count" if whole else "weight_sum") != "count":
        raise InputError(
            "location_quotient_table: the table has sums, not counts, and the interval is one of "
            "counts. Make the table without weights, or call location_quotients for the quotients "
            "alone.",
            code="values.sums",
        )
    require_percent(interval_pct, "interval_pct", function="location_quotient_table")
    count = parts.numbers
    expected = parts.zone_totals[:, None] * parts.all_shares
    tail = (1.0 - interval_pct / 100.0) / 2.0
    # χ²(2x) / 2 is a gamma variable of shape x; there is none of shape 0, where the bound is 0.
    low = np.where(count > 0, gammaincinv(np.where(count > 0, count, 1.0), tail), 0.0)
    quotient, low, high = (
        _divide(part, expected) for part in (count, low, gammaincinv(count + 1.0, 1.0 - tail))
    )
    reading = np.select(
        [~(expected > 0), low > 1, high < 1], ["no points", "above", "below"], "unclear"
    )
    n_zones, n_kinds = count.shape
    # Of places that are exact; what is to be expected has fractions.
    kind = np.int64 if whole else np.float64
    frame = pd.DataFrame(
        {
            "zone": table.index.repeat(n_kinds),
            "category": np.tile(table.columns.to_numpy(dtype=object), n_zones),
            "count": count.ravel().astype(kind),
            "zone_count": np.repeat(parts.zone_totals, n_kinds).astype(kind),
            "expected": np.nan_to_num(expected).ravel(),
            "quotient": quotient.ravel(),
            "low": low.ravel(),
            "high": high.ravel(),
            "reading": reading.ravel().astype(object),
        }
    )
    return labelled(
        frame,
        _denominators(table, parts) | {"interval_pct": interval_pct},
        columns={"expected": COUNT, "low": PURE, "high": PURE},
    )


@door
def specialisation_index(table: pd.DataFrame) -> pd.Series:
    r"""Say how far the mix of each zone departs from the mix of all zones: the Krugman index.

    0 says that the zone has the categories in the same parts as all zones together, 2 that it has
    nothing in common with them. Half the index is the part of the zone's points that would have to
    be of another category for the two mixes to agree.

    Parameters
    ----------
    table
        Numbers of zero or more by zone (row) and category (column), as from `category_table`.

    Returns
    -------
    Index of each zone, 0 to 2, under the index of the table; not-a-number for a zone that has
    nothing. Its ``attrs`` are those of `location_quotients`.

    Raises
    ------
    InputError
        A number is missing, negative or infinite, or no number.

    Warnings
    --------
    A zone with few points always departs far: one point alone has :math:`2 (1 - X_c / X)`. Show the
    number of points beside the index. It grows with the number of categories, so that it compares
    only within one list of them. A zone that has most of all points is the mix that it is compared
    with, and comes out near 0.

    Notes
    -----
    With the parts of the zone :math:`s_{zc} = x_{zc} / \sum_k x_{zk}` and of all zones
    :math:`s_c = X_c / X`,

    .. math:: K_z = \sum_c |s_{zc} - s_c|.

    The index is from [krugman1991]_, who compares regions two by two.

    References
    ----------
    .. [krugman1991] P. Krugman, Geography and Trade, MIT Press, 1991.

    Examples
    --------
    >>> table = pd.DataFrame({"lab": [3, 1], "campus": [1, 3]}, index=["west", "east"])
    >>> specialisation_index(table).tolist()  # |3/4 − 1/2| + |1/4 − 1/2|
    [0.5, 0.5]
    """
    parts = _parts(table, "specialisation_index")
    index = np.abs(parts.shares - parts.all_shares).sum(axis=1)
    result = pd.Series(
        np.where(parts.zone_totals > 0, index, np.nan), index=table.index, name="krugman_index"
    )
    return labelled(result, _denominators(table, parts))


@door
def diversity(table: pd.DataFrame) -> pd.DataFrame:
    r"""Say how many categories each zone has in effect: Hill numbers of order 0, 1 and 2.

    A Hill number of 3 says that the zone is as diverse as one with three categories in equal parts.
    Order 0 counts every category that occurs, the rarest too; order 1 counts each by its part;
    order 2 counts in the main the common ones. They can be read as numbers of categories, which the
    entropy and the Simpson index that they come from cannot.

    Parameters
    ----------
    table
        Numbers of zero or more by zone (row) and category (column), as from `category_table`.

    Returns
    -------
    Under the index of the table: ``total`` (the denominator), ``hill_0`` (richness), ``hill_1``
    (exponential of Shannon's entropy), ``hill_2`` (inverse of Simpson's index, of the
    Herfindahl–Hirschman index of the categories) and ``evenness`` (Pielou: entropy in parts of its
    greatest value, 0 to 1). A zone that has nothing has 0 categories of order 0, and not-a-number
    in the rest; one with a single category has no evenness. ``attrs`` are ``empty_zones``,
    ``one_category_zones`` and ``all_zones``, the same measures of the totals.

    Raises
    ------
    InputError
        A number is missing, negative or infinite, or no number.

    Warnings
    --------
    Order 0 rises with the number of points: a zone of 50 will have more categories than one of 5
    drawn from the same mix. Compare zones of unlike totals by order 2, and those of few points not
    at all. All orders depend on how finely the categories are cut, and none knows which of them are
    alike.

    Notes
    -----
    With the parts :math:`s_c` of the categories that occur, the Hill number of order :math:`q` is

    .. math::

        D_q = \Bigl( \sum_c s_c^q \Bigr)^{1 / (1 - q)}, \qquad
        D_1 = \exp \Bigl( -\sum_c s_c \ln s_c \Bigr), \qquad
        J = \frac{\ln D_1}{\ln D_0},

    [hill1973]_, [jost2006]_; the evenness :math:`J` is from [pielou1966]_.

    References
    ----------
    .. [hill1973] M. O. Hill, Diversity and evenness: a unifying notation and its consequences,
       Ecology 54 (1973) 427–432.
    .. [jost2006] L. Jost, Entropy and diversity, Oikos 113 (2006) 363–375.
    .. [pielou1966] E. C. Pielou, The measurement of diversity in different types of biological
       collections, Journal of Theoretical Biology 13 (1966) 131–144.

    Examples
    --------
    >>> table = pd.DataFrame({"lab": [5, 8], "campus": [5, 2]}, index=["west", "east"])
    >>> diversity(table).round(2)
          total  hill_0  hill_1  hill_2  evenness
    west   10.0       2    2.00    2.00      1.00
    east   10.0       2    1.65    1.47      0.72
    """
    parts = _parts(table, "diversity")
    result = pd.DataFrame(_hill(parts.numbers), index=table.index)
    whole = pd.DataFrame(_hill(parts.category_totals[None, :])).iloc[0]
    facts = {
        "empty_zones": _empty_zones(table, parts),
        "one_category_zones": table.index[(result["hill_0"] == 1).to_numpy()].tolist(),
        "all_zones": {str(name): float(value) for name, value in whole.items()},
    }
    units = set(stated(table).values())
    return labelled(result, facts, columns={"total": units.pop() if len(units) == 1 else ""})


# ---- what the measures are made of ----


class _Parts(NamedTuple):
    """A table of zones by categories with its totals and shares.

    ``shares`` are of each zone, ``all_shares`` of all zones together; not-a-number of nothing.
    """

    numbers: Floats
    zone_totals: Floats
    category_totals: Floats
    shares: Floats
    all_shares: Floats


def _parts(table: pd.DataFrame, function: str) -> _Parts:
    numbers = _numbers(table, function)
    zone_totals = numbers.sum(axis=1)
    totals = table.attrs.get(TOTALS, {})
    if table.columns.isin(list(totals)).all():
        category_totals = np.array([totals[kind] for kind in table.columns], dtype=float)
    else:
        category_totals = numbers.sum(axis=0)
    return _Parts(
        numbers,
        zone_totals,
        category_totals,
        _divide(numbers, zone_totals[:, None]),
        _divide(category_totals, category_totals.sum()),
    )


def _numbers(table: pd.DataFrame, function: str) -> Floats:
    if not isinstance(table, pd.DataFrame):
        raise InputError(
            f"{function}: got {type(table).__name__}. Pass a DataFrame of zones by categories, as "
            "category_table makes it.",
            code="caller.argument",
            function=function,
        )
    twice = table.columns[table.columns.duplicated()]
    if len(twice):
        raise InputError(
            f"{function}: the category {twice[0]!r} has several columns. Add them up first.",
            code="caller.argument",
            function=function,
        )
    try:
        numbers: Floats = table.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{function}: the table has columns that are no numbers ({error}). Leave them out, or "
            "make them the index.",
            code="values.text",
        ) from error
    wrong = ~(np.isfinite(numbers) & (numbers >= 0))
    if wrong.any():
        raise InputError(
            f"{function}: {int(wrong.sum())} of {numbers.size} numbers are negative, missing or "
            f"infinite, the first is {numbers[wrong][0]}. Allowed are finite numbers of zero or "
            "more: call .fillna(0) where a category does not occur.",
            code="values.negative",
            rows=int(wrong.sum()),
            first=float(numbers[wrong][0]),
        )
    return numbers


def _divide(part: Any, whole: Any) -> Floats:  # noqa: ANN401 - arrays of any shapes that fit
    """Divide, and give not-a-number for parts of nothing."""
    out = np.full(np.broadcast_shapes(np.shape(part), np.shape(whole)), np.nan)
    np.divide(part, whole, out=out, where=np.asarray(whole) > 0)
    return out


def _hill(numbers: Floats) -> dict[str, NDArray[Any]]:
    total = numbers.sum(axis=1)
    shares = _divide(numbers, total[:, None])
    richness = (numbers > 0).sum(axis=1)
    logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
    entropy = np.where(total > 0, -(shares * logs).sum(axis=1), np.nan)
    most = np.log(np.maximum(richness, 1))
    return {
        "total": total,
        "hill_0": richness,
        "hill_1": np.exp(entropy),
        "hill_2": _divide(np.where(total > 0, 1.0, np.nan), (shares**2).sum(axis=1)),
        "evenness": _divide(entropy, most),
    }


def _empty_zones(table: pd.DataFrame, parts: _Parts) -> list[Any]:
    return list(table.index[parts.zone_totals == 0])


def _denominators(table: pd.DataFrame, parts: _Parts) -> dict[str, Any]:
    return {
        TOTALS: dict(zip(table.columns.tolist(), parts.category_totals.tolist(), strict=True)),
        "total": float(parts.category_totals.sum()),
        "empty_zones": _empty_zones(table, parts),
        "empty_categories": list(table.columns[parts.category_totals == 0]),
    }
