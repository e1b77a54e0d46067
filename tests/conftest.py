"""What several tests need: source documents, a browser that reaches no host, a Streamlit server."""

from __future__ import annotations

import gc
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import hypothesis
import pandas as pd
import pytest
from xdist.scheduler import LoadFileScheduling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = ROOT.parent / "shared" / "sources"
START_S = 60.0
HEALTH = "/_stcore/health"
# Files that take most of a minute, the longest first: what cannot be divided is begun with.
LONG = (
    *("test_printing.py", "test_notebook.py", "test_atlas.py", "test_distribution_page.py"),
    *("test_cli.py", "test_addresses.py", "test_app.py", "test_plans.py"),
)
# Files that have work begun, by ``begun``, while those of the app wait for their browser.
BESIDE = (
    *("test_serving.py", "test_storm.py", "test_fuzz.py", "test_contributing.py"),
    *("test_wheel.py", "test_site.py"),
)
# Other files that take more than some ten seconds: whole pages, prints, decks and processes.
THOROUGH = (
    *("test_density_page.py", "test_pattern_page.py", "test_own_page.py", "test_waiting_file.py"),
    *("test_secrets.py", "test_specification.py", "test_pattern_map.py"),
    *("test_print_tiles.py", "test_map_images.py", "test_map_slides.py", "test_slides.py"),
    *("test_outside_texts.py", "test_own_symbology.py", "test_answers.py", "test_zone_names.py"),
    *("test_sealed.py", "test_notebook_pictures.py", "test_document.py"),
    *("test_data_check.py", "test_statement.py", "test_locate_page.py"),
    *("test_claims_file.py", "test_brief.py", "test_geopdf.py", "test_rates.py", "test_review.py"),
    *("test_own_points.py", "test_locate_command.py", "test_kinds.py", "test_slide_packages.py"),
    *("test_real_kinds.py", "test_text_pieces.py", "test_work.py"),
)
TIMEOUT_MS = 60_000
# What turns while the server works is drawn sixty times a second without a graphics card, and tells
# a test nothing. Transitions stay: a list of options opens by them.
UNMOVED = """
document.addEventListener('DOMContentLoaded', () => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`*, ::before, ::after { animation-duration: 1ms !important;
    animation-iteration-count: 1 !important }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
});
"""
STORED = "local_storage,indexeddb,cache_storage,service_workers,file_systems,websql"

# How long an example takes says more of the machine than of the code. Each run has other examples.
hypothesis.settings.register_profile("atlas", deadline=None, max_examples=40)
hypothesis.settings.load_profile("atlas")


# As in the app, whichever tests run: whether one of them has loaded it must make no difference.
pd.set_option("mode.string_storage", "python")


# ---- which tests run in which process, and when ----


class _Files(LoadFileScheduling):
    """The tests of a file run in one process, and those of the app in a browser as one file.

    So the app is served once, and what it has worked out for a page serves the next test. What
    goes on beside them is asked for after them, where it was begun.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "the app in a browser" if _in_app(file) or file.endswith(BESIDE) else file


def _in_app(nodeid: str) -> bool:
    file = nodeid.partition("::")[0]
    return file.startswith("tests/app/") and file.endswith("_browser.py")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> _Files:
    # In the order of the collection, which the next function gives.
    config.option.loadscopereorder = False
    return _Files(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """Look for nothing to clear away while what stays is loaded, nor ever again among it.

    What tests leave is looked through seldom: it took a fiftieth of their time. Pages are made
    fast here and not by a fixture, which each test would ask for.
    Every other process begins at the end, so that in a clean checkout each compiles half of what
    both will import.
    """
    if os.environ.get("PYTEST_XDIST_WORKER", "gw0") != "gw0":
        session.config.args.reverse()
    gc.disable()
    try:
        return (yield)
    finally:
        if "streamlit" in sys.modules:
            from tests import pages  # noqa: PLC0415  Streamlit takes a second, and not all need it

            pages.hasten()
        gc.freeze()
        gc.set_threshold(200_000, 20, 100)
        gc.enable()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave files unread that the fast tests are not in: each process would load all they need."""
    name = collection_path.name
    long = name.endswith("_browser.py") or name in {*LONG, *BESIDE, *THOROUGH}
    return True if long and config.option.markexpr == "fast" else None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin, with the first of those in the app, what their process is to have done after them."""
    if _in_app(item.nodeid):
        for each in item.session.items:
            if each.path.name in BESIDE:
                each.module.begun()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what cannot be divided and takes long: short files at the end fill both cores.

    What takes long by itself is left out of the fast ones, which run while somebody works.
    """
    items.sort(key=lambda item: (_rank(item), item.path))
    for item in items:
        if _rank(item) >= _RANK_OF_OTHERS:
            item.add_marker("fast")


