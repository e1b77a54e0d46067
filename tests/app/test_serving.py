"""The app's server: this machine alone unless told otherwise, and no other host asked, ever."""

from __future__ import annotations

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
from typing import TYPE_CHECKING

import pytest
from streamlit.commands import navigation

from app import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
START_S = 120.0
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
sys.modules["app.warm"] = types.SimpleNamespace(up=int)
from app.cli import main
main()
"""
COMMANDS = {
    "the command": ["-c", COLD, "app", "--port"],
    "streamlit": ["-m", "streamlit", "run", "streamlit_app.py", "--server.port"],
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
            [sys.executable, *command, str(port)],
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
        process.wait(timeout=30)


def healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health") as reply:
            return reply.status == 200
    except (urllib.error.URLError, ConnectionError):
        return False


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
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall("\r\n".join(lines).encode("ascii"))
        return int(connection.recv(100).split()[1])


def tried(watched: Path) -> tuple[set[str], set[str]]:
    """Return the hosts that were asked for and the addresses that were listened on."""
    events = [json.loads(line) for line in watched.read_text("utf-8").splitlines()]
    local = ("127.0.0.1", "::1", "localhost", "0.0.0.0", "/", "None")  # noqa: S104 - as it was tried
    asked = {host for event, host in events if event != "socket.bind"}
    outside = {host for host in asked if not host.startswith(local)}
    return outside, {host for event, host in events if event == "socket.bind"}


@pytest.mark.parametrize("called", COMMANDS)
def test_the_server_listens_on_this_machine_alone_and_asks_no_other_host(
    called: str, tmp_path: Path
) -> None:
    """Streamlit looks its own address up on the internet to compare; the command keeps it from."""
    with served(tmp_path, COMMANDS[called]) as (port, watched):
        own = f"127.0.0.1:{port}"
        assert handshake(port, origin=f"http://{own}", host=own) == 101
        if called == "the command":
            # A page of another host is let in by no name.
            other = "http://other.example"
            assert handshake(port, origin=other, host=own) == 403
            assert handshake(port, origin=other, host="other.example") == 403
        outside, listened = tried(watched)
        assert outside == set()
        assert listened <= {"127.0.0.1", "::1"}


def test_who_serves_others_says_so_and_nobody_is_asked_then_either(tmp_path: Path) -> None:
    wide = {"STREAMLIT_SERVER_ADDRESS": "0.0.0.0"}  # noqa: S104 - as somebody would
    with served(tmp_path, COMMANDS["the command"], **wide) as (port, watched):
        name = f"atlas.example:{port}"
        assert handshake(port, origin=f"http://{name}", host=name) == 101
        assert handshake(port, origin="http://other.example", host=name) == 403
        outside, listened = tried(watched)
        assert outside == set()
        assert "0.0.0.0" in listened  # noqa: S104


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
