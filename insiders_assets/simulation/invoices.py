"""The invoices of a month: first purchases, repeat purchases, and cancellations of earlier ones."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from insiders_assets.simulation.calendar import Calendar
from insiders_assets.simulation.customers import ANONYMOUS, KINDS, RETURNING_ONLY, STOCK_TAKING, Population
from insiders_assets.simulation.draws import (
    Floats,
    Keys,
    below,
    drawn,
    log_logistic,
    numbered,
    poisson,
    uniform,
)

MOST_LINES = 700
"""No invoice has more lines than this."""

_HOURS = (0, 0, 0, 0, 0, 0, 0, 2, 30, 75, 118, 120, 162, 138, 122, 117, 67, 34, 10, 7)
"""Invoices by hour of the day."""


@dataclass(frozen=True)
class Invoices:
    """Invoices, one entry each; a cancellation keeps the key of the invoice that it takes back.

    Attributes:
        key: What the random numbers of the (cancelled) invoice are drawn by.
        who: Whose they are: places in the population.
        bought: The day of the purchase.
        day: The day of the invoice: the same, or later for a cancellation.
        minute: The minute of that day.
        lines: How many lines the purchase has.
        cancels: Whether it is a cancellation.
    """

    key: Keys
    who: NDArray[np.int64]
    bought: NDArray[np.int64]
    day: NDArray[np.int64]
    minute: NDArray[np.int64]
    lines: NDArray[np.int64]
    cancels: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.key)

    def take(self, chosen: NDArray[np.int64] | NDArray[np.bool_] | slice) -> Invoices:
        """Return those at the chosen places."""
        return Invoices(**{each.name: getattr(self, each.name)[chosen] for each in fields(self)})

    def joined(self, other: Invoices) -> Invoices:
        """These, followed by ``other``."""
        return Invoices(
            **{
                each.name: np.concatenate([getattr(self, each.name), getattr(other, each.name)])
                for each in fields(self)
            }
        )

    def in_order(self) -> Invoices:
        """These in the order in which the shop numbers them."""
        return self.take(np.lexsort((self.key, self.cancels, self.minute, self.day)))


def purchases(people: Population, calendar: Calendar, month: int) -> Invoices:
    """Return what is bought in the ``month``-th month, in no particular order."""
    begin, end = calendar.month(month)
    opening = np.flatnonzero((people.first_day >= begin) & (people.first_day < end))
    again, again_day, again_key = _repeats(people, calendar, month)
    who = np.concatenate([opening, again])
    day = np.concatenate([people.first_day[opening], again_day])
    key = np.concatenate([numbered(people.key[opening], np.zeros(len(opening), dtype=np.int64)), again_key])
    return Invoices(
        key=key,
        who=who,
        bought=day,
        day=day,
        minute=_minute(key, 21),
        lines=_lines(people, who, key),
        cancels=np.zeros(len(who), dtype=np.bool_),
    )


def cancellations(people: Population, calendar: Calendar, bought: Invoices) -> Invoices:
    """Return the cancellations that ``bought`` will be followed by, sooner or later, before the end."""
    sent_back = np.flatnonzero(uniform(bought.key, 22) < people.returned[bought.who])
    origin = bought.take(sent_back)
    # Most come back within two weeks, hardly any after two months.
    delay = 1 + np.minimum(8 * log_logistic(origin.key, 23, 0.5), 60).astype(np.int64)
    later = np.minimum(origin.day + delay, calendar.days)
    day = np.append(calendar.open_from(), calendar.days)[later]
    return Invoices(
        key=origin.key,
        who=origin.who,
        bought=origin.day,
        day=day,
        minute=_minute(origin.key, 24),
        lines=origin.lines,
        cancels=np.ones(len(origin), dtype=np.bool_),
    ).take(day < calendar.days)


def without_unseen(people: Population, bought: Invoices) -> Invoices:
    """Leave out purchases older than the exports: only their cancellations are in them."""
    return bought.take(people.kind[bought.who] != RETURNING_ONLY)


def _repeats(
    people: Population, calendar: Calendar, month: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], Keys]:
    begin, end = calendar.month(month)
    curve = np.array([kind.curve for kind in KINDS])[people.kind]
    since = calendar.demand[curve, np.maximum(people.first_day + 1, begin).clip(max=end)]
    until = calendar.demand[curve, np.minimum(people.last_day, end)]
    mean: Floats = people.rate * np.maximum(until - since, 0) / calendar.year[curve]
    may = np.flatnonzero(mean > 0)
    month_key = numbered(people.key[may], np.full(len(may), month + 1))
    count = poisson(month_key, 25, mean[may])
    who = np.repeat(may, count)
    number = np.arange(len(who)) - np.repeat(count.cumsum() - count, count)
    key = numbered(np.repeat(month_key, count), number + 1)
    place = since[who] + (uniform(key, 26) * (until - since)[who]).astype(np.int64)
    return who, calendar.day_of(curve[who], place), key


def _minute(key: Keys, what: int) -> NDArray[np.int64]:
    hours = np.repeat(np.arange(len(_HOURS)), _HOURS)
    bits = drawn(key, what)
    return hours[below(bits, len(hours))] * 60 + (bits & np.uint64(0xFFFF)).astype(np.int64) % 60


def _lines(people: Population, who: NDArray[np.int64], key: Keys) -> NDArray[np.int64]:
    spread = np.array([kind.spread for kind in KINDS])[people.kind[who]]
    lines = people.lines[who] * log_logistic(key, 27, spread)
    # Three in ten anonymous invoices are a few things bought at the counter; the others are whole web orders.
    counter = (people.kind[who] == ANONYMOUS) & (uniform(key, 28) < 0.3)
    lines = np.where(counter, 1 + 3 * uniform(key, 29), lines)
    lines = np.where(people.kind[who] == STOCK_TAKING, 1, lines)
    return np.clip(lines + 0.5, 1, MOST_LINES).astype(np.int64)
