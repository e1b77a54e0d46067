"""A run of a page that ends when nobody waits for it: the visitor has left, or asked anew.

Streamlit ends a run only where the page writes to the browser. A question may be worked on for
seconds in between; inside the watch here it comes by every half second or sooner.
"""

from __future__ import annotations

from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

from streamlit.runtime.scriptrunner import RerunException, StopException, get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType

from geo.work import watched

if TYPE_CHECKING:
    from collections.abc import Iterator

# What comes after a run is often the next one: the fragments of a page, its files, a click.
QUIET_S = 2.0


class Visitors:
    """Whether visitors wait for anything, so that what nobody waits for can wait.

    Examples
    --------
    >>> visitors = Visitors()
    >>> visitors.waiting
    False
    >>> with visitors.served():
    ...     visitors.waiting
    True
    """

    def __init__(self) -> None:
        self._runs: set[object] = set()
        self._until = 0.0

    @property
    def waiting(self) -> bool:
        """Whether a run is going on, or somebody was here a moment ago."""
        return bool(self._runs) or monotonic() < self._until

    def come(self) -> None:
        """Note that somebody asked for something."""
        self._until = monotonic() + QUIET_S

    @contextmanager
    def served(self) -> Iterator[None]:
        """Note that somebody waits for what is done inside."""
        run = object()
        self._runs.add(run)
        try:
            yield
        finally:
            self.come()
            self._runs.discard(run)


visitors = Visitors()


@contextmanager
def while_wanted() -> Iterator[None]:
    """End the work inside as soon as its visitor has left or wants something else.

    A page, and a fragment that runs without its page, stand in it. Streamlit's own exceptions end
    the run, so that nothing between here and the work takes them for a refusal; outside of a run
    there is nothing to watch.
    """
    context = get_script_run_ctx(suppress_warning=True)
    requests = None if context is None else context.script_requests
    if requests is None:
        yield
        return

    def cancelled() -> bool:
        request = requests.on_scriptrunner_yield()
        if request is None:
            return False
        if request.type is ScriptRequestType.RERUN:
            raise RerunException(request.rerun_data)
        raise StopException

    with visitors.served(), watched(cancelled=cancelled):
        yield
