"""How the documentation becomes a site: ``make docs`` writes it to ``build/docs``.

Its pages need no host: the theme brings its styles and scripts, letters are those of the reader's
machine, and formulas are MathML, which browsers draw by themselves.
"""

from __future__ import annotations

import sys
from importlib.metadata import version as version_of
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

import build  # noqa: E402 - beside this file

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

project = "湘江新区规划图集 · The Xiangjiang atlas"
author = "The Xiangjiang atlas authors"
copyright = "2026, The Xiangjiang atlas authors"  # noqa: A001 - as Sphinx calls it
release = version_of("xiangjiang-atlas")

# The source is the repository, so that links between its texts are the same on the site.
root_doc = "docs/index"
include_patterns = ["*.md", "data/LICENSE.md", "docs/**.md"]
exclude_patterns = [".*", "build", "node_modules", "tests", "fuzz", "layers", "app", "geo"]
extensions = ["myst_parser"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
html_theme = "furo"
html_math_renderer = "mathml"
html_copy_source = False
html_title = project


def setup(app: Sphinx) -> None:
    """Tell Sphinx how formulas are written, and have the folder of the site open at its front."""
    app.add_html_math_renderer(
        "mathml",
        inline_renderers=(_inline, None),
        block_renderers=(_block, None),
    )
    app.connect("build-finished", _front)
    for package in ("geo", "layers"):
        (HERE / "api").mkdir(exist_ok=True)
        (HERE / "api" / f"{package}.md").write_text(build.api(package), encoding="utf-8")


def _inline(writer: HTML5Translator, node: nodes.math) -> None:
    writer.body.append(tex2mathml(node.astext(), as_block=False))
    raise nodes.SkipNode


def _block(writer: HTML5Translator, node: nodes.math_block) -> None:
    writer.body.append(
        f'<div style="margin: 1em 0">{tex2mathml(node.astext(), as_block=True)}</div>'
    )
    raise nodes.SkipNode


def _front(app: Sphinx, error: Exception | None) -> None:
    if error is None:
        page = '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url='
        (Path(app.outdir) / "index.html").write_text(f'{page}{root_doc}.html">', encoding="utf-8")
