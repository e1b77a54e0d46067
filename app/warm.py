"""Loading everything once, before the first visitor asks for it."""

from __future__ import annotations

from contextlib import asynccontextmanager, suppress
from functools import partial
from threading import Thread
from time import sleep
from typing import TYPE_CHECKING

from app.texts import DEFAULT
from app.web import maps
from app.web.overview import targets
from app.web.running import visitors
from geo.errors import InputError
from geo.exchange import sealed
from layers.questions.asking import question_of
from layers.questions.kinds import looks
from layers.questions.kinds import maps as all_maps

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

# How soon what was put off goes on.
STEP_S = 0.2


@asynccontextmanager
async def while_served(app: object) -> AsyncIterator[None]:  # noqa: ARG001 - as servers call it
    """Load everything while the first visitors are let in already, in whatever way it is served."""
    Thread(target=up, daemon=True).start()
    yield


def up() -> None:
    """Build the map that a visitor sees first, then what the other pages open with.

    The process that reads files of visitors is started too. What nobody waits for is done between
    visits: both would share an interpreter, and the visitor's page take twice as long.
    """
    with suppress(InputError):  # without it nobody can bring files; all else works
        sealed.warm()
    targets(DEFAULT)
    for name in all_maps():
        question = question_of(looks(name)[0], {})
        # What the plan's own first question cannot be answered with is said by its page.
        with suppress(InputError):
            for step in (
                partial(maps.document, question, lang=DEFAULT),
                question.warm,
                partial(maps.statement_rows, question, lang=DEFAULT),
            ):
                _give_way()
                step()


def _give_way() -> None:
    """Wait while visitors do."""
    while visitors.waiting:
        sleep(STEP_S)
