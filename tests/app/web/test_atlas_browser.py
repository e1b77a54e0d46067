"""An atlas made beside the page, in a browser with no network."""

from __future__ import annotations

from io import BytesIO

import pytest
from pypdf import PdfReader

from app.texts import _texts
from layers.record import provenance

pytestmark = pytest.mark.browser

WAIT_MS = 180_000


def words(key: str, **values: object) -> str:
    return _texts()[key]["zh"].format(**values)


def test_an_atlas_is_made_with_progress_and_can_be_cancelled(page, app, tmp_path):
    page.goto(app)
    page.frame_locator("iframe").first.locator(".atlas-legend").wait_for(timeout=WAIT_MS)
    page.get_by_role("button", name=words("export.button")).click()
    page.get_by_text(words("export.review.internal")).click()
    page.get_by_text(words("export.atlas"), exact=True).click()
    # While the box unfolds, what is in it moves.
    page.wait_for_timeout(500)
    page.get_by_role("button", name=words("export.atlas.make")).click()
    page.get_by_text("/ 7").first.wait_for(timeout=WAIT_MS)
    button = page.get_by_role("button", name="下载图集 PDF")
    button.wait_for(timeout=WAIT_MS)
    with page.expect_download(timeout=WAIT_MS) as waiting:
        button.click()
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    assert path.name == "atlas_overview_circles.pdf"
    assert provenance.read(path)["spec"]["pages"] == "circles"
    titles = [item.title for item in PdfReader(BytesIO(path.read_bytes())).outline]
    assert titles[2] == "大科城知识创新圈"
    page.get_by_role("button", name=words("export.atlas.make")).click()
    page.get_by_role("button", name=words("export.atlas.cancel")).click()
    page.get_by_text(words("export.atlas.cancelled")).wait_for(timeout=WAIT_MS)
    assert button.count() == 0
