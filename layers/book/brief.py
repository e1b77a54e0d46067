"""The plan in ten slides: what is found of it, each finding a sentence with its figure.

Every sentence is one that a question tells of its answer (:meth:`layers.questions.kinds.Kind.told`)
or that follows from its numbers. What a plan has nothing of is left out, and the notes say so.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from geo.arguments import require_one_of
from geo.errors import AtlasError
from geo.numerals import number
from layers.book.claims import claims
from layers.book.together import comparable, without_dots
from layers.look.charts import Chart
from layers.look.standing import has_schematic
from layers.look.symbology import value_label
from layers.look.told import in_words
from layers.plan.area import area
from layers.questions.asking import parameters_of, question_of
from layers.questions.counting import DRAWS, Distribution
from layers.questions.distribution import Shown
from layers.questions.figures import foremost
from layers.questions.kinds import kind_of, looks
from layers.questions.subjects import Points, Zones, point_layers
from layers.questions.unknowns import KNOWN, certainty_note, first_of, unknown_places, zone_bounds
from layers.record.specification import asked
from layers.type.tables import Table
from layers.words import paragraph, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from layers.book.atlas import Progress
    from layers.look.content import Content
    from layers.questions.kinds import Kind
    from layers.record.specification import MapSpec

# The maps, in their order; findings of these stand in the summary.
MAPS = ("overview", "density", "coverage", "distribution", "pattern")
SUMMED_UP = (*MAPS[1:], "unknowns")
# The maps, how well places are known, the comparison and the method.
STEPS = len(MAPS) + 3
# Of a method so many letters are told on its slide; the rest is in the notes.
MOST_LETTERS = {"zh": 90, "en": 150}
# Colours of how well places are known, the best first.
KNOWN_COLOURS = ("#0B4F9C", "#56B4E9", "#E69F00", "#C9D1D9")


@dataclass(frozen=True, slots=True, eq=False)
class Exhibit:
    """One slide of the brief: what is found, and what it is shown by.

    Parameters
    ----------
    key
        What it is about: one of :data:`MAPS`, ``"unknowns"``, ``"comparison"`` or ``"method"``.
    claim
        The finding, a sentence with its figure.
    evidence
        Sentences that it rests on, the weightiest first.
    caveat
        What must be known before it is used.
    maps
        Its map, or two to compare, each with its specification.
    captions
        What each of two maps is called.
    chart, table
        What stands in place of a map.
    """

    key: str
    claim: str
    evidence: tuple[str, ...] = ()
    caveat: str = ""
    maps: tuple[tuple[MapSpec, Content], ...] = ()
    captions: tuple[str, ...] = ()
    chart: Chart | None = None
    table: Table | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Brief:
    """The exhibits of a plan.

    Parameters
    ----------
    exhibits
        In the order of their slides.
    missing
        Sentences on what was left out, and why.
    """

    exhibits: tuple[Exhibit, ...]
    missing: tuple[str, ...] = ()

    @property
    def findings(self) -> tuple[str, ...]:
        """The sentences of the summary."""
        return tuple(each.claim for each in self.exhibits if each.key in SUMMED_UP)


def counted(progress: Progress | None, steps: int) -> Callable[[str], None]:
    """Return what is called with each title, and tells progress how many there were before."""
    done = count()

    def told(title: str) -> None:
        if progress is not None:
            progress(next(done), steps, title)

    return told


def brief(spec: MapSpec, progress: Callable[[str], object] = lambda _: None) -> Brief:
    """Return what the plan is told by.

    Parameters
    ----------
    spec
        What it asks takes the place of what the plan starts with for its map.
    progress
        Called with the title of each exhibit before it is worked out.

    Raises
    ------
    InputError
        If the question of the specification cannot be asked, or nothing can be told.

    Examples
    --------
    >>> from layers.record.specification import read_spec
    >>> told = brief(read_spec("overview", review_number="internal", pages="brief"))
    >>> [each.key for each in told.exhibits][-3:]
    ['unknowns', 'comparison', 'method']
    """
    own = asked(spec)
    require_one_of(spec.map, MAPS, "map", function="brief")
    exhibits: list[Exhibit] = []
    missing: list[str] = []
    refusals: list[AtlasError] = []
    makers: dict[str, Callable[[], Exhibit | None]] = {
        name: partial(_of_map, name, own, spec) for name in MAPS
    }
    makers |= {"unknowns": partial(_unknowns, spec), "comparison": partial(_comparison, spec)}
    for key, made in makers.items():
        title, why = say(f"brief.{key}", spec.lang), ""
        progress(title)
        try:
            exhibit = made()
        except AtlasError as error:
            refusals.append(error)
            exhibit, why = None, error.sentence(spec.lang)
        if exhibit is None:
            why = why or say(f"brief.none.{key}", spec.lang)
            missing.append(say("brief.missing", spec.lang, title=title, why=why))
        else:
            exhibits.append(exhibit)
    if not exhibits:
        raise refusals[0]
    progress(say("brief.method", spec.lang))
    return Brief((*exhibits, _method(exhibits, spec)), tuple(missing))


def headlines(spec: MapSpec) -> dict[str, str]:
    """Return the headline figures of the maps of a brief, each after the title of its map.

    Parameters
    ----------
    spec
        As :func:`brief` takes it; a map that cannot be asked for has none.
    """
    own = asked(spec)
    found: dict[str, str] = {}
    for name in MAPS:
        with suppress(AtlasError):
            question = _question(name, own)
            title = question.title(spec.lang)
            found |= {
                say("statement.row", spec.lang, name=title, value=figure): value
                for figure, value in question.headline(spec.lang)
            }
    return found


def specified(question: Kind, spec: MapSpec) -> MapSpec:
    """Return the specification of one map of the brief: on the sheet and in the looks of the brief.

    Parameters
    ----------
    question
        What the map answers.
    spec
        The brief.
    """
    return spec.part(
        map=question.MAP,
        parameters=parameters_of(question),
        sheet=replace(spec.sheet, title="", subtitle=""),
        extent=None,
        visible=None,
        pages=None,
    )


def _question(name: str, own: Kind) -> Kind:
    """Return what a map of the brief asks: what the reader asked, or else what the plan does."""
    if name == own.MAP:
        return own
    kinds = looks(name)
    refusals: list[AtlasError] = []
    # A pattern that cannot be tested in units may be tested by distance.
    for kind in (kind_of(name), *(kind for kind in kinds if kind.LOOK == "distance")):
        question = question_of(kind, {})
        try:
            question.require_answer()
        except AtlasError as error:
            refusals.append(error)
        else:
            return question
    raise refusals[0]


def _of_map(name: str, own: Kind, spec: MapSpec) -> Exhibit:
    question = _question(name, own)
    lang, one = spec.lang, specified(question, spec)
    content = one.content()
    claim, *evidence = claims(question, lang)
    points = question.subjects
    figures = question.figures(lang)
    if name == "pattern" and figures:
        # The last sentence tells of the whole map.
        evidence = list(dict.fromkeys((*evidence, *figures[0].text[-1:])))
    evidence[1:1] = filter(None, (certainty_note(question, lang),))
    evidence.append(question.explained(lang))
    caveat = paragraph(question.remarks(lang), lang)
    if points is None:
        drawn = say(f"brief.caveat.{name}", lang) if has_schematic(content) else ""
        caveat = caveat or drawn or one.statement().placed
    else:
        caveat = caveat or _placed(points, lang)
    return Exhibit(name, claim, tuple(evidence), caveat, maps=((one, content),))


def _placed(points: Points, lang: str) -> str:
    """Return how many of the points are on the map, and how many of these by a point."""
    known = unknown_places(points)
    counts = {
        "possible": number(known.total("count") - known.total("placeless")),
        "placed": number(known.placed),
        "by_point": number(known.total("by_point")),
    }
    return say("brief.caveat", lang, noun=points.noun(lang), **counts)


def _unknowns(spec: MapSpec) -> Exhibit | None:
    """Return how well the places of the plan's points are known, None where all are by a point."""
    lang = spec.lang
    layers = [Points.usual(layer) for layer in point_layers()]
    layers = [points for points in layers if len(points.chosen())]
    known = {points: unknown_places(points) for points in layers}
    totals = {name: sum(each.total(name) for each in known.values()) for name in KNOWN}
    possible = sum(totals.values()) - totals["placeless"]
    if not possible or totals["by_point"] == possible:
        return None
    if len(layers) > 1:
        rows = {
            points.title(lang): [each.total(name) for name in KNOWN]
            for points, each in known.items()
        }
    else:
        (points,) = layers
        rows = {
            value_label(points.group, row["kind"], lang=lang): [row[name] for name in KNOWN]
            for row in known[points].kinds.to_dict("records")
        }
    rows = dict(list(rows.items())[:12])
    shown = [at for at, name in enumerate(KNOWN) if totals[name]]
    chart = Chart(
        "stacked",
        tuple(rows),
        tuple(
            (say(f"brief.known.{KNOWN[at]}", lang), tuple(float(row[at]) for row in rows.values()))
            for at in shown
        ),
        colours=tuple(KNOWN_COLOURS[at] for at in shown),
    )
    counts = {name: number(n) for name, n in totals.items()} | {"possible": number(possible)}
    evidence = [
        say(
            "brief.known.layer",
            lang,
            noun=points.noun(lang),
            n=number(each.total("nowhere")),
            possible=number(each.total("count") - each.total("placeless")),
        )
        for points, each in known.items()
        if each.total("count") > each.total("placeless")
    ]
    lead = next((points for points in layers if known[points].placed), None)
    caveat = ""
    if lead is not None:
        zones = Zones(area().defaults["distribution"]["zoning"])
        caveat = first_of(zone_bounds(lead, zones), "count", lang)
    if totals["placeless"]:
        evidence.append(say("unknowns.placeless", lang, n=counts["placeless"]))
    return Exhibit(
        "unknowns", say("brief.unknown", lang, **counts), tuple(evidence), caveat, chart=chart
    )


