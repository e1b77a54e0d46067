"""A file that a visitor brings, on its way in: read once, with its receipt.

The reading of a file, or the refusal of it, stays in the session under what was read and how, so
that a re-run of the page reads nothing again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely
import streamlit as st

import geo
from app.texts import text
from geo.errors import AtlasError, InputError
from geo.exchange.rasters import read_raster
from geo.work import checkpoint
from layers.own_files import read_own

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from streamlit.delta_generator import DeltaGenerator
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from geo.exchange.receipt import Intake
    from geo.people import Population

KEY = "_intake"
RASTERS = ("tif", "tiff")
TABLES = ("csv", "txt", "tsv", "xlsx", "xlsm", "xls")
AREAS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
# What takes so long to read that it can be called off.
LARGE_BYTES = 1_000_000

Remedy = Literal["", "correct", "as_is"]


@dataclass(frozen=True, slots=True)
class Options:
    """How a file is to be read where it does not say, or says it wrong.

    Parameters
    ----------
    layers
        Names of the layers to take; the best ones where there are none.
    crs
        CRS of its coordinates; as the file says where it is empty.
    datum
        ``"gcj02"`` or ``"bd09"`` where they are shifted so; empty where they are not.
    remedy
        What was chosen of what the receipt, or the refusal, has on offer.
    columns
        Of a table: pairs of ``"lon"``, ``"lat"``, ``"wkt"`` or ``"place"`` and a column.
    quantity
        ``"count"`` or ``"density"`` for a raster of people; as its unit says where it is empty.
    """

    layers: tuple[str, ...] = ()
    crs: str = ""
    datum: str = ""
    remedy: Remedy = ""
    columns: tuple[tuple[str, str], ...] = ()
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
    return _suffix(name) in RASTERS


def is_table(name: str) -> bool:
    """Whether the suffix of a file is that of a table."""
    return _suffix(name) in TABLES


def reading(file: UploadedFile, options: Options) -> Reading:
    """Return what is in a file; it is read when it or the options are others than last time.

    While it is read the page shows how far it is and, for a large file, a button to call it off.
    The reading also ends when the visitor leaves or chooses anew.

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
    forget()
    place = st.empty()
    with place.container():
        bar = st.progress(0.0, text("own.reading", name=file.name))
        if file.size >= LARGE_BYTES:
            st.button(text("own.cancel"), on_click=_call_off, args=(key, file.name), key="own-stop")
    try:
        read = _read(file, options, lambda done: _advance(bar, done))
    except AtlasError as error:
        read = Reading(refusal=error)
    place.empty()
    st.session_state[KEY] = (key, read)
    return read


def forget() -> None:
    """Let go of the file that was looked at."""
    st.session_state.pop(KEY, None)


def areas_of(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the features that are areas."""
    return frame[np.isin(shapely.get_type_id(frame.geometry.to_numpy()), AREAS)]


def columns_of(read: Reading) -> tuple[str, ...]:
    """Return the columns of a file, as far as reading or refusing it has told them."""
    if read.intake is not None:
        frame = read.intake.frame
        return tuple(str(column) for column in frame.columns if column != frame.geometry.name)
    if read.refusal is not None and read.refusal.code.startswith("table."):
        names = str(read.refusal.values.get("columns", ""))
        return tuple(name for name in names.split("、") if name)
    return ()


def remedies_of(read: Reading) -> tuple[str, ...]:
    """Return what is on offer against what the coordinates are suspected of."""
    if read.intake is not None:
        return read.intake.diagnosis.remedies
    return () if read.refusal is None else tuple(read.refusal.remedies)


def _suffix(name: str) -> str:
    return name.rpartition(".")[2].lower()


def _call_off(key: object, name: str) -> None:
    """Take a reading that was called off for refused: it is not begun again by itself."""
    error = InputError(
        f"read_file: reading {name} was cancelled.", code="file.cancelled", name=name
    )
    st.session_state[KEY] = (key, Reading(refusal=error))


def _advance(bar: DeltaGenerator, done: float) -> None:
    share = min(max(done, 0.0), 1.0)
    bar.progress(share, text("own.reading_on", pct=round(100 * share)))


def _unwanted() -> bool:
    """End the run where the visitor has left or wants something else; else go on."""
    checkpoint()
    return False


def _read(file: UploadedFile, options: Options, progress: Callable[[float], None]) -> Reading:
    # A view of the upload: a file of 500 MB is not held twice.
    content = file.getbuffer()
    if is_raster(file.name):
        quantity: Any = options.quantity or None
        raster = read_raster(content, file.name, progress=progress, cancelled=_unwanted)
        return Reading(people=geo.population(raster, quantity=quantity))
    intake = read_own(
        content,
        file.name,
        layer=options.layers or None,
        crs=options.crs or None,
        datum=options.datum or ("as_is" if options.remedy == "as_is" else None),
        correct=options.remedy == "correct",
        columns=dict(options.columns) or None,
        progress=progress,
        cancelled=_unwanted,
    )
    return Reading(intake=intake)
