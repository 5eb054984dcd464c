"""Whether the readout of experiments holds: a year of campaigns in made-up shops, looked at on every day.

``python -m benchmarks.experiments [--shops N]`` prints how often the interval held what is known to be true on every
day, how often a difference was told where there is none, and how often a usual interval would have.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from insiders_assets.experiments.sequence import Moments, moments, sequence

if TYPE_CHECKING:
    from numpy.typing import NDArray

CUSTOMERS, DAYS, BEFORE, HELD_OUT = 2_000, 365, 180, 0.3
CAMPAIGNS = (10, 100, 190, 280)
"""First days of the campaigns, of three weeks each; in the two weeks after one, a third of its lift is lost again."""


@dataclass(frozen=True)
class Shop:
    """A year of one shop.

    Attributes:
        treated: The moments of those who were written to.
        control: Those of who were left alone.
        truth: What being written to has truly brought per customer by each day.
    """

    treated: Moments
    control: Moments
    truth: NDArray[np.float64]


def shop(seed: int, *, lift: float, regular: bool) -> Shop:
    """Return a shop whose customers differ for good in how often they buy and for how much.

    Args:
        seed: Another seed is another shop.
        lift: What a campaign adds while it lasts, as a fraction.
        regular: Whether customers buy at their own regular intervals, where more money today is less tomorrow, rather
            than without memory.
    """
    rng = np.random.default_rng(seed)
    rate = rng.gamma(0.8, 6 / 365 / 0.8, CUSTOMERS)
    value = rng.lognormal(3.5, 0.8, CUSTOMERS)
    more = np.ones(DAYS)
    for first in CAMPAIGNS:
        more[first : first + 21] += lift
        more[first + 21 : first + 35] -= lift / 3
    held_out = rng.permutation(CUSTOMERS) < CUSTOMERS * HELD_OUT
    arms = []
    for chosen, times in ((np.flatnonzero(~held_out), more), (np.flatnonzero(held_out), np.ones(DAYS))):
        who, day = (_regular if regular else _memoryless)(rng, rate[chosen], times)
        spent = value[chosen][who] * rng.lognormal(-0.32, 0.8, len(who))
        if regular:
            spent = spent * np.where(day >= 0, times[np.maximum(day, 0)], 1)
        since = day >= 0
        before = np.bincount(who[~since], spent[~since], len(chosen))
        daily = csr_array((spent[since], (who[since], day[since])), shape=(len(chosen), DAYS))
        daily.sum_duplicates()
        arms.append(moments(daily, before.astype(np.float64)))
    return Shop(arms[0], arms[1], np.cumsum(more - 1) * float((rate * value).mean()))


def _memoryless(
    rng: np.random.Generator, rate: NDArray[np.float64], times: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    earlier = rng.poisson(rate * BEFORE)
    later = rng.poisson(rate * times.sum())
    who = np.concatenate([np.repeat(np.arange(len(rate)), each) for each in (earlier, later)])
    days = [-1 - rng.integers(0, BEFORE, earlier.sum()), rng.choice(DAYS, later.sum(), p=times / times.sum())]
    return who, np.concatenate(days)


def _regular(
    rng: np.random.Generator, rate: NDArray[np.float64], times: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    del times  # a campaign raises what they spend, not when they come
    gaps = rng.gamma(4, 0.25 / np.maximum(rate, 1e-4)[:, None], (len(rate), 60))
    gaps[:, 0] *= rng.random(len(rate))
    moment = np.cumsum(gaps, axis=1)
    who, which = np.nonzero(moment < BEFORE + DAYS)
    return who, moment[who, which].astype(np.int64) - BEFORE


def main() -> int:
    """Print the figures; end with 1 if a promise is not kept."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.experiments", description=__doc__)
    options.add_argument("--shops", type=int, default=500)
    count, kept = options.parse_args().shops, True
    for regular in (False, True):
        for lift in (0.0, 0.3):
            missed = told = usual = 0
            for seed in range(count):
                made = shop(seed, lift=lift, regular=regular)
                line = sequence(made.treated, made.control, level=0.05, planned=DAYS)
                missed += bool(((line.low > made.truth) | (line.high < made.truth)).any())
                told += bool(((line.low > 0) | (line.high < 0)).any())
                usual += _usual_misses(made)
            share, false, fixed = missed / count, told / count, usual / count
            kept &= share <= 0.05
            buyers = "regular buyers" if regular else "memoryless buyers"
            print(
                f"{buyers}, lift {lift:.0%}: {count} shops on {DAYS} days each: covered on every day {1 - share:.1%}; "
                f"a difference told {false:.1%}; a usual 95 % interval covers every day in {1 - fixed:.1%}",
                flush=True,
            )
    return 0 if kept else 1


def _usual_misses(made: Shop) -> bool:
    """Whether a 95 % interval for one day, looked at on every day from the thirtieth on, misses the truth on any."""
    arms = (made.treated, made.control)
    error = np.sqrt(sum(np.diag(arm.cross) / arm.customers for arm in arms))
    away = np.abs(made.treated.mean - made.control.mean - made.truth)
    return bool((away > 1.96 * error)[30:].any())


if __name__ == "__main__":
    raise SystemExit(main())
