"""格局: where points keep together, where they are rare, and what that does not mean."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

import geo
from app import (
    centres,
    choices,
    distances,
    pattern_charts,
    pattern_maps,
    patterns,
    point_reading,
    reading,
)
from app.centres import Centres
from app.controls import choose, slide, switch
from app.distances import Spacing
from app.frame import download, draw_map, heading, map_and_results, note_on_points
from app.patterns import Pattern
from app.texts import language, number, text
from layers.subjects import INVESTMENT, Zones

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from geo.neighbours import Rule
    from layers.subjects import Points

MAP_KEY = "pattern-map"
LOOKS = ("hot", "clusters", "distance", "centres")
NOT = {
    "hot": ("grid", "park", "base", "document", "few", "cause"),
    "clusters": ("grid", "park", "base", "document", "few", "cause"),
    "distance": ("even", "size", "park", "document", "cause"),
    "centres": ("site", "boundary", "park", "document", "few"),
}
SMALLER_CELL_M = 4000
GROUPS_TOLD = 2
FEWEST_TOLD = 3


def settings_of_units(points: Points, seed: int) -> Pattern:
    """Draw the choice of units, their neighbours and what is tested; return the question."""
    grid = choose(
        "grid",
        "pattern.grid",
        patterns.unit_names(),
        title=lambda name: text(f"zoning.{name}"),
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
    weighted = points.layer == "projects" and switch("weighted", "choose.weighted")
    asked = Pattern(points, zones, weight=INVESTMENT if weighted else None, rule=rule, seed=seed)
    if rule == "knn":
        return replace(asked, k=slide("k", "pattern.k", low=2, high=20, step=1, default=asked.k))
    if rule == "distance":
        reach = slide("reach", "pattern.reach", low=2000, high=40000, step=1000, default=10000)
        return replace(asked, distance_m=float(reach))
    return asked


def refused(reason: patterns.Refusal, *, n: int = 0, fewest: int = patterns.FEWEST_UNITS) -> None:
    """Say in the place of the map what to change, and stop."""
    with map_column:
        st.info(text(f"pattern.refused.{reason}", n=number(n), fewest=fewest))
        if reason == "few_units" and isinstance(asked, Pattern) and asked.zones.name != "h3":
            st.button(
                text("pattern.smaller", cell=number(SMALLER_CELL_M)),
                on_click=lambda: st.session_state.update(cell_m=SMALLER_CELL_M),
            )
    st.stop()


def say(sentences: Sequence[str]) -> None:
    """Draw the reading: the first sentence as the finding, the others below it."""
    first, *others = [sentence for sentence in sentences if sentence]
    heading(first)
    for sentence in others:
        st.write(sentence)


def closing(frame: gpd.GeoDataFrame | Any, file_name: str, *, spatial: bool = True) -> None:  # noqa: ANN401 - a table has no geometry
    """Draw what not to conclude and the downloads."""
    with st.expander(text("pattern.not")):
        for name in NOT[look]:
            st.caption(text(f"pattern.not.{name}"))
    note_on_points(points.located(), points.unlocated())
    if spatial:
        download(
            "pattern.download_geojson",
            f"{file_name}.geojson",
            lambda: geo.vector_bytes(frame, ".geojson"),
        )
    download(
        "pattern.download_csv",
        f"{file_name}.csv",
        lambda: (
            geo.vector_bytes(frame, ".csv")
            if spatial
            else frame.to_csv(index=False).encode("utf-8-sig")
        ),
    )


def show_units(asked: Pattern) -> None:
    """Draw hot spots, or clusters and outliers."""
    reason = patterns.refusal(asked)
    if reason is not None:
        if reason == "few_counted":
            inside = patterns.scope(asked).points
            refused(reason, n=inside, fewest=patterns.FEWEST_POINTS)
        refused(reason, n=len(asked.zones.frame()))
    lang, hot = language(), look == "hot"
    with st.spinner(text("pattern.working")):
        zones = patterns.hot_spots(asked) if hot else patterns.clusters(asked)
        table = patterns.overall(asked)
        draw = pattern_maps.hot_spots if hot else pattern_maps.clusters
        document = draw(asked, lang=lang)
        scope = patterns.scope(asked)
        foremost = patterns.HOT if hot else ("high-high",)
        main = patterns.spots(asked, kinds=foremost)
    with map_column:
        draw_map(document, key=MAP_KEY)
    with results:
        if hot:
            levels = {kind.split()[1]: int((zones["hot_spot"] == kind).sum()) for kind in foremost}
            cold = patterns.spots(asked, kinds=patterns.COLD)
            told = reading.hot_spots(scope, main, cold, levels, lang=lang)
        else:
            found = {kind: patterns.spots(asked, kinds=(kind,)) for kind in patterns.CLUSTERS}
            told = reading.clusters(scope, found, lang=lang)
        again = [
            (
                reading.size(
                    None if other.name == "h3" else other.cell_m, other.h3_resolution, lang=lang
                ),
                district,
            )
            for other, district in patterns.other_sizes(asked, kinds=foremost)
        ]
        steady = reading.other_sizes(
            "hot" if hot else "high", main[0].district if main else None, again, lang=lang
        )
        say([*told, steady])
        heading(text("pattern.overall"))
        st.write(reading.overall(table, lang=lang))
        pattern_charts.statistics_table(table)
        (pattern_charts.z_histogram if hot else pattern_charts.moran_scatter)(zones)
        st.caption(
            text(
                "pattern.method",
                cells=number(len(zones)),
                draws=number(asked.permutations),
                permutations=number(patterns.GLOBAL_PERMUTATIONS),
                seed=asked.seed,
            )
        )
        closing(zones, f"{look}_{points.layer}_{asked.zones.name}")


def show_distances(asked: Spacing) -> None:
    """Draw Ripley's L and the nearest-neighbour index."""
    reason = distances.refusal(asked)
    if reason is not None:
        refused(reason, n=distances.places_inside(asked), fewest=patterns.FEWEST_POINTS)
    lang = language()
    with st.spinner(text("pattern.working")):
        curve, nearest = distances.ripley(asked), distances.nearest(asked)
        every = distances.nearest(replace(asked, once=False))
        document = pattern_maps.spacing(asked, lang=lang)
    with map_column:
        draw_map(document, key=MAP_KEY)
    with results:
        counted = point_reading.counted_in(
            points.layer,
            points=int(every["n"]),
            places=distances.places_inside(asked),
            coincident=int(every["coincident"]),
            outside=every.attrs["points_outside"],
            once=asked.once,
            lang=lang,
        )
        each = every if asked.once and every["coincident"] else None
        say(
            [
                point_reading.distances(curve, lang=lang),
                point_reading.nearest(nearest, each, lang=lang),
                counted,
            ]
        )
        pattern_charts.ripley_curve(curve)
        st.caption(
            text(
                "pattern.method_distance",
                simulations=number(asked.simulations),
                seed=asked.seed,
                area=number(curve.attrs["area_km2"], digits=0),
            )
        )
        closing(curve, f"ripley_{points.layer}", spatial=False)


