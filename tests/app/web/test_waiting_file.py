"""A file that was chosen and not used yet is there when its page is entered again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from test_own_page import bring, brought, choose, click, page, said, words

from app.web import intake
from layers.keeping import brought as store
from layers.keeping.brought import Owner, keep_file, kept_bytes, kept_file, let_go, release

if TYPE_CHECKING:
    import pytest
    from streamlit.testing.v1 import AppTest

SHOPS = b"name,lon,lat\na,112.9,28.2\nb,112.8,28.1\n"
READ = "读入 2 行 = 采用 2 行 + 未采用 0 行"
TABLE = "谁,东边,北边\n甲,112.9,28.2\n乙,112.95,28.21\n".encode()


def leave_and_return(test: AppTest) -> None:
    test.switch_page("app/pages/sources.py").run()
    assert not test.exception
    test.switch_page("app/pages/own.py").run()
    assert not test.exception


def test_a_file_not_used_yet_is_still_there_with_its_receipt() -> None:
    test = page(("shops.csv", SHOPS))
    assert words("own.waiting", name="shops.csv") not in said(test)
    for _ in range(2):
        leave_and_return(test)
        assert test.file_uploader[0].value is None
        assert READ in said(test)
        assert words("own.waiting", name="shops.csv") in said(test)
    click(test, "own.use.points")
    assert [own.title for own in brought(test)] == ["shops"]
    assert store.kept_points(brought(test)[0].name)["name_zh"].tolist() == ["a", "b"]
    assert words("own.used", title="shops") in said(test)


def test_what_was_chosen_for_it_is_still_chosen() -> None:
    test = page(("one.csv", TABLE))
    choose(test, "own.lon", "东边")
    choose(test, "own.lat", "北边")
    choose(test, "own.name", "谁")
    leave_and_return(test)
    assert READ in said(test)
    click(test, "own.use.points")
    assert store.kept_points(brought(test)[0].name)["name_zh"].tolist() == ["甲", "乙"]


def test_a_refused_file_waits_too_and_is_set_right_later() -> None:
    test = page(("one.csv", TABLE))
    assert "one.csv" in test.error[0].value
    leave_and_return(test)
    assert "one.csv" in test.error[0].value
    choose(test, "own.lon", "东边")
    choose(test, "own.lat", "北边")
    assert READ in said(test)


def test_a_used_file_waits_no_longer() -> None:
    test = page(("shops.csv", SHOPS))
    click(test, "own.use.points")
    assert READ in said(test)
    leave_and_return(test)
    assert words("own.use.points") not in [button.label for button in test.button]
    assert words("own.empty") in said(test)


def test_a_file_that_is_dropped_or_taken_out_is_gone() -> None:
    test = page(("shops.csv", SHOPS))
    leave_and_return(test)
    click(test, "own.drop")
    assert words("own.empty") in said(test)
    bring(test, "shops.csv", SHOPS)
    test.file_uploader[0].set_value(None).run()
    leave_and_return(test)
    assert words("own.empty") in said(test)


def test_only_the_last_file_waits_and_a_new_one_takes_its_place() -> None:
    test = page(("shops.csv", SHOPS))
    leave_and_return(test)
    before = kept_bytes()
    bring(test, "others.csv", SHOPS + b"c,112.8,28.3\n")
    assert "读入 3 行" in said(test)
    assert kept_bytes() - before < len(SHOPS) + 3000
    leave_and_return(test)
    assert words("own.waiting", name="others.csv") in said(test)


def test_a_file_that_is_no_longer_kept_is_said_once() -> None:
    test = page(("shops.csv", SHOPS))
    test.switch_page("app/pages/sources.py").run()
    store.release_idle(idle_s=0.0)
    test.switch_page("app/pages/own.py").run()
    assert any("不再保留" in info.value for info in test.info)
    test.run()
    assert not any("不再保留" in info.value for info in test.info)


def test_a_file_too_large_to_wait_is_used_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "OWNER_BYTES", 10)
    test = page(("shops.csv", SHOPS))
    assert READ in said(test)
    for _ in range(2):
        assert words("own.not_waiting") in said(test)
        test.run()
    leave_and_return(test)
    assert words("own.empty") in said(test)


def test_what_was_called_off_waits_and_is_read_again_only_when_asked() -> None:
    test = page(("shops.csv", SHOPS))
    key, _ = test.session_state[intake.KEY]
    off = intake.InputError("cancelled", code="file.cancelled", name="shops.csv")
    test.session_state[intake.KEY] = (key, intake.Reading(refusal=off))
    leave_and_return(test)
    assert off.sentence("zh") in [part.value for part in test.info]
    assert not test.error
    click(test, "own.again")
    assert READ in said(test)


def test_a_waiting_file_counts_for_its_owner_and_goes_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Of its own, since visits of other tests end at any time.
    # Who watched over it would go on when it is gone, and take what is said to the other.
    monkeypatch.setattr(store._Store, "_watch", lambda _: None)
    monkeypatch.setattr(store, "_STORE", store._Store())
    owner, before = Owner(), kept_bytes()
    name = keep_file(json.dumps({"a": 1}), size=1_000_000, owner=owner)
    assert kept_bytes() - before == 1_000_000
    assert kept_file(name) == '{"a": 1}'
    let_go(name)
    let_go(name)
    assert kept_bytes() == before
    keep_file("x", size=5, owner=owner)
    release(owner)
    assert kept_bytes() == before
