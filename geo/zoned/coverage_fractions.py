"""How much of each raster cell a polygon covers, exactly, as the library exactextract finds it.

The library is handed cells and shapes in memory: reading them from a file, or shapes through
GeoJSON as it does by itself, takes twice as long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely
from exactextract import exact_extract
from exactextract.feature import Feature, FeatureSource
from exactextract.raster import NumPyRasterSource

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd
    from numpy.typing import NDArray


class _Shape(Feature):  # type: ignore[misc]  # the library has no types
    def __init__(self, wkb: bytes) -> None:
        super().__init__()
        self._wkb = wkb

    def geometry(self) -> bytes:
        return self._wkb

    def fields(self) -> list[str]:
        return []


class _Shapes(FeatureSource):  # type: ignore[misc]
    def __init__(self, polygons: NDArray[Any]) -> None:
        super().__init__()
        self._wkb = shapely.to_wkb(polygons)

    def count(self) -> int:
        return len(self._wkb)

    def __iter__(self) -> Iterator[_Shape]:
        return map(_Shape, self._wkb)

    def srs_wkt(self) -> None:
        return None


def extract(
    values: NDArray[Any],
    bounds: tuple[float, float, float, float],
    polygons: NDArray[Any],
    operations: Sequence[str],
) -> pd.DataFrame:
    """Summarise the cells under each polygon, every cell weighted by its covered fraction.

    Parameters
    ----------
    values
        Rows of cells from north to south, 64-bit floats, not-a-number where there is no value.
    bounds
        West, south, east and north edge of the raster.
    polygons
        Valid polygons with area, in the coordinates of the raster.
    operations
        Names of operations of exactextract.

    Returns
    -------
    One row for each polygon and one column for each operation.

    Examples
    --------
    >>> import numpy as np
    >>> cells = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> quarter = np.array([shapely.box(0.5, 0.5, 1.5, 1.5)])  # a quarter of each cell
    >>> extract(cells, (0, 0, 2, 2), quarter, ["sum", "count"]).iloc[0].tolist()
    [2.5, 1.0]
    """
    table: pd.DataFrame = exact_extract(
        NumPyRasterSource(values, *bounds), _Shapes(polygons), list(operations), output="pandas"
    )
    return table