def _comparison(spec: MapSpec) -> Exhibit | None:
    """Return how dense the same points are in two sets of zones, None where there is but one."""
    lang, defaults = spec.lang, area().defaults["distribution"]
    first = defaults["zoning"]
    others = [name for name in area().zonings if name != first]
    if not others:
        return None
    lands = [name for name in others if area().zonings[name].land]
    names = (first, (lands or others)[0])
    points = Points.usual(defaults["layer"])
    shown = [Shown(Distribution(points, Zones(name)), measure="density") for name in names]
    specs = [specified(each, spec) for each in shown]
    contents = [each.content() for each in specs]
    shared = comparable(list(map(without_dots, contents)))
    maps = tuple(zip(specs, shared, strict=True))
    captions = tuple(Zones(name).title(lang) for name in names)
    ends = [foremost(each.answer(), each.column, lang) for each in shown]
    words = {
        f"{name}_{at}": value
        for at, (zone, most) in enumerate(ends, 1)
        for name, value in (("zone", zone), ("value", in_words(most, shown[0].column)))
    }
    evidence = [sentence for each in shown for sentence in each.told(lang)[1:]]
    return Exhibit(
        "comparison",
        say("brief.compared", lang, noun=points.noun(lang), **words),
        tuple(dict.fromkeys(evidence)),
        say("brief.caveat.comparison", lang),
        maps=maps,
        captions=captions,
    )


