"""The kernels of density: their shapes, and what is known of each in closed form."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np

from geo.arguments import brief, is_number, require_one_of
from geo.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Kernel: TypeAlias = Literal[
    "quartic", "triangular", "uniform", "triweight", "epanechnikov", "gaussian"
]

# Where a Gaussian is cut: exp(−9²/2) is 3e-18 of its peak, below the rounding of a sum.
_GAUSSIAN_REACH = 9.0


@dataclass(frozen=True, slots=True)
class Shape:
    r"""One kernel, a function of the distance from a point in bandwidths.

    Parameters
    ----------
    name
        What the kernel is called.
    formula
        Its profile as it is written, 1 in the middle.
    power
        Exponent of :math:`(1 - u^2)`, not-a-number for kernels of another form.
    volume
        Integral of the profile over the plane. Divided by it, the kernel holds one point.
    variance
        Variance along one axis, in squared bandwidths.
    reach
        Distance from which on it is zero, in bandwidths.
    slope
        What the triangular profile loses from the middle to the rim.

    Notes
    -----
    .. math::

        V = 2\pi \int_0^\infty k(u)\, u \,\mathrm{d}u, \qquad
        \sigma^2 = \frac{\pi}{V} \int_0^\infty k(u)\, u^3 \,\mathrm{d}u

    Examples
    --------
    >>> shape_of("quartic").volume * 3, shape_of("quartic").variance
    (3.141592653589793, 0.125)
    >>> shape_of("triangular", decay=1.0).variance == shape_of("uniform").variance
    True
    """

    name: Kernel
    formula: str
    power: float
    volume: float
    variance: float
    reach: float = 1.0
    slope: float = 0.0

    def profile(self, u: Floats) -> Floats:
        """Height at distances ``u``, 1 in the middle."""
        if self.name == "gaussian":
            return np.where(u <= self.reach, np.exp(-0.5 * u * u), 0.0)
        if self.name == "triangular":
            return np.where(u <= 1.0, 1.0 - self.slope * u, 0.0)
        inside = 1.0 - u * u
        return np.where(inside >= 0.0, np.maximum(inside, 0.0) ** self.power, 0.0)


def _power(name: Kernel, formula: str, p: float) -> Shape:
    # ∫ (1−u²)^p over the disc is π/(p+1); the mean of u² under it is 1/(p+2), half of it per axis.
    return Shape(name, formula, p, math.pi / (p + 1.0), 0.5 / (p + 2.0))


_SHAPES = {
    "quartic": _power("quartic", "(1 − u²)²", 2.0),
    "uniform": _power("uniform", "1", 0.0),
    "triweight": _power("triweight", "(1 − u²)³", 3.0),
    "epanechnikov": _power("epanechnikov", "1 − u²", 1.0),
    "gaussian": Shape(
        "gaussian", "exp(−u²/2)", math.nan, 2.0 * math.pi, 1.0, reach=_GAUSSIAN_REACH
    ),
}


def shape_of(kernel: str, *, decay: float = 0.0, function: str = "shape_of") -> Shape:
    """Look a kernel up.

    Parameters
    ----------
    kernel
        One of `Kernel`.
    decay
        Height of the triangular kernel at its rim as a part of its peak, 0 to 1: with 0 it is the
        plain cone, with 1 the uniform kernel. Other kernels have none.
    function
        Name that messages begin with: the function that was called.

    Raises
    ------
    InputError
        There is no such kernel, the decay is outside 0 to 1, or the kernel has none.

    Examples
    --------
    >>> import numpy as np
    >>> shape_of("triangular", decay=0.5).profile(np.array([0.0, 0.5, 1.0, 1.1])).tolist()
    [1.0, 0.75, 0.5, 0.0]
    """
    require_one_of(kernel, get_args(Kernel), "kernel", function=function)
    if not (is_number(decay) and 0.0 <= decay <= 1.0):
        raise InputError(
            f"{function}: decay is {brief(decay)}. Allowed is 0 (a cone) to 1 (flat up to the "
            "rim).",
            code="option.between",
            value=brief(decay),
            least=0,
            most=1,
        )
    if kernel == "triangular":
        slope = 1.0 - decay
        # V = 2π (1/2 − s/3); half the mean of u² is π (1/4 − s/5) / V.
        volume = math.pi * (1.0 - 2.0 * slope / 3.0)
        variance = math.pi * (0.25 - slope / 5.0) / volume
        return Shape("triangular", "1 − (1 − decay) u", math.nan, volume, variance, slope=slope)
    if decay:
        raise InputError(
            f"{function}: decay is {decay!r}, but only the triangular kernel has one. Leave it "
            f"out, or take kernel='triangular' in place of {kernel!r}.",
            code="density.decay",
            value=brief(decay),
        )
    return _SHAPES[kernel]
