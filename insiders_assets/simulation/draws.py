"""Random numbers that are the same on every machine: hashes of what they are about, and exactly rounded arithmetic.

A draw is the SplitMix64 finaliser (Steele, Lea & Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014)
of a key, so an invoice can be made again without remembering it, in any order and in pieces of any size. Logarithm and
exponential are built here from ``+ - * /`` alone: those of a platform's maths library differ in the last bit between
processors, and one such bit would change a byte of an export.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
Floats = NDArray[np.float64]

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10


def mixed(keys: Keys) -> Keys:
    """64 random bits for each key."""
    with np.errstate(over="ignore"):
        bits = keys + GOLDEN
        bits ^= bits >> np.uint64(30)
        bits *= np.uint64(0xBF58476D1CE4E5B9)
        bits ^= bits >> np.uint64(27)
        bits *= np.uint64(0x94D049BB133111EB)
        bits ^= bits >> np.uint64(31)
    return bits


def drawn(keys: Keys, what: int) -> Keys:
    """64 random bits for each key, others for each ``what``."""
    return mixed(keys ^ mixed(np.full(1, what, dtype=np.uint64)))


def numbered(keys: Keys, number: NDArray[np.int64]) -> Keys:
    """Return the keys of the ``number``-th thing that belongs to each key: an invoice's lines, a customer's months."""
    with np.errstate(over="ignore"):
        return mixed(keys + number.astype(np.uint64) * GOLDEN)


def uniform(keys: Keys, what: int) -> Floats:
    """Return one number per key, even between 0 and 1, never either of them."""
    return ((drawn(keys, what) >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


def below(bits: Keys, limit: NDArray[np.int64] | int) -> NDArray[np.int64]:
    """Return the upper 32 of the 64 random ``bits``, scaled to whole numbers from 0 up to, and without, ``limit``."""
    return (((bits >> np.uint64(32)).astype(np.int64)) * limit) >> 32


def log(values: Floats) -> Floats:
    """Return the natural logarithm of positive values, to 14 digits, the same on every machine."""
    mantissa, exponent = np.frexp(values)
    small = mantissa < 0.70710678
    mantissa = np.where(small, mantissa * 2, mantissa)
    exponent = exponent - small
    ratio = (mantissa - 1) / (mantissa + 1)
    square = ratio * ratio
    series = np.full_like(square, 1 / 19)
    for odd in range(17, 0, -2):
        series = series * square + 1 / odd
    return exponent * _LN2_HIGH + (exponent * _LN2_LOW + 2 * ratio * series)


def exp(values: Floats) -> Floats:
    """Return the exponential of values between -700 and 700, to 15 digits, the same on every machine."""
    power = np.rint(values * 1.4426950408889634)
    rest = values - power * _LN2_HIGH - power * _LN2_LOW
    series = np.ones_like(rest)
    for term in range(13, 0, -1):
        series = series * rest / term + 1
    return np.ldexp(series, power.astype(np.int32))


def log_logistic(keys: Keys, what: int, spread: Floats | float) -> Floats:
    """Return one positive number per key, log-logistic (Fisk) with median 1 and tail index ``1 / spread``."""
    even = uniform(keys, what)
    return exp(spread * log(even / (1 - even)))


def exponential(keys: Keys, what: int) -> Floats:
    """Return one waiting time per key, mean 1."""
    return -log(uniform(keys, what))


def poisson(keys: Keys, what: int, mean: Floats) -> NDArray[np.int64]:
    """Return one count per key with the given mean, by inversion; means up to a few hundred."""
    even = uniform(keys, what)
    chance = exp(-mean)
    reached = chance.copy()
    count = np.zeros(len(keys), dtype=np.int64)
    going = np.flatnonzero(even > reached)
    number = 0
    while len(going):
        number += 1
        count[going] = number
        chance[going] *= mean[going] / number
        reached[going] += chance[going]
        # A chance of nothing ends it where rounding keeps the sum of all chances below the draw.
        going = going[(even[going] > reached[going]) & (chance[going] > 0)]
    return count
