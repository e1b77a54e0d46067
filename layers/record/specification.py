"""The specification of a map: everything that is needed to draw it again, as YAML or JSON.

App, command line and notebooks write and read it; page, print and slides are drawn from it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from itertools import compress
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any

from geo.arguments import require_type, unknown
from geo.doors import door
from geo.errors import InputError
from layers.keeping.brought import is_own
from layers.keeping.own_files import people_note, receipt_note
from layers.keeping.own_notes import Note, clean_notes
from layers.look.basemaps import VECTOR, basemap
from layers.look.callouts import key_rows, layer_name, noted
from layers.look.narrowed import narrowed
from layers.look.outside import clean_sheet
from layers.look.overlays import result_names
from layers.look.own_symbology import OwnSymbology
from layers.look.reduced import reduced
from layers.look.sheet import INTERNAL, PROFILES, PUBLIC, Review, Sheet
from layers.look.symbology import layer_styles
from layers.plan.data_files import MOST_BYTES
from layers.questions.asking import brought_by, parameters_of, question_of
from layers.questions.kinds import kind_of, maps
from layers.questions.stated import statement
from layers.record.plain_data import parsed_data, plain_data
from layers.record.provenance import content_mark
from layers.record.schema import require_valid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.look.content import Content
    from layers.look.statement import Statement
    from layers.questions.fields import Plain
    from layers.questions.kinds import Kind

SUFFIXES = (".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True)
class MapSpec:
    """What to draw, and on what sheet.

    Parameters
    ----------
    map
        One of :func:`layers.questions.kinds.maps`.
    sheet
        The sheet; its title is made from the map where it is empty.
    parameters
        What is asked, by the names of the question's fields, and which look of the map, where it
        has several; see :func:`layers.record.schema.schema`.
    lang
        ``"zh"`` or ``"en"``.
    extent
        West, south, east and north in degrees; what the map shows by itself where it is None.
    visible
        Names of the layers and results (``"overlay-zones"``, …) that are switched on; what the map
        starts with where it is None.
    hidden
        Classes of evidence that are not shown, where some are not.
    year
        What is there by this year is shown; all years where it is None.
    versus
        Values of fields, and ``year``, of a second map to compare this one with, None for one that
        it has not; none where empty.
    pages
        One of :func:`layers.book.series.names` for an atlas with a page for each of them; one map
        where it is None.
    base
        Name of the base map, see :func:`layers.look.basemaps.basemaps`.
    symbology
        Colours that differ from those of the atlas; none where it is None.
    review
        How the map stands with review; as a draft where it is None.
    notes
        What its maker notes at places of it, in the order of their numbers.
    folder
        Where the files lie that the parameters name; it is no part of what is written down.
    """

    map: str
    sheet: Sheet
    parameters: Mapping[str, Plain] = field(default_factory=dict)
    lang: str = "zh"
    extent: tuple[float, float, float, float] | None = None
    visible: tuple[str, ...] | None = None
    hidden: tuple[str, ...] | None = None
    year: int | None = None
    versus: Mapping[str, Plain] = field(default_factory=dict)
    pages: str | None = None
    base: str = VECTOR
    symbology: OwnSymbology | None = None
    review: Review | None = None
    notes: tuple[Note, ...] = ()
    folder: Path = field(default=Path(), compare=False)

    @door
    def content(self) -> Content:
        """Return what the map shows.

        Raises
        ------
        InputError
            If a parameter is not one of the map's, its question cannot be answered, or there is no
            such base map.
        """
        question = asked(self)
        question.require_drawn()
        return self._content(question)

    def _content(self, question: Kind) -> Content:
        basemap(self.base)
        drawn = (question.in_atlas() if self.pages else question).content(self.lang)
        if self.notes:
            own = noted(clean_notes(self.notes)[0], self.lang)
            drawn = replace(drawn, overlays=(*drawn.overlays, own))
        if self.visible is not None:
            results = result_names(drawn.overlays)
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
        if self.profile == PUBLIC:
            drawn = reduced(drawn)
        drawn, left = narrowed(drawn, self.hidden or (), self.year)
        drawn = replace(drawn, extent=self.extent or drawn.extent, base=self.base)
        told = self._stated(question, drawn)
        told = replace(told, left_out=left.by_evidence(self.lang), year=left.by_year(self.lang))
        return replace(drawn, statement=told)

    @door
    def other(self) -> MapSpec:
        """Return the second map of a comparison: this one with the values of ``versus``."""
        values = {**self.parameters, **self.versus}
        year: Any = values.pop("year", self.year)
        kept = {name: value for name, value in values.items() if value is not None}
        return self.part(parameters=kept, year=year, versus={})

    @door
    def part(self, **changes: Any) -> MapSpec:  # noqa: ANN401 - fields of it
        """Return a map that an output of this one is made of; a number holds for it as for all."""
        sheet = changes.pop("sheet", self.sheet)
        if self.has_stale_number():
            sheet = replace(sheet, review_number=INTERNAL)
        review = self.review and replace(self.review, content="")
        return replace(self, sheet=sheet, review=review, **changes)

    @door
    def statement(self) -> Statement:
        """Return what the map is, in words: what every output of it shows.

        Raises
        ------
        InputError
            If there is no such map, or its question cannot be answered.

        Examples
        --------
        >>> told = read_spec("density", review_number="internal", author="甲").statement()
        >>> told.title, told.author, dict(told.method)["核函数"]
        ('现有平台核密度', '甲', '四次核')
        """
        question = asked(self)
        # A map on which nothing stands out is none to print, and is a map on a screen.
        told = self._content(question).statement if question.has_map else None
        return told or self._stated(question, None)

    def _stated(self, question: Kind, content: Content | None) -> Statement:
        files = self.receipts()
        told = statement(question, content, self.titled(), self.lang, files=files)
        if content is None or layer_name() not in content.names:
            return told
        return replace(told, own_notes=key_rows(clean_notes(self.notes)[0], self.lang))

    @property
    def profile(self) -> str:
        """Whom the map is for: one of :data:`layers.look.sheet.PROFILES`."""
        return self.review.profile if self.review else PROFILES[-1]

    @door
    def mark(self) -> str:
        """Return the content mark of the map, see :func:`layers.record.provenance.content_mark`."""
        return content_mark(self.to_dict(), self.receipts())

    @door
    def has_stale_number(self) -> bool:
        """Whether its review number was given for another content: then it is shown as a draft."""
        approved = self.review.content if self.review else ""
        return bool(approved) and approved != self.mark()

    @door
    def titled(self) -> Sheet:
        """Return the sheet with a title.

        Its texts are such that every output can show them; notes say what that took.

        Raises
        ------
        InputError
            If there is no such map.
        """
        sheet = clean_sheet(self.sheet, self.lang, drawn=False)
        if self.has_stale_number():
            sheet = replace(sheet, review_number=INTERNAL)
        if sheet.title.strip():
            return sheet
        return replace(sheet, title=asked(self).title(self.lang))

    @door
    def receipts(self) -> list[str]:
        """Return a line about each file of somebody's own that the map rests on.

        Raises
        ------
        InputError
            If it is no longer kept.
        """
        notes = [
            people_note(name, self.lang) if brings == "raster" else receipt_note(name, self.lang)
            for name, brings in brought_by(asked(self, checked=False))
            if is_own(name)
        ]
        return list(filter(None, notes))

    @door
    def to_dict(self) -> dict[str, Any]:
        """Return the specification as plain JSON data, which :func:`read_spec` takes.

        Raises
        ------
        InputError
            If a parameter is no plain data.
        """
        said = {k: v for k, v in asdict(self).items() if k != "folder" and (k != "notes" or v)}
        plain = plain_data(said)
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
        Path of a ``.yaml`` or ``.json`` file, a dictionary, or the name of a map.
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
    ('density', '现有平台核密度', 'A3')

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

    Two maps under one legend, on a sheet or on slides:

    .. code-block:: yaml

        map: coverage
        parameters: {distance_m: 1500}
        versus: {distance_m: 3000}  # other values of fields, and year
        sheet: {review_number: internal}

    Notes of one's own stand on the map by their numbers, and what they say below it.

    .. code-block:: yaml

        map: overview
        notes:
          - {lon: 112.93, lat: 28.22, title: Bridgehead, text: check on site}
        sheet: {review_number: internal}

    A rate needs people: a GeoTIFF of persons per cell in the folder of the specification.

    .. code-block:: yaml

        map: distribution
        parameters: {measure: per_10k, zoning: districts, population: people.tif}
        sheet: {review_number: internal}
    """
    require_type(
        folder, (str, Path, NoneType), "folder", "the path of a folder", function="read_spec"
    )
    data = _data(source)
    entries = data.setdefault("sheet", {})
    if not isinstance(entries, dict):
        raise InputError(
            "read_spec: sheet is no mapping; give it title, size, review_number …",
            code="spec.invalid",
            count=1,
            zh="sheet",
            en="sheet",
        )
    entries |= {key: value for key, value in sheet.items() if value is not None}
    if pages is not None:
        data["pages"] = pages
    data = plain_data(data)
    entries = data["sheet"]
    require_valid(data)
    plain = {key: value for key, value in entries.items() if key in Sheet.__dataclass_fields__}
    plain["notes"] = tuple(plain.get("notes", ()))
    extent, visible, own = data.get("extent"), data.get("visible"), data.get("symbology")
    review, hidden = data.get("review"), data.get("hidden")
    return MapSpec(
        map=data["map"],
        sheet=Sheet(**({"title": ""} | plain)),
        parameters=data.get("parameters", {}),
        lang=data.get("lang", "zh"),
        extent=None if extent is None else tuple(extent),
        visible=None if visible is None else tuple(visible),
        hidden=None if hidden is None else tuple(hidden),
        year=data.get("year"),
        versus=data.get("versus", {}),
        pages=data.get("pages"),
        base=data.get("base", VECTOR),
        symbology=None if own is None else OwnSymbology(**own),
        review=None if review is None else Review(**review),
        notes=clean_notes(Note(**each) for each in data.get("notes", ()))[0],
        folder=_folder(source) if folder is None else Path(folder),
    )


