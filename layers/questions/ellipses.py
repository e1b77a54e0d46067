"""How points scatter around their middle: standard deviational ellipses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from geo.errors import InputError
from layers.questions.centres import FEWEST_PLACES, Centres, ellipses
from layers.questions.fields import Field
from layers.questions.kinds import register

if TYPE_CHECKING:
    import geopandas as gpd


@register
@dataclass(frozen=True, slots=True)
class Ellipses(Centres):
    """The standard deviational ellipse of all points and of each group that has one.

    Parameters
    ----------
    points, by, weight
        As :class:`layers.questions.centres.Centres` has them.
    deviations
        Standard deviations of an ellipse.
    """

    LOOK: ClassVar[str] = "ellipses"
    COMMAND: ClassVar[str] = "ellipses"

    deviations: Annotated[float, Field(above=0)] = 1.0

    def rings(self) -> gpd.GeoDataFrame | None:
        """Return the ellipses, None where there is none."""
        return ellipses(self.groups, deviations=self.deviations)

    def told(self, lang: str) -> list[str]:
        """Return how all points scatter, then where their middles are."""
        first, *others = Centres.told(self, lang)
        return [first, *others] if self.rings() is None else [others[0], first, *others[1:]]

    def answer(self) -> gpd.GeoDataFrame:
        """Return the ellipses.

        Raises
        ------
        InputError
            If the points have fewer than three places.
        """
        rings = self.rings()
        if rings is None:
            raise InputError(
                f"ellipses: the points have fewer than {FEWEST_PLACES} places; choose more",
                code="pattern.no_ellipse",
            )
        return rings
