"""What is on the visitor's screen at the moment when a button is clicked, and files made of it.

Streamlit hears of the address only when a page is run, and then often of an old one, and the map is
moved without a run. So a click asks the browser, and the run that brings the answer makes the file
and hands it over. Streamlit's own downloads would not wait: it throws away at the end of a run what
no run has shown. Inside a fragment, only the fragment is run.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl
from uuid import uuid4

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = "_screen"
# The longest address that is read.
MOST_CHARACTERS = 20_000

_component = st.components.v2.component(
    "xiangjiang_screen", js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
)


class File(NamedTuple):
    """A file for the visitor.

    Parameters
    ----------
    name, mime
        What it is called, and of what kind it is.
    content
        Its contents.
    """

    name: str
    mime: str
    content: bytes


@dataclass(slots=True)
class Screen:
    """What a visit has asked its browser, and what it wants of the answer.

    Parameters
    ----------
    asked, answered
        Numbers of the last question and of the last one that was answered.
    address
        Parameters of the page's address in the last answer.
    wanted
        What to do with the next answer.
    made
        Files that were not handed over yet: a run may be broken off.
    key
        Of what carries questions to the browser: parts of a page that run by themselves ask apart.
    """

    asked: int = 0
    answered: int = 0
    address: dict[str, str] = field(default_factory=dict)
    wanted: list[Callable[[dict[str, str]], File | None]] = field(default_factory=list)
    made: list[File] = field(default_factory=list)
    key: str = KEY

    def ask(self, work: Callable[[dict[str, str]], File | None]) -> None:
        """Ask what is on the screen now, as the callback of a button does.

        Parameters
        ----------
        work
            Takes the parameters of the page's address and returns a file, if it makes one.
        """
        self.asked += 1
        self.wanted.append(work)

    def listen(self) -> None:
        """Carry a question to the browser, out of sight, and its answer back."""
        numbers = {"asked": self.asked, "answered": self.answered}
        state = _component(
            key=self.key, data=numbers, default={"answer": None}, on_answer_change=lambda: None
        )
        self.hear(state.get("answer"))

    def hear(self, answer: Any) -> None:  # noqa: ANN401 - a browser may send anything
        """Keep the address in an answer to the last question; anything else is none."""
        if isinstance(answer, dict) and answer.get("asked") == self.asked > self.answered:
            address = str(answer.get("address", ""))[:MOST_CHARACTERS].removeprefix("?")
            self.address = dict(parse_qsl(address, keep_blank_values=True))
            self.answered = self.asked

    @property
    def ready(self) -> bool:
        """Whether something is wanted and the browser has answered."""
        return bool(self.wanted) and self.answered == self.asked

    def work(self) -> None:
        """Do what is wanted.

        Raises
        ------
        AtlasError
            If it cannot be done; it is no longer wanted then.
        """
        while self.wanted:
            file = self.wanted.pop(0)(self.address)
            if file is not None:
                self.made.append(file)

    def hand_over(self) -> None:
        """Have the browser save what was made."""
        while self.made:
            file = self.made.pop(0)
            text = base64.b64encode(file.content).decode("ascii")
            data = {"id": uuid4().hex, "name": file.name, "mime": file.mime, "content": text}
            _component(key=f"{KEY}_{file.name}", data=data)


def screen(part: str = "") -> Screen:
    """Return what this visit has asked its browser for a part of its page."""
    visit: Screen = st.session_state.setdefault(f"{KEY}{part}_asked", Screen(key=f"{KEY}{part}"))
    return visit
