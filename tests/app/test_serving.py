"""The app's server: this machine alone unless told otherwise, and no other host asked, ever."""

from __future__ import annotations

import asyncio
import html
import json
import os
import socket
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple, NoReturn
from urllib.parse import unquote, urljoin

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from streamlit.commands import navigation
from streamlit.web.server.starlette.starlette_static_routes import (
    create_streamlit_static_assets_routes,
)

from app import document, serving
from app.addresses import NearestPage
from app.texts import LANGUAGES, _texts
from tests.beside import NICE, beside

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
START_S = 600.0
# Refuses every connection and look-up that leaves the machine, and writes down what was tried.
WATCH = """
import json, os, sys
LOCAL = ("127.", "::1", "localhost", "0.0.0.0", "::")
def watch(event, args):
    if event not in ("socket.connect", "socket.sendto", "socket.bind", "socket.getaddrinfo"):
        return
    place = args[0] if event == "socket.getaddrinfo" else args[1]
    host = place[0] if isinstance(place, tuple) else place
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    with open(os.environ["WATCHED"], "a") as file:
        file.write(json.dumps([event, str(host)]) + "\\n")
    if event != "socket.bind" and host and not str(host).startswith(LOCAL + ("/",)):
        raise OSError(f"{event} {host}: refused by the test")
sys.addaudithook(watch)
"""
# Nothing is made ready for visitors who do not come; test_wheel.py starts the command as it is.
COLD = """
import sys, types
sys.modules["app.warm"] = types.SimpleNamespace(while_served=None)
from {module} import main
main()
"""
STREAMLIT = COLD.format(module="streamlit.web.cli")
COMMANDS = {
    "the command": ["-c", COLD.format(module="app.cli"), "app", "--port"],
    "streamlit": ["-c", STREAMLIT, "run", "streamlit_app.py", "--server.port"],
}