def _folder(source: str | Path | dict[str, Any]) -> Path:
    named = not isinstance(source, dict) and str(source) not in maps()
    return Path(source).parent if named else Path()  # type: ignore[arg-type]


def _data(source: str | Path | dict[str, Any]) -> dict[str, Any]:
    require_type(
        source,
        (str, Path, dict),
        "the specification",
        "the name of a map, the path of a file, or a mapping",
        function="read_spec",
    )
    if isinstance(source, dict):
        return plain_data(source)
    if str(source) in maps():
        return {"map": str(source)}
    path = Path(source)
    if path.suffix not in SUFFIXES:
        raise InputError(
            f"read_spec: {str(source)!r} is neither a map ({', '.join(maps())}) nor a file that "
            f"ends in {', '.join(SUFFIXES)}",
            code="spec.missing",
            name=str(source),
        )
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(
            f"read_spec: {path}: {reason}; name a file that is there",
            code="spec.missing",
            name=str(source),
        ) from None
    return parsed_data(data, name=str(path))


@door
def asked(spec: MapSpec, *, checked: bool = True) -> Kind:
    """Return the question that a map answers.

    Parameters
    ----------
    spec
        The map.
    checked
        Whether a question that cannot be answered is refused.

    Raises
    ------
    InputError
        If it has a parameter that it has not, or a pattern cannot be told from chance.
    """
    kind = kind_of(spec.map, spec.parameters.get("look"))
    question = question_of(kind, spec.parameters, folder=spec.folder)
    if checked:
        question.require_answer()
    return question


