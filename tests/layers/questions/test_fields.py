"""What fields of questions take, and questions out of plain parameters and back."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, ClassVar, Literal

import pytest

from geo.errors import InputError
from layers.plan.area import open_plan
from layers.questions import asking, fields, stated
from layers.questions.asking import (
    Asker,
    brought_by,
    parameters_of,
    question_of,
)
from layers.questions.counting import Distribution
from layers.questions.coverage import Coverage, Curve
from layers.questions.density import Density
from layers.questions.distribution import Shown
from layers.questions.fields import OWN_NAME, Field, items, part_of, with_part
from layers.questions.hot_spots import HotSpots
from layers.questions.kinds import Kind
from layers.questions.subjects import Points, Zones

pytestmark = pytest.mark.usefixtures("tiny")

SHOPS, QUARTERS = Points("shops"), Zones("quarters")
LAYER_NAMES = [
    {"enum": ["shops"]},
    {
        "type": "string",
        "pattern": fields.FILES["points"][0],
        "description": fields.FILES["points"][1],
    },
    {"type": "string", "pattern": OWN_NAME, "description": "what a visitor brought"},
]


@dataclass(frozen=True, slots=True)
class Trial(Kind):
    """A question with a field of each kind."""

    MAP: ClassVar[str] = "coverage"

    points: Points
    zones: Zones | None = None
    far_m: Annotated[float | None, Field(unit="m", above=0, below=9)] = None
    part_pct: Annotated[int, Field(low=1, high=5)] = 3
    levels: Annotated[int | tuple[float, ...], Field(low=1)] = 8
    sort: Literal["a", "b"] = "a"
    sorts: tuple[Literal["a", "b"], ...] = ()
    whole: bool = False
    rough: Annotated[float, Field(needs=("sort", ("b",)), option="--about")] = 1.0
    homeless: Annotated[float, Field(needs=("nowhere", ("b",)))] = 1.0
    steps: tuple[int, ...] = field(default_factory=lambda: (1, 2))
    raster: Annotated[str | None, Field(brings="raster")] = None


def item(name: str) -> fields.Item:
    return next(each for each in items(Trial) if each.name == name)


@pytest.mark.parametrize(
    ("name", "option", "schema", "taken"),
    [
        ("layer", "--layer", {"anyOf": LAYER_NAMES}, "shops"),
        ("trade", "--trade", {"type": "array", "items": {"type": "string"}}, "a list (text)"),
        ("cell_m", "--cell-m", {"type": "integer", "exclusiveMinimum": 0}, "a whole number > 0"),
        (
            *("h3_resolution", "--h3", {"type": "integer", "minimum": 0, "maximum": 15}),
            "a whole number ≥ 0, ≤ 15",
        ),
        (
            *("far_m", "--far"),
            {"type": ["number", "null"], "exclusiveMinimum": 0, "exclusiveMaximum": 9},
            "a number > 0, < 9",
        ),
        (
            *("part_pct", "--part", {"type": "integer", "minimum": 1, "maximum": 5}),
            "a whole number ≥ 1, ≤ 5",
        ),
        (
            *("levels", "--levels"),
            {
                "anyOf": [
                    {"type": "integer", "minimum": 1},
                    {"type": "array", "items": {"type": "number"}},
                ]
            },
            "a whole number ≥ 1, or a list (a number)",
        ),
        ("sort", "--sort", {"enum": ["a", "b"]}, "a, b"),
        ("sorts", "--sorts", {"type": "array", "items": {"enum": ["a", "b"]}}, "a, b"),
        ("whole", "--whole", {"type": "boolean"}, "true or false"),
        ("rough", "--about", {"type": "number"}, "a number"),
        (
            *("steps", "--steps", {"type": "array", "items": {"type": "integer"}}),
            "a list (a whole number)",
        ),
    ],
)
def test_a_field_has_an_option_a_schema_and_words(
    name: str, option: str, schema: object, taken: str
) -> None:
    assert item(name).option == option
    assert item(name).schema() == schema
    assert item(name).taken("en") == taken


def test_parameters_are_those_that_the_question_and_the_plan_have() -> None:
    names = [each.name for each in items(Trial)]
    assert names[:3] == ["layer", "category", "trade"]
    # Nothing goes with a field that is not there, and no shop stands on a site.
    assert not {"homeless", "by_site", "points", "zones"} & set(names)
    assert item("steps").default == (1, 2)
    assert item("far_m").optional
    assert not item("sort").optional
    raster = item("raster").schema()
    assert raster["anyOf"][1] == {"type": "null"}
    assert len(raster["anyOf"][0]["anyOf"]) == 2
    with open_plan("xiangjiang"):
        assert {"by_site", "entity_kind"} <= {each.name for each in items(Trial)}


@pytest.mark.parametrize(
    ("name", "values", "refused"),
    [
        ("far_m", [1, 8.9, None], [0, 9, "1", True, math.nan, math.inf]),
        ("part_pct", [1, 5, 2.0], [0, 6, 2.5, None]),
        ("levels", [1, [0.5, 2], (1.0,)], [0, ["a"], [math.nan], 1.5]),
        ("sorts", [[], ["a"], ("a", "b")], ["a", ["c"]]),
        ("raster", ["people.tif", "P.TIFF", None], ["people.png", "../people.tif", 3]),
        ("layer", ["shops", "mine.csv", "own-" + "0" * 32], ["own-1", "a/b.csv", None, "houses"]),
    ],
)
def test_a_field_takes_what_its_schema_says(
    name: str, values: list[Any], refused: list[Any]
) -> None:
    assert [value for value in values if not item(name).takes(value)] == []
    assert [value for value in refused if item(name).takes(value)] == []


# ---- questions out of parameters ----


def test_what_is_not_said_is_as_the_kind_and_the_plan_have_it() -> None:
    plain = question_of(Trial, {})
    assert plain == Trial(SHOPS)
    assert question_of(Coverage, {}) == Coverage(SHOPS, QUARTERS)
    assert Asker("pattern").default("zoning") == "hexagons"
    # A map that the plan says nothing of starts with its first layer and its first zoning.
    assert [Asker("none").default(name) for name in ("layer", "zoning")] == ["shops", "quarters"]


def test_plain_values_become_those_of_the_fields() -> None:
    said = {"trade": ["food"], "far_m": 2, "part_pct": 2.0, "levels": [1, 2], "steps": [3]}
    asked = question_of(Trial, said | {"zoning": "squares", "cell_m": 900.0, "look": "any"})
    assert asked == Trial(
        *(Points("shops", trade=("food",)), Zones("squares", cell_m=900)),
        *(2.0, 2, (1.0, 2.0)),
        steps=(3,),
    )
    kinds = [type(value) for value in (asked.far_m, asked.part_pct, asked.levels[0])]
    assert [*kinds, type(asked.steps[0])] == [float, int, float, int]
    assert question_of(Trial, {"levels": 4.0}).levels == 4
    assert question_of(Trial, {"far_m": None}).far_m is None
    assert question_of(Coverage, {"demand": "shops"}).demand == SHOPS
    assert question_of(Trial, {"raster": "own-1"}).raster == "own-1"
    assert question_of(Trial, {"h3_resolution": 5, "zoning": "h3"}).zones == Zones(
        "h3", h3_resolution=5
    )


@pytest.mark.parametrize(
    ("said", "values"),
    [
        ({"nothing": 1, "far_m": 1}, {"names": ["NOTHING"], "value": "coverage"}),
        ({"trade": "food"}, {"name": "TRADE"}),
        ({"far_m": 9}, {"name": "FAR_M", "value": "9"}),
        ({"sorts": "a"}, {"name": "SORTS"}),
        # The one that there is not, whether it stands alone or among others.
        ({"sorts": ["a", "c"]}, {"value": "'c'", "names": ["a", "b"]}),
        ({"sort": "c"}, {"value": "'c'", "names": ["a", "b"]}),
        ({"rough": 2.0}, {"value": "ROUGH", "needed": "SORT b"}),
        (
            {"cell_m": 900, "zoning": "h3"},
            {"value": "CELL_M", "needed": "ZONING hexagons / squares"},
        ),
        ({"by_site": True}, {"names": ["BY_SITE"], "value": "coverage"}),
    ],
)
def test_what_a_question_does_not_take_is_refused_by_the_name_that_it_was_given(
    said: dict[str, Any], values: dict[str, Any]
) -> None:
    with pytest.raises(InputError) as refused:
        question_of(Trial, said, called=str.upper)
    told = refused.value.values
    assert {name: told.get(name) for name in values} == values


def test_points_are_counted_by_sites_where_their_layer_has_some() -> None:
    with pytest.raises(InputError) as no_sites:
        asking._points({"by_site": True}, Asker("coverage", called=str.upper))
    assert no_sites.value.values == {"names": ["BY_SITE"], "value": "shops"}
    assert asking._points({"by_site": False}, Asker("coverage")) == SHOPS


def test_a_question_is_written_down_and_asked_again() -> None:
    sites = Points("shops", trade=("food",))
    for asked, plain in (
        (
            Coverage(sites, Zones("squares", cell_m=900), 500.0, SHOPS),
            {
                "look": "zones",
                "layer": "shops",
                "trade": ["food"],
                "zoning": "squares",
                "cell_m": 900,
                "distance_m": 500.0,
                "demand": "shops",
            },
        ),
        (
            Trial(SHOPS, levels=(1.0, 2.0)),
            {
                "layer": "shops",
                "part_pct": 3,
                "levels": [1.0, 2.0],
                "sort": "a",
                "sorts": [],
                "whole": False,
                "steps": [1, 2],
            },
        ),
        (Trial(SHOPS, sort="b"), None),
        (Curve(sites, Zones("h3", h3_resolution=5), distances_m=(100.0,)), None),
        (Density(SHOPS, zones=QUARTERS, levels=(0.1,)), None),
        (Shown(Distribution(sites, Zones("squares", cell_m=900)), "diversity"), None),
    ):
        assert question_of(type(asked), parameters_of(asked)) == asked
        if plain is not None:
            assert parameters_of(asked) == plain


def test_a_question_has_parts_that_can_be_others() -> None:
    shown = Shown(Distribution(SHOPS, QUARTERS))
    squares, food = Zones("squares"), Points("shops", trade=("food",))
    assert part_of(shown, Points) == SHOPS
    assert part_of(shown, Zones) == QUARTERS
    assert part_of(Trial(SHOPS), Zones) is None
    assert with_part(shown, squares) == Shown(Distribution(SHOPS, squares))
    demanding = Coverage(SHOPS, QUARTERS, demand=SHOPS)
    # What is only named by its layer is not what the question is about.
    assert with_part(demanding, food) == replace(demanding, sites=food)
    assert brought_by(Trial(SHOPS, raster="own-1")) == [("shops", "points"), ("own-1", "raster")]
    assert brought_by(demanding) == [
        *(("shops", "points"), ("quarters", "zones")),
        ("shops", "points"),
    ]


@pytest.mark.parametrize(
    ("question", "told"),
    [
        (
            Density(SHOPS),
            {"cell_size_m": "250 m", "kernel": "quartic", "unit": "per km²", "method": "auto"},
        ),
        # An accuracy goes with bins alone, and what is as usual is said of no map.
        (
            Density(SHOPS, 900.0, decay=0.5, adaptive=True, method="exact", tolerance_pct=1.0),
            {"bandwidth_m": "900 m", "cell_size_m": "250 m", "kernel": "quartic", "decay": "0.5"}
            | {"adaptive": "yes", "unit": "per km²"}
            | {"method": "direct sum over all points (exact)"},
        ),
        (
            Shown(Distribution(SHOPS, QUARTERS)),
            {"zones": "Quarters", "measure": "Number of Shops", "scheme": "quantiles"}
            | {"classes": "5"},
        ),
        (
            Shown(Distribution(SHOPS, QUARTERS, "accuracy_m"), "count", "log", classes=3),
            {"zones": "Quarters", "weight": "Accuracy", "scale": "log"}
            | {"measure": "Number of Shops, log scale", "scheme": "quantiles", "classes": "3"},
        ),
        (
            HotSpots(SHOPS, QUARTERS, tolerance_m=2.0, seed=1),
            {"zones": "Quarters", "rule": "edge or corner", "permutations": "9,999", "seed": "1"}
            | {"tolerance_m": "2 m", "star": "yes"},
        ),
        (
            HotSpots(SHOPS, QUARTERS, None, "knn", 3, tolerance_m=2.0, star=False),
            {"zones": "Quarters", "rule": "the nearest", "k": "3", "permutations": "9,999"}
            | {"seed": "0", "star": "no"},
        ),
        (
            Curve(SHOPS, QUARTERS, demand=SHOPS, distances_m=(100.0, 2500.0)),
            {"zones": "Quarters", "distance_m": "3,000 m", "demand": "Shops"}
            | {"distances_m": "100 m, 2,500 m"},
        ),
    ],
)
def test_a_map_says_what_its_fields_are_set_to(question: Kind, told: dict[str, str]) -> None:
    said = {name: words for name, words in stated._declared(question, question, "en") if words}
    assert said == told


# ---- the points themselves ----


def test_points_are_told_in_the_words_of_their_plan() -> None:
    food = Points("shops", trade=("food",), level=())
    assert food == SHOPS.filtered("trade", ["food"])
    assert food.values("trade") == ("food",)
    assert food.values("level") == ()
    assert food.all_kinds() == SHOPS
    assert food.terms("en") == "Trade: Food"
    assert SHOPS.terms("en") == ""
    assert food.nouns("en") == {"noun": "Shops", "kind": "Trade"}
    assert (food.title("zh"), food.amount, food.group) == ("店铺", None, "trade")
    assert [len(frame) for frame in (SHOPS.chosen(), SHOPS.located(), SHOPS.unlocated())] == [
        *(10, 9, 1)
    ]
    assert SHOPS.amount_noun("en", "accuracy_m") == "Accuracy"
    # That plan adds up nothing.
    assert not SHOPS.is_plans_amount(None)
    assert not SHOPS.is_plans_amount("accuracy_m")
    with open_plan("xiangjiang"):
        usual = Points.usual("platforms")
        assert usual.filters == (("scope", ("new_area",)), ("status", ("existing",)))
        assert Points.usual("platforms", by_site=True).terms("en").startswith(usual.terms("en"))
        assert Points.usual("platforms", by_site=True).terms("en") != usual.terms("en")
        assert usual.title("en")[0].isupper()
        assert usual.filtered("category", ["laboratory"]).all_kinds() == usual
        assert Points("projects").is_plans_amount("investment_100m_cny")
        assert Points("projects").is_plans_amount(None)
        once = Points("platforms", by_site=True).located()
        assert once["site_id"].dropna().is_unique
