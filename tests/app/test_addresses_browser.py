"""Hostile addresses in a real browser: no error, the language and the page stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

MAP_MS = 90_000
ADDRESSES = {
    "many digits": ("density", f"cell={'9' * 5000}", "cell"),
    "a nested language": ("coverage", f"lang={'%5B' * 3000}", "lang"),
    "garbage of percent signs": ("overview", "theme=%ZZ%FF%00%ED%A0%80&lang=%C0%AE", "theme"),
    "a map that is nowhere": ("overview", "view=1e9,NaN,99&base=evil&layers=%3Cimg%3E", "view"),
}


@pytest.mark.parametrize("called", ADDRESSES)
def test_a_page_stands_whatever_its_address_says(page: Page, app: str, called: str) -> None:
    name, query, refused = ADDRESSES[called]
    path = "" if name == "overview" else name
    page.goto(f"{app}/{path}?{query}")
    page.locator("iframe").first.content_frame.locator(".leaflet-container").wait_for(
        timeout=MAP_MS
    )
    toast = page.locator("[data-testid=stToast]").first
    toast.wait_for(timeout=MAP_MS)
    assert refused in toast.inner_text()
    assert "不认识的选项" in toast.inner_text()
    assert page.locator("[data-testid=stException], [data-testid=stAlertContentError]").count() == 0
    page.get_by_text("总览", exact=True).first.wait_for()
