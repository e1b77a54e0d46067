"""One's own claims of places: a file beside the data, named by ``XIANGJIANG_CLAIMS``.

It has the columns of the plan's claims and two more, who says it and when. It lies where whoever
runs the atlas wants it, never in the package. What it says is joined with what the plan says before
places follow (:func:`layers.plan.catalogue.own_claims`); it outranks nothing: a coordinate goes
before what is only known by its zone, and of several the best grade and then the smallest accuracy
counts, as among all claims.
"""

from __future__ import annotations

import fcntl
import re
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo import wording
from geo.errors import InputError
from geo.exchange.cell_quotes import csv_bytes, unquoted
from geo.exchange.writers import write_file
from geo.numerals import LANGUAGES
from layers.plan.area import OWN_CLAIMS, own_claims_file
from layers.plan.claims import TABLE
from layers.plan.data_files import Damage, DataError, table_in, text_in
from layers.plan.schema import Field, Resource, resources, typed
from layers.plan.table_check import claims_broken, damage, references

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

_WORDS = wording.Words(__file__)
# What a geocoder or somebody else proposes and nobody has looked at: it places nothing.
PROPOSED = "proposed"
# Where a claim names no source of the plan, its own words do: who, when, from what.
OWN_SOURCE = "own"
AUTHOR, DATE, FROM = "author", "date", "coord_source"
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Two writers take turns; who waits longer than this is told so.
WAIT_S, STEP_S = 10.0, 0.05
MOST_BYTES, MOST_LINES = 2_000_000, 20_000


@dataclass(frozen=True, slots=True)
class OwnClaims:
    """What the file of one's own claims holds.

    Parameters
    ----------
    table
        Its claims, typed, index the rows of the file; empty where it is broken or not there.
    damages
        Every place that cannot be used; one is enough for none of it to be taken.
    """

    table: pd.DataFrame
    damages: tuple[Damage, ...] = ()


class OwnClaimsError(DataError):
    """The file of one's own claims is broken, and is left as it is."""

    whose = "the file of one's own claims is"
    words = "own_claims.broken"

    def sentence(self, lang: str) -> str:
        """Return the first of the damages, how many there are and what to do."""
        first = self.damages[0]
        values = {"n": len(self.damages), "first": first.sentence(lang), "file": first.file}
        return wording.sentence(self.words, lang, values)


class ProposalsError(OwnClaimsError):
    """A file that claims are to be taken from is broken; nothing of it is taken."""

    whose = "the file of proposals is"
    words = "own_claims.proposals"
    advice = "Correct that file and bring it again."


class NotTakenError(OwnClaimsError):
    """Claims that were to be taken cannot stand in the file, which is left as it is."""

    whose = "what was to be taken is"
    words = "own_claims.not_taken"
    advice = "Correct it and take it again; the file stays as it was."


def described(path: Path) -> Resource:
    """Return what a file of own claims must be.

    Raises
    ------
    InputError
        If the open plan has no claims, so that nothing follows from any.
    """
    plans = resources().get(TABLE)
    if plans is None:
        raise InputError(
            f"{OWN_CLAIMS}: the open plan has no table {TABLE}, so that no place follows from "
            "claims; write coordinates into its layers.",
            code="own_claims.no_table",
        )
    author = _text(AUTHOR, {"required": True})
    said_on = _text(DATE, {"required": True})
    return replace(plans, path=path, fields=(*map(_own, plans.fields), author, said_on))


def _own(field: Field) -> Field:
    if field.name == "state":
        allowed = [*field.constraints["enum"], PROPOSED]
        return replace(field, constraints={**field.constraints, "enum": allowed})
    return field


def _text(name: str, constraints: Mapping[str, Any]) -> Field:
    zh, en = _WORDS.both(f"claims.{name}")
    return Field(name, "string", zh, en, "", constraints)


def read(path: Path, known: Mapping[str, set[str]]) -> OwnClaims:
    """Read a file of own claims strictly.

    Parameters
    ----------
    path
        The file; one that is not there or has no bytes has no claims.
    known
        Ids of the plan by layer, the claims of the plan among them.
    """
    about = described(path)
    none = typed(pd.DataFrame(columns=[field.name for field in about.stored]), about)
    try:
        if not (path.exists() and path.stat().st_size):
            return OwnClaims(none)
        table = checked(texts_of(path), about, known)
    except DataError as error:
        return OwnClaims(none, error.damages)
    except (OSError, ValueError) as error:
        reason = {"reason": getattr(error, "strerror", None) or str(error)}
        return OwnClaims(none, (Damage(path.name, "data.missing", values=reason),))
    return OwnClaims(table)


