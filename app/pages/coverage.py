"""覆盖分析: who is within reach of the chosen sites."""

from __future__ import annotations

import streamlit as st

from app.texts import language, text
from app.web import choices, maps, own_data, picking, receipts
from app.web.charts import coverage_curve
from app.web.controls import choose, slide
from app.web.export import export
from app.web.frame import download, draw_map, map_and_results, note_on_points, page_over
from app.web.public import vector_file
from app.web.statements import stated
from app.web.tables import zone_picker
from app.web.unknowns import unknowns
from geo.numerals import number
from layers import questions
from layers.plan.area import area
from layers.questions.subjects import Points, point_layers

MAP_KEY = "coverage-map"
NO_DEMAND = "none"

with st.sidebar:
    sites = choices.points()
    distance_m = slide("distance", "choose.distance", questions.Coverage, "distance_m")
    with st.expander(text("app.more")):
        sites = choices.finer(sites)
        zoning = choices.cells(
            choices.zones(default=area().defaults["coverage"]["zoning"], map_key=MAP_KEY)
        )
        demand_layer = choose(
            "demand",
            "choose.demand",
            (NO_DEMAND, *point_layers(), *own_data.names("points")),
            title=lambda name: (
                text("choose.none") if name == NO_DEMAND else choices.layer_title(name)
            ),
            default=NO_DEMAND,
        )

demand = None if demand_layer == NO_DEMAND else Points.usual(demand_layer)
located = sites.located()
map_column, results = map_and_results()
if located.empty:
    map_column.info(text("density.empty"))
    page_over()

asked = questions.Coverage(sites, zoning, distance_m=float(distance_m), demand=demand)
zones = asked.answer().sort_values(asked.column, ascending=False, kind="stable")
zone = picking.selected_zone(zones, MAP_KEY)
areas = questions.service_areas(sites, distance_m)
curve = questions.coverage_curve(sites, zoning)

with map_column:
    document = maps.document(asked, lang=language())
    draw_map(document, key=MAP_KEY, layer=maps.ZONES, draw=choices.drawing())
with results:
    at_distance = curve.set_index("distance_m").loc[distance_m].to_dict()
    covered, doubly = st.columns(2)
    covered.metric(text("coverage.title"), f"{number(at_distance['covered_pct'], digits=1)} %")
    doubly.metric(
        text("coverage.doubly"), f"{number(at_distance['doubly_covered_pct'], digits=1)} %"
    )
    note_on_points(sites)
    unknowns(sites, zoning, first=asked.certain(language()))
    coverage_curve(curve, distance_m=distance_m)
    # What a zone is in all is in the file: beside the map there is room for what is found.
    shown = [asked.column, *(each for each in asked.columns if each != "area_km2")]
    zone_picker(zones, shown, zone=zone)
    download(
        "coverage.download_csv",
        f"coverage_{choices.file_stem(sites.layer)}_{distance_m}m_{choices.file_stem(zoning.name)}.csv",
        lambda: vector_file(zones, ".csv"),
    )
    download(
        "coverage.download_gpkg",
        f"service_areas_{choices.file_stem(sites.layer)}_{distance_m}m.gpkg",
        lambda: vector_file(areas, ".gpkg"),
    )
    stated(asked)
    receipts.beside((sites.layer, zoning.name, demand_layer))
export(asked)
