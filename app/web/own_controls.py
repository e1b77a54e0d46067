"""The controls of the page of one's own data: how a file is read, and what its columns are.

They are no part of the address, as what they choose of is not. What a column is, is asked once: the
next file that has a column of that name starts with the answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import streamlit as st

from app.texts import language, text
from app.web import intake
from app.web.intake import Options, Remedy
from geo.zoned.people import Quantity
from layers.keeping.own_points import Roles

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from app.web.intake import File
    from geo.exchange.receipt import Receipt

NONE = ""
# What coordinates in and around Changsha may be in, where a file does not say.
CRS_CHOICES = (
    NONE,
    "EPSG:4490",
    "EPSG:4547",
    "EPSG:4526",
    "EPSG:4546",
    "EPSG:4525",
    "EPSG:4509",
    "EPSG:4508",
    "EPSG:32649",
    "EPSG:3857",
)
DATUMS = (NONE, "gcj02", "bd09")
PLACES = ("lon", "lat", "wkt", "place")
REMEDY, REMEMBERED, KNOWN = "_own_remedy", "_own_roles", "_own_known"


def how_to_read(file: File) -> Options:
    """Draw how a file may be read otherwise than it says; return what was chosen."""
    receipt, columns, refused = known(file)
    if intake.is_raster(file.name):
        with st.expander(text("own.how")):
            return Options(
                quantity=_pick(
                    file,
                    "quantity",
                    (NONE, *get_args(Quantity)),
                    title=lambda value: text(f"own.quantity.{value or 'stated'}"),
                )
            )
    layers = () if receipt is None else _layers(file, receipt)
    places: tuple[tuple[str, str], ...] = ()
    if intake.is_table(file.name) and columns:
        with st.expander(text("own.places"), expanded=refused):
            places = _places(file, columns)
    with st.expander(text("own.how"), expanded=refused and not columns):
        return Options(
            layers=layers,
            columns=places,
            remedy=remedy(file),
            crs=_pick(
                file,
                "crs",
                CRS_CHOICES,
                title=lambda code: text(f"own.crs.{code.removeprefix('EPSG:') or 'file'}"),
            ),
            datum=_pick(
                file, "datum", DATUMS, title=lambda value: text(f"own.datum.{value or 'none'}")
            ),
        )


def roles(file: File, columns: Sequence[str], start: str, *, open_: bool) -> Roles:
    """Draw what the columns are; return it.

    Parameters
    ----------
    file
        The file that has them.
    columns
        Their names.
    start
        Column of names, as the reader has found it.
    open_
        Whether what only points need is shown unfolded.
    """
    options = (NONE, *columns)
    name = _pick(file, "name", options, title=_column, start=_remembered("name", columns) or start)
    with st.expander(text("own.point_columns"), expanded=open_):
        others = {
            role: _pick(file, role, options, title=_column, start=_remembered(role, columns))
            for role in ("category", "weight", "date")
        }
    return Roles(name=name, **others)


def remember(answers: Mapping[str, str]) -> None:
    """Remember for this visit what columns are, by their names."""
    by_role: dict[str, dict[str, None]] = st.session_state.setdefault(REMEMBERED, {})
    for role, column in answers.items():
        if column:
            # The one that was said last comes last.
            by_role.setdefault(role, {}).pop(column, None)
            by_role[role][column] = None


def remedy(file: File) -> Remedy:
    """Return what was chosen of what was on offer for a file."""
    of, chosen = st.session_state.get(REMEDY, (NONE, NONE))
    choice: Remedy = chosen if of == file.file_id else ""
    return choice


def choose_remedy(file_id: str, chosen: Remedy) -> None:
    """Read the file anew, set right as offered, or as it is where nothing is chosen."""
    st.session_state[REMEDY] = (file_id, chosen)


def known(file: File) -> tuple[Receipt | None, tuple[str, ...], bool]:
    """Return the last receipt of a file, the names of its columns, and whether it was refused."""
    of, receipt, columns, refused = st.session_state.get(KNOWN, (NONE, None, (), False))
    return (receipt, columns, refused) if of == file.file_id else (None, (), False)


def learn(file: File, read: intake.Reading) -> bool:
    """Note what reading a file has told of it; return whether the controls show too little yet."""
    receipt, columns, refused = before = known(file)
    if read.intake is not None:
        receipt = read.intake.receipt
    columns = intake.columns_of(read) or columns
    after = (receipt, columns, read.refusal is not None)
    st.session_state[KNOWN] = (file.file_id, *after)
    news = [
        () if each[0] is None else tuple(layer.name for layer in each[0].layers)
        for each in (before, after)
    ]
    return news[0] != news[1] or (columns, refused) != after[1:] or before[1] != columns


def _layers(file: File, receipt: Receipt) -> tuple[str, ...]:
    """Draw the choice of layers where there are several; none means the best."""
    names = [layer.name for layer in receipt.layers]
    if len(set(names)) < 2:  # noqa: PLR2004  one needs no choice
        return ()
    key, picked = _key(file, "layer"), _picked(file)
    st.session_state.setdefault(key, [name for name in picked.get("layer", ()) if name in names])
    chosen: list[str] = st.multiselect(
        text("own.layer"),
        list(dict.fromkeys(names)),
        key=key,
        format_func=lambda name: receipt.layer_words(name, language()),
        placeholder=text("own.layer.best"),
        select_all=False,
    )
    picked["layer"] = chosen
    return tuple(chosen)


def _places(file: File, columns: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Draw which columns of a table hold the places; nothing where that is left to the reader."""
    chosen = {
        role: _pick(
            file,
            role,
            (NONE, *columns),
            title=lambda name: name or text("own.column.found"),
            start=_remembered(role, columns),
        )
        for role in PLACES
    }
    st.caption(text("own.places_note"))
    if chosen["wkt"]:
        return (("wkt", chosen["wkt"]),)
    if chosen["lon"] and chosen["lat"]:
        return (("lon", chosen["lon"]), ("lat", chosen["lat"]))
    return (("place", chosen["place"]),) if chosen["place"] else ()


def _remembered(role: str, columns: Sequence[str]) -> str:
    by_role: dict[str, dict[str, None]] = st.session_state.get(REMEMBERED, {})
    return next((name for name in reversed(by_role.get(role, {})) if name in columns), NONE)


def _column(name: str) -> str:
    return name or text("own.no_column")


def _key(file: File, name: str) -> str:
    return f"own-{name}-{file.file_id}@{language()}"


def _pick(
    file: File,
    name: str,
    options: Sequence[str],
    *,
    title: Callable[[str], str],
    start: str = NONE,
) -> str:
    """Draw a select box; each file and each language has its own."""
    key, picked = _key(file, name), _picked(file)
    if st.session_state.get(key) not in options:
        start = picked.get(name, start)
        st.session_state[key] = start if start in options else options[0]
    chosen: str = st.selectbox(text(f"own.{name}"), options, key=key, format_func=title)
    picked[name] = chosen
    return chosen


def _picked(file: File) -> dict[str, Any]:
    """Return what was chosen for a file: Streamlit forgets it when the page is left."""
    of, picked = st.session_state.get(intake.PICKED, (NONE, {}))
    if of != file.file_id:
        picked = {}
        st.session_state[intake.PICKED] = (file.file_id, picked)
    choices: dict[str, Any] = picked
    return choices
