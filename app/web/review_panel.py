"""How a map stands with review: asked before it is exported, and held against the rules at once."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import streamlit as st

from app.texts import language, text
from layers.look.sheet import INTERNAL, PROFILES, PUBLIC, Review
from layers.review.findings import VERDICTS
from layers.words import capital

if TYPE_CHECKING:
    from layers.record.specification import MapSpec
    from layers.review.checking import Finding

CHECKED = "_checked"
SHOWN = ("fail", "look", "unknown")


def decided() -> tuple[Review, str, str] | None:
    """Draw whom a map is for, and what that takes; return it, its number and the base map's.

    None until the visitor has decided, and for the public until there is a number.
    """
    profile = st.radio(
        text("export.review"),
        PROFILES[::-1],
        index=None,
        format_func=lambda name: capital(text(f"export.review.{name}")),
        key="export-review",
    )
    if profile is None:
        return None
    if profile != PUBLIC:
        return Review(profile, passed_by=_typed("passed_by")), INTERNAL, ""
    of_number, of_name = st.columns(2, gap="xsmall")
    with of_number:
        number = _typed("number")
    with of_name:
        passed_by = _typed("passed_by")
    proof = _typed("proof")
    with st.expander(text("export.papers")):
        content, base = _typed("mark"), _typed("base_number")
    if not number:
        return None
    return Review(PUBLIC, content=content, proof=proof, passed_by=passed_by), number, base


def verdicts(spec: MapSpec) -> bool:
    """Draw what a reviewer would find; return whether the map can be made for whom it is for."""
    found = _found(spec)
    counts = Counter(each.verdict for each in found)
    words = text(
        "review.verdict",
        profile=text(f"profile.{spec.profile}"),
        **{name: counts[name] for name in VERDICTS},
    )
    stops = spec.profile == PUBLIC and any(each.stops for each in found)
    if stops:
        st.markdown(f":red[{words}{text('export.stopped')}]")
    else:
        st.caption(words)
    if len(found) > counts["pass"]:
        with st.expander(text("export.findings")):
            st.caption(text("review.mark", mark=spec.mark()))
            for each in found:
                if each.verdict in SHOWN:
                    _say(each)
    signed = bool(spec.review and spec.review.passed_by)
    if spec.profile == PUBLIC and not stops and not signed:
        st.caption(text("export.sign"))
    return not stops and (signed or spec.profile != PUBLIC)


def _found(spec: MapSpec) -> list[Finding]:
    """Return the findings on a map, anew only where something of it has changed."""
    key = json.dumps([spec.to_dict(), spec.mark()], ensure_ascii=False, sort_keys=True)
    before, found = st.session_state.get(CHECKED, ("", []))
    if before != key:
        from layers.review.checking import findings, subject_of  # noqa: PLC0415  with matplotlib

        found = findings(subject_of(spec, "", None))
        st.session_state[CHECKED] = key, found
    kept: list[Finding] = found
    return kept


def _say(found: Finding) -> None:
    lang = language()
    st.markdown(
        f"**{text(f'verdict.{found.verdict}')}　{found.rule.title[lang]}**  \n"
        f"{found.why(lang)} {found.do(lang)}  \n"
        f":gray[{found.rule.cited(lang)}]"
    )


def _typed(name: str) -> str:
    label = text(f"export.{name}")
    return st.text_input(label, key=f"export-{name}", max_chars=80).strip()
