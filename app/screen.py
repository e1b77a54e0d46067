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

_component = st.components.v2.component(
    "xiangjiang_screen", js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
)


class File(NamedTuple):
    """A file that is wanted.

    Parameters
    ----------
    name, mime
        What it is called, and of what kind it is.
    make
        Returns its contents from the parameters of the page's address.
    """

    name: str
    mime: str
    make: Callable[[dict[str, str]], bytes]


@dataclass(slots=True)
class Screen:
    """What a visit has asked its browser, and what it wants of the answer.

    Parameters
    ----------
    asked, answered
        Numbers of the last question and of the last one that was answered.
    address
        Parameters of the address in the last answer.
    wanted
        Files to make of the next answer, by name.
    made
        Files that were not handed over yet: a run may be broken off.
    """

    asked: int = 0
    answered: int = 0
    address: dict[str, str] = field(default_factory=dict)
    wanted: dict[str, File] = field(default_factory=dict)
    made: list[tuple[File, bytes]] = field(default_factory=list)

    def ask(self, file: File) -> None:
        """Want a file of what is on the screen now, as the callback of a button does."""
        self.asked += 1
        self.wanted[file.name] = file

    def listen(self) -> None:
        """Carry a question to the browser, out of sight, and its answer back."""
        numbers = {"asked": self.asked, "answered": self.answered}
        found = _component(
            key=KEY, data=numbers, default={"answer": None}, on_answer_change=lambda: None
        )
        self.hear(found.get("answer"))

    def hear(self, answer: Any) -> None:  # noqa: ANN401 - a browser may send anything
        """Keep the address in an answer to the last question; anything else is none."""
        if isinstance(answer, dict) and answer.get("asked") == self.asked > self.answered:
            self.address = dict(parse_qsl(str(answer.get("address", "")).removeprefix("?")))
            self.answered = self.asked

    @property
    def ready(self) -> bool:
        """Whether a file is wanted and the browser has answered."""
        return bool(self.wanted) and self.answered == self.asked

    def work(self) -> None:
        """Make what is wanted.

        Raises
        ------
        AtlasError
            If it cannot be made; it is no longer wanted then.
        """
        while self.wanted:
            _, file = self.wanted.popitem()
            self.made.append((file, file.make(self.address)))

    def hand_over(self) -> None:
        """Have the browser save what was made."""
        while self.made:
            file, content = self.made.pop()
            told = {"id": uuid4().hex, "name": file.name, "mime": file.mime}
            text = base64.b64encode(content).decode("ascii")
            _component(key=f"{KEY}_{file.name}", data={**told, "content": text})


def screen() -> Screen:
    """Return what this visit has asked its browser."""
    found: Screen = st.session_state.setdefault(f"{KEY}_asked", Screen())
    return found
