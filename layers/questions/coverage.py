"""Who is within straight-line reach of the sites: zones, the areas themselves, and by distance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

import geopandas as gpd
import pandas as pd
import shapely

import geo
from geo.geodesic import geodesic_area_km2
from geo.numerals import number, significant
from geo.outlines import simplified
from geo.supports import EXTENT
from layers.keeping.answers import kept_answer
from layers.look.charts import Chart
from layers.look.classification import classes
from layers.look.overlays import Choropleth, Features
from layers.look.told import as_told, at_its_digits, in_words, rounded, teller
from layers.plan.area import map_crs
from layers.plan.zonings import GRID_NAMES
from layers.questions import costs
from layers.questions.contents import above_base, dots, titles
from layers.questions.fields import Field
from layers.questions.figures import Figures, column_title
from layers.questions.kinds import Kind, register
from layers.questions.subjects import Points, Zones, require_located
from layers.words import both, say

if TYPE_CHECKING:
    from layers.look.content import Content

SERVICE_DISTANCE_M = 3000.0
M_PER_KM = 1000
# A curve names so many of its distances on a slide, and is called by where it reaches this share.
MOST_DISTANCES, HALF_PCT = 16, 50.0
# Ground within reach of so many sites or more is told as one; how solid the area of each site is.
MOST_DEPTHS, EACH_OPACITY = 5, 0.12
# Bounds of shares that are the same on any map, and the most of all zones that one class may hold.
EVEN_PCT, LARGEST_CLASS = (20.0, 40.0, 60.0, 80.0, 100.0), 0.5
CURVE_DISTANCES_M = tuple(float(d) for d in range(250, 15001, 250))


@register
@dataclass(frozen=True, slots=True)
class Coverage(Kind):
    """Who is within straight-line reach of the sites.

    Parameters
    ----------
    sites
        The sites.
    zones
        The zones whose covered area is asked for.
    distance_m
        Service distance in metres.
    demand
        Points whose covered share is asked for as well.
    """

    MAP: ClassVar[str] = "coverage"
    LOOK: ClassVar[str] = "zones"
    COMMAND: ClassVar[str] = "zones"

    sites: Points
    zones: Zones
    distance_m: Annotated[float, Field(unit="m", above=0, slide=(500, 15000, 250))] = (
        SERVICE_DISTANCE_M
    )
    demand: Points | None = None

    @property
    def column(self) -> str:
        """The column of the answer that colours the zones."""
        return "covered_pct" if self.COMMAND == "zones" else ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that stand beside it in tables."""
        demand = () if self.demand is None else ("demand_covered_pct",)
        return (*demand, "doubly_covered_pct", "uncovered_km2", "area_km2")

    @property
    def of_zones(self) -> Coverage:
        """The question that the zones of the map answer."""
        return Coverage(self.sites, self.zones, self.distance_m, self.demand)

    def answer(self) -> gpd.GeoDataFrame:
        """Return covered, doubly covered and uncovered area per zone, and covered demand."""
        return covered_zones(self.of_zones)

    def warm(self) -> None:
        """Work out the curve by distance."""
        coverage_curve(self.sites, self.zones)

    def content(self, lang: str) -> Content:
        """Return covered zones, service areas and sites."""
        covered_zh, covered_en = both("coverage.title")
        areas = "coverage.areas_likely" if self.sites.is_unsure else "coverage.areas"
        areas_zh, areas_en = both(areas)
        zones = covered_zones(self.of_zones)
        covered = Choropleth(
            rounded(zones),
            "covered_pct",
            title=covered_zh,
            title_en=covered_en,
            unit="%",
            breaks=_even(zones["covered_pct"]),
            columns=titles(list(self.columns), lang),
            named=self.zones.name not in GRID_NAMES,
            exact=zones,
        )
        reach = likely_reach(self.sites, self.distance_m)
        within = Features(reach, title=areas_zh, title_en=areas_en, fill_opacity=0.0, name="reach")
        return above_base((covered, within, dots(self.sites, lang)), lang)

    def worked_out(self, lang: str) -> dict[str, str]:
        """Say that the distance is as the crow flies."""
        far = self.distance_m >= M_PER_KM
        metres = self.distance_m / (M_PER_KM if far else 1)
        said = say("coverage.straight", lang, distance=f"{number(metres)} {'km' if far else 'm'}")
        return {"distance_m": said}

    def headline(self, lang: str) -> list[tuple[str, str]]:
        """Return the covered and the doubly covered share of the zones together."""
        row = coverage_curve(self.sites, self.zones, (self.distance_m,)).iloc[0]
        return _shares(row, lang)

    def told(self, lang: str) -> list[str]:
        """Return how much of the zones is covered, and of which of them most and least."""
        curve = coverage_curve(self.sites, self.zones, (self.distance_m,))
        zones = covered_zones(self.of_zones).sort_values("covered_pct", ascending=False)
        told = teller(zones["covered_pct"], "covered_pct")
        ends = {
            end: f"{row[f'name_{lang}']} {told(row['covered_pct'])} %"
            for end, row in (("most", zones.iloc[0]), ("least", zones.iloc[-1]))
        }
        sentences = [
            say(
                "told.coverage",
                lang,
                noun=self.sites.noun(lang),
                km=significant(self.distance_m / M_PER_KM),
                pct=in_words(float(curve["covered_pct"].iloc[0]), "covered_pct"),
            )
        ]
        return (
            [*sentences, say("told.covered_zones", lang, **ends)] if len(zones) > 1 else sentences
        )

    def certain(self, lang: str) -> str:
        """Return within which bounds the share of the zone covered most lies, and who could lead.

        Empty where no site may lie elsewhere.
        """
        zones = covered_zones(self.of_zones)
        if "covered_pct_low" not in zones or len(zones) < 2:  # noqa: PLR2004 - nobody to lead
            return ""
        first, *others = zones.sort_values("covered_pct", ascending=False).to_dict("records")
        rivals = [each for each in others if each["covered_pct_high"] > first["covered_pct_low"]]
        figures = [first[f"covered_pct{end}"] for end in ("", "_low", "_high")]
        said = at_its_digits(figures, "covered_pct")
        ends = dict(zip(("pct", "low", "high"), said, strict=True))
        key = "coverage.first" if rivals else "coverage.first_sure"
        return say(key, lang, zone=first[f"name_{lang}"], rivals=number(len(rivals)), **ends)

    def facts(self, zone: str, zoning: str, lang: str) -> list[tuple[str, str]]:
        """Return the covered and the doubly covered share of a zone."""
        asked = Coverage(self.sites, Zones(zoning), self.distance_m, self.demand)
        row = covered_zones(asked).set_index("id").loc[zone]
        return _shares(row, lang)

    def explained(self, lang: str) -> str:
        """Return the distance."""
        return say("atlas.method.coverage", lang, distance=number(self.distance_m, digits=0))