def texts_of(path: Path) -> pd.DataFrame:
    """Return a file of claims as texts, as :func:`layers.plan.data_files.table_of` does.

    Raises
    ------
    DataError
        As there, or the file is larger or longer than one of claims is.
    InputError
        There is no such file.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError as error:
        raise InputError(
            f"there is no file {path}; check its name and its folder",
            code="own_claims.no_file",
            file=path.name,
        ) from error
    except OSError as error:
        reason = {"reason": error.strerror or ""}
        raise DataError([Damage(path.name, "data.missing", values=reason)]) from error
    return texts_in(content, path.name)


def texts_in(content: bytes, file: str) -> pd.DataFrame:
    """Return claims as :func:`texts_of` does, from the bytes of a file of this name."""
    if len(content) > MOST_BYTES or content.count(b"\n") > MOST_LINES:
        most = {"most": MOST_BYTES // 1_000_000, "lines": MOST_LINES}
        raise DataError([Damage(file, "own_claims.too_large", values=most)])
    return table_in(text_in(content, file), file)


def checked(texts: pd.DataFrame, about: Resource, known: Mapping[str, set[str]]) -> pd.DataFrame:
    """Return own claims as texts in their types, if each can be used.

    Raises
    ------
    OwnClaimsError
        With every place that cannot.
    """
    plain = texts.apply(lambda column: unquoted(column.fillna("").astype("str")))
    # Whoever says something says it in the own language, and is not asked for another.
    plain = plain.assign(**dict.fromkeys(about.translations - {*plain}, ""))
    try:
        table = typed(plain.mask(plain == "", None).astype("object"), about)
    except DataError as error:
        raise OwnClaimsError(error.damages) from error
    own = {**known, "sources": known.get("sources", set()) | {OWN_SOURCE}}
    damages = [*references(table, about, own), *claims_broken(table, about, known)]
    nameless = (table["source_id"] == OWN_SOURCE) & table[FROM].isna()
    damages += [damage(about, "data.required", row, FROM) for row in table.index[nameless]]
    damages += [
        damage(about, "data.date", row, DATE, value=told)
        for row, told in table[DATE].items()
        if not _is_date(told)
    ]
    twice = table["id"].isin(known.get(TABLE, set()))
    damages += [
        damage(about, "data.field_uniqueness", row, "id", value=table["id"][row])
        for row in table.index[twice]
    ]
    if damages:
        raise OwnClaimsError(damages)
    return table


def _is_date(text: str) -> bool:
    try:
        return bool(_ISO_DATE.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


def joining(own: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return own claims as they join those of the plan, and whom they are from as its sources.

    Parameters
    ----------
    own
        Sound claims; what is only proposed does not join.
    """
    own = own[own["state"] != PROPOSED]
    mine = own["source_id"] == OWN_SOURCE
    numbers = own[mine].groupby([FROM, AUTHOR, DATE], sort=False).ngroup()
    own = own.assign(source_id=own["source_id"].mask(mine, f"{OWN_SOURCE}-" + numbers.astype(str)))
    first = own[mine].drop_duplicates("source_id")
    titles = {
        lang: [
            _WORDS.say("claims.source", lang, source=source, author=author)
            for source, author in zip(first[FROM], first[AUTHOR], strict=True)
        ]
        for lang in LANGUAGES
    }
    sources = pd.DataFrame(
        {
            "id": first["source_id"],
            "publisher": first[AUTHOR],
            "date": first[DATE],
            "licence": first["licence"],
            **{f"name_{lang}": titles[lang] for lang in LANGUAGES},
            "attribution": titles["zh"],
            "attribution_en": titles["en"],
        }
    )
    return own, sources


def contents(table: pd.DataFrame) -> bytes:
    """Return a file of own claims: CSV in UTF-8 that spreadsheets read, texts as texts."""
    return csv_bytes(table)


def change(
    known: Mapping[str, set[str]],
    changed: Callable[[pd.DataFrame], pd.DataFrame],
    *,
    also: Callable[[pd.DataFrame, str], Iterable[Damage]],
) -> None:
    """Write the file of own claims anew, whole, while no other writer does.

    Parameters
    ----------
    known
        As :func:`read` takes it.
    changed
        Gives the new claims from those that stand in the file.
    also
        Gives what else is wrong with claims, given the name of their file.

    Raises
    ------
    OwnClaimsError
        The file is broken, or would be (`NotTakenError`): it stays as it is.
    InputError
        No variable names a file, it cannot be written, or another writer does not end.
    """
    path = own_claims_file()
    if path is None:
        raise InputError(
            f"no file for claims: set {OWN_CLAIMS} to a file beside the data and start again",
            code="own_claims.none",
            variable=OWN_CLAIMS,
        )
    with _alone(path):
        before = read(path, known)
        if before.damages:
            raise OwnClaimsError(before.damages)
        after = changed(before.table)
        about = described(path)
        texts = after[[field.name for field in about.stored]].astype("object")
        # As lines of the file that would be written, which nobody sees: told by whom they are of.
        texts = texts.reset_index(drop=True)
        subjects = texts["subject_id"]
        try:
            table = checked(texts, about, known)
            damages = tuple(also(table, path.name))
        except OwnClaimsError as error:
            damages = error.damages
        if damages:
            raise NotTakenError(
                [replace(each, file=str(subjects[each.row]), row=0) for each in damages]
            )
        write_file(path, contents(table), function=OWN_CLAIMS)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the lock of a file while it is read and written anew."""
    lock = path.with_name(f"{path.name}.lock")
    try:
        file = lock.open("w")
    except (OSError, ValueError) as error:
        raise InputError(
            f"{OWN_CLAIMS}: {path} cannot be written ({error}); take a folder that is there and "
            "may be written to",
            code="write.folder",
            name=path.name,
        ) from error
    with file:
        until = time.monotonic() + WAIT_S
        while not _locked(file.fileno()):
            if time.monotonic() > until:
                raise InputError(
                    f"{OWN_CLAIMS}: somebody else has been writing {path.name} for {WAIT_S:.0f} s; "
                    "try again",
                    code="own_claims.busy",
                    name=path.name,
                )
            time.sleep(STEP_S)
        yield


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
