from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations as orders
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from esda.geary import Geary
from esda.getisord import G, G_Local
from esda.moran import Moran, Moran_Local
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from geo.errors import CRSError, InputError
from geo.pattern.autocorrelation import spatial_autocorrelation
from geo.pattern.clusters import hot_spots, local_autocorrelation
from geo.pattern.neighbours import neighbour_graph
from geo.pattern.permutations import shuffled_statistics, sum_probabilities

EAST, NORTH = 500_000, 3_100_000


def lattice(values: Any, columns: int, **others: Any) -> gpd.GeoDataFrame:
    """Lay values on squares of 1 km, from west to east and south to north."""
    cells = [
        box(EAST + 1e3 * x, NORTH + 1e3 * y, EAST + 1e3 * (x + 1), NORTH + 1e3 * (y + 1))
        for y, x in (divmod(at, columns) for at in range(len(values)))
    ]
    return gpd.GeoDataFrame({"v": values, **others}, geometry=cells, crs=4547)


def noise(seed: int, n: int = 144) -> np.ndarray:
    return np.random.default_rng(seed).gamma(2.0, 3.0, n)


def planted(seed: int = 0) -> gpd.GeoDataFrame:
    """Noise on 20 × 20 cells, with a block of 4 × 4 high ones and one of low ones."""
    values = np.random.default_rng(seed).normal(10, 1, (20, 20))
    values[2:6, 2:6] += 5
    values[13:17, 13:17] -= 5
    return lattice(values.ravel(), 20)


def dense(zones: gpd.GeoDataFrame, **rule: Any) -> np.ndarray:
    return np.asarray(neighbour_graph(zones, **rule).sparse.todense())


# ---- over the whole map ----


def test_checkerboard_has_moran_minus_one() -> None:
    board = lattice([(x + y) % 2 for y in range(6) for x in range(6)], 6)
    found = spatial_autocorrelation(board, "v", rule="rook")
    assert found["value"]["moran_i"] == pytest.approx(-1)
    # every neighbour differs by 1: (n − 1) / 2n · n · 1 / (n / 4) = 2 (n − 1) / n
    assert found["value"]["geary_c"] == pytest.approx(2 * 35 / 36)
    # no one beside a one
    assert found["value"]["getis_ord_g"] == 0
    assert found["reading"].tolist() == ["dispersed", "dispersed", "low clustered"]
    assert found.attrs["reading"] == "dispersed"


def test_two_halves_by_hand() -> None:
    halves = lattice([0] * 18 + [1] * 18, 6)
    found = spatial_autocorrelation(halves, "v", rule="rook")
    # z = ±1/2. All rows but the two in the middle see their own kind alone; of those two, the end
    # cells see 2 of 3 alike and 1 unlike, 1/3 on balance, the four others 3 of 4 alike, 2/4.
    same = 24 + 2 * (2 * 1 / 3 + 4 * 2 / 4)
    assert found["value"]["moran_i"] == pytest.approx(same / 36)
    # 7 pairs of ones side by side in each of 3 rows … : 3 · 5 across and 2 · 6 up, seen both ways,
    # of 18 · 17 ordered pairs of ones
    assert found["value"]["getis_ord_g"] == pytest.approx(2 * (15 + 12) / (18 * 17))
    assert found["expected"].tolist() == pytest.approx([-1 / 35, 1, 2 * 60 / (36 * 35)])
    assert found["reading"].tolist() == ["clustered", "clustered", "high clustered"]
    assert found["p_value"].tolist() == [2 / 1000] * 3


@pytest.mark.parametrize("rule", ["queen", "rook", "knn"])
def test_global_statistics_are_those_of_esda(rule: Any) -> None:
    zones = lattice(noise(1), 12)
    graph = neighbour_graph(zones, rule=rule)
    found = spatial_autocorrelation(zones, "v", rule=rule, permutations=4_999)
    y = zones["v"].to_numpy()
    np.random.seed(0)  # noqa: NPY002  esda draws from it
    moran, geary, getis = Moran(y, graph), Geary(y, graph), G(y, graph)
    assert found["value"].tolist() == pytest.approx([moran.I, geary.C, getis.G])
    assert found["expected"].tolist() == pytest.approx([moran.EI, geary.EC, getis.EG])
    assert found["z"].tolist() == pytest.approx([moran.z_rand, geary.z_rand, getis.z_norm])
    # Theirs are one-sided; 999 permutations have a standard error of up to 0.016.
    theirs = 2 * np.array([moran.p_sim, geary.p_sim, getis.p_sim])
    assert found["p_value"].to_numpy() == pytest.approx(np.minimum(theirs, 1), abs=0.1)