@contextmanager
def served(folder: Path, command: list[str], **more: str) -> Iterator[tuple[int, Path]]:
    """Serve the app with nothing of the developer's settings; give its port and what was tried."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    watched, log = folder / "watched.jsonl", folder / "log.txt"
    paths = os.pathsep.join([str(folder), str(ROOT)])
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": paths, "HOME": str(folder)}
    with log.open("w") as output:
        process = subprocess.Popen(
            [*NICE, sys.executable, *command, str(port)],
            cwd=ROOT,
            env=environment | {"WATCHED": str(watched)} | more,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + START_S
        while not healthy(port):
            assert process.poll() is None, log.read_text("utf-8")
            assert time.monotonic() < deadline, log.read_text("utf-8")
            time.sleep(0.2)
        yield port, watched
    finally:
        process.terminate()
        process.wait(timeout=START_S)


def healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health") as reply:
            return reply.status == 200
    except (urllib.error.URLError, ConnectionError):
        return False


def led(address: str) -> str:
    """Return where a browser is led that asks for a page."""
    request = urllib.request.Request(address, headers={"Accept": "text/html,*/*;q=0.8"})  # noqa: S310 - http
    with urllib.request.urlopen(request) as reply:  # noqa: S310 - http
        return str(reply.geturl())


def handshake(port: int, *, origin: str, host: str) -> int:
    """Ask for a socket as a browser does that shows a page of an origin; return the status."""
    lines = [
        "GET /_stcore/stream HTTP/1.1",
        f"Host: {host}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        f"Origin: {origin}",
        "\r\n",
    ]
    with socket.create_connection(("127.0.0.1", port), timeout=START_S) as connection:
        connection.sendall("\r\n".join(lines).encode("ascii"))
        return int(connection.recv(100).split()[1])


def tried(watched: Path) -> tuple[set[str], set[str]]:
    """Return the hosts that were asked for and the addresses that were listened on."""
    events = [json.loads(line) for line in watched.read_text("utf-8").splitlines()]
    local = ("127.0.0.1", "::1", "localhost", "0.0.0.0", "/", "None")  # noqa: S104 - as it was tried
    asked = {host for event, host in events if event != "socket.bind"}
    outside = {host for host in asked if not host.startswith(local)}
    return outside, {host for event, host in events if event == "socket.bind"}


class Seen(NamedTuple):
    """The answer to each who asks for a socket, and what the server asked for and listens on."""

    own: int
    others: list[int]
    # What comes after the server's own name where a browser is led.
    way: str
    outside: set[str]
    listened: set[str]


@beside
def begun() -> dict[str, Seen]:
    """Serve the app by each command, and to others, and ask it as its pages and others would."""
    wide = {"STREAMLIT_SERVER_ADDRESS": "0.0.0.0"}  # noqa: S104 - as somebody would
    calls = {name: (command, {}) for name, command in COMMANDS.items()}
    calls["to others"] = (COMMANDS["the command"], wide)
    seen = {}
    for name, (command, more) in calls.items():
        with TemporaryDirectory() as folder, served(Path(folder), command, **more) as (port, log):
            own = f"{'atlas.example' if more else '127.0.0.1'}:{port}"
            answer = handshake(port, origin=f"http://{own}", host=own)
            # Streamlit alone asks who it is itself, where another comes.
            other, names = "http://other.example", (own, "other.example")
            names = () if name == "streamlit" else names
            others = [handshake(port, origin=other, host=host) for host in names]
            here = f"http://127.0.0.1:{port}"
            way = led(f"{here}/density/foo?lang=en").removeprefix(here)
            seen[name] = Seen(answer, others, way, *tried(log))
    return seen


@pytest.mark.parametrize("called", COMMANDS)
def test_the_server_listens_on_this_machine_alone_and_asks_no_other_host(called: str) -> None:
    """Streamlit looks its own address up on the internet to compare; the command keeps it from."""
    seen = begun().result()[called]
    assert seen.own == 101
    # However it is started, the application is the one that knows its pages.
    assert seen.way == "/density?lang=en"
    # A page of another host is let in by no name.
    assert seen.others == ([] if called == "streamlit" else [403, 403])
    assert seen.outside == set()
    assert seen.listened <= {"127.0.0.1", "::1"}


def test_who_serves_others_says_so_and_nobody_is_asked_then_either() -> None:
    seen = begun().result()["to others"]
    assert (seen.own, seen.others[0]) == (101, 403)
    assert seen.outside == set()
    assert "0.0.0.0" in seen.listened  # noqa: S104


def test_the_settings_that_keep_the_server_closed() -> None:
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    server = settings["server"]
    assert server["address"] == "127.0.0.1"
    assert (server["enableCORS"], server["enableXsrfProtection"]) == (True, True)
    assert server["enableStaticServing"] is False
    assert server["maxUploadSize"] == 500
    assert settings["browser"]["gatherUsageStats"] is False
    assert settings["client"]["showErrorDetails"] == "none"
    assert settings["client"]["allowedOrigins"] == []


def test_the_app_itself_says_that_there_is_no_such_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "send_page_not_found", None)
    noted: list[bool] = []
    serving.tell_of_missing_pages(lambda: noted.append(True))
    navigation.send_page_not_found(None)
    assert noted == [True]


def asked(path: str, *, accept: str = "text/html", prefix: str = "") -> tuple[int, str]:
    """Ask Streamlit's own files and a service beside them; return the status and where it leads."""
    start, *_ = answered(path, accept=accept, prefix=prefix)
    return start["status"], dict(start["headers"]).get(b"location", b"").decode()


def body(path: str, *, accept: str = "text/html") -> str:
    return b"".join(each["body"] for each in answered(path, accept=accept)[1:]).decode()


