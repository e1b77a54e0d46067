"""Provenance: what made a file is written into the file, and can be read from it again.

A record says which specification, which data and which version an output came from, so that it can
be made again and so that it can be told what has changed since. It is plain JSON, put where each
kind of file keeps such things, and nothing that a reader sees is touched by it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.arguments import require_one_of
from geo.errors import InputError
from geo.numerals import LANGUAGES
from layers.plan.area import OWN_CLAIMS, own_claims_file, plan
from layers.plan.schema import path_of, resources
from layers.record.containers import MOST_TEXT, SUFFIXES, put_text, text_in
from layers.record.plain_data import json_object

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence

NAME = "xiangjiang-atlas"
SCHEMA = 1
# What makes a JSON object a record of ours.
_TYPES: dict[str, type] = {
    "schema": int,
    "version": str,
    "created": str,
    "lang": str,
    "spec": dict,
    "data": str,
    "files": dict,
}
KEYS = frozenset(_TYPES)
# What a record may have beside that.
_MORE: dict[str, type] = {"plan": str, "own_data": list, "figures": dict, "review": dict}
# The largest file that a record is read from.
MOST_BYTES = 500_000_000
# What a reader writes onto a sheet to be read by all: it may look like a path.
_PRINTED = frozenset(f"spec.sheet.{name}" for name in ("title", "subtitle", "author", "notes"))
# The date of what says none: the same call gives the same bytes.
UNDATED = "1970-01-01"
# Of a sheet, what says nothing of what the map shows; hexadecimal digits of a content mark.
_NO_CONTENT = frozenset({"review_number", "base_number", "author", "date", "dpi"})
MARK = 16
# Not rows of a layer, and yet what a map looks like depends on them.
_ABOUT = (
    "area.yaml",
    "basemaps.json",
    "datapackage.json",
    "palettes.json",
    "styles.json",
    "symbology.json",
    "symbols.json",
    "words.json",
)

_PATH = re.compile(
    r"""(?<![^\s"'(=])(?:file:|/[^/\s]+/|~[\\/]|[a-z]:[\\/]|\\\\)\S""", re.IGNORECASE
)
_SECRET = re.compile(r"(?:.*_)?(?:key|token|password|secret)", re.IGNORECASE)


def record(spec: Mapping[str, Any], *, created: str, lang: str = "zh") -> dict[str, Any]:
    """Return what an output says of its making.

    Parameters
    ----------
    spec
        Specification and parameters, as JSON values. File names without folders are welcome; paths
        and keys are refused, because the file goes to others.
    created
        Date, or date and time, of the making (ISO 8601). It is the caller's, so that the same call
        gives the same bytes.
    lang
        Language of the output, ``"zh"`` or ``"en"``.

    Returns
    -------
    dict
        ``schema`` (of the record itself), ``version`` of the atlas, ``plan`` (the name of its
        folder), ``created``, ``lang``, ``spec``, ``data`` (one SHA-256 over the whole data
        package) and ``files`` (that of each of its files, for :func:`changed`).

    Raises
    ------
    InputError
        If the specification is not JSON, or names a folder of this machine or a key; if the date
        or the language is not valid.

    Examples
    --------
    >>> about = record({"layers": ["cities"]}, created="2024-03-01")
    >>> about["spec"], about["created"], len(about["data"])
    ({'layers': ['cities']}, '2024-03-01', 64)
    """
    require_one_of(lang, LANGUAGES, "language", function="record")
    try:
        datetime.fromisoformat(created)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"record: created={created!r} is no ISO 8601 date; write it like 2024-03-01",
            code="record.date",
        ) from error
    try:
        plain = json.loads(json.dumps(dict(spec), ensure_ascii=False, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(
            f"record: the specification is not JSON ({error}). Pass texts, finite numbers, true, "
            "false, None, and lists and dicts of these.",
            code="caller.argument",
            function="record",
        ) from error
    _refuse_private(plain)
    return {
        "schema": SCHEMA,
        "version": _version(),
        "plan": _plan(),
        "created": created,
        "lang": lang,
        "spec": plain,
        "data": _data_digest(),
        "files": data_hashes(),
    }


def content_mark(spec: Mapping[str, Any], receipts: Sequence[str] = ()) -> str:
    """Return what tells the content of a map from any other: what is asked, of which data.

    Who made it, when, in how many dots and how it stands with review is no part of it.

    Parameters
    ----------
    spec
        As :meth:`layers.record.specification.MapSpec.to_dict` returns it.
    receipts
        What is known of files of somebody's own that it rests on.

    Examples
    --------
    >>> one = content_mark({"map": "overview", "sheet": {"title": "A", "author": "B"}})
    >>> one == content_mark({"map": "overview", "sheet": {"title": "A", "author": "C"}})
    True
    >>> one == content_mark({"map": "overview", "sheet": {"title": "Z", "author": "B"}})
    False
    """
    sheet = {key: value for key, value in spec["sheet"].items() if key not in _NO_CONTENT}
    shown = {key: value for key, value in spec.items() if key != "review"} | {"sheet": sheet}
    plain = json.dumps(shown, sort_keys=True, ensure_ascii=False, allow_nan=False)
    # Half a character, as JSON can hold one, is content too.
    told = "\n".join((plain, _data_digest(), *receipts)).encode(errors="surrogatepass")
    return _digest(told)[:MARK]


def embed(data: bytes, suffix: str, record: Mapping[str, Any]) -> bytes:
    """Return a finished file with a record in it, in place of the one that it may have.

    Parameters
    ----------
    data
        The file.
    suffix
        What it is: ``".png"`` (an ``iTXt`` chunk), ``".gif"`` (a comment), ``".pdf"`` (an entry of
        the document information), ``".svg"`` (a ``metadata`` element), ``".html"`` (a ``script``
        element of JSON, which is never executed), ``".pptx"`` (custom document properties) or
        ``".gpkg"`` (the metadata tables of the standard). Nothing else in the file changes.
        ``".tif"`` is returned as it is: it has tags of its own.
    record
        As :func:`record` returns it.

    Raises
    ------
    InputError
        If the file is not of that kind or is broken, or there is no place for a record in such.

    Examples
    --------
    >>> about = record({"title": "</script>"}, created="2024-03-01")
    >>> page = embed(b"<html><body></body></html>", ".html", about)
    >>> page.count(b"</script>"), page.endswith(b"</script></body></html>")
    (1, True)
    """
    suffix = suffix.lower()
    if suffix == ".tif":
        return data
    if suffix not in SUFFIXES:
        raise InputError(
            f"embed: the suffix is {suffix!r}. Allowed are {', '.join(SUFFIXES)} and .tif.",
            code="write.suffix",
            value=suffix,
            names=SUFFIXES,
        )
    return put_text(data, suffix, _json(record), name=NAME)


def read(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the record that a file carries.

    Parameters
    ----------
    path
        A file that :func:`embed` was applied to; its suffix says what it is.

    Raises
    ------
    InputError
        If the file is missing, of another kind, broken, of another plan, or has no record.
    """
    path = Path(path)
    found = record_in(contents(path), path.suffix.lower(), path.name)
    if found is None:
        raise InputError(
            f"read: {path.name!r} carries no record of the atlas. It was made by another program, "
            "or saved anew by one that left the record out: pass the file as it was exported.",
            code="record.missing",
            name=path.name,
        )
    return found


def contents(path: Path) -> bytes:
    """Return the contents of a file of a kind that carries a record.

    Raises
    ------
    InputError
        If the file is missing, too large, or of another kind.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(
            f"read: {path.name!r} is of a kind that carries no record. Allowed are "
            f"{', '.join(SUFFIXES)}.",
            code="record.kind",
            name=path.name,
        )
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(
            f"read: {str(path)!r} cannot be read ({reason}). Pass a file that the atlas has made.",
            code="file.unreadable",
            name=path.name,
        ) from error
    if len(data) > MOST_BYTES:
        raise InputError(
            f"read: {path.name!r} has more than {MOST_BYTES:,} bytes. Pass a file that the atlas "
            "has made.",
            code="record.too_large",
            megabytes=path.stat().st_size // 1_000_000,
            most=MOST_BYTES // 1_000_000,
        )
    return data


def record_in(data: bytes, suffix: str, name: str) -> dict[str, Any] | None:
    """Return the record in the contents of a file, None where there is none.

    Raises
    ------
    InputError
        If the file or its record is broken, or it is of another plan.
    """
    text = text_in(data, suffix, name=NAME)
    return None if text is None else _checked(text, name)


def changed(record: Mapping[str, Any]) -> list[str]:
    """Return the names of the data files that differ now from those of a record.

    Parameters
    ----------
    record
        As :func:`read` returns it.

    Returns
    -------
    list of str
        In alphabetical order, files that have come or gone since among them; empty when the same
        specification gives the same result, with the same version of the atlas.

    Examples
    --------
    >>> changed(record({}, created="2024-03-01"))
    []
    """
    before, now = dict(record["files"]), data_hashes()
    return sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))


def data_hashes() -> dict[str, str]:
    """Return the SHA-256 of every file of the data package, by its name, and of own claims.

    Examples
    --------
    >>> len(data_hashes()["parks.csv"])
    64
    """
    names = {item.path.name for item in resources().values()} | set(_ABOUT)
    paths = [path_of(name) for name in sorted(names)]
    own = own_claims_file()
    paths += [] if own is None else [own]
    stamps = [(path.stat().st_mtime_ns, path.stat().st_size) for path in paths if path.is_file()]
    files = [path for path in paths if path.is_file()]
    return {
        OWN_CLAIMS if path == own else path.name: _file_digest(path, *stamp)
        for path, stamp in zip(files, stamps, strict=True)
    }


@cache
def _file_digest(path: Path, _modified_ns: int, _size: int) -> str:
    return _digest(path.read_bytes())


def _data_digest() -> str:
    """Return one SHA-256 over the whole data package."""
    return _digest("\n".join(f"{name} {value}" for name, value in data_hashes().items()).encode())


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@cache
def _version() -> str:
    try:
        return version(NAME)
    except PackageNotFoundError:  # run from a folder that was never installed
        return "unknown"


def _json(record: Mapping[str, Any]) -> str:
    """Return a record as JSON in ASCII, without the characters that mark-up gives a meaning."""
    text = json.dumps(dict(record), separators=(",", ":"), allow_nan=False)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _checked(text: str, name: str) -> dict[str, Any]:
    data = json_object(text, most=MOST_TEXT)
    if data is None:
        raise InputError(
            f"read: the record in {name!r} is broken: it is no JSON object. Pass the file as it "
            "was exported.",
            code="record.broken",
        )
    kinds = _TYPES | {key: kind for key, kind in _MORE.items() if key in data}
    missing = {key for key, kind in kinds.items() if not isinstance(data.get(key), kind)}
    if missing:
        raise InputError(
            f"read: the record in {name!r} lacks {', '.join(sorted(missing))}. Pass the file as it "
            "was exported.",
            code="record.broken",
        )
    if data["schema"] != SCHEMA:
        raise InputError(
            f"read: the record in {name!r} has schema {data['schema']!r}, and this version of the "
            f"atlas reads {SCHEMA}. Update the atlas.",
            code="record.newer",
        )
    # What it asks for is of its own plan.
    if data.get("plan", _plan()) != _plan():
        raise InputError(
            f"read: {name!r} was made of the plan {data['plan']!r}, and {_plan()!r} is open; "
            f"open that plan (--plan {data['plan']})",
            code="record.plan",
            name=name,
            plan=data["plan"],
        )
    return data


def _plan() -> str:
    """Return the name of the folder of the plan that is open."""
    return plan().folder.resolve().name


def _refuse_private(spec: Mapping[str, Any]) -> None:
    for where, value in _leaves(spec, "spec"):
        last = where.rpartition(".")[2]
        if value and _SECRET.fullmatch(last):
            raise InputError(
                f"record: {where} holds a key or password. A file goes to others: leave it out.",
                code="record.private",
            )
        if isinstance(value, str) and where not in _PRINTED and _PATH.search(value):
            raise InputError(
                f"record: {where} holds a path of this machine, {value!r}. A file goes to others: "
                "pass the name of the file without its folder.",
                code="record.private",
            )


def _leaves(value: object, where: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, f"{where}.{key}")
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item, where)
    else:
        yield where, value