def test_moran_by_its_formula() -> None:
    zones = lattice(noise(2), 12)
    w = dense(zones)
    v = w / w.sum(axis=1, keepdims=True)
    y = zones["v"].to_numpy()
    z = y - y.mean()
    found = spatial_autocorrelation(zones, "v")["value"]
    assert found["moran_i"] == pytest.approx(z @ v @ z / (z @ z))
    difference = (y[:, None] - y) ** 2
    assert found["geary_c"] == pytest.approx(143 / 288 * (v * difference).sum() / (z @ z))
    products = np.outer(y, y)
    np.fill_diagonal(products, 0)
    assert found["getis_ord_g"] == pytest.approx((w * products).sum() / products.sum())


def test_permutation_and_analytical_moments_agree() -> None:
    zones = lattice(noise(3), 12)
    y, w = zones["v"].to_numpy(), neighbour_graph(zones).sparse.tocsr()
    chance = shuffled_statistics(y, w, permutations=9_999, seed=1)
    found = spatial_autocorrelation(zones, "v")
    sd = (found["value"] - found["expected"]) / found["z"]
    assert ((chance.mean(axis=1) - found["expected"]).abs() < 4 * sd / 100).all()
    assert chance.std(axis=1) == pytest.approx(sd.to_numpy(), rel=0.04)


def test_negative_values_leave_getis_ord_undefined() -> None:
    found = spatial_autocorrelation(lattice(noise(4) - 6, 12), "v")
    assert found.attrs["undefined"] == ["getis_ord_g"]
    assert found.loc["getis_ord_g", ["value", "expected", "z", "p_value"]].isna().all()
    assert found["reading"]["getis_ord_g"] == "undefined"
    assert found.drop("getis_ord_g").notna().all(axis=None)
    one = spatial_autocorrelation(lattice([7] + 35 * [0], 6), "v")
    assert one.attrs["undefined"] == ["getis_ord_g"]


@settings(max_examples=8)
@given(st.integers(0, 1000), st.floats(0.01, 100), st.floats(-50, 50))
def test_scale_and_shift_change_nothing(seed: int, scale: float, shift: float) -> None:
    values = noise(seed, 36)
    first = spatial_autocorrelation(lattice(values, 6), "v", permutations=99)
    second = spatial_autocorrelation(lattice(values * scale + shift, 6), "v", permutations=99)
    for name in ("value", "z", "p_value"):
        pair = [found[name].iloc[:2].tolist() for found in (first, second)]
        assert pair[0] == pytest.approx(pair[1], rel=1e-6)
    spots = [hot_spots(lattice(v, 6), "v") for v in (values, values * scale + shift)]
    assert spots[0]["z"].to_numpy() == pytest.approx(spots[1]["z"].to_numpy(), abs=1e-6)
    assert spots[0]["hot_spot"].tolist() == spots[1]["hot_spot"].tolist()


def test_p_values_of_noise_are_even() -> None:
    p = np.array(
        [
            spatial_autocorrelation(lattice(noise(seed, 36), 6), "v", permutations=99)["p_value"]
            for seed in range(150)
        ]
    )
    # 150 draws: a share of 0.05 or 0.5 has a standard deviation of 0.018 or 0.041
    assert ((p <= 0.05).mean(axis=0) < 0.05 + 4 * 0.018).all()
    assert (np.abs((p <= 0.5).mean(axis=0) - 0.5) < 4 * 0.041).all()


# ---- zone by zone ----


