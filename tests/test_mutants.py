"""What counts as a change to the code, and which tests are asked to notice it."""

from __future__ import annotations

import ast

import pytest

from mutants.__main__ import drawn, interval, modules, room_of
from mutants.changes import changed, changes
from mutants.runs import ROOT, Ran, chosen, differing


def words(source: str) -> list[str]:
    return [change.words for change in changes(source)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a < b", ["a < b → a <= b"]),
        ("a in b", ["a in b → a not in b"]),
        ("a and b", ["a and b → a or b"]),
        ("not a", ["not a → a"]),
        ("x = a - b", ["a - b → a + b"]),
        ("x = 99", ["99 → 100"]),
        ("x = 5000", ["5000 → 10000"]),
        ("x = True", ["True → False"]),
        ("check(a)", ["check(a) → pass"]),
        ("x = f(a, b=c)", ["f(a, b=c) → f(a)"]),
        ("x = a if b else c", [f"a if b else c → a if {one} else c" for one in (True, False)]),
        ("def f():\n    return x", ["return x → return None"]),
    ],
)  # fmt: skip
def test_what_is_changed(source: str, expected: list[str]) -> None:
    assert words(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        '"""Text."""',
        "x = 'text'",
        "x = f'{a + 1} text'",
        "raise ValueError(a + 1)",
        "import a",
        "__all__ = [1]",
        "@cached(1)\ndef f(a: Literal[1]) -> Literal[2]: ...",
        "if TYPE_CHECKING:\n    x = 1",
        "x = f(function='a', code='b')",
        "x = zip(a, b, strict=True)",
        "def f():\n    return None",
    ],
)
def test_texts_and_what_only_a_type_checker_reads_are_left_alone(source: str) -> None:
    assert words(source) == []


def test_each_change_is_made_alone() -> None:
    source = "def f(a, b):\n    if a < b:\n        return a + 1\n    return b\n"
    every = changes(source)
    made = [ast.unparse(changed(source, number)) for number in range(len(every))]
    assert len({*made, ast.unparse(ast.parse(source))}) == len(every) + 1
    assert [change.line for change in every] == [2, 2, 2, 3, 3, 3, 4]


def test_the_tests_of_a_line_are_asked_the_quickest_first() -> None:
    slow = Ran("slow", 2.0, {"m.py": [3, 4]})
    quick = Ran("quick", 1.0, {"m.py": [3]})
    other = Ran("of another", 0.1, {"n.py": [3]})
    ran = [slow, quick, other]
    assert chosen(ran, "m.py", 3) == ([quick, slow], [])
    assert chosen(ran, "m.py", 4) == ([slow], [])
    # Run when it is loaded: all, those that run the module first.
    assert chosen(ran, "m.py", 1) == ([quick, slow, other], [])


def test_others_than_the_fast_tests_are_asked_apart_and_only_for_so_long() -> None:
    ran = [Ran(f"{s}", s, {"m.py": [3]}, is_fast=s == 25) for s in (25.0, 20.0, 10.0, 5.0)]
    assert [[one.seconds for one in some] for some in chosen(ran, "m.py", 3)] == [[25], [5, 10]]


def test_every_module_has_a_room_of_tests() -> None:
    for module in modules(["geo", "layers/plan", "layers/questions"]):
        assert (ROOT / room_of(module)).is_dir(), module


CODE = """
A = 1
class B:
    C = 2
    def d(self, e=3):
        return [4 for _ in self]
"""


@pytest.mark.parametrize(
    ("digit", "part"), [(1, "<module>"), (2, "B"), (3, "B"), (4, "B.d"), (5, None)]
)
def test_a_function_is_changed_where_it_stands_and_the_rest_loaded(
    digit: int, part: str | None
) -> None:
    old, new = (compile(each, "", "exec") for each in (CODE, CODE.replace(f"{digit}", "9")))
    assert [before.co_qualname for before, _ in differing(old, new)] == [part] * (part is not None)


def test_a_sample_is_of_each_module_or_of_all_together() -> None:
    sizes = {"a.py": 1, "b.py": 3000, "c.py": 1000}
    assert [len(some) for some in drawn(sizes, sample=9, together=False, seed=0).values()] == [
        1,
        9,
        9,
    ]
    together = drawn(sizes, sample=400, together=True, seed=0)
    assert sum(map(len, together.values())) == 400
    assert 250 < len(set(together["b.py"])) == len(together["b.py"]) < 350
    assert drawn({"a.py": 2}, sample=None, together=True, seed=0) == {"a.py": [0, 1]}


def test_the_interval_of_a_share() -> None:
    # Nine of ten, z² = 2.706: (0.9 + 0.1353 ± 1.645 √(0.009 + 0.006765)) / 1.2706
    assert interval(0.9, 10) == pytest.approx((0.6522, 0.9774), abs=1e-4)
