"""Rules on the papers of a map: its number, base map, proofs and the record of its making."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from geo.numerals import LANGUAGES
from layers.look.basemaps import basemap
from layers.look.sheet import INTERNAL, PUBLIC
from layers.look.standing import base_sources
from layers.plan.area import area
from layers.plan.catalogue import load, table
from layers.review.findings import FAIL, PASS, fails, look, passes, rule
from layers.review.subject import bare
from layers.words import both

if TYPE_CHECKING:
    from layers.review.findings import Found
    from layers.review.subject import Subject

# As in GS（2019）1822号 or 湘S（2024）001号.
_NUMBER = re.compile(r"\w*S\w*[（(\[〔]\d{4}[)）\]〕]\w*\d+号?")
_KEY = re.compile(r"[?&](?:tk|key|token)=[^&{}\"'<\s\\]{8,}")
_HOME = re.compile(r"(?:/home/|/Users/|[A-Za-z]:\\+Users\\+)\w")
_KEY_NAMES = re.compile(r"\w+_(?:KEY|TOKEN)")
SHORTEST_KEY = 8
# How outputs call a map that was not reviewed.
_DRAFT_WORDS = "statement.internal"


@rule
def review_number(subject: Subject) -> Found:
    """Find whether a public map carries its number, and any other that it is an internal draft."""
    number = subject.sheet.review_number.strip()
    is_internal = number == INTERNAL
    if subject.profile == PUBLIC and is_internal:
        return FAIL
    if is_internal:
        words = [bare(each) for each in both(_DRAFT_WORDS)]
        return passes(any(each in subject.text for each in words), "review.not_shown")
    if bare(number) not in subject.text:
        return fails("review.not_shown")
    if not _NUMBER.fullmatch(bare(number)):
        return look("review.odd_number", number=number)
    return PASS


@rule
def review_content(subject: Subject) -> Found:
    """Find whether the number was given for this content."""
    spec = subject.spec
    if spec.sheet.review_number.strip() == INTERNAL:
        return PASS
    if spec.has_stale_number():
        return fails("review.stale", mark=spec.mark())
    if not (spec.review and spec.review.content):
        return look("review.unbound", mark=spec.mark())
    return PASS


@rule
def base_source(subject: Subject) -> Found:
    """Find whether the base map's sources are on the map, each with its year."""
    sources = base_sources(subject.content)
    hidden = [name for name, _ in sources if bare(name) not in subject.text]
    if hidden:
        return fails("review.base_hidden", names=hidden)
    undated = [name for name, year in sources if not year]
    return passes(not undated, "review.base_undated", names=undated)


@rule
def base_number(subject: Subject) -> Found:
    """Find whether the base map's own number is on the map."""
    declared = basemap(subject.content.base).review_number
    number = bare(subject.spec.sheet.base_number or declared)
    return passes(number and number in subject.text, "review.base_unnumbered")


@rule
def boundaries_standard(subject: Subject) -> Found:
    """Have somebody look at where administrative boundaries are from."""
    land = area().land.layer
    if land not in subject.content.visible:
        return PASS
    rows = table("sources")
    names = rows.loc[rows["id"].isin(set(load(land)["source_id"])), f"name_{subject.spec.lang}"]
    return look("review.boundaries_from", names=names.tolist())


@rule
def classified_proof(subject: Subject) -> Found:
    """Find whether a proof of confidentiality treatment is stated, or that none is needed."""
    review = subject.spec.review
    return passes(review and review.proof.strip())


@rule
def uploads(subject: Subject) -> Found:
    """Have somebody verify what was brought in and what was noted."""
    files, notes = subject.spec.receipts(), subject.spec.notes
    if files:
        return look("review.brought", n=len(files))
    return look("review.noted", n=len(notes)) if notes else PASS


@rule
def trace(subject: Subject) -> Found:
    """Find whether the file says what it was made from, and a public one who let it pass."""
    if subject.suffix and subject.record is None:
        return FAIL
    spec = subject.spec
    signed = spec.review is not None and spec.review.passed_by.strip()
    return passes(subject.profile != PUBLIC or signed, "review.nobody")


@rule
def secrets_absent(subject: Subject) -> Found:
    """Find keys, paths of a machine and internal notes."""
    raw = subject.raw
    keys = [
        value
        for name, value in os.environ.items()
        if _KEY_NAMES.fullmatch(name) and len(value) >= SHORTEST_KEY
    ]
    said = [each for each in subject.words if each.kind == "note" and each.word in raw]
    failing: list[object] = [each.word for each in said if each.verdict == "fail"]
    if _HOME.search(raw):
        failing.insert(0, dict(zip(LANGUAGES, both("review.a_path"), strict=True)))
    if _KEY.search(raw) or any(key in raw for key in keys):
        failing.insert(0, dict(zip(LANGUAGES, both("review.a_key"), strict=True)))
    if failing:
        return fails("review.notes_inside", names=failing)
    return look("review.notes_inside", names=[each.word for each in said]) if said else PASS
