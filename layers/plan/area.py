"""A plan is a folder: its layers, and in ``area.yaml`` what is particular to it beside them.

One plan is open at a time: that of the process, or within a block ``with open_plan(...):`` another.
What is read from a plan's files is kept for each plan by :func:`per_plan`.
"""

from __future__ import annotations

import os
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, Self, TypeAlias, TypeVar, cast

import numpy as np
from pyproj import CRS

from geo.arguments import brief
from geo.crs import GEOGRAPHIC, metric_zone
from geo.distortion import scale_error
from geo.doors import door
from geo.errors import InputError
from geo.numerals import number
from geo.transformations import transformed
from geo.wording import Words
from layers.plan.copies import sealed
from layers.plan.data_files import checked, json_of, yaml_of
from layers.plan.roles import Area, read_area

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Token
    from types import TracebackType

# Every function that is asked once for each plan, by its name.
PER_PLAN: dict[str, Callable[..., Any]] = {}

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")
# Folder of a plan, and what tells its own claims from those of before.
State: TypeAlias = "tuple[Path, tuple[str | int, ...]]"

# Plans by name, and what all of them share: in a wheel within this package, else beside it.
_WORDS = Words(__file__)
_PACKAGE = Path(__file__).resolve().parents[1]
PLANS = next(path for path in (_PACKAGE / "data", _PACKAGE.parent / "data") if path.is_dir())
SHARED = PLANS / "looks"
DEFAULT, VARIABLE = "xiangjiang", "XIANGJIANG_PLAN"
# Names the file of one's own claims, beside the plans and never among them.
OWN_CLAIMS = "XIANGJIANG_CLAIMS"
AREA, PACKAGE = "area.yaml", "datapackage.json"
AUTO = "auto"
# A printed length may be off by so much through the projection alone.
LARGEST_SCALE_ERROR = 1e-3


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan that can be opened.

    Parameters
    ----------
    folder
        Where its files lie.

    Examples
    --------
    >>> with open_plan("xiangjiang") as plan:
    ...     plan.name, area().land.layer
    ('xiangjiang', 'districts')
    """

    folder: Path
    _tokens: list[Token[Plan | None]] = field(default_factory=list, compare=False, repr=False)

    @property
    def name(self) -> str:
        """Name of its folder."""
        return self.folder.name

    def __enter__(self) -> Self:
        """Make it the one that is open, in this thread and until the end of the block."""
        self._tokens.append(_OPEN.set(self))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _OPEN.reset(self._tokens.pop())


_OPEN: ContextVar[Plan | None] = ContextVar("plan", default=None)


@door
def open_plan(name: str | os.PathLike[str] | None = None) -> Plan:
    """Return a plan, to be opened by ``with``.

    Parameters
    ----------
    name
        Name of a packaged plan, or path of a folder with an ``area.yaml`` and a
        ``datapackage.json``. Without one, what the environment variable ``XIANGJIANG_PLAN`` says,
        else the plan of 湘江新区.

    Returns
    -------
    Plan
        Within ``with``, all that :mod:`layers` returns is of it.

    Raises
    ------
    InputError
        There is no such plan.

    Examples
    --------
    >>> open_plan().name
    'xiangjiang'
    """
    if name is None:
        name = os.environ.get(VARIABLE) or DEFAULT
    try:
        folder = PLANS / name if str(name) in packaged() else Path(name)
        if any((folder / file).is_file() for file in (AREA, PACKAGE)):
            return Plan(folder.resolve())
    except (OSError, TypeError, ValueError) as error:  # what no path can be
        raise _unknown(name) from error
    raise _unknown(name)


def packaged() -> tuple[str, ...]:
    """Return the names of the plans that come with the package.

    Examples
    --------
    >>> "xiangjiang" in packaged()
    True
    """
    return tuple(sorted(path.parent.name for path in PLANS.glob(f"*/{AREA}")))


def use(name: str | os.PathLike[str]) -> None:
    """Open a plan for the whole process, where no block has opened another."""
    os.environ[VARIABLE] = str(open_plan(name).folder)


def plan() -> Plan:
    """Return the plan that is open."""
    return _OPEN.get() or _of_process(os.environ.get(VARIABLE))


@cache
def _of_process(name: str | None) -> Plan:
    return open_plan(name)


def own_claims_file() -> Path | None:
    """Return the file of one's own claims, None where no variable names one."""
    name = os.environ.get(OWN_CLAIMS)
    return Path(name).absolute() if name else None


def state() -> State:
    """Return what answers are kept for: the open plan, and its own claims as they now stand.

    Whoever writes the file, in whichever process, every process answers anew from then on. A file
    that is not there yet claims as little as none.
    """
    path = own_claims_file()
    stamp: tuple[str | int, ...] = ()
    if path is not None:
        stamp = (str(path),)
        try:
            at = path.stat()
            stamp = *stamp, at.st_ino, at.st_mtime_ns, at.st_size
        except FileNotFoundError:
            stamp = () if path.parent.is_dir() else stamp
        except (OSError, ValueError):  # what no path can be, or nobody may look at
            pass
    return plan().folder, stamp


