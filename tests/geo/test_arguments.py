"""What arguments may be: each bound, from both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest

from geo.arguments import (
    brief,
    has_column,
    is_number,
    is_one_of,
    is_whole,
    require_flag,
    require_metres,
    require_one_of,
    require_percent,
    require_seed,
    require_type,
    unknown,
)
from geo.errors import CRSError, InputError

if TYPE_CHECKING:
    from collections.abc import Callable

HUGE = 10**400


@pytest.mark.parametrize(
    ("test", "values", "expected"),
    [
        (is_number, (1, 0.5, np.float32(2), np.int8(3)), True),
        (is_number, (True, np.nan, np.inf, "1", None, 1j, HUGE), False),
        (is_whole, (0, -1, np.int64(3), HUGE), True),
        (is_whole, (1.0, True, "1"), False),
        (lambda value: is_one_of(value, ["a"]), ("a",), True),
        (lambda value: is_one_of(value, ["a"]), ("b", ["a"], None), False),
    ],
)
def test_what_is_one(
    test: Callable[[object], bool], values: tuple[object, ...], *, expected: bool
) -> None:
    assert [test(value) for value in values] == [expected] * len(values)


def metres(value: object) -> None:
    require_metres(value, "n", function="f")


def ten_metres(value: object) -> None:
    require_metres(value, "n", function="f", least_m=10)


def percent(value: object) -> None:
    require_percent(value, "n", function="f")


def seed(value: object) -> None:
    require_seed(value, function="f")


def flag(value: object) -> None:
    require_flag(value, "n", function="f")


@pytest.mark.parametrize(
    ("require", "right", "wrong", "code"),
    [
        (metres, (1e-9, 1, 20_037_508), (9e-10, 0, "1", np.nan, 20_037_509), "option.metres"),
        (ten_metres, (10, 11.5), (9.99,), "option.between"),
        (ten_metres, (), (0, -1), "option.metres"),
        (percent, (0.1, 99.9), (0, 100, "9", True), "option.percent"),
        (seed, (0, 1, np.int64(7)), (-1, 0.0, None, False), "option.seed"),
        (flag, (True, False, np.True_), (1, 0, "yes", None), "option.choice"),
    ],
)
def test_arguments_up_to_their_bounds(
    require: Callable[[object], None], right: Any, wrong: Any, code: str
) -> None:
    for value in right:
        require(value)
    for value in wrong:
        with pytest.raises(InputError, match=r"^f: ") as refused:
            require(value)
        assert refused.value.code == code


def test_what_is_unknown_is_told_with_what_is_near() -> None:
    few, many = ["quartic", "uniform"], [f"name{at}" for at in range(21)]
    said: Any
    for value, names, code, near in (
        ("quartc", few, "option.one_of", few),
        (7, few, "option.one_of", few),
        ("name1", many[:20], "option.one_of", sorted(many[:20])),
        ("name", many, "option.near", None),
        ("zzz", many, "option.unknown", []),
    ):
        error = unknown(value, reversed(names), what="kernel", function="f", error=CRSError)
        assert isinstance(error, CRSError)
        assert error.code == code
        said = error.values["names"]
        assert said == near or (near is None and len(said) == 3)
    require_one_of("uniform", few, "kernel", function="f")
    with pytest.raises(CRSError, match="f: there is no kernel 'x'"):
        require_one_of("x", few, "kernel", function="f", error=CRSError)
    require_type(["a"], (list, tuple), "names", "names", function="f")
    with pytest.raises(InputError, match=r"f: names is 'a' \(str\)\. Pass names\.") as refused:
        require_type("a", (list, tuple), "names", "names", function="f")
    assert dict(refused.value.values) == {"function": "f"}


def test_a_column_is_one_of_that_name_beside_the_places() -> None:
    frame = gpd.GeoDataFrame([[1, 2, 3, None]], columns=["a", "b", "b", "g"]).set_geometry("g")
    assert [has_column(frame, name) for name in ("a", "b", "c", "g", ["a"])] == [
        *(True, False, False, False, False),
    ]
    assert not has_column(frame.geometry, "a")


def test_a_value_in_few_letters() -> None:
    assert brief(HUGE) == "a whole number of more than 300 digits"
    assert brief(10**50) == repr(10**50)
    assert brief("a" * 99) == "'" + "a" * 79
    assert "\n" not in brief(np.eye(2))
    assert brief("a  b") == "'a  b'"
