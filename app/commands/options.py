"""Options that several commands share, and what they name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

import layers
from geo.errors import InputError
from layers.keeping.brought import keep_points, keep_zones
from layers.keeping.own_files import read_own
from layers.keeping.own_points import Roles, own_points
from layers.plan.zonings import GRID_NAMES
from layers.questions.subjects import CELL_M, H3_RESOLUTION, Points, Zones, role_of

if TYPE_CHECKING:
    from geo.exchange.receipt import Receipt

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write the result here.")]
Layer = Annotated[
    str, typer.Option(help="Point layer: platforms, projects or parks, or a file of points.")
]
Category = Annotated[list[str] | None, typer.Option(help="Keep this category; repeatable.")]
Level = Annotated[list[str] | None, typer.Option(help="Keep this level; repeatable.")]
Sector = Annotated[list[str] | None, typer.Option(help="Keep this sector; repeatable.")]
Zoning = Annotated[
    str, typer.Option(help=f"{', '.join(layers.zoning_names())}, or a file of polygons.")
]
CellM = Annotated[int, typer.Option("--cell-m", help="Width of a hexagon or square, metres.")]
H3 = Annotated[int, typer.Option("--h3", help="Resolution of H3 cells.", min=0, max=15)]
Weight = Annotated[str | None, typer.Option(help="Numeric column that weights each point.")]


def points_of(
    layer: str, category: list[str] | None, level: list[str] | None, sector: list[str] | None
) -> Points:
    """Return the chosen points; say on standard error how many of them have no place."""
    name = _own_layer(Path(layer)) if Path(layer).suffix else layer
    chosen = Points(name, category=category or (), level=level or (), sector=sector or ())
    left_out = len(chosen.unlocated())
    if left_out:
        typer.echo(
            f"{left_out} of {len(chosen.chosen())} features have no place, left out", err=True
        )
    return chosen


def zones_of(zoning: str, cell_m: int, h3: int) -> Zones:
    """Return a zoning by its name, or the polygons of a file.

    Raises
    ------
    InputError
        If a size is given for zones that have none.
    """
    path = Path(zoning)
    fit("--cell-m", "--zoning hexagons / squares", cell_m == CELL_M or zoning in GRID_NAMES[:2])
    fit("--h3", "--zoning h3", h3 == H3_RESOLUTION or zoning == "h3")
    if not path.suffix:
        return Zones(zoning, cell_m, h3)
    taken = read_own(path)
    say_receipt(taken.receipt)
    zones = layers.own_zones(taken.frame)
    zones.attrs = {"title": path.stem, "receipt": taken.receipt}
    return Zones(keep_zones(zones))


def _own_layer(path: Path) -> str:
    """Return the name that the points of a file are kept under."""
    taken = read_own(path)
    say_receipt(taken.receipt)
    roles = Roles(name=taken.receipt.name_column)
    points = own_points(taken.frame, title=path.stem, roles=roles)
    points.attrs["receipt"] = taken.receipt
    return keep_points(points)


def say_receipt(receipt: Receipt) -> None:
    """Say on standard error what must be known of a file before its figures are used."""
    rows = f"{receipt.rows_accepted:,} of {receipt.rows_in:,} rows accepted"
    typer.echo(f"{receipt.file}: {rows}, {receipt.crs}", err=True)
    for finding in receipt.findings:
        if finding.level == "warning":
            typer.echo(f"{receipt.file}: {finding.sentence('en')}", err=True)


def fit(option: str, needed: str, fits: bool) -> None:  # noqa: FBT001 - a finding, no option
    """Refuse an option that would be left out in silence.

    Parameters
    ----------
    option
        The option.
    needed
        What it goes with.
    fits
        Whether that is there, or the option is not.

    Raises
    ------
    InputError
        If it does not fit.
    """
    if not fits:
        raise InputError(
            f"{option} goes with {needed}; leave it out, or add that",
            code="option.goes_with",
            value=option,
            needed=needed,
        )


def one_of(value: str, literal: Any, option: str) -> Any:  # noqa: ANN401 - a Literal and one of it
    """Return the value if it is one of those that a literal type allows.

    Raises
    ------
    InputError
        If it is another.
    """
    if value not in get_args(literal):
        raise InputError(
            f"{option} {value!r}: allowed are {', '.join(get_args(literal))}",
            code="option.one_of",
            value=value,
            names=get_args(literal),
        )
    return value


def numbers(text: str, option: str) -> tuple[float, ...]:
    """Return numbers that stand in a text, with commas between them.

    Raises
    ------
    InputError
        If one of them is no number.

    Examples
    --------
    >>> numbers("500,1000", "--distances")
    (500.0, 1000.0)
    """
    try:
        return tuple(float(part) for part in text.split(",") if part.strip())
    except ValueError:
        raise InputError(
            f"{option} {text!r}: write numbers with commas, as in 1,2,5",
            code="option.numbers",
            value=text,
        ) from None


def grouping(layer: str, by: str | None) -> str:
    """Return the column that makes groups: the one named, or the main filter of the pages."""
    return by or role_of(layer).group
