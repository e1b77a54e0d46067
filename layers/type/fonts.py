"""The fonts that printed maps are written in, and which characters they have.

Noto Sans SC (SIL Open Font License 1.1) holds Latin and Chinese in one file per weight, so that no
text needs a second font. The build hook puts the files into ``layers/assets/vendor/fonts``.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from geo.arguments import require_one_of
from geo.errors import InputError

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties

Weight: TypeAlias = Literal["regular", "bold"]

FAMILY = "Noto Sans SC"
FOLDER = Path(__file__).resolve().parents[1] / "assets" / "vendor" / "fonts"
FILES: dict[Weight, str] = {"regular": "NotoSansSC-Regular.ttf", "bold": "NotoSansSC-Bold.ttf"}
# Lines end here; nothing is drawn for it.
LINE_END = "\n"


def path(weight: Weight = "regular") -> Path:
    """Return the font file of a weight.

    Parameters
    ----------
    weight
        ``"regular"`` or ``"bold"``.

    Raises
    ------
    InputError
        If there is no such weight, or the fonts are not in place.

    Examples
    --------
    >>> path("bold").name
    'NotoSansSC-Bold.ttf'
    """
    require_one_of(weight, FILES, "weight", function="path")
    file = FOLDER / FILES[weight]
    if not file.is_file():
        raise InputError(
            f"path: the font {file.name} is not in layers/assets/vendor/fonts, so no map can be "
            "printed; run 'python hatch_build.py' in the project's folder, or install the package "
            "anew, then try again",
            code="caller.package",
            name=file.name,
        )
    return file


def font(weight: Weight = "regular") -> FontProperties:
    """Return a font for matplotlib, which from then on also finds it by its family name.

    Parameters
    ----------
    weight
        ``"regular"`` or ``"bold"``.

    Raises
    ------
    InputError
        If there is no such weight, or the fonts are not in place.

    Notes
    -----
    SVG files name fonts by family and weight and not by file: the properties carry both.

    Examples
    --------
    >>> font("bold").get_name(), font("bold").get_weight()
    ('Noto Sans SC', 'bold')
    """
    from matplotlib.font_manager import FontProperties  # noqa: PLC0415  half a second to import

    _register()
    return FontProperties(family=FAMILY, weight=weight, fname=path(weight))


@cache
def characters() -> frozenset[str]:
    r"""Return the characters that both weights have, and the end of a line.

    Examples
    --------
    >>> "湘" in characters(), "\U0001f684" in characters()
    (True, False)
    """
    from fontTools.ttLib import TTFont  # noqa: PLC0415  only texts that are drawn need it

    sets = []
    for weight in FILES:
        with TTFont(path(weight), lazy=True) as opened:
            # Names of glyphs, which are not asked for, take longest to read.
            opened.setGlyphOrder(list(range(opened["maxp"].numGlyphs)))
            sets.append(frozenset(map(chr, opened.getBestCmap())))
    return frozenset.intersection(*sets) | {LINE_END}


@cache
def _register() -> None:
    from matplotlib.font_manager import fontManager  # noqa: PLC0415  half a second to import

    for weight in FILES:
        fontManager.addfont(path(weight))
