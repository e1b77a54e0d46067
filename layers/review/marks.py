"""Rules on the marks around a map: title, legend, scale, north, frame, words at its foot."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from layers.look.standing import has_schematic
from layers.paper.extents import extent_m
from layers.plan.area import area, crs_words
from layers.qgis.databases import crs_definitions
from layers.record.schema import BRIEF
from layers.review.findings import PASS, passes, rule
from layers.review.subject import bare
from layers.words import both, say

if TYPE_CHECKING:
    from layers.review.findings import Found
    from layers.review.subject import Subject

_RATIO = re.compile(r"1:\d{3,}")
# Whose marks are texts; those of a picture are drawn with it.
_READ = (".svg", ".pdf", ".pptx")
# How definitions of its CRS call it.
CGCS2000 = re.compile("China[_ ]2000|China Geodetic Coordinate System 2000|CGCS2000")


def _says(subject: Subject, *keys: str) -> bool:
    """Whether an output has one of these words in its language."""
    return any(bare(say(key, subject.spec.lang)) in subject.text for key in keys)


def _is_drawn(subject: Subject) -> bool:
    """Whether marks come with the picture that the file is, and are no texts in it.

    Who drew a picture without a record cannot be known: asked for its specification, it is refused.
    """
    return subject.suffix not in _READ and bool(subject.spec)


@rule
def title(subject: Subject) -> Found:
    """Find the title; the plan in ten slides has that of the atlas where it is given none."""
    spec = subject.spec
    is_own = bool(spec.sheet.title) or spec.pages != BRIEF
    words = subject.sheet.title if is_own else say("app.title", spec.lang)
    return passes(bare(words) in subject.text)


@rule
def legend(subject: Subject) -> Found:
    """Find whether the legend lists what is shown; on a picture it is drawn from that."""
    if _is_drawn(subject) or subject.spec.pages:
        return PASS
    extent = subject.content.extent
    scene = subject.scene if extent is None else subject.scene.within(extent_m(extent))
    sections = scene.legend()
    titles = [each.title or each.layer.title for each in sections if not each.layer.is_ground]
    missing = [each for each in titles if bare(each) not in subject.text]
    return passes(not missing, "review.not_listed", names=missing)


@rule
def scale(subject: Subject) -> Found:
    """Find the numeric scale; the bar is part of each picture of a map."""
    return passes(_is_drawn(subject) or _RATIO.search(subject.text), "review.no_ratio")


@rule
def north(subject: Subject) -> Found:
    """Find the arrow to the north; each picture of a map has one."""
    return passes(_is_drawn(subject) or _says(subject, "sheet.north"))


@rule
def frame(subject: Subject) -> Found:
    """Find the frame with its degrees."""
    return passes(_is_drawn(subject) or "°" in subject.text)


@rule
def compiler(subject: Subject) -> Found:
    """Find who compiled the map."""
    author = bare(subject.sheet.author)
    return passes(author and author in subject.text, "" if author else "review.empty")


@rule
def date(subject: Subject) -> Found:
    """Find when the map was compiled."""
    day = subject.sheet.date
    return passes(day and day in subject.text, "" if day else "review.empty")


@rule
def plan_status(subject: Subject) -> Found:
    """Find how far the plan has come."""
    status = area().status
    return passes(status and _says(subject, f"status.{status}"), "" if status else "review.empty")


@rule
def crs(subject: Subject) -> Found:
    """Find the name of the CRS; data are to be in CGCS2000."""
    if subject.format == "data":
        return passes(all(map(CGCS2000.search, crs_definitions(subject.data))))
    return passes(any(bare(crs_words(lang)) in subject.text for lang in ("zh", "en")))


@rule
def heights(subject: Subject) -> Found:
    """Find the height datum."""
    return passes(any(bare(words) in subject.text for words in both("standing.heights")))


@rule
def boundaries(subject: Subject) -> Found:
    """Find the words that boundaries are not for delimitation."""
    return passes(any(bare(words) in subject.text for words in both("standing.boundaries")))


@rule
def schematic(subject: Subject) -> Found:
    """Find whether the map says which of its shapes a rule has built."""
    if not has_schematic(subject.content):
        return PASS
    return passes(_says(subject, "standing.schematic"))
