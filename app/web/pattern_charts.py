"""The charts of the pattern page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import streamlit as st

from app.texts import language, text
from app.web.charts import IN_VIEW, PICKED, draw, marks, outlined, quantity, stacked, word
from geo.numerals import chart_format
from layers.questions.unit_classes import CLASS_COLOURS

if TYPE_CHECKING:
    import geopandas as gpd

HEIGHT = 190
BINS = 30
LINE, BAND, ZERO = "#B2182B", "#C3CCD6", "#52606D"
# On white a little darker than on the map.
PLAIN = "#A9B4C0"
POINT_PX = 34
NOUGHT = pd.DataFrame({"zero": [0]})
DASHED = {"type": "rule", "color": ZERO, "strokeDash": [3, 3]}


def z_histogram(zones: gpd.GeoDataFrame, zone: str | None) -> None:
    """Draw how the z values of the units are spread, with a line at that of the selected unit."""
    tested = zones[zones["z"].notna()]
    units = pd.DataFrame(
        {
            "id": tested["id"],
            "name": tested[f"name_{language()}"],
            "z": tested["z"],
            "kind": tested["hot_spot"],
        }
    )
    classes = {name: text(f"pattern.class.{name}") for name in units["kind"].unique()}
    units["class"] = units["kind"].map(classes)
    table = stacked(units.sort_values("class"), "z", np.histogram_bin_edges(tested["z"], BINS))
    cells = text("pattern.chart.cells")
    columns = marks(
        table,
        {"type": "rect", "cursor": "pointer"},
        x=quantity("low", title="z", axis={"tickCount": 6}),
        x2={"field": "high"},
        y=quantity("top", title=cells, scale={"type": "sqrt"}, axis={"tickCount": 4}),
        y2={"field": "bottom"},
        color=_class_colour(table),
        opacity=IN_VIEW,
        **outlined(zone),
        tooltip=[
            word("name", title=text("column.zone")),
            word("class", title=text("column.kind")),
            quantity("z", title="z", format=chart_format(2)),
            quantity("count", title=cells),
        ],
    )
    st.caption(text("pattern.chart.z"))
    chosen = pd.DataFrame({"z": tested.loc[tested["id"] == zone, "z"]})
    # A mark of nothing is an image without a name to who hears the page.
    line = marks(chosen, {"type": "rule", "strokeWidth": 2}, x=quantity("z"))
    columns |= PICKED
    draw([columns] if chosen.empty else [columns, line], HEIGHT, name="units")


def moran_scatter(zones: gpd.GeoDataFrame, zone: str | None) -> None:
    """Draw each unit by its own value and that of its neighbours; a click on one selects it."""
    units = pd.DataFrame(zones.loc[zones["around_z"].notna()])
    # The significant ones last, so that they lie on top.
    plain = units["cluster"] == "not significant"
    units = pd.concat([units[plain], units[~plain]])
    table = pd.DataFrame(
        {
            "id": units["id"],
            "name": units[f"name_{language()}"],
            "own": units["value_z"],
            "around": units["around_z"],
            "kind": units["cluster"],
        }
    )
    table["class"] = [text(f"pattern.class.{name}") for name in table["kind"]]
    own = quantity("own", title=text("pattern.chart.own"))
    around = quantity("around", title=text("pattern.chart.around"))
    dots = marks(
        table,
        {"type": "circle", "size": POINT_PX, "cursor": "pointer"},
        x=own,
        y=around,
        color=_class_colour(table),
        opacity=IN_VIEW,
        **outlined(zone),
        tooltip=[
            word("name", title=text("column.zone")),
            word("class", title=text("column.kind")),
            own | {"format": chart_format(2)},
            around | {"format": chart_format(2)},
        ],
    )
    lines = [marks(NOUGHT, DASHED, **{along: quantity("zero")}) for along in "xy"]
    st.caption(text("pattern.chart.scatter"))
    draw([*lines, dots | PICKED], HEIGHT, name="units")


def ripley_curve(found: pd.DataFrame) -> None:
    """Draw Ripley's L less the distance, over the band of random patterns."""
    km = found["distance_m"] / 1000.0
    table = pd.DataFrame(
        {
            "distance": km,
            "l": found["l_minus_d"] / 1000.0,
            "low": found["l_band_low"] / 1000.0 - km,
            "high": found["l_band_high"] / 1000.0 - km,
        }
    )
    distance = quantity("distance", title=text("pattern.chart.distance"))
    of_all: dict[str, Any] = {
        "x": distance,
        "tooltip": [
            distance | {"format": chart_format(1)},
            *(
                quantity(name, title=text(f"pattern.chart.{name}"), format=chart_format(2))
                for name in ("l", "low", "high")
            ),
        ],
    }
    low = quantity("low", title=text("pattern.chart.l"))
    area = {"type": "area", "color": BAND, "opacity": 0.7}
    band = marks(table, area, y=low, y2={"field": "high"}, **of_all)
    zero = marks(NOUGHT, DASHED, y=quantity("zero"))
    curve = {"type": "line", "color": LINE, "strokeWidth": 2}
    st.caption(text("pattern.chart.ripley"))
    draw([band, zero, marks(table, curve, y=quantity("l"), **of_all)], HEIGHT)


def _class_colour(table: pd.DataFrame) -> dict[str, Any]:
    present = [kind for kind in CLASS_COLOURS if kind in set(table["kind"])]
    colours = [PLAIN if kind == "not significant" else CLASS_COLOURS[kind] for kind in present]
    titles = [text(f"pattern.class.{kind}") for kind in present]
    return word("class", legend=None, scale={"domain": titles, "range": colours})
