"""The greatest likelihood: the parameters under which what was seen is likeliest."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from insiders_assets.outlook.history import Floats

CLOSE = {"ftol": 1e-7, "gtol": 1e-4}
"""How near to the greatest likelihood is near enough: parameters then move in their third figure."""


def likeliest(
    unlikely: Callable[[Floats], float], first: Sequence[float], borders: Sequence[tuple[float, float]]
) -> list[float] | None:
    """Return the parameters at which a function of their logarithms is least; None if none is found.

    Args:
        unlikely: The mean of the negative logarithms of likelihoods.
        first: Where to begin.
        borders: Within which each parameter is sought.
    """
    from scipy.optimize import minimize
    from threadpoolctl import threadpool_limits

    # One thread: with a handful of parameters several only wait for each other.
    with threadpool_limits(1):
        found = minimize(unlikely, np.log(first), method="L-BFGS-B", bounds=np.log(borders), options=CLOSE)
    return [float(value) for value in np.exp(found.x)] if np.isfinite(found.fun) else None
