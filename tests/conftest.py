"""What several tests need: the source documents, where they are at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

DOCUMENTS = Path(__file__).resolve().parents[2] / "shared" / "sources"


@pytest.fixture(scope="session")
def documents() -> dict[str, str]:
    """Return the text of each source document without white space, by its id."""
    if not DOCUMENTS.is_dir():
        pytest.skip("the source documents are not part of the project and are not beside it")
    return {
        path.stem: "".join(path.read_text(encoding="utf-8").split())
        for path in DOCUMENTS.glob("*.txt")
    }
