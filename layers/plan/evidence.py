"""What the place of a feature rests on, as a reader is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.arguments import has_column, require_one_of
from geo.doors import door
from geo.errors import InputError
from geo.numerals import listed, number
from geo.supports import EXTENT, PLACE
from geo.units import labelled
from geo.wording import Words
from layers.plan.catalogue import gazetteer, names_by_id, table
from layers.plan.claims import ACCEPTED, TABLE
from layers.plan.selection import nowhere

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

_WORDS = Words(__file__)
_AND = "|"


@door
def claims_of(feature_id: str) -> pd.DataFrame:
    r"""Return what sources say of where a feature is: of itself, or of the site it stands on.

    Parameters
    ----------
    feature_id
        Id of any feature of the plan.

    Returns
    -------
    pandas.DataFrame
        Rows of the layer ``claims``, accepted ones first; none where the plan has no such layer,
        or says of the place in the feature's own row.

    Raises
    ------
    InputError
        If the plan has nothing of that id.

    Examples
    --------
    >>> claims_of("platform-nscc-changsha")[["subject_id", "kind", "object_id"]].head(2).to_csv()
    ',subject_id,kind,object_id\n0,site-nscc,point,\n1,site-nscc,within,site-hnu-main\n'
    """
    require_one_of(feature_id, names_by_id(), "feature", function="claims_of")
    told = table(TABLE)
    told = told[told["subject_id"].isin(gazetteer().subjects(feature_id))]
    told = told.sort_values("state", key=lambda state: state != ACCEPTED, kind="stable")
    return labelled(told.reset_index(drop=True))


@door
def with_extents(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the features that stand somewhere, with what is known of it, as the methods take it.

    Services and events that the text ties to a zone are among them; :func:`layers.located` leaves
    them out.

    Parameters
    ----------
    frame
        A layer, or a part of one.

    Returns
    -------
    geopandas.GeoDataFrame
        ``place_extent``, what a feature is known to be in where nothing more is known: an area or a
        line in EPSG:4490, or where sources differ a list of several with their weights; None where
        its ``accuracy_m`` says all. ``place_id``, the site that it shares its place with others on.

    Raises
    ------
    InputError
        The features have no ids.

    See Also
    --------
    geo.distribution : Counts each feature as likely as it lies in a zone.

    Examples
    --------
    >>> import layers
    >>> known = with_extents(layers.load("platforms")).set_index("id")
    >>> known.loc["platform-nscc-changsha", "place_id"]
    'site-nscc'
    """
    frame = frame[~nowhere(frame)]
    if not has_column(frame, "id"):
        raise InputError(
            "with_extents: the features have no ids. Pass a layer, as load gives it.",
            code="caller.argument",
            function="with_extents",
        )
    places = gazetteer()
    known = [each if each in places else None for each in frame["id"]]
    where = [None if each is None else places.place(each) for each in known]
    sites = [None if each is None else places.stands_on(each) for each in known]
    extents = [None if each is None else each.extent for each in where]
    columns = {
        EXTENT: pd.Series(extents, frame.index, dtype="object"),
        PLACE: pd.Series(sites, frame.index, dtype="str"),
    }
    return labelled(frame.assign(**columns))


def said_in(row: Mapping[Any, Any], column: str, lang: str) -> str:
    """Return what a row says in a language, as it was written where nothing is said in it.

    Parameters
    ----------
    row
        A row of a layer, with the column and perhaps one more of its name and the language.
    column
        The column of the original.
    lang
        ``"zh"`` or ``"en"``.

    Returns
    -------
    str
        Empty where the row says nothing.

    Examples
    --------
    >>> said_in({"reason": "两名为一处", "reason_en": "Two names of one place"}, "reason", "en")
    'Two names of one place'
    """
    texts = (row.get(name) for name in (f"{column}_{lang}", column))
    return next((text for text in texts if text and isinstance(text, str)), "")


def stated_place(claim: Mapping[Any, Any], lang: str) -> str:
    """Return where a claim says that its subject is, as a reader is told.

    Parameters
    ----------
    claim
        A row of the layer ``claims``.
    lang
        ``"zh"`` or ``"en"``.

    Examples
    --------
    >>> park = {"kind": "extent", "rule": "assumed:1..6.67"}
    >>> stated_place(park, "zh"), stated_place(park, "en")
    ('假定 1–6.67 km²', 'assumed 1–6.67 km²')
    """
    titles = names_by_id(lang=lang)
    if claim["kind"] == "within":
        return titles[claim["object_id"]]
    if claim["kind"] == "address":
        return said_in(claim, "address", lang)
    if claim["kind"] == "extent":
        way, _, rest = claim["rule"].partition(":")
        names = listed([titles.get(key, key) for key in rest.split(_AND)], lang)
        return _WORDS.say(f"claim.{way}", lang, km2=rest.replace("..", "–"), names=names)
    lon, lat = (number(claim[name], digits=5) for name in ("lon_deg", "lat_deg"))
    accuracy = number(claim["accuracy_m"], digits=0)
    return _WORDS.say(
        "claim.point", lang, lon=lon, lat=lat, datum=claim["datum"], accuracy=accuracy
    )
