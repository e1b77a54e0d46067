"""Geocoders: a local server answers as Tianditu and AMap say that they do, or as it must not."""

from __future__ import annotations

import contextlib
import json
import time
import traceback
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from geo.exchange import geocoders
from geo.exchange.geocoders import Found, Geocoder, GeocoderError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEY = "key7d1c9/marked+f00d"
HALL = "长沙市岳麓区金星中路1号"
# As the documentation has them.
TIANDITU = {
    "msg": "ok",
    "location": {
        "score": 100,
        "level": "门址",
        "lon": "112.938814",
        "lat": "28.228209",
        "keyWord": HALL,
    },
    "searchVersion": "6.4.9V",
    "status": "0",
}
ONE = {"formatted_address": f"湖南省{HALL}", "level": "门牌号", "location": "112.944313,28.224781"}
AMAP = {"status": "1", "info": "OK", "infocode": "10000", "count": "1", "geocodes": [ONE]}


class Served:
    """What the server answers next, and what it was asked."""

    status = 200
    body = b""
    headers: dict[str, str]
    asked: str
    waits_s = 0.0


@pytest.fixture
def served() -> Iterator[tuple[Served, str]]:
    answer = Served()
    answer.headers, answer.asked = {}, ""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer.asked = self.path
            time.sleep(answer.waits_s)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            with contextlib.suppress(ConnectionError):  # who asked has given up
                self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield answer, f"http://127.0.0.1:{server.server_port}/geocoder"
    server.shutdown()
    server.server_close()


def answers(answer: Served, content: Any) -> None:
    answer.body = json.dumps(content, ensure_ascii=False).encode()


def query(answer: Served) -> dict[str, str]:
    return {name: value for name, (value,) in parse_qs(urlsplit(answer.asked).query).items()}


def test_tianditu_is_asked_and_understood_as_it_says(served: tuple[Served, str]) -> None:
    answer, address = served
    answers(answer, TIANDITU)
    found = Geocoder("tianditu", KEY, address).ask("岳麓区金星中路1号", city="长沙市")
    assert found == [Found(112.938814, 28.228209, "CGCS2000", "门址", HALL, 100.0)]
    assert json.loads(query(answer)["ds"]) == {"keyWord": HALL}
    assert query(answer)["tk"] == KEY


def test_amap_is_asked_and_understood_as_it_says(served: tuple[Served, str]) -> None:
    answer, address = served
    street = ONE | {"level": "道路", "location": "112.9,28.2"}
    garbled = ["no", {}, ONE | {"location": "112.9"}, ONE | {"location": 112.9}]
    answers(answer, AMAP | {"count": "6", "geocodes": [*garbled, ONE, street]})
    found = Geocoder("amap", KEY, address).ask(HALL, city="长沙")
    assert [(each.lon_deg, each.datum, each.accuracy_m) for each in found] == [
        (112.944313, "GCJ-02", 100.0),
        (112.9, "GCJ-02", 1000.0),
    ]
    assert query(answer) == {"address": HALL, "city": "长沙", "output": "JSON", "key": KEY}


def amap_says(code: str, info: str) -> Callable[[Served], None]:
    said = {"status": "0", "info": f"{info} {KEY}", "infocode": code}
    return lambda answer: answers(answer, said)


def raw(body: bytes) -> Callable[[Served], None]:
    return lambda answer: setattr(answer, "body", body)


def status(number: int, **headers: str) -> Callable[[Served], None]:
    def change(answer: Served) -> None:
        answer.status, answer.headers = number, headers

    return change


