"""The layers of the atlas: their names, their data and what is known of each."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from geo.arguments import require_one_of
from geo.doors import door
from geo.errors import InputError
from geo.geodesic import geodesic_area_km2
from geo.numerals import LANGUAGES
from geo.units import labelled
from layers.plan import claims, claims_file, rules
from layers.plan.area import area, own_claims_file, per_folder, per_plan
from layers.plan.claims_file import OwnClaims, OwnClaimsError
from layers.plan.data_files import Damage, features_of, table_of
from layers.plan.positions import CRS, Gazetteer, Place, locate, zone_place
from layers.plan.schema import resource, resources, typed
from layers.plan.selection import ENTITY, sited

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from layers.plan.roles import ShapeRole
    from layers.plan.schema import Resource

_LOG = logging.getLogger(__name__)
_SOURCE_COLUMNS = (
    *("name_zh", "name_en", "publisher", "publisher_en", "date"),
    *("licence", "licence_en", "attribution", "attribution_en"),
)

# Tables that a plan may have: where its facts are from, what is part of what, where its documents
# contradict each other, where they say that something is, what they aim at, and published numbers
# of people. Without one nothing is in it.
TABLES: dict[str, tuple[str, ...]] = {
    "sources": ("id", *_SOURCE_COLUMNS),
    "memberships": ("id", "feature_id", "target_id", "role", "order"),
    "conflicts": ("id", "name_zh", "name_en"),
    "claims": ("id", "subject_id", "kind", "source_id", "grade", "state"),
    "indicators": ("id", "name_zh", "name_en", "kind", "value", "unit", "front_order", "pair_id"),
    "populations": ("id", "name_zh", "name_en", "date", "source_id", "adcodes", "population"),
}


@dataclass(frozen=True, slots=True)
class Description:
    """What is known of a layer as a whole.

    Parameters
    ----------
    name, title_zh, title_en, text_zh, text_en
        How to call it and what it holds.
    rows
        Number of features or table rows.
    evidence
        Number of features per evidence class; empty for a table.
    sources
        Rows of the layer ``sources`` that it draws on: id, name, licence, attribution.
    units
        Unit per column.
    """

    name: str
    title_zh: str
    title_en: str
    text_zh: str
    text_en: str
    rows: int
    evidence: dict[str, int]
    sources: tuple[dict[str, str], ...]
    units: dict[str, str]


@door
def names() -> list[str]:
    """Return the names of all layers, in the order of the data package.

    Examples
    --------
    >>> "platforms" in names()
    True
    """
    return list(resources())


@door
def load(name: str) -> gpd.GeoDataFrame | pd.DataFrame:
    """Return a layer, validated.

    Parameters
    ----------
    name
        One of :func:`names`.

    Returns
    -------
    geopandas.GeoDataFrame or pandas.DataFrame
        Features in EPSG:4490 (CGCS2000, lon/lat); a DataFrame for a table. Unlocated features
        are in it, with geometry None. ``frame.attrs["units"]`` gives the unit per column. The
        frame is the caller's own: changing it changes nothing else.

    Raises
    ------
    LayerError
        If there is no layer of that name.
    DataError
        If the layer's file is damaged or breaks its schema.

    Examples
    --------
    >>> platforms = load("platforms")
    >>> platforms.crs.to_string(), platforms["id"].is_unique
    ('EPSG:4490', True)
    """
    resource(name)
    return _loaded(name).copy()


def as_drawn(layer: str) -> gpd.GeoDataFrame:
    """Return a layer as maps draw it: what cannot have a place is listed and is no point."""
    frame = load(layer)
    return sited(frame) if ENTITY in frame else frame


@door
def describe(name: str) -> Description:
    """Return source, licence, units and counts per evidence class of a layer.

    Examples
    --------
    >>> describe("cities").evidence
    {'schematic': 2}
    """
    resource(name)
    return _described(name)


@per_plan
def _described(name: str) -> Description:
    description = resource(name)
    frame = _loaded(name)
    sources = table("sources").set_index("id")
    cited = frame["source_id"].dropna().unique() if "source_id" in frame else []
    used = sources.index.isin([*description.sources, *cited])
    texts = sources.loc[used, list(_SOURCE_COLUMNS)].fillna("").astype(str)
    return Description(
        name=name,
        title_zh=description.title_zh,
        title_en=description.title_en,
        text_zh=description.description_zh,
        text_en=description.description_en,
        rows=len(frame),
        evidence=(
            {str(key): int(n) for key, n in frame["evidence"].value_counts().items()}
            if "evidence" in frame
            else {}
        ),
        sources=tuple(
            dict(zip(("id", *_SOURCE_COLUMNS), row, strict=True)) for row in texts.itertuples()
        ),
        units=description.units,
    )


def table(name: str) -> pd.DataFrame:
    """Return one of :data:`TABLES`, empty where the plan has none, with these columns at least."""
    frame = _loaded(name) if name in resources() else pd.DataFrame()
    lacking = {column: None for column in TABLES[name] if column not in frame}
    return frame.assign(**lacking)


@door
def members(target_id: str, *roles: str) -> gpd.GeoDataFrame:
    """Return the located members of a city, axis, circle or park, in the plan's order.

    Parameters
    ----------
    target_id
        Id of what they belong to.
    roles
        Keep these roles only; all when none is given.

    Returns
    -------
    geopandas.GeoDataFrame
        ``id``, ``name_zh``, ``role``, ``order``, ``accuracy_m``, ``radius_m``, ``evidence``,
        ``claim_id`` (what its place follows from; see :func:`claims_of`) and points in EPSG:4490;
        of an administrative unit its centre. ``attrs["left_out"]`` says by id why a
        member is not in it: ``"no_place"``, or ``"placed_by_target"`` where its place is taken from
        what it belongs to. Without members both are empty.

    Raises
    ------
    InputError
        If the plan has nothing of that id, or no membership of such a role.

    Examples
    --------
    >>> members("axis-xiaoxiang", "node")["name_zh"].tolist()[:2]
    ['望城海归小镇', '滨江金融中心']
    >>> members("park-sany-zhizao").attrs["left_out"]["firm-sany"]
    'no_place'
    """
    titles = names_by_id()
    require_one_of(target_id, titles, "feature", function="members")
    known = {*table("memberships")["role"], *area().parts}
    known |= {each for shape in area().shapes.values() for each in shape.roles}
    for role in roles:
        require_one_of(role, known, "role", function="members")
    return _members(target_id, *roles)


def _members(target_id: str, *roles: str) -> gpd.GeoDataFrame:
    links = table("memberships")
    links = links[links["target_id"] == target_id]
    if roles:
        links = links[links["role"].isin(roles)]
    links = links.sort_values("order", kind="stable")
    links = links.drop_duplicates("feature_id")
    titles, places = _titles("zh"), gazetteer()
    rows: list[dict[str, Any]] = []
    left_out: dict[str, str] = {}
    for link in links.to_dict("records"):
        feature_id = link["feature_id"]
        if places.rests_on(feature_id, target_id):
            left_out[feature_id] = "placed_by_target"
            continue
        place = _place(feature_id)
        if place is None:
            left_out[feature_id] = "no_place"
            continue
        rows.append(
            {
                "id": feature_id,
                "name_zh": titles[feature_id],
                "role": link["role"],
                "order": link["order"],
                "accuracy_m": place.accuracy_m,
                "radius_m": place.radius_m,
                "evidence": place.evidence,
                "claim_id": place.claim,
                "geometry": shapely.Point(place.lon, place.lat),
            }
        )
    columns = ["id", "name_zh", "role", "order", "accuracy_m", "radius_m", "evidence", "claim_id"]
    columns.append("geometry")
    frame = gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry="geometry", crs=CRS)
    return labelled(frame, {"left_out": left_out})


@per_plan
def _place(feature_id: str) -> Place | None:
    """Return where any feature of the plan stands; what is in a table without places: nowhere."""
    if feature_id in gazetteer():
        return gazetteer().place(feature_id)
    for name, about in resources().items():
        if about.geometry == "polygon" and feature_id in set(rows(name)["id"]):
            return _zone_place(name, feature_id)()
    return None


@per_plan
def _loaded(name: str) -> gpd.GeoDataFrame | pd.DataFrame:
    description = resource(name)
    frame = _read(name)
    if name in area().shapes and not isinstance(frame, gpd.GeoDataFrame):
        frame = _built(frame, area().shapes[name], description)
    elif description.geometry == "point":
        frame = _located(frame, description)
    frame.attrs = {"name": name, "title": description.title_zh, "units": description.units}
    return frame


@per_folder
def rows(name: str) -> pd.DataFrame:
    """Return a layer's file, typed and checked; its index is the rows of the file."""
    description = resource(name)
    if description.path.suffix == ".csv":
        return typed(table_of(description.path), description)
    properties, shapes = features_of(description.path)
    return typed(properties, description).assign(geometry=shapes)


