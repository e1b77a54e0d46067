"""How dense the points are: a surface, bands or isolines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeAlias

import pandas as pd

import geo
from geo.errors import InputError
from geo.numerals import number, significant
from geo.surface.density import Kernel, Method
from geo.surface.density_raster import Unit
from layers.keeping.answers import kept_answer
from layers.look.overlays import Isolines, Overlay, Surface
from layers.look.told import in_words, teller, with_ends
from layers.plan.area import area, crs_words
from layers.plan.catalogue import land
from layers.plan.zonings import zoning_names
from layers.questions.contents import above_base, dots
from layers.questions.counting import Distribution, certain_sum, sum_title, zone_draws
from layers.questions.fields import Field
from layers.questions.figures import Figures, following, foremost, zone_figures
from layers.questions.kinds import Kind, register
from layers.questions.subjects import Points, Zones
from layers.words import both, capital, in_sentence, measured, say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import geopandas as gpd
    import xarray as xr

    from layers.look.content import Content
    from layers.questions.subjects import By

Show: TypeAlias = Literal["surface", "bands", "isolines"]
Levels: TypeAlias = int | tuple[float, ...]
FALLBACK_BANDWIDTH_M = 3000.0
LEVELS, TOLERANCE_PCT = 8, 0.1
# Of the hash of the input so much is told.
DIGEST = 12
_ZONING = Field(choices=zoning_names, brings="zones")
QUIET = Field(quiet=True)


@register
@dataclass(frozen=True, slots=True)
class Density(Kind):
    """How dense the points are.

    Parameters
    ----------
    points
        The points asked about.
    bandwidth_m
        Bandwidth in metres; by Silverman's spatial rule where it is None.
    cell_size_m
        Side of a raster cell in metres.
    kernel, decay
        As :func:`geo.kernel_density` takes them.
    adaptive
        Whether the bandwidth follows the density (Abramson).
    weight
        Column that weights each point; points that do not state it are left out.
    unit
        ``"per_km2"``, ``"count"`` or ``"share"``.
    bounded
        Whether the administrative units bound the study, with correction at their border.
    method, tolerance_pct
        ``"auto"``, ``"exact"`` or ``"binned"``, and the most that binning may be off by.
    show
        ``"surface"`` for even colours, ``"bands"`` for one colour between two levels, and
        ``"isolines"`` for lines with their values on even colours.
    zones
        Zones that are ranked beside the map; as the plan says where it is None.
    bandwidth_column
        Column with the bandwidth of each point, metres.
    study_area, extent
        Name of a zoning that bounds the study instead, and of one that the raster covers.
    edge_correction
        Whether is given back what would leak over the border of the study.
    levels
        About how many levels, or their values.
    top
        Upper end of the colours; the maximum where it is None. Maps to compare share one.
    """

    MAP: ClassVar[str] = "density"

    points: Points
    bandwidth_m: Annotated[float | None, Field(unit="m", above=0)] = None
    cell_size_m: Annotated[
        float, Field(unit="m", above=0, slide=(100, 1000, 50), option="--cell")
    ] = 250.0
    kernel: Kernel = "quartic"
    decay: Annotated[float, Field(low=0, high=1, quiet=True)] = 0.0
    adaptive: Annotated[bool, QUIET] = False
    weight: str | None = None
    unit: Unit = "per_km2"
    bounded: Annotated[bool, QUIET] = False
    method: Method = "auto"
    show: Annotated[Show, QUIET] = "bands"
    zones: Zones | None = None
    bandwidth_column: Annotated[str | None, Field(option="--bandwidth-column")] = None
    study_area: Annotated[str | None, _ZONING] = None
    edge_correction: Annotated[bool, QUIET] = True
    extent: Annotated[str | None, _ZONING] = None
    tolerance_pct: Annotated[
        float, Field(unit="%", above=0, needs=("method", ("auto", "binned")), quiet=True)
    ] = TOLERANCE_PCT
    levels: Annotated[int | tuple[float, ...], Field(low=1, quiet=True)] = LEVELS
    top: Annotated[float | None, Field(above=0)] = None

    def require_fit(self, given: frozenset[str], called: Callable[[str], str]) -> None:  # noqa: ARG002
        """Refuse two bandwidths, two study areas, and a correction at no border."""
        for one, other in (("bounded", "study_area"), ("bandwidth_column", "bandwidth_m")):
            if getattr(self, one) and getattr(self, other):
                names = (called(one), called(other))
                raise InputError(
                    f"{names[0]} says what {names[1]} says; leave one of them out",
                    code="option.together",
                    names=names,
                )
        within = self.bounded or self.study_area is not None
        if not self.edge_correction and not within:
            needed = f"{called('bounded')} / {called('study_area')}"
            raise InputError(
                f"{called('edge_correction')} goes with {needed}; leave it out, or add that",
                code="option.goes_with",
                value=called("edge_correction"),
                needed=needed,
            )

    @property
    def ranked_in(self) -> Zones:
        """The zones that are ranked beside the map."""
        return self.zones or Zones(area().defaults["density"]["zoning"])

    @property
    def ranked_by(self) -> By:
        """The number by the area; where amounts are dense, the number."""
        return "density_per_km2" if self.weight is None else "count"

    @property
    def ranked(self) -> str:
        """The column that zones are told in the order of."""
        return "density_per_km2" if self.weight is None else "weight_sum"

    def column_title(self, column: str, lang: str) -> str:
        """Return what a column is called, a sum by what is added up."""
        if column == "weight_sum" and self.weight is not None:
            return capital(sum_title(self.points, self.weight, lang))
        return Kind.column_title(self, column, lang)

    @property
    def on_every_page(self) -> bool:
        """Whether zones are ranked by the amount of their layer."""
        return self.weight is not None and self.weight == self.points.amount

    def counted(self, zones: Zones) -> Distribution:
        """Return what is counted in zones, or added up."""
        return Distribution(self.points, zones, self.weight)

    def certain(self, lang: str) -> str | None:
        """Return how sure the first zone by a sum is; a count is told by least and most."""
        return certain_sum(self.counted(self.ranked_in), lang)

    def answer(self) -> xr.DataArray:
        """Return the surface."""
        return density_surface(self)

    def features(self) -> gpd.GeoDataFrame:
        """Return the bands, or the isolines where the map shows these."""
        levels, _ = density_scale((self,))
        draw = density_lines if self.show == "isolines" else density_bands
        return draw(self, levels)

    def warm(self) -> None:
        """Rank the zones."""
        zone_draws(self.counted(self.ranked_in))

    def content(self, lang: str) -> Content:
        """Return the surface with the points that made it."""
        levels, top = density_scale((self,))
        title_zh, title_en = both("density.title")
        lines_zh, lines_en = both("density.isolines")
        unit = density_unit(self, lang)
        overlays: list[Overlay] = [
            Surface(
                density_surface(self),
                title=title_zh,
                title_en=title_en,
                unit=unit,
                levels=levels if self.show == "bands" else None,
                top=top,
                name="density",
                spread=self.points.is_unsure,
            )
        ]
        if self.show == "isolines":
            lines = density_lines(self, levels)
            overlays.append(Isolines(lines, title=lines_zh, title_en=lines_en, unit=unit))
        return above_base((*overlays, dots(self.points, lang)), lang)

    def figures(self, lang: str) -> list[Figures]:
        """Return the zones by the density of the points in them."""
        counted = zone_draws(self.counted(self.ranked_in)).zones
        title = say("slides.figures", lang, title=self.title(lang))
        columns = tuple(dict.fromkeys(("count", self.ranked, "density_per_km2", "area_km2")))
        zones = counted.sort_values(self.ranked, ascending=False)
        titles = {name: self.column_title(name, lang) for name in columns}
        return [
            zone_figures(zones, self.ranked, columns=columns, title=title, titles=titles, lang=lang)
        ]

    def value_words(self, name: str, value: str, lang: str) -> str:
        """Return the unit as the legend has it."""
        return (
            density_unit(self, lang)
            if name == "unit"
            else Kind.value_words(self, name, value, lang)
        )

    def worked_out(self, lang: str) -> dict[str, str]:
        """Return bandwidth, way of reckoning, edge and cells; what the order of zones rests on."""
        surface = density_surface(self)
        about = surface.attrs
        exact = about["method"] == "exact"
        bound = {} if exact else {"bound": number(about["error_bound_pct"], digits=3)}
        cells = " × ".join(map(number, reversed(surface.shape)))
        code = surface.rio.crs.to_epsg()
        crs = crs_words(lang) if code is None else f"EPSG:{code}"
        cell = f"{number(self.cell_size_m)} m · {cells} · {crs}"
        bounded = self.bounded or self.study_area is not None
        return {
            "bandwidth_m": _bandwidth(self, about, lang),
            "cell_size_m": cell,
            "adaptive": "",
            "method": say(f"density.method.{about['method']}", lang, **bound),
            "bounded": say(f"density.edge.{'on' if bounded else 'off'}", lang),
            "zones": say(
                "density.ranked_weighted" if self.weight else "density.ranked",
                lang,
                zones=self.ranked_in.title(lang),
            ),
            "input_hash": about["input_hash"][:DIGEST],
        }

    def headline(self, lang: str) -> list[tuple[str, str]]:
        """Return the highest density."""
        peak = significant(float(density_surface(self).max()))
        return [(say("atlas.figure.peak", lang), measured(peak, density_unit(self, lang)))]

    def told(self, lang: str) -> list[str]:
        """Return which zone is densest, which follows, and where the surface peaks."""
        counted = zone_draws(self.counted(self.ranked_in)).zones
        column = self.ranked
        zones, value = foremost(counted, column, lang)
        first = counted.loc[counted[column].idxmax()]
        figures = {
            "noun": self.points.noun(lang),
            "title": in_sentence(self.column_title(column, lang)),
            "count": in_words(float(first["count"]), "count"),
            "value": teller(counted[column], column)(value),
        }
        peak, bandwidth = (each for _, each in self.facts_of_points(lang))
        return [
            say("told.density" if self.weight is None else "told.sum", lang, zone=zones, **figures),
            *following(counted, column, lang),
            say("told.surface", lang, peak=peak, bandwidth=bandwidth),
        ]

    def facts(self, zone: str, zoning: str, lang: str) -> list[tuple[str, str]]:
        """Return the density of the points in a zone, with its interval."""
        row = zone_draws(self.counted(Zones(zoning))).zones.set_index("id").loc[zone]
        title = self.column_title(self.ranked, lang)
        return [(title, with_ends(row, self.ranked))]

    def facts_of_points(self, lang: str) -> list[tuple[str, str]]:
        """Return the highest density, and the bandwidth."""
        surface = density_surface(self)
        values = {
            "peak": measured(significant(float(surface.max())), density_unit(self, lang)),
            "bandwidth": f"{number(surface.attrs['bandwidth_m'], digits=0)} m",
        }
        return [(say(f"atlas.figure.{key}", lang), value) for key, value in values.items()]

    def explained(self, lang: str) -> str:
        """Return kernel and unit."""
        return say(
            "atlas.method.density",
            lang,
            kernel=say(f"kernel.{self.kernel}", lang),
            unit=density_unit(self, lang),
        )


def _bandwidth(asked: Density, about: Mapping[str, Any], lang: str) -> str:
    """Return the bandwidth, and how it was chosen."""
    if asked.bandwidth_column is not None:
        rule = "column"
    elif asked.bandwidth_m is not None:
        rule = "chosen"
    else:
        rule = "silverman" if about["bandwidth_rule"] == "silverman" else "one_place"
    words = f"{number(about['bandwidth_m'], digits=0)} m · {say(f'density.rule.{rule}', lang)}"
    if not asked.adaptive:
        return words
    low, high = (number(about[f"bandwidth_{end}_m"], digits=0) for end in ("min", "max"))
    return f"{words} · {say('density.adaptive_ends', lang, low=low, high=high)}"


def surface_of(asked: Density) -> Density:
    """Return what the surface depends on, with a bandwidth where none follows from the points."""
    asked = replace(asked, show="bands", zones=None, levels=LEVELS, top=None)
    if asked.bandwidth_m is not None or asked.bandwidth_column is not None:
        return asked
    frame, stated = asked.points.located(), asked.points.stated(asked.weight)
    if stated is not None and pd.api.types.is_numeric_dtype(stated):
        frame = frame[stated > 0]
    places = frame.geometry.unique()
    return asked if len(places) > 1 else replace(asked, bandwidth_m=FALLBACK_BANDWIDTH_M)


def density_surface(asked: Density) -> xr.DataArray:
    """Return the kernel density of the located points, in metric coordinates.

    Raises
    ------
    InputError
        If no chosen point has a place, or none states the weight.
    """
    return _surface(surface_of(asked))


@kept_answer
def _surface(asked: Density) -> xr.DataArray:
    frame = asked.points.known()
    stated = asked.points.stated(asked.weight)
    if stated is not None:
        frame = frame[stated.notna()]
    if frame.empty:
        raise InputError(
            "density: no chosen feature has a place"
            + (" and a weight" if asked.weight else "")
            + "; choose more categories or levels",
            code="own.nothing_located",
        )
    within = land() if asked.bounded else None
    return geo.kernel_density(
        frame,
        bandwidth_m=asked.bandwidth_column or asked.bandwidth_m,
        cell_size_m=asked.cell_size_m,
        kernel=asked.kernel,
        decay=asked.decay,
        adaptive=asked.adaptive,
        weights=asked.weight,
        study_area=Zones(asked.study_area).frame() if asked.study_area else within,
        extent=Zones(asked.extent).frame() if asked.extent else None,
        edge_correction=asked.edge_correction,
        unit=asked.unit,
        method=asked.method,
        tolerance_pct=asked.tolerance_pct,
    )


def density_scale(asks: Sequence[Density]) -> tuple[tuple[float, ...], float]:
    """Return the levels, and the upper end of the colours, that maps to compare share.

    Raises
    ------
    InputError
        If levels are given of which none is crossed: nothing would be drawn, or one band.
    """
    first = asks[0]
    top = first.top or max(float(density_surface(asked).max()) for asked in asks)
    if isinstance(first.levels, int):
        return geo.nice_levels(0.0, top, count=first.levels), top
    low = min(float(density_surface(asked).min()) for asked in asks)
    if not any(low < level < top for level in first.levels):
        raise InputError(
            f"levels: none lies within the values of the map, {low:.6g} to {top:.6g}, so that "
            "there is nothing to draw; take some between these, or how many there shall be",
            code="option.levels_outside",
            low=float(f"{low:.6g}"),
            high=float(f"{top:.6g}"),
        )
    return first.levels, top


def density_lines(asked: Density, levels: Levels) -> gpd.GeoDataFrame:
    """Return the isolines of the density."""
    return _lines(surface_of(asked), levels)


@kept_answer
def _lines(asked: Density, levels: Levels) -> gpd.GeoDataFrame:
    return geo.isolines(_surface(asked), levels=levels)


def density_bands(asked: Density, levels: Levels) -> gpd.GeoDataFrame:
    """Return the areas between the isolines of the density."""
    return _bands(surface_of(asked), levels)


@kept_answer
def _bands(asked: Density, levels: Levels) -> gpd.GeoDataFrame:
    return geo.filled_bands(_surface(asked), levels=levels)


def density_unit(asked: Density, lang: str) -> str:
    """Return the unit of a density in the reader's language."""
    return density_unit_of(asked.points, asked.weight, asked.unit, lang)


def density_unit_of(points: Points, weight: str | None, unit: Unit, lang: str) -> str:
    """Return one of the units that a density can have: of another column, its name alone."""
    if weight is None:
        return say(f"density.unit.{unit}", lang)
    if points.is_plans_amount(weight):
        return say(f"density.unit.{unit}_weighted", lang)
    return say(f"density.unit.{unit}_own", lang, amount=points.amount_noun(lang, weight))
