"""The lines of invoices: which product, how many, at which price; and the lines that are no products."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insiders_assets.simulation.catalogue import CHEAP, DEAR, PRODUCTS, Catalogue
from insiders_assets.simulation.customers import ANONYMOUS, KINDS, STOCK_TAKING, Population
from insiders_assets.simulation.draws import Keys, below, drawn, log_logistic, numbered, uniform
from insiders_assets.simulation.invoices import Invoices

EXTRAS = (
    ("POST", "POSTAGE"),
    ("DOT", "DOTCOM POSTAGE"),
    ("M", "Manual"),
    ("D", "Discount"),
    ("S", "SAMPLES"),
)
"""Lines that are no products: stock codes of letters only, and their descriptions."""

POST, DOT, MANUAL, DISCOUNT, SAMPLES = range(5)

_QUANTITIES = (
    # retail: the web shop and its counter
    ({1: 68, 2: 18, 3: 6, 4: 4, 6: 3, 10: 1}, {1: 54, 2: 18, 3: 8, 4: 5, 6: 5, 8: 3, 12: 5, 36: 2}),
    # few: gift buyers
    ({1: 40, 2: 27, 3: 15, 4: 12, 6: 6}, {1: 10, 2: 15, 3: 9, 4: 14, 6: 18, 8: 8, 10: 8, 12: 15, 24: 3}),
    # packs: regular customers
    ({1: 26, 2: 24, 3: 13, 4: 15, 6: 13, 8: 5, 12: 4}, {1: 12, 2: 9, 4: 8, 6: 16, 8: 5, 10: 11, 12: 25, 24: 11, 48: 3}),
    # cartons: wholesalers
    ({2: 14, 4: 18, 6: 24, 8: 14, 12: 20, 24: 10}, {6: 9, 10: 14, 12: 30, 24: 26, 25: 5, 36: 4, 48: 8, 96: 4}),
    # counting: what stock-taking finds too little or too much
    ({1: 40, 2: 20, 5: 20, 12: 15, 60: 5}, {1: 20, 5: 30, 20: 30, 100: 20}),
    # trying: one or two packs of each
    ({1: 30, 2: 30, 3: 14, 4: 16, 6: 10}, {2: 14, 3: 10, 4: 14, 6: 22, 8: 6, 10: 9, 12: 20, 24: 5}),
)  # fmt: skip
"""Quantities and their weights, for dear and for other products, by the kind's ``packs``."""

_DRAWS = 1 << 10


@dataclass(frozen=True)
class Lines:
    """Lines, one entry each.

    Attributes:
        invoice: The invoice they are on: its place among those given.
        product: What was bought: its place in the catalogue, or that of the ``EXTRAS`` after its end.
        quantity: Units; negative when sent back.
        pence: Price of one unit in hundredths of the currency.
        key: What the line's random numbers are drawn by.
    """

    invoice: NDArray[np.int64]
    product: NDArray[np.int64]
    quantity: NDArray[np.int64]
    pence: NDArray[np.int64]
    key: Keys


