"""项目分布: how projects spread over zones; map, chart and table select each other."""

from __future__ import annotations

import streamlit as st

import geo
from app import choices, maps, picking, questions
from app.charts import bars
from app.controls import choose
from app.frame import download, draw_map, listing, map_and_results, note_on_points
from app.tables import features, zone_picker
from app.texts import language, number, text

with st.sidebar:
    zoning = choices.zoning(default="circles")
    measure = choose(
        "measure",
        "choose.measure",
        tuple(questions.MEASURES),
        title=lambda name: text(f"measure.{name}"),
        default="count",
    )
    projects = choices.main_filter(questions.Points("projects"))
    with st.expander(text("app.more"), expanded=zoning == "hexagons"):
        hexagon_m = choices.hexagon_m(zoning)

map_column, results = map_and_results()
located = projects.located()
unlocated = projects.unlocated()
if located.empty:
    map_column.info(text("distribution.empty"))
    features(unlocated)
    st.stop()

weight, value = questions.MEASURES[measure]
zones = questions.spread(projects, zoning=zoning, hexagon_m=hexagon_m, measure=measure)
zones = zones.sort_values(value, ascending=False).reset_index(drop=True)
zone = picking.selected_zone(zones["id"].tolist())

with map_column:
    draw_map(
        maps.selecting(
            maps.distribution(
                projects, zoning=zoning, hexagon_m=hexagon_m, measure=measure, lang=language()
            ),
            maps.ZONES,
            zone,
        ),
        key=picking.MAP_KEY,
    )
with results:
    total, money = st.columns(2)
    chosen = projects.chosen()
    stated = chosen[questions.INVESTMENT]
    of_plan = stated[chosen["source_id"] == "plan2024"]
    total.metric(text("distribution.total"), number(len(chosen)))
    money.metric(text("distribution.investment"), number(stated.sum()))
    st.caption(text("distribution.counted_once", plan=number(of_plan.sum())))
    note_on_points(located, unlocated)
    chart, table, lost = st.tabs(
        [
            text("distribution.chart"),
            text("distribution.table"),
            text("distribution.unlocated", n=len(unlocated)),
        ]
    )
    with chart:
        if measure == "sector":
            bars(
                choices.sector_table(projects, zones, zoning=zoning, hexagon_m=hexagon_m),
                title=text("measure.sector.bars"),
                key=picking.chart_key(zone),
                selected=zone,
                stack="sector",
            )
        else:
            bars(
                choices.zone_table(zones, value),
                title=text(f"measure.{measure}"),
                key=picking.chart_key(zone),
                selected=zone,
            )
    with table:
        zone_picker(
            zones,
            [
                *([] if value == "count" else [value]),
                "count",
                "count_expected",
                "count_sd",
                "share_pct",
                "density_per_km2",
            ],
            zone=zone,
        )
    with lost:
        st.caption(text("distribution.unlocated_note"))
        features(unlocated)
    if zone is None:
        st.caption(text("distribution.click"))
    else:
        inside = choices.in_zone(located, zones, zone)
        listing(
            text(
                "distribution.zone_projects",
                zone=choices.zone_name(zones, zone),
                n=number(len(inside)),
            ),
            inside,
        )
    for note, shown in (
        ("distribution.overlap", zones.attrs["zones_overlap"]),
        ("distribution.outside", zones.attrs["points_outside"]),
    ):
        if shown:
            st.caption(
                text(
                    note,
                    several=zones.attrs["points_in_several_zones"],
                    outside=zones.attrs["points_outside"],
                )
            )
    download(
        "distribution.download_csv",
        f"projects_{zoning}_{measure}.csv",
        lambda: geo.vector_bytes(zones, ".csv"),
    )
    download(
        "distribution.download_geojson",
        f"projects_{zoning}_{measure}.geojson",
        lambda: geo.vector_bytes(zones, ".geojson"),
    )
