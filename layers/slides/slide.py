"""A slide and what stands on it: records, checked when they are made."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from geo.arguments import require_one_of
from geo.errors import InputError
from layers.type.tables import Table

if TYPE_CHECKING:
    from layers.look.charts import Chart

LegendKind: TypeAlias = Literal[
    "area", "hatch", "line", "dash", "point", "ring", "dashed-ring", "heading"
]
LONGEST_LABEL = 100
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a slide, such as a printed map.

    Parameters
    ----------
    png
        Contents of a PNG (or JPEG) file.
    alt
        What it shows, in words, for those who cannot see it.
    """

    png: bytes
    alt: str

    def __post_init__(self) -> None:
        if not self.alt.strip():
            raise InputError(
                "Picture: alt is empty; say in a sentence what the picture shows",
                code="caller.argument",
                function="Picture",
            )
        self.aspect()

    def aspect(self) -> float:
        """Return width by height."""
        from PIL import Image, UnidentifiedImageError  # noqa: PLC0415  only pictures need it

        try:
            with Image.open(BytesIO(self.png), formats=("PNG", "JPEG")) as opened:
                return opened.width / opened.height
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
            raise InputError(
                f"Picture: {len(self.png)} bytes that are no PNG or JPEG ({error}); pass what "
                "layers.paper.printing.printed(content, sheet, '.png') returns",
                code="caller.argument",
                function="Picture",
            ) from error


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
        ``"point"``, ``"ring"`` and ``"dashed-ring"`` (a hollow point) or ``"heading"``.
    count
        What stands at the right end, such as the number of features.
    """

    label: str
    colour: str = ""
    kind: LegendKind = "area"
    count: str = ""

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
    picture, legend, table, chart, text
        Contents. A picture or chart stands on the left where there is more than it.
    beside, captions
        Pictures to compare with the first, and what each of them is called: they stand in a row
        above one legend.
    notes
        Speaker notes: source and parameters.
    footer
        Source, date and map review number.
    """

    title: str
    subtitle: str = ""
    picture: Picture | None = None
    legend: tuple[LegendItem, ...] = ()
    table: Table | None = None
    chart: Chart | None = None
    text: tuple[str, ...] = field(default=())
    beside: tuple[Picture, ...] = ()
    captions: tuple[str, ...] = ()
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
