"""One record of what was chosen, for all pages, the address and the way back."""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial
from itertools import pairwise
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
from shapely import box

from app.web import choices, controls, drawn_area, picking, url_state
from layers.questions.subjects import Zones

if TYPE_CHECKING:
    from collections.abc import Callable

LAYERS = ("platforms", "projects", "parks")


class Address(dict[str, str]):
    """The parameters of a page, and how often they were written."""

    written = 0

    def get_all(self, name: str) -> list[str]:
        return [self[name]] if name in self else []

    def from_dict(self, told: dict[str, str]) -> None:
        self.written += 1
        self.clear()
        self.update(told)


class Visit:
    """A visit without its pages: what a run of one does to the record."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.address, self.back, self.said, self.page = Address(), False, [], ""
        self.streamlit: Any = SimpleNamespace(
            session_state={},
            query_params=self.address,
            caption=self.said.append,
            sidebar=nullcontext(),
        )
        for module in (url_state, picking, drawn_area, controls):
            patch.setattr(module, "st", self.streamlit)
        context = SimpleNamespace
        patch.setattr(
            url_state,
            "get_script_run_ctx",
            lambda **_: context(is_history_navigation=self.back),
        )

    def open(self, page: str, work: Callable[[], Any], **address: str) -> Any:
        # A link of the navigation has no parameters.
        if address or self.back or page != self.page:
            self.address.clear()
            self.address.update(address)
        self.page = page
        url_state.begin()
        url_state.enter(page)
        done = work()
        url_state.write()
        self.back = False
        return done

    def go_back(self, page: str, work: Callable[[], Any], **address: str) -> Any:
        self.back = True
        return self.open(page, work, **address)


def chosen(key: str, options: tuple[str, ...], default: str, pick: str | None = None) -> str:
    """Draw a control that pages share, choose in it, and return what it holds."""
    parse, others = url_state.one_of(options), url_state.one_of(LAYERS)
    url_state.seed(key, default, parse, elsewhere=others)
    if pick is not None:
        url_state.st.session_state[key] = pick
    url_state.publish(key, None)
    return str(url_state.st.session_state[key])


@pytest.fixture
def visit(monkeypatch: pytest.MonkeyPatch) -> Visit:
    return Visit(monkeypatch)


def test_what_a_page_cannot_use_stays_for_the_others_and_is_said(visit: Visit) -> None:
    visit.open("density", lambda: chosen("layer", LAYERS, "platforms", pick="parks"))
    assert visit.address == {"layer": "parks"}

    def other_page() -> str:
        shown = chosen("layer", ("projects",), "projects")
        controls.not_here("layer", ("projects",), str, [shown])
        return shown

    assert visit.open("distribution", other_page) == "projects"
    assert visit.address == {"layer": "parks"}
    assert "parks" in visit.said[0]
    assert "projects" in visit.said[0]
    assert visit.open("density", lambda: chosen("layer", LAYERS, "platforms")) == "parks"


def test_what_a_page_starts_with_is_not_taken_to_the_next(visit: Visit) -> None:
    assert visit.open("density", lambda: chosen("layer", LAYERS, "platforms")) == "platforms"
    assert visit.open("coverage", lambda: chosen("layer", LAYERS, "projects")) == "projects"
    assert visit.address == {}
    # chosen, it is, though it is what the page starts with
    visit.open("coverage", lambda: chosen("layer", LAYERS, "projects", pick="parks"))
    visit.open("coverage", lambda: chosen("layer", LAYERS, "projects", pick="projects"))
    assert visit.open("density", lambda: chosen("layer", LAYERS, "platforms")) == "projects"


@pytest.mark.parametrize("word", ["007", "岳麓　山", "[x", "true", "1" * 80, "null"])
def test_a_word_that_was_typed_comes_back_as_it_was_typed(visit: Visit, word: str) -> None:
    parse = url_state.short_text
    assert visit.open("sources", lambda: url_state.recall("q", parse), q=word) == word
    assert url_state.refused() == []


def test_a_page_keeps_its_own_and_shows_it_to_no_other(visit: Visit) -> None:
    own = ("500", "700")
    visit.open("density", lambda: url_state.record("bandwidth", "500"))
    visit.open("coverage", lambda: None)
    assert visit.address == {}
    assert (
        visit.open("density", lambda: url_state.recall("bandwidth", url_state.one_of(own))) == "500"
    )
    assert visit.address == {"bandwidth": "500"}


def test_one_run_writes_the_address_once_and_only_if_it_has_changed(visit: Visit) -> None:
    def choices() -> None:
        url_state.record("zoning", "circles")
        url_state.record("category", ["incubator"])
        url_state.record("bandwidth", "500")

    visit.open("density", choices)
    visit.open("density", choices)
    assert visit.address.written == 1


def test_what_is_taken_back_before_the_browser_has_heard_of_it_is_taken_out(visit: Visit) -> None:
    visit.open("density", lambda: None)
    visit.open("density", lambda: url_state.record("selected", "circle-a"))
    visit.address.clear()  # as the browser, which has not heard, tells it with the next click
    visit.open("density", lambda: url_state.record("selected", None))
    assert (visit.address, visit.address.written) == ({}, 2)


def test_going_back_brings_back_what_was_chosen_there(visit: Visit) -> None:
    first = visit.open("density", lambda: chosen("layer", LAYERS, "platforms"))
    visit.open("density", lambda: chosen("layer", LAYERS, "platforms", pick="parks"))
    assert visit.go_back("density", lambda: chosen("layer", LAYERS, "platforms")) == first
    again = visit.go_back("density", lambda: chosen("layer", LAYERS, "platforms"), layer="parks")
    assert again == "parks"
    assert visit.address.written == 1


def test_only_what_no_page_knows_is_refused(visit: Visit) -> None:
    def shown() -> str:
        return chosen("layer", ("projects",), "projects")

    visit.open("distribution", shown, layer="parks")
    assert url_state.refused() == []
    visit.go_back("distribution", shown, layer="streets")
    assert url_state.refused() == ["layer"]
    assert visit.address == {}


def test_a_selection_that_is_elsewhere_stays_selected(visit: Visit) -> None:
    circles = ["circle-gaoxin", "circle-wangning"]
    zones = Zones("circles").frame()

    def zone() -> str | None:
        return picking.selected_zone(zones, picking.MAP_KEY)

    assert visit.open("distribution", zone, selected="platform-csu") is None
    assert visit.address == {"selected": "platform-csu"}
    # by the clock: a click that was seen before is none
    for click, feature, expected in (
        (5, circles[0], circles[0]),
        (5, circles[1], circles[0]),
        (9, circles[1], circles[1]),
    ):
        visit.streamlit.session_state[picking.MAP_KEY] = {"click": click, "id": feature}
        assert visit.open("distribution", zone) == expected
    visit.streamlit.session_state[picking.MAP_KEY] = {"click": 12}
    assert visit.open("distribution", zone) is None
    assert visit.address == {}


@pytest.mark.parametrize("clicked", ["row", "ground", "feature"])
def test_what_is_clicked_is_selected_and_let_go_by_a_second_click(
    visit: Visit, clicked: str
) -> None:
    districts = Zones("districts").frame()
    zone = str(districts["id"].iloc[0])
    place = districts.geometry.iloc[0].representative_point()
    state = visit.streamlit.session_state

    def select(n: int) -> str | None:
        shown = zone if n == 2 else None
        told = {
            "row": {picking.TABLE_KEY: {"zone": zone}},
            "ground": {"a-map": {"click": n, "ground": [place.x, place.y]}},
            "feature": {"a-map": {"click": n} | ({"id": zone} if shown is None else {})},
        }[clicked]
        state.update(told)
        if clicked == "row":
            picking.pick(picking.TABLE_KEY)  # before the run: one that is broken off is no matter
            del state[picking.TABLE_KEY]
        return visit.open("density", lambda: picking.selected_zone(districts, "a-map"))

    visit.open("density", lambda: None)
    assert select(1) == zone
    assert visit.address == {"selected": zone}
    assert select(2) is None
    assert visit.address == {}
    state["a-map"] = {"click": 3, "ground": [0, 0]}
    assert visit.open("density", lambda: picking.selected_zone(districts, "a-map")) is None


def test_map_bar_and_row_take_turns(visit: Visit) -> None:
    circles = Zones("circles").frame()
    state = visit.streamlit.session_state
    # Each comes after each other one, and what one has selected another selects again.
    turns = ["map", "bar", "map", "row", "bar", "row", "map"]
    assert {*pairwise(turns)} == {(a, b) for a in set(turns) for b in set(turns) if a != b}
    for click, how in enumerate(turns, start=1):
        zone = str(circles["id"].iloc[click % len(circles)])
        if how == "map":
            state[picking.MAP_KEY] = {"click": click, "id": zone}
        else:
            state[how] = {"zone": zone}
            picking.pick(how)
        open_page = partial(picking.selected_zone, circles, picking.MAP_KEY)
        assert visit.open("distribution", open_page) == zone
        assert visit.address == {"selected": zone}


def test_a_drawn_area_is_in_the_link_to_the_metre_and_bounded(visit: Visit) -> None:
    key, ring = "map", [[112.8000001, 28.1], [112.9, 28.1], [112.9, 28.2]]

    def area() -> Any:
        return drawn_area.follow(key)

    visit.streamlit.session_state[key] = {"click": 0, "drawn": ring}
    assert visit.open("density", area).bounds == (112.8, 28.1, 112.9, 28.2)
    assert visit.address == {"drawn": "112.8,28.1;112.9,28.1;112.9,28.2"}
    del visit.streamlit.session_state[key]
    assert visit.open("coverage", area).bounds == (112.8, 28.1, 112.9, 28.2)
    visit.streamlit.session_state[key] = {"click": 0}
    assert visit.open("coverage", area) is None
    assert visit.address == {}
    many = ";".join(f"{112 + n / 1000},{28 + (n % 2) / 1000}" for n in range(101))
    crossing, polar, alone = "0,0;9,9;9,0;0,9", "0,91;9,9;9,0", "112.8,28.1"
    for refused in (many, crossing, polar, alone, "112.8,28.1;112.9,28.1;nan,28", "1e2,2;3,4;5,7"):
        assert drawn_area.parsed(refused) is None


def test_zones_on_another_continent_do_not_replace_the_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []
    monkeypatch.setattr(choices, "_refused", lambda error: told.append(error.sentence("zh")))

    def at(lon: float) -> Callable[[str], gpd.GeoDataFrame]:
        return lambda _: gpd.GeoDataFrame(geometry=[box(lon, 28, lon + 0.1, 28.1)], crs=4490)

    own = "own-0123456789abcdef"
    assert choices.measurable(own, "circles", of=at(112.9)) == own
    assert told == []
    assert choices.measurable(own, "circles", of=at(20.0)) == "circles"
    assert "20.05" in told[0]


def test_a_kind_that_is_clicked_filters_every_page_until_it_is_clicked_again(visit: Visit) -> None:
    kinds, state = ["laboratory", "incubator"], visit.streamlit.session_state

    def shown(clicked: str) -> list[str]:
        state["kinds"] = {"zone": clicked}
        picking.toggle("kinds", "category", kinds)
        return picking.kept("category", kinds)

    assert visit.open("", lambda: shown("incubator")) == ["incubator"]
    assert visit.address == {"category": '["incubator"]'}
    assert visit.open("density", lambda: url_state.recorded("category")) == ["incubator"]
    assert visit.open("", lambda: shown("laboratory")) == kinds
    assert visit.open("", lambda: shown("no kind")) == kinds
    assert visit.open("", lambda: shown("incubator")) == ["laboratory"]
    assert visit.open("", lambda: shown("laboratory")) == []
    assert visit.address == {}
