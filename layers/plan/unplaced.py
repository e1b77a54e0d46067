"""What has no place yet, and the claims that would give it one.

Listed are things rather than rows: features of one site, and a project with the platform that it
is, get their place together. What is a service, an event, a network or an initiative has none. The
first are those on which most depends: the sum of their amounts, then how many features get a place
with it, then sites before parts of sites, then the order of the plan.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.errors import InputError
from geo.numerals import listed
from geo.units import labelled
from geo.wording import Words
from layers.plan import claims_file
from layers.plan.area import area, per_plan
from layers.plan.catalogue import ids, load, names_by_id, own_claims, rings, table
from layers.plan.catalogue import rows as rows_of
from layers.plan.claims import ACCEPTED, TABLE
from layers.plan.evidence import said_in, stated_place
from layers.plan.schema import amounts, resources
from layers.plan.selection import ENTITY, PLACEABLE, counted, placeable, unlocated

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORDS = Words(__file__)
# What a feature is the same thing as, and stands on, in the order in which a place is taken over.
SAME = ("entity_id", "site_id", "same_as")
# Who is told to have to do with it.
HOSTS = ("host", "lead")
# As the plan takes what a single source says of a point: nothing is surer than this.
ACCURACY_M = 100.0
GRADE = "B"
GONE = "own_claims.gone"
COLUMNS = ["id", "name_zh", "name_en", "layers", "features", "amount", "heading", "quote"]
_INNER = ["feature_ids", "following"]


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says of where a thing is.

    Parameters
    ----------
    author, date, coord_source
        Who says it, when (``2026-11-29``), and where it is from.
    lon_deg, lat_deg, datum
        Coordinate, in the datum that it is given in; nothing where there is an address alone.
    address
        Address, where there is one.
    accuracy_m
        One sigma along each axis, metres.
    grade
        ``"A"`` of two sources that agree, ``"B"`` of one, ``"C"`` of a host or a town.
    state
        ``"accepted"``, or ``"proposed"`` until somebody has looked at it.
    reason
        What else there is to say.
    """

    author: str
    date: str
    coord_source: str
    lon_deg: float | None = None
    lat_deg: float | None = None
    datum: str | None = None
    address: str | None = None
    accuracy_m: float | None = ACCURACY_M
    grade: str = GRADE
    state: str = ACCEPTED
    reason: str | None = None


@per_plan
def _unplaced() -> pd.DataFrame:
    rows = _features()
    if rows.empty:
        return pd.DataFrame(columns=[*COLUMNS, *_INNER])
    rows["thing"] = _things(rows)
    # Who takes over the place of the thing by itself needs no claim of its own.
    alone = rows[["id", "site_id", "same_as"]].eq(rows["thing"], axis=0).any(axis=1)
    rows["follower"] = rows["id"].where(~alone)
    titles = {lang: names_by_id(lang=lang) for lang in ("zh", "en")}
    things = rows.groupby("thing", sort=False).agg(
        layers=("layer", lambda names: "|".join(dict.fromkeys(names))),
        features=("id", "size"),
        amount=("amount", "sum"),
        heading=("heading", "first"),
        quote=("quote", "first"),
        feature_ids=("id", "|".join),
        following=("follower", lambda names: "|".join(names.dropna())),
        part=("part", "min"),
    )
    things = things.assign(
        id=things.index, **{f"name_{lang}": things.index.map(titles[lang]) for lang in titles}
    )
    order = things.sort_values(["amount", "features", "part"], ascending=[False, False, True])
    return order[[*COLUMNS, *_INNER]].reset_index(drop=True)


def unplaced() -> pd.DataFrame:
    """Return what could have a place and has none, what matters most first.

    Returns
    -------
    pandas.DataFrame
        ``id`` of whom a claim would be (a site, or a feature), ``name_zh``, ``name_en``; ``layers``
        and ``feature_ids`` that get a place with it, separated by |, and how many ``features``,
        ``following`` those that need a claim of their own for it;
        ``amount`` that they add up to, in the unit of its column, 0 where the plan says none;
        ``heading`` and ``quote``, the plan's sentence.

    Examples
    --------
    >>> unplaced()["id"].iloc[0], float(unplaced()["amount"].iloc[0])
    ('park-shuzi-jiankang', 184.0)
    """
    return labelled(_unplaced().copy())


def amount_unit() -> str:
    """Return the unit of what is added up, empty where that is nothing, or not the same of all.

    Examples
    --------
    >>> amount_unit()
    '100 million CNY'
    """
    column = amounts()
    return "" if column is None else column.unit


