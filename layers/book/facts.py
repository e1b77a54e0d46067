"""What a page of an atlas says of its subject: key figures, sentences and a table, from the data.

Every sentence is filled with numbers and names of the layers; nothing is said that they do not say.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.crs import geodesic_area_km2
from geo.errors import InputError
from layers import questions
from layers.book import series
from layers.keeping.answers import kept_answer
from layers.look.symbology import symbology, value_label
from layers.plan.area import area
from layers.plan.catalogue import load, names_by_id
from layers.plan.schema import resource
from layers.plan.zonings import DISC_RULE, zoning
from layers.questions import contents, zone_results
from layers.questions.subjects import Points, Zones, point_layers, role_of
from layers.record.specification import asked
from layers.slides.slide import Chart
from layers.type.tables import Table
from layers.words import both

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    import geopandas as gpd

    from layers.book.series import Subject
    from layers.record.specification import MapSpec
    from layers.type.tables import Cell

KINDS_TOLD = 6
# A single bar compares nothing.
FEWEST_BARS = 2
UNLOCATED = "unlocated"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is said of a subject.

    Parameters
    ----------
    figures
        Title and value of each key figure.
    text
        Paragraphs.
    table
        Its features, None where there are none.
    chart
        Its platforms by category, or a category by district; None where there is
        nothing to compare.
    """

    figures: tuple[tuple[str, str], ...]
    text: tuple[str, ...]
    table: Table | None
    chart: Chart | None


def of_zone(zone: Subject, spec: MapSpec) -> Facts:
    """Return the facts of a zone.

    Parameters
    ----------
    zone
        As :func:`layers.book.series.zones` returns it, with a place.
    spec
        The map of the atlas: what it asks is told for the zone as well.
    """
    lang = spec.lang
    found = {layer: series.inside(layer, zone.shape) for layer in point_layers()}
    found["parks"] = found["parks"][found["parks"]["id"] != zone.id]
    unplaced = series.unplaced(zone)
    frames = [frame.assign(layer=layer) for layer, frame in found.items()]
    shown = pd.concat([pd.DataFrame(frame) for frame in (*frames, unplaced)], ignore_index=True)
    return Facts(
        (*_counts(zone, found, spec), *_answer(zone, spec)),
        (*_place(zone, lang), *_contents(zone, found, len(unplaced), spec)),
        _table(shown, lang),
        _kinds_chart(found["platforms"], lang),
    )


def of_kind(points: Points, spec: MapSpec) -> Facts:
    """Return the facts of a kind of points, such as a platform category.

    Parameters
    ----------
    points
        The points of one kind.
    spec
        The map of the atlas.
    """
    lang = spec.lang
    chosen, placed = points.chosen(), points.located()
    whole = Points(points.layer).chosen()
    places = int(placed.geometry.to_wkb().nunique())
    figures = [
        _figure("all", f"{len(chosen):,}", lang),
        _figure("located", f"{len(placed):,}", lang),
        _figure("places", f"{places:,}", lang),
        _figure("kind_share", f"{100 * len(chosen) / len(whole):.0f} %", lang),
    ]
    districts = load(area().land.layer)
    joined = placed[["id", "geometry"]].sjoin(districts[["geometry"]], predicate="intersects")
    counts = joined["index_right"].map(districts[f"name_{lang}"]).value_counts()
    if len(counts):
        told = _say(
            "kind",
            lang,
            n=f"{len(chosen):,}",
            located=f"{len(placed):,}",
            places=f"{places:,}",
            district=counts.index[0],
            most=f"{counts.iloc[0]:,}",
        )
    else:
        told = _say("kind_nowhere", lang, n=f"{len(chosen):,}")
    text = [told, *_inherited(placed, lang)]
    if spec.map == "density" and len(placed):
        question = replace(asked(spec), points=points)
        surface = questions.density(questions.settled(question))
        unit = contents.density_unit(question, lang)
        figures += [
            _figure("peak", f"{float(surface.max()):,.2f} {unit}", lang),
            _figure("bandwidth", f"{surface.attrs['bandwidth_m']:,.0f} m", lang),
        ]
    frame = pd.DataFrame(chosen).assign(layer=points.layer)
    return Facts(
        tuple(figures),
        tuple(text),
        _table(frame.sort_values("evidence", key=lambda names: names == UNLOCATED), lang),
        _chart("chart_districts", counts, lang),
    )


# ---- of a zone ----