@pytest.fixture(scope="module")
def local_by_esda() -> dict[str, list[float]]:
    """Take one-sided pseudo p-values of esda, told not to compile its loops for 15 seconds."""
    script = """
import json, sys, warnings
import esda.crand
import numpy as np
from esda import G_Local, Moran_Local
from libpysal.graph import Graph
warnings.simplefilter("ignore")
esda.crand.boolean = bool  # a type of the compiler, which NumPy does not know
given = json.load(sys.stdin)
y, options = np.array(given["y"]), {"permutations": 1999, "seed": 1, "n_jobs": 1}
found = {}
for rule, links in given["links"].items():
    graph = Graph.from_arrays(*map(np.array, links))
    found[rule] = Moran_Local(y, graph, **options).p_sim.tolist()
graph = Graph.from_arrays(*map(np.array, given["links"]["queen"]))
found["gi"] = G_Local(y, graph, transform="b", star=False, **options).p_sim.tolist()
json.dump(found, sys.stdout)
"""
    zones = lattice(noise(5), 12)
    tables = {
        rule: neighbour_graph(zones, rule=rule).adjacency.reset_index() for rule in ("queen", "knn")
    }
    given = {
        "y": zones["v"].tolist(),
        "links": {rule: [table[c].tolist() for c in table] for rule, table in tables.items()},
    }
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=json.dumps(given),
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        check=True,
        text=True,
    )
    found: dict[str, list[float]] = json.loads(done.stdout)
    return found


# The standard deviation of twice a tail of 1 999 permutations, at its greatest.
SD = 2 * (0.5 * 0.5 / 1999) ** 0.5


@pytest.mark.parametrize("rule", ["queen", "knn"])
def test_local_moran_is_that_of_esda(rule: Any, local_by_esda: dict[str, list[float]]) -> None:
    zones = lattice(noise(5), 12)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = Moran_Local(zones["v"], neighbour_graph(zones, rule=rule), permutations=0)
    found = local_autocorrelation(zones, "v", rule=rule)
    assert found["local_i"].to_numpy() == pytest.approx(theirs.Is)
    names = np.array(["", "HH", "LH", "LL", "HL"])
    assert found["quadrant"].tolist() == names[theirs.q].tolist()
    two_sided = np.minimum(2 * np.array(local_by_esda[rule]), 1)
    assert found["p_value"].to_numpy() == pytest.approx(two_sided, abs=4 * SD)


@pytest.mark.parametrize("star", [True, False])
def test_hot_spots_are_those_of_esda(star: bool, local_by_esda: dict[str, list[float]]) -> None:  # noqa: FBT001
    zones = lattice(noise(5), 12)
    theirs = G_Local(zones["v"], neighbour_graph(zones), transform="b", permutations=0, star=star)
    found = hot_spots(zones, "v", star=star)
    assert found["z"].to_numpy() == pytest.approx(theirs.Zs)
    if not star:
        two_sided = np.minimum(2 * np.array(local_by_esda["gi"]), 1)
        assert found["p_value"].to_numpy() == pytest.approx(two_sided, abs=4 * SD)


def test_hot_spot_by_hand() -> None:
    # One cell of 36 in the middle has 8 around it: with itself m = 9.
    values = np.zeros(36)
    values[[14, 15]] = 3.0, 6.0
    found = hot_spots(lattice(values, 6), "v")
    mean, s = 9 / 36, (45 / 36 - (9 / 36) ** 2) ** 0.5
    assert found["z"][14] == pytest.approx((9 - 9 * mean) / (s * (9 * 27 / 35) ** 0.5))
    # Both of the two are among 9 of 36 with probability 9 · 8 / (36 · 35).
    assert found["p_value"][14] == pytest.approx(2 * 9 * 8 / (36 * 35), abs=4 * 2 * 0.0024)
    alone = hot_spots(lattice([7.0] + 35 * [0.0], 6), "v", star=False)
    assert alone["z"][0] == 0
    assert alone["z"].notna().all()
    # A lone peak has 3 neighbours in its corner, one of whose sums is 7: nothing stands out there.
    assert set(alone["hot_spot"]) == {"not significant"}


def test_probabilities_by_listing_all_orders() -> None:
    values = np.array([0.0, 1.0, 1.0, 2.0, 5.0])
    sums, counts = np.array([3.0, 2.0, 6.0, 0.0, 4.0]), np.array([2, 1, 3, 1, 3])
    shuffled = np.array(list(orders(range(5))))
    for with_own in (False, True):
        exact = []
        for zone in range(5):
            drawn = shuffled if with_own else np.array(list(orders(set(range(5)) - {zone})))
            total = values[drawn[:, : counts[zone]]].sum(axis=1)
            tails = (total >= sums[zone]).mean(), (total <= sums[zone]).mean()
            exact.append(min(2 * min(tails), 1))
        found = sum_probabilities(
            values, sums, counts, with_own=with_own, permutations=40_000, seed=0
        )
        # a share from 40 000 draws has a standard deviation of at most 0.0025
        assert found == pytest.approx(exact, abs=4 * 2 * 0.0025)


