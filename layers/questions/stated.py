"""What a map says of itself, made from its question, its content and its sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from geo.numerals import listed, number
from layers.keeping.own_files import people_title
from layers.look.credits import credits_of
from layers.look.standing import standing
from layers.look.statement import Statement, reviewed
from layers.look.told import in_words
from layers.plan.area import area
from layers.plan.catalogue import table
from layers.plan.selection import placed_share
from layers.questions.asking import parameters_of
from layers.questions.counting import counted
from layers.questions.fields import attributes
from layers.questions.subjects import Points, Zones
from layers.questions.unknowns import certainty_note, unknowns_note
from layers.words import bracketed, paragraph, say, unit_label

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from layers.look.content import Content
    from layers.look.sheet import Sheet
    from layers.look.statement import Row
    from layers.questions.fields import Item
    from layers.questions.kinds import Kind


def statement(
    question: Kind, content: Content | None, sheet: Sheet, lang: str, *, files: Sequence[str] = ()
) -> Statement:
    """Return what a map is, in words.

    Parameters
    ----------
    question
        What it answers.
    content
        What it shows; None where there is no map of it.
    sheet
        With its title.
    lang
        ``"zh"`` or ``"en"``.
    files
        A line about each file of somebody's own that it rests on.

    Examples
    --------
    >>> from layers.look.sheet import Sheet
    >>> from layers.questions.coverage import Coverage
    >>> asked = Coverage(Points.usual("platforms"), Zones("circles"))
    >>> told = statement(asked, asked.content("en"), Sheet("Reach", "internal"), "en")
    >>> told.method
    (('Zones', 'Four circles'), ('Distance', '3 km in a straight line, not by road'))
    """
    sources = tuple(question.sources(lang)) if content is None else credits_of(content)
    certain = certainty_note(question, lang)
    return Statement(
        lang=lang,
        title=sheet.title,
        question=asked_in_words(question, lang),
        method=method(question, lang),
        figures=tuple(question.headline(lang)),
        placed=placed(question, content, lang),
        overlap=_overlap(question, lang),
        remarks=tuple(filter(None, (certain, *question.remarks(lang)))),
        files=tuple(files),
        plan=_plan(sources, lang),
        sources=sources,
        standing=() if content is None else tuple(standing(content, base_number=sheet.base_number)),
        review=reviewed(sheet, lang),
        author=sheet.author,
        date=sheet.date,
    )


def asked_in_words(question: Kind, lang: str) -> str:
    """Return what a map tells, and of which points."""
    told, points = question.word(question.words_key(), lang).rstrip("."), question.subjects
    if points is None:
        return told
    about = bracketed(points.noun(lang), points.terms(lang), lang)
    return say("statement.asked", lang, told=told, about=about)


def method(question: Kind, lang: str) -> tuple[Row, ...]:
    """Return the parameters of a map with their values, and what was worked out for them."""
    rows = dict(_declared(question, question, lang)) | question.worked_out(lang)
    return tuple((_name(question, key, lang), value) for key, value in rows.items() if value)


class Apart(NamedTuple):
    """Something that two questions are asked with otherwise.

    Parameters
    ----------
    name
        What it is called; empty where the values say it.
    values
        How each of the two has it.
    of
        Whether it tells the ``"points"`` apart, is ``"asked"``, or ``"worked out"`` for both alike.
    """

    name: str
    values: tuple[str, str]
    of: Literal["points", "asked", "worked out"] = "asked"


def apart(one: Kind, other: Kind, lang: str) -> list[Apart]:
    """Return what two questions are asked with otherwise, then what was worked out otherwise.

    Figures that were worked out with unlike values, such as bandwidths that follow from the points,
    are not those of one measure, though nobody asked for it.

    Examples
    --------
    >>> from layers.questions.coverage import Coverage
    >>> near, far = (Coverage(Points("parks"), Zones("circles"), each) for each in (1500, 3000))
    >>> apart(near, far, "zh")[0].values
    ('1.5 km 直线距离，不是路程', '3 km 直线距离，不是路程')
    >>> now, later = (Coverage(Points("platforms", status=(each,)), Zones("circles"))
    ...               for each in ("existing", "planned"))
    >>> apart(now, later, "en")
    [Apart(name='status', values=('Existing', 'Planned'), of='points')]
    """
    questions = (one, other)
    given = [dict(_declared(each, each, lang)) for each in questions]
    rows = [own | each.worked_out(lang) for own, each in zip(given, questions, strict=True)]
    units = {each.name for each in attributes(type(one)) if each.about.unit}
    # The same measure is called otherwise where it is of other points.
    plain = [dict(parameters_of(each)) for each in questions]
    same = {key for key, value in plain[0].items() if plain[1].get(key) == value is not None}
    found = []
    for key in given[0] | given[1]:
        if key in same:
            continue
        words, values = (tuple(each.get(key, "") for each in of) for of in (given, rows))
        is_asked = words[0] != words[1]
        if values[0] != values[1] and (is_asked or (not any(words) and key in units)):
            pair = (values[0], values[1])
            found.append(Apart(_name(one, key, lang), pair, "asked" if is_asked else "worked out"))
    found.sort(key=lambda each: each.of == "worked out")
    return [*_points_apart(one.subjects, other.subjects, lang), *found]


def _points_apart(one: Points | None, other: Points | None, lang: str) -> list[Apart]:
    """Return what tells the points of two questions apart: their layers, or what is chosen."""
    if one is None or other is None or one == other:
        return []
    if one.layer != other.layer:
        return [Apart("", (one.title(lang), other.title(lang)), "points")]
    found = []
    for column in unlike_columns(one, other):
        terms = (each.labels(column, lang) or say("points.all", lang) for each in (one, other))
        found.append(Apart(one.about.field(column).title(lang), (*terms,), "points"))  # type: ignore[arg-type]
    if one.by_site != other.by_site:
        once = (
            say("points.by_site" if each.by_site else "points.each", lang) for each in (one, other)
        )
        found.append(Apart("", (*once,), "points"))  # type: ignore[arg-type]
    return found


def unlike_columns(one: Points, other: Points) -> list[str]:
    """Return the columns of which two choices of one layer accept other values."""
    columns = dict.fromkeys(column for each in (one, other) for column, _ in each.filters)
    return [each for each in columns if one.values(each) != other.values(each)]


def in_short(question: Kind, lang: str) -> tuple[str, ...]:
    """Return in a few lines how an answer was found and what it rests on, without a map."""
    told = Statement(
        lang=lang,
        title="",
        question=asked_in_words(question, lang),
        method=method(question, lang),
        placed=placed(question, None, lang),
        overlap=_overlap(question, lang),
        remarks=tuple(question.remarks(lang)),
    )
    return told.notes()


def placed(question: Kind, content: Content | None, lang: str) -> str:
    """Return how much of what a map is about has a place, in number and in amount."""
    points = question.subjects
    if points is None:
        return "" if content is None else _placed_of_layers(content, lang)
    return paragraph(filter(None, (unknowns_note(question, lang), _amounts(points, lang))), lang)


def _declared(record: object, question: Kind, lang: str) -> Iterator[Row]:
    """Yield the fields of a question with their values in words, empty where one says nothing."""
    items = attributes(type(record))
    values = {each.name: getattr(record, each.name) for each in items}
    for each in items:
        value, needs = values[each.name], each.about.needs
        unsaid = (
            value in (None, "", ())
            or (each.about.quiet and value == each.default)
            or (needs is not None and values.get(needs[0], needs[1][0]) not in needs[1])
        )
        if each.is_part:
            yield from _declared(value, question, lang)
        elif not each.holds_points:
            yield each.name, "" if unsaid else _in_words(each, value, question, lang)


def _in_words(item: Item, value: object, question: Kind, lang: str) -> str:
    if isinstance(value, tuple):
        return listed((_in_words(item, each, question, lang) for each in value), lang)
    if isinstance(value, Points):
        words = bracketed(value.title(lang), value.terms(lang), lang)
    elif isinstance(value, Zones) or item.about.brings == "zones":
        words = (value if isinstance(value, Zones) else Zones(str(value))).title(lang)
    elif isinstance(value, bool):
        words = say(f"statement.{'yes' if value else 'no'}", lang)
    elif isinstance(value, int | float):
        words = f"{number(value)} {item.about.unit}".strip()
    elif item.about.brings == "raster":
        words = people_title(str(value), lang)
    else:
        words = question.value_words(item.name, str(value), lang)
    return words


def _name(question: Kind, field: str, lang: str) -> str:
    """Return what a row is called: in short where there are words for that, else as commands do."""
    key = f"row.{field}"
    return question.word(key, lang) if question.knows(key) else question.field_words(field, lang)


def _amounts(points: Points, lang: str) -> str:
    """Return how much of what points add up to is off the map; empty where they add up nothing."""
    if points.amount is None:
        return ""
    everywhere, here = points.chosen()[points.amount], points.located()[points.amount]
    if not everywhere.sum() > 0:
        return ""
    unit = points.about.field(points.amount).unit or ""
    return say(
        "statement.amounts",
        lang,
        amount=bracketed(points.amount_noun(lang), unit_label(unit, lang=lang), lang),
        whole=in_words(everywhere.sum(), "weight_sum"),
        off=in_words(everywhere.sum() - here.sum(), "weight_sum"),
    )


def _placed_of_layers(content: Content, lang: str) -> str:
    """Return how many features of what is shown above the ground have a place."""
    ground = area().context
    shares = [
        placed_share(content.frames[name])
        for name in content.visible
        if name not in ground and name in content.frames
    ]
    placed, possible = (sum(each[at] for each in shares) for at in (0, 1))
    counts = {"placed": number(placed), "n": number(possible - placed), "all": number(possible)}
    return say("statement.features", lang, **counts) if possible else ""


def _overlap(question: Kind, lang: str) -> str:
    points, zones = question.subjects, question.ranked_in
    if points is None or zones is None or points.located().empty:
        return ""
    return say("statement.shared", lang) if counted(points, zones).found.overlap else ""


def _plan(sources: Sequence[str], lang: str) -> str:
    """Return the plan that a map draws on, with its date; empty where it does not."""
    rows = table("sources").set_index("id")
    if area().document not in rows.index:
        return ""
    row = rows.loc[area().document]
    if not {row["attribution"], row["attribution_en"]} & set(sources):
        return ""
    return bracketed(str(row[f"name_{lang}"]), str(row["date"] or ""), lang)
