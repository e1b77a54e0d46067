"""An atlas made beside the page: made, refused, cancelled; and in a browser with no network."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from app.atlas_export import Job
from app.texts import _texts
from layers import provenance
from layers.specification import read_spec

ROOT = Path(__file__).resolve().parents[1]
WAIT_MS = 60_000
SPEC = read_spec(
    {"map": "overview", "parameters": {"theme": "224"}}, pages="circles", review_number="internal"
)


def words(key: str, **values: object) -> str:
    return _texts()[key]["zh"].format(**values)


def test_a_refused_atlas_says_why_and_ends():
    job = Job(replace(SPEC, sheet=replace(SPEC.sheet, title="图集🚄")), ".pdf", None)
    job.run()
    assert job.ended.is_set()
    assert job.made is None
    assert "U+1F684" in str(job.refusal)


def test_a_cancelled_atlas_ends_with_nothing():
    job = Job(SPEC, ".pptx", None)
    job.cancelled.set()
    job.run()
    assert (job.ended.is_set(), job.made, job.refusal) == (True, None, None)


@pytest.fixture(scope="module")
def app(serve_streamlit, tmp_path_factory):
    log = tmp_path_factory.mktemp("atlas") / "server.log"
    with serve_streamlit(ROOT / "streamlit_app.py", log) as address:
        yield address


@pytest.mark.browser
def test_an_atlas_is_made_with_progress_and_can_be_cancelled(page, app, tmp_path):
    page.goto(app)
    page.frame_locator("iframe").first.locator(".atlas-legend").wait_for(timeout=WAIT_MS)
    page.get_by_role("button", name=words("export.button")).click()
    page.get_by_text(words("export.review.internal")).click()
    page.get_by_text(words("export.atlas"), exact=True).click()
    # While the box unfolds, what is in it moves.
    page.wait_for_timeout(500)
    page.get_by_role("button", name=words("export.atlas.make")).click()
    page.get_by_text("/ 8").first.wait_for(timeout=WAIT_MS)
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
