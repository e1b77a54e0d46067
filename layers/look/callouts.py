"""A visitor's own notes on a map: a numbered mark for each, and the key of what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd

from layers.look.overlays import Points
from layers.look.styles import inks
from layers.plan.positions import CRS
from layers.words import both, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.keeping.own_notes import Note
    from layers.look.overlays import Overlay
    from layers.look.statement import Row

NAME = "notes"
SIZE_PX = 7.0


def noted(notes: Sequence[Note], lang: str) -> Points:
    """Return notes as points of a map; they are own data, as the points of one's own files are.

    Parameters
    ----------
    notes
        The notes, as :func:`layers.keeping.own_notes.clean_notes` returns them.
    lang
        ``"zh"`` or ``"en"``, for the titles of columns.

    Examples
    --------
    >>> from layers.keeping.own_notes import Note
    >>> noted([Note(112.9, 28.2, "桥位")], "zh").frame["name_zh"].tolist()
    ['1 桥位']
    """
    names = [say("note.named", lang, n=at, title=each.title) for at, each in enumerate(notes, 1)]
    frame = gpd.GeoDataFrame(
        {
            "id": [f"note-{at}" for at in range(1, len(notes) + 1)],
            "name_zh": names,
            "name_en": names,
            "note_number": range(1, len(notes) + 1),
            "note_text": [each.text for each in notes],
            "evidence": "located",
            "source_id": "own",
        },
        geometry=gpd.points_from_xy([each.lon for each in notes], [each.lat for each in notes]),
        crs=CRS,
    )
    zh, en = both("note.layer")
    (ink,) = inks("figure")
    columns = {"note_text": say("note.text", lang)}
    return Points(frame, zh, en, ink, "pentagon", SIZE_PX, named=True, columns=columns, name=NAME)


def has_results(overlays: Sequence[Overlay]) -> bool:
    """Whether there are results among what lies on a map, and not notes alone.

    Examples
    --------
    >>> from layers.keeping.own_notes import Note
    >>> has_results([noted([Note(112.9, 28.2, "桥位")], "zh")])
    False
    """
    return any(each.name != NAME for each in overlays)


def layer_name() -> str:
    """Return what the notes are called among the results of a map.

    Examples
    --------
    >>> layer_name()
    'overlay-notes'
    """
    return f"overlay-{NAME}"


def key_rows(notes: Sequence[Note], lang: str) -> tuple[Row, ...]:
    """Return what each note says, by its number.

    Examples
    --------
    >>> from layers.keeping.own_notes import Note
    >>> key_rows([Note(112.9, 28.2, "桥位", "待核实")], "zh")
    (('自写批注 1', '桥位：待核实'),)
    """
    return tuple(
        (
            say("note.numbered", lang, n=at),
            say("statement.row", lang, name=each.title, value=each.text)
            if each.text
            else each.title,
        )
        for at, each in enumerate(notes, start=1)
    )
