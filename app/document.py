"""The document that a browser is given first: in the language of the page, saying what goes on.

Streamlit's own is empty until its scripts have been fetched, and its pages until they have run. On
a busy machine that takes seconds, in which nothing would tell a visitor that the atlas is there.
"""

from __future__ import annotations

import json
import re
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.responses import HTMLResponse
from streamlit import file_util

from app import addresses
from app.texts import DEFAULT, LANGUAGES, both
from app.web.running import visitors

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

# What the notice says, by its steps.
STEPS = ("load", "ask", "draw", "work", "seconds")


class FirstDocument:
    """Answers who asks for a page with the atlas's document, and everybody else as before.

    Parameters
    ----------
    app
        The application that this stands before.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request by the document of a page, or leave it to the application."""
        parts = addresses.path_parts(scope) if addresses.asks_for_page(scope) else []
        if len(parts) != 1 or addresses.is_file(parts):
            await self._app(scope, receive, send)
            return
        visitors.come()
        query = parse_qs(scope["query_string"].decode("latin-1"))
        asked = query.get("lang", [DEFAULT])[-1]
        answer = HTMLResponse(
            document(asked if asked in LANGUAGES else DEFAULT),
            headers={"cache-control": "no-cache"},
        )
        await answer(scope, receive, send)


def document(lang: str) -> str:
    """Return the document of a page in a language: Streamlit's, and a notice until it has drawn.

    Parameters
    ----------
    lang
        One of :data:`app.texts.LANGUAGES`; the notice of a third one is English.
    """

    def words(key: str, lang: str = lang) -> str:
        return both(key)[lang != DEFAULT]

    # All of them, as the page can change its language without another document.
    notices = {
        each: {step: words(f"waiting.{step}", each) for step in STEPS}
        | {"skip": words("app.skip", each)}
        for each in LANGUAGES
    }
    title = escape(words("app.title"))
    # A word of the plan's own cannot end the script.
    said = json.dumps(notices, ensure_ascii=False).replace("<", "\\u003c")
    style, script, page = _files()
    shown = (
        f"<style>{style}</style>"
        f'<div id="atlas-waiting" role="status" class="first"><b>{title}</b>'
        f"<p>{escape(words('waiting.load'))}</p><small aria-hidden=true></small><i></i></div>"
        f"<script>const WORDS = {said};\n{script}</script>"
    )
    for theirs, ours in (
        (r'<html lang="en">', f'<html lang="{lang}">'),
        (r"<title>.*?</title>", f"<title>{title}</title>"),
        (
            r"<noscript>.*?</noscript>",
            f"<noscript><p>{escape(words('waiting.script'))}</p></noscript>",
        ),
        (r'<div id="root">', f'{shown}<div id="root">'),
    ):
        page = re.sub(theirs, ours.replace("\\", r"\\"), page, count=1, flags=re.DOTALL)
    return page


@cache
def _files() -> tuple[str, ...]:
    """Return style and script of the notice, and the document of Streamlit."""
    own, theirs = Path(__file__), Path(file_util.get_static_dir()) / "index.html"
    files = (own.with_suffix(".css"), own.with_suffix(".js"), theirs)
    return tuple(file.read_text("utf-8") for file in files)