def test_planted_clusters_are_found() -> None:
    zones = planted()
    at = np.arange(400).reshape(20, 20)
    high, low = at[3:5, 3:5].ravel(), at[14:16, 14:16].ravel()
    far = np.setdiff1d(at, np.concatenate([at[:8, :8].ravel(), at[11:19, 11:19].ravel()]))
    local = local_autocorrelation(zones, "v")
    assert set(local["cluster"].iloc[high]) == {"high-high"}
    assert set(local["cluster"].iloc[low]) == {"low-low"}
    assert (local["cluster"].iloc[far] != "not significant").mean() < 0.03
    spots = hot_spots(zones, "v")
    assert set(spots["hot_spot"].iloc[high]) == {"hot 99"}
    assert set(spots["hot_spot"].iloc[low]) == {"cold 99"}
    assert (spots["hot_spot"].iloc[far] != "not significant").mean() < 0.05
    assert spatial_autocorrelation(zones, "v").attrs["reading"] == "clustered"


def test_outlier_among_low_ones() -> None:
    values = np.random.default_rng(1).normal(10, 1, (20, 20))
    values[2:9, 2:9] -= 5
    values[5, 5] = 20
    found = local_autocorrelation(lattice(values.ravel(), 20), "v")
    assert found["cluster"][5 * 20 + 5] == "high-low"
    assert found["quadrant"][5 * 20 + 5] == "HL"


def test_noise_gives_few_false_discoveries() -> None:
    local = hot = 0
    for seed in range(25):
        zones = lattice(noise(100 + seed, 100), 10)
        local += (local_autocorrelation(zones, "v")["cluster"] != "not significant").any()
        hot += hot_spots(zones, "v")["hot_spot"].str.endswith(("99", "95")).any()
    # At most 5 % of maps should show anything: 25 · 0.05 = 1.25, standard deviation 1.1.
    assert local <= 5
    assert hot <= 5


def test_correction_is_that_of_benjamini_and_hochberg() -> None:
    found = hot_spots(planted(), "v")
    p = found["p_value"].sort_values()
    n = len(p)
    step_up = [min(p.iloc[j] * n / (j + 1) for j in range(i, n)) for i in range(0, n, 37)]
    assert found["p_fdr"].loc[p.index[::37]].tolist() == pytest.approx(step_up)


def test_fewest_detectable() -> None:
    # least p of 2 / 100: with 400 zones r · 0.05 / 400 ≥ 0.02 needs r = 160
    assert local_autocorrelation(planted(), "v", permutations=99).attrs["fewest_detectable"] == 160
    # and with 9 999, 2 / 10 000 · 400 / 0.05 = 1.6
    assert hot_spots(planted(), "v").attrs["fewest_detectable"] == 2


def test_same_seed_same_result_on_any_thread() -> None:
    zones = planted()

    def all_three(seed: int) -> list[list[float]]:
        return [
            spatial_autocorrelation(zones, "v", seed=seed)["p_value"].tolist(),
            local_autocorrelation(zones, "v", seed=seed)["p_value"].tolist(),
            hot_spots(zones, "v", seed=seed)["p_value"].tolist(),
        ]

    with ThreadPoolExecutor(2) as pool:
        threaded = list(pool.map(all_three, [0, 0]))
    assert threaded == [all_three(0)] * 2
    assert all_three(1)[1:] != threaded[0][1:]


# ---- what cannot be tested ----


