"""The plan's files as they stand on disk: read strictly, or refused with file, row and field.

A plan is edited by hand, in spreadsheets and in text editors, so that every way in which such a
file breaks must be said in words: the wrong encoding, a quote that is never closed, a cell too
many. What a reader notices is a `Damage`; all that a file has are raised at once as one
`DataError`.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely
import shapely.geometry
import yaml

from geo import wording
from geo.errors import InputError
from layers.plan.strict_schema import Validator

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MOST_NAMED = 20
# No table is wider, and nobody mends more places at once.
MOST_COLUMNS, MOST_DAMAGES = 300, 1000
# What describes a plan has some thousand bytes, and five levels.
MOST_BYTES, MOST_LEVELS = 300_000, 20
# What stands in no text, in whatever encoding.
_CONTROL = re.compile("[\\x00-\\x08\\x0e-\\x1f]")
_WORDS = wording.Words(__file__)
_REGISTRIES = Path(__file__).with_name("registries.schema.json")


@dataclass(frozen=True, slots=True)
class Damage:
    """One place in the plan's files that cannot be used.

    Parameters
    ----------
    file
        Name of the file.
    code
        Key of the sentence that says what is wrong (``geo/words/data.json``).
    row
        Line of a table on which the record ends, as an editor counts, or number of a feature, from
        1; 0 where it is no matter of one row.
    column
        Name of the field, or path inside a JSON file; empty where it is no matter of one field.
    values
        What the sentence is filled in with.
    """

    file: str
    code: str
    row: int = 0
    column: str = ""
    values: Mapping[str, object] = field(default_factory=dict)

    def sentence(self, lang: str) -> str:
        """Return where it is and what is wrong, in ``"zh"`` or ``"en"``.

        Examples
        --------
        >>> Damage("parks.csv", "data.not_number", 7, "lon", {"value": "12,5"}).sentence("en")
        'parks.csv, row 7, lon: "12,5" is not a number.'
        """
        place = [self.file]
        if self.row:
            place.append(wording.sentence("data.row", lang, {"row": self.row}))
        if self.column:
            place.append(self.column)
        what = wording.sentence(self.code, lang, self.values)
        return _WORDS.say("damage", lang, place=_WORDS.say("comma", lang).join(place), what=what)


class DataError(InputError):
    """The plan's own files are damaged.

    Parameters
    ----------
    damages
        Every place, the first of them first.
    """

    whose = "the plan's files are"
    advice = "Correct them; 'xiangjiang validate' looks at every file."

    def __init__(self, damages: Sequence[Damage]) -> None:
        self.damages = tuple(damages)
        lines = [damage.sentence("en") for damage in self.damages[:MOST_NAMED]]
        more = len(self.damages) - MOST_NAMED
        lines += [f"… and {more} more"] if more > 0 else []
        super().__init__(
            f"{self.whose} damaged in {len(self.damages)} place(s):\n  "
            + "\n  ".join(lines)
            + f"\n{self.advice}",
            code="data.damaged",
        )

    def sentence(self, lang: str) -> str:
        """Return the first of the damages and how many there are."""
        first = self.damages[0].sentence(lang)
        values = {"n": len(self.damages), "first": first}
        return wording.sentence("data.damaged", lang, values)


def text_of(path: Path) -> str:
    """Return the text of a file of the plan.

    Raises
    ------
    DataError
        It is not there, cannot be read, or is no text in UTF-8.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or ""
        raise DataError([Damage(path.name, "data.missing", values={"reason": reason})]) from error
    return text_in(content, path.name)


