"""A file that a visitor brings, on its way in: read once, with its receipt.

The reading of a file, or the refusal of it, stays in the session under what was read and how, so
that a re-run of the page reads nothing again. Streamlit lets go of an upload when its page is left;
so a file that was not used yet is kept with what visitors bring, until it is used or taken out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import shapely
import streamlit as st

import geo
from app.texts import text
from app.web.visits import owner
from geo.errors import AtlasError, InputError
from geo.exchange.rasters import read_raster
from geo.wording import together
from geo.work import checkpoint
from layers.keeping.brought import keep_file, kept_file, let_go
from layers.keeping.own_files import read_own
from layers.plan.copies import bytes_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from streamlit.delta_generator import DeltaGenerator
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from geo.exchange.receipt import Intake
    from geo.zoned.people import Population

KEY = "_intake"
# Names in the session: of the kept file that waits with the key of its reading, of the file that
# was used, of what was chosen in the controls of a file.
WAITING, USED, PICKED = "_own_waiting", "_own_used", "_own_picked"
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


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that was chosen before its page was left, in place of the upload.

    Parameters
    ----------
    name, file_id, size
        As those of the upload.
    content
        Its contents.
    """

    name: str
    file_id: str
    size: int
    content: bytes

    def getvalue(self) -> bytes:
        """Return the contents, as those of an upload."""
        return self.content


File: TypeAlias = "UploadedFile | Waiting"


def chosen(upload: UploadedFile | None) -> File | None:
    """Return the file that is looked at: the upload, else the one that waits.

    Raises
    ------
    InputError
        If that is no longer kept (code ``kept.gone``); it is asked for once.
    """
    if upload is not None:
        return upload
    name, _ = st.session_state.get(WAITING, ("", None))
    if not name:
        forget()
        return None
    try:
        file: Waiting = kept_file(name)
    except InputError:
        forget()
        raise
    return file


def waits(file: File, read: Reading) -> bool:
    """Keep a file with what was read of it until it is used; return whether there is room for it.

    Only the last file of a visit waits.
    """
    key, _ = st.session_state[KEY]
    before, of = st.session_state.get(WAITING, ("", None))
    if st.session_state.get(USED) == file.file_id:
        return True
    if of != key:
        let_go(before)
        content = file.getvalue()
        waiting = Waiting(file.name, file.file_id, file.size, content)
        features = None if read.intake is None else read.intake.frame
        cells = None if read.people is None else read.people.counts
        size = sum(map(bytes_of, (content, features, cells)))
        try:
            name = keep_file(waiting, size=size, owner=owner())
        except InputError:  # too much for one visitor, or for all
            name = ""
        st.session_state[WAITING] = (name, key)
    return bool(st.session_state[WAITING][0])


def again() -> None:
    """Have the file read anew."""
    st.session_state.pop(KEY, None)
    name, _ = st.session_state.get(WAITING, ("", None))
    st.session_state[WAITING] = (name, None)


def used() -> None:
    """Let go of the file that waits: it was put to use."""
    (file_id, _), _ = st.session_state[KEY]
    st.session_state[USED] = file_id
    let_go(st.session_state.pop(WAITING, ("", None))[0])


def is_raster(name: str) -> bool:
    """Whether the suffix of a file is that of a raster."""
    return _suffix(name) in RASTERS


def is_table(name: str) -> bool:
    """Whether the suffix of a file is that of a table."""
    return _suffix(name) in TABLES


def reading(file: File, options: Options) -> Reading:
    """Return what is in a file; it is read when it or the options are others than last time.

    While it is read the page shows how far it is and, for a large file, a button to call it off.
    The reading also ends when the visitor leaves or chooses anew.

    Parameters
    ----------
    file
        As Streamlit's uploader gives it, or one that waits.
    options
        How to read it.
    """
    key = (file.file_id, options)
    last: tuple[object, Reading] | None = st.session_state.get(KEY)
    if last is not None and last[0] == key:
        return last[1]
    # Before the new one is read: two large files need not be held at once.
    st.session_state.pop(KEY, None)
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
    """Let go of the file that was looked at, and of what was chosen for it."""
    for name in (KEY, USED, PICKED):
        st.session_state.pop(name, None)
    let_go(st.session_state.pop(WAITING, ("", None))[0])


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
        return tuple(name for name in names.split(together(("", ""))) if name)
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


def _read(file: File, options: Options, progress: Callable[[float], None]) -> Reading:
    # The bytes of the upload themselves: a file of 500 MB is not held twice.
    content = file.getvalue()
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
