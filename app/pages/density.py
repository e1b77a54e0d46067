"""平台密度: where points are dense."""

from __future__ import annotations

import streamlit as st

import geo
from app import choices, maps, questions
from app.charts import bars
from app.controls import choose, slide, switch
from app.frame import download, draw_map, heading, map_and_results, note_on_points
from app.texts import language, number, text

KERNELS = ("quartic", "gaussian", "epanechnikov", "triangular", "uniform")

with st.sidebar:
    points = choices.points()
    bandwidth_m = slide(
        "bandwidth", "choose.bandwidth", low=500, high=10000, step=250, default=3000
    )
    with st.expander(text("app.more")):
        points = choices.finer(points)
        kernel = choose(
            "kernel",
            "choose.kernel",
            KERNELS,
            title=lambda name: text(f"kernel.{name}"),
            default="quartic",
        )
        cell_size_m = slide("cell", "choose.cell", low=100, high=1000, step=50, default=250)
        zoning = choices.zoning(default="districts")
        hexagon_m = choices.hexagon_m(zoning)
        weighted = points.layer == "projects" and switch("weighted", "choose.weighted")

weight = questions.INVESTMENT if weighted else None
located = points.located()
map_column, results = map_and_results()
if located.empty or (weight and located[weight].notna().sum() == 0):
    map_column.info(text("density.nothing_weighted" if len(located) else "density.empty"))
    st.stop()

unit = text("density.unit_weighted" if weight else "density.unit")
surface = questions.density(
    points, bandwidth_m=bandwidth_m, cell_size_m=cell_size_m, kernel=kernel, weight=weight
)
ranking = questions.distribution(points, zoning=zoning, hexagon_m=hexagon_m, weight=weight)
value = "weight_sum" if weight else "density_per_km2"
ranking = ranking.sort_values(value, ascending=False)

with map_column:
    draw_map(
        maps.density(
            points,
            bandwidth_m=bandwidth_m,
            cell_size_m=cell_size_m,
            kernel=kernel,
            weight=weight,
            lang=language(),
        ),
        key="density-map",
    )
with results:
    st.metric(text("density.peak"), f"{number(float(surface.max()))} {unit}")
    note_on_points(located, points.unlocated())
    heading(text("density.ranking"))
    bars(
        choices.zone_table(ranking, value),
        title=text(f"column.{value}"),
        key="density-bars",
    )
    download(
        "density.download_tif",
        f"density_{points.layer}_{bandwidth_m}m.tif",
        lambda: geo.geotiff_bytes(surface),
    )
    download(
        "density.download_csv",
        f"density_{points.layer}_{zoning}.csv",
        lambda: geo.vector_bytes(ranking, ".csv"),
    )