TROUBLE: dict[str, tuple[str, Callable[[Served], None], str]] = {
    # what the service does: which one, how it answers, and the code that must be told
    "no result": ("tianditu", lambda a: answers(a, {"status": "101", "msg": "ok"}), "empty"),
    "nothing in it": ("amap", lambda a: answers(a, AMAP | {"geocodes": []}), "empty"),
    "without a place": (
        "amap",
        lambda a: answers(a, AMAP | {"geocodes": [ONE | {"location": []}]}),
        "empty",
    ),
    "its own error": ("tianditu", lambda a: answers(a, {"status": "404", "msg": "x"}), "failed"),
    "an engine's error": ("amap", amap_says("30001", "ENGINE_RESPONSE_DATA_ERROR"), "failed"),
    "a wrong key": ("amap", amap_says("10001", "INVALID_USER_KEY"), "key"),
    "a forbidden key": ("tianditu", status(403), "key"),
    "a day's quota": ("amap", amap_says("10003", "DAILY_QUERY_OVER_LIMIT"), "quota"),
    "a quota by status": ("tianditu", status(429), "quota"),
    "too often": ("amap", amap_says("10021", "CUQPS_HAS_EXCEEDED_THE_LIMIT"), "often"),
    "a page": ("tianditu", raw(b"<html>log in</html>"), "answer"),
    "a list": ("tianditu", raw(b"[]"), "answer"),
    "half an answer": ("amap", raw(json.dumps(AMAP).encode()[:40]), "answer"),
    "deep": ("amap", raw(b"[" * 100_000), "answer"),
    "another form": ("amap", lambda a: answers(a, {"result": 1}), "answer"),
    "a word": (
        "amap",
        lambda a: answers(a, AMAP | {"geocodes": [ONE | {"location": "here,there"}]}),
        "answer",
    ),
    "a number of Python's alone": (
        "amap",
        lambda a: answers(a, AMAP | {"geocodes": [ONE | {"location": "1_12.9,2_8.2"}]}),
        "answer",
    ),
    "no number": (
        "tianditu",
        lambda a: answers(a, {**TIANDITU, "location": {"lon": "NaN", "lat": "1"}}),
        "answer",
    ),
    "off the Earth": (
        "tianditu",
        lambda a: answers(a, {**TIANDITU, "location": {"lon": 500, "lat": 28}}),
        "answer",
    ),
    "GBK": ("amap", raw(json.dumps(AMAP, ensure_ascii=False).encode("gbk")), "answer"),
    "much": ("amap", raw(b" " * (geocoders.MOST_BYTES + 1)), "huge"),
    "elsewhere": ("amap", status(302, Location="http://127.0.0.1:9/"), "redirect"),
    "broken": ("amap", status(502), "http"),
}


@pytest.mark.parametrize("trouble", TROUBLE)
def test_what_a_service_does_wrong_is_told_apart_and_never_tells_the_key(
    trouble: str, served: tuple[Served, str]
) -> None:
    answer, address = served
    name, change, code = TROUBLE[trouble]
    change(answer)
    with pytest.raises(GeocoderError) as raised:
        Geocoder(name, KEY, address).ask(HALL)
    assert raised.value.code == f"geocoder.{code}"
    assert raised.value.is_of_address == (code in {"empty", "failed"})
    told = "".join(traceback.format_exception(raised.value))
    told += repr(raised.value.values) + "".join(
        raised.value.sentence(lang) for lang in ("zh", "en")
    )
    assert KEY not in told
    assert "marked" not in told


def test_who_is_slow_or_not_there_is_given_up(
    served: tuple[Served, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, address = served
    answers(answer, AMAP)
    monkeypatch.setattr(geocoders, "WHOLE_S", -1.0)
    with pytest.raises(GeocoderError) as slow:
        Geocoder("amap", KEY, address).ask(HALL)
    answer.waits_s = 0.3
    monkeypatch.setattr(geocoders, "TIMEOUT_S", 0.05)
    with pytest.raises(GeocoderError) as late:
        Geocoder("amap", KEY, address).ask(HALL)
    with pytest.raises(GeocoderError) as gone:
        Geocoder("amap", KEY, "http://127.0.0.1:1/geocoder").ask(HALL)
    assert slow.value.code == "geocoder.slow"
    assert late.value.code == "geocoder.timeout"
    assert gone.value.code in {"geocoder.unreachable", "geocoder.timeout"}


def test_without_a_key_or_with_another_kind_of_address_nobody_is_asked() -> None:
    with pytest.raises(GeocoderError, match="AMAP_KEY"):
        Geocoder("amap", " ")
    with pytest.raises(GeocoderError, match="AMAP_GEOCODER"):
        Geocoder("amap", KEY, "file:///etc/passwd")
    assert KEY not in repr(Geocoder("amap", KEY))


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((401, "key"), (403, "key"), (402, "http"), (418, "quota"), (429, "quota"), (500, "http")),
        *((300, "redirect"), (399, "redirect"), (400, "http"), (299, "http")),
    ],
)
def test_what_a_status_means_for_who_asked(status: int, kind: str) -> None:
    assert geocoders._kind_of(status) == kind
