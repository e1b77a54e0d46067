"""Features and results from outside, with texts that an output can show.

Names, values and column names of an uploaded file, and the titles of results made from it.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from layers.look.overlays import Choropleth, Points, Surface
from layers.type.outside_texts import (
    AUTHOR,
    COLUMN,
    CUT,
    NAME,
    NOTE,
    NOTES,
    PROSE,
    REVIEW,
    SENTENCES,
    SUBTITLE,
    TITLE,
    TITLE_LINES,
    UNIT,
    Cleaner,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from geo.findings import Finding
    from layers.look.content import Content
    from layers.look.overlays import Overlay
    from layers.look.sheet import Sheet
    from layers.look.statement import Statement

NAMES = ("name_zh", "name_en")
_TITLES = {
    **dict.fromkeys(("title", "title_en", "heading", "heading_en"), NAME),
    "unit": UNIT,
}


def clean_content(content: Content, cleaner: Cleaner) -> Content:
    """Return what a map shows with texts that can be shown.

    Of what is drawn only the names are looked at that stand on the map.

    Parameters
    ----------
    content
        What a map shows; it is not changed.
    cleaner
        Counts what was changed.

    Examples
    --------
    >>> import layers
    >>> from layers.look.content import Content
    >>> from layers.type.outside_texts import Cleaner
    >>> cities = layers.load("cities")
    >>> content = Content({"cities": cities}, ("cities",))
    >>> clean_content(content, Cleaner(drawn=True)).frames["cities"] is cities
    True
    """
    named = content.visible if cleaner.drawn else tuple(content.frames)
    frames = {
        name: _printed(frame, content.lang, cleaner) if cleaner.drawn else _whole(frame, cleaner)
        for name, frame in content.frames.items()
        if name in named
    }
    overlays = tuple(clean_overlay(each, cleaner, content.lang) for each in content.overlays)
    told = content.statement
    return replace(
        content,
        frames={**content.frames, **frames},
        overlays=overlays,
        statement=told and clean_statement(told, cleaner),
    )


def clean_statement(statement: Statement, cleaner: Cleaner) -> Statement:
    """Return what a map says of itself with texts that can be shown."""
    said: dict[str, Any] = {each.name: getattr(statement, each.name) for each in fields(statement)}
    return replace(statement, **{name: _clean(words, cleaner) for name, words in said.items()})


def _clean(words: Any, cleaner: Cleaner) -> Any:  # noqa: ANN401 - texts, however they are nested
    if isinstance(words, str):
        return cleaner.text(words, PROSE)
    return tuple(_clean(each, cleaner) for each in words)


def clean_frames(
    frames: Mapping[str, gpd.GeoDataFrame], cleaner: Cleaner
) -> dict[str, gpd.GeoDataFrame]:
    """Return features by layer with texts that can be shown; what needs no change is the same."""
    return {name: _whole(frame, cleaner) for name, frame in frames.items()}


def clean_overlays(
    overlays: Sequence[Overlay], cleaner: Cleaner, lang: str = "zh"
) -> tuple[Overlay, ...]:
    """Return results with texts that can be shown; see :func:`clean_overlay`."""
    return tuple(clean_overlay(each, cleaner, lang) for each in overlays)


def clean_overlay(overlay: Overlay, cleaner: Cleaner, lang: str) -> Overlay:
    """Return a result with texts that can be shown: its titles, names, values and columns.

    Parameters
    ----------
    overlay
        The result; it is not changed.
    cleaner
        Counts what was changed.
    lang
        Language of the names that are drawn.
    """
    known = {field.name for field in fields(overlay)}
    titles: dict[str, Any] = {
        key: cleaner.text(getattr(overlay, key), most)
        for key, most in _TITLES.items()
        if key in known
    }
    titled: Any = replace(overlay, **titles)
    if isinstance(overlay, Surface):
        surface: Overlay = titled
        return surface
    if cleaner.drawn:
        named = isinstance(overlay, Choropleth | Points) and overlay.named
        frame = _printed(overlay.frame, lang, cleaner) if named else overlay.frame
        drawn: Overlay = replace(titled, frame=frame)
        return drawn
    renamed = _columns(overlay.frame, cleaner)
    frame = overlay.frame.rename(columns=renamed) if renamed else overlay.frame
    changed: dict[str, Any] = {"frame": _whole(frame, cleaner)}
    if "column" in known:
        changed["column"] = renamed.get(titled.column, titled.column)
    if "columns" in known:
        changed["columns"] = {
            renamed.get(key, key): cleaner.text(str(title), NAME)
            for key, title in (titled.columns or {}).items()
        }
    cleaned: Overlay = replace(titled, **changed)
    return cleaned


def _printed(frame: gpd.GeoDataFrame, lang: str, cleaner: Cleaner) -> gpd.GeoDataFrame:
    """Return features whose names can be drawn, in the language of the map where they have it."""
    columns = [name for name in (NAMES[::-1] if lang == "en" else NAMES) if name in frame]
    clean = _cleaned(frame, columns[:1], cleaner)
    if columns and all(isinstance(each, str) and each for each in list(clean[columns[0]])):
        return clean
    # A name of which nothing can be shown is none either.
    return _cleaned(clean, columns[1:], cleaner)


def _whole(frame: gpd.GeoDataFrame, cleaner: Cleaner) -> gpd.GeoDataFrame:
    return _cleaned(frame, [name for name in frame.columns if _may_hold_text(frame[name])], cleaner)


def _may_hold_text(values: pd.Series[Any] | pd.DataFrame) -> bool:
    if not isinstance(values, pd.Series):  # two columns of one name
        return False
    return values.dtype == "object" or isinstance(
        values.dtype, pd.StringDtype | pd.CategoricalDtype
    )


def _cleaned(frame: gpd.GeoDataFrame, columns: list[Any], cleaner: Cleaner) -> gpd.GeoDataFrame:
    changed: dict[Any, list[object]] = {}
    for column in columns:
        most, lines = (NAME, 1) if column in NAMES else (PROSE, None)
        # Faster than ``tolist`` where pandas holds texts as Arrow does.
        before = list(frame[column])
        after = [cleaner.text(v, most, lines=lines) if isinstance(v, str) else v for v in before]
        if any(one is not other for one, other in zip(before, after, strict=True)):
            changed[column] = after
    if not changed:
        return frame
    clean = frame.copy()
    for column, values in changed.items():
        clean[column] = pd.Series(values, index=frame.index, dtype="object")
    return clean


def _columns(frame: gpd.GeoDataFrame, cleaner: Cleaner) -> dict[Any, str]:
    """Return new names for columns whose name cannot be shown, each different from all others."""
    taken = {str(name).casefold() for name in frame.columns}
    renamed: dict[Any, str] = {}
    for name in frame.columns:
        cleaned = cleaner.text(str(name), COLUMN)
        if name in (frame.geometry.name, cleaned):
            continue
        fresh, number = cleaned, 2
        while not fresh or fresh.casefold() in taken:
            fresh, number = f"{cleaned}_{number}", number + 1
        taken.add(fresh.casefold())
        renamed[name] = fresh
    return renamed


def clean_sheet(sheet: Sheet, lang: str, *, drawn: bool, cleaner: Cleaner | None = None) -> Sheet:
    r"""Return a sheet whose texts can be shown, with notes first that say what that took.

    Parameters
    ----------
    sheet
        As a reader has filled it in.
    lang
        Language of the notes, ``"zh"`` or ``"en"``.
    drawn
        As for `Cleaner`.
    cleaner
        One that has seen the texts of the map, of which the notes are to speak too.

    Examples
    --------
    >>> from layers.look.sheet import Sheet
    >>> clean_sheet(Sheet("湘江\u200b新区", "internal"), "zh", drawn=True).notes
    ('文字中有 1 个看不见或无法显示的字符，已略去：U+200B 零宽空格 × 1。',)
    """
    cleaner = cleaner or Cleaner(drawn=drawn)
    notes = tuple(cleaner.text(note, NOTE, lines=None) for note in sheet.notes)
    if len(notes) > NOTES + SENTENCES:
        notes = (*notes[: NOTES - 1], CUT)
    cleaned = replace(
        sheet,
        title=cleaner.text(sheet.title, TITLE, lines=TITLE_LINES),
        subtitle=cleaner.text(sheet.subtitle, SUBTITLE, lines=TITLE_LINES),
        review_number=cleaner.text(sheet.review_number, REVIEW),
        base_number=cleaner.text(sheet.base_number, REVIEW),
        author=cleaner.text(sheet.author, AUTHOR),
        date=cleaner.text(sheet.date, AUTHOR),
        notes=notes,
    )
    return replace(cleaned, notes=(*cleaner.sentences(lang), *notes))


def sheet_findings(sheet: Sheet) -> tuple[Finding, ...]:
    r"""Return what a print leaves out of, replaces in and cuts from the texts of a sheet.

    Examples
    --------
    >>> from layers.look.sheet import Sheet
    >>> [finding.code for finding in sheet_findings(Sheet("湘江\u200b新区", "internal"))]
    ['text.left_out']
    """
    cleaner = Cleaner(drawn=True)
    clean_sheet(sheet, "zh", drawn=True, cleaner=cleaner)
    return cleaner.findings()
