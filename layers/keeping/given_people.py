"""People on a grid that whoever runs the atlas gives, so that rates need no upload.

``XIANGJIANG_POPULATION`` names a YAML file that says where the raster lies beside it and what it
is: name, year, resolution, licence, attribution. Nothing is fetched and nothing comes with the
atlas; what the record says stands on every map of a rate.
"""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import geo
from geo.wording import Words
from layers.keeping.brought import keep_raster
from layers.plan.data_files import Damage, DataError, checked, stamp_of, yaml_of

VARIABLE = "XIANGJIANG_POPULATION"
# What specifications and commands call it.
GIVEN = "given"
_WORDS = Words(__file__)
# Names that it was kept under in this process.
_NAMES: set[str] = set()


def given_people() -> str | None:
    """Return the name that the given raster is kept under, None where none is given.

    Raises
    ------
    DataError
        The record is missing or damaged, or the raster is not the one that it is of.
    InputError
        The raster cannot be read, or holds no people.
    """
    named = os.environ.get(VARIABLE)
    if not named:
        return None
    path = Path(named)
    record = _record(path, stamp_of(path))
    raster = path.parent / record["path"]
    name = keep_raster(_people(path, raster, (stamp_of(path), stamp_of(raster))))
    _NAMES.add(name)
    return name


def named_again(name: str) -> str:
    """Return what a specification calls a kept raster: :data:`GIVEN` outlives the process."""
    return GIVEN if name in _NAMES else name


@lru_cache(maxsize=2)
def _record(path: Path, _stamp: tuple[int, int]) -> dict[str, Any]:
    record: dict[str, Any] = checked(yaml_of(path), path.name, "population")
    return record


@lru_cache(maxsize=1)
def _people(path: Path, raster: Path, stamps: tuple[tuple[int, int], ...]) -> Any:  # noqa: ANN401 - an array
    record = _record(path, stamps[0])
    if "sha256" in record and raster.is_file():
        with raster.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != record["sha256"]:
            values = {"name": raster.name, "found": found}
            raise DataError(
                [Damage(path.name, "people.other_file", column="sha256", values=values)]
            )
    people = geo.population(geo.read_raster(raster), quantity=record.get("quantity"))
    facts = {key: str(record[key]) for key in ("year", "resolution", "licence", "attribution")}
    zh, en = (
        _WORDS.say("given.title", lang, name=record["title"][lang], **facts)
        for lang in ("zh", "en")
    )
    about = {"title": zh, "title_en": en, "findings": tuple(people.findings)}
    return people.counts.assign_attrs(about)
