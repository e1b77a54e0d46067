"""Rules on what a map shows: all China, what must not be shown, and how well places are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from layers.look.sheet import PUBLIC
from layers.plan.area import area
from layers.plan.catalogue import table
from layers.plan.schema import resource
from layers.review.findings import PASS, fails, look, passes, rule
from layers.review.rulebook import china

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.review.findings import Found
    from layers.review.subject import Extent, Subject

NAMES = ("name_zh", "name_en", "aliases", "note_text")
# Of what was found so many are named.
MOST_NAMED = 6


@rule
def china_complete(subject: Subject) -> Found:
    """Find whether a map or inset of the whole country reaches all its ends."""
    for where, extent in subject.extents().items():
        if not all(_holds(extent, place) for place in china()["nationwide"]):
            continue
        missing = [place for place in china()["reaches"] if not _holds(extent, place)]
        if missing:
            return fails(f"review.lacks.{where}", names=missing[:MOST_NAMED])
        return look(f"review.all_china.{where}")
    return PASS


@rule
def south_china_sea(subject: Subject) -> Found:
    """Find whether a map with all of Hainan shows the South China Sea islands."""
    south = next(place for place in china()["reaches"] if place["lat"] == _southernmost())
    lacking = [
        where
        for where, extent in subject.extents().items()
        if _covers(extent, china()["hainan"]) and not _holds(extent, south)
    ]
    return passes(not lacking)


@rule
def south_china_sea_extent(subject: Subject) -> Found:
    """Find whether a map or inset of the South China Sea islands reaches all that it must."""
    for where, extent in subject.extents().items():
        is_of_sea = all(_holds(extent, place) for place in china()["sea"])
        if not is_of_sea or all(_holds(extent, place) for place in china()["nationwide"]):
            continue
        missing = [place for place in china()["sea_reaches"] if not _holds(extent, place)]
        if missing:
            return fails(f"review.lacks.{where}", names=missing)
        return look(f"review.all_china.{where}")
    return PASS


@rule
def taiwan(subject: Subject) -> Found:
    """Have somebody look at how Taiwan is shown, where it is."""
    box = china()["taiwan"]
    shown = any(_meets(extent, box) for extent in subject.extents().values())
    return look("review.taiwan_shown") if shown else PASS


@rule
def sensitive_names(subject: Subject) -> Found:
    """Find names on the map, words of its sheet and of its file that tell of what is not shown."""
    words = [each for each in subject.words if each.kind == "name"]
    # The map is known by what it was made from; its file may have been changed since, or be no map
    # of ours.
    inside = [(each.word, each) for each in words if each.word in subject.written]
    if subject.asked is None and inside:
        return _of_words(inside)
    columns = [
        frame[name].dropna().astype(str)
        for frame in subject.shown()
        for name in NAMES
        if name in frame
    ]
    sheet = subject.sheet
    written = [[sheet.title, sheet.subtitle, *sheet.notes]]
    names = {name: None for texts in (*columns, *written) for name in texts}
    found = [(name, each) for name in names for each in words if each.word in name]
    known = {each.word for _, each in found}
    return _of_words([*found, *(pair for pair in inside if pair[0] not in known)])


@rule
def sensitive_figures(subject: Subject) -> Found:
    """Find columns with figures that must not be shown."""
    columns = {str(name): None for frame in subject.shown() for name in frame.columns}
    words = [each for each in subject.words if each.kind == "field"]
    return _of_words([(name, each) for name in columns for each in words if each.word in name])


@rule
def unpublished_figures(subject: Subject) -> Found:
    """Have somebody look at whether amounts on the map were published."""
    amounts = {name for name, role in area().points.items() if role.amount}
    used = {
        key
        for name in amounts & set(subject.content.visible)
        for key in subject.content.frames[name]["source_id"].dropna()
    }
    if not used:
        return PASS
    rows = table("sources")
    names = rows.loc[rows["id"].isin(used), f"name_{subject.spec.lang}"].tolist()
    return look("review.amounts_from", names=names[:MOST_NAMED])


@rule
def control_lines(subject: Subject) -> Found:
    """Have somebody look at how zones and lines of control are drawn, where they are."""
    names = [
        name
        for frame in subject.shown()
        if "name_zh" in frame
        for name in frame["name_zh"].dropna().astype(str)
    ]
    titles = [
        title
        for content in subject.contents
        for title in (
            *(resource(name).title("zh") for name in content.visible),
            *(each.title for each in content.overlays),
        )
    ]
    words = [each for each in subject.words if each.kind == "layer"]
    found = [(name, each) for name in (*titles, *names) for each in words if each.word in name]
    return _of_words(found)


@rule
def accuracy(subject: Subject) -> Found:
    """Find whether the map was made with coarser places."""
    return passes(subject.spec.profile == PUBLIC, "review.full_accuracy")


def _of_words(found: list[tuple[str, Any]]) -> Found:
    """Return the verdict on words that were found, the gravest first."""
    failing = [pair for pair in found if pair[1].verdict == "fail"]
    if not found:
        return PASS
    told = failing or found
    values = {
        "names": list(dict.fromkeys(name for name, _ in told))[:MOST_NAMED],
        "what": [dict(why) for why in dict.fromkeys(tuple(each.why.items()) for _, each in told)],
    }
    why = "review.sensitive"
    return fails(why, **values) if failing else look(why, **values)


def _holds(extent: Extent, place: Mapping[str, float]) -> bool:
    west, south, east, north = extent
    return west <= place["lon"] <= east and south <= place["lat"] <= north


def _covers(extent: Extent, box: Mapping[str, float]) -> bool:
    west, south, east, north = extent
    return (
        west <= box["west"]
        and south <= box["south"]
        and east >= box["east"]
        and north >= box["north"]
    )


def _meets(extent: Extent, box: Mapping[str, float]) -> bool:
    west, south, east, north = extent
    return (
        west <= box["east"]
        and east >= box["west"]
        and south <= box["north"]
        and north >= box["south"]
    )


def _southernmost() -> float:
    return min(float(place["lat"]) for place in china()["reaches"])
