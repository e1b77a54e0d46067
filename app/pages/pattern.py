"""格局: where points keep together, where they are rare, and what that does not mean."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

import geo
from app.texts import language, text
from app.web import choices, maps, own_data, pattern_charts, receipts
from app.web.controls import choose, slide, switch
from app.web.export import export, of_pattern
from app.web.frame import download, draw_map, heading, map_and_results, note_on_points
from app.web.tables import figures
from geo.exchange.cell_quotes import csv_bytes
from geo.numerals import number
from layers.questions import centres, cluster_reading, distances, pattern_looks, patterns
from layers.questions.centres import Centres
from layers.questions.distances import Spacing
from layers.questions.pattern_looks import Look
from layers.questions.patterns import REACH_M, Pattern
from layers.questions.subjects import Zones

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from geo.pattern.neighbours import Rule
    from layers.questions.patterns import Refusal
    from layers.questions.subjects import Points

MAP_KEY = "pattern-map"
NOT = {
    "hot": ("grid", "park", "base", "document", "few", "cause"),
    "clusters": ("grid", "park", "base", "document", "few", "cause"),
    "distance": ("even", "size", "park", "document", "cause"),
    "centres": ("site", "boundary", "park", "document", "few"),
}
SMALLER_CELL_M = 4000


def settings_of_units(points: Points, seed: int) -> Pattern:
    """Draw the choice of units, their neighbours and what is tested; return the question."""
    grid = choose(
        "grid",
        "pattern.grid",
        (*patterns.unit_names(), *own_data.names("zones")),
        title=choices.zoning_title,
        default="hexagons",
    )
    zones = choices.cells(Zones(grid))
    rule: Rule = choose(  # type: ignore[assignment]  # one of the rules
        "rule",
        "pattern.rule",
        patterns.RULES,
        title=lambda name: text(f"pattern.rule.{name}"),
        default="queen",
    )
    weighted = choices.weighted(points)
    asked = Pattern(points, zones, weight=points.amount if weighted else None, rule=rule, seed=seed)
    if rule == "knn":
        return replace(asked, k=slide("k", "pattern.k", low=2, high=20, step=1, default=asked.k))
    if rule == "distance":
        reach = slide(
            "reach", "pattern.reach", low=2000, high=40000, step=1000, default=int(REACH_M)
        )
        return replace(asked, distance_m=float(reach))
    return asked


def refused(reason: Refusal) -> None:
    """Say in the place of the map what to change, and stop."""
    with map_column:
        key = f"pattern.refused.{reason.reason}"
        told = (
            choices.weight_words(key, points)
            if reason.reason == "nothing_weighted"
            else text(key, n=number(reason.n), fewest=reason.fewest)
        )
        st.info(told)
        few = reason.reason == "few_units"
        if few and isinstance(asked, Pattern) and asked.zones.name != "h3":
            st.button(
                text("pattern.smaller", cell=number(SMALLER_CELL_M)),
                on_click=lambda: st.session_state.update(cell_m=SMALLER_CELL_M),
            )
    st.stop()


def say(sentences: Sequence[str]) -> None:
    """Draw the reading: the first sentence as the finding, the others below it."""
    first, *others = sentences
    heading(first)
    for sentence in others:
        st.write(sentence)


def closing(frame: gpd.GeoDataFrame | Any, file_name: str, *, spatial: bool = True) -> None:  # noqa: ANN401 - a table has no geometry
    """Draw what not to conclude and the downloads."""
    with st.expander(text("pattern.not")):
        for name in NOT[shown.name]:
            st.caption(text(f"pattern.not.{name}"))
    note_on_points(points)
    if spatial:
        download(
            "pattern.download_geojson",
            f"{file_name}.geojson",
            lambda: geo.vector_bytes(frame, ".geojson"),
        )
    download(
        "pattern.download_csv",
        f"{file_name}.csv",
        lambda: geo.vector_bytes(frame, ".csv") if spatial else csv_bytes(frame),
    )
    units = asked.zones.name if isinstance(asked, Pattern) else None
    receipts.beside((points.layer, units))


def show_units(asked: Pattern) -> None:
    """Draw the tests of hot spots, or of clusters and outliers."""
    hot = shown.name == "hot"
    zones = patterns.hot_spots(asked) if hot else patterns.clusters(asked)
    heading(text("pattern.overall"))
    st.write(cluster_reading.overall(patterns.overall(asked), lang=language()))
    show_table()
    (pattern_charts.z_histogram if hot else pattern_charts.moran_scatter)(zones)
    st.caption(pattern_looks.method(shown, lang=language()))
    closing(
        zones,
        f"{shown.name}_{choices.file_stem(points.layer)}_{choices.file_stem(asked.zones.name)}",
    )


def show_distances(asked: Spacing) -> None:
    """Draw Ripley's L."""
    curve = distances.ripley(asked)
    pattern_charts.ripley_curve(curve)
    st.caption(pattern_looks.method(shown, lang=language()))
    closing(curve, f"ripley_{choices.file_stem(points.layer)}", spatial=False)


def show_centres(asked: Centres) -> None:
    """Draw the centres of groups."""
    found, rings = centres.centres(asked), centres.ellipses(asked)
    if pattern_looks.table(shown, lang=language()) is not None:
        heading(text("pattern.table"))
        show_table()
    closing(
        found if rings is None else rings, f"centres_{choices.file_stem(points.layer)}_{asked.by}"
    )


def show_table() -> None:
    """Draw the table that slides have too."""
    table = pattern_looks.table(shown, lang=language())
    if table is not None:
        figures(table.header, [[str(cell) for cell in row] for row in table.rows])


with st.sidebar:
    points = choices.points()
    look: pattern_looks.Name = choose(  # type: ignore[assignment]  # one of the names
        "look",
        "pattern.look",
        pattern_looks.NAMES,
        title=lambda name: text(f"pattern.look.{name}"),
        default="hot",
    )
    with st.expander(text("app.more")):
        points = choices.finer(points)
        asked: Pattern | Spacing | Centres
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
                asked = settings_of_units(points, seed=0)
            seed = slide("seed", "pattern.seed", low=0, high=20, step=1, default=0)
            asked = replace(asked, seed=seed)

shown = Look(look, asked)
map_column, results = map_and_results()
reason = pattern_looks.refusal(shown)
if reason is not None:
    refused(reason)
export("pattern", of_pattern(shown))
with st.spinner(text("pattern.working")):
    document = maps.pattern(shown, lang=language())
with map_column:
    draw_map(document, key=MAP_KEY)
with results:
    say(pattern_looks.told(shown, lang=language()))
    if isinstance(asked, Pattern):
        show_units(asked)
    elif isinstance(asked, Spacing):
        show_distances(asked)
    else:
        show_centres(asked)
