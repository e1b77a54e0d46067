"""What a map shows, whoever draws it: what every renderer takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from layers.look.basemaps import VECTOR
from layers.look.overlays import result_names
from layers.look.symbology import layer_style
from layers.plan.area import area

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from layers.look.overlays import Overlay
    from layers.look.statement import Statement
    from layers.look.styles import LayerStyle


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """What a map shows, whoever draws it.

    Parameters
    ----------
    frames
        Features by name of their layer, the base map's among them.
    visible
        Names of the layers that are switched on, in no order: the symbology says what lies above.
    overlays
        Results of analyses, all visible, the first lowest.
    lang
        ``"zh"`` or ``"en"``.
    extent
        West, south, east and north in degrees, which a print shows and a web map opens with; what
        the visible plan and overlays cover where it is None.
    base
        Name of the base map, see :func:`layers.look.basemaps.basemaps`.
    styles
        How layers are drawn that do not look as the symbology says.
    reduced
        Whether its places were made coarser for the public: nothing tells them better.
    statement
        What the map is, in words, which every renderer shows.
    """

    frames: Mapping[str, gpd.GeoDataFrame]
    visible: tuple[str, ...]
    overlays: tuple[Overlay, ...] = ()
    lang: str = "zh"
    extent: tuple[float, float, float, float] | None = None
    base: str = VECTOR
    styles: Mapping[str, LayerStyle] = field(default_factory=dict)
    reduced: bool = False
    statement: Statement | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all that is switched on: the layers, then the results."""
        return (*self.visible, *result_names(self.overlays))

    @property
    def results(self) -> list[gpd.GeoDataFrame]:
        """Features of the results; a surface has none."""
        return [each.frame for each in self.overlays if hasattr(each, "frame")]

    @property
    def above_ground(self) -> list[gpd.GeoDataFrame]:
        """Features of the layers that are switched on, the ground left out, then of the results."""
        ground = area().context
        return [*(self.frames[name] for name in self.visible if name not in ground), *self.results]

    def style(self, name: str) -> LayerStyle:
        """Return how a layer is drawn on this map."""
        return self.styles[name] if name in self.styles else layer_style(name)
