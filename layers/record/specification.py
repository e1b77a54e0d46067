"""The specification of a map: everything that is needed to draw it again, as YAML or JSON.

The app, the command line and a notebook write it and read it; the web map, the printed map and the
slides are drawn from it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cache
from itertools import compress
from pathlib import Path
from typing import Any

from geo.arguments import brief, unknown
from geo.doors import door
from geo.errors import InputError
from layers import questions
from layers.keeping.brought import is_own
from layers.keeping.own_files import kept_people, people_note, receipt_note
from layers.keeping.own_points import CATEGORY
from layers.look.basemaps import VECTOR, basemap
from layers.look.content import Content, Sheet
from layers.look.outside import clean_sheet
from layers.look.own_symbology import OwnSymbology
from layers.look.symbology import layer_styles
from layers.plan.area import area
from layers.plan.schema import resource
from layers.plan.strict_schema import Validator
from layers.questions import contents, pattern_contents, pattern_looks
from layers.questions.centres import Centres
from layers.questions.distances import Spacing
from layers.questions.pattern_looks import Look
from layers.questions.patterns import REACH_M, Pattern
from layers.questions.subjects import Points, Zones
from layers.questions.zone_results import Shown
from layers.record.plain_data import MOST_BYTES, parsed_data, plain_data
from layers.words import both

MAPS = ("overview", "density", "coverage", "distribution", "pattern", "layer")
SUFFIXES = (".yaml", ".yml", ".json")
# Of what is wrong with a specification so much is said.
LONGEST_PROBLEM, MOST_PLACES = 200, 6
SERVICE_DISTANCE_M = 3000.0
# The measure that needs people.
RATE = "per_10k"
# Which parameters each look at a pattern has besides those that choose the points.
UNIT_PARAMETERS = ("zoning", "cell_m", "h3_resolution", "weight", "rule", "k", "distance_m", "seed")
LOOK_PARAMETERS = {
    "hot": UNIT_PARAMETERS,
    "clusters": UNIT_PARAMETERS,
    "distance": ("once", "seed"),
    "centres": ("by", "weight"),
}


@dataclass(frozen=True, slots=True)
class MapSpec:
    """What to draw, and on what sheet.

    Parameters
    ----------
    map
        ``"overview"``, ``"density"``, ``"coverage"``, ``"distribution"``, ``"pattern"`` or
        ``"layer"``.
    sheet
        The sheet; its title is made from the map where it is empty.
    parameters
        What is asked, by the names of the question's fields; see ``specification.schema.json``.
    lang
        ``"zh"`` or ``"en"``.
    extent
        West, south, east and north in degrees; what the map shows by itself where it is None.
    visible
        Names of the layers and overlays (``"overlay-1"``, …) that are switched on; what the map
        starts with where it is None.
    pages
        One of :data:`layers.book.series.SERIES` for an atlas with a page for each of them; one map
        where it is None.
    base
        Name of the base map, see :func:`layers.look.basemaps.basemaps`.
    symbology
        Colours that differ from those of the atlas; none where it is None.
    folder
        Where the files lie that the parameters name; it is no part of what is written down.
    """

    map: str
    sheet: Sheet
    parameters: dict[str, Any] = field(default_factory=dict)
    lang: str = "zh"
    extent: tuple[float, float, float, float] | None = None
    visible: tuple[str, ...] | None = None
    pages: str | None = None
    base: str = VECTOR
    symbology: OwnSymbology | None = None
    folder: Path = field(default=Path(), compare=False)

    def content(self) -> Content:
        """Return what the map shows.

        Raises
        ------
        InputError
            If a parameter is not one of the map's, its question cannot be answered, or there is no
            such base map.
        """
        _require_map(self)
        basemap(self.base)
        drawn = _drawn(self)
        if self.visible is not None:
            results = [f"overlay-{n}" for n in range(1, len(drawn.overlays) + 1)]
            for name in self.visible:
                if name not in (*layer_styles(), *results):
                    there = (*drawn.frames, *results)
                    raise unknown(name, there, what="layer or result", function="visible")
            shown = [name in self.visible for name in results]
            drawn = replace(
                drawn,
                visible=tuple(name for name in drawn.frames if name in self.visible),
                overlays=tuple(compress(drawn.overlays, shown)),
            )
        if self.symbology is not None:
            drawn = self.symbology.applied(drawn)
        return replace(drawn, extent=self.extent or drawn.extent, base=self.base)

    def titled(self) -> Sheet:
        """Return the sheet with a title, and with what must be said below the map.

        Its texts are such that every output can show them; notes say what that took.

        Raises
        ------
        InputError
            If there is no such map.
        """
        _require_map(self)
        sheet = clean_sheet(self.sheet, self.lang, drawn=False)
        title = both(f"spec.{self.map}")[self.lang == "en"]
        if self.map == "overview":
            title = title.format(plan=both("app.title")[self.lang == "en"])
        elif self.map == "layer":
            title = resource(layer_of(self)).title(self.lang)
        elif self.map != "pattern":
            points = Points(layer_of(self))
            # In Chinese a layer's title is a noun; in English a sentence has a plainer one.
            noun = points.noun("en") if self.lang == "en" else points.about.title("zh")
            title = title.format(noun=noun)
        if self.map == "pattern":
            look = asked(self)
            method = pattern_looks.method(look, lang=self.lang)
            title = pattern_looks.title(look, lang=self.lang)
            sheet = replace(sheet, notes=(*sheet.notes, method) if method else sheet.notes)
        sheet = replace(sheet, notes=(*sheet.notes, *self.receipts()))
        return sheet if sheet.title.strip() else replace(sheet, title=title)

    def receipts(self) -> list[str]:
        """Return a line about each file of somebody's own that the map rests on.

        Raises
        ------
        InputError
            If it is no longer kept.
        """
        own = (str(self.parameters.get(key, "")) for key in ("layer", "zoning"))
        notes = [receipt_note(name, self.lang) for name in own if is_own(name)]
        if people := self.parameters.get("population"):
            notes.append(people_note(kept_people(people, self.folder), self.lang))
        return list(filter(None, notes))

    def to_dict(self) -> dict[str, Any]:
        """Return the specification as plain JSON data, which :func:`read_spec` takes.

        Raises
        ------
        InputError
            If a parameter is no plain data.
        """
        plain = plain_data({k: v for k, v in asdict(self).items() if k != "folder"})
        return {key: value for key, value in plain.items() if value not in ({}, None)}


@door
def read_spec(
    source: str | Path | dict[str, Any],
    *,
    pages: str | None = None,
    folder: Path | None = None,
    **sheet: Any,  # noqa: ANN401 - fields of a sheet
) -> MapSpec:
    """Read a specification from a file, from plain data, or by the name of a map.

    Parameters
    ----------
    source
        Path of a ``.yaml`` or ``.json`` file, a dictionary, or one of ``"overview"``,
        ``"density"``, ``"coverage"``, ``"distribution"``, ``"pattern"`` and ``"layer"``.
    pages
        Replaces that of the source, for an atlas of a map.
    folder
        Where the files lie that the parameters name: that of a file by default, else where the
        program runs.
    sheet
        Fields of the sheet that replace those of the source.

    Raises
    ------
    InputError
        If there is no such file or map, or it breaks the schema: every problem is named.

    Examples
    --------
    >>> spec = read_spec("density", review_number="internal", size="A3")
    >>> spec.map, spec.titled().title, spec.sheet.size
    ('density', '创新平台核密度', 'A3')

    A file, which a base map and colours of one's own make longer:

    .. code-block:: yaml

        map: overview
        parameters: {theme: platforms}
        base: amap  # vector, osm, tianditu, tianditu_img or amap
        symbology:
          colours:
            parks: "#B5651D"
            platforms/laboratory: "#7A0177"  # one class goes before its layer
          ramp: cividis  # or YlGnBu
        sheet: {review_number: internal, size: A3}

    A rate needs people: a GeoTIFF of persons per cell in the folder of the specification.

    .. code-block:: yaml

        map: distribution
        parameters: {measure: per_10k, zoning: districts, population: people.tif}
        sheet: {review_number: internal}
    """
    data = _data(source)
    given = data.setdefault("sheet", {})
    if not isinstance(given, dict):
        raise InputError(
            "read_spec: sheet is no mapping; give it title, size, review_number …",
            code="spec.invalid",
            count=1,
            where="sheet",
        )
    given |= {key: value for key, value in sheet.items() if value is not None}
    if pages is not None:
        data["pages"] = pages
    require_valid(data)
    known = {item.name for item in fields(Sheet)}
    plain = {key: value for key, value in given.items() if key in known}
    plain["notes"] = tuple(plain.get("notes", ()))
    extent, visible, own = data.get("extent"), data.get("visible"), data.get("symbology")
    return MapSpec(
        map=data["map"],
        sheet=Sheet(**({"title": ""} | plain)),
        parameters=data.get("parameters", {}),
        lang=data.get("lang", "zh"),
        extent=None if extent is None else tuple(extent),
        visible=None if visible is None else tuple(visible),
        pages=data.get("pages"),
        base=data.get("base", VECTOR),
        symbology=None if own is None else OwnSymbology(**own),
        folder=_folder(source) if folder is None else folder,
    )


def _folder(source: str | Path | dict[str, Any]) -> Path:
    named = not isinstance(source, dict) and str(source) not in MAPS
    return Path(source).parent if named else Path()  # type: ignore[arg-type]


def _data(source: str | Path | dict[str, Any]) -> dict[str, Any]:
    if not isinstance(source, str | Path | dict):
        raise InputError(
            f"read_spec: the specification is {brief(source)}. Pass the name of a map, the path of "
            "a file, or a mapping.",
            code="caller.argument",
            function="read_spec",
        )
    if isinstance(source, dict):
        return plain_data(source)
    if str(source) in MAPS:
        return {"map": str(source)}
    path = Path(source)
    if path.suffix not in SUFFIXES:
        raise InputError(
            f"read_spec: {str(source)!r} is neither a map ({', '.join(MAPS)}) nor a file that "
            f"ends in {', '.join(SUFFIXES)}",
            code="spec.missing",
            name=path.name,
        )
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(
            f"read_spec: {path}: {reason}; name a file that is there",
            code="spec.missing",
            name=path.name,
        ) from None
    return parsed_data(data, name=str(path))


def _require_map(spec: MapSpec) -> None:
    if spec.map not in MAPS:
        raise InputError(
            f"MapSpec: there is no map {spec.map!r}; choose from {', '.join(MAPS)}",
            code="spec.invalid",
            count=1,
            where="map",
        )


def require_valid(data: dict[str, Any]) -> None:
    """Check plain data of a specification against the schema.

    Parameters
    ----------
    data
        As :meth:`MapSpec.to_dict` returns it.

    Raises
    ------
    InputError
        If it breaks the schema: every problem is named.

    Examples
    --------
    >>> require_valid({"map": "overview", "sheet": {"review_number": "internal"}})
    """
    problems = {
        f"{'.'.join(map(str, error.absolute_path)) or 'the whole'}: {error.message}": (
            ".".join(map(str, error.absolute_path)) or "map, sheet"
        )
        for error in Validator(schema()).iter_errors(data)
    }
    if problems:
        said = "; ".join(sorted(problem[:LONGEST_PROBLEM] for problem in problems))
        where = sorted({place[:LONGEST_PROBLEM] for place in problems.values()})
        raise InputError(
            "read_spec: the specification breaks the schema: " + said,
            code="spec.invalid",
            count=len(problems),
            where=", ".join(where[:MOST_PLACES]),
        )


@cache
def schema() -> dict[str, Any]:
    """Return the JSON schema of a specification."""
    path = Path(__file__).with_name("specification.schema.json")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _points(parameters: dict[str, Any], layer: str) -> Points:
    # Whether the layer has such a column is asked of its features, which say what they have.
    columns = {CATEGORY, *area().filters} & parameters.keys()
    filters = {each: tuple(parameters.pop(each)) for each in columns}
    return Points(parameters.pop("layer", layer), **filters)


def _zones(parameters: dict[str, Any], name: str) -> Zones:
    sizes = {key: parameters.pop(key) for key in ("cell_m", "h3_resolution") if key in parameters}
    return Zones(parameters.pop("zoning", name), **sizes)


def asked(spec: MapSpec) -> Any:  # noqa: ANN401 - the question of the map
    """Return the question that a map answers, None for the overview.

    Raises
    ------
    InputError
        If it has a parameter that it has not, or a pattern cannot be told from chance.
    """
    question = _QUESTIONS.get(spec.map)
    parameters = dict(spec.parameters)
    if parameters.get("population"):
        parameters["population"] = kept_people(parameters["population"], spec.folder)
    return None if question is None else question(parameters)


def layer_of(spec: MapSpec) -> str:
    """Return the name of the layer that a map of one layer shows."""
    return str(spec.parameters.get("layer", area().defaults[spec.map]["layer"]))


def _density(parameters: dict[str, Any]) -> questions.Density:
    parameters.pop("show", None)
    points = _points(parameters, area().defaults["density"]["layer"])
    return questions.settled(questions.Density(points, **parameters))


def _coverage(parameters: dict[str, Any]) -> questions.Coverage:
    sites = _points(parameters, area().defaults["coverage"]["layer"])
    zones = _zones(parameters, area().defaults["coverage"]["zoning"])
    return questions.Coverage(sites, zones, float(parameters.get("distance_m", SERVICE_DISTANCE_M)))


def _distribution(parameters: dict[str, Any]) -> Shown:
    points = _points(parameters, area().defaults["distribution"]["layer"])
    zones = _zones(parameters, area().defaults["distribution"]["zoning"])
    measure, people = parameters.pop("measure", "count"), parameters.pop("population", None)
    if people is not None and measure != RATE:
        raise InputError(
            f"distribution: population goes with measure {RATE}, not {measure}; leave it out",
            code="option.goes_with",
            value="population",
            needed=f"measure {RATE}",
        )
    if people is None and measure == RATE:
        raise InputError(
            f"distribution: measure {RATE} needs a population; name a GeoTIFF of persons per cell "
            "that lies beside the specification",
            code="own.no_population",
        )
    shown = Shown(questions.Distribution(points, zones, population=people), measure, **parameters)
    if not shown.has_scale:
        raise InputError(
            f"distribution: measure {measure} has no scale {shown.scale}; leave the scale out",
            code="option.goes_not",
            value=measure,
            names=(f"scale: {shown.scale}",),
        )
    return shown


def _pattern(parameters: dict[str, Any]) -> Look:
    name = parameters.pop("look", "hot")
    points = _points(parameters, area().defaults["pattern"]["layer"])
    strange = [key for key in parameters if key not in LOOK_PARAMETERS[name]]
    if strange:
        raise InputError(
            f"pattern: look {name!r} has no {', '.join(strange)}; leave that out, or choose from "
            f"{', '.join(LOOK_PARAMETERS[name])}",
            code="option.goes_not",
            names=strange,
            value=name,
        )
    if name == "distance":
        look = Look(name, Spacing(points, **({"once": True} | parameters)))
    elif name == "centres":
        look = Look(name, Centres(points, **({"by": points.group} | parameters)))
    else:
        look = Look(name, _units(points, parameters))
    refused = pattern_looks.refusal(look)
    if refused is not None:
        raise InputError(
            f"pattern: look {name!r}: {refused.sentence()}",
            code=f"pattern.{refused.reason}",
            n=refused.n,
            fewest=refused.fewest,
        )
    return look


def _units(points: Points, parameters: dict[str, Any]) -> Pattern:
    rule = parameters.get("rule", "queen")
    for key, wanted in (("k", "knn"), ("distance_m", "distance")):
        if key in parameters and rule != wanted:
            raise InputError(
                f"pattern: {key} goes with rule {wanted}, not {rule}; leave it out",
                code="option.goes_with",
                value=key,
                needed=f"rule {wanted}",
            )
    if rule == "distance":
        parameters.setdefault("distance_m", REACH_M)
    return Pattern(points, _zones(parameters, area().defaults["pattern"]["zoning"]), **parameters)


_QUESTIONS = {
    "density": _density,
    "coverage": _coverage,
    "distribution": _distribution,
    "pattern": _pattern,
}


def _drawn(spec: MapSpec) -> Content:
    if spec.map == "density":
        question = asked(spec)
        levels, top = questions.density_scale((question,))
        show = spec.parameters.get("show", "bands")
        return contents.density(question, levels=levels, top=top, show=show, lang=spec.lang)
    if spec.map == "coverage":
        return contents.coverage(asked(spec), lang=spec.lang)
    if spec.map == "distribution":
        shown = asked(spec)
        questions.require_met(shown.asked)
        return contents.distribution(shown, lang=spec.lang)
    if spec.map == "pattern":
        return pattern_contents.pattern(asked(spec), lang=spec.lang)
    if spec.map == "layer":
        return contents.layer(layer_of(spec), lang=spec.lang)
    evidence = tuple(spec.parameters.get("evidence", ()))
    # The pages of an atlas show what their figures count.
    theme = spec.parameters.get(
        "theme", "all" if spec.pages else area().defaults["overview"]["theme"]
    )
    return contents.overview(theme, evidence, spec.lang)
