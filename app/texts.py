"""Every text of the interface, in Chinese and English."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from geo.wording import filled, texts_of
from layers.plan.area import per_folder
from layers.type.line_breaks import unparted
from layers.words import general, in_its_terms, of_data, of_plan, pair

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.wording import Text

LANGUAGES = {"zh": "中文", "en": "English"}
DEFAULT = "zh"
WORDS = Path(__file__).with_name("words")


def interface() -> str:
    """Return the language of this visit: ``"zh"`` unless the visitor switched."""
    chosen = st.session_state.get("lang")
    return chosen if chosen in LANGUAGES else DEFAULT


def language() -> str:
    """Return the language of maps, files and names in this visit, which have Chinese and English.

    Who reads the interface in a third language is shown them in English.
    """
    return DEFAULT if interface() == DEFAULT else "en"


def text(key: str, **values: object) -> str:
    """Return a text of the interface in the visitor's language, with values filled in.

    No number in it is parted from its unit where a line ends.
    """
    entry, chosen = _entry(key), interface()
    return unparted(filled(entry, chosen if chosen in entry else language(), values))


def both(key: str) -> tuple[str, str]:
    """Return a text of the interface in Chinese and in English."""
    return pair(_entry(key))


def named(zh: str, en: str) -> str:
    """Return the one of two names that fits the visitor's language."""
    return en if language() == "en" else zh


def _entry(key: str) -> Mapping[str, Text]:
    return _texts().get(key) or of_data(key)


@per_folder
def _texts() -> dict[str, Mapping[str, Text]]:
    return in_its_terms(every_plans() | of_plan())


def every_plans() -> dict[str, Mapping[str, Text]]:
    """Read the words of maps, and the texts of every page and those that pages share."""
    return general() | texts_of(WORDS.glob("*.json"))