def _read(name: str) -> gpd.GeoDataFrame | pd.DataFrame:
    """Return a layer's file, with one's own claims, before any place or rule is applied."""
    frame = rows(name).reset_index(drop=True)
    if name in {claims.TABLE, "sources"}:
        frame = _with_own(frame, name)
    return gpd.GeoDataFrame(frame, crs=CRS) if "geometry" in frame else frame


@per_plan
def own_claims() -> OwnClaims:
    """Return one's own claims of the open plan, none where the file is broken: that is logged."""
    path = own_claims_file()
    if path is None or claims.TABLE not in resources():
        return OwnClaims(pd.DataFrame())
    if path.parent.is_dir():
        own = claims_file.read(path, ids())
    else:
        folder = {"folder": str(path.parent)}
        lacking = Damage(path.name, "own_claims.no_folder", values=folder)
        own = OwnClaims(pd.DataFrame(), (lacking,))
    if not own.damages:
        own = OwnClaims(own.table, tuple(rings(own.table, path.name)))
    if own.damages:
        _LOG.warning("%s", OwnClaimsError(own.damages).sentence("en"))
        return OwnClaims(own.table.iloc[:0], own.damages)
    return own


def ids() -> dict[str, set[str]]:
    """Return the ids of every layer's file."""
    return {name: set(rows(name)["id"]) for name in resources()}


