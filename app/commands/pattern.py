"""The command that asks whether points keep together, where, and around which centre."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, get_args

import pandas as pd
import typer

import geo
from app.commands.options import (
    AsJson,
    Category,
    Layer,
    Level,
    Output,
    Sector,
    Weight,
    grouping,
    numbers,
    one_of,
    points_of,
    zones_of,
)
from app.commands.output import deliver, deliver_numbers, told_if_slow
from geo.errors import InputError
from geo.pattern.neighbours import Rule
from layers.questions import centres, distances, patterns
from layers.questions.patterns import REACH_M
from layers.questions.subjects import CELL_M, H3_RESOLUTION, point_layers, role_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from layers.questions.subjects import Points

Look: TypeAlias = Literal[
    "hot-spots", "clusters", "global", "distance", "nearest", "centres", "ellipses"
]
INTERVAL_PCT = 95.0
_UNITS = {
    *("--zoning", "--cell-m", "--h3", "--weight", "--rule", "--k", "--distance"),
    *("--tolerance", "--permutations", "--seed"),
}
# Which options each look has besides those that choose the points.
OPTIONS: dict[str, set[str]] = {
    "hot-spots": _UNITS | {"--no-star"},
    "clusters": _UNITS | {"--alpha"},
    "global": _UNITS | {"--alpha"},
    "distance": {"--distances", "--simulations", "--interval", "--every", "--seed"},
    "nearest": {"--every"},
    "centres": {"--by", "--weight"},
    "ellipses": {"--by", "--weight", "--deviations"},
}
# What the options are called where not as the parameters.
CALLED = {"h3_resolution": "--h3", "distance_m": "--distance", "cell_m": "--cell-m"}


def pattern(
    *,
    look: Annotated[str, typer.Option(help=f"{', '.join(get_args(Look))}.")] = "hot-spots",
    layer: Layer = "platforms",
    category: Category = None,
    level: Level = None,
    sector: Sector = None,
    zoning: Annotated[
        str | None, typer.Option(help="Zoning, or a file of polygons.", show_default="hexagons")
    ] = None,
    cell_m: Annotated[
        int | None,
        typer.Option(help="Width of a hexagon or square, metres.", show_default=str(CELL_M)),
    ] = None,
    h3: Annotated[
        int | None,
        typer.Option(
            "--h3", help="Resolution of H3 cells.", show_default=str(H3_RESOLUTION), min=0, max=15
        ),
    ] = None,
    weight: Weight = None,
    rule: Annotated[
        str | None,
        typer.Option(
            help=f"Who is a neighbour: {', '.join(get_args(Rule))}.", show_default="queen"
        ),
    ] = None,
    k: Annotated[
        int | None, typer.Option(help="Neighbours of each zone under knn.", show_default="6")
    ] = None,
    distance: Annotated[
        float | None,
        typer.Option(
            help="Reach of neighbours under distance, metres.", show_default=f"{REACH_M:.0f}"
        ),
    ] = None,
    tolerance: Annotated[
        float | None,
        typer.Option(help="Gaps up to this count as touching, metres.", show_default="1"),
    ] = None,
    permutations: Annotated[
        int | None,
        typer.Option(
            help="Random draws.",
            show_default=f"{patterns.PERMUTATIONS}, of global {patterns.GLOBAL_PERMUTATIONS}",
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Start of the random draws.", show_default="0")
    ] = None,
    alpha: Annotated[
        float | None, typer.Option(help="Level of significance.", show_default="0.05")
    ] = None,
    star: Annotated[
        bool, typer.Option(help="Whether a zone counts as one of those around it (Gi*).")
    ] = True,
    every: Annotated[
        bool, typer.Option("--every", help="Points in one place count each, not as one.")
    ] = False,
    radii: Annotated[
        str | None,
        typer.Option(
            "--distances",
            help="Distances of Ripley's K and L, metres, as 500,1000,2000.",
            show_default="50 up to a quarter of the area's width",
        ),
    ] = None,
    simulations: Annotated[
        int | None,
        typer.Option(help="Random patterns.", show_default=str(distances.SIMULATIONS)),
    ] = None,
    interval: Annotated[
        float | None,
        typer.Option(
            help="Part of the random patterns in the band, percent.",
            show_default=f"{INTERVAL_PCT:g}",
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            help="Column that makes groups.",
            show_default=", ".join(f"{role_of(name).group} of {name}" for name in point_layers()),
        ),
    ] = None,
    deviations: Annotated[
        float | None, typer.Option(help="Standard deviations of an ellipse.", show_default="1")
    ] = None,
    as_json: AsJson = False,
    output: Output = None,
) -> None:
    """Hot spots, clusters, spacing, centres and ellipses of a point layer.

    hot-spots, clusters and global count the points in zones; distance is Ripley's K and L, nearest
    the nearest-neighbour index, both inside the districts; centres and ellipses are per group.
    """
    one_of(look, Look, "--look")
    given: dict[str, Any] = {
        "--zoning": zoning,
        "--cell-m": cell_m,
        "--h3": h3,
        "--weight": weight,
        "--rule": rule,
        "--k": k,
        "--distance": distance,
        "--tolerance": tolerance,
        "--permutations": permutations,
        "--seed": seed,
        "--alpha": alpha,
        "--no-star": None if star else True,
        "--every": every or None,
        "--distances": radii,
        "--simulations": simulations,
        "--interval": interval,
        "--by": by,
        "--deviations": deviations,
    }
    given = {name: value for name, value in given.items() if value is not None}
    _fit(look, given)
    points = points_of(layer, category, level, sector)
    with told_if_slow(look):
        found = _answer(look, points, given)
    if found.ndim == 1:
        deliver_numbers(found, as_json=as_json, output=output)
    else:
        deliver(found, as_json=as_json, output=output)


def _fit(look: str, given: dict[str, Any]) -> None:
    """Refuse options that a look does not have, so that none is left out in silence."""
    strange = [name for name in given if name not in OPTIONS[look]]
    if strange:
        raise InputError(
            f"--look {look} has no {', '.join(strange)}; it has {', '.join(sorted(OPTIONS[look]))}",
            code="option.goes_not",
            names=strange,
            value=look,
        )
    for option, rule in (("--k", "knn"), ("--distance", "distance")):
        if option in given and given.get("--rule") != rule:
            raise InputError(
                f"{option} goes with --rule {rule}",
                code="option.goes_with",
                value=option,
                needed=f"--rule {rule}",
            )


def _answer(look: str, points: Points, given: dict[str, Any]) -> Any:  # noqa: ANN401 - a table or a row
    if look in ("distance", "nearest"):
        return _spacing(look, points, given)
    if look in ("centres", "ellipses"):
        return _centres(look, points, given)
    return _units(look, points, given)


def _units(look: str, points: Points, given: dict[str, Any]) -> pd.DataFrame:
    rule: Rule = one_of(given.get("--rule", "queen"), Rule, "--rule")
    zones = zones_of(
        given.get("--zoning", "hexagons"),
        given.get("--cell-m", CELL_M),
        given.get("--h3", H3_RESOLUTION),
    )
    asked = patterns.Pattern(
        points,
        zones,
        weight=given.get("--weight"),
        rule=rule,
        distance_m=given.get("--distance", REACH_M) if rule == "distance" else None,
        seed=given.get("--seed", 0),
    )
    asked = replace(asked, k=given.get("--k", asked.k))
    refused = patterns.refusal(asked)
    if refused is not None:
        raise _refused(look, refused)
    own: dict[str, Any] = {"--alpha": "alpha", "--tolerance": "tolerance_m", "--no-star": "star"}
    more = {key: given[name] for name, key in own.items() if name in given}
    if "star" in more:
        more["star"] = False
    # The pages have one number of draws for the whole map, another for each zone.
    usual = patterns.GLOBAL_PERMUTATIONS if look == "global" else patterns.PERMUTATIONS
    methods: dict[str, Callable[..., pd.DataFrame]] = {
        "hot-spots": geo.hot_spots,
        "clusters": geo.local_autocorrelation,
        "global": geo.spatial_autocorrelation,
    }
    found = methods[look](
        patterns.counted(asked),
        asked.column(),
        rule=asked.rule,
        k=asked.k,
        distance_m=asked.distance_m,
        permutations=given.get("--permutations", usual),
        seed=asked.seed,
        **more,
    )
    if look == "global":
        attrs = found.attrs | {"tested": asked.column()}
        found = found.reset_index()
        found.attrs = attrs
    else:
        found.attrs |= {"tested": asked.column()}
    return found


def _spacing(look: str, points: Points, given: dict[str, Any]) -> pd.DataFrame | pd.Series[float]:
    asked = distances.Spacing(points, once="--every" not in given)
    refused = distances.refusal(asked)
    if refused is not None:
        raise _refused(look, refused)
    if look == "nearest":
        return distances.nearest(asked)
    radii = given.get("--distances")
    return geo.ripley(
        distances.spaced(asked),
        study_area=distances.study_area(),
        distances_m=None if radii is None else numbers(radii, "--distances"),
        simulations=given.get("--simulations", distances.SIMULATIONS),
        interval_pct=given.get("--interval", INTERVAL_PCT),
        seed=given.get("--seed", 0),
    )


def _centres(look: str, points: Points, given: dict[str, Any]) -> pd.DataFrame:
    by = grouping(points.layer, given.get("--by"))
    asked = centres.Centres(points, by, weight=given.get("--weight"))
    refused = centres.refusal(asked)
    if refused is not None:
        raise _refused(look, refused)
    if look == "centres":
        found: pd.DataFrame = centres.centres(asked)
        return found
    rings: pd.DataFrame | None = centres.ellipses(asked)
    if rings is None:
        raise InputError(
            f"ellipses: the points have fewer than {centres.FEWEST_PLACES} places; choose more",
            code="pattern.no_ellipse",
        )
    if "--deviations" not in given:
        return rings
    frame, stated = points.located(), points.stated(asked.weight)
    frame = frame if stated is None else frame[stated > 0]
    return _wider(frame, asked, rings["category"].tolist(), given["--deviations"])


def _wider(
    frame: gpd.GeoDataFrame, asked: centres.Centres, groups: list[str], deviations: float
) -> pd.DataFrame:
    """Return the ellipses of the page with longer or shorter axes."""
    first: pd.DataFrame = geo.deviational_ellipses(
        frame, weights=asked.weight, deviations=deviations
    )
    ringed = frame[frame[asked.by].isin(groups)]
    if ringed.empty:
        return first
    others = geo.deviational_ellipses(
        ringed, by=asked.by, weights=asked.weight, deviations=deviations
    )
    both: pd.DataFrame = pd.concat([first, others], ignore_index=True)
    both.attrs = {**first.attrs}
    return both


def _refused(look: str, refused: patterns.Refusal) -> InputError:
    return InputError(
        f"{look}: {refused.sentence(lambda name: CALLED.get(name, f'--{name}'))}",
        code=f"pattern.{refused.reason}",
        n=refused.n,
        fewest=refused.fewest,
    )
