"""密度: where points are dense, and how sure the order of the zones is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import streamlit as st

import geo
from app.texts import language, text
from app.web import choices, maps, picking, receipts
from app.web.charts import bars, in_chart
from app.web.controls import choose, slide, step_through, switch, tabs
from app.web.export import export
from app.web.frame import download, draw_map, heading, map_and_results, note_on_points, page_over
from app.web.public import vector_file
from app.web.results import percent
from app.web.statements import stated
from app.web.tables import rank_words, ranking_table
from app.web.unknowns import unknowns
from geo.errors import AtlasError
from geo.numerals import number, significant
from geo.surface.density_raster import Unit
from geo.surface.kernels import Kernel
from geo.wording import sentence
from layers import questions
from layers.look.told import teller, with_ends, without_specks
from layers.plan.area import area
from layers.questions.density import Show, density_unit, density_unit_of
from layers.words import capital

AUTO = "auto"
BANDWIDTHS_M = tuple(str(metres) for metres in range(500, 10001, 250))
NO_COMPARISON = "none"
MAP_KEY = "density-map"
COMPARISONS = (NO_COMPARISON, "category", "bandwidth")


def bandwidth(key: str, label: str, default: str) -> float | None:
    """Draw the choice of a bandwidth; None leaves it to Silverman's rule."""
    chosen = step_through(
        key,
        label,
        (AUTO, *BANDWIDTHS_M),
        title=lambda value: text("density.auto") if value == AUTO else number(int(value)),
        default=default,
    )
    return None if chosen == AUTO else float(chosen)


def other(asked: questions.Density) -> questions.Density | None:
    """Draw the choice of a second map beside the first; return its question."""
    columns = choices.filters_of(asked.points)[:1]
    kinds = COMPARISONS if columns else tuple(kind for kind in COMPARISONS if kind != "category")
    kind = choose(
        "compare",
        "density.compare",
        kinds,
        title=lambda name: (
            text(f"choose.{columns[0]}") if name == "category" else text(f"density.compare.{name}")
        ),
        default=NO_COMPARISON,
    )
    if kind == "category":
        values = choices.values(asked.points, columns[0], key=f"{columns[0]}_2")
        return replace(asked, points=asked.points.filtered(columns[0], values))
    if kind == "bandwidth":
        return replace(asked, bandwidth_m=bandwidth("bandwidth_2", "density.bandwidth_2", "6000"))
    return None


def countable(asked: questions.Density) -> bool:
    """Whether any chosen point has a place and, where it is asked for, a weight."""
    stated = asked.points.stated(asked.weight)
    return not asked.points.located().empty and (stated is None or bool(stated.notna().any()))


with st.sidebar:
    points = choices.points()
    bandwidth_m = bandwidth("bandwidth", "choose.bandwidth", AUTO)
    with st.expander(text("app.more")):
        points = choices.finer(points)
        show: Show = choose("show", "density.show", get_args(Show), default="bands")
        weighted = choices.weighted(points)
        asked = questions.Density(
            points, bandwidth_m, weight=points.amount if weighted else None, show=show
        )
        second = other(asked)
        settings: dict[str, Any] = {
            "kernel": choose(
                "kernel",
                "choose.kernel",
                get_args(Kernel),
                title=lambda name: capital(text(f"kernel.{name}")),
                default="quartic",
            ),
            "adaptive": switch("adaptive", "density.adaptive"),
            "unit": choose(
                "unit",
                "density.unit",
                get_args(Unit),
                title=lambda name: density_unit_of(
                    points,
                    asked.weight,
                    name,
                    language(),
                ),
                default="per_km2",
            ),
            "bounded": switch("bounded", "density.bounded"),
            "cell_size_m": slide("cell", "choose.cell", questions.Density, "cell_size_m"),
        }
        zones = choices.cells(
            choices.zones(default=area().defaults["density"]["zoning"], map_key=MAP_KEY)
        )

asked = replace(asked, zones=zones, **settings)
map_column, results = map_and_results()
if not countable(asked):
    empty = asked.points.located().empty
    nothing = "density.nothing_weighted"
    map_column.info(text("density.empty") if empty else choices.weight_words(nothing, asked.points))
    page_over()