def answered(path: str, *, accept: str, prefix: str = "") -> list[dict[str, object]]:
    """Return the messages that an answer is made of."""

    async def serve(_: object) -> PlainTextResponse:
        return PlainTextResponse("served")

    routes = [Route(f"{prefix}/media/{{file:path}}", serve)]
    app = Starlette(
        routes=[*routes, *create_streamlit_static_assets_routes(prefix)],
        middleware=[Middleware(NearestPage), Middleware(document.FirstDocument)],
    )
    sent: list[dict[str, object]] = []

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    async def receive() -> NoReturn:  # a browser that waits for its answer
        await asyncio.Future()

    path, _, query = path.partition("?")
    scope = {"type": "http", "method": "GET", "path": unquote(path), "raw_path": path.encode()}
    scope |= {"query_string": query.encode(), "headers": [(b"accept", accept.encode())]}
    asyncio.run(app(scope, receive, send))
    return sent


@pytest.mark.parametrize("prefix", ["", "/atlas", "/of/the/atlas"])
@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/density/foo", "/density"),
        ("/density/foo?lang=en&zoning=circles", "/density?lang=en&zoning=circles"),
        ("/coverage/?lang=en?zoning=h3", "/coverage?lang=en?zoning=h3"),
        ("/overview?lang=en", "/?lang=en"),
        ("/overview/foo/", "/"),
        ("/%E5%AF%86%E5%BA%A6/a%2Fb?q=%26", "/%E5%AF%86%E5%BA%A6?q=%26"),
        ("/a%2Fb/c", "/a%2Fb"),
    ],
)
def test_a_mangled_address_leads_to_the_nearest_page(address: str, page: str, prefix: str) -> None:
    status, way = asked(prefix + address, prefix=prefix)
    assert status == 307
    # The host and what a proxy takes off the path are the browser's own.
    there = f"http://atlas.example/proxy{prefix}"
    assert urljoin(there + address, way) == there + page


def test_no_address_leads_to_another_host() -> None:
    assert asked("//density") == (307, "../density")
    assert asked("//outside.example/a") == (307, "../../outside.example")


@pytest.mark.parametrize("prefix", ["", "/atlas"])
@pytest.mark.parametrize(
    "address", ["/", "/?lang=en", "/density", "/density?a=/b/", "/foo", "/media/a/b.html"]
)
def test_what_is_a_page_or_a_service_is_answered_where_it_is(address: str, prefix: str) -> None:
    assert asked(prefix + address, prefix=prefix) == (200, "")


@pytest.mark.parametrize("accept", ["text/html", "*/*"])
def test_a_file_that_is_not_there_is_not_found(accept: str) -> None:
    assert asked("/static/nope", accept=accept) == (404, "")
    assert asked("/static/js", accept=accept) == (404, "")
    assert asked("/favicon.png", accept=accept) == (200, "")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_first_document_speaks_before_any_script_has_come(lang: str) -> None:
    """What Streamlit says in English alone has been put in words of the page."""
    first = document.document(lang)
    spoken = [_texts()[key][lang] for key in ("app.title", "waiting.load", "waiting.script")]
    assert [words for words in spoken if html.escape(words) not in first] == []
    assert (first.count(f'<html lang="{lang}">'), first.count("<noscript>")) == (1, 1)
    assert "<title>Streamlit" not in first
    assert first.index('id="atlas-waiting"') < first.index('<div id="root">')
    script = Path(document.__file__).with_suffix(".js").read_text("utf-8")
    unsaid = [each for each in document.STEPS if f'"{each}"' not in script]
    assert unsaid == ["seconds"]
    assert "said.seconds" in script


def test_who_asks_for_a_page_is_given_that_document_in_the_language_of_the_address() -> None:
    for path in ("/", "/density", "/foo"):
        assert body(f"{path}?lang=en") == document.document("en")
        assert body(f"{path}?lang=xx") == body(path) == document.document("zh")
    assert "atlas-waiting" not in body("/", accept="*/*")


def test_scripts_that_look_for_the_server_below_a_page_find_none() -> None:
    """Streamlit's page asks there whether it is served; a page for an answer would mislead it."""
    assert asked("/density/_stcore/health", accept="*/*") == (404, "")
    assert asked("/density/foo", accept="*/*") == (200, "")