def _counts(
    zone: Subject, found: dict[str, gpd.GeoDataFrame], spec: MapSpec
) -> list[tuple[str, str]]:
    """Return area and numbers of what lies in a zone."""
    lang = spec.lang
    placed = Points("platforms").located()
    count = len(found["platforms"])
    drawn = _drawn(spec.pages or "", zone.id)
    figures = []
    area = _area(zone, spec.pages or "")
    if area is not None:
        schematic = "_schematic" if area["evidence"] == "schematic" else ""
        figures.append(_figure(f"area{schematic}", f"{area['area_km2']:,.1f} km²", lang))
    spread = "" if drawn is None else _range(drawn["count_low"], drawn["count_high"])
    figures += [
        _figure("platforms", f"{count:,}{spread}", lang),
        _figure("share", f"{100 * count / len(placed):.0f} %", lang),
    ]
    if drawn is not None:
        zones = len(_draws(spec.pages or ""))
        figures.append(_figure("rank", f"{drawn['rank']:.0f} / {zones}", lang))
    stated = found["projects"][role_of("projects").amount].dropna()
    figures.append(_figure("projects", f"{len(found['projects']):,}", lang))
    if len(stated):
        figures.append(_figure("investment", _amount(stated.sum()), lang))
    figures.append(_figure("parks", f"{len(found['parks']):,}", lang))
    return figures


@kept_answer
def _draws(name: str) -> gpd.GeoDataFrame:
    """Return the zones of a series that are areas, with the intervals of their platforms."""
    counted = questions.Distribution(Points("platforms"), Zones(name))
    return questions.uncertainty(counted).zones.set_index("id")


def _drawn(name: str, zone: str) -> pd.Series | None:
    zones = _draws(name)
    return zones.loc[zone] if zone in zones.index else None


@kept_answer
def _areas(name: str) -> gpd.GeoDataFrame:
    """Return the zones of a series whose outline is no assumed disc, with ``area_km2``."""
    zones = zoning(name).set_index("id")
    zones = zones[zones["rule"] != DISC_RULE]
    return zones.assign(area_km2=geodesic_area_km2(zones.geometry))


def _area(zone: Subject, name: str) -> pd.Series | None:
    """Return area and evidence of a zone, None where it has no outline but an assumed one."""
    zones = _areas(name)
    return zones.loc[zone.id] if zone.id in zones.index else None


def _place(zone: Subject, lang: str) -> list[str]:
    """Return sentences on where a zone is and how that is known, and what the text says of it."""
    row, told = zone.row, []
    evidence = value_label("evidence", row["evidence"], lang=lang)
    accuracy = row["accuracy_m"]
    if pd.notna(accuracy):
        told.append(_say("place", lang, evidence=evidence, accuracy=f"{accuracy:,.0f}"))
    if row["evidence"] == "schematic":
        told[-1] += _gap(lang) + _say("schematic", lang)
    if zone.shape is not None and zone.shape.geom_type == "Point":
        told.append(_say("point", lang))
    elif pd.notna(row.get("radius_m")):
        told.append(_say("disc", lang, radius=f"{row['radius_m']:,.0f}"))
    if isinstance(row["quote"], str):
        told.append(
            _say(
                "quote",
                lang,
                quote=row["quote"],
                source=names_by_id(lang=lang)[row["source_id"]],
                heading=row["heading"],
            )
        )
    return told


def _contents(
    zone: Subject, found: dict[str, gpd.GeoDataFrame], unplaced: int, spec: MapSpec
) -> list[str]:
    """Return sentences on what lies in a zone."""
    lang, told = spec.lang, []
    comma = both("separator")[lang == "en"]
    parts = [name for name in series.parts(zone, lang) if name != zone.name(lang)]
    if parts:
        told.append(_say("parts", lang, names=comma.join(parts)))
    industries = zone.row.get("leading_industries")
    if isinstance(industries, str) and lang == "zh":
        told.append(_say("industries", lang, names=industries.replace("|", comma)))
    platforms, projects = found["platforms"], found["projects"]
    if len(platforms):
        counts = platforms["category"].value_counts().head(KINDS_TOLD)
        kinds = comma.join(
            f"{value_label('category', value, lang=lang)} {n}" for value, n in counts.items()
        )
        told.append(_say("platforms", lang, n=f"{len(platforms):,}", kinds=kinds))
    else:
        told.append(_say("no_platforms", lang))
    stated = projects[role_of("projects").amount].dropna()
    amounts = {
        "n": f"{len(projects):,}",
        "stated": f"{len(stated):,}",
        "sum": _amount(stated.sum()),
    }
    key = "projects" if len(stated) else "projects_unstated" if len(projects) else "no_projects"
    told.append(_say(key, lang, **amounts))
    told += _inherited(pd.concat([platforms, projects]), lang)
    if unplaced:
        told.append(_say("unplaced", lang, n=f"{unplaced:,}"))
    drawn = _drawn(spec.pages or "", zone.id)
    if drawn is not None and drawn["rank_low"] != drawn["rank_high"]:
        ends = {end: f"{drawn[f'rank_{end}']:.0f}" for end in ("low", "high")}
        told.append(_say("ranked", lang, zones=len(_draws(spec.pages or "")), **ends))
    return told


