"""Loading everything once, before the first visitor asks for it."""

from __future__ import annotations

from contextlib import asynccontextmanager, suppress
from threading import Thread
from typing import TYPE_CHECKING

from app.texts import DEFAULT
from app.web import maps
from app.web.overview import targets
from geo.errors import InputError
from geo.exchange import sealed
from layers.questions.asking import question_of
from layers.questions.kinds import looks
from layers.questions.kinds import maps as all_maps

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@asynccontextmanager
async def while_served(app: object) -> AsyncIterator[None]:  # noqa: ARG001 - as servers call it
    """Load everything while the first visitors are let in already, in whatever way it is served."""
    Thread(target=up, daemon=True).start()
    yield


def up() -> None:
    """Build the map that a visitor sees first, then what the other pages open with.

    The process that reads files of visitors is started too.
    """
    with suppress(InputError):  # without it nobody can bring files; all else works
        sealed.warm()
    targets(DEFAULT)
    for name in all_maps():
        question = question_of(looks(name)[0], {})
        # What the plan's own first question cannot be answered with is said by its page.
        with suppress(InputError):
            maps.document(question, lang=DEFAULT)
            question.warm()
            maps.statement_rows(question, lang=DEFAULT)