def placed() -> set[str]:
    """Return the ids and the names of what can have a place and has one.

    Examples
    --------
    >>> "node-haigui" in placed(), "park-shuzi-jiankang" in placed()
    (True, False)
    """
    there = set()
    for name in _subjects():
        frame = load(name)
        there |= set(frame["id"]) - set(unlocated(frame)["id"])
    titles = [names_by_id(lang=lang) for lang in ("zh", "en")]
    return there | {names[key] for names in titles for key in there}


def _subjects() -> list[str]:
    """Return the layers of points that claims are of."""
    about = resources().get(TABLE)
    names = () if about is None else about.field("subject_id").refers
    return [name for name in names if resources()[name].geometry == "point"]


def _features() -> pd.DataFrame:
    """Return the features that could have a place and have none, each once."""
    parts = []
    for name in _subjects():
        lacking = unlocated(load(name))
        frame = lacking[placeable(lacking)]
        role = area().points.get(name)
        adds_up = role is not None and role.amount is not None and amounts() is not None
        amount = counted(frame)[role.amount] if role is not None and adds_up else None
        plain = pd.DataFrame(frame.drop(columns="geometry"))
        part = plain[ENTITY].map(PLACEABLE.index) if ENTITY in plain else 0
        parts.append(
            plain.reindex(columns=["id", "heading", "quote", *SAME]).assign(
                layer=name, part=part, amount=0.0 if amount is None else amount
            )
        )
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _things(rows: pd.DataFrame) -> list[str]:
    """Return the thing that each feature is: its site, or what it is and has no place either."""
    texts = rows.set_index("id")[list(SAME)].astype("object")
    of = texts.where(texts.notna(), None).to_dict("index")

    def thing(key: str, seen: frozenset[str] = frozenset()) -> str:
        _, site, _ = others = [of.get(key, {}).get(column) for column in SAME]
        ahead = [each for each in others if each is not None and each not in seen]
        ahead = [each for each in ahead if each in of or each == site]
        return thing(ahead[0], seen | {key}) if ahead else key

    return [thing(key) for key in rows["id"]]


def leads(thing: str, lang: str) -> list[str]:
    """Return what the plan has to go on for a thing without a place, in ``"zh"`` or ``"en"``.

    An address, who hosts or leads it, and what was said of its place and not taken.

    Examples
    --------
    >>> leads("site-robot-institute", "zh")[0]
    '地址：雨花经开区湖南省机器人产业集聚区'
    """
    members = dict.fromkeys([thing, *_members()[thing]])
    lines = []
    for claim in [claim for each in members for claim in _told().get(each, ())]:
        key = "address" if claim["kind"] == "address" else claim["state"]
        place, reason = stated_place(claim, lang), said_in(claim, "reason", lang)
        lines.append(_WORDS.say(f"lead.{key}", lang, place=place, reason=reason))
    hosts = dict.fromkeys(host for each in members for host in _hosts(lang).get(each, ()))
    if hosts:
        names = listed(hosts, lang)
        lines.append(_WORDS.say("lead.host", lang, names=names))
    return list(dict.fromkeys(lines))


@per_plan
def thing_of_each() -> dict[str, str]:
    """Return the thing that each feature without a place gets its place with, by its id."""
    return {key: thing for thing, keys in _members().items() for key in keys}


@per_plan
def _members() -> dict[str, tuple[str, ...]]:
    """Return the features that get a place with each thing."""
    rows = _unplaced()
    pairs = zip(rows["id"], rows["feature_ids"], strict=True)
    return {thing: tuple(keys.split("|")) for thing, keys in pairs}


@per_plan
def _told() -> dict[str, list[dict[str, Any]]]:
    """Return what is claimed of each subject."""
    rows = table(TABLE).astype("object")
    of: dict[str, list[dict[str, Any]]] = {}
    for claim in rows.where(rows.notna(), None).to_dict("records"):
        of.setdefault(claim["subject_id"], []).append({str(k): v for k, v in claim.items()})
    return of


@per_plan
def _hosts(lang: str) -> dict[str, tuple[str, ...]]:
    """Return who has to do with each feature: a name of the plan, or its words for who has none."""
    known = {title: key for key, title in names_by_id().items()}
    titles = names_by_id(lang=lang)
    of: dict[str, tuple[str, ...]] = {}
    for name in resources():
        rows = rows_of(name)
        # Most tables say none of this, and to take all others apart takes long.
        said = [each for each in rows if str(each).startswith(HOSTS)]
        for row in rows[["id", *said]].to_dict("records") if said else ():
            for column in HOSTS:
                pair = said_in(row, column, "zh").split("|"), said_in(row, column, lang).split("|")
                names = (
                    titles.get(known.get(host, ""), own) for host, own in zip(*pair, strict=True)
                )
                of[row["id"]] = (*of.get(row["id"], ()), *filter(None, names))
    return of


