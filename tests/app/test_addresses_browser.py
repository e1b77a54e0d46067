"""A hostile address in a real browser: no error, the language and the page stand."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

WAIT_MS = 60_000
# What a browser, a server and the script of a map make of it; each value of each parameter on each
# page stands in test_addresses.py.
HOSTILE = {
    "bandwidth": "abc",
    "cell": "9" * 5000,
    "layer": "%ZZ%FF%00%ED%A0%80",
    "lang": "%C0%AE" + "%5B" * 3000,
    "view": "1e9,NaN,99",
    "base": "evil",
    "layers": "%3Cimg%3E",
}
STATE = "() => Atlas.view.state()"


def test_a_page_stands_whatever_its_address_says(page: Page, app: str) -> None:
    page.goto(f"{app}/density?{'&'.join(f'{key}={value}' for key, value in HOSTILE.items())}")
    frame = page.locator("iframe").first.content_frame
    frame.locator(".leaflet-container").wait_for(timeout=WAIT_MS)
    state = page.locator("iframe").first.element_handle().content_frame().evaluate(STATE)
    assert state["base"] == "vector"
    assert 28 < state["view"]["lat"] < 29
    toast = page.locator("[data-testid=stToast]").first
    toast.wait_for(timeout=WAIT_MS)
    told = toast.inner_text()
    assert "不认识的选项" in told
    assert [name for name in HOSTILE if name not in told] == []
    assert page.locator("[data-testid=stException], [data-testid=stAlertContentError]").count() == 0
    page.get_by_text("总览", exact=True).first.wait_for()
    # What a page refuses leaves the address, and its controls stand as without it.
    assert not {"bandwidth", "layer", "cell"} & set(parse_qs(urlparse(page.url).query))
    assert page.locator("[data-testid=stSliderThumbValue]").first.inner_text() == "自动"
    layer = page.get_by_role("combobox", name="点图层", exact=True)
    expect(layer).to_have_value("创新平台")
