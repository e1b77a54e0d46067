"""Boxes on a slide."""

from __future__ import annotations

from dataclasses import dataclass

from pptx.util import Emu

EMU_PER_PT = 12_700


@dataclass(frozen=True, slots=True)
class Box:
    """A box on a slide, points from its upper left corner.

    Parameters
    ----------
    left, top, width, height
        Place and size.
    """

    left: float
    top: float
    width: float
    height: float

    def part(
        self,
        *,
        left: float = 0.0,
        top: float = 0.0,
        width: float | None = None,
        height: float | None = None,
    ) -> Box:
        """Return a box within this one, from an inner corner to the far end or of a given size.

        Examples
        --------
        >>> Box(10, 10, 100, 50).part(left=20, height=5)
        Box(left=30, top=10.0, width=80, height=5)
        """
        return Box(
            self.left + left,
            self.top + top,
            self.width - left if width is None else width,
            self.height - top if height is None else height,
        )

    def place(self) -> tuple[float, float, float, float]:
        """Return left, top, width and height, points."""
        return self.left, self.top, self.width, self.height

    def emu(self) -> tuple[Emu, Emu, Emu, Emu]:
        """Return left, top, width and height in the units of the file, as python-pptx takes them.

        Examples
        --------
        >>> Box(0, 1, 2, 3).emu()
        (0, 12700, 25400, 38100)
        """
        left, top, width, height = (Emu(round(each * EMU_PER_PT)) for each in self.place())
        return left, top, width, height
