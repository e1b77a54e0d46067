"""What somebody types is found in names: as they are written, spelt, and in short."""

from __future__ import annotations

import pytest

from layers.plan.spelling import holds, spelt


@pytest.mark.parametrize(
    "word",
    [
        "长沙",
        "ＣＳＧＸＱ",
        "csgxq",
        "changsha gaoxin",
        "chang sha",
        "High tech",
        "zone changsha",
        "",
    ],
)
def test_a_name_is_found_by_what_people_type(word: str) -> None:
    assert holds(["Changsha High-tech Zone"], word, names=["长沙高新区", "麓谷"])
    assert holds([], "lg", names=["长沙高新区", "麓谷"])


def test_what_is_not_there_is_not_found() -> None:
    assert not any(holds(["Lugu"], word, names=["麓谷"]) for word in ("lx", "guluo", "lugu park"))


def test_a_place_in_short_is_spelt_as_the_place() -> None:
    assert spelt("长株潭") == "chang zhu tan"
    assert spelt("国家超级计算机长沙中心").endswith("ji chang sha zhong xin")
    assert spelt("成长路线图").startswith("cheng zhang")
