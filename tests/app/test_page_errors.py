"""What a visitor reads when a page cannot do what was asked, or fails."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from test_app import page

from app.web import export, frame, maps
from geo.errors import AtlasError, CRSError, InputError, LayerError
from layers import questions
from layers.questions.concentration import Concentration

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

PAGES = {"density": (maps, "document"), "coverage": (questions, "coverage_curve")}
ADVICE = "kernel_density: got 3; call frame.to_crs(4547)"


def raising(error: Exception):
    def fails(*_: object, **__: object) -> None:
        raise error

    return fails


def texts(test: AppTest) -> str:
    kinds = ("error", "caption", "text", "warning", "info", "markdown", "toast")
    parts = [str(part.value) for kind in kinds for part in getattr(test, kind)]
    return " ".join([*parts, *(expander.label for expander in test.expander)])


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("kind", [InputError, CRSError, LayerError])
def test_a_refusal_is_a_sentence_in_the_visitor_s_language(
    name: str, kind: type[AtlasError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(*PAGES[name], raising(kind(ADVICE, code="file.empty", name="a.kml")))
    test = page(name)
    assert not test.exception
    assert [error.value for error in test.error] == ["a.kml 是空文件。请重新导出后再导入。"]
    assert "to_crs" not in texts(test)
    test = page(name, lang="en")
    assert [error.value for error in test.error] == ["a.kml is empty. Export it again."]
    assert ADVICE in texts(test)


def test_a_refusal_without_a_code_says_what_to_do_and_nothing_in_english(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(maps, "document", raising(InputError(ADVICE)))
    test = page("density")
    assert test.error[0].value.startswith("这一步没有完成")
    assert "kernel_density" not in texts(test)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    "error", [ValueError("/srv/secret"), RecursionError("deep"), MemoryError(), KeyError("x")]
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_nobody_foresaw_is_a_sentence_and_stands_in_the_log(
    name: str,
    error: Exception,
    lang: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(*PAGES[name], raising(error))
    with caplog.at_level(logging.ERROR, logger="app.web.frame"):
        test = page(name, lang=lang)
    assert not test.exception
    assert {"zh": "没有料到", "en": "unforeseen"}[lang] in test.error[0].value
    assert "/srv/secret" not in texts(test)
    assert test.segmented_control(key="lang").value == lang
    assert any(record.exc_info and record.exc_info[1] is error for record in caplog.records)


def test_a_part_of_a_page_that_fails_leaves_the_rest_standing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The map of the distribution and the export run without the page around them."""
    monkeypatch.setattr(Concentration, "answer", raising(ValueError("broken")))
    monkeypatch.setattr(export, "screen", raising(ValueError("broken")))
    test = page("distribution")
    assert not test.exception
    assert test.error
    assert all("没有料到" in error.value for error in test.error)
    assert test.selectbox(key="measure@zh").value == "count"


def test_an_error_inside_the_frame_ends_there_and_what_stops_a_run_does_not() -> None:
    class Stopped(BaseException):
        pass

    with pytest.raises(Stopped), frame.refusals_in_words():
        raise Stopped
