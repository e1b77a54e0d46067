"""Notes of a visitor without a browser: written, changed, deleted, undone, taken along."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from layers.keeping.own_notes import Note, from_link, notes_file


def page() -> None:
    """Draw the fold of the notes alone."""
    import streamlit as st  # noqa: PLC0415 - Streamlit runs the text of this function by itself

    from app.web import notes, url_state  # noqa: PLC0415

    url_state.begin()
    url_state.enter("")
    notes.controls("map")
    st.session_state["told"] = notes.kept()
    url_state.write()


def written(test: AppTest, *texts: str) -> AppTest:
    for field, text in zip((*test.text_input, *test.text_area), texts, strict=False):
        field.set_value(text)
    return press(test, "notes-save")


def press(test: AppTest, key: str) -> AppTest:
    test.button(key).click().run()
    assert not test.exception
    return test


def test_a_note_is_written_changed_moved_deleted_and_undone() -> None:
    test = written(
        AppTest.from_function(page, default_timeout=60).run(), "112.94, 28.22", "桥头", "待核实"
    )
    test = written(test, "28.1 112.9", "公园")
    bridge, park = Note(112.94, 28.22, "桥头", "待核实"), Note(112.9, 28.1, "公园")
    assert test.session_state["told"] == (bridge, park)
    assert from_link(test.query_params["notes"]) == (bridge, park)
    test.selectbox[0].set_value(1).run()
    assert [each.value for each in test.text_input] == ["112.94000, 28.22000", "桥头"]
    test = written(test, "112.95, 28.25", "桥头用地")
    assert test.session_state["told"][0] == Note(112.95, 28.25, "桥头用地", "待核实")
    test.selectbox[0].set_value(2).run()
    assert len(press(test, "notes-delete").session_state["told"]) == 1
    for steps, left in ((1, 2), (1, 2), (1, 1), (1, 0)):
        for _ in range(steps):
            press(test, "notes-undo")
        assert len(test.session_state["told"]) == left
    assert test.button("notes-undo").disabled


def test_what_a_link_does_not_hold_is_kept_for_the_visit_and_in_a_file() -> None:
    many = [Note(112.9, 28.2, "很长的一条批注", "说明" * 90)] * 9
    test = AppTest.from_function(page, default_timeout=60).run()
    test.file_uploader[0].set_value(
        ("notes.geojson", notes_file(many), "application/geo+json")
    ).run()
    assert not test.exception
    assert test.session_state["told"] == tuple(many)
    assert len(test.query_params["notes"]) < 100
    assert "链接带不走" in test.caption[0].value


def test_a_place_that_is_none_is_refused_in_words() -> None:
    test = AppTest.from_function(page, default_timeout=60).run()
    test.text_input[0].set_value("nowhere")
    test.text_input[1].set_value("甲")
    test.button("notes-save").click().run()
    assert test.session_state["told"] == ()
    assert not test.exception
    assert "112.94, 28.23" in test.error[0].value
