"""Whether an argument is the kind of thing that a method takes, whatever was passed."""

from __future__ import annotations

from collections.abc import Hashable
from difflib import get_close_matches
from math import isfinite
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

import geopandas as gpd

from geo.errors import AtlasError, InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

# Half of the way round the Earth, and a billionth of a metre: beyond them no length means anything.
_LONGEST_M, _SHORTEST_M = 20_037_508.0, 1e-9
# More names than that nobody reads: those near to what was passed are named alone.
_MOST_LISTED, _MOST_NEAR = 20, 3
_LONGEST_BRIEF = 80


def is_number(value: object) -> bool:
    """Whether something is one finite number; what is true or false is none.

    Parameters
    ----------
    value
        Anything.

    Examples
    --------
    >>> [is_number(value) for value in (1, 0.5, float("nan"), True, "1", [1], 10**400)]
    [True, True, False, False, False, False, False]
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        return False
    try:
        return isfinite(value)
    except OverflowError:  # a whole number that no float reaches
        return False


def is_whole(value: object) -> bool:
    """Whether something is one whole number.

    Parameters
    ----------
    value
        Anything.

    Examples
    --------
    >>> [is_whole(value) for value in (1, 1.0, True)]
    [True, False, False]
    """
    return isinstance(value, Integral) and not isinstance(value, bool)


def is_one_of(value: object, allowed: Collection[str]) -> bool:
    """Whether something is one of the names that an option has.

    Parameters
    ----------
    value
        Anything.
    allowed
        The names.

    Examples
    --------
    >>> is_one_of("a", ["a", "b"]), is_one_of(["a"], ["a", "b"])
    (True, False)
    """
    return isinstance(value, str) and value in allowed


def unknown(
    value: object,
    names: Iterable[str],
    *,
    what: str,
    function: str,
    error: type[AtlasError] = InputError,
) -> AtlasError:
    """Return the refusal of a name that there is not; it names all that there are, or those near.

    Parameters
    ----------
    value
        What was passed.
    names
        Those that there are.
    what
        What they name.
    function
        Name that the message begins with: the function that was called.
    error
        What kind of error it is.

    Examples
    --------
    >>> str(unknown("quartc", ["quartic", "uniform"], what="kernel", function="f"))
    "f: there is no kernel 'quartc'; choose from ['quartic', 'uniform']; near is 'quartic'."
    """
    there = sorted(names)
    near = get_close_matches(value, there, n=_MOST_NEAR) if isinstance(value, str) else []
    few = len(there) <= _MOST_LISTED
    message = f"{function}: there is no {what} {brief(value)}"
    message += f"; choose from {there}" if few else ""
    message += f"; near is {' or '.join(map(repr, near))}." if near else "."
    if few:
        return error(message, code="option.one_of", value=brief(value), names=there)
    return error(
        message, code="option.near" if near else "option.unknown", value=brief(value), names=near
    )


def require_one_of(
    value: object,
    allowed: Collection[str],
    what: str,
    *,
    function: str,
    error: type[AtlasError] = InputError,
) -> None:
    """Refuse what is none of the names that an option has.

    Parameters
    ----------
    value
        The argument.
    allowed
        The names.
    what
        What they name.
    function
        Name that the message begins with: the function that was called.
    error
        What kind of error is raised.

    Raises
    ------
    AtlasError
        It is something else.

    Examples
    --------
    >>> require_one_of("quartic", ["quartic", "uniform"], "kernel", function="f")
    """
    if not is_one_of(value, allowed):
        raise unknown(value, allowed, what=what, function=function, error=error)


def require_type(
    value: object, kinds: type | tuple[type, ...], name: str, instead: str, *, function: str
) -> None:
    """Refuse what is of another kind than a function takes.

    Parameters
    ----------
    value
        The argument.
    kinds
        Types that it can have; a text is no sequence of names.
    name
        What the argument is called.
    instead
        What to pass.
    function
        Name that the message begins with: the function that was called.

    Raises
    ------
    InputError
        It is of none of these types.

    Examples
    --------
    >>> require_type(["cities"], (list, tuple), "names", "names of layers", function="f")
    """
    if not isinstance(value, kinds):
        raise InputError(
            f"{function}: {name} is {brief(value)} ({type(value).__name__}). Pass {instead}.",
            code="caller.argument",
            function=function,
        )


def require_metres(
    value: object, name: str, *, function: str, least_m: float = _SHORTEST_M
) -> None:
    """Refuse a length that is not one positive number of metres.

    Parameters
    ----------
    value
        The argument.
    name
        What the argument is called.
    function
        Name that the message begins with: the function that was called.
    least_m
        Below which a length means nothing there.

    Raises
    ------
    InputError
        It is no number, zero, negative, infinite, not-a-number, shorter than that, or longer than
        half of the way round the Earth.

    Examples
    --------
    >>> require_metres(500, "bandwidth_m", function="f")
    """
    number: Any = value
    if not (is_number(value) and _SHORTEST_M <= number <= _LONGEST_M):
        raise InputError(
            f"{function}: {name} is {brief(value)}. Allowed are positive numbers of metres, up to "
            f"{_LONGEST_M:,.0f}.",
            code="option.metres",
            value=brief(value),
        )
    if number < least_m:
        raise InputError(
            f"{function}: {name} is {brief(value)}. Allowed are numbers of metres from "
            f"{least_m:g} on.",
            code="option.between",
            value=brief(value),
            least=least_m,
            most=int(_LONGEST_M),
        )


def require_percent(value: object, name: str, *, function: str) -> None:
    """Refuse a percentage that is not between 0 and 100.

    Parameters
    ----------
    value
        The argument.
    name
        What the argument is called.
    function
        Name that the message begins with: the function that was called.

    Raises
    ------
    InputError
        It is no number, or not more than 0 and less than 100.

    Examples
    --------
    >>> require_percent(90, "interval_pct", function="f")
    """
    number: Any = value
    if not (is_number(value) and 0 < number < 100):  # noqa: PLR2004  percent
        raise InputError(
            f"{function}: {name} is {brief(value)}. Allowed are numbers between 0 and 100, more "
            "than 0 and less than 100, such as 90.",
            code="option.percent",
            value=brief(value),
        )


def require_seed(value: object, *, function: str) -> None:
    """Refuse a seed that is not a whole number of zero or more.

    Parameters
    ----------
    value
        The argument.
    function
        Name that the message begins with: the function that was called.

    Raises
    ------
    InputError
        It is something else.

    Examples
    --------
    >>> require_seed(0, function="f")
    """
    number: Any = value
    if not (is_whole(value) and number >= 0):
        raise InputError(
            f"{function}: seed is {brief(value)}. Allowed are whole numbers from 0 on.",
            code="option.seed",
            value=brief(value),
        )


def require_flag(value: object, name: str, *, function: str) -> None:
    """Refuse what is neither true nor false.

    Parameters
    ----------
    value
        The argument.
    name
        What the argument is called.
    function
        Name that the message begins with: the function that was called.

    Raises
    ------
    InputError
        It is something else, as a text or an array.

    Examples
    --------
    >>> require_flag(True, "adaptive", function="f")
    """
    # NumPy's own kind of truth comes out of comparisons.
    if type(value).__name__ not in {"bool", "bool_"}:
        raise InputError(
            f"{function}: {name} is {brief(value)}. Allowed are True and False.",
            code="option.choice",
            value=brief(value),
        )


def has_column(frame: object, name: object) -> bool:
    """Whether a frame has a column of a name, once, that is not its places.

    Parameters
    ----------
    frame
        GeoDataFrame; anything else has no columns.
    name
        Anything.

    Examples
    --------
    >>> frame = gpd.GeoDataFrame({"a": [1]}, geometry=[None])
    >>> has_column(frame, "a"), has_column(frame, ["a"]), has_column(frame, "geometry")
    (True, False, False)
    """
    return (
        isinstance(frame, gpd.GeoDataFrame)
        and isinstance(name, Hashable)
        and name in frame.columns
        and name != frame.active_geometry_name
        and list(frame.columns).count(name) == 1
    )


def brief(value: object) -> str:
    """Write what was passed in a message, cut where it is long.

    Parameters
    ----------
    value
        Anything.

    Examples
    --------
    >>> brief("abc"), len(brief("a" * 9999))
    ("'abc'", 80)
    """
    if is_whole(value) and not is_number(value):
        return "a whole number of more than 300 digits"
    words = repr(value)
    if "\n" in words:  # a table
        words = " ".join(words.split())
    return words[:_LONGEST_BRIEF]


def require_array(array: object, *, function: str) -> None:
    """Refuse what is no raster of real numbers.

    Parameters
    ----------
    array
        The argument.
    function
        Name that the message begins with: the function that was called.

    Raises
    ------
    InputError
        It is no `xarray.DataArray`, or holds texts, dates, complex numbers or objects.

    Examples
    --------
    >>> import xarray as xr
    >>> require_array(xr.DataArray([[1, 2]]), function="f")
    """
    kind = getattr(getattr(array, "dtype", None), "kind", "")
    if type(array).__name__ != "DataArray" or kind not in "biuf":
        raise InputError(
            f"{function}: got {type(array).__name__}{f' of {kind}' if kind else ''}. Pass an "
            "xarray.DataArray of numbers, as read_raster or kernel_density gives.",
            code="raster.no_numbers",
        )