def test_islands_are_marked_and_left_out() -> None:
    zones = lattice(noise(7, 49), 7, name=[f"z{at}" for at in range(49)]).set_index("name")
    far = zones.iloc[[48]].set_geometry(zones.geometry.iloc[[48]].translate(50e3, 0))
    with_island = gpd.GeoDataFrame(
        np.concatenate([zones.iloc[:48].to_numpy(), far.to_numpy()]),
        columns=zones.columns,
        index=zones.index,
        geometry="geometry",
        crs=4547,
    ).astype({"v": float})
    without = with_island.iloc[:48]
    whole = spatial_autocorrelation(with_island, "v")
    assert whole["islands"].tolist() == [1] * 3
    assert whole["n"].tolist() == [48] * 3
    assert whole.attrs["islands"] == ["z48"]
    same = spatial_autocorrelation(without, "v")
    assert whole["value"].tolist() == same["value"].tolist()
    for method, label, number in (
        (local_autocorrelation, "cluster", "local_i"),
        (hot_spots, "hot_spot", "z"),
    ):
        found, rest = method(with_island, "v"), method(without, "v")
        assert found.index.equals(zones.index)
        assert found[label]["z48"] == "island"
        assert np.isnan(found[number]["z48"])
        assert found[number].iloc[:48].tolist() == rest[number].tolist()
        assert found.attrs["islands"] == ["z48"]
        assert found.attrs["n"] == 48


def test_labels_may_repeat_and_input_is_left_as_it_was() -> None:
    zones = lattice(noise(8, 36), 6).set_axis([1, 2] * 18)
    before = zones.copy()
    found = hot_spots(zones, "v")
    assert found.index.tolist() == [1, 2] * 18
    assert zones.equals(before)
    assert zones.attrs == {}


def test_whole_numbers_and_degrees() -> None:
    zones = lattice(np.random.default_rng(0).poisson(3, 64), 8)
    metres = hot_spots(zones.astype({"v": "Int64"}), "v")
    degrees = hot_spots(zones.to_crs(4490), "v")
    assert metres["z"].tolist() == pytest.approx(degrees["z"].tolist())


def test_overlapping_zones_with_knn() -> None:
    zones = lattice(noise(9, 36), 6)
    circles = zones.set_geometry(zones.centroid.buffer(900))
    with pytest.raises(InputError, match=r"local_autocorrelation: .* pairs of zones overlap"):
        local_autocorrelation(circles, "v")
    found = local_autocorrelation(circles, "v", rule="knn", k=4)
    assert found["p_value"].between(0, 1).all()


@pytest.mark.parametrize("method", [spatial_autocorrelation, local_autocorrelation, hot_spots])
def test_refusals(method: Any) -> None:
    name = method.__name__
    zones = lattice(noise(10, 36), 6, word=["a"] * 36)
    with pytest.raises(InputError, match=f"{name}: 29 zones .* too few .* at least 30"):
        method(zones.iloc[:29], "v")
    with pytest.raises(InputError, match=r"no column 'w' of numbers\. The columns are v, word"):
        method(zones, "w")
    with pytest.raises(InputError, match="the column 'word' has the type"):
        method(zones, "word")
    with pytest.raises(InputError, match="no column 'geometry'"):
        method(zones, "geometry")
    gaps = zones.assign(v=zones["v"].mask(zones.index.isin([4, 7]), np.nan))
    with pytest.raises(InputError, match="2 of 36 values of 'v' are missing or infinite: 4, 7"):
        method(gaps, "v")
    with pytest.raises(InputError, match="missing or infinite"):
        method(zones.assign(v=np.inf), "v")
    with pytest.raises(InputError, match=r"same value, 0\.1, in all 36"):
        method(zones.assign(v=0.1), "v")
    with pytest.raises(InputError, match="permutations is 10"):
        method(zones, "v", permutations=10)
    with pytest.raises(InputError, match="a zone has 35 of the 36"):
        method(zones, "v", rule="knn", k=35)
    with pytest.raises(InputError, match="GeoSeries"):
        method(zones.geometry, "v")
    with pytest.raises(InputError, match="no polygons"):
        method(zones.set_geometry(zones.centroid), "v")
    with pytest.raises(CRSError, match="no CRS"):
        method(zones.set_crs(None, allow_override=True), "v")
    apart = zones.set_geometry(zones.scale(0.5, 0.5))
    with pytest.raises(InputError, match=r"0 zones with neighbours .*\(36 more have none\)"):
        method(apart, "v")


def test_alpha_is_checked() -> None:
    zones = lattice(noise(10, 36), 6)
    for method in (spatial_autocorrelation, local_autocorrelation):
        with pytest.raises(InputError, match="alpha is 5"):
            method(zones, "v", alpha=5)
