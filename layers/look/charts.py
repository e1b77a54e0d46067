"""A chart as names and numbers: a slide draws it natively, with its workbook."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from geo.arguments import require_one_of
from geo.errors import InputError

ChartKind: TypeAlias = Literal["bar", "stacked", "line"]
# So many bars are legible on a slide that has nothing else.
MOST_BARS = 20
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


@dataclass(frozen=True, slots=True)
class Chart:
    """A native chart with its workbook.

    Parameters
    ----------
    kind
        ``"bar"`` (lying bars, the first category on top), ``"stacked"`` (the same, one series on
        the other) or ``"line"``.
    categories
        Name of each category.
    series
        Name of each series and its values, one for each category; None leaves a gap.
    title, unit
        Title, and unit of the values.
    colours
        ``"#RRGGBB"`` of each category where there is one series, else of each series: those that
        the map has. Colours of the theme where empty.
    column
        Column of a result whose figures they are, and are written as; with the decimals that they
        need where empty.
    ends
        Where each bar of one series could end instead, the low end first; a black line shows it.
    """

    kind: ChartKind
    categories: tuple[str, ...]
    series: tuple[tuple[str, tuple[float | None, ...]], ...]
    title: str = ""
    unit: str = ""
    colours: tuple[str, ...] = ()
    column: str = ""
    ends: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        require_one_of(self.kind, get_args(ChartKind), "kind", function="Chart")
        if not self.categories or not self.series:
            raise InputError(
                "Chart: there is nothing to show; give a category and a series",
                code="caller.argument",
                function="Chart",
            )
        if self.kind != "line" and len(self.categories) > MOST_BARS:
            raise InputError(
                f"Chart: {len(self.categories)} categories; a slide has room for {MOST_BARS} bars: "
                "show the largest, and all of them in a table",
                code="caller.argument",
                function="Chart",
            )
        for name, values in self.series:
            if len(values) != len(self.categories):
                raise InputError(
                    f"Chart: {name!r} has {len(values)} values for {len(self.categories)} "
                    "categories; give one for each, None where there is none",
                    code="caller.argument",
                    function="Chart",
                )
            if any(value is not None and math.isinf(value) for value in values):
                raise InputError(
                    f"Chart: {name!r} has an infinite value; leave it None",
                    code="caller.argument",
                    function="Chart",
                )
        if self.ends and (self.kind != "bar" or len(self.ends) != len(self.categories)):
            raise InputError(
                f"Chart: {len(self.ends)} ends for {len(self.categories)} bars; give two to each "
                "bar of a chart of bars, or none",
                code="caller.argument",
                function="Chart",
            )
        coloured = len(self.categories) if len(self.series) == 1 else len(self.series)
        wrong = [colour for colour in self.colours if not _COLOUR.fullmatch(colour)]
        if wrong or len(self.colours) not in {0, coloured}:
            raise InputError(
                f"Chart: the colours are {self.colours}; give {coloured} as #RRGGBB, or none",
                code="caller.argument",
                function="Chart",
            )
