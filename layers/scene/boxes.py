"""Boxes on a sheet, in points from its lower left corner."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the sheet, points."""

    left: float
    bottom: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right side."""
        return self.left + self.width

    @property
    def top(self) -> float:
        """The upper side."""
        return self.bottom + self.height

    @property
    def area(self) -> float:
        """Square points."""
        return self.width * self.height

    def overlaps(self, other: Box) -> bool:
        """Whether the two have more than an edge in common."""
        across = self.left < other.right and other.left < self.right
        return across and self.bottom < other.top and other.bottom < self.top

    def inset(self, by: float) -> Box:
        """Return the box within, smaller on each side."""
        return Box(self.left + by, self.bottom + by, self.width - 2 * by, self.height - 2 * by)