def lines_of(invoices: Invoices, people: Population, catalogue: Catalogue) -> Lines:
    """Return all lines of ``invoices``, invoice by invoice; those of a cancellation are some of the cancelled one's."""
    first, count = _which(invoices)
    invoice = np.repeat(np.arange(len(invoices)), count)
    number = np.arange(len(invoice)) - np.repeat(count.cumsum() - count - first, count)
    key = numbered(invoices.key[invoice], number)
    who = invoices.who[invoice]
    kind = people.kind[who]
    bits = drawn(key, 31)

    product = _asked_for(key, people.key[who], kind, catalogue)
    product = catalogue.on_sale[invoices.bought[invoice], product].astype(np.int64)
    quantity = _table()[
        np.array([each.packs for each in KINDS])[kind],
        (catalogue.tier[product] == DEAR).astype(np.int64),
        (bits & np.uint64(_DRAWS - 1)).astype(np.int64),
    ]
    # Cheap products in the largest multiples, dear ones in small ones.
    times = people.times[who]
    quantity = quantity * np.where(catalogue.tier[product] == CHEAP, times, (times + 1) // 2)
    pence = _price(catalogue.pence[product], quantity, kind)
    _oddities(bits, kind, quantity, pence)
    lines = Lines(invoice, product, _sent_back(invoices, invoice, bits, quantity), pence, key)
    return _with_extras(lines, invoices, people)


def _which(invoices: Invoices) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first line of each purchase that is on its invoice, and how many are."""
    some = 1 + (1.3 * log_logistic(invoices.key, 32, 0.55)).astype(np.int64)
    count = np.where(invoices.cancels, np.minimum(some, invoices.lines), invoices.lines)
    first = below(drawn(invoices.key, 33), invoices.lines - count + 1)
    return first, count


def _asked_for(key: Keys, owner: Keys, kind: NDArray[np.int64], catalogue: Catalogue) -> NDArray[np.int64]:
    """Return products by popularity; loyal customers often ask for one of their favourites again."""
    bits = drawn(key, 34)
    loyal = np.array([each.loyalty for each in KINDS])[kind] > (bits & np.uint64(255)).astype(np.int64)
    pool = np.array([each.pool for each in KINDS])[kind]
    favourite = numbered(owner, below(bits << np.uint64(8), pool) + (1 << 20))
    slot = np.where(loyal, favourite, bits) >> np.uint64(48)
    return catalogue.popular[slot.astype(np.int64)]


def _table() -> NDArray[np.int64]:
    """Return quantities for equally likely draws: shape (packs, dear or not, draws)."""
    table = np.empty((len(_QUANTITIES), 2, _DRAWS), dtype=np.int64)
    for packs, (dear, other) in enumerate(_QUANTITIES):
        for place, weights in ((1, dear), (0, other)):
            edges = np.array(list(weights.values())).cumsum() * _DRAWS // sum(weights.values())
            table[packs, place] = np.repeat(list(weights), np.diff(edges, prepend=0))
    return table


def _price(
    listed: NDArray[np.int64], quantity: NDArray[np.int64], kind: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Anonymous web orders pay more than the list, large lines less."""
    percent = np.where(
        kind == ANONYMOUS, 165, np.where(quantity >= 48, 80, np.where(quantity >= 12, 88, 100))
    )
    return np.maximum((listed * percent + 50) // 100, 6)


def _oddities(
    bits: Keys, kind: NDArray[np.int64], quantity: NDArray[np.int64], pence: NDArray[np.int64]
) -> None:
    """Write the stock-taking's lines, and the few that are given away or priced at a penny or three, in place."""
    counted = kind == STOCK_TAKING
    pence[counted] = 0
    quantity[counted & ((bits >> np.uint64(20)) % np.uint64(5) < np.uint64(3))] *= -1
    odd = (bits >> np.uint64(32)) % np.uint64(6000)
    for number, price in enumerate((0, 1, 3)):
        pence[(odd == number) & ~counted] = price


def _sent_back(
    invoices: Invoices, invoice: NDArray[np.int64], bits: Keys, quantity: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return quantities as they are on the invoice: a cancellation takes back the whole line, or a part of it."""
    part = 1 + ((quantity - 1) * ((bits >> np.uint64(24)) % np.uint64(5)).astype(np.int64)) // 6
    whole = (bits >> np.uint64(28)) % np.uint64(10) < np.uint64(6)
    return np.where(invoices.cancels[invoice], -np.where(whole, quantity, part), quantity)


def _with_extras(lines: Lines, invoices: Invoices, people: Population) -> Lines:
    """Put a line that is no product after the lines of some invoices: postage, a manual correction, a discount."""
    kind = people.kind[invoices.who]
    chance = uniform(invoices.key, 35)
    abroad = people.country[invoices.who] > 0
    known = (kind != ANONYMOUS) & (kind != STOCK_TAKING)
    # The last of these that fits decides.
    extra = np.full(len(invoices), -1)
    extra[known & (chance > 0.98)] = MANUAL
    extra[known & (chance > 0.9975)] = SAMPLES
    extra[known & abroad & (chance < 0.65)] = POST
    extra[(kind == ANONYMOUS) & (chance < 0.48) & (invoices.lines > 20)] = DOT
    extra[invoices.cancels] = -1
    extra[invoices.cancels & known & (chance < 0.02)] = DISCOUNT
    at = np.flatnonzero(extra >= 0)
    code = extra[at]
    amount = log_logistic(invoices.key[at], 36, 0.5)
    usual = np.array([1800, 9000, 1500, 2500, 900])[code]
    pence = np.minimum(1 + usual * amount, 60_000).astype(np.int64)
    pence = np.where(code == POST, 1800, pence)
    ends = np.searchsorted(lines.invoice, at, side="right")
    return Lines(
        invoice=np.insert(lines.invoice, ends, at),
        product=np.insert(lines.product, ends, PRODUCTS + code),
        quantity=np.insert(lines.quantity, ends, np.where(code == DISCOUNT, -1, 1)),
        pence=np.insert(lines.pence, ends, pence),
        key=np.insert(lines.key, ends, drawn(invoices.key[at], 37)),
    )
