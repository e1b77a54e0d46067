"""数据导入: a visitor's own file, with a receipt before anything of it is used."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import streamlit as st

from app.texts import language, text
from app.web import intake, maps, own_controls, own_data, receipts
from app.web.controls import link_to
from app.web.frame import download, draw_map, heading, map_and_results
from app.web.own_data import Own
from app.web.public import vector_file
from app.web.tables import figures, read_in_full
from app.web.visits import owner
from geo.errors import AtlasError
from geo.exchange.cell_quotes import csv_bytes
from geo.exchange.formats import SUFFIXES
from geo.numerals import number
from geo.wording import sentence
from layers.keeping.brought import keep_points, keep_zones
from layers.keeping.own_files import keep_people
from layers.keeping.own_points import Roles, own_points
from layers.plan import published
from layers.plan.zonings import own_zones

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import geopandas as gpd
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from app.web.intake import File
    from geo.exchange.receipt import Intake
    from geo.zoned.people import Population

TYPES = [*(suffix.removeprefix(".") for suffix in SUFFIXES), *intake.RASTERS]
ASIDE_SHOWN = 200
# How a receipt says that places were looked up by their names.
BY_NAME = "table.crs.gazetteer"
# The pages that own zones and points can be asked on, and those that a raster of people can.
PAGES = ("density", "coverage", "distribution", "pattern")
PEOPLE_PAGES = ("distribution",)
# How the codes begin of what another CRS or another layer sets right.
READ_OTHERWISE = (
    *("coordinates.", "crs.", "file.crs_", "layer.", "layers."),
    *(
        "table.crs.",
        "table.no_sheet",
        "table.metres_crs",
        "table.unknown_crs",
        "table.srid_unknown",
    ),
)
# Said where the click was that did it.
CONVERTED = ("coordinates.corrected", "coordinates.corrected_by")
STYLE = """<style>
.findings { margin: 0; padding-left: 1rem; font-size: .86rem; line-height: 1.45; }
.findings .warning { color: #9A3412; font-weight: 600; }
.findings span { display: block; color: #52606D; font-weight: 400; }
.st-key-results { padding-top: 2px; }
</style>"""


def aside_table(taken: Intake) -> pd.DataFrame:
    """Return the rows that were set aside with their reason in words."""
    aside = taken.aside
    reasons = [sentence(code, language(), {}) for code in aside["reason"]]
    return pd.DataFrame(
        {
            text("own.aside_row"): aside.index,
            text("column.name"): aside["name"].to_numpy(),
            text("own.aside_reason"): reasons,
            text("own.aside_detail"): aside["detail"].to_numpy(),
        }
    )


def accuracy(taken: Intake) -> Any:  # noqa: ANN401 - of all, or of each row
    """Return how well the places of a file are known, metres."""
    if taken.receipt.crs_how == BY_NAME:
        return taken.frame["accuracy_m"].to_numpy(dtype=float)
    return taken.frame.attrs.get("accuracy_m", np.nan)


def use_zones(frame: gpd.GeoDataFrame, wanted: str, roles: Roles, taken: Intake) -> None:
    """Keep areas as zones."""
    roles = Roles(name=roles.name)
    title = own_data.called("zones", wanted, taken.receipt, roles)
    zones = own_zones(frame, name_column=roles.name or None)
    zones.attrs = {"title": title, "receipt": taken.receipt}
    name = keep_zones(zones, owner=owner())
    own_data.add(Own(name, "zones", title, len(zones), taken.receipt, roles=roles))
    remembered(name, roles)


def use_points(frame: gpd.GeoDataFrame, wanted: str, roles: Roles, taken: Intake) -> None:
    """Keep features as a point layer."""
    title = own_data.called("points", wanted, taken.receipt, roles)
    layer = own_points(frame, title=title, roles=roles, accuracy_m=accuracy(taken))
    layer.attrs["receipt"] = taken.receipt
    name = keep_points(layer, owner=owner())
    own_data.add(Own(name, "points", title, len(layer), taken.receipt, roles=roles))
    remembered(name, roles)


def use_people(people: Population, wanted: str) -> None:
    """Keep a raster of people."""
    name = keep_people(people, wanted, owner=owner())
    before = own_data.get(name)
    title = own_data.distinct(wanted, own_data.owned()) if before is None else before.title
    own_data.add(Own(name, "population", title, people.counts.size, findings=people.findings))
    st.session_state["_own_done"] = name


def remembered(name: str, roles: Roles) -> None:
    """Remember what the columns are, and that a file can now be chosen."""
    own_controls.remember(
        {
            "name": roles.name,
            "category": roles.category,
            "weight": roles.weight,
            "date": roles.date,
            **dict(options.columns),
        }
    )
    st.session_state["_own_done"] = name


def attempt(use: Callable[..., None], *args: Any) -> None:  # noqa: ANN401 - as the use takes them
    """Try a use; a refusal is told where the button was, when the page is drawn next."""
    try:
        use(*args)
    except AtlasError as error:
        st.session_state["_own_refused"] = error
    else:
        intake.used()


def outcome() -> bool:
    """Say, once, what came of the last button, and return whether the ways on were drawn."""
    refused = st.session_state.pop("_own_refused", None)
    if refused is not None:
        st.error(refused.sentence(language()))
    done = own_data.get(st.session_state.pop("_own_done", ""))
    if done is None:
        return False
    words = "own.used.population" if done.use == "population" else "own.used"
    st.success(text(words, title=done.title))
    to_pages([done])
    return True


def to_pages(things: Sequence[Own]) -> None:
    """Draw the ways to the pages that own data can be asked on."""
    for page in PAGES if any(own.use != "population" for own in things) else PEOPLE_PAGES:
        link_to(page, text("own.go", page=text(f"page.{page}")))


def brought(*, ways: bool) -> None:
    """Draw what was brought in this visit, each with its receipt and a button that takes it out.

    With ``ways`` the ways to the pages that it can be asked on stand below.
    """
    things = own_data.owned()
    if not things:
        return
    heading(text("own.brought"))
    for own in things:
        words, button = st.columns((3, 1.6), vertical_alignment="center")
        words.caption(text(f"own.thing.{own.use}", title=own.title, rows=number(own.rows)))
        button.button(
            text("own.remove"),
            key=f"remove-{own.name}",
            on_click=own_data.remove,
            args=(own.name,),
            width="stretch",
        )
        with st.expander(text("own.receipt_of", title=own.title)):
            receipts.findings(own.findings if own.receipt is None else own.receipt.findings)
            if own.receipt is not None:
                receipts.lines(own.receipt.lines(language()))
            receipts.as_file(own)
    if ways:
        to_pages(things)


def remedies(file: File, read: intake.Reading) -> bool:
    """Draw, beside a suspicion, the click that sets it right, or undoes that."""
    offered = intake.remedies_of(read)
    for remedy in offered:
        st.button(
            text(f"own.remedy.{remedy}"),
            type="primary",
            on_click=own_controls.choose_remedy,
            args=(file.file_id, remedy),
            width="stretch",
            key=f"remedy-{remedy}",
        )
    if options.remedy:
        st.button(
            text("own.remedy.undo"),
            on_click=own_controls.choose_remedy,
            args=(file.file_id, ""),
            width="stretch",
            key="remedy-undo",
        )
    return bool(offered)


def features(file: File, read: intake.Reading, taken: Intake, title: str) -> None:
    """Draw the receipt of a file of features, and what it can be used as."""
    receipt, frame = taken.receipt, taken.frame
    areas = intake.areas_of(frame)
    with st.sidebar:
        roles = own_controls.roles(
            file, intake.columns_of(read), receipt.name_column, open_=areas.empty
        )
    with results:
        has_outcome = outcome()
        warnings = [each for each in receipt.findings if each.level == "warning"]
        if warnings:
            heading(text("own.warned"))
            receipts.findings(warnings)
        for each in receipt.findings:
            if each.code in CONVERTED:
                st.success(each.sentence(language()))
        suspected = remedies(file, read)
        uses(frame, areas, title, roles, taken, first=not suspected)
        heading(text("own.receipt"))
        receipts.lines(receipt.lines(language()))
        receipts.findings(
            each
            for each in receipt.findings
            if each.level != "warning" and each.code not in CONVERTED
        )
        if len(taken.aside):
            table = aside_table(taken)
            with st.expander(text("own.aside", n=number(len(table)))):
                read_in_full(table.head(ASIDE_SHOWN))
                download("own.download_aside", f"{title}_aside.csv", lambda: csv_bytes(table))
        sentences = [each.sentence(language()) for each in receipt.findings]
        download(
            "own.download_receipt",
            f"{title}_receipt.json",
            lambda: json.dumps(
                receipt.as_dict() | {"noticed": sentences}, ensure_ascii=False, indent=1
            ).encode(),
        )
        download("own.download", f"{title}.gpkg", lambda: vector_file(frame, ".gpkg"))
        brought(ways=not has_outcome)
    with map_column:
        preview(maps.own(frame, title, roles.name, language()), title)


def preview(document: Mapping[str, Any], title: str) -> None:
    """Draw where a file lies; each file opens where it does, wherever the last one was."""
    draw_map(document, key=f"own-map-{title}", url_state=False)


def uses(
    frame: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    title: str,
    roles: Roles,
    taken: Intake,
    *,
    first: bool,
) -> None:
    """Draw the buttons that put features to use; the likely one stands out unless another does."""
    zones_button, points_button = st.columns(2)
    zones_button.button(
        text("own.use.zones"),
        type="primary" if first and len(areas) else "secondary",
        disabled=areas.empty,
        on_click=attempt,
        args=(use_zones, areas, title, roles, taken),
        width="stretch",
    )
    points_button.button(
        text("own.use.points"),
        type="primary" if first and areas.empty else "secondary",
        on_click=attempt,
        args=(use_points, frame, title, roles, taken),
        width="stretch",
    )


def raster(people: Population, title: str) -> None:
    """Draw the receipt of a raster of people, beside published figures."""
    with results:
        has_outcome = outcome()
        st.button(
            text("own.use.population"),
            type="primary",
            on_click=attempt,
            args=(use_people, people, title),
            width="stretch",
        )
        heading(text("own.noticed"))
        receipts.findings(people.findings)
        heading(text("own.published"))
        compared_with_published(people)
        brought(ways=not has_outcome)
    with map_column:
        preview(maps.own_people(people, title, language()), title)


def compared_with_published(people: Population) -> None:
    """Draw the people of a raster beside published numbers."""
    try:
        table = published.compared(people)
    except AtlasError as error:
        st.warning(error.sentence(language()))
        return
    columns = ("name", "published_people", "counted_people", "agrees")
    figures(
        [text("column.name"), *(text(f"own.{column}") for column in columns[1:])],
        [
            [
                name,
                number(expected),
                number(counted, digits=0) if counted == counted else "–",  # noqa: PLR0124  not-a-number
                text(f"own.agrees.{verdict}"),
            ]
            for name, expected, counted, verdict in zip(
                table[f"name_{language()}"],
                table["published"],
                table["counted"],
                table["agrees"],
                strict=True,
            )
        ],
    )
    st.caption(text("own.published_note"))


def refused(file: File, read: intake.Reading, error: AtlasError) -> None:
    """Say why a file is refused, what is suspected, and what would let it be read."""
    with map_column:
        if error.code == "file.cancelled":
            st.info(error.sentence(language()))
            st.button(text("own.again"), on_click=intake.again)
            return
        st.error(error.sentence(language()))
        receipts.findings(error.findings)
        buttons, _ = st.columns((1, 1))
        with buttons:
            remedies(file, read)
        asks_columns = intake.is_table(file.name) and bool(intake.columns_of(read))
        asks_reading = error.code.startswith(READ_OTHERWISE)
        advice = "_table" if asks_columns else "" if asks_reading else "_whole"
        st.caption(text(f"own.refused{advice}"))


def looked_at(upload: UploadedFile | None) -> File | None:
    """Return the upload, or the file that was chosen before the page was left and waits."""
    try:
        file = intake.chosen(upload)
    except AtlasError as error:
        st.info(error.sentence(language()))
        return None
    if file is not None and upload is None:
        st.caption(text("own.waiting", name=file.name))
        st.button(text("own.drop"), on_click=intake.forget, width="stretch")
    return file


st.html(STYLE)
options = intake.Options()
with st.sidebar:
    uploaded = st.file_uploader(
        text("own.file"), type=TYPES, key="own-file", on_change=intake.forget
    )
    file = looked_at(uploaded)
    st.caption(text("own.private"))
    if file is not None:
        options = own_controls.how_to_read(file)

map_column, results = map_and_results()
if file is None:
    # In one block, so that none of it is left standing while a file is read in its place.
    with map_column, st.container():
        st.info(text("own.empty"))
        st.markdown(text("own.formats"))
    with results:
        brought(ways=not outcome())
else:
    with map_column:
        read = intake.reading(file, options)
        if not intake.waits(file, read):
            st.caption(text("own.not_waiting"))
    if own_controls.learn(file, read):
        st.rerun()
    file_title = file.name.rpartition(".")[0] or file.name
    if read.refusal is not None:
        refused(file, read, read.refusal)
        with results:
            brought(ways=True)
    elif read.people is not None:
        raster(read.people, file_title)
    elif read.intake is not None:
        features(file, read, read.intake, file_title)
