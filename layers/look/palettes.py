"""Colours on paper: how light they are, whether they stay apart, and greys in their place.

Colours are sRGB, written ``"#RRGGBB"``. The symbology is the truth in colour. In grey, the colours
that a map tells apart within one layer are spread over even steps of lightness, in the order of
their own lightness; all other colours become the grey that is as light as they are, so that a
sequential ramp stays a ramp.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.arguments import brief, require_one_of
from geo.errors import InputError
from layers.look.styles import WHITE
from layers.look.symbology import layer_styles
from layers.plan.area import per_folder, per_plan
from layers.plan.schema import resource

if TYPE_CHECKING:
    from collections.abc import Iterable

    from layers.look.sheet import Palette

Floats: TypeAlias = NDArray[np.float64]
Deficiency: TypeAlias = Literal["protanopia", "deuteranopia", "tritanopia"]

# Rows give linear red, green and blue as the eye without one kind of cone has them.
DEFICIENCIES: dict[Deficiency, tuple[tuple[float, float, float], ...]] = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
# IEC 61966-2-1: linear sRGB to CIE XYZ, and the white that it is made for (D65).
XYZ = np.array(
    [
        (0.4124564, 0.3575761, 0.1804375),
        (0.2126729, 0.7151522, 0.0721750),
        (0.0193339, 0.1191920, 0.9503041),
    ]
)
WHITE_XYZ = XYZ.sum(axis=1)
# Below these the curves of sRGB (encoded and linear values) and of lightness are straight lines.
ENCODED_BEND, LINEAR_BEND, LIGHTNESS_BEND = 0.04045, 0.0031308, 8.0
# WCAG 2.2: weights of red, green and blue in luminance.
WEIGHTS = np.array([0.2126, 0.7152, 0.0722])
HALF_TURN = 180.0
# WCAG 2.2, success criterion 1.4.3: contrast of small text with its ground.
TEXT_CONTRAST = 4.5
# A ground of this luminance is as far from black as from white: sqrt(1.05 · 0.05) - 0.05.
MIDDLE_LUMINANCE = 0.179
# Greys of things that are told apart, as CIE lightness: from near black to a contrast of 3 with
# white, which is what WCAG 2.2 (1.4.11) asks of lines and symbols.
DARKEST, LIGHTEST = 15.0, 60.0
# A layer in one colour is this dark or darker; and what has white names on it, which can be read
# on it though it lets the map through.
ALONE, NAMED_IN_WHITE = 20.0, 36.0
# What is lighter than this is paper, halo or edge, and stays as light as it is.
PAPER = 90.0
COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
PLAN_PANES = frozenset({"area", "line", "point"})


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, 0 (black) to 1 (white).

    Parameters
    ----------
    colour
        ``"#RRGGBB"``.

    Raises
    ------
    InputError
        If the colour is not written so.

    References
    ----------
    .. [wcag22] W3C (2023). Web Content Accessibility Guidelines 2.2, relative luminance.

    Examples
    --------
    >>> round(luminance("#FFFFFF"), 6), luminance("#000000")
    (1.0, 0.0)
    """
    return float(WEIGHTS @ _linear(colour))


