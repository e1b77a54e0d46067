"""The density page without a browser: every setting, comparisons, and what it says of itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, get_args

import pytest
from test_app import page, tables_of_rows, words

import geo
from app.web import choices, maps
from app.web.tables import interval_words
from geo.surface.density_raster import Unit
from geo.surface.kernels import Kernel
from layers import questions
from layers.plan.selection import placed_share
from layers.questions.density import Show, density_unit
from layers.questions.subjects import Points, Zones
from layers.questions.unknowns import first_of

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

INVESTMENT = "investment_100m_cny"

PLATFORMS = Points.usual("platforms")
NEW_AREA = {"scope": ("new_area",)}


def shown(test: AppTest) -> str:
    assert not test.exception
    assert not test.error
    return words(test)


def test_the_default_bandwidth_follows_silverman_and_is_told() -> None:
    test = page("density")
    expected = geo.silverman_bandwidth_m(PLATFORMS.located())
    assert f"带宽（m） {expected:,.0f}" in shown(test)


@pytest.mark.parametrize(
    ("switches", "points"),
    [
        ({"any_status": "true", "by_site": "true"}, Points("platforms", by_site=True, **NEW_AREA)),
        ({"any_status": "true", "any_scope": "true"}, Points("platforms")),
    ],
)
def test_switches_say_which_platforms_are_counted_and_what_is_not_known_of_them(
    switches: dict[str, str], points: Points
) -> None:
    test = page("density", **switches)
    text, share = shown(test), placed_share(points.chosen())
    if points.filters:
        assert f"{points.noun('zh')} {share.possible} 处（{points.terms('zh')}）" in text
    assert f"{share.placed} 个点中" in text
    assert "本图不知道什么" in [each.label for each in test.expander]
    by = questions.Density(points).ranked_by
    bounds = questions.zone_bounds(points, Zones("districts"), by=by)
    assert first_of(bounds, by, "zh") in text


@pytest.mark.parametrize("n", range(6))
def test_every_kernel_unit_and_way_to_draw(n: int) -> None:
    """Each unit with and without amounts, each way to draw with each switch, and each kernel."""
    kernels, units, shows = get_args(Kernel), get_args(Unit), get_args(Show)
    assert max(map(len, (kernels, units, shows))) <= 6
    unit, weighted = units[(n + n // 3) % len(units)], n < 3
    settings = {
        "kernel": kernels[n % len(kernels)],
        "unit": unit,
        "weighted": "true" if weighted else "false",
        "show": shows[n % len(shows)],
        "cell": "2000",
        ("adaptive", "bounded")[n % 2]: "true",
    }
    weight = INVESTMENT if weighted else None
    asked = questions.Density(Points("projects"), weight=weight, unit=unit)
    assert density_unit(asked, "zh") in shown(page("density", layer="projects", **settings))


def test_two_bandwidths_stand_side_by_side() -> None:
    test = page("density", bandwidth="2000", compare="bandwidth", bandwidth_2="6000")
    text = shown(test)
    assert "带宽（m） 2,000" in text
    assert "带宽（m） 6,000" in text
    first, second = (
        questions.density_surface(questions.Density(PLATFORMS, bandwidth_m=metres))
        for metres in (2000.0, 6000.0)
    )
    # The same points under a wider kernel: a lower peak.
    assert float(first.max()) > float(second.max())


def test_a_second_category_without_a_place_leaves_one_map_and_says_so() -> None:
    national = PLATFORMS.filtered("level", ("national",))
    nowhere = [
        value
        for value in choices._present("platforms", "category")
        if not national.filtered("category", (value,)).chosen().empty
        and national.filtered("category", (value,)).located().empty
    ]
    chosen = {"level": '["national"]', "category_2": f'["{nowhere[0]}"]'}
    test = page("density", compare="category", **chosen)
    assert "只显示一幅图" in shown(test)


def test_points_in_one_place_get_a_fixed_bandwidth_and_the_page_says_so() -> None:
    categories = [
        (value,)
        for value in choices._present("platforms", "category")
        if len(PLATFORMS.filtered("category", (value,)).located().geometry.unique()) == 1
    ]
    assert categories, "the data have no category in one place any more: choose another filter"
    test = page("density", category=f'["{categories[0][0]}"]')
    assert f"带宽（m） {questions.FALLBACK_BANDWIDTH_M:,.0f}" in shown(test)


def test_maps_to_compare_share_levels_and_top() -> None:
    wide = maps.document(
        questions.Density(PLATFORMS, bandwidth_m=6000.0, levels=(0.5, 1.0), top=2.0), lang="zh"
    )
    narrow = maps.document(
        questions.Density(PLATFORMS, bandwidth_m=2000.0, levels=(0.5, 1.0), top=2.0), lang="zh"
    )
    legends = [
        next(each for each in json.loads(document)["layers"] if each["id"] == "overlay-density")[
            "classes"
        ]
        for document in (wide, narrow)
    ]
    assert legends[0] == legends[1]


def test_the_ranking_shows_rank_and_interval() -> None:
    test = page("density", tab="table")
    zones = questions.zone_draws(questions.Distribution(PLATFORMS, Zones("districts"))).zones
    first = zones.sort_values("density_per_km2", ascending=False).iloc[0]
    low, high = first["density_per_km2_low"], first["density_per_km2_high"]
    interval = interval_words(low, high, digits=3)
    cells = [first["name_zh"], "1", f"{first['density_per_km2']:.3f}", interval]
    assert "".join(f"<td>{cell}</td>" for cell in cells) in tables_of_rows(test)[-1]


def test_a_zoning_of_ones_own_falls_back_until_it_is_brought() -> None:
    for own in ("own-0123456789abcdef", choices.DRAWN):
        assert "黑线为 90 % 区间" in shown(page("density", zoning=own))