def show_centres(asked: Centres) -> None:
    """Draw mean and median centres and ellipses."""
    reason = centres.refusal(asked)
    if reason is not None:
        refused(reason)
    lang = language()
    with st.spinner(text("pattern.working")):
        found, rings = centres.centres(asked), centres.ellipses(asked)
        document = pattern_maps.ellipses(asked, lang=lang)
    with map_column:
        draw_map(document, key=MAP_KEY)
    with results:
        names = {
            group: pattern_maps.group_name(asked.by, group)[lang == "en"]
            for group in found["category"]
        }
        mean, median = found.iloc[0], found.iloc[1]
        told = [
            point_reading.centre_of_all(
                points.layer, centres.whereabouts(mean.geometry), mean, median, lang=lang
            )
        ]
        if rings is not None:
            told.append(point_reading.ellipse(points.layer, rings.iloc[0], lang=lang))
        groups = found[(found["kind"] == "mean") & (found["n"] >= FEWEST_TOLD)].iloc[1:]
        furthest = groups.sort_values("from_all_km", ascending=False).head(GROUPS_TOLD)
        told += [
            point_reading.centre_of_group(
                names[row["category"]], centres.whereabouts(row.geometry), row, lang=lang
            )
            for _, row in furthest.iterrows()
        ]
        ringed = set() if rings is None else set(rings["category"])
        bare = [name for group, name in names.items() if group not in ringed]
        say(
            [
                *told,
                point_reading.without_ellipse(bare, fewest=centres.ELLIPSE_POINTS, lang=lang)
                if bare
                else "",
            ]
        )
        if len(names) > 1:
            heading(text("pattern.table"))
            pattern_charts.centres_table(found, by=asked.by)
        closing(found if rings is None else rings, f"centres_{points.layer}_{asked.by}")


with st.sidebar:
    points = choices.points()
    look = choose(
        "look",
        "pattern.look",
        LOOKS,
        title=lambda name: text(f"pattern.look.{name}"),
        default="hot",
    )
    with st.expander(text("app.more")):
        points = choices.finer(points)
        asked: Pattern | Spacing | Centres
        if look == "centres":
            columns = choices.FILTERS_OF[points.layer]
            by = choose(
                "by",
                "pattern.by",
                columns,
                title=lambda name: text(f"choose.{name}"),
                default=columns[0],
            )
            weighted = points.layer == "projects" and switch("weighted", "choose.weighted")
            asked = Centres(points, by, weight=INVESTMENT if weighted else None)
        else:
            if look == "distance":
                every = switch("every", "pattern.every")
                asked = Spacing(points, once=not every)
            else:
                asked = settings_of_units(points, seed=0)
            seed = slide("seed", "pattern.seed", low=0, high=20, step=1, default=0)
            asked = replace(asked, seed=seed)

map_column, results = map_and_results()
if isinstance(asked, Pattern):
    show_units(asked)
elif isinstance(asked, Spacing):
    show_distances(asked)
else:
    show_centres(asked)