def text_in(content: bytes, file: str) -> str:
    """Return a text as :func:`text_of` does, from the bytes of a file of this name."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if _CONTROL.search(content.decode("gb18030", "replace")):
            raise DataError([Damage(file, "data.no_text")]) from error
        row = content.count(b"\n", 0, error.start) + 1
        raise DataError([Damage(file, "data.encoding", row)]) from error
    if _CONTROL.search(text):
        raise DataError([Damage(file, "data.no_text")])
    return text


def json_of(path: Path) -> Any:  # noqa: ANN401 - JSON may be anything
    """Return the content of a JSON file of the plan.

    Raises
    ------
    DataError
        As `text_of`, or it is no JSON.
    """
    text = text_of(path)
    try:
        return json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        damage = Damage(path.name, "data.json", error.lineno, values={"reason": error.msg})
        raise DataError([damage]) from error
    except (ValueError, RecursionError) as error:
        raise DataError([Damage(path.name, "data.json", values={"reason": str(error)})]) from error


def stamp_of(path: Path) -> tuple[int, int]:
    """Return when a file was written and how long it is, so that what was read is kept by it."""
    return (path.stat().st_mtime_ns, path.stat().st_size) if path.is_file() else (0, 0)


class Bounded(yaml.SafeLoader):  # type: ignore[misc]
    """Reads YAML whose values are written out and lie in few levels.

    A few lines of aliases can be a billion values, and the scanner looks at every open bracket for
    every character: both are refused where they begin.
    """

    def fetch_flow_collection_start(self, token: Any) -> None:  # noqa: ANN401 - yaml has no types
        """Take a bracket, if it is not too deep within others."""
        self._require_level(self.flow_level)
        super().fetch_flow_collection_start(token)

    def add_indent(self, column: int) -> bool:
        """Take lines further to the right, if they are not too deep within others."""
        self._require_level(len(self.indents))
        return bool(super().add_indent(column))

    def _require_level(self, level: int) -> None:
        if level >= MOST_LEVELS:
            words = f"has more than {MOST_LEVELS} levels"
            raise yaml.scanner.ScannerError(None, None, words, self.get_mark())

    def compose_node(self, parent: Any, index: Any) -> Any:  # noqa: ANN401 - yaml has no types
        """Return what stands next, if it is no alias."""
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            words = f"has an alias (*{event.anchor[:40]}); write the value out"
            raise yaml.composer.ComposerError(None, None, words, event.start_mark)
        return super().compose_node(parent, index)


def yaml_of(path: Path) -> Any:  # noqa: ANN401 - YAML may be anything
    """Return the content of a YAML file of the plan.

    Raises
    ------
    DataError
        As `text_of`, or it is no YAML, has aliases, is too deep or too large.
    """
    text = text_of(path)
    try:
        if len(text) > MOST_BYTES:
            raise ValueError(f"more than {MOST_BYTES:,} characters")  # noqa: TRY301 - as below
        return yaml.load(text, Loader=Bounded)  # noqa: S506 - derived from the safe one
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = {"reason": str(getattr(error, "problem", error))}
        row = 0 if mark is None else mark.line + 1
        raise DataError([Damage(path.name, "data.yaml", row, values=reason)]) from error
    # Of a date that there is not.
    except ValueError as error:
        reason = {"reason": str(error)}
        raise DataError([Damage(path.name, "data.yaml", values=reason)]) from error


def checked(content: Any, file: str, kind: str) -> Any:  # noqa: ANN401 - as the file holds it
    """Return the content of a file that describes the plan, if it is of its kind.

    Parameters
    ----------
    content
        As read.
    file
        Its name, for messages.
    kind
        Which of ``registries.schema.json`` it must be: ``"area"``, ``"datapackage"``, …

    Raises
    ------
    DataError
        It is not; names every place by its path in the file.
    """
    rules = json.loads(_REGISTRIES.read_text(encoding="utf-8"))
    rules |= {"$ref": f"#/$defs/{kind}"}
    damages = [
        Damage(
            file,
            "data.breaks",
            column=_at(error.absolute_path),
            values={"value": str(error.instance)[:60], "rule": error.message[:120]},
        )
        for error in Validator(rules).iter_errors(content)
    ]
    if damages:
        raise DataError(damages)
    return content


def _at(path: Iterable[str | int]) -> str:
    """Return a path as ``layers.cities.classes[0]``."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".") or "$"


def table_of(path: Path) -> pd.DataFrame:
    """Return a table of the plan as texts, None where a cell is empty.

    Returns
    -------
    pandas.DataFrame
        Its index is the line on which each record ends.

    Raises
    ------
    DataError
        As `text_of`, or a quote is never closed, a row has more or fewer cells than the first, two
        columns have one name, or there are more columns than any table has.
    """
    return table_in(text_of(path), path.name)


def table_in(text: str, file: str) -> pd.DataFrame:
    """Return a table as :func:`table_of` does, from the text of a file of this name."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[str | None]] = []
    lines: list[int] = []
    damages: list[Damage] = []
    header: list[str] = []
    try:
        header = next(reader, [])
        if len(header) > MOST_COLUMNS:
            wide = {"columns": len(header), "most": MOST_COLUMNS}
            raise DataError([Damage(file, "data.too_wide", 1, values=wide)])
        for cells in reader:
            if len(damages) == MOST_DAMAGES:
                break
            if len(cells) != len(header):
                wrong = {"cells": len(cells), "columns": len(header)}
                damages.append(Damage(file, "data.cells", reader.line_num, values=wrong))
                continue
            rows.append([cell or None for cell in cells])
            lines.append(reader.line_num)
    except csv.Error as error:
        damages.append(Damage(file, "data.quotes", reader.line_num, values={"reason": str(error)}))
    doubled = sorted(name for name, times in Counter(header).items() if times > 1)
    damages += [Damage(file, "data.doubled", 1, name) for name in doubled]
    if not header:
        damages.append(Damage(file, "data.empty"))
    if damages:
        raise DataError(damages)
    return pd.DataFrame(rows, columns=header, index=lines, dtype="object")


def features_of(path: Path) -> tuple[pd.DataFrame, list[Any]]:
    """Return the properties and the shapes of a GeoJSON file of the plan.

    Returns
    -------
    tuple
        A table indexed by the number of each feature, from 1, and one shape for each.

    Raises
    ------
    DataError
        As `json_of`, or it is no collection of features, or a shape cannot be read.
    """
    content = json_of(path)
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list) or not features:
        raise DataError([Damage(path.name, "data.no_features")])
    rows, shapes, damages = [], [], []
    for number, feature in enumerate(features, start=1):
        try:
            rows.append(dict(feature["properties"]))
            shapes.append(shapely.geometry.shape(feature["geometry"]))
        except (
            shapely.GEOSException,
            AttributeError,
            LookupError,
            TypeError,
            ValueError,
        ) as error:
            damages.append(
                Damage(path.name, "data.feature", number, values={"reason": str(error)[:80]})
            )
    if damages:
        raise DataError(damages)
    return pd.DataFrame(rows, index=range(1, len(rows) + 1), dtype="object"), shapes


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")