def address_of(thing: str) -> str:
    """Return what a geocoder is asked for: the address that is known, else the Chinese name."""
    known = [each["address"] for each in _told().get(thing, ()) if each["kind"] == "address"]
    return known[0] if known else names_by_id()[thing]


def claims_of_place(thing: str, said: Said) -> list[dict[str, Any]]:
    """Return the claims that one statement about a thing makes, for the file of own claims.

    The other features that are this thing, and have no place, lie within it by a claim each.

    Parameters
    ----------
    thing
        Of whom it is said.
    said
        What is said.

    Returns
    -------
    list of dict
        By column of the file; the coordinate, or the address, first.
    """
    row: dict[str, Any] = asdict(said) | {"subject_id": thing, "source_id": "own"}
    row |= {"id": _new_id(), "licence": _WORDS.say("claims.licence", "zh")}
    row["kind"] = "address" if said.lon_deg is None else "point"
    if row["kind"] == "address":
        return [row | {"accuracy_m": None}]
    known = _unplaced().set_index("id")["following"]
    follow = _WORDS.say("claims.same", "zh", name=names_by_id()[thing])
    placeless = dict.fromkeys(("lon_deg", "lat_deg", "datum", "address", "accuracy_m"))
    followers = known.get(thing, "").split("|")
    return [row] + [
        row
        | placeless
        | {"id": _new_id(), "subject_id": key, "kind": "within", "object_id": thing}
        | {"reason": follow}
        for key in followers
        if key
    ]


def _new_id() -> str:
    return f"own-{secrets.token_hex(5)}"


def take(rows: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """Write claims into the file of own claims; return their ids.

    Raises
    ------
    InputError
        As :func:`layers.plan.claims_file.change`.
    """

    def added(before: pd.DataFrame) -> pd.DataFrame:
        new = pd.DataFrame(rows).reindex(columns=before.columns).astype("object")
        return pd.concat([before.astype("object"), new], ignore_index=True)

    claims_file.change(ids(), added, also=rings)
    return tuple(str(row["id"]) for row in rows)


def take_back(keys: Sequence[str]) -> None:
    """Take claims out of the file of own claims.

    Raises
    ------
    InputError
        None of them is in it, or as :func:`layers.plan.claims_file.change`.
    """

    def without(before: pd.DataFrame) -> pd.DataFrame:
        these = before["id"].isin(list(keys))
        if not these.any():
            raise InputError(f"take_back: none of {', '.join(keys)} is in the file", code=GONE)
        return before[~these]

    claims_file.change(ids(), without, also=rings)


def accepted(proposals: pd.DataFrame, file: str) -> list[dict[str, Any]]:
    """Return the claims of a file of proposals that somebody has accepted, as the file has them.

    What is the same thing as one of them, and has no place, lies within it by a claim of its own.
    What was taken before is not taken again.

    Parameters
    ----------
    proposals
        The file as texts, index its rows.
    file
        Its name.

    Raises
    ------
    ProposalsError
        With every place of the file that cannot be used; what is not accepted is not looked at.
    """
    about = claims_file.described(Path(file))
    if "state" in proposals:
        states = set(about.field("state").constraints["enum"]) - {ACCEPTED}
        proposals = proposals[~proposals["state"].isin(states)]
    try:
        rows = claims_file.checked(proposals, about, ids())
    except claims_file.OwnClaimsError as error:
        raise claims_file.ProposalsError(error.damages) from error
    there = own_claims().table
    if len(there):
        rows = rows[~rows["id"].isin(there["id"])]
    rows = rows.astype("object")
    taken: list[dict[str, Any]] = []
    followed: set[str] = set()
    for row in rows.where(rows.notna(), None).to_dict("records"):
        thing, same = row["subject_id"], {name: row[name] for name in ("source_id", "licence")}
        taken.append({str(name): value for name, value in row.items()})
        if row["kind"] == "point" and thing not in followed:
            said = Said(**{name: row[name] for name in Said.__dataclass_fields__})
            taken += [each | same for each in claims_of_place(thing, said)[1:]]
            followed.add(thing)
    return taken
