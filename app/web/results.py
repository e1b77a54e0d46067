"""The results of the distribution page: chart, table, classes and structure of the zones."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from app.texts import language, named, text
from app.web import choices
from app.web.charts import bars, class_histogram, quotient_map
from app.web.frame import heading, listing
from app.web.tables import figures, interval_words, unbroken, zone_picker, zones_table
from geo.errors import AtlasError
from geo.exchange.cell_quotes import csv_bytes
from geo.numerals import interval, number
from geo.wording import sentence
from layers import questions
from layers.look.histogram import readable_scale
from layers.look.overlay_classes import classify
from layers.look.told import in_words, parts_of, teller, with_ends
from layers.plan.zonings import GRID_NAMES
from layers.questions import zone_results
from layers.questions.belonging import belonging as belonging_pairs
from layers.questions.belonging import belonging_zones
from layers.questions.concentration import Concentration
from layers.questions.counting import LIKELY
from layers.words import capital

if TYPE_CHECKING:
    import geopandas as gpd

    from layers.questions.distribution import Shown

# The columns of a heat table that fit beside the map.
MOST_ZONES = 8
ALMOST_SURE_PCT = 99
CLASSES_STYLE = """<style>
.classes { width: 100%; font-size: .86rem; border-collapse: collapse; }
.classes td { padding: .12rem .3rem .12rem 0; border: none; }
.classes td:last-child { text-align: right; color: #52606D; }
.classes span { display: inline-block; width: 1.1rem; height: .75rem; border: 1px solid #9AA5B1; }
</style>"""


def scale_notes(shown: Shown) -> None:
    """Say that a scale does not fit, or that one point dwarfs the others on this one."""
    if not shown.has_scale:
        scale = text(f"distribution.scale.{shown.scale}")
        st.caption(text("distribution.no_such_scale", scale=scale))
    if shown.measure != "investment" or shown.scale != "amount":
        return
    points = shown.asked.points
    stated = points.chosen()[points.amount]
    readable = readable_scale(stated)
    if readable.name == "log":
        ratio = number(readable.ratio, digits=0)
        largest = choices.amount_of(points, stated.max())
        st.caption(text("distribution.dwarfed", largest=largest, ratio=ratio))


def chart(shown: Shown, zone: str | None) -> None:
    """Draw the zones as bars; a click selects one."""
    zones = zone_results.table(shown)
    told = teller(zones[shown.column], shown.column)
    if shown.measure == "sector":
        names = zones.set_index("id")[f"name_{language()}"]
        kinds = zone_results.kinds_of_zones(shown.asked)
        group = shown.asked.points.group
        stack = pd.DataFrame(
            {
                "id": kinds["id"],
                "name": kinds["id"].map(names),
                "value": kinds["pct" if shown.share else "count"],
                "kind": [choices.value_title(group, value) for value in kinds["kind"]],
            }
        )
        words = "distribution.sector_share" if shown.share else "measure.sector.bars"
        title = choices.about(words, shown.asked.points)
        bars(stack, title=title, selected=zone, stack="kind", told=told)
    else:
        has_interval = "low" in zones.columns
        table = choices.zone_table(zones, shown.column)
        if has_interval:
            table = table.assign(low=zones["low"], high=zones["high"])
        bars(table, title=named(*shown.titles), selected=zone, log=shown.log, told=told)
        key = "app.whiskers" if has_interval else "distribution.no_whiskers"
        drawn = questions.zone_draws(shown.drawn)
        st.caption(
            text(key, draws=number(drawn.draws))
            if drawn.zones.attrs["points_moved"]
            else sentence("values.no_accuracy", language(), {})
        )
    at_zero = int((zones[shown.column] == 0).sum())
    if shown.log and at_zero:
        st.caption(text("distribution.zeros", n=number(at_zero)))
    st.caption(shown.denominator(language()))


def table(shown: Shown, zone: str | None) -> None:
    """Draw the zones with what is shown, their rank and count; a click on a row selects one."""
    zones = zone_results.table(shown)
    has_ranks = "rank_low" in zones.columns
    worded = zones.assign(
        ranks=[
            interval_words(low, high, digits=0, value=number(rank))
            for rank, low, high in zip(
                zones["rank"],
                zones["rank_low" if has_ranks else "rank"],
                zones["rank_high" if has_ranks else "rank"],
                strict=True,
            )
        ],
        counts=[
            unbroken(with_ends(row, "count", parted=parts_of(zones["count"], "count")))
            for row in zones.to_dict("records")
        ],
    )
    of_count = shown.column == "count"
    first, last = ([], ["share_pct", "density_per_km2"]) if of_count else ([shown.column], [])
    zone_picker(worded, [*first, "ranks", "counts", *last], zone=zone)


def belonging(shown: Shown) -> None:
    """Draw what belongs to the zones by the text beside what lies in them; nothing of others."""
    try:
        zones = belonging_zones(shown.question)
    except AtlasError:
        return
    heading(text("distribution.by_text"))
    weighted = "text_sum" in zones.columns
    first = ["text_sum", "weight_sum"] if weighted else ["text_count", "count"]
    zones_table(zones, [*first, "text_alone", "place_alone"])
    st.caption(choices.about("distribution.by_text_note", shown.asked.points))


def members(shown: Shown, zone: str) -> None:
    """List what lies in a zone, how likely, and what only the text knows of it."""
    points, lang = shown.asked.points, language()
    name = choices.zone_name(zone_results.table(shown), zone)
    titles = points.chosen().set_index("id")[f"name_{lang}"]
    shares = questions.shares(replace(shown.question, weight=None, population=None))
    inside = shares[(shares["zone"] == zone) & (shares["share"] >= zone_results.UNLIKELY)]
    inside = inside.sort_values("share", ascending=False, kind="stable")
    named_inside = [
        titles[each] if pct > ALMOST_SURE_PCT else f"{titles[each]} · {number(pct, digits=0)} %"
        for each, pct in zip(inside["id"], 100.0 * inside["share"], strict=True)
    ]
    if inside.empty:
        st.caption(choices.about("distribution.zone_empty", points, zone=name))
    n = number(len(inside))
    listing(choices.about("distribution.zone_points", points, zone=name, n=n), named_inside)
    try:
        pairs = belonging_pairs(shown.question)
    except AtlasError:
        return
    alone = pairs[(pairs["zone"] == zone) & pairs["by_text"] & (pairs["share"] <= LIKELY)]
    n = number(len(alone))
    listing(text("distribution.text_alone", zone=name, n=n), titles[alone["id"]].tolist())


def class_breaks(shown: Shown, zone: str | None) -> None:
    """Draw the histogram with the bounds of the classes, and the classes with their zones."""
    overlay = shown.overlay(language())
    breaks = zone_results.classified(shown)
    if not breaks.uppers:
        st.caption(text("distribution.no_classes"))
        return
    drawn = classify(overlay)
    if len(breaks.uppers) > 1:
        zones = choices.zone_table(overlay.frame, shown.column)
        bounds = [
            (_between(upper, low, log=shown.log), colour)
            for upper, low, colour in zip(
                breaks.uppers, breaks.lows[1:], drawn.colours[1:], strict=False
            )
            if upper > 0 or not shown.log
        ]
        title = named(*shown.titles)
        class_histogram(zones, bounds, title=title, selected=zone, log=shown.log)
    unexplained = "" if np.isfinite(breaks.explained_pct) else "_unexplained"
    st.caption(
        text(
            f"distribution.class_names{unexplained}",
            scheme=capital(text(f"distribution.scheme.{shown.scheme}")),
            n=len(breaks.uppers),
            explained=number(breaks.explained_pct, digits=0),
        )
    )
    told = teller((*drawn.lows, *drawn.uppers), shown.column)
    rows = [
        f'<tr><td><span style="background:{colour}"></span></td><td>'
        f"{interval(low, upper, told=told)}</td>"
        f"<td>{escape(text('distribution.class_zones', n=number(count)))}</td></tr>"
        for colour, low, upper, count in zip(
            drawn.colours, drawn.lows, drawn.uppers, breaks.counts, strict=True
        )
    ]
    st.html(f"{CLASSES_STYLE}<table class=classes>{''.join(rows)}</table>")
    for note in breaks.notes:
        st.caption(text(f"classes.{note}"))
    if breaks.missing:
        st.caption(text("distribution.class_missing", n=number(breaks.missing)))
    if shown.asked.zones.name in GRID_NAMES:
        cells = number(len(overlay.frame))
        st.caption(choices.about("distribution.class_grid", shown.asked.points, n=cells))


def mixture(shown: Shown, zone: str | None) -> None:
    """Draw concentration, location quotients, specialisation and diversity."""
    zones = zone_results.table(shown)
    heading(text("distribution.concentration"))
    _concentration(shown, zones)
    if not zones["count"].any():
        return
    alike = no_comparison(shown)
    if alike is not None:
        st.caption(alike.sentence(language()))
        return
    if zone is None:
        _quotients_of_all(shown, zones)
    else:
        _quotients_of(shown, zones, zone)
    heading(text("distribution.mix"))
    zones_table(zone_results.mix(shown), ["count", "hill_0", "hill_2", "krugman_index"])


def no_comparison(shown: Shown) -> AtlasError | None:
    """Return why the mixes of the zones cannot be compared, None where they can be."""
    try:
        zone_results.mix(shown)
    except AtlasError as error:
        return error
    return None


def certainty(shown: Shown, zone: str) -> None:
    """Say how sure it is that the selected zone is ahead of the next one."""
    zones = zone_results.table(shown)
    if len(zones) == 1:
        st.caption(text("distribution.certain_alone"))
        return
    answer = zone_results.certainty(shown, zone)
    if answer is None or not questions.zone_draws(shown.drawn).zones.attrs["points_moved"]:
        return
    first = zones["id"].iloc[0] == zone
    kind = "first" if first else "leads" if answer.leads else "last"
    st.caption(
        text(
            f"distribution.certain_{kind}",
            zone=choices.zone_name(zones, zone),
            other=choices.zone_name(zones, answer.other),
            pct=percent(answer.pct),
        )
    )


def quotients_file(shown: Shown) -> bytes:
    """Return the location quotients of every zone as CSV."""
    zones = zone_results.table(shown).set_index("id")
    quotients = zone_results.quotients(shown.asked)
    named = quotients.assign(
        name_zh=quotients["zone"].map(zones["name_zh"]),
        name_en=quotients["zone"].map(zones["name_en"]),
    )
    return csv_bytes(named)


def population_notes(shown: Shown) -> None:
    """Say how many people the raster has in the zones, and which zones it covers in part."""
    if shown.measure != "per_10k":
        return
    zones = zone_results.table(shown)
    people = number(zones["population"].sum(), digits=0)
    st.caption(text("distribution.population_kept", people=people))
    covered = questions.population(shown.question)["covered_pct"]
    partly = int((covered < questions.COVERED_ENOUGH_PCT).sum())
    without = zones.attrs["zones_without_population"]
    if without:
        st.caption(
            text(
                "distribution.population_partly",
                enough=number(questions.COVERED_ENOUGH_PCT),
                partly=partly,
                none=without - partly,
            )
        )


def percent(chance: float) -> str:
    """Return a probability as whole percent; what no draw denied is not certain for that."""
    if chance > ALMOST_SURE_PCT:
        return f"> {ALMOST_SURE_PCT}"
    return number(chance, digits=0)


def _between(upper: float, low: float, *, log: bool) -> float:
    """Return where the line between two classes is drawn, so that no bar of either is cut."""
    return float(np.sqrt(upper * low)) if log else (upper + low) / 2.0


def _concentration(shown: Shown, zones: gpd.GeoDataFrame) -> None:
    if not zones[zone_results.summed_column(shown)].sum() > 0:
        st.caption(choices.about("distribution.nothing_inside", shown.asked.points))
        return
    if len(zones) == 1:
        st.caption(text("distribution.concentration_single"))
        return
    figures = Concentration(shown.question).answer()
    st.caption(
        text(
            "distribution.concentration_top",
            zone=choices.zone_name(zones, figures.attrs["top_zone"]),
            pct=number(figures["top_share_pct"], digits=0),
            half=number(figures["zones_with_half"]),
            zones=number(figures["zones"]),
        )
    )
    if "half_on_area_pct" in figures.index:
        area = number(figures["half_on_area_pct"], digits=0)
        st.caption(text("distribution.concentration_area", pct=area))
    even = 1.0 / figures["zones"]
    summed = zone_results.summed_column(shown)
    points, total = shown.asked.points, figures["total"]
    of, chance = f"distribution.concentration_of.{summed}", ""
    if summed == "count":
        by_chance = number(even + (1.0 - even) / total, digits=3)
        chance = text("distribution.concentration_chance", hhi=by_chance)
        denominator = choices.about(of, points, total=number(total))
    else:
        amount = points.amount_noun(language())
        denominator = text(of, total=choices.amount_of(points, total), amount=amount)
    st.caption(
        text(
            "distribution.concentration_indices",
            hhi=number(figures["hhi"], digits=3),
            even=number(even, digits=3),
            chance=chance,
            gini=number(figures["gini_corrected"], digits=2),
            theil=number(figures["theil"], digits=2),
        )
        + denominator
    )
    st.caption(text("distribution.concentration_meaning"))


def _quotients(shown: Shown, zones: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the location quotients in words, with the names of their zones."""
    quotients, group = zone_results.quotients(shown.asked), shown.asked.points.group
    names = zones.set_index("id")[f"name_{language()}"]
    readings = {
        reading: text(f"distribution.reading.{reading.replace(' ', '_')}")
        for reading in quotients["reading"].unique()
    }
    titles = {value: choices.value_title(group, value) for value in quotients["category"].unique()}
    return quotients.assign(
        id=quotients["zone"],
        name=quotients["zone"].map(names),
        kind=quotients["category"].map(titles),
        sure=quotients["reading"].isin(["above", "below"]),
        reading=quotients["reading"].map(readings),
    )


def _quotients_of_all(shown: Shown, zones: gpd.GeoDataFrame) -> None:
    heading(choices.about("distribution.quotients", shown.asked.points))
    most = zones[zones["count"] > 0].nlargest(MOST_ZONES, "count")
    quotients = _quotients(shown, zones)
    quotients = quotients[quotients["zone"].isin(most["id"]) & quotients["quotient"].notna()]
    by_size = quotients.groupby("kind")["count"].sum().sort_values(ascending=False)
    quotient_map(
        quotients,
        zones=most[f"name_{language()}"].tolist(),
        kinds=by_size[by_size > 0].index.tolist(),
    )
    st.caption(choices.about("distribution.quotients_note", shown.asked.points, n=len(most)))


def _quotients_of(shown: Shown, zones: gpd.GeoDataFrame, zone: str) -> None:
    heading(text("distribution.quotients_zone", zone=choices.zone_name(zones, zone)))
    quotients = _quotients(shown, zones)
    quotients = quotients[(quotients["zone"] == zone) & quotients["quotient"].notna()]
    if quotients.empty:
        st.caption(choices.about("distribution.quotients_empty", shown.asked.points))
        return
    quotients = quotients.sort_values(["sure", "quotient"], ascending=False)
    ends = {"": "quotient", "_low": "low", "_high": "high"}
    parted = parts_of(quotients["quotient"], "quotient")
    rows = [
        (
            row["kind"],
            unbroken(
                with_ends(
                    {f"quotient{end}": row[name] for end, name in ends.items()},
                    "quotient",
                    parted=parted,
                )
            ),
            row["reading"],
            number(row["count"]),
            in_words(row["expected"], "expected"),
        )
        for row in quotients.to_dict("records")
    ]
    titles = ("kind", "quotient", "reading", "count", "expected")
    figures([text(f"column.{name}") for name in titles], rows)
    count = number(int(quotients["zone_count"].iloc[0]))
    st.caption(choices.about("distribution.quotients_zone_note", shown.asked.points, n=count))
