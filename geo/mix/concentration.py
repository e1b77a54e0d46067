"""How far a total is concentrated in few zones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.arguments import brief
from geo.doors import door
from geo.errors import InputError
from geo.units import COUNT, labelled, unit_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

_HALF = 0.5
# Sums of shares are off by rounding; a share this close below one half is one half.
_ROUNDING = 1e-12
# Sums and squares of larger ones leave the numbers that a computer has.
_LARGEST = 1e100


@door
def concentration_measures(
    values: ArrayLike,
    *,
    areas: ArrayLike | None = None,
    groups: ArrayLike | None = None,
) -> pd.Series:
    r"""Say how far a total is concentrated in few zones, by the usual indices.

    All of them are 0 or at their least where every zone has the same, and at their greatest where
    one zone has everything. The Herfindahl–Hirschman index (HHI) is the probability that two
    units drawn from the total, one put back before the next, are of one zone: it looks at the
    largest zones. The Gini coefficient is the area between the Lorenz curve and the line of
    equality, in parts of the whole triangle: it looks at all zones. Theil's T is the only one that
    splits without a rest into a part between groups of zones and a part within them.

    Parameters
    ----------
    values
        One number of zero or more for each zone, in any unit that adds up: a count, an investment
        (never a density or a percentage).
    areas
        Size of each zone, in any one unit: km², or inhabitants. With it come the measures by area,
        which ask whether a zone has more than its size lets expect.
    groups
        Label of the group that each zone belongs to, such as its district.

    Returns
    -------
    A Series of the entries below. Its ``attrs`` are ``top_zone`` (label of the largest zone, the
    first of equals), ``area_total`` with areas, and ``undefined``, the entries that are
    not-a-number for want of meaning: the corrected ones of a single zone, the percentage between
    groups where Theil's T is 0. Within a zone the total is taken as even.

    =========================  ================================================================
    Entry                      Meaning
    =========================  ================================================================
    ``zones``                  number of zones
    ``total``                  sum of the values, the denominator of every share
    ``hhi``                    Herfindahl–Hirschman index, 1/n to 1
    ``hhi_normalised``         the same on 0 to 1
    ``gini``                   Gini coefficient, 0 to (n − 1)/n
    ``gini_corrected``         the same on 0 to 1: the one to compare between few zones
    ``theil``                  Theil's T in nats, 0 to ln n
    ``theil_between``          with groups: its part between them
    ``theil_within``           with groups: its part within them
    ``theil_between_pct``      with groups: the part between, in percent of T
    ``top_share_pct``          share of the largest zone
    ``zones_with_half``        least number of zones that together have half the total
    ``gini_by_area``           with areas: locational Gini coefficient, 0 to 1
    ``half_on_area_pct``       with areas: least part of the area that has half the total
    =========================  ================================================================

    Raises
    ------
    InputError
        There are no zones or all have 0, a value is missing, negative or infinite, the lengths or
        the indexes differ, a zone of no area has a value, or a group has no label.

    Warnings
    --------
    Compare only what has the same zones: all of these rise when zones are cut smaller, and a
    total of N points over n zones cannot have a Gini coefficient below 1 − N/n. Points spread by
    pure chance over equal zones have an HHI of 1/n + (1 − 1/n)/N on average, not 1/n: below about
    ten points per zone, hold the result against that. The indices do not see where a zone lies: two
    large zones side by side and far apart give the same; for that, see the measures of spatial
    autocorrelation. Where zones overlap, a point counts in several, and the total is not the
    number of points.

    Notes
    -----
    With the share :math:`s_i` of the total in zone :math:`i`, the share :math:`a_i` of the area,
    :math:`n` zones, and the shares :math:`S_g` of the total and :math:`n_g / n` of the zones in
    group :math:`g`,

    .. math:: \mathrm{HHI} = \sum_i s_i^2, \qquad
              \mathrm{HHI}^* = \frac{\mathrm{HHI} - 1/n}{1 - 1/n}

    .. math:: G = \frac{1}{2n} \sum_i \sum_j |s_i - s_j|, \qquad G^* = \frac{n}{n - 1} G, \qquad
              G_a = \frac{1}{2} \sum_i \sum_j |a_j s_i - a_i s_j|

    .. math:: T = \sum_i s_i \ln(n s_i), \qquad
              T_{\mathrm{between}} = \sum_g S_g \ln \frac{S_g}{n_g / n}, \qquad
              T_{\mathrm{within}} = \sum_g \sum_{i \in g} s_i \ln \frac{s_i}{S_g / n_g}

    where :math:`0 \ln 0 = 0`; :math:`G_a` is ``gini_by_area``. HHI is from [hirschman1964]_, the
    small-sample correction of the Gini coefficient from [deltas2003]_, the locational Gini
    coefficient from [krugman1991]_, Theil's T and its parts from [theil1967]_.

    References
    ----------
    .. [hirschman1964] A. O. Hirschman, The paternity of an index, American Economic Review 54
       (1964) 761–762.
    .. [deltas2003] G. Deltas, The small-sample bias of the Gini coefficient: results and
       implications for empirical research, Review of Economics and Statistics 85 (2003) 226–234.
    .. [krugman1991] P. Krugman, Geography and Trade, MIT Press, 1991.
    .. [theil1967] H. Theil, Economics and Information Theory, North-Holland, 1967.

    Examples
    --------
    >>> found = concentration_measures([6, 3, 1, 0], groups=["north", "north", "south", "south"])
    >>> found["hhi"].round(2), found["gini"].round(2), found["zones_with_half"]
    (np.float64(0.46), np.float64(0.5), np.float64(1.0))
    >>> found[["theil", "theil_between", "theil_within"]].round(3).tolist()
    [0.488, 0.368, 0.12]
    """
    value = _numbers(values, "values", "concentration_measures")
    share = _shares(value, "concentration_measures")
    n = len(share)
    hhi = float((share**2).sum())
    gini = _gini(share, np.full(n, 1.0 / n))
    measures = {
        "zones": n,
        "total": value.sum(),
        "hhi": hhi,
        "hhi_normalised": (hhi - 1.0 / n) / (1.0 - 1.0 / n) if n > 1 else np.nan,
        "gini": gini,
        "gini_corrected": gini * n / (n - 1) if n > 1 else np.nan,
        "theil": _relative_entropy(share, np.full(n, 1.0 / n)),
    }
    if groups is not None:
        measures |= _split(share, _labels(groups, values, n))
    largest = np.cumsum(np.sort(share)[::-1])
    measures["top_share_pct"] = 100.0 * share.max()
    measures["zones_with_half"] = 1 + int(np.searchsorted(largest, _HALF - _ROUNDING))
    attrs: dict[str, Any] = {"top_zone": _index(values, n)[int(share.argmax())]}
    if areas is not None:
        size = _sizes(areas, values, value, "concentration_measures")
        area_share = size / size.sum()
        base, part = _curve(share, area_share)
        measures["gini_by_area"] = _gini(share, area_share)
        measures["half_on_area_pct"] = 100.0 * (1.0 - _where_half(base, part))
        attrs["area_total"] = float(size.sum())
    result = pd.Series(measures, dtype=float, name="concentration")
    attrs["undefined"] = result.index[result.isna()].tolist()
    total = unit_of(getattr(values, "name", None))
    return labelled(result, attrs, columns={"zones": COUNT, "total": total})


@door
def lorenz(values: ArrayLike, *, areas: ArrayLike | None = None) -> pd.DataFrame:
    r"""Give the Lorenz curve of a total over zones, from the sparsest zone to the densest.

    Each point of the curve says which part of the total the first zones together have, and which
    part they are of all zones, or of the whole area. On the diagonal everything is spread evenly;
    the further the curve hangs below it, the more is concentrated in few zones. Twice the area
    between the two is the Gini coefficient of `concentration_measures`.

    Parameters
    ----------
    values
        One number of zero or more for each zone, in any unit that adds up.
    areas
        Size of each zone, km² or inhabitants. Without it every zone has the same size.

    Returns
    -------
    One row for the origin and one for each zone, by ascending value per size, with ``zone`` (its
    label; none for the origin), ``base_pct`` (of zones or of area, so far) and ``value_pct`` (of
    the total, so far). Its ``attrs`` are the denominators, ``base`` (``zones`` or ``areas``),
    ``base_total`` and ``value_total``.

    Raises
    ------
    InputError
        As `concentration_measures`.

    Warnings
    --------
    Curves of different zones do not compare, as the indices of `concentration_measures` do not.
    Where two curves cross, neither is the more concentrated; whatever index is taken then decides
    by what it looks at.

    Notes
    -----
    With zones ordered by :math:`s_i / a_i`, the curve joins the points

    .. math:: \Bigl( \sum_{i \le k} a_i, \quad \sum_{i \le k} s_i \Bigr), \qquad k = 0, \ldots, n,

    where :math:`s_i` is the share of the total and :math:`a_i` the share of the area, or
    :math:`1/n` [lorenz1905]_.

    References
    ----------
    .. [lorenz1905] M. O. Lorenz, Methods of measuring the concentration of wealth, Publications of
       the American Statistical Association 9 (1905) 209–219.

    Examples
    --------
    >>> curve = lorenz(pd.Series([6, 2], index=["centre", "rim"]), areas=[1, 3])
    >>> curve["zone"].tolist(), curve["base_pct"].tolist(), curve["value_pct"].tolist()
    ([None, 'rim', 'centre'], [0.0, 75.0, 100.0], [0.0, 25.0, 100.0])
    """
    value = _numbers(values, "values", "lorenz")
    share = _shares(value, "lorenz")
    n = len(share)
    size = np.ones(n) if areas is None else _sizes(areas, values, value, "lorenz")
    area_share = size / size.sum()
    labels: NDArray[Any] = np.empty(n + 1, dtype=object)
    labels[0] = None
    labels[1:] = _index(values, n).to_numpy(dtype=object)[_order(share, area_share)]
    base, part = _curve(share, area_share)
    curve = pd.DataFrame({"base_pct": 100.0 * base, "value_pct": 100.0 * part})
    curve.insert(0, "zone", pd.Series(labels, dtype=object))
    facts = {
        "base": "zones" if areas is None else "areas",
        "base_total": float(size.sum()),
        "value_total": float(value.sum()),
    }
    return labelled(curve, facts)


# ---- what the measures are made of ----


def _relative_entropy(share: Floats, even: Floats) -> float:
    """Sum of s ln(s/e), where nothing counts nothing."""
    some = share > 0
    return float((share[some] * np.log(share[some] / even[some])).sum())


def _split(share: Floats, group: NDArray[np.intp]) -> dict[str, float]:
    members = np.bincount(group).astype(np.float64)
    sums = np.asarray(np.bincount(group, share), dtype=np.float64)
    between = _relative_entropy(sums, members / len(share))
    # Each zone's part of what its group would give it if the group were even within itself.
    within = _relative_entropy(share, (sums / members)[group])
    total = between + within
    # Equal zones leave a rest of rounding, of which no part means anything.
    defined = total > _ROUNDING
    return {
        "theil_between": between,
        "theil_within": within,
        "theil_between_pct": 100.0 * between / total if defined else np.nan,
    }


def _order(share: Floats, area_share: Floats) -> NDArray[np.intp]:
    """Zones from the sparsest to the densest; one of no area has nothing, and comes first."""
    density = np.divide(share, area_share, out=np.zeros(len(share)), where=area_share > 0)
    return np.argsort(density, kind="stable")


def _curve(share: Floats, area_share: Floats) -> tuple[Floats, Floats]:
    order = _order(share, area_share)
    base = np.concatenate([[0.0], np.cumsum(area_share[order])])
    part = np.concatenate([[0.0], np.cumsum(share[order])])
    # The curve ends in (1, 1), whatever the sums have gathered by rounding.
    return base / base[-1], part / part[-1]


def _gini(share: Floats, area_share: Floats) -> float:
    base, part = _curve(share, area_share)
    return max(0.0, float(1.0 - (np.diff(base) * (part[1:] + part[:-1])).sum()))


def _where_half(base: Floats, part: Floats) -> float:
    """Return the base at which the curve passes one half, between two of its points."""
    after = int(np.searchsorted(part, _HALF + _ROUNDING))
    start, stop = part[after - 1], part[after]
    return float(
        base[after - 1] + (base[after] - base[after - 1]) * (_HALF - start) / (stop - start)
    )


# ---- what is taken ----


def _index(values: ArrayLike, n: int) -> pd.Index:
    return values.index if isinstance(values, pd.Series) else pd.RangeIndex(n)


def _numbers(values: ArrayLike, name: str, function: str) -> Floats:
    try:
        array = np.asarray(
            values.to_numpy(dtype=float, na_value=np.nan)
            if isinstance(values, pd.Series)
            else values,
            dtype=float,
        )
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(
            f"{function}: the {name} are not all numbers ({error}).", code="values.text"
        ) from error
    if array.ndim != 1:
        raise InputError(
            f"{function}: the {name} have shape {array.shape}. Pass one number for each zone.",
            code="caller.lengths",
            function=function,
        )
    missing, wrong = np.isnan(array), (array > _LARGEST) | (array < 0)
    if missing.any():
        raise InputError(
            f"{function}: {int(missing.sum())} of {len(array)} {name} are missing. Drop those "
            "zones if nothing is known of them, or call .fillna(0) if they have none.",
            code="values.missing",
            rows=int(missing.sum()),
        )
    if wrong.any():
        raise InputError(
            f"{function}: {int(wrong.sum())} of {len(array)} {name} are negative or infinite, the "
            f"first is {array[wrong][0]:g}. Allowed are finite numbers of zero or more.",
            code="values.negative",
            rows=int(wrong.sum()),
            first=float(array[wrong][0]),
        )
    return array


def _shares(value: Floats, function: str) -> Floats:
    if not len(value):
        raise InputError(
            f"{function}: there are no zones. Pass one number for each zone.", code="zones.none"
        )
    if not value.any():
        raise InputError(
            f"{function}: all {len(value)} zones have 0, so that nothing is distributed over them. "
            "Choose points, or zones, of which some meet.",
            code="zones.empty",
        )
    share: Floats = value / value.sum()
    return share


def _sizes(areas: ArrayLike, values: ArrayLike, value: Floats, function: str) -> Floats:
    _require_same_index(areas, values, "areas", function)
    size = _numbers(areas, "areas", function)
    _require_length(len(size), len(value), "areas", function)
    wrong = (size == 0) & (value > 0)
    if wrong.any():
        raise InputError(
            f"{function}: {int(wrong.sum())} of {len(size)} zones have a value but area 0. "
            "Correct their area or leave those zones out.",
            code="zones.no_area",
            rows=int(wrong.sum()),
        )
    return size


def _labels(groups: ArrayLike, values: ArrayLike, n: int) -> NDArray[np.intp]:
    _require_same_index(groups, values, "groups", "concentration_measures")
    if isinstance(groups, str | set | pd.DataFrame) or np.ndim(groups) != 1:
        raise InputError(
            f"concentration_measures: groups is {brief(groups)}. Pass one label for each zone.",
            code="caller.argument",
            function="concentration_measures",
        )
    label = pd.Series(groups)
    _require_length(len(label), n, "groups", "concentration_measures")
    missing = int(label.isna().sum())
    if missing:
        raise InputError(
            f"concentration_measures: {missing} of {n} zones have no group. Name one for each, "
            'such as .fillna("other").',
            code="caller.argument",
            function="concentration_measures",
        )
    return pd.factorize(label)[0]


def _require_same_index(other: ArrayLike, values: ArrayLike, name: str, function: str) -> None:
    if not (isinstance(other, pd.Series) and isinstance(values, pd.Series)):
        return
    if not other.index.equals(values.index):
        raise InputError(
            f"{function}: the {name} have another index than the values. Call "
            ".reindex(values.index) on them, or pass .to_numpy() if the order is the same.",
            code="caller.lengths",
            function=function,
        )


def _require_length(got: int, expected: int, name: str, function: str) -> None:
    if got != expected:
        raise InputError(
            f"{function}: there are {got} {name} for {expected} zones. Pass one for each.",
            code="caller.lengths",
            function=function,
        )