def lightness(colour: str) -> float:
    """Return CIE lightness L*, 0 (black) to 100 (white): even steps look even.

    Parameters
    ----------
    colour
        ``"#RRGGBB"``.

    Examples
    --------
    >>> round(lightness("#777777"))
    50
    """
    return _lab(_linear(colour))[0]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 (the same) to 21 (black on white) [wcag22]_.

    Parameters
    ----------
    one, other
        ``"#RRGGBB"``, in either order.

    References
    ----------
    .. [wcag22] W3C (2023). Web Content Accessibility Guidelines 2.2, contrast ratio.

    Examples
    --------
    >>> round(contrast("#000000", "#FFFFFF"), 6)
    21.0
    """
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def simulate(colour: str, kind: Deficiency) -> str:
    """Return a colour as an eye without one kind of cone sees it [machado2009]_.

    Parameters
    ----------
    colour
        ``"#RRGGBB"``.
    kind
        ``"protanopia"``, ``"deuteranopia"`` or ``"tritanopia"``.

    Raises
    ------
    InputError
        If the colour or the kind is none of these.

    Notes
    -----
    The authors' matrices at full severity, for linear sRGB. They hold that tritanopia is
    only approximate.

    References
    ----------
    .. [machado2009] Machado, G. M., Oliveira, M. M. & Fernandes, L. A. F. (2009). A
       physiologically-based model for simulation of color vision deficiency. IEEE Transactions on
       Visualization and Computer Graphics 15(6), 1291-1298.

    Examples
    --------
    >>> simulate("#808080", "deuteranopia")
    '#808080'
    """
    require_one_of(kind, DEFICIENCIES, "kind", function="simulate")
    return _written(np.array(DEFICIENCIES[kind]) @ _linear(colour))


def difference(one: str, other: str) -> float:
    """Return how different two colours look, CIEDE2000 [sharma2005]_; about 1 is just noticed.

    Parameters
    ----------
    one, other
        ``"#RRGGBB"``, in either order.

    References
    ----------
    .. [sharma2005] Sharma, G., Wu, W. & Dalal, E. N. (2005). The CIEDE2000 color-difference
       formula: implementation notes, supplementary test data, and mathematical observations. Color
       Research & Application 30(1), 21-30.

    Examples
    --------
    >>> difference("#E69F00", "#E69F00"), round(difference("#000000", "#FFFFFF"))
    (0.0, 100)
    """
    return _ciede2000(_lab(_linear(one)), _lab(_linear(other)))


def ink(colour: str, *, ground: str = "#FFFFFF") -> str:
    """Return a colour for text, darkened or lightened until it can be read on its ground.

    Parameters
    ----------
    colour
        The colour wanted, returned as it is where its contrast is 4.5 or more.
    ground
        What the text stands on, or its halo.

    Examples
    --------
    >>> ink("#B5172F"), ink("#E69F00")
    ('#B5172F', '#9E6C00')
    """
    if contrast(colour, ground) >= TEXT_CONTRAST:
        return colour
    linear, light = _linear(colour), luminance(colour)
    under = luminance(ground)
    # A little more than asked for, since colours are rounded to whole steps.
    wanted = TEXT_CONTRAST * 1.01
    if under > MIDDLE_LUMINANCE:
        share = ((under + 0.05) / wanted - 0.05) / light
        return _written(linear * share)
    share = (wanted * (under + 0.05) - 0.05 - light) / (1 - light)
    return _written(linear + (1 - linear) * min(share, 1.0))


def spread(colours: Iterable[str], lightest: float = LIGHTEST) -> dict[str, str]:
    """Return greys for colours that are told apart: even steps of lightness, in the same order.

    Parameters
    ----------
    colours
        Colours that stand side by side on one map; those near white stay as light as they are.
    lightest
        Lightness of the lightest grey.

    Examples
    --------
    >>> spread(["#E69F00", "#009E73"])
    {'#009E73': '#262626', '#E69F00': '#919191'}
    """
    known = sorted({each.upper() for each in colours}, key=lambda each: (lightness(each), each))
    dark = [each for each in known if lightness(each) <= PAPER]
    if len(dark) == 1:
        return {dark[0]: _grey(min(lightness(dark[0]), ALONE))}
    steps = np.linspace(DARKEST, lightest, len(dark))
    return {each: _grey(float(step)) for each, step in zip(dark, steps, strict=True)}


def paper(colour: str, palette: Palette) -> str:
    """Return a colour of the map as it is printed.

    Parameters
    ----------
    colour
        ``"#RRGGBB"``.
    palette
        ``"colour"``: as it is; ``"grey"``: a grey.

    Raises
    ------
    InputError
        If the colour or the palette is none of these.

    Examples
    --------
    >>> paper("#e69f00", "colour"), paper("#ffffff", "grey")
    ('#E69F00', '#FFFFFF')
    """
    require_one_of(palette, ("colour", "grey"), "palette", function="paper")
    written = _require(colour).upper()
    if palette == "colour":
        return written
    return greys().get(written) or _grey(lightness(written))


@per_folder
def greys() -> dict[str, str]:
    """Return the greys of the colours of plan features, spread layer by layer.

    An outline is as light as what it surrounds, unless it is white.

    Examples
    --------
    >>> len({greys()[colour] for colour in own_colours("circles")})
    4
    """
    grey_of: dict[str, str] = {}
    # What lies above chooses first where two layers share a colour.
    for name, style in reversed(layer_styles().items()):
        if style.pane not in PLAN_PANES:
            continue
        looks = list(style.classes.values()) or [style.style]
        white = style.label is not None and style.label.colour == WHITE
        colours = [*[look.colour for look in looks], *own_colours(name)]
        for colour, grey in spread(colours, NAMED_IN_WHITE if white else LIGHTEST).items():
            grey_of.setdefault(colour, grey)
        for look in looks:
            if look.edge and lightness(look.edge) <= PAPER and lightness(look.colour) <= PAPER:
                grey_of.setdefault(look.edge.upper(), grey_of[look.colour.upper()])
    return grey_of


@per_plan
def own_colours(name: str) -> tuple[str, ...]:
    """Return the colours that features of a layer bring with them, none for most layers.

    Examples
    --------
    >>> own_colours("cities")
    ('#933B00', '#B5172F')
    """
    field = layer_styles()[name].colour_field
    path = resource(name).path
    if field is None or path.suffix != ".csv":
        return ()
    return tuple(pd.read_csv(path, usecols=[field], dtype="str")[field].dropna().unique())


def _require(colour: str) -> str:
    if not COLOUR.fullmatch(colour):
        raise InputError(
            f"palettes: {colour!r} is no colour; write it as '#RRGGBB'",
            code="option.colour",
            value=brief(colour),
        )
    return colour


def _linear(colour: str) -> Floats:
    """Return linear red, green and blue, 0 to 1."""
    _require(colour)
    encoded = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(encoded <= ENCODED_BEND, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def _written(linear: Floats) -> str:
    clipped = np.clip(linear, 0, 1)
    encoded = np.where(
        clipped <= LINEAR_BEND, clipped * 12.92, 1.055 * clipped ** (1 / 2.4) - 0.055
    )
    return "#" + "".join(f"{round(float(each) * 255):02X}" for each in encoded)


def _grey(light: float) -> str:
    """Return the grey of a lightness."""
    root = (light + 16) / 116
    level = root**3 if light > LIGHTNESS_BEND else light / (24389 / 27)
    return _written(np.full(3, level))


def _lab(linear: Floats) -> tuple[float, float, float]:
    share = XYZ @ linear / WHITE_XYZ
    root = np.where(share > (6 / 29) ** 3, np.cbrt(share), share * (29 / 6) ** 2 / 3 + 4 / 29)
    x, y, z = root.tolist()
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _ciede2000(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    stretch = 1.5 - 0.5 * math.sqrt(mean**7 / (mean**7 + 25**7))
    c1, c2 = math.hypot(a1 * stretch, b1), math.hypot(a2 * stretch, b2)
    h1 = math.degrees(math.atan2(b1, a1 * stretch)) % 360
    h2 = math.degrees(math.atan2(b2, a2 * stretch)) % 360
    turn = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    if c1 * c2 and h2 - h1 == HALF_TURN:
        turn = HALF_TURN
    hue = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2))
    mean_l, mean_c = (l1 + l2) / 2, (c1 + c2) / 2
    # A hue of no colour has no say.
    mean_h = h1 + h2 if c1 * c2 == 0 else (h1 + turn / 2) % 360
    weight = (
        1
        - 0.17 * math.cos(math.radians(mean_h - 30))
        + 0.24 * math.cos(math.radians(2 * mean_h))
        + 0.32 * math.cos(math.radians(3 * mean_h + 6))
        - 0.20 * math.cos(math.radians(4 * mean_h - 63))
    )
    scale_l = 1 + 0.015 * (mean_l - 50) ** 2 / math.sqrt(20 + (mean_l - 50) ** 2)
    scale_c = 1 + 0.045 * mean_c
    scale_h = 1 + 0.015 * mean_c * weight
    rotation = (
        -2
        * math.sqrt(mean_c**7 / (mean_c**7 + 25**7))
        * math.sin(math.radians(60 * math.exp(-(((mean_h - 275) / 25) ** 2))))
    )
    lightness_part = (l2 - l1) / scale_l
    chroma_part = (c2 - c1) / scale_c
    hue_part = hue / scale_h
    return math.sqrt(
        lightness_part**2 + chroma_part**2 + hue_part**2 + rotation * chroma_part * hue_part
    )
