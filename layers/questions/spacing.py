"""Do the points keep together or apart, and how far: Ripley's K and L."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

import geo
from geo.numerals import number
from layers.keeping.answers import kept_answer
from layers.look.charts import Chart
from layers.look.overlays import Features
from layers.plan.catalogue import land
from layers.questions import point_reading
from layers.questions.contents import above_base, dots
from layers.questions.fields import Field
from layers.questions.kinds import register
from layers.questions.pattern_kind import PatternKind
from layers.questions.refusals import FEWEST_POINTS, Refusal, lacking, places_of
from layers.questions.subjects import Points
from layers.words import both, say

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from layers.look.content import Content

SIMULATIONS, INTERVAL_PCT = 199, 95.0
OUTLINE = "#111827"
LINE, BAND = "#B2182B", "#7B8794"


@register
@dataclass(frozen=True, slots=True)
class Spacing(PatternKind):
    """Whether points keep together or apart, by distance.

    Parameters
    ----------
    points
        The points asked about.
    once
        Whether points in one place count as one.
    simulations, seed
        How many random patterns they are held against, and where these start.
    distances_m
        The distances; up to a quarter of the area's width where it is None.
    interval_pct
        Part of the random patterns in the band, percent.
    """

    LOOK: ClassVar[str] = "distance"
    COMMAND: ClassVar[str] = "distance"

    points: Points
    once: Annotated[bool, Field(option="--once/--every")] = True
    simulations: Annotated[int, Field(low=1)] = SIMULATIONS
    seed: Annotated[int, Field(low=0, slide=(0, 20, 1))] = 0
    distances_m: Annotated[tuple[float, ...] | None, Field(unit="m", above=0)] = None
    interval_pct: Annotated[float, Field(unit="%", above=0, below=100)] = INTERVAL_PCT

    def refusal(self) -> Refusal | None:
        """Return why distances cannot be tested, None where they can be."""
        return refusal(self.points, once=self.once)

    def answer(self) -> pd.DataFrame:
        """Return K and L by distance, with the band of random patterns."""
        return ripley(self)

    def content(self, lang: str) -> Content:
        """Return the points and the study area that they are tested in."""
        return in_study_area(self.points, lang)

    def told(self, lang: str) -> list[str]:
        """Return up to which distance the points keep together or apart."""
        return [
            point_reading.distances(ripley(self), lang=lang),
            *nearest_told(self.points, lang, once=self.once),
        ]

    def worked_out(self, lang: str) -> dict[str, str]:
        """Return the study area."""
        size = number(ripley(self).attrs["area_km2"], digits=0)
        return {"study": say("pattern.study_area", lang, area=size)}

    def chart(self, lang: str) -> Chart:
        """Return L(r) − r and the band of random patterns, by distance."""
        table = ripley(self)
        away = table["distance_m"]
        lines = {
            say("pattern.chart.l", lang): table["l_minus_d"],
            say("pattern.chart.high", lang): table["l_band_high"] - away,
            say("pattern.chart.low", lang): table["l_band_low"] - away,
        }
        return Chart(
            "line",
            tuple(number(metres / 1000.0, digits=1) for metres in away),
            tuple((name, tuple((values / 1000.0).tolist())) for name, values in lines.items()),
            title=say("pattern.chart.lines", lang),
            colours=(LINE, BAND, BAND),
        )


def study_area() -> gpd.GeoDataFrame:
    """Return the administrative units of the area: where points could lie."""
    return land()


@kept_answer
def spaced(points: Points, *, once: bool) -> gpd.GeoDataFrame:
    """Return the points whose spacing is tested: of those in one place the first, if so asked."""
    located = points.located()
    if not once:
        return located
    return located[~located.geometry.to_wkb().duplicated()]


@kept_answer
def refusal(points: Points, *, once: bool) -> Refusal | None:
    """Return why distances cannot be tested, None where they can be."""
    missing = lacking(points, None)
    if missing is not None:
        return missing
    inside = _in_study_area(spaced(points, once=once))
    if len(inside) < FEWEST_POINTS or places_of(inside) == 1:
        return Refusal("few_points", places_inside(points), FEWEST_POINTS)
    return None


def places_inside(points: Points) -> int:
    """Return how many different places in the study area the points have."""
    return places_of(_in_study_area(points.located()))


def _in_study_area(points: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return points[points.intersects(study_area().geometry.union_all())]


@kept_answer
def ripley(asked: Spacing) -> pd.DataFrame:
    """Return Ripley's K and L with the band of random patterns."""
    return geo.ripley(
        spaced(asked.points, once=asked.once),
        study_area=study_area(),
        distances_m=asked.distances_m,
        simulations=asked.simulations,
        interval_pct=asked.interval_pct,
        seed=asked.seed,
    )


@kept_answer
def nearest(points: Points, *, once: bool) -> pd.Series:
    """Return the nearest-neighbour index."""
    return geo.nearest_neighbour_index(spaced(points, once=once), study_area=study_area())


def nearest_told(points: Points, lang: str, *, once: bool) -> list[str]:
    """Return how far the nearest neighbours are, and how many places there are."""
    every = nearest(points, once=False)
    each = every if once and every["coincident"] else None
    return [
        point_reading.nearest(nearest(points, once=once), each, lang=lang),
        point_reading.counted_in(
            points.noun(lang),
            points=int(every["n"]),
            places=places_inside(points),
            coincident=int(every["coincident"]),
            outside=every.attrs["points_outside"],
            once=once,
            lang=lang,
        ),
    ]


def in_study_area(points: Points, lang: str) -> Content:
    """Return the map of points and of the study area that they are tested in."""
    zh, en = both("pattern.map.study_area")
    area = study_area()[["geometry"]].dissolve()
    outline = Features(
        area, title=zh, title_en=en, colour=OUTLINE, fill_opacity=0.03, name="study area"
    )
    return above_base((outline, dots(points, lang)), lang)
