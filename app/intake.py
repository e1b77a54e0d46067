"""A file that a visitor brings, on its way in: read once, with its receipt.

The reading of a file, or the refusal of it, stays in the session under what was read and how, so
that a re-run of the page reads nothing again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
import streamlit as st

import geo
from app.texts import text
from geo.errors import AtlasError
from geo.exchange.rasters import read_raster
from layers.own_files import read_own

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from geo.exchange.receipt import Intake
    from geo.people import Population

KEY = "_intake"
RASTERS = ("tif", "tiff")
AREAS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


@dataclass(frozen=True, slots=True)
class Options:
    """How a file is to be read where it does not say, or says it wrong.

    Parameters
    ----------
    layer
        Name of the layer to take; the best one where it is empty.
    crs
        CRS of its coordinates; as the file says where it is empty.
    datum
        ``"gcj02"`` or ``"bd09"`` where they are shifted so; empty where they are not.
    quantity
        ``"count"`` or ``"density"`` for a raster of people; as its unit says where it is empty.
    """

    layer: str = ""
    crs: str = ""
    datum: str = ""
    quantity: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading a file: features, a raster of people, or a refusal.

    Parameters
    ----------
    intake
        Features with their receipt.
    people
        Population of a raster.
    refusal
        Why it was refused.
    """

    intake: Intake | None = None
    people: Population | None = None
    refusal: AtlasError | None = None


def is_raster(name: str) -> bool:
    """Whether the suffix of a file is that of a raster."""
    return name.rpartition(".")[2].lower() in RASTERS


def reading(file: UploadedFile, options: Options) -> Reading:
    """Return what is in a file; it is read when it or the options are others than last time.

    Parameters
    ----------
    file
        As Streamlit's uploader gives it.
    options
        How to read it.
    """
    key = (file.file_id, options)
    last: tuple[object, Reading] | None = st.session_state.get(KEY)
    if last is not None and last[0] == key:
        return last[1]
    # Before the new one is read: two large files need not be held at once.
    st.session_state.pop(KEY, None)
    bar = st.progress(0.0, text("own.reading", name=file.name))
    try:
        read = _read(file, options, lambda done: _advance(bar, done))
    except AtlasError as error:
        read = Reading(refusal=error)
    bar.empty()
    st.session_state[KEY] = (key, read)
    return read


def forget() -> None:
    """Let go of the file that was looked at."""
    st.session_state.pop(KEY, None)


def areas_of(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the features that are areas."""
    return frame[np.isin(shapely.get_type_id(frame.geometry.to_numpy()), AREAS)]


def _advance(bar: Any, done: float) -> None:  # noqa: ANN401 - Streamlit's element
    bar.progress(min(max(done, 0.0), 1.0), text("own.reading_on"))


def _read(file: UploadedFile, options: Options, progress: Callable[[float], None]) -> Reading:
    if is_raster(file.name):
        quantity: Any = options.quantity or None
        raster = read_raster(file.getvalue(), name=file.name)
        return Reading(people=geo.population(raster, quantity=quantity))
    intake = read_own(
        file.getvalue(),
        file.name,
        layer=options.layer or None,
        crs=options.crs or None,
        datum=options.datum or None,
        progress=progress,
    )
    return Reading(intake=intake)
