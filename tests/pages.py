"""Pages under test, as fast as they are: what Streamlit does around each is done once."""

from __future__ import annotations

import logging
from functools import cache

from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import app_test, local_script_runner


def hasten() -> None:
    """Let Streamlit look through the installed packages once, as it does when it serves.

    A page under test would look through them anew, which takes longer than the page itself, and
    compile its scripts anew; and who waits for it would ask a thousand times a second. It holds
    for the process, so that one that a test starts has it too.

    Its loggers hand on what they log, as others do: pytest watches each that does not by itself,
    six times a test, which is most of what a small test takes.
    """
    for name in [*logging.root.manager.loggerDict]:
        if name.startswith("streamlit"):
            logging.getLogger(name).propagate = True
    scripts = ScriptCache()
    manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
    for module in (app_test, local_script_runner):
        module.ScriptCache = lambda: scripts
    local_script_runner.require_widgets_deltas = _end_of_script


def _end_of_script(runner: local_script_runner.LocalScriptRunner, timeout_s: float) -> None:
    runner._script_thread.join(timeout_s)
    if not runner.script_stopped():
        runner.request_stop()
        raise TimeoutError(f"a page did not end within {timeout_s:g} s")
