"""The window of a printed map: which part of the world stands where on the sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely

from geo.outlines import simplified

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from layers.scene.boxes import Box

GEOGRAPHIC = "EPSG:4490"
POINTS_PER_INCH, METRES_PER_INCH = 72.0, 0.0254
# About 0.1 mm on paper.
TOLERANCE_PT = 0.28
# What is cut at the frame shows its cut edge unless that lies outside.
OUTSIDE_PT = 14.0


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the world that a map shows, and where it stands on the sheet.

    Parameters
    ----------
    frame
        Box on the sheet, points.
    centre_m
        Middle of the map in :func:`layers.plan.area.map_crs`.
    scale
        Denominator of the map's scale.
    """

    frame: Box
    centre_m: tuple[float, float]
    scale: float

    @property
    def metres_per_pt(self) -> float:
        """Metres on the ground for each point on the sheet."""
        return self.scale * METRES_PER_INCH / POINTS_PER_INCH

    @property
    def bounds_m(self) -> tuple[float, float, float, float]:
        """West, south, east and north of the map."""
        return self._bounds(0.0)

    def _bounds(self, outside_pt: float) -> tuple[float, float, float, float]:
        half_x = (self.frame.width / 2 + outside_pt) * self.metres_per_pt
        half_y = (self.frame.height / 2 + outside_pt) * self.metres_per_pt
        x, y = self.centre_m
        return x - half_x, y - half_y, x + half_x, y + half_y

    def to_sheet(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return points on the sheet for places in metres (n, 2)."""
        middle = (
            self.frame.left + self.frame.width / 2,
            self.frame.bottom + self.frame.height / 2,
        )
        placed: NDArray[np.float64] = (xy - self.centre_m) / self.metres_per_pt + middle
        return placed

    def to_ground(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return places in metres for points on the sheet (n, 2)."""
        middle = (
            self.frame.left + self.frame.width / 2,
            self.frame.bottom + self.frame.height / 2,
        )
        placed: NDArray[np.float64] = (xy - middle) * self.metres_per_pt + self.centre_m
        return placed

    def drawn(self, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
        """Return shapes in points on the sheet, cut just outside the frame and simplified."""
        cut = shapely.clip_by_rect(shapes, *self._bounds(OUTSIDE_PT))
        placed: NDArray[np.object_] = shapely.transform(cut, self.to_sheet)
        return simplified(placed, TOLERANCE_PT)
