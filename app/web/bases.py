"""What a result rests on, as rows of a name and a value in the visitor's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.texts import text
from geo.numerals import number

if TYPE_CHECKING:
    import xarray as xr

    from layers.questions import Density


def density_basis(asked: Density, surface: xr.DataArray) -> list[tuple[str, str]]:
    """Return kernel, bandwidth, method, edge, points and data of a density."""
    about = surface.attrs
    exact = about["method"] == "exact"
    cells = " × ".join(map(number, reversed(surface.shape)))
    left_out = about["points_without_place"] + about["points_outside"]
    return [
        (text("density.basis.kernel"), text(f"kernel.{asked.kernel}")),
        (text("density.basis.bandwidth"), _bandwidth(asked, surface)),
        (
            text("density.basis.method"),
            text("density.basis.exact")
            if exact
            else text("density.basis.binned", bound=number(about["error_bound_pct"], digits=3)),
        ),
        (
            text("density.basis.edge"),
            text("density.basis.edge_on" if asked.bounded else "density.basis.edge_off"),
        ),
        (
            text("density.basis.points"),
            text("density.basis.counted", n=number(about["points"]), left_out=number(left_out)),
        ),
        (
            text("density.basis.cells"),
            f"{cells} · {number(asked.cell_size_m)} m · {surface.rio.crs.to_string()}",
        ),
        (text("density.basis.hash"), about["input_hash"]),
    ]


def _bandwidth(asked: Density, surface: xr.DataArray) -> str:
    about = surface.attrs
    rule = "density.basis.chosen"
    if asked.bandwidth_m is None:
        by_rule = about["bandwidth_rule"] == "silverman"
        rule = "density.basis.silverman" if by_rule else "density.basis.one_place"
    words = f"{number(about['bandwidth_m'], digits=0)} m · {text(rule)}"
    if not asked.adaptive:
        return words
    low, high = (number(about[f"bandwidth_{end}_m"], digits=0) for end in ("min", "max"))
    return f"{words} · {text('density.basis.adaptive', low=low, high=high)}"
