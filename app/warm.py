"""Loading everything once, before the first visitor asks for it."""

from __future__ import annotations

from app import maps, questions
from app.overview import targets
from app.texts import DEFAULT


def up() -> None:
    """Build the map that a visitor sees first, then what the other pages open with."""
    maps.overview("224", (), DEFAULT)
    targets(DEFAULT)
    platforms = questions.Points("platforms")
    maps.density(
        platforms, bandwidth_m=3000, cell_size_m=250, kernel="quartic", weight=None, lang=DEFAULT
    )
    questions.coverage_curve(platforms, zoning="circles", hexagon_m=questions.HEXAGON_M)
    maps.coverage(
        platforms,
        zoning="circles",
        hexagon_m=questions.HEXAGON_M,
        distance_m=3000,
        demand=None,
        lang=DEFAULT,
    )
    maps.distribution(
        questions.Points("projects"),
        zoning="circles",
        hexagon_m=questions.HEXAGON_M,
        measure="count",
        lang=DEFAULT,
    )
