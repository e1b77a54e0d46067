"""Files that somebody brings, read beside what the atlas knows to lie right."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import shapely

import geo
from geo.errors import InputError
from geo.wording import sentence
from layers.keeping.brought import (
    is_own,
    keep_points,
    keep_raster,
    keep_zones,
    kept_points,
    kept_raster,
    kept_zones,
)
from layers.keeping.given_people import GIVEN, VARIABLE, given_people
from layers.keeping.own_points import Roles, own_points
from layers.plan.area import area, per_plan
from layers.plan.catalogue import load, names
from layers.plan.data_files import stamp_of
from layers.plan.schema import resource
from layers.plan.zonings import own_zones
from layers.words import paragraph

if TYPE_CHECKING:
    import geopandas as gpd

    from geo.exchange.receipt import Intake, Receipt
    from geo.exchange.sources import Source
    from geo.zoned.people import Population
    from layers.keeping.brought import Owner


Brings: TypeAlias = Literal["points", "zones", "raster"]


def read_own(
    source: Source,
    name: str | None = None,
    **options: Any,  # noqa: ANN401 - as geo.read_file takes them
) -> Intake:
    """Read a file, and compare its places with the districts of the atlas.

    Places of a table without coordinates are looked up among the names of the atlas.

    Parameters
    ----------
    source, name
        As :func:`geo.read_file`.
    **options
        As :func:`geo.read_file`: ``layer``, ``crs``, ``datum``, ``progress``, ``cancelled``.

    Returns
    -------
    geo.exchange.receipt.Intake

    Raises
    ------
    InputError, CRSError
        As :func:`geo.read_file`.
    """
    return geo.read_file(source, name, known=known_places(), gazetteer=known_names(), **options)


def known_places() -> gpd.GeoDataFrame:
    """Return what others are compared with: administrative units with names and codes."""
    about = area().land
    units: gpd.GeoDataFrame = load(about.layer)
    code = units[about.code] if about.code else None
    return units[["name_zh", "geometry"]].assign(adcode=code)


@per_plan
def known_names() -> tuple[tuple[str, float, float, float], ...]:
    """Return the names of places: name, longitude, latitude (degrees), accuracy (1σ, metres).

    They are the names and aliases of all features of the plan that have a place and an accuracy.
    Where two features are at one place, or two places have one name, `geo.read_file` knows what to
    do.

    Examples
    --------
    >>> {name: round(accuracy_m) for name, *_, accuracy_m in known_names()}["海归小镇"]
    2000
    """
    entries: list[tuple[str, float, float, float]] = []
    for name in names():
        if resource(name).geometry != "point":
            continue
        frame = load(name)
        there = frame[~(frame.geometry.isna() | frame.geometry.is_empty)]
        there = there[there["accuracy_m"].notna()]
        xy = shapely.get_coordinates(there.geometry.to_numpy())
        aliases = there["aliases"] if "aliases" in there else [None] * len(there)
        spelled = zip(there["name_zh"], there["name_en"], aliases, strict=True)
        for words, (lon, lat), accuracy_m in zip(spelled, xy, there["accuracy_m"], strict=True):
            entries += [
                (each, float(lon), float(lat), float(accuracy_m))
                for each in "|".join(word for word in words if isinstance(word, str)).split("|")
                if each
            ]
    return tuple(entries)


def receipt_of(name: str) -> Receipt | None:
    """Return the receipt of own zones or points, None where they were drawn.

    Raises
    ------
    InputError
        They are no longer kept.
    """
    receipt: Receipt | None = kept_zones(name).attrs.get("receipt")
    return receipt


def receipt_note(name: str, lang: str) -> str:
    """Return the line about own zones or points that every map of them carries.

    Parameters
    ----------
    name
        What they are kept under.
    lang
        ``"zh"`` or ``"en"``.
    """
    receipt = receipt_of(name)
    if receipt is None:
        return ""
    rows = {
        "rows_in": receipt.rows_in,
        "accepted": receipt.rows_accepted,
        "aside": receipt.rows_aside,
    }
    return sentence(
        "receipt.note",
        lang,
        {
            "title": kept_points(name).attrs.get("title", receipt.file),
            "rows": sentence("receipt.rows_of", lang, rows),
            "crs": receipt.crs,
            "fingerprint": receipt.sha256[:12],
        },
    )


def keep_people(people: Population, title: str, *, owner: Owner | None = None) -> str:
    """Keep a raster of people with what it is called and what was noticed; return its name.

    Parameters
    ----------
    people
        The raster, as :func:`geo.population` gives it.
    title
        What it is called: the name of its file.
    owner
        Whose it is, as :func:`layers.keeping.brought.keep_raster` takes it.
    """
    about = {"title": title, "findings": tuple(people.findings)}
    return keep_raster(people.counts.assign_attrs(about), owner=owner)


def kept_file(name: str, folder: Path, brings: Brings) -> str:
    """Return the name that the contents of a file are kept under, once it is read.

    Parameters
    ----------
    name
        Name of a file, or what is no file: a layer, a zoning, or what is kept already.
    folder
        Where the file lies.
    brings
        What it holds.

    Raises
    ------
    InputError
        There is no such file, or it does not hold that.
    """
    if is_own(name) or (brings != "raster" and not Path(name).suffix):
        return name
    if brings == "raster" and name == GIVEN:
        given = given_people()
        if given is None:
            raise InputError(
                f"there is no raster of people: set {VARIABLE} to the path of its record, or name "
                "a GeoTIFF",
                code="people.none_given",
                variable=VARIABLE,
            )
        return given
    path = folder / name
    try:
        stamp = stamp_of(path)
    except (OSError, ValueError):  # a name that no file can have
        stamp = (0, 0)
    if brings == "raster":
        return keep_people(_people(path, *stamp), path.stem)
    contents = _taken(path, *stamp)
    if brings == "zones":
        zones = own_zones(contents.frame)
        zones.attrs = {"title": path.stem, "receipt": contents.receipt}
        return keep_zones(zones)
    points = own_points(
        contents.frame, title=path.stem, roles=Roles(name=contents.receipt.name_column)
    )
    points.attrs["receipt"] = contents.receipt
    return keep_points(points)


@lru_cache(maxsize=4)
def _taken(path: Path, _modified_ns: int, _size: int) -> Intake:
    return read_own(path)


@lru_cache(maxsize=1)
def _people(path: Path, _modified_ns: int, _size: int) -> Population:
    return geo.population(geo.read_raster(path))


def people_title(name: str, lang: str) -> str:
    """Return what a kept raster of people is called in ``"zh"`` or ``"en"``."""
    about = kept_raster(name).attrs
    return str((lang == "en" and about.get("title_en")) or about.get("title", ""))


def people_note(name: str, lang: str) -> str:
    """Return the line about a raster of people that every map of a rate carries.

    Parameters
    ----------
    name
        What it is kept under.
    lang
        ``"zh"`` or ``"en"``.
    """
    about = kept_raster(name).attrs
    parts = [sentence("receipt.people", lang, {"title": people_title(name, lang)})]
    parts += [finding.sentence(lang) for finding in about.get("findings", ())]
    return paragraph(parts, lang)
