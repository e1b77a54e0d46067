"""Tables as plain text: places as longitude and latitude, or as WKT."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from geo.errors import InputError
from geo.exchange.columns import unique_names
from geo.exchange.encodings import decoded
from geo.exchange.sheets import Sheet, flat, taken_together
from geo.exchange.stated_crs import BY_FORMAT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.exchange.receipt import Parsed

SUFFIXES = (".csv", ".tsv", ".txt")
_LON = ("lon", "lng", "long", "longitude", "经度", "x")
_LAT = ("lat", "latitude", "纬度", "y")
_WKT = ("wkt", "geometry", "geom", "the_geom")


def parse(data: bytes, name: str, options: Mapping[str, Any]) -> Parsed:
    r"""Read a table with a column ``wkt``, or with ``lon`` and ``lat``, in degrees.

    Parameters
    ----------
    data
        Contents of the file.
    name
        Its name.
    options
        As `geo.exchange.formats.parse`.

    Raises
    ------
    InputError
        It is no table, or has none of these columns.

    Examples
    --------
    >>> frame = parse("编号,经度,纬度\n0101,112.93,28.18\n".encode("gbk"), "a.csv", {}).frame
    >>> frame["编号"].tolist(), frame.geometry.iloc[0].wkt
    (['0101'], 'POINT (112.93 28.18)')
    """
    text = decoded(data, name=name)
    try:
        table = pd.read_csv(
            io.StringIO(text.text), dtype="str", keep_default_na=False, index_col=False
        )
    except ValueError as error:
        raise InputError(
            f"{name} cannot be read as CSV ({error}). Save it as CSV again.",
            code="file.damaged",
            name=name,
            format="CSV",
        ) from error
    column = {str(each).strip().lower(): each for each in table.columns}
    lon, lat, wkt = (
        next((column[key] for key in keys if key in column), None) for keys in (_LON, _LAT, _WKT)
    )
    reasons: dict[int, tuple[str, str]] = {}
    if lon is not None and lat is not None:
        x, y = (pd.to_numeric(table[each], errors="coerce").to_numpy(float) for each in (lon, lat))
        shapes = np.array(shapely.points(x, y), dtype=object, ndmin=1)
        shapes[np.isnan(x) | np.isnan(y)] = None
    elif wkt is not None:
        given = table.pop(wkt)
        shapes = np.array(shapely.from_wkt(given, on_invalid="ignore"), dtype=object, ndmin=1)
        failed = np.flatnonzero(shapely.is_missing(shapes) & (given != "").to_numpy())
        shapes[failed] = shapely.from_wkt(given.to_numpy()[failed], on_invalid="fix")
        reasons = {
            int(at): ("row.geometry_broken", given[at][:100]) for at in failed if shapes[at] is None
        }
    else:
        raise InputError(
            f"{name} has the columns {', '.join(map(str, table.columns))}. It needs wkt, or lon "
            "and lat, in degrees.",
            code="file.csv_columns",
            name=name,
            columns=", ".join(map(str, table.columns))[:200],
        )
    table.columns = pd.Index(unique_names([str(each) for each in table.columns], file=name))
    table = table.mask(table == "")
    sheet = Sheet(
        name="table",
        table=table.reset_index(drop=True),
        shapes=flat(shapes),
        stated_crs=BY_FORMAT,
        encoding=text.encoding,
        encoding_how=text.how,
        reasons=reasons,
        findings=text.findings(),
    )
    return taken_together(
        [sheet],
        name=name,
        format_name="CSV",
        layer=options.get("layer"),
        crs_given=bool(options.get("crs")),
    )