def _with_own(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Put one's own claims below those of the plan, and whom they are from below its sources."""
    own = own_claims().table
    if own.empty or claims.TABLE not in resources():
        return frame
    counting, sources = claims_file.joining(own)
    more = sources if name == "sources" else counting
    joined = pd.concat([frame, more.reindex(columns=frame.columns)], ignore_index=True)
    return joined.astype(frame.dtypes)


def rings(own: pd.DataFrame, file: str) -> Iterator[Damage]:
    """Give claims by which, beside those of the plan, places would lie within each other.

    Parameters
    ----------
    own
        Sound claims, one's own or those of the plan themselves, index the rows of their file.
    file
        Its name.
    """
    plans = rows(claims.TABLE)
    accepted = own[own["state"] == claims.ACCEPTED]
    placing = [name for name, role in area().shapes.items() if role.place]
    joined = pd.concat([plans, accepted], ignore_index=True)
    gazetteer = Gazetteer(
        [_read(name) for name in _tables_with_places()],
        {key: _nowhere for name in placing for key in rows(name)["id"]},
        joined,
    )
    for row, subject in zip(accepted.index.tolist(), accepted["subject_id"], strict=True):
        try:
            if subject in gazetteer:
                gazetteer.place(subject)
        except InputError as error:
            values = {"reason": str(error)}
            yield Damage(file, "data.ring", row, "object_id", values)


def _nowhere() -> None:
    """Stand for the place of a shape that is built by a rule."""


def _located(frame: pd.DataFrame, description: Resource) -> gpd.GeoDataFrame:
    """Place the rows of a layer by what they and the plan's claims say."""
    following = tuple(field.name for field in description.fields if field.follows)
    return locate(frame, gazetteer(), following)


@per_plan
def gazetteer() -> Gazetteer:
    """Return what knows where the features of the plan are."""
    placing = [name for name, role in area().shapes.items() if role.place]
    return Gazetteer(
        [_read(name) for name in _tables_with_places()],
        {key: _zone_place(name, key) for name in placing for key in rows(name)["id"]},
        _read(claims.TABLE) if claims.TABLE in resources() else None,
    )


def _tables_with_places() -> list[str]:
    """Return the tables whose rows say where they are, or which claims are of."""
    told = resources().get(claims.TABLE)
    subjects = told.field("subject_id").refers if told is not None else ()
    return [
        name
        for name, about in resources().items()
        if about.path.suffix == ".csv"
        and (name in subjects or {"lon", "site_id"} & {field.name for field in about.stored})
    ]


def _zone_place(layer: str, feature_id: str) -> Callable[[], Place | None]:
    def place() -> Place | None:
        zones = _loaded(layer).set_index("id")
        return zone_place(
            zones.geometry[feature_id],
            area_km2=float(geodesic_area_km2(zones.geometry[[feature_id]]).iloc[0]),
            accuracy_m=float(zones["accuracy_m"][feature_id]),
        )

    return place


@door
def names_by_id(*, lang: str = "zh") -> dict[str, str]:
    """Return the name of every feature and table row of the atlas, by its id.

    Examples
    --------
    >>> names_by_id()["circle-gaoxin"]
    '高新区技术创新圈'
    """
    require_one_of(lang, LANGUAGES, "language", function="names_by_id")
    return dict(_titles(lang))


@per_plan
def _titles(lang: str) -> dict[str, str]:
    titles: dict[str, str] = {}
    for name in names():
        frame = _read(name)
        if f"name_{lang}" in frame:
            titles |= dict(zip(frame["id"], frame[f"name_{lang}"], strict=True))
    return titles


def _built(frame: pd.DataFrame, role: ShapeRole, description: Resource) -> gpd.GeoDataFrame:
    """Build the shape of every row that has a rule, and place the others."""
    with_rule = frame["rule"].notna()
    taking_part = {
        key: _extents(_members(key, *role.roles)) if role.extents else _members(key, *role.roles)
        for key in (frame.loc[with_rule, "id"] if role.roles else ())
    }
    parts = [_with_rules(frame[with_rule], taking_part)]
    if not with_rule.all():
        parts.append(_located(frame[~with_rule], description))
    whole = pd.concat(parts).sort_index()
    whole = whole[[*whole.columns.drop("geometry"), "geometry"]]
    return gpd.GeoDataFrame(whole, geometry="geometry", crs=CRS)


def _with_rules(frame: pd.DataFrame, members_of: dict[str, gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    none = gpd.GeoDataFrame({"id": []}, geometry=[], crs=CRS)
    lines = pd.concat([_loaded(name) for name in area().ways] or [none])
    ways = lines.set_index("id", drop=False)
    shapes = []
    for row in frame.to_dict("records"):
        followed = row.get("roads")
        shapes.append(
            rules.build(
                row["rule"],
                members=members_of.get(row["id"]),
                roads=ways.loc[followed.split("|")] if isinstance(followed, str) else None,
                districts=_loaded(area().land.layer),
                lines=lines,
            )
        )
    return gpd.GeoDataFrame(
        frame.assign(accuracy_m=[shape.accuracy_m for shape in shapes]),
        geometry=[shape.geometry for shape in shapes],
        crs=CRS,
    )


def _extents(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give a member that is a shape built by a rule that shape in place of its centre."""
    placing = [_loaded(name) for name, role in area().shapes.items() if role.place]
    shapes = pd.concat([each.set_index("id").geometry for each in placing]) if placing else {}
    same = _same_as()
    whole = [shapes.get(same.get(key, key)) for key in frame["id"]]
    pairs = zip(frame.geometry, whole, strict=True)
    return frame.set_geometry([own if other is None else other for own, other in pairs])


@per_plan
def _same_as() -> dict[str, str]:
    """Return the features that stand for another, with the id of that one."""
    tables = [_read(name) for name in _tables_with_places()]
    stated = [each.dropna(subset=["same_as"]) for each in tables if "same_as" in each]
    return {
        key: other
        for each in stated
        for key, other in zip(each["id"], each["same_as"], strict=False)
    }


def land() -> gpd.GeoDataFrame:
    """Return the administrative units that belong to the area."""
    units = load(area().land.layer)
    for column, value in area().land.where.items():
        units = units[units[column] == value]
    return units