def specified(
    question: Kind, sheet: Sheet, *, lang: str = "zh", beside: Kind | None = None
) -> MapSpec:
    """Return the specification of a question: what is asked now can be drawn again.

    Parameters
    ----------
    question
        What is asked.
    sheet, lang
        The sheet of its map, and ``"zh"`` or ``"en"``.
    beside
        A question of the same kind whose map is compared with it; none where it stands alone.

    Examples
    --------
    >>> from layers.questions.subjects import Points
    >>> from layers.questions import Density
    >>> spec = specified(Density(Points("parks"), 2000.0), Sheet("", "internal"))
    >>> spec.map, spec.parameters["bandwidth_m"], asked(spec) == Density(Points("parks"), 2000.0)
    ('density', 2000.0, True)
    >>> wide = Density(Points("parks", level=("national",)), 5000.0)
    >>> spec = specified(wide, Sheet("", "internal"), beside=Density(Points("parks"), 2000.0))
    >>> spec.versus, asked(spec.other()) == Density(Points("parks"), 2000.0)
    ({'level': [], 'bandwidth_m': 2000.0}, True)
    """
    own = parameters_of(question)
    other = own if beside is None else parameters_of(beside)
    # A filter that one has not lets pass everything.
    without: dict[str, Any] = {k: [] if isinstance(v, list) else None for k, v in own.items()}
    versus = {k: v for k, v in {**without, **other}.items() if own.get(k) != v}
    return MapSpec(question.MAP, sheet, own, lang, versus=versus)
