"""格局: where points keep together, where they are rare, and what that does not mean."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from app.texts import language, text
from app.web import choices, maps, own_data, pattern_charts, picking, receipts
from app.web.controls import choose, slide, switch
from app.web.export import export
from app.web.frame import download, draw_map, heading, map_and_results, note_on_points, page_over
from app.web.public import vector_file
from app.web.statements import stated
from app.web.tables import figures
from app.web.unknowns import unknowns
from geo.exchange.cell_quotes import csv_bytes
from geo.numerals import number
from layers.plan.area import area
from layers.questions import autocorrelation, cluster_reading, patterns
from layers.questions.centres import Centres
from layers.questions.clusters import Clusters
from layers.questions.hot_spots import HotSpots
from layers.questions.patterns import REACH_M
from layers.questions.spacing import Spacing
from layers.questions.subjects import Zones
from layers.questions.tested_units import UnitClasses
from layers.type.line_breaks import unparted

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from geo.pattern.neighbours import Rule
    from layers.questions.pattern_kind import PatternKind
    from layers.questions.refusals import Refusal
    from layers.questions.subjects import Points

MAP_KEY = "pattern-map"
NOT = {
    "hot": ("grid", "park", "base", "document", "few", "cause"),
    "clusters": ("grid", "park", "base", "document", "few", "cause"),
    "distance": ("even", "size", "park", "document", "cause"),
    "centres": ("site", "boundary", "park", "document", "few"),
}
SMALLER_CELL_M = 4000
# The looks of the page; those that tell one number stand beside them.
LOOKS: dict[str, type[PatternKind]] = {
    kind.LOOK: kind for kind in (HotSpots, Clusters, Spacing, Centres)
}


def units_here() -> tuple[str, ...]:
    """Return the names of the zonings whose units can be tested."""
    return (*patterns.unit_names(), *own_data.names("zones"))


def settings_of_units(kind: type[UnitClasses], points: Points) -> UnitClasses:
    """Draw the choice of units, their neighbours and what is tested; return the question."""
    default = area().defaults["pattern"]["zoning"]
    units = choices.choose_zoning(units_here(), "pattern.grid", default=default)
    units = choices.measurable(units, default, of=lambda name: Zones(name).frame())
    zones = choices.cells(Zones(units))
    rule: Rule = choose("rule", "pattern.rule", patterns.RULES, default="queen")
    weighted = choices.weighted(points)
    asked = kind(points, zones, weight=points.amount if weighted else None, rule=rule)
    if rule == "knn":
        return replace(asked, k=slide("k", "pattern.k", kind, "k"))
    if rule == "distance":
        reach = slide("reach", "pattern.reach", kind, "distance_m", start=REACH_M)
        return replace(asked, distance_m=float(reach))
    return asked


def refused(reason: Refusal) -> None:
    """Say in the place of the map what to change, and stop."""
    with map_column:
        key = f"pattern.refused.{reason.reason}"
        words = (
            choices.weight_words(key, points)
            if reason.reason == "nothing_weighted"
            else text(key, n=number(reason.n or 0), fewest=reason.fewest)
        )
        st.info(words)
        few = reason.reason == "few_units"
        if few and isinstance(asked, UnitClasses) and asked.zones.name != "h3":
            st.button(
                text("pattern.smaller", cell=number(SMALLER_CELL_M)),
                on_click=lambda: st.session_state.update(cell_m=SMALLER_CELL_M),
            )
    page_over()


def say(sentences: Sequence[str]) -> None:
    """Draw the reading: the first sentence as the finding, the others below it."""
    first, *others = sentences
    heading(first)
    for sentence in others:
        st.write(unparted(sentence))


def closing(frame: gpd.GeoDataFrame | Any, file_name: str, *, spatial: bool = True) -> None:  # noqa: ANN401 - a table has no geometry
    """Draw what not to conclude and the downloads."""
    stated(asked)
    with st.expander(text("pattern.not")):
        for name in NOT[look]:
            st.caption(text(f"pattern.not.{name}"))
    note_on_points(points)
    unknowns(points, asked.zones if isinstance(asked, UnitClasses) else None)
    if spatial:
        download(
            "pattern.download_geojson",
            f"{file_name}.geojson",
            lambda: vector_file(frame, ".geojson"),
        )
    download(
        "pattern.download_csv",
        f"{file_name}.csv",
        lambda: vector_file(frame, ".csv") if spatial else csv_bytes(frame),
    )
    units = asked.zones.name if isinstance(asked, UnitClasses) else None
    receipts.beside((points.layer, units))


def show_units(asked: UnitClasses) -> None:
    """Draw the tests of hot spots, or of clusters and outliers."""
    zones = asked.answer()
    heading(text("pattern.overall"))
    overall = cluster_reading.overall(autocorrelation.overall(asked), lang=language())
    st.write(unparted(overall))
    show_table()
    st.caption(text("pattern.overall_meaning"))
    hot = isinstance(asked, HotSpots)
    (pattern_charts.z_histogram if hot else pattern_charts.moran_scatter)(zones, zone)
    st.caption(text("pattern.z_meaning" if hot else "pattern.scatter_meaning"))
    closing(
        zones, f"{look}_{choices.file_stem(points.layer)}_{choices.file_stem(asked.zones.name)}"
    )


def show_distances(asked: Spacing) -> None:
    """Draw Ripley's L."""
    curve = asked.answer()
    pattern_charts.ripley_curve(curve)
    st.caption(text("pattern.ripley_meaning"))
    closing(curve, f"ripley_{choices.file_stem(points.layer)}", spatial=False)


def show_centres(asked: Centres) -> None:
    """Draw the centres of groups."""
    rings = asked.rings()
    if asked.table(language()) is not None:
        heading(text("pattern.table"))
        show_table()
    closing(
        asked.answer() if rings is None else rings,
        f"centres_{choices.file_stem(points.layer)}_{asked.by}",
    )


def show_table() -> None:
    """Draw the table that slides have too."""
    table = asked.table(language())
    if table is not None:
        figures(table.header, [[str(cell) for cell in row] for row in table.rows])


with st.sidebar:
    points = choices.points()
    look = choose("look", "pattern.look", tuple(LOOKS), default="hot")
    with st.expander(text("app.more")):
        points = choices.finer(points)
        asked: UnitClasses | Spacing | Centres
        if look == "centres":
            columns = choices.filters_of(points) or (points.group,)
            by = choose(
                "by",
                "pattern.by",
                columns,
                title=lambda name: text(f"choose.{name}"),
                default=columns[0],
            )
            weighted = choices.weighted(points)
            asked = Centres(points, by, weight=points.amount if weighted else None)
        else:
            if look == "distance":
                every = switch("every", "pattern.every")
                asked = Spacing(points, once=not every)
            else:
                asked = settings_of_units(HotSpots if look == HotSpots.LOOK else Clusters, points)
            seed = slide("seed", "pattern.seed", type(asked), "seed")
            asked = replace(asked, seed=seed)

map_column, results = map_and_results()
reason = asked.refusal()
if reason is not None:
    refused(reason)
with st.spinner(text("pattern.working")):
    document = maps.document(asked, lang=language())
    tested = isinstance(asked, UnitClasses)
    zone = picking.selected_zone(asked.answer(), MAP_KEY) if tested else None
with map_column:
    draw_map(document, key=MAP_KEY)
with results:
    say([sentence for sentence in asked.told(language()) if sentence])
    if isinstance(asked, UnitClasses):
        show_units(asked)
    elif isinstance(asked, Spacing):
        show_distances(asked)
    else:
        show_centres(asked)
export(asked)
