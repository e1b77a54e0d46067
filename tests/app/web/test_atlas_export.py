"""An atlas made beside the page: refused, cancelled."""

from __future__ import annotations

from dataclasses import replace

from app.web import atlas_export
from app.web.atlas_export import Job
from layers.record.specification import read_spec

SPEC = read_spec(
    {"map": "overview", "parameters": {"theme": "224"}}, pages="circles", review_number="internal"
)


def test_a_refused_atlas_says_why_and_ends(monkeypatch):
    job = Job(replace(SPEC, pages="streets"), ".pdf", None)
    job.run()
    assert job.ended.is_set()
    assert job.made is None
    assert "streets" in str(job.refusal)
    drawn: list[object] = []
    monkeypatch.setattr(atlas_export, "refusal", drawn.append)
    atlas_export._ended(job, {})
    assert drawn == [job.refusal]  # and not that it may be tried again


def test_a_cancelled_atlas_ends_with_nothing():
    job = Job(SPEC, ".pptx", None)
    job.cancelled.set()
    job.run()
    assert (job.ended.is_set(), job.made, job.refusal) == (True, None, None)
