"""What a slide says of a pattern: its reading, its tests or groups, and its numbers as a chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.numerals import number
from layers.questions import cluster_reading, distances, pattern_looks, patterns
from layers.questions.cluster_reading import say
from layers.questions.distances import Spacing
from layers.questions.patterns import Pattern
from layers.slides.slide import Chart, LegendItem, Slide

if TYPE_CHECKING:
    from layers.questions.pattern_looks import Look

LINE, BAND = "#B2182B", "#7B8794"


def pattern_slide(look: Look, first: Slide, *, title: str, lang: str) -> Slide:
    """Return the slide that follows the map.

    Parameters
    ----------
    look
        The question.
    first
        The slide of the map: a chart shares the colours of its legend.
    title
        Title of the slide.
    lang
        ``"zh"`` or ``"en"``.
    """
    asked, text, chart = look.asked, pattern_looks.told(look, lang=lang), None
    if isinstance(asked, Pattern):
        text.append(cluster_reading.overall(patterns.overall(asked), lang=lang))
        chart = _cells(look.name, asked, first.legend, lang)
    elif isinstance(asked, Spacing):
        chart = _ripley(asked, lang)
    return Slide(
        title,
        text=tuple(text),
        table=pattern_looks.table(look, lang=lang),
        chart=chart,
        notes=first.notes,
        footer=first.footer,
    )


def _cells(name: str, asked: Pattern, legend: tuple[LegendItem, ...], lang: str) -> Chart | None:
    """Return how many cells there are of each class that the map shows, in its colours."""
    hot = name == "hot"
    kinds = patterns.hot_spots(asked)["hot_spot"] if hot else patterns.clusters(asked)["cluster"]
    counts = {say(f"pattern.class.{kind}", lang): n for kind, n in kinds.value_counts().items()}
    shown = [item for item in legend if item.label in counts]
    if not shown:
        return None
    title = say("pattern.chart.cells", lang)
    return Chart(
        "bar",
        tuple(item.label for item in shown),
        ((title, tuple(float(counts[item.label]) for item in shown)),),
        title=title,
        colours=tuple(item.colour for item in shown),
    )


def _ripley(asked: Spacing, lang: str) -> Chart:
    """Return L(r) − r and the band of random patterns, by distance."""
    found = distances.ripley(asked)
    away = found["distance_m"]
    lines = {
        say("pattern.chart.l", lang): found["l_minus_d"],
        say("pattern.chart.high", lang): found["l_band_high"] - away,
        say("pattern.chart.low", lang): found["l_band_low"] - away,
    }
    return Chart(
        "line",
        tuple(number(metres / 1000.0, digits=1) for metres in away),
        tuple((name, tuple((values / 1000.0).tolist())) for name, values in lines.items()),
        title=say("pattern.chart.lines", lang),
        colours=(LINE, BAND, BAND),
    )
