"""Coordinates written as text: decimals, degrees with minutes and seconds, numbers with units."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LONGEST = 64  # characters of an angle
_SIGNS = re.compile(r"[0-9.]+\s*([dms]?)")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+")
_ANGLE_WORDS = {"东经": "E", "西经": "W", "北纬": "N", "南纬": "S", "经度": "", "纬度": ""}
_ANGLE_MARKS = str.maketrans(
    dict.fromkeys("°º˚度ｄ", "d")
    | dict.fromkeys("′'’‘`分´", "m")
    | dict.fromkeys('″"”“秒〃', "s")
    | {"－": "-", "−": "-", "：": ":"}
)
_BETWEEN = frozenset("dms:- \t")
_HEMISPHERES = {"E": 1, "N": 1, "W": -1, "S": -1}
_SIXTY, _MOST_PARTS, _LARGEST = 60, 3, 180
_THOUSANDS = r"^[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?$"


def numbers(texts: pd.Series) -> Floats:
    """Return coordinates written as decimals, with degrees, minutes and seconds, or with units.

    Examples
    --------
    >>> numbers(pd.Series(["112.93", "112°56′24″E", "112-56-24", "391,234.5", "无"])).tolist()
    [112.93, 112.94, 112.94, 391234.5, nan]
    """
    plain = decimals(texts)
    if plain is not None and np.isfinite(plain).all():
        return plain
    values = pd.to_numeric(texts.astype(object), errors="coerce").to_numpy(float, copy=True)
    rest = np.flatnonzero(~np.isfinite(values))
    if rest.size:
        unread = texts.iloc[rest].astype(object)
        number_of = {text: _number(text) for text in unread.unique()}
        values[rest] = [number_of[text] for text in unread]
    return values


def decimals(texts: pd.Series) -> Floats | None:
    """Return texts as numbers, None where one of them is no plain decimal.

    Examples
    --------
    >>> decimals(pd.Series(["1.5", "-2"])), decimals(pd.Series(["1,5"])) is None
    (array([ 1.5, -2. ]), True)
    """
    try:
        values = pc.cast(pa.array(texts, pa.large_string()), pa.float64())
    except pa.ArrowInvalid:
        return None
    return np.array(values.to_numpy(zero_copy_only=False), float)


def _number(text: str) -> float:
    if len(text) > LONGEST:
        return np.nan
    plain = unicodedata.normalize("NFKC", text).strip().removesuffix("米").removesuffix("m").strip()
    if re.match(_THOUSANDS, plain):
        return float(plain.replace(",", ""))
    try:
        value = float(plain) if "_" not in plain else np.nan
    except ValueError:
        return angle(text)
    return value if math.isfinite(value) else np.nan


def angle(text: str) -> float:
    """Return an angle in decimal degrees, not-a-number where the text is none.

    Examples
    --------
    >>> angle("112度56分24秒"), angle("W 70°30'"), angle("112-56-24"), angle("2024-05-01")
    (112.94, -70.5, 112.94, nan)
    """
    if len(text) > LONGEST:
        return np.nan
    for word, letter in _ANGLE_WORDS.items():
        text = text.replace(word, letter)
    # Marks first: the compatible spelling of a double prime is two primes.
    plain = unicodedata.normalize("NFKC", text.translate(_ANGLE_MARKS).replace("mm", "s")).strip()
    letters = [letter for letter in plain if letter in _HEMISPHERES]
    for letter in letters:
        plain = plain.replace(letter, " ")
    plain = plain.strip()
    sign = -1 if plain.startswith("-") else 1
    plain = plain.removeprefix("-").removeprefix("+").strip()
    parts = _NUMBER.findall(plain)
    if not parts or len(parts) > _MOST_PARTS or len(letters) > 1:
        return np.nan
    if not _BETWEEN.issuperset(_NUMBER.sub("", plain)) or (sign < 0 and letters):
        return np.nan
    # Each sign belongs behind its own number: 56′24″ alone says no degrees.
    signs = _SIGNS.findall(plain)
    misplaced = any(sign not in {"", unit} for sign, unit in zip(signs, "dms", strict=False))
    if misplaced or ("-" in plain and any(signs)):
        return np.nan
    degrees, *small = map(float, parts)
    whole = all(float(part).is_integer() for part in parts[:-1])
    # 2024-05-01 is a date.
    if not whole or any(value >= _SIXTY for value in small) or (small and degrees > _LARGEST):
        return np.nan
    value = degrees + sum(part / _SIXTY**power for power, part in enumerate(small, start=1))
    direction = sign * (_HEMISPHERES[letters[0]] if letters else 1)
    return float(round(direction * value, 12))