def _even(shares: pd.Series) -> tuple[float, ...] | None:
    """Return even bounds of shares; None, for those that the shares have, if they tell little."""
    counts = classes(shares, breaks=EVEN_PCT, scheme="given").counts
    return EVEN_PCT if max(counts) <= LARGEST_CLASS * sum(counts) else None


@register
@dataclass(frozen=True, slots=True)
class Curve(Coverage):
    """The covered share of the zones together, at growing distances.

    Parameters
    ----------
    sites, zones, distance_m, demand
        As :class:`Coverage` has them, whose map is shown.
    distances_m
        The distances; every 250 m up to 15 km where it is None.
    """

    LOOK: ClassVar[str] = "curve"
    COMMAND: ClassVar[str] = "curve"

    distances_m: Annotated[tuple[float, ...] | None, Field(unit="m", above=0)] = None

    def answer(self) -> pd.DataFrame:
        """Return the covered share by distance."""
        return coverage_curve(self.sites, self.zones, self.distances_m or CURVE_DISTANCES_M)

    def figures(self, lang: str) -> list[Figures]:
        """Return the covered share by distance as lines, called by where half is covered."""
        whole = self.answer()
        # As many distances as have room for their names: every fourth of sixty is a kilometre.
        step = -(-len(whole) // MOST_DISTANCES)
        curve, half = whole.iloc[step - 1 :: step], whole[whole["covered_pct"] >= HALF_PCT]
        title = say("slides.figures", lang, title=self.title(lang))
        if len(half):
            km = number(half["distance_m"].iloc[0] / M_PER_KM)
            title = say("told.half_covered", lang, noun=self.sites.noun(lang), km=km)
        shares = ("covered_pct", "doubly_covered_pct")
        chart = Chart(
            "line",
            tuple(f"{number(distance / M_PER_KM)} km" for distance in curve["distance_m"]),
            tuple(
                (column_title(each, lang), tuple(as_told(share, each) for share in curve[each]))
                for each in shares
            ),
            title=say("coverage.title", lang),
            unit="%",
            column=shares[0],
        )
        return [Figures(title, chart=chart)]


@register
@dataclass(frozen=True, slots=True)
class Reach(Coverage):
    """The area within reach of each site.

    Parameters
    ----------
    sites, zones, distance_m, demand
        As :class:`Coverage` has them, whose map is shown.
    """

    LOOK: ClassVar[str] = "reach"
    COMMAND: ClassVar[str] = "reach"

    def answer(self) -> gpd.GeoDataFrame:
        """Return the area within reach of each site."""
        return service_areas(self.sites, self.distance_m)

    def content(self, lang: str) -> Content:
        """Return the area within reach of each site, and the sites."""
        zh, en = both("coverage.each")
        areas = Features(
            self.answer(), title=zh, title_en=en, fill_opacity=EACH_OPACITY, name="reach"
        )
        return above_base((areas, dots(self.sites, lang)), lang)

    def told(self, lang: str) -> list[str]:
        """Return how much ground is within reach of the sites, and how much of it of one alone."""
        depth = reach_depths(self.sites, self.distance_m)
        total, alone = depth["area_km2"].sum(), depth.loc[depth["sites"] == 1, "area_km2"].sum()
        told = {
            "noun": self.sites.noun(lang),
            "km": significant(self.distance_m / M_PER_KM),
            "n": number(len(self.answer())),
            "total": in_words(float(total), "area_km2"),
            "alone": number(100.0 * alone / total, digits=0),
        }
        return [say("told.reach", lang, **told), *self.remarks(lang)]

    def remarks(self, lang: str) -> list[str]:
        """Say of which sites the area is no more than schematic."""
        return [say("told.reach_zones", lang)] if self.sites.is_unsure else []

    def headline(self, lang: str) -> list[tuple[str, str]]:
        """Return how much ground is within reach of the sites."""
        area = float(reach_depths(self.sites, self.distance_m)["area_km2"].sum())
        return [(say("coverage.reached", lang), f"{in_words(area, 'area_km2')} km²")]

    def figures(self, lang: str) -> list[Figures]:
        """Return how much ground is within reach of one site, of two, and of more."""
        depth = reach_depths(self.sites, self.distance_m)
        names = tuple(
            say(f"coverage.sites{'_more' if n == MOST_DEPTHS else ''}", lang, n=int(n))
            for n in depth["sites"]
        )
        title = say("coverage.depth", lang)
        values = tuple(as_told(each, "area_km2") for each in depth["area_km2"])
        chart = Chart("bar", names, ((title, values),), title=title, column="area_km2")
        heading = say("slides.figures", lang, title=self.title(lang))
        return [Figures(heading, text=tuple(self.told(lang)[1:]), chart=chart)]


@kept_answer
def service_areas(sites: Points, distance_m: float) -> gpd.GeoDataFrame:
    """Return the area within straight-line reach of each site."""
    require_located(sites, "service_areas")
    return geo.service_areas(sites.located(), distance_m=distance_m)


@kept_answer
def reach_depths(sites: Points, distance_m: float) -> pd.DataFrame:
    """Return how much ground is within reach of exactly one site, of two, and so on.

    Returns
    -------
    pandas.DataFrame
        ``sites`` and ``area_km2``. From :data:`MOST_DEPTHS` sites on they are counted together.
    """
    circles = service_areas(sites, distance_m).to_crs(map_crs()).geometry
    # Ground within reach of at least so many sites, the last of all: a site adds to each of them
    # what it shares with the one before.
    deep = [shapely.Polygon()] * MOST_DEPTHS
    for circle in circles[circles.notna()]:
        for at in range(MOST_DEPTHS - 1, 0, -1):
            shared = shapely.intersection(deep[at - 1], circle)
            deep[at] = shapely.union(deep[at], shared)
        deep[0] = shapely.union(deep[0], circle)
    ground = geodesic_area_km2(gpd.GeoSeries(deep, crs=map_crs()))
    beyond = [*ground[1:], 0.0]
    areas = [float(all_ - more) for all_, more in zip(ground, beyond, strict=True)]
    frame = pd.DataFrame({"sites": range(1, MOST_DEPTHS + 1), "area_km2": areas})
    return frame[frame["area_km2"] > 0].reset_index(drop=True)


@kept_answer
def likely_reach(sites: Points, distance_m: float) -> gpd.GeoDataFrame:
    """Return, in one row, the ground that is more likely than not within reach of a site.

    Of sites whose place is a point that is the area within reach of each.
    """
    areas = service_areas(sites, distance_m)
    known = sites.known()
    if not sites.is_unsure:
        return areas[["geometry"]].dissolve()
    chance = geo.coverage_probability(known, distance_m=distance_m)
    bands = geo.filled_bands(chance, levels=(0.5,))
    # What stands for a place is countable, and leaves a rim of teeth smaller than a cell.
    outlines = simplified(bands.geometry, chance.rio.resolution()[0])
    rim = gpd.GeoSeries(outlines, crs=bands.crs).to_crs(areas.crs)
    likely = rim[bands["low"] >= 0.5]  # noqa: PLR2004 - a half
    points = areas.geometry[known[EXTENT].isna()]
    return gpd.GeoDataFrame(geometry=[pd.concat([likely, points]).union_all()], crs=areas.crs)


def _shares(row: pd.Series[float], lang: str) -> list[tuple[str, str]]:
    shares = {"title": "covered_pct", "doubly": "doubly_covered_pct"}
    return [
        (say(f"coverage.{key}", lang), f"{in_words(row[name], name)} %")
        for key, name in shares.items()
    ]


@kept_answer
def covered_zones(asked: Coverage) -> gpd.GeoDataFrame:
    """Return covered, doubly covered and uncovered area per zone, and covered demand."""
    costs.require_zones(asked.zones, costs.MOST_DRAWN, function="coverage")
    for points in (asked.sites, asked.demand):
        if points is not None:
            require_located(points, "coverage")
    return geo.coverage(
        asked.sites.known(),
        asked.zones.frame(),
        distance_m=asked.distance_m,
        demand=None if asked.demand is None else asked.demand.known(),
    )


@kept_answer
def coverage_curve(
    sites: Points, zones: Zones, distances_m: tuple[float, ...] = CURVE_DISTANCES_M
) -> pd.DataFrame:
    """Return the covered share of the zones together at growing distances."""
    costs.require_zones(zones, costs.MOST_DRAWN, function="coverage_curve")
    require_located(sites, "coverage_curve")
    return geo.coverage_curve(sites.known(), zones.frame(), distances_m=distances_m)
