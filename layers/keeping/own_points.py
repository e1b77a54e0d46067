"""Points that a visitor brings, as a layer that every question takes, beside those of the plan.

A file has columns of its own; what names its points, parts them into categories, weighs and dates
them is asked once. From then on they are a point layer like platforms or projects: with names, an
evidence class, an accuracy as far as it is known, and the file as their source.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import moved, require_crs
from geo.doors import door
from geo.errors import InputError
from geo.points import located
from geo.wording import Words
from layers.keeping.brought import kept_points
from layers.plan.positions import CRS
from layers.plan.schema import Field, Resource

if TYPE_CHECKING:
    from collections.abc import Hashable

    from numpy.typing import NDArray

AMOUNT = "amount"
CATEGORY = "category"
# What is a heading and no category any more.
MOST_CATEGORIES = 60
LONGEST_TEXT = 200
# Years of what stands or is planned; programs that know none often write 9999.
FIRST_YEAR, LAST_YEAR = 1800, 2200
# A year, perhaps a month and a day, and what may follow: the time, or a second year.
_DATE = re.compile(
    r"(\d{4})(?:(?:\s*[-/.\u5e74]\s*)(\d{1,2})(?!\d)(?:(?:\s*[-/.\u6708]\s*)(\d{1,2})(?!\d))?)?(?!\d)"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})?(?!\d)")
_WHOLE = re.compile(r"\.0+$")
_ROWS_NAMED = 5
_WORDS = Words(__file__)
UNNAMED = _WORDS.both("brought.unnamed")[0]


@dataclass(frozen=True, slots=True)
class Roles:
    """What the columns of a file are.

    Parameters
    ----------
    name
        Column with the names; empty where there is none.
    category
        Column that parts the points into kinds; empty where there is none.
    weight
        Column with an amount that can be added up; empty where there is none.
    date
        Column with a year or a date; empty where there is none.
    """

    name: str = ""
    category: str = ""
    weight: str = ""
    date: str = ""


@door
def own_points(
    frame: gpd.GeoDataFrame,
    *,
    title: str,
    roles: Roles | None = None,
    accuracy_m: float | NDArray[np.float64] = np.nan,
) -> gpd.GeoDataFrame:
    """Make a point layer of features that somebody brings.

    Parameters
    ----------
    frame
        Points with a CRS, as `geo.read_vector` returns them; of areas and lines a point inside is
        taken. Rows without a place stay, as unlocated.
    title
        What the layer is called: mostly the name of the file.
    roles
        What its columns are; only names are looked for where it is None.
    accuracy_m
        How well the places are known, 1σ along each axis, metres, of all or of each row;
        not-a-number where that is not said.

    Returns
    -------
    geopandas.GeoDataFrame
        ``id`` (``point-1``, …), ``name_zh``, ``name_en``, ``category``, ``amount``, ``date``,
        ``evidence``, ``accuracy_m``, ``within``, ``quote``, ``heading``, ``source_id`` and points
        in EPSG:4490. Its ``attrs`` have the title, and what ``"amount"`` and ``"category"`` are
        called in the file.

    Raises
    ------
    InputError
        A column is not there, a category has more than 60 values, a weight is not all numbers, a
        date is none or not of the years 1800 to 2200, or no row has a place.
    CRSError
        As `geo.require_crs`.

    Examples
    --------
    >>> shops = gpd.GeoDataFrame(
    ...     {"店名": ["甲", "乙"], "类": ["书", None]},
    ...     geometry=gpd.points_from_xy([112.9, 112.8], [28.2, 28.3]),
    ...     crs=4490,
    ... )
    >>> layer = own_points(shops, title="书店", roles=Roles(name="店名", category="类"))
    >>> layer["name_zh"].tolist(), layer["category"].tolist()
    (['甲', '乙'], ['书', '未分类'])
    """
    roles = roles or Roles()
    require_crs(frame, function="own_points")
    wanted = [column for column in (roles.name, roles.category, roles.weight, roles.date) if column]
    missing = [column for column in wanted if column not in frame.columns]
    if missing:
        raise InputError(
            f"own_points: there are no columns {missing}. The columns are "
            f"{', '.join(map(str, frame.columns))}.",
            code="own.no_column",
            columns=", ".join(missing),
        )
    places = _points(frame)
    if (shapely.is_missing(places) | shapely.is_empty(places)).all():
        raise InputError("own_points: no row has a place.", code="own.no_place")
    serial = pd.Series(np.arange(1, len(frame) + 1).astype(str))
    names = _texts(frame, roles.name)
    zh, en = _WORDS.both("brought.point")
    table = pd.DataFrame(
        {
            "id": "point-" + serial,
            "name_zh": names.fillna(f"{zh} " + serial),
            "name_en": names.fillna(f"{en} " + serial),
            CATEGORY: _categories(frame, roles.category),
            AMOUNT: _amounts(frame, roles.weight),
            "date": _dates(frame, roles.date),
            "evidence": "located",
            "accuracy_m": np.broadcast_to(np.asarray(accuracy_m, dtype=float), len(frame)),
            "within": None,
            "quote": None,
            "heading": title,
            "source_id": "own",
        }
    )
    layer = moved(
        gpd.GeoDataFrame(table, geometry=places, crs=frame.crs), CRS, function="own_points"
    )
    nowhere = shapely.is_missing(places) | shapely.is_empty(places)
    layer.loc[nowhere, ["evidence", "accuracy_m"]] = ["unlocated", np.nan]
    layer.attrs = {"title": title, AMOUNT: roles.weight, CATEGORY: roles.category}
    return layer


@door
def own_resource(name: str) -> Resource:
    """Describe a layer that is kept for a visitor, as the data package describes the plan's.

    Parameters
    ----------
    name
        What :func:`layers.keeping.brought.keep_points` returned.

    Raises
    ------
    InputError
        It is no longer kept.
    """
    frame = kept_points(name)
    title = str(frame.attrs["title"])
    values = sorted(frame[CATEGORY].dropna().unique())
    titles = {
        key: (*_WORDS.both(f"brought.{key}"), unit)
        for key, unit in (("accuracy_m", "m"), ("quote", ""), ("heading", ""), ("date", ""))
    } | {AMOUNT: (frame.attrs[AMOUNT], frame.attrs[AMOUNT], "")}
    fields = [
        Field(
            CATEGORY, "string", frame.attrs[CATEGORY], frame.attrs[CATEGORY], "", {"enum": values}
        )
    ]
    fields += [Field(key, "string", zh, en, unit, {}) for key, (zh, en, unit) in titles.items()]
    return Resource(
        name=name,
        path=Path(title),
        title_zh=title,
        title_en=title,
        description_zh=title,
        description_en=title,
        geometry="point",
        group="plan",
        sources=(),
        fields=tuple(fields),
    )


def _points(frame: gpd.GeoDataFrame) -> NDArray[Any]:
    """Return one place for each row: of an area or a line a point in it."""
    shapes: NDArray[Any] = frame.geometry.to_numpy()
    other = ~shapely.is_missing(shapes) & (
        shapely.get_type_id(shapes) != shapely.GeometryType.POINT
    )
    places = shapes.copy()
    places[other] = shapely.point_on_surface(shapes[other])
    located(gpd.GeoSeries(places, crs=frame.crs), function="own_points")
    return places


def _texts(frame: gpd.GeoDataFrame, column: str) -> pd.Series[Any]:
    """Return the texts of a column, missing where they are empty; none where it has no name."""
    if not column:
        return pd.Series(None, index=range(len(frame)), dtype="object")
    values = frame[column].reset_index(drop=True)
    texts = values.astype("object").where(values.notna(), None)
    texts = texts.map(lambda value: None if value is None else str(value).strip()[:LONGEST_TEXT])
    filled: pd.Series[Any] = texts.where(texts != "", None)
    return filled


def _categories(frame: gpd.GeoDataFrame, column: str) -> pd.Series[Any]:
    texts = _texts(frame, column).fillna(UNNAMED if column else "")
    several = texts.nunique()
    if several > MOST_CATEGORIES:
        raise InputError(
            f"own_points: column {column!r} has {several:,} different values, at most "
            f"{MOST_CATEGORIES} are categories. Choose another column.",
            code="own.categories",
            column=column,
            several=several,
            most=MOST_CATEGORIES,
        )
    return texts.where(texts != "", None)


def _dates(frame: gpd.GeoDataFrame, column: str) -> pd.Series[Any]:
    """Return dates as they are written, refusing those that are none."""
    texts = _texts(frame, column)
    if not column:
        return texts
    if pd.api.types.is_numeric_dtype(frame[column]):
        # Years with gaps between them are read as decimals.
        texts = texts.str.replace(_WHOLE, "", regex=True)
    told = texts.dropna()
    wrong = told[~told.map({each: _is_date(each) for each in told.unique()}).astype(bool)]
    if len(wrong):
        rows = ", ".join(str(at + 1) for at in wrong.index[:_ROWS_NAMED])
        rows += " …" if len(wrong) > _ROWS_NAMED else ""
        raise InputError(
            f"own_points: {len(wrong):,} values of column {column!r} are no dates from "
            f"{FIRST_YEAR} to {LAST_YEAR}, in rows {rows}, the first is {wrong.iloc[0]!r}. Allowed "
            "are years and dates such as 2024, 2024-06 or 2024-06-30, and empty cells.",
            code="own.date",
            column=column,
            rows=len(wrong),
            which=rows,
            first=wrong.iloc[0][:40],
            least=FIRST_YEAR,
            most=LAST_YEAR,
        )
    return texts


def _is_date(text: str) -> bool:
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _COMPACT.match(plain) or _DATE.match(plain)
    if found is None:
        return False
    year, month, day = (int(part or 1) for part in found.groups())
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return False
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _amounts(frame: gpd.GeoDataFrame, column: str) -> pd.Series[Any]:
    if not column:
        return pd.Series(np.nan, index=range(len(frame)))
    values = frame[column].reset_index(drop=True)
    amounts: pd.Series[Any] = pd.to_numeric(values, errors="coerce").astype(float)
    wrong = values.notna() & (values.astype(str).str.strip() != "")
    wrong &= ~np.isfinite(amounts) | (amounts < 0)
    if wrong.any():
        first: Hashable = values[wrong].iloc[0]
        raise InputError(
            f"own_points: {int(wrong.sum()):,} values of column {column!r} are no amounts, the "
            f"first is {first!r}. Allowed are numbers of zero or more, and empty cells.",
            code="own.weight",
            column=column,
            rows=int(wrong.sum()),
            first=str(first)[:40],
        )
    return amounts
