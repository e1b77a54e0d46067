"""Which plan is open, what is kept for it, and the metres that it is printed in."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from geo.errors import InputError
from layers.plan import area as areas
from layers.plan.area import (
    OWN_CLAIMS,
    PER_PLAN,
    VARIABLE,
    crs_words,
    map_crs,
    open_plan,
    own_claims_file,
    packaged,
    per_folder,
    per_plan,
    plan,
    scale_error_over,
    state,
    stops_layer,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TINY = Path(__file__).resolve().parents[2] / "areas" / "tiny"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Callable[..., Path]:
    """Give a function that lays the tiny plan within other bounds: west, south, east and north."""

    def elsewhere(*bounds: float) -> Path:
        package = json.loads((TINY / areas.PACKAGE).read_text("utf-8"))
        (tmp_path / areas.PACKAGE).write_text(json.dumps(package | {"bounds": bounds}), "utf-8")
        (tmp_path / areas.AREA).write_text((TINY / areas.AREA).read_text("utf-8"), "utf-8")
        return tmp_path

    return elsewhere


def test_a_plan_is_opened_by_name_by_path_and_by_the_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert open_plan().name == plan().name == "xiangjiang"
    monkeypatch.setenv(VARIABLE, str(TINY))
    assert open_plan().folder == plan().folder == TINY
    monkeypatch.chdir(TINY.parent)
    assert open_plan("tiny").folder == TINY
    with open_plan("hunan_hightech") as opened:
        # It stays the same plan while it is open, whatever its block has to remember.
        assert plan() == opened == open_plan("hunan_hightech")
        assert "token" not in repr(opened).lower()
    assert plan().folder == TINY


def test_an_unknown_plan_is_told_with_those_there_are() -> None:
    with pytest.raises(InputError) as refused:
        open_plan("nowhere")
    assert refused.value.values == {"value": "'nowhere'", "names": packaged()}
    assert packaged() == ("hunan_hightech", "xiangjiang")


def test_the_state_of_a_plan_tells_whether_its_own_claims_are_there_and_as_before(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(OWN_CLAIMS, raising=False)
    assert own_claims_file() is None
    assert state() == (plan().folder, ())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(OWN_CLAIMS, "later/claims.csv")
    path = tmp_path / "later" / "claims.csv"
    assert own_claims_file() == path
    assert state() == (plan().folder, (str(path),))
    path.parent.mkdir()
    assert state() == (plan().folder, ())
    path.write_text("id\n")
    at = path.stat()
    assert state() == (plan().folder, (str(path), at.st_ino, at.st_mtime_ns, 3))


@pytest.fixture
def calls() -> Iterator[list[str]]:
    yield []
    for name in [name for name in PER_PLAN if name.startswith(__name__)]:
        del PER_PLAN[name]


@pytest.mark.parametrize(("keep", "of_claims"), [(per_plan, 1), (per_folder, 0)])
def test_an_answer_is_kept_for_its_plan_until_its_claims_are_others(
    keep: Callable[..., Callable[[str], list[str]]],
    of_claims: int,
    calls: list[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.delenv(OWN_CLAIMS, raising=False)

    @keep
    def named(what: str) -> list[str]:
        calls.append(what)
        return [plan().name, what]

    assert PER_PLAN[f"{__name__}.{named.__qualname__}"] is named
    assert named("a") == named("a") == ["xiangjiang", "a"]
    with open_plan(TINY):
        assert named("a") == ["tiny", "a"]
    assert named("a") == ["xiangjiang", "a"]
    assert calls == ["a", "a"]
    with pytest.raises(TypeError, match="shared"):
        named("a").append("b")
    path = tmp_path / "claims.csv"
    monkeypatch.setenv(OWN_CLAIMS, str(path))
    for content in ("id", "id,", "id"):
        path.write_text(content)
        named("a")
    assert len(calls) == 2 + 3 * of_claims
    # What holds without claims stays, all the while they are there.
    path.unlink()
    named("a")
    assert len(calls) == 2 + 3 * of_claims
    named.cache_clear()
    named("a")
    assert len(calls) == 3 + 3 * of_claims


# ---- metres ----


def test_a_plan_too_wide_for_a_zone_has_a_projection_of_its_own(
    elsewhere: Callable[..., Path],
) -> None:
    # 3.485° and 3.5° to either side of the meridian, which is told in tenths of a degree.
    with open_plan(elsewhere(108.03, 24.0, 115.0, 30.0)):
        reach = math.radians(115.0 - 111.5) * math.cos(math.radians(24.0))
        # Too short in the middle by as much as lengths are too long at the edges: half of the
        # square of the reach there and nothing here, so that a quarter is taken from both.
        scale = 1 - reach**2 / 4
        assert f"+lon_0=111.5 +k={scale:.5f} " in map_crs()
        assert scale_error_over(map_crs()) < scale_error_over("EPSG:4546") / 1.5
        assert crs_words("en") == f"CGCS2000 / transverse Mercator CM 111.5E, scale {scale:.5f}"


def test_a_plan_on_the_meridian_of_a_zone_is_printed_in_it(elsewhere: Callable[..., Path]) -> None:
    with open_plan(elsewhere(112.8, 24.0, 115.2, 30.0)):
        assert map_crs() == "EPSG:4547"
        # At the corner 1.2° off, lengths are too long by half the square of that, areas by twice.
        off = math.radians(1.2) * math.cos(math.radians(24.0))
        assert scale_error_over("EPSG:4547") == pytest.approx(off**2, rel=0.02)
        assert "114" in crs_words("zh")


@pytest.mark.parametrize(("error", "own"), [(0.001, False), (0.00101, True)])
def test_a_zone_is_true_to_scale_up_to_a_thousandth(
    elsewhere: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    error: float,
    *,
    own: bool,
) -> None:
    monkeypatch.setattr(areas, "scale_error_over", lambda _: error)
    with open_plan(elsewhere(112.8, 24.0, 115.2, 30.0)):
        assert map_crs().startswith("+proj=tmerc") is own


def test_numbered_stops_look_as_the_first_shapes_say() -> None:
    assert stops_layer() == "nodes"
    with open_plan(TINY):
        assert stops_layer() == ""
