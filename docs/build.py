"""Writes pages from docstrings: one for each measure, and of each package all that it offers.

``python docs/build.py`` writes the pages of measures, which a test holds against what the
docstrings say now. Those of the packages are made with the site (``docs/conf.py``).
"""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from numpydoc.docscrape import NumpyDocString

from layers.look.sheet import PROFILES
from layers.review.rulebook import rules
from layers.words import say

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

FOLDER = Path(__file__).with_name("methods")
# Written by hand down to a line, and made below it.
REVIEW = Path(__file__).with_name("review.md")
BELOW = "<!-- below: made from data/review/rules.yaml by docs/build.py -->"
# Page, title in Chinese and English, and the functions it is made of.
PAGES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "kernel-density": ("核密度", "Kernel density", ("geo.kernel_density",)),
    "bandwidth": (
        "带宽",
        "Bandwidth",
        ("geo.silverman_bandwidth_m", "geo.abramson_bandwidths_m"),
    ),
    "isolines": (
        "等值线与等值面",
        "Isolines and filled bands",
        ("geo.isolines", "geo.filled_bands", "geo.nice_levels"),
    ),
    "zonings": (
        "分区与格网",
        "Zonings and grids",
        ("geo.hexagons", "geo.squares", "geo.h3_cells", "geo.nearest_areas"),
    ),
    "distribution": ("分区统计", "Distribution over zones", ("geo.distribution",)),
    "population": (
        "人口",
        "Population",
        ("geo.population", "geo.people_in"),
    ),
    "uncertainty": ("位置不确定性", "Positional uncertainty", ("geo.uncertainty",)),
    "zonal-statistics": (
        "栅格分区统计",
        "Zonal statistics of rasters",
        ("geo.zonal_statistics", "geo.zonal_shares"),
    ),
    "location-quotient": (
        "区位商",
        "Location quotient",
        ("geo.category_table", "geo.location_quotients", "geo.location_quotient_table"),
    ),
    "specialisation": ("专业化指数", "Specialisation", ("geo.specialisation_index",)),
    "diversity": ("多样性（Hill 数）", "Diversity (Hill numbers)", ("geo.diversity",)),
    "classification": ("分级", "Classification", ("layers.look.classification.classes",)),
    "concentration": ("集中度", "Concentration", ("geo.concentration_measures", "geo.lorenz")),
    "neighbours": ("邻接与空间权重", "Neighbours", ("geo.neighbour_graph",)),
    "spatial-autocorrelation": (
        "全局空间自相关",
        "Spatial autocorrelation",
        ("geo.spatial_autocorrelation",),
    ),
    "local-autocorrelation": (
        "局部空间自相关（LISA）",
        "Local autocorrelation",
        ("geo.local_autocorrelation",),
    ),
    "hot-spots": ("热点分析（Gi*）", "Hot spots", ("geo.hot_spots",)),
    "nearest-neighbour": (
        "最近邻指数",
        "Nearest-neighbour index",
        ("geo.nearest_neighbour_index",),
    ),
    "ripley": ("Ripley K 与 L 函数", "Ripley's K and L", ("geo.ripley",)),
    "centres-and-ellipses": (
        "中心与标准差椭圆",
        "Centres and deviational ellipses",
        ("geo.centres", "geo.deviational_ellipses"),
    ),
    "coverage": (
        "服务区与覆盖",
        "Service areas and coverage",
        ("geo.service_areas", "geo.coverage", "geo.coverage_curve", "geo.coverage_probability"),
    ),
    "datum": ("坐标偏移", "Datum", ("geo.datum.wgs84_to_gcj02", "geo.datum.gcj02_to_wgs84")),
}
SECTIONS = (
    ("Warnings", "When not to use it · 何时不宜使用"),
    ("Notes", "Formula · 公式"),
    ("References", "Source · 出处"),
)
_CODE = re.compile(r"``(.+?)``", re.DOTALL)
_MATH = re.compile(r":math:`(.+?)`", re.DOTALL)
_ROLE = re.compile(r":(?:func|class|mod|data|meth):`~?(.+?)`")
_REFERENCE = re.compile(r"^\.\. \[(\w+)\] ", re.MULTILINE)
_CITED = re.compile(r"\[(\w+)\]_")