_RANK_OF_OTHERS = len(LONG) + 3


def _rank(item: pytest.Item) -> int:
    name = item.path.name
    if name.endswith("_browser.py"):
        return 0
    if name in BESIDE:
        return 1
    if name in LONG:
        return 2 + LONG.index(name)
    if name in THOROUGH:
        return 2 + len(LONG)
    return _RANK_OF_OTHERS + isinstance(item, pytest.DoctestItem)


@pytest.fixture
def tiny() -> Iterator[None]:
    """Open a plan of three layers, whose figures are worked out by hand."""
    from layers.plan.area import open_plan  # noqa: PLC0415  all that it needs takes seconds

    with open_plan(ROOT / "tests" / "areas" / "tiny"):
        yield


@pytest.fixture(scope="session")
def documents() -> dict[str, str]:
    """Return the text of each source document without white space, by its id."""
    if not DOCUMENTS.is_dir():
        pytest.skip("the source documents are not part of the project and are not beside it")
    return {
        path.stem: "".join(path.read_text(encoding="utf-8").split())
        for path in DOCUMENTS.glob("*.txt")
    }


# ---- the command line ----


class Done(NamedTuple):
    stdout: str
    stderr: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """Return a function that runs the command line and expects its exit code."""
    from app.cli import main  # noqa: PLC0415  all that it needs takes seconds

    def called(*words: object, code: int = 0) -> Done:
        monkeypatch.setattr(sys, "argv", ["xiangjiang", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        done = Done(*capsys.readouterr())
        assert left.value.code == code, done.stderr
        return done

    return called


# ---- LibreOffice ----


@pytest.fixture
def as_pdf(tmp_path: Path) -> Callable[[bytes], Path]:
    """Give a function that has LibreOffice write a presentation as a PDF file."""
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice (soffice) is not installed")

    def as_pdf(data: bytes) -> Path:
        deck = tmp_path / "deck.pptx"
        deck.write_bytes(data)
        profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
        command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir"]
        subprocess.run(
            [*command, str(tmp_path), str(deck)], check=True, capture_output=True, timeout=120
        )
        return deck.with_suffix(".pdf")

    return as_pdf


# ---- the browser ----


_running = ExitStack()
_browsers: list[Browser] = []
_left: list[BrowserContext] = []


@pytest.fixture(scope="module")
def browser() -> Browser:
    """Give the Chromium of all the files in a row that need one, started by the first of them."""
    from tests.chromium import chromium  # noqa: PLC0415  few files need what it needs

    if not _browsers:
        _browsers.append(_running.enter_context(chromium()))
    return _browsers[0]


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """End Chromium after these files: its event loop must be gone before others need theirs."""
    if nextitem is None or not (
        nextitem.path == item.path or nextitem.path.name.endswith("_browser.py")
    ):
        pytest_sessionfinish()


def pytest_sessionfinish() -> None:
    _left.clear()
    _browsers.clear()
    _running.close()


@pytest.fixture
def left(browser: Browser) -> list[BrowserContext]:  # noqa: ARG001 - their browser must be there
    """Give the contexts of visitors who have left, for the next ones.

    They are empty but for what was fetched: to read Streamlit's scripts anew takes the browser
    longer than what a test does with them.
    """
    return _left


@pytest.fixture
def open_page(browser: Browser, left: list[BrowserContext]) -> Iterator[Callable[..., Page]]:
    """Give a function that opens a page to a visitor who has never been there.

    The test fails on any script error, dialog or request to another host on such a page. A test
    that serves another host itself adds its address to ``page.allowed``.
    """
    from playwright.sync_api import expect  # noqa: PLC0415

    from tests.chromium import watch  # noqa: PLC0415

    # What is waited for comes late where all cores are at work.
    expect.set_options(timeout=TIMEOUT_MS)
    trouble: list[str] = []
    with ExitStack() as visits:

        def open_page(width: int = 1440, height: int = 900) -> Page:
            if left:
                context = left.pop()
            else:
                context = browser.new_context(reduced_motion="reduce")
                context.add_init_script(UNMOVED)
            visits.callback(_leave, context, left)
            context.set_default_timeout(TIMEOUT_MS)
            page = context.new_page()
            page.set_viewport_size({"width": width, "height": height})
            watch(page, trouble)
            return page

        yield open_page
    assert trouble == []


def _leave(context: BrowserContext, left: list[BrowserContext]) -> None:
    """Forget all that pages have stored; of files, which have no host, with the context.

    One page stays, of a few bytes: with it the process in which Streamlit's scripts are ready.
    """
    from playwright.sync_api import Error  # noqa: PLC0415

    places = {urlsplit(frame.url) for page in context.pages for frame in page.frames}
    origins = {f"{place.scheme}://{place.netloc}" for place in places if place.netloc}
    if not origins or not {place.scheme for place in places} <= {"http", "about"}:
        context.close()
        return
    *others, stays = context.pages
    session = context.new_cdp_session(stays)
    for origin in origins:
        session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": STORED})
    for page in others:
        page.close()
    try:
        if not stays.url.endswith(HEALTH):
            stays.goto(f"{min(origins)}{HEALTH}")
    except Error:  # a server of the test's own has stopped
        context.close()
        return
    context.clear_cookies()
    left.append(context)


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """Open one page of 1440×900."""
    return open_page()


# ---- the server ----


@contextmanager
def _serve_streamlit(script: Path, log: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        *(sys.executable, "-m", "streamlit", "run", str(script)),
        "--server.headless=true",
        f"--server.port={port}",
        "--server.address=127.0.0.1",
        "--browser.gatherUsageStats=false",
        "--server.fileWatcherType=none",
    ]
    # Nothing of the developer's own settings or environment takes part.
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": str(log.parent)}
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_healthy(address, process, log)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)
    # A socket that a browser has closed makes the server complain; our own files must not.
    own = [f'File "{folder}' for folder in (ROOT, script.parent)]
    lines = [line for line in log.read_text("utf-8").splitlines() if "site-packages" not in line]
    assert [line for line in lines if any(place in line for place in own)] == []


def _wait_until_healthy(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{address}{HEALTH}") as reply:  # noqa: S310 - http
                if reply.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    pytest.fail(f"Streamlit did not start at {address}:\n{log.read_text('utf-8')}")


@pytest.fixture(scope="session")
def serve_streamlit() -> Callable[[Path, Path], object]:
    """Give a context manager that serves a script, logs to a file and yields the address.

    On leaving, the server is ended, and no traceback in its log may pass through our files.
    """
    return _serve_streamlit


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the app once for all files, so that what a page has worked out serves the next.

    A file that serves a script of its own has a fixture of this name.
    """
    log = tmp_path_factory.mktemp("app") / "server.log"
    with _serve_streamlit(ROOT / "streamlit_app.py", log) as address:
        yield address
