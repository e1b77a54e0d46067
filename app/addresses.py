"""Addresses below those of the pages, as mangled links have them, and the page each leads to."""

from __future__ import annotations

import os
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match
from streamlit import file_util

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import ASGIApp, Receive, Scope, Send

# The first page, which has no name in an address.
FIRST = "overview"
# Streamlit's answer to all that none of its services is asked for: its files, else one document.
DOCUMENT, FILES = "static-assets", "static"


class NearestPage:
    """Leads who asks for what lies below a page to that page, with the choices of the address.

    Streamlit answers every path with one document that looks for its scripts beside itself: one
    folder deeper there are none, and the page stays blank. Of an address of one part the app itself
    says whether there is such a page.

    Parameters
    ----------
    app
        The application that this stands before.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request by the way to the page that it means, or leave it to the application."""
        parts = path_parts(scope)
        if parts[:1] == [FILES] and not is_file(parts):
            # Streamlit would give a page, which whoever asks for a file takes for it.
            await Response(status_code=HTTPStatus.NOT_FOUND)(scope, receive, send)
            return
        page = nearest(parts) if asks_for_page(scope) else None
        if page is None:
            await self._app(scope, receive, send)
            return
        query = scope["query_string"].decode("latin-1")
        answer = RedirectResponse(f"{page}?{query}" if query else page)
        await answer(scope, receive, send)


def nearest(parts: Sequence[str]) -> str | None:
    """Return the way from an address to the page that it means, None where it is that page's own.

    It is told from the address itself: nobody else knows what a proxy has put before it.

    Parameters
    ----------
    parts
        The parts of the path, below that of the app.

    Examples
    --------
    >>> nearest(["density", "foo"]), nearest(["density", ""]), nearest(["", "density"])
    ('../density', '../density', '../density')
    >>> nearest(["overview"]), nearest(["overview", "a", "b"]), nearest(["foo", "density"])
    ('./', '../../', '../foo')
    >>> nearest([""]), nearest(["density"]), nearest(["foo"]), nearest(["static", "js"])
    (None, None, None, None)
    """
    up = "../" * (len(parts) - 1)
    first = next(filter(None, parts), "")
    page = "" if first == FIRST else first
    if first == FILES or (not up and page == first):
        return None
    return up + page or "./"


def asks_for_page(scope: Scope) -> bool:
    """Whether a browser asks for a page.

    The app's scripts ask below pages too, to find where it is served; they must find nothing there.
    """
    return scope["type"] == "http" and "text/html" in Headers(scope=scope).get("accept", "")


def path_parts(scope: Scope) -> list[str]:
    """Return the parts of the path, below that of the app, of what none of its services answers."""
    if scope["type"] != "http":
        return []
    for route in scope["app"].routes:
        match, inside = route.matches(scope)
        if match is not Match.NONE:
            break
    else:
        return []
    if route.name != DOCUMENT:
        return []
    path: bytes = scope.get("raw_path") or quote(scope["path"]).encode("ascii")
    return path.decode("latin-1").split("/")[1 + inside["root_path"].count("/") :]


def is_file(parts: Sequence[str]) -> bool:
    """Whether the parts of a path are those of a file of Streamlit's."""
    path = os.path.join(file_util.get_static_dir(), *map(unquote, parts))  # noqa: PTH118
    # Of a path that can be none, pathlib would make an error.
    return os.path.isfile(path)  # noqa: PTH113
