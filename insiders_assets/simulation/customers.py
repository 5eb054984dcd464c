"""Who buys: kinds of customers, and each one's habits.

Buying follows the Pareto/NBD model (Schmittlein, Morrison & Colombo, "Counting your customers", Management Science
33(1), 1987): a customer buys as a Poisson process at a rate of their own while alive, and stays alive for an
exponential time with a rate of its own; both rates vary between customers by gamma distributions (of shape 1 or 2
here). As in its common use, the first purchase opens a customer's history. Time runs faster in busy seasons.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insiders_assets.simulation.calendar import CHRISTMAS, STEADY, Calendar
from insiders_assets.simulation.draws import (
    Floats,
    Keys,
    below,
    drawn,
    exp,
    exponential,
    log,
    log_logistic,
    numbered,
    uniform,
)

FIRST_ID = 12001
"""The first customer's id; the next ones follow."""

ANONYMOUS_SHARE = 0.24
"""Invoices without a customer among all customers: 1,366 of 5,694 in the published table."""


@dataclass(frozen=True)
class Kind:
    """What customers of one kind have in common.

    Attributes:
        name: What to call them.
        share: Their share of identified customers; 0 for those that are not counted in them.
        curve: The curve of demand they follow.
        early: Power of the first purchase's place in the simulation: 1 spreads it evenly, more puts it earlier.
        rate: Mean repeat purchases in a year.
        life: Scale of the time they stay, in years.
        lines: Median lines on an invoice.
        spread: Spread of those lines between a customer's invoices.
        packs: Which table of quantities they buy from (:mod:`insiders_assets.simulation.lines`).
        returned: Chance that something on an invoice is sent back.
        pool: How many favourite products they come back to.
        loyalty: Chance in 256 that a line is one of them.
    """

    name: str
    share: float
    curve: int
    early: float
    rate: float
    life: float
    lines: float
    spread: float
    packs: int
    returned: float
    pool: int
    loyalty: int


KINDS = (
    Kind("wholesaler", 0.05, STEADY, 2.2, 14.0, 6.0, 14, 0.40, 3, 0.38, 60, 150),
    Kind("regular", 0.40, STEADY, 1.8, 7.4, 4.0, 15, 0.40, 2, 0.22, 120, 135),
    Kind("gift buyer", 0.15, STEADY, 0.8, 0.1, 0.4, 14, 0.45, 1, 0.05, 50, 0),
    Kind("seasonal", 0.22, CHRISTMAS, 0.9, 2.9, 2.5, 14, 0.40, 2, 0.10, 80, 60),
    Kind("lapsed", 0.18, STEADY, 1.3, 7.0, 0.35, 14, 0.40, 5, 0.16, 60, 60),
    Kind("anonymous", 0.0, STEADY, 1.0, 0.0, 1.0, 88, 0.52, 0, 0.05, 50, 0),
    Kind("stock-taking", 0.0, STEADY, 1.0, 0.0, 1.0, 1, 0.0, 4, 0.0, 50, 0),
    Kind("returning only", 0.0, STEADY, 1.0, 0.0, 1.0, 8, 0.40, 1, 1.0, 50, 0),
)
ANONYMOUS, STOCK_TAKING, RETURNING_ONLY = 5, 6, 7

COUNTRIES = (
    ("United Kingdom", 9040), ("Germany", 200), ("France", 190), ("EIRE", 75), ("Spain", 65), ("Belgium", 60),
    ("Netherlands", 45), ("Switzerland", 45), ("Portugal", 42), ("Italy", 35), ("Finland", 30), ("Austria", 26),
    ("Norway", 25), ("Australia", 22), ("Denmark", 20), ("Japan", 18), ("Sweden", 18), ("Channel Islands", 14),
    ("Unspecified", 20), ("European Community", 10),
)  # fmt: skip