def _inherited(placed: gpd.GeoDataFrame, lang: str) -> list[str]:
    n = int(placed["within"].notna().sum()) if len(placed) else 0
    return [_say("inherited", lang, n=f"{n:,}")] if n else []


# ---- what the map asks ----


def _answer(zone: Subject, spec: MapSpec) -> list[tuple[str, str]]:
    """Return what the map's question comes to in a zone that is an area."""
    answer = _ANSWERS.get(spec.map)
    if answer is None or _area(zone, spec.pages or "") is None:
        return []
    return answer(zone.id, spec)


def _density(zone: str, spec: MapSpec) -> list[tuple[str, str]]:
    question = asked(spec)
    counted = questions.Distribution(question.points, Zones(spec.pages or ""), question.weight)
    row = questions.uncertainty(counted).zones.set_index("id").loc[zone]
    column = "density_per_km2"
    spread = _range(row[f"{column}_low"], row[f"{column}_high"], digits=3)
    return [(both(f"column.{column}")[spec.lang == "en"], f"{row[column]:,.3f}{spread}")]


def _coverage(zone: str, spec: MapSpec) -> list[tuple[str, str]]:
    question = replace(asked(spec), zones=Zones(spec.pages or ""))
    row = questions.coverage(question).set_index("id").loc[zone]
    columns = {"covered_pct": "{:.1f} %", "doubly_covered_pct": "{:.1f} %"}
    return [
        (both(f"column.{name}")[spec.lang == "en"].replace(" %", ""), form.format(row[name]))
        for name, form in columns.items()
    ]


def _distribution(zone: str, spec: MapSpec) -> list[tuple[str, str]]:
    shown = asked(spec)
    shown = replace(shown, asked=replace(shown.asked, zones=Zones(spec.pages or "")))
    try:
        table = zone_results.table(shown)
    except InputError:  # what the map shows of its zones says nothing of those of the pages
        return []
    row = table.set_index("id").loc[zone]
    if shown.column == "count" or pd.isna(row[shown.column]):
        return []
    return [(shown.titles[spec.lang == "en"], _amount(row[shown.column]))]


_ANSWERS: dict[str, Callable[[str, MapSpec], list[tuple[str, str]]]] = {
    "density": _density,
    "coverage": _coverage,
    "distribution": _distribution,
}


# ---- table and chart ----


def _table(shown: pd.DataFrame, lang: str) -> Table | None:
    """Return features with kind, evidence and accuracy."""
    if shown.empty:
        return None
    header = tuple(
        both(f"atlas.column.{name}")[lang == "en"]
        for name in ("name", "kind", "evidence", "accuracy")
    )
    rows = tuple(_row(row, lang) for row in shown.to_dict("records"))
    return Table(header, rows, numeric=(3,))


def _row(row: dict[Hashable, Any], lang: str) -> tuple[Cell, ...]:
    layer = row["layer"]
    kind = resource(layer).title(lang)
    if layer != "parks":
        column = role_of(layer).group
        kind = value_label(column, row[column], lang=lang)
    evidence = value_label("evidence", row["evidence"], lang=lang)
    accuracy = row["accuracy_m"]
    return row[f"name_{lang}"], kind, evidence, None if pd.isna(accuracy) else round(accuracy)


def _kinds_chart(platforms: gpd.GeoDataFrame, lang: str) -> Chart | None:
    counts = platforms["category"].value_counts()
    classes = symbology()["layers"]["platforms"]["classes"]
    colours = tuple(classes[value]["colour"] for value in counts.index)
    counts.index = [value_label("category", value, lang=lang) for value in counts.index]
    return _chart("chart", counts, lang, colours)


def _chart(key: str, counts: pd.Series, lang: str, colours: tuple[str, ...] = ()) -> Chart | None:
    if len(counts) < FEWEST_BARS:
        return None
    title = both(f"atlas.{key}")[lang == "en"]
    values = tuple(float(value) for value in counts)
    names = tuple(map(str, counts.index))
    return Chart("bar", names, ((title, values),), title=title, colours=colours)


# ---- words ----


def _figure(key: str, value: str, lang: str) -> tuple[str, str]:
    return both(f"atlas.figure.{key}")[lang == "en"], value


def _say(key: str, lang: str, **values: object) -> str:
    return both(f"atlas.{key}")[lang == "en"].format(**values)


def _gap(lang: str) -> str:
    return " " if lang == "en" else ""


def _range(low: float, high: float, digits: int = 0) -> str:
    return "" if low == high else f" ({low:,.{digits}f}–{high:,.{digits}f})"


def _amount(value: float) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".")