def build() -> dict[str, str]:
    """Return the text of every page under its file name."""
    pages = {f"{name}.md": _page(*about) for name, about in PAGES.items()}
    rows = "\n".join(
        f"| [{zh}]({name}.md) | [{en}]({name}.md) | {', '.join(f'`{f}`' for f in functions)} |"
        for name, (zh, en, functions) in PAGES.items()
    )
    pages["README.md"] = (
        "# 方法 · Methods\n\nWhat each measure means, its formula, where it comes from and when it "
        "must not be used. The keys in brackets are in [references.bib](../references.bib), "
        "whose entries are [checked](../references.md).\n\n"
        f"| 方法 | Method | Functions |\n|---|---|---|\n{rows}\n"
    )
    return pages


def review() -> str:
    """Return the page of the rules that outputs are held against; what it begins with stays."""
    book = rules()
    binding = {name: [each for each in book.values() if name in each.profiles] for name in PROFILES}
    rows = "\n".join(
        f"| {both_of(each.title)} | {both_of(each.rule)} | {both_of(each.do)} | "
        f"{each.cited('zh')} | {'必须' if each.severity == 'must' else '应当'} · {each.severity} | "
        f"{' · '.join(say(f'profile.{name}', 'zh') for name in each.profiles)} |"
        for each in book.values()
    )
    counts = "\n".join(
        f"- {both_of({lang: say(f'profile.{name}', lang) for lang in ('zh', 'en')})}: {len(bound)}"
        for name, bound in binding.items()
    )
    head, line, _ = REVIEW.read_text(encoding="utf-8").partition(BELOW)
    return (
        f"{head}{line}\n\n{counts}\n\n| 项 · Rule | 规则 · What it says | 怎么办 · What to do "
        f"| 依据 · Source | 程度 · Severity | 约束 · Binds |\n|---|---|---|---|---|---|\n{rows}\n"
    )


def both_of(words: Mapping[str, str]) -> str:
    """Return a text in Chinese and English."""
    return f"{words['zh']} · *{words['en']}*"


def api(package: str) -> str:
    """Return the page of all that a package offers by its front door."""
    module = import_module(package)
    parts = [f"# {package}", _prose(inspect.getdoc(module) or "")]
    for name in module.__all__:
        thing = getattr(module, name)
        path = f"{package}.{name}"
        if inspect.ismodule(thing):
            parts += _of_module(path, thing)
        else:  # a type alias is no callable
            parts.append(_function(path) if callable(thing) else f"## `{path}`\n\n`{thing}`")
    return "\n\n".join(part for part in parts if part) + "\n"


def _of_module(path: str, module: ModuleType) -> list[str]:
    own = [
        name
        for name, thing in vars(module).items()
        if inspect.isfunction(thing) and not name.startswith("_") and thing.__module__ == path
    ]
    return [
        f"## `{path}`\n\n{_prose(inspect.getdoc(module) or '')}",
        *(_function(f"{path}.{name}") for name in own),
    ]


def _page(zh: str, en: str, functions: tuple[str, ...]) -> str:
    parts = [_function(path) for path in functions]
    return f"# {zh} · {en}\n\n" + "\n\n".join(parts) + "\n"


def _function(path: str) -> str:
    home, name = path.rsplit(".", 1)
    function = getattr(import_module(home), name)
    doc = NumpyDocString(inspect.getdoc(function))
    signature = inspect.signature(function)
    blocks = [f"## `{path}`", _markdown(doc["Summary"]), _markdown(doc["Extended Summary"])]
    blocks += [
        f"### {title}\n\n{_markdown(doc[section])}" for section, title in SECTIONS if doc[section]
    ]
    options = "\n".join(
        f"- `{item.name}` — {' '.join(_markdown(item.desc).split())}" for item in doc["Parameters"]
    )
    blocks += [
        f"### Parameters · 参数\n\n{options}" if options else "",
        f"### Returns · 返回\n\n{_returned(doc)}" if doc["Returns"] else "",
        f"### Methods · 方法\n\n{_methods(function)}" if _methods(function) else "",
        f"### Example · 示例\n\n{_examples(doc['Examples'])}" if doc["Examples"] else "",
        f"<sub>`{name}{_plain(signature)}`</sub>",
    ]
    return "\n\n".join(block for block in blocks if block.strip())


