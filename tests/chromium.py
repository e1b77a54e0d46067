"""Chromium as tests, notebooks and benchmarks start it: it reaches no host but this machine."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Frame, Page

OWN = ("file:", "data:", "blob:", "about:", "http://localhost", "http://127.0.0.1")
OWN_SOCKETS = ("ws://localhost", "ws://127.0.0.1")
# The shell draws the same pages with less work than the browser that has it inside.
PATH = shutil.which("chromium-headless-shell") or "/usr/bin/chromium"
ASK_MS = 50
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    # One process fewer, and one for all pages of a visitor with their frames: they are our own.
    *("--in-process-gpu", "--disable-site-isolation-trials", "--disable-features=site-per-process"),
    "--process-per-site",
    "--disable-dev-shm-usage",
    # Both cores are at work: what is no longer used is cleared away by one thread, and seldom.
    "--js-flags=--single-threaded-gc --min-semi-space-size=16",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Chromium; on leaving it is closed, and with it the event loop that drives it."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=PATH, args=FLAGS)
        yield browser
        browser.close()


def until(where: Page | Frame, condition: str, arg: object = None) -> None:
    """Wait until a script says yes on a page or in a frame of it.

    It is asked by the clock: asked at each frame it would have the browser draw all the while.
    """
    where.wait_for_function(condition, arg=arg, polling=ASK_MS)


def watch(page: Page, trouble: list[str]) -> None:
    """Add to a list each script error, dialog and request to another host of a page."""
    page.allowed = OWN
    page.on("pageerror", lambda error: trouble.append(f"error: {error}"))
    page.on(
        "dialog", lambda dialog: (trouble.append(f"dialog: {dialog.message}"), dialog.dismiss())
    )
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith(page.allowed) else trouble.append(request.url)
        ),
    )
    page.on(
        "websocket",
        lambda found: None if found.url.startswith(OWN_SOCKETS) else trouble.append(found.url),
    )
