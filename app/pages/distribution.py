"""分布: how points spread over zones; map, chart and table select each other."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from app.texts import language, text
from app.web import choices, maps, picking, receipts, results, url_state
from app.web.controls import choose, slide, tabs
from app.web.export import export
from app.web.frame import (
    details,
    download,
    draw_map,
    map_and_results,
    note_on_points,
    refusals_in_words,
)
from app.web.population import population
from app.web.public import vector_file
from app.web.running import while_wanted
from app.web.statements import stated
from app.web.tables import without_place
from app.web.unknowns import unknowns
from geo.errors import AtlasError
from geo.numerals import number
from layers import questions
from layers.keeping.brought import is_own
from layers.look.told import in_words
from layers.plan.area import area
from layers.plan.zonings import GRID_NAMES
from layers.questions import zone_results
from layers.questions.distribution import Shown
from layers.questions.scales import SCALES, SCALES_OF, SCHEMES

if TYPE_CHECKING:
    from layers.questions.counting import Measure
    from layers.questions.subjects import Points


def drawing() -> Any:  # noqa: ANN401 - what the map tells, None where nothing is drawn
    """Return the corners of the area drawn on the map."""
    return (st.session_state.get(picking.MAP_KEY) or {}).get("drawn")


def possible(shown: Shown) -> Shown:
    """Return what is to be shown, the count where the measure is not to be had."""
    rate = shown.measure == "per_10k"
    if shown.measure == "count" or shown.asked.points.located().empty:
        return shown
    if rate and shown.asked.population is None:
        st.info(text("distribution.needs_population"))
    else:
        try:
            zone_results.table(shown)
        except AtlasError as error:
            st.warning(text(f"distribution.{'population' if rate else 'measure'}_misfit"))
            st.caption(error.sentence(language()))
            details(error)
        else:
            return shown
    return replace(shown, measure="count")


def totals(shown: Shown) -> None:
    """Draw what all chosen points come to, and who of them takes part."""
    points = shown.asked.points
    chosen = points.chosen()
    total, money = st.columns(2)
    own, stated = is_own(points.layer), None if points.amount is None else chosen[points.amount]
    title = text("distribution.own_total") if own else choices.layer_title(points.layer)
    total.metric(title, number(len(chosen)))
    if stated is not None:
        amounts = choices.weight_words("distribution.investment", points)
        money.metric(amounts, in_words(stated.sum(), "weight_sum"))
    if stated is not None and not own and area().document:
        of_plan = stated[chosen["source_id"] == area().document]
        plan = choices.amount_of(points, of_plan.sum())
        st.caption(text("distribution.counted_once", plan=plan))
    note_on_points(points)
    unknowns(points, shown.asked.zones, first=shown.certain(language()))
    results.scale_notes(shown)
    results.population_notes(shown)


def answers(shown: Shown, zone: str | None) -> None:
    """Draw the tabs of the results, and the selected zone below them."""
    zones, points = zone_results.table(shown), shown.asked.points
    unlocated = points.unlocated()
    chart, table, breaks, mixture, lost = tabs(
        "tab",
        choices.RESULT_TABS,
        title=lambda name: text(f"distribution.{name}", n=len(unlocated)),
    )
    with chart:
        results.chart(shown, zone)
    if table.open:
        with table:
            results.table(shown, zone)
            results.belonging(shown)
    if breaks.open:
        with breaks:
            results.class_breaks(shown, zone)
    if mixture.open:
        with mixture:
            results.mixture(shown, zone)
    if lost.open:
        with lost:
            st.caption(choices.about("distribution.unlocated_note", points))
            without_place(unlocated)
    if zone is None:
        st.caption(text("distribution.click"))
    else:
        results.certainty(shown, zone)
        results.members(shown, zone)
    several, outside = zones.attrs["points_in_several_zones"], zones.attrs["points_outside"]
    if zones.attrs["zones_overlap"]:
        st.caption(choices.about("distribution.overlap", points, several=several))
    if outside:
        st.caption(
            choices.about(
                "distribution.outside",
                points,
                outside=number(outside, digits=None if outside == int(outside) else 1),
            )
        )


def downloads(shown: Shown) -> None:
    """Draw the buttons that give the zones and the location quotients."""
    of = choices.file_stem(shown.asked.points.layer)
    zones = choices.file_stem(shown.asked.zones.name)
    name = f"{of}_{zones}_{shown.measure}"
    for suffix in (".csv", ".geojson"):
        download(
            f"distribution.download_{suffix[1:]}",
            f"{name}{suffix}",
            partial(vector_file, zone_results.table(shown), suffix),
        )
    if results.no_comparison(shown) is None:
        download(
            "distribution.download_quotients",
            f"{of}_{zones}_quotients.csv",
            partial(results.quotients_file, shown),
        )
    stated(shown)
    people = shown.question.population
    receipts.beside((shown.asked.points.layer, shown.asked.zones.name, people))


@st.fragment
@while_wanted()
@refusals_in_words()
def map_and_answers(shown: Shown, drawn_before: Any) -> None:  # noqa: ANN401 - as drawing()
    """Draw the map and the results; a click on a zone runs this alone, and not the page."""
    if choices.drawing() and drawing() != drawn_before:
        st.rerun()
    map_column, beside = map_and_results()
    zone = picking.selected_zone(zone_results.table(shown), picking.MAP_KEY)
    document = maps.document(shown, lang=language())
    with map_column:
        draw_map(document, key=picking.MAP_KEY, layer=maps.ZONES, draw=choices.drawing())
    with beside:
        totals(shown)
        answers(shown, zone)
        downloads(shown)
    url_state.write()


def measures(points: Points) -> tuple[Measure, ...]:
    """Return the measures that points have."""
    sums = points.amount is not None
    kinds = bool(choices.filters_of(points))
    return tuple(
        measure
        for measure, (summed, _) in questions.MEASURES.items()
        if (sums or not summed) and (kinds or measure not in SCALES_OF)
    )


def measure_title(points: Points, measure: Measure) -> str:
    """Return what a measure is called where there is little room: its unit stands with figures."""
    amount = points.amount_noun(language()) if questions.MEASURES[measure][0] else ""
    return text(f"distribution.measure.{measure}", amount=amount)


with st.sidebar:
    chosen_layer = choices.layer_of(
        (area().defaults["distribution"]["layer"],),
        default=area().defaults["distribution"]["layer"],
    )
    zones = choices.zones(
        default=area().defaults["distribution"]["zoning"], map_key=picking.MAP_KEY
    )
    measure = choose(
        "measure",
        "choose.measure",
        measures(chosen_layer),
        title=lambda name: measure_title(chosen_layer, name),
        default="count",
    )
    points = choices.main_filter(chosen_layer)
    with st.expander(text("app.more"), expanded=zones.name in GRID_NAMES or measure == "per_10k"):
        points = choices.wider(points)
        zones = choices.cells(zones)
        scale = choose("scale", "distribution.scale", SCALES, default=SCALES[0])
        scheme = choose("scheme", "distribution.scheme", SCHEMES, default=SCHEMES[0])
        classes = slide("classes", "distribution.class_count", Shown, "classes")
        people = population()
        asked = questions.Distribution(points, zones, population=people)
        view = possible(Shown(asked, measure, scale, scheme, classes))

if points.located().empty:
    st.info(choices.about("distribution.empty", points))
    without_place(points.unlocated())
else:
    map_and_answers(view, drawing())
    export(view)
