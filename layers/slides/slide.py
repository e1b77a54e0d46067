"""A slide and what stands on it: records, checked when they are made."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from geo.arguments import require_one_of
from geo.errors import InputError
from layers.type.tables import Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from layers.look.charts import Chart
    from layers.look.styles import Style
    from layers.scene.placed import PlacedMap

LegendKind: TypeAlias = Literal[
    "area", "hatch", "line", "dash", "point", "sizes", "number", "heading"
]
LONGEST_LABEL = 100
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


@dataclass(frozen=True, slots=True, eq=False)
class MapView:
    """A map of a slide, which is made for the room that it gets there.

    Parameters
    ----------
    alt
        What it shows, in words, for those who cannot see it.
    placed
        Returns the map for a width and a height, points.
    """

    alt: str
    placed: Callable[[float, float], PlacedMap]

    def __post_init__(self) -> None:
        if not self.alt.strip():
            raise InputError(
                "MapView: alt is empty; say in a sentence what the map shows",
                code="caller.argument",
                function="MapView",
            )


@dataclass(frozen=True, slots=True)
class LegendItem:
    """A line of a legend.

    Parameters
    ----------
    label
        Its words.
    colour
        ``"#RRGGBB"``, as on the map; a heading has none.
    kind
        ``"area"``, ``"hatch"`` (an area hatched white), ``"line"``, ``"dash"`` (a dashed line),
        ``"point"``, ``"sizes"`` (circles within each other), ``"number"`` or ``"heading"``.
    count
        What stands at the right end, such as the number of features.
    style
        Look of a point, as on the map; a filled circle where None.
    sizes
        Amounts as words, each with the radius of its circle, points; the largest first.
    number
        What stands on the map in place of a name, in a circle where it does so there.
    circled
        Whether it does.
    """

    label: str
    colour: str = ""
    kind: LegendKind = "area"
    count: str = ""
    style: Style | None = None
    sizes: tuple[tuple[str, float], ...] = ()
    number: str = ""
    circled: bool = False

    def __post_init__(self) -> None:
        require_one_of(self.kind, get_args(LegendKind), "kind", function="LegendItem")
        if len(self.label) > LONGEST_LABEL:
            raise InputError(
                f"LegendItem: {self.label[:20]!r}… has {len(self.label)} characters; shorten it to "
                f"{LONGEST_LABEL}",
                code="caller.argument",
                function="LegendItem",
            )
        if self.kind != "heading" and not _COLOUR.fullmatch(self.colour):
            raise InputError(
                f"LegendItem: the colour of {self.label!r} is {self.colour!r}; write it as #RRGGBB",
                code="caller.argument",
                function="LegendItem",
            )


@dataclass(frozen=True, slots=True)
class Slide:
    """What one slide shows; one with a title and subtitle alone is a cover.

    Parameters
    ----------
    title
        Title, in the outline.
    subtitle
        Line below it.
    map, legend, table, chart, text
        Contents. A map or chart stands on the left where there is more than it.
    ground
        What the base map of the map shows, for the line below it; its first item is its heading.
    beside, captions
        Maps to compare with the first, and what each of them is called: they stand in a row above
        one legend.
    numbered
        Whether paragraphs of the text have numbers.
    spare
        Whether a text gives way to the legend where there is no room for both: the notes say it.
    fewer
        Returns the table with at most so many rows, where not all have room.
    notes
        Speaker notes: source and parameters.
    footer
        Source, date and map review number.
    """

    title: str
    subtitle: str = ""
    map: MapView | None = None
    legend: tuple[LegendItem, ...] = ()
    table: Table | None = None
    chart: Chart | None = None
    text: tuple[str, ...] = field(default=())
    ground: tuple[LegendItem, ...] = ()
    beside: tuple[MapView, ...] = ()
    captions: tuple[str, ...] = ()
    numbered: bool = False
    spare: bool = False
    fewer: Callable[[int], Table] | None = None
    notes: str = ""
    footer: str = ""

    def __post_init__(self) -> None:
        if not self.title.strip():
            raise InputError(
                "Slide: the title is empty; give it one, the outline shows it",
                code="caller.argument",
                function="Slide",
            )


@dataclass(frozen=True, slots=True)
class Contents:
    """A table of contents, whose lines lead to their slides.

    Parameters
    ----------
    at
        Which of the slides has it, counted from 0.
    header
        Titles of its two columns.
    targets
        What each line says, and which of the slides it leads to.
    """

    at: int
    header: tuple[str, str]
    targets: tuple[tuple[str, int], ...]

    def table(self) -> Table:
        """Return it before the numbers of the slides are known."""
        return Table(self.header, tuple((title, "000") for title, _ in self.targets), numeric=(1,))
