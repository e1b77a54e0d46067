"""Places that a geocoder proposes for what has none; they place nothing until they are accepted.

A file of proposals has the form of a file of own claims. What was asked once is not asked again.
Who sets ``state`` to ``accepted`` in a row has it taken by `layers.plan.unplaced.accepted`.
"""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import shapely

from geo.exchange.geocoders import PAUSE_S, SERVICES, Geocoder, GeocoderError
from geo.exchange.writers import write_file
from geo.wording import Words
from geo.work import checkpoint
from layers.plan import claims_file
from layers.plan.area import bounds
from layers.plan.catalogue import ids
from layers.plan.claims import points
from layers.plan.unplaced import Said, address_of, claims_of_place, unplaced
from layers.plan.years import today

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from geo.exchange.geocoders import Found

_WORDS = Words(__file__)
# From here on a place is known no better than a host or a town is.
COARSE_M = 1000.0


def geocoder_of(name: str) -> Geocoder:
    """Return a geocoder with the key, and the address if there is another, of the environment.

    Raises
    ------
    InputError
        There is no such service, or no key for it.
    """
    service = SERVICES.get(name)
    if service is None:
        return Geocoder(name, "")
    address = os.environ.get(service.address_variable, "")
    return Geocoder(name, os.environ.get(service.key_variable, ""), address)


def available() -> list[str]:
    """Return the services that the environment has a key for."""
    return [name for name, each in SERVICES.items() if os.environ.get(each.key_variable)]


def proposed(geocoder: Geocoder, address: str, *, city: str = "", lang: str = "zh") -> list[Said]:
    """Return what a geocoder says of where something is; what it cannot say is told in the reason.

    Parameters
    ----------
    geocoder
        Who is asked.
    address, city
        What is asked for, and the city that it is in, empty where that is not known.
    lang
        Language of the reasons, ``"zh"`` or ``"en"``.

    Raises
    ------
    GeocoderError
        It cannot be asked at all.
    """
    title = geocoder.service.title
    source = _WORDS.say("proposal.source", "zh", service=title, address=address)
    said = Said(title, today(), source, address=address, accuracy_m=None)
    try:
        found = geocoder.ask(address, city=city)
    except GeocoderError as error:
        if not error.is_of_address:
            raise
        return [replace(said, state="declined", reason=error.sentence(lang))]
    return [_said(place, said, at, len(found), lang) for at, place in enumerate(found, start=1)]


def _said(place: Found, said: Said, at: int, of: int, lang: str) -> Said:
    values = {"level": place.level, "name": place.name, "at": at, "of": of}
    if not _is_near(place):
        lon, lat = place.lon_deg, place.lat_deg
        reason = _WORDS.say("proposal.outside", lang, lon=lon, lat=lat, **values)
        return replace(said, state="declined", reason=reason)
    return replace(
        said,
        lon_deg=place.lon_deg,
        lat_deg=place.lat_deg,
        datum=place.datum,
        accuracy_m=place.accuracy_m,
        grade="C" if place.accuracy_m >= COARSE_M else "B",
        state=claims_file.PROPOSED,
        reason=_WORDS.say("proposal.found", lang, **values),
    )


def _is_near(place: Found) -> bool:
    row = {"lon_deg": place.lon_deg, "lat_deg": place.lat_deg, "datum": place.datum}
    at = points(pd.DataFrame([row])).geometry.iloc[0]
    return bool(shapely.box(*bounds()).covers(at))


def propose(
    geocoder: Geocoder,
    output: Path,
    *,
    city: str = "",
    progress: Callable[[int, int, str], None],
    wait: Callable[[float], None] = time.sleep,
) -> int:
    """Ask for everything that has no place and is not in the file yet; write each answer at once.

    Parameters
    ----------
    geocoder
        Who is asked.
    output
        File of proposals, begun or gone on with.
    city
        City that addresses are in, empty where that differs.
    progress
        Takes how many are done, how many there are, and who is next.
    wait
        Waits for so many seconds between two questions.

    Returns
    -------
    int
        How many were asked.

    Raises
    ------
    GeocoderError
        The service cannot be asked any more; what it has answered is in the file.
    DataError
        The file that is to be gone on with is none of proposals.
    """
    about = claims_file.described(output)
    columns = [field.name for field in about.stored]
    before = claims_file.read(output, ids())
    if before.damages:
        raise claims_file.OwnClaimsError(before.damages)
    table = before.table.astype("object")
    things = [key for key in unplaced()["id"] if key not in set(table["subject_id"])]
    for done, thing in enumerate(things):
        checkpoint(done, len(things))
        progress(done, len(things), thing)
        if done:
            wait(PAUSE_S)
        # The claim about the thing itself; who follows it comes with the taking.
        said = proposed(geocoder, address_of(thing), city=city)
        rows = [claims_of_place(thing, each)[0] for each in said]
        for row in rows:
            if row["state"] == claims_file.PROPOSED:
                row["reason"] = _WORDS.say("proposal.how", "zh", reason=row["reason"])
        table = pd.concat([table, pd.DataFrame(rows).reindex(columns=columns).astype("object")])
        write_file(output, claims_file.contents(table), function="--output")
    progress(len(things), len(things), "")
    return len(things)
