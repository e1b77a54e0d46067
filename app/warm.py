"""Loading everything once, before the first visitor asks for it."""

from __future__ import annotations

from contextlib import suppress

from app.texts import DEFAULT
from app.web import maps
from app.web.overview import targets
from geo.errors import InputError
from geo.exchange import sealed
from layers import questions
from layers.questions import pattern_looks, patterns
from layers.questions.subjects import Points, Zones
from layers.questions.zone_results import Shown


def up() -> None:
    """Build the map that a visitor sees first, then what the other pages open with.

    The process that reads files of visitors is started too.
    """
    with suppress(InputError):  # without it nobody can bring files; all else works
        sealed.warm()
    maps.overview("224", (), DEFAULT)
    targets(DEFAULT)
    platforms = Points("platforms")
    circles = Zones("circles")
    dense = questions.Density(platforms)
    levels, top = questions.density_scale((dense,))
    maps.density(dense, levels=levels, top=top, show="bands", lang=DEFAULT)
    questions.uncertainty(questions.Distribution(platforms, Zones("districts")))
    questions.coverage_curve(platforms, circles)
    maps.coverage(questions.Coverage(platforms, circles, distance_m=3000), lang=DEFAULT)
    asked = patterns.Pattern(platforms, Zones("hexagons"))
    hot = pattern_looks.Look("hot", asked)
    maps.pattern(hot, lang=DEFAULT)
    pattern_looks.told(hot, lang=DEFAULT)
    patterns.overall(asked)
    projects = Shown(questions.Distribution(Points("projects"), circles), "count")
    maps.distribution(projects, lang=DEFAULT)