def _method(exhibits: list[Exhibit], spec: MapSpec) -> Exhibit:
    """Return how each exhibit was made."""
    lang = spec.lang
    rows = [(say(f"brief.{each.key}", lang), _how(each, lang)) for each in exhibits]
    header = tuple(say(f"brief.column.{name}", lang) for name in ("exhibit", "method"))
    return Exhibit(
        "method",
        say("brief.made", lang, n=number(len(exhibits)), plan=say("app.title", lang)),
        (
            say("atlas.method.interval", lang, draws=number(DRAWS)),
            say("atlas.method.accuracy", lang),
        ),
        say("brief.caveat.method", lang),
        table=Table(header, tuple(rows)),
    )


def _how(exhibit: Exhibit, lang: str) -> str:
    """Return how an exhibit was made: its first parameters, as many as a line or two hold."""
    told = exhibit.maps[0][1].statement if exhibit.maps else None
    if told is None:
        return say(f"brief.method.{exhibit.key}", lang)
    end = say("statement.end", lang)
    parts = [asked(exhibit.maps[0][0]).explained(lang).removesuffix(end)]
    for name, value in told.method:
        part = say("statement.row", lang, name=name, value=value.removesuffix(end))
        if len("".join((*parts, part))) > MOST_LETTERS[lang]:
            break
        parts.append(part)
    return say("statement.then", lang).join(parts) + end
