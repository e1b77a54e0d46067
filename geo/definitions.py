"""What is worked out of a CRS, kept by the text that the CRS was made of."""

from __future__ import annotations

from functools import lru_cache, wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from pyproj import CRS

if TYPE_CHECKING:
    from collections.abc import Callable

_Crss = ParamSpec("_Crss")
_Worked = TypeVar("_Worked")


def by_definition(work: Callable[_Crss, _Worked]) -> Callable[_Crss, _Worked]:
    """Keep what is worked out of CRSs by the text that each was made of.

    A CRS that is looked up by itself is written out anew each time, which takes longer than most of
    what is asked of it.

    Parameters
    ----------
    work
        Function of CRSs alone.

    Examples
    --------
    >>> name = by_definition(lambda crs: crs.name)
    >>> name(CRS.from_epsg(4326))
    'WGS 84'
    """

    @lru_cache(maxsize=256)
    def worked(*texts: str) -> _Worked:
        return work(*map(CRS, texts))  # type: ignore[arg-type, call-arg]

    @wraps(work)
    def kept(*crss: _Crss.args, **_: _Crss.kwargs) -> _Worked:
        return worked(*[crs.srs for crs in crss])  # type: ignore[attr-defined]

    return kept