def per_plan(function: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
    """Keep what a function returns, once for each plan and its (hashable) arguments.

    It is sealed: who gets it cannot change it for the next; a frame in it must be copied before it
    is handed out. What was kept for a plan is let go when its own claims are others, but for what
    holds without any.
    """
    return _kept(function, state)


def per_folder(function: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
    """Keep as :func:`per_plan` what the plan's folder alone says, whatever is claimed beside it."""
    return _kept(function, lambda: (plan().folder, ()))


def _kept(function: Callable[Asked, Answer], now: Callable[[], State]) -> Callable[Asked, Answer]:
    kept: dict[State, Callable[..., Answer]] = {}

    @wraps(function)
    def asked(*args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        at = now()
        cached = kept.get(at)
        if cached is None:
            for before in [each for each in kept.copy() if each[0] == at[0] and each[1]]:
                kept.pop(before, None)
            answers = cache(lambda *args, **kwargs: sealed(function(*args, **kwargs)))
            cached = kept[at] = cast("Callable[..., Answer]", answers)
        return cached(*args, **kwargs)

    # For those who edit the files.
    asked.cache_clear = kept.clear  # type: ignore[attr-defined]
    PER_PLAN[f"{function.__module__}.{function.__qualname__}"] = asked
    return asked


@per_folder
def area() -> Area:
    """Return what is particular to the open plan.

    Raises
    ------
    DataError
        Its ``area.yaml`` is damaged.
    """
    return read_area(checked(yaml_of(plan().folder / AREA), AREA, "area"))


@per_folder
def package() -> dict[str, Any]:
    """Return what ``datapackage.json`` of the open plan says.

    Raises
    ------
    DataError
        It is damaged.
    """
    content: dict[str, Any] = checked(json_of(plan().folder / PACKAGE), PACKAGE, "datapackage")
    return content


@per_folder
def bounds() -> tuple[float, float, float, float]:
    """Return west, south, east and north of the region that the plan's places lie in, degrees."""
    west, south, east, north = package()["bounds"]
    return west, south, east, north


@per_folder
def map_crs() -> str:
    """Return the CRS in metres that the open plan is printed and built in.

    Where ``area.yaml`` leaves it open, it is the 3-degree zone in whose middle the plan lies, if
    that is true to scale there to 0.1 %, else a transverse Mercator projection on the meridian in
    the middle, whose scale is set so that its errors are alike in the middle and at the edges.
    """
    crs = area().crs
    if crs != AUTO:
        return crs
    west, south, east, _north = bounds()
    zone = metric_zone(west, east, function="map_crs")
    if scale_error_over(zone) <= LARGEST_SCALE_ERROR:
        return zone
    middle = round((west + east) / 2, 1)
    # Lengths grow with the square of the distance from the meridian.
    reach = np.radians(max(east - middle, middle - west)) * np.cos(np.radians(south))
    scale = 1.0 - float(reach) ** 2 / 4.0
    return (
        f"+proj=tmerc +lat_0=0 +lon_0={middle:g} +k={scale:.5f} +x_0=500000 +y_0=0 +ellps=GRS80 "
        "+units=m +no_defs"
    )


def scale_error_over(code: str) -> float:
    """Return the largest error of lengths that a CRS in metres makes within the plan's bounds.

    Examples
    --------
    >>> round(scale_error_over("EPSG:4547"), 4) < 0.01
    True
    """
    west, south, east, north = bounds()
    crs = CRS.from_user_input(code)
    lon, lat = np.meshgrid([west, (west + east) / 2, east], [south, north])
    x, y = transformed(lon.ravel(), lat.ravel(), CRS.from_user_input(GEOGRAPHIC), crs)
    return scale_error(crs, (float(x.min()), float(y.min()), float(x.max()), float(y.max())))


def stops_layer() -> str:
    """Return the layer whose looks numbered stops along lines have, empty where there is none."""
    return next((role.stops for role in area().shapes.values() if role.stops), "")


@per_folder
def crs_words(lang: str) -> str:
    """Return what a reader calls the CRS of prints.

    Examples
    --------
    >>> crs_words("en")
    'CGCS2000 / 3-degree Gauss-Kruger CM 114E (EPSG:4547)'
    >>> crs_words("zh")
    'CGCS2000 / 3 度带高斯–克吕格投影，中央经线 114°E（EPSG:4547）'
    """
    crs = CRS.from_user_input(map_crs())
    values = {each.name: each.value for each in getattr(crs.coordinate_operation, "params", ())}
    meridian = values.get("Longitude of natural origin", float("nan"))
    code = crs.to_epsg()
    if code is not None:
        return _WORDS.say("crs.zone", lang, meridian=meridian, code=str(code))
    scale = values.get("Scale factor at natural origin", float("nan"))
    return _WORDS.say(
        "crs.transverse", lang, meridian=meridian, scale=number(float(scale), digits=5)
    )


def _unknown(name: object) -> InputError:
    return InputError(
        f"open_plan: there is no plan {brief(name)}; choose from {', '.join(packaged())}, or give "
        f"the path of a folder with {AREA} and {PACKAGE}",
        code="option.one_of",
        value=brief(name),
        names=packaged(),
    )