asks = [asked] if second is None else [asked, replace(second, **settings)]
asks = [question for question in asks if countable(question)]
surfaces, beside = [asks[0].answer()], text("density.nothing_beside")
try:
    surfaces += [question.answer() for question in asks[1:]]
except AtlasError as error:  # the first map stands without it
    asks, beside = asks[:1], error.sentence(language())
if len(asks) > 1:  # maps to compare share their levels and the end of their colours
    levels, top = questions.density_scale(asks)
    asks = [replace(question, levels=levels, top=top) for question in asks]
unit = density_unit(asked, language())
value, rank = ("weight_sum", "weight_rank") if weighted else ("density_per_km2", "density_rank")
counted = questions.Distribution(asked.points, zones, asked.weight)
sure = questions.zone_draws(counted)
ranking = sure.zones.sort_values(value, ascending=False)
zone = picking.selected_zone(zones.frame(), *(f"{MAP_KEY}{at or ''}" for at in range(len(asks))))

told = ranking.assign(**{value: without_specks(ranking[value])})
title = choices.weight_words("column.weight_sum", points) if weighted else text(f"column.{value}")
facts: dict[str, str] = {}
for row in told[told["id"] == zone].to_dict("records"):
    facts = {title: with_ends(row, value), text("column.rank_between"): rank_words(row, rank)}
bars_of = choices.zone_table(ranking, value)
charted = maps.outlines(zones, tuple(in_chart(bars_of, zone)))
with map_column.container(key="compared" if len(asks) > 1 else "alone"):
    for at, column in enumerate(st.columns(len(asks))):
        with column:
            if len(asks) > 1:
                heading(choices.described(asks[at].points, surfaces[at].attrs["bandwidth_m"]))
            draw_map(
                maps.document(asks[at], lang=language()),
                key=f"{MAP_KEY}{at or ''}",
                zones=zones.frame(),
                facts=facts,
                draw=at == 0 and choices.drawing(),
                outlines=charted if at == 0 else "",
                link="density" if len(asks) > 1 else None,
                url_state=at == 0,
            )
with results:
    for surface in surfaces:
        peak, used = st.columns(2)
        peak.metric(text("density.peak"), significant(float(surface.max())))
        used.metric(text("density.bandwidth_used"), number(surface.attrs["bandwidth_m"], digits=0))
    st.caption(text("density.peak_unit", unit=unit))
    if len(asks) == 1 and second is not None:
        st.caption(beside)
    note_on_points(asked.points)
    unknowns(asked.points, zones, by=asked.ranked_by, first=asked.certain(language()))
    heading(text("density.ranking"))
    chart, table = tabs(
        "tab",
        ("chart", "table"),
        title=lambda name: text(f"density.tab.{name}"),
        others=choices.RESULT_TABS,
    )
    with chart:
        bars(bars_of, title=title, selected=zone, told=teller(ranking[value], value))
    if table.open:
        with table:
            ranking_table(told, value, rank, title=title, zone=zone)
    moved = sure.zones.attrs["points_moved"] > 0
    st.caption(
        text("app.whiskers", draws=number(sure.draws))
        if moved
        else sentence("values.no_accuracy", language(), {})
    )
    if len(ranking) > 1 and moved:
        first, next_one = ranking.index[:2]
        st.caption(
            text(
                "density.ahead",
                first=ranking.loc[first, f"name_{language()}"],
                second=ranking.loc[next_one, f"name_{language()}"],
                chance=percent(100 * sure.chance_ahead(first, next_one, by=value)),
            )
        )
    in_use = (asked.points.layer, zones.name)
    stated(asks[0])
    of = choices.file_stem(asked.points.layer)
    name = f"density_{of}_{surfaces[0].attrs['bandwidth_m']:.0f}m"
    download("density.download_tif", f"{name}.tif", lambda: geo.geotiff_bytes(surfaces[0]))
    download(
        "density.download_bands",
        f"{name}.gpkg",
        lambda: vector_file(replace(asks[0], show="bands").features(), ".gpkg"),
    )
    download(
        "density.download_csv",
        f"density_{of}_{choices.file_stem(zones.name)}.csv",
        lambda: vector_file(ranking, ".csv"),
    )
    receipts.beside(in_use)
export(asks[0], beside=replace(asks[1], zones=zones) if len(asks) > 1 else None)