@dataclass(frozen=True)
class Population:
    """Everybody who appears in the exports, one entry each.

    Attributes:
        identified: How many come first and have an id; the others have none, except those with returns only.
        key: What their random numbers are drawn by.
        kind: Their place in ``KINDS``.
        first_day: The day of the first purchase, counted from the start.
        last_day: The day before which they are lost.
        rate: Repeat purchases in a year.
        lines: Median lines on their invoices.
        times: What their quantities are multiplied by.
        country: Their place in ``COUNTRIES``.
        returned: Chance that something on an invoice is sent back.
    """

    identified: int
    key: Keys
    kind: NDArray[np.int64]
    first_day: NDArray[np.int64]
    last_day: NDArray[np.int64]
    rate: Floats
    lines: Floats
    times: NDArray[np.int64]
    country: NDArray[np.int64]
    returned: Floats

    @classmethod
    def of(cls, customers: int, seed: np.uint64, calendar: Calendar, lines: float) -> Population:
        """As many customers as asked for, and the few others who leave lines in a shop's exports.

        Args:
            customers: Customers with a purchase, anonymous invoices among them.
            seed: The key of all their random numbers.
            calendar: When they can buy.
            lines: What their lines on an invoice are multiplied by.
        """
        anonymous = round(customers * ANONYMOUS_SHARE)
        identified = customers - anonymous
        others = [anonymous, round(customers * 0.42), round(customers * 0.016)]
        total = identified + sum(others)
        key = numbered(np.full(total, seed, dtype=np.uint64), np.arange(1, total + 1))
        kind = _kinds(key, identified, others)

        def habit(name: str) -> Floats:
            return np.array([getattr(each, name) for each in KINDS], dtype=np.float64)[kind]

        curve = habit("curve").astype(np.int64)
        first = exp(habit("early") * log(uniform(key, 2)))
        reached = (first * calendar.demand[curve, -1]).astype(np.int64)
        first_day = calendar.day_of(curve, reached)
        # A life is exponential given its rate; the rates vary by a gamma of shape 2 (a Pareto-tailed life).
        life = habit("life") * exponential(key, 3) * 2 / (exponential(key, 4) + exponential(key, 5))
        last = np.minimum(reached + life * calendar.year[curve], calendar.demand[curve, -1]).astype(np.int64)
        eager = (exponential(key, 6) + exponential(key, 7)) / 2
        return cls(
            identified=identified,
            key=key,
            kind=kind,
            first_day=first_day,
            last_day=calendar.day_of(curve, last),
            rate=habit("rate") * eager * np.minimum(log_logistic(key, 8, 0.22), 8),
            lines=habit("lines") * lines * np.minimum(log_logistic(key, 9, 0.28), 6),
            times=_times(key, kind),
            country=_countries(key, kind),
            returned=habit("returned") * np.where(habit("returned") < 1, 2 * uniform(key, 12), 1.0),
        )


def _kinds(key: Keys, identified: int, others: list[int]) -> NDArray[np.int64]:
    known = np.array([kind.share for kind in KINDS if kind.share])
    edges = np.rint(known.cumsum() * 10_000).astype(np.int64)
    kind = np.searchsorted(edges, below(drawn(key, 1), 10_000), side="right")
    kind[identified:] = np.repeat([ANONYMOUS, STOCK_TAKING, RETURNING_ONLY], others)
    return kind


def _times(key: Keys, kind: NDArray[np.int64]) -> NDArray[np.int64]:
    """Wholesalers buy multiples of packs, a few of them a great many."""
    times = 1 + np.minimum(0.8 * log_logistic(key, 10, 0.85), 90).astype(np.int64)
    return np.where(kind == 0, times, 1)


def _countries(key: Keys, kind: NDArray[np.int64]) -> NDArray[np.int64]:
    edges = np.array([weight for _, weight in COUNTRIES]).cumsum()
    country = np.searchsorted(edges, below(drawn(key, 11), int(edges[-1])), side="right")
    return np.where(kind == STOCK_TAKING, 0, country)