def _methods(thing: object) -> str:
    """Return what the instances of a class can do, a line each; nothing for a function."""
    own = {} if not inspect.isclass(thing) else vars(thing)
    told = {
        name: inspect.getdoc(each)
        for name, each in own.items()
        if not name.startswith("_") and (inspect.isroutine(each) or isinstance(each, property))
    }
    lines = [
        f"- `{name}` — {_markdown([text.splitlines()[0]])}" for name, text in told.items() if text
    ]
    return "\n".join(lines)


def _prose(docstring: str) -> str:
    """Return the docstring of a module without its examples."""
    return _markdown(re.split(r"^(?:Examples$|>>> )", docstring, flags=re.MULTILINE)[0].split("\n"))


def _examples(lines: list[str]) -> str:
    """Return examples as code, with the words between them as text."""
    parts = re.split(r"\n{2,}", "\n".join(lines).strip())
    return "\n\n".join(
        f"```pycon\n{part}\n```" if part.startswith(">>>") else _markdown(part.split("\n"))
        for part in parts
    )


def _plain(signature: inspect.Signature) -> str:
    """Return a signature without its annotations."""
    bare = [item.replace(annotation=item.empty) for item in signature.parameters.values()]
    return str(signature.replace(parameters=bare, return_annotation=signature.empty))


def _returned(doc: NumpyDocString) -> str:
    # numpydoc takes the first line of an unnamed value for its type.
    lines = [line for item in doc["Returns"] for line in (item.name, item.type, *item.desc) if line]
    return _markdown(lines)


def _markdown(lines: list[str]) -> str:
    text = _blocks("\n".join(lines))
    text = _MATH.sub(r"$\1$", text)
    text = _ROLE.sub(r"`\1`", text)
    text = _CODE.sub(r"`\1`", text)
    text = _REFERENCE.sub(r"- **[\1]** ", text)
    return _CITED.sub(r"[\1]", text).strip()


def _blocks(text: str) -> str:
    """Turn displayed formulas and simple tables of the docstrings into those of Markdown."""
    found, lines = [], text.split("\n")
    while lines:
        line = lines.pop(0)
        if line.startswith(".. math::"):
            formula = [line.removeprefix(".. math::").strip()]
            while lines and (not lines[0].strip() or lines[0].startswith("   ")):
                formula.append(lines.pop(0).strip())
            found += ["$$", *(part for part in formula if part), "$$", ""]
        elif re.fullmatch(r"=+( +=+)+", line.strip()):
            found += _table(line, lines)
        else:
            found.append(line)
    return "\n".join(found)


def _table(rule: str, lines: list[str]) -> list[str]:
    spans = [match.span() for match in re.finditer("=+", rule)]
    edges = [*(start for start, _ in spans), None]

    def row(line: str) -> str:
        cells = [line[a:b].strip() for a, b in pairwise(edges)]
        return "| " + " | ".join(cells) + " |"

    head = row(lines.pop(0))
    lines.pop(0)
    body = []
    while lines and not lines[0].startswith("="):
        body.append(row(lines.pop(0)))
    lines.pop(0)
    return [head, "|" + "---|" * len(spans), *body]


def main() -> None:
    """Write every page, and take away those that are no longer built."""
    FOLDER.mkdir(exist_ok=True)
    pages = build()
    for stale in set(FOLDER.glob("*.md")) - {FOLDER / name for name in pages}:
        stale.unlink()
    for name, text in pages.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    REVIEW.write_text(review(), encoding="utf-8")


if __name__ == "__main__":
    main()
