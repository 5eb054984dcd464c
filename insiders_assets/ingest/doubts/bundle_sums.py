"""Lines that lines beside them in their order add up to: what a set looks like above, or below, its parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from insiders_assets.ingest.mapping.orders import begun

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_PARTS = 4
"""Parts of a set that are looked for by what they add up to."""
MOST_SETS = 6
"""Products that are looked at before a file is: by chance, hardly one is marked twice."""
CENT = 0.006
SPAN = 1 << 14
"""About as many lines are looked at together."""
FEWEST = 4
"""Times that the same parts have to add up to a product: once or twice, baskets that are repeated do by chance."""
OFTEN = 0.8
"""Share of a product's lines that the same parts add up to, from which it is a set of them."""


def adding_up(starts: pl.Series, money: pl.Series) -> NDArray[np.int64]:
    """Return lines that several lines right below or above them in their order add up to.

    Args:
        starts: Which lines begin an order.
        money: What each line amounts to.

    Returns:
        A row for each: the place of the line, of its first part, and of the line after its last.
    """
    worth, begins = money.to_numpy(), starts.to_numpy()
    # Orders are looked at so many lines at a time that all that is computed of them stays in a processor's cache.
    places = np.append(0, np.flatnonzero(begins))
    cuts = np.unique(places[np.searchsorted(places, np.arange(0, len(worth), SPAN), side="right") - 1])
    found = [
        hits + start
        for start, end in pairwise([*cuts.tolist(), len(worth)])
        for hits in _adding_up(worth[start:end], begins[start:end])
    ]
    return np.concatenate(found) if found else np.empty((0, 3), dtype=np.int64)


def _adding_up(worth: NDArray[np.float64], begins: NDArray[np.bool_]) -> Iterator[NDArray[np.int64]]:
    """Yield the same for some orders, several lines at a time."""
    run = begins.cumsum(dtype=np.int32)
    sums = np.zeros(len(worth) + 1)
    np.cumsum(worth, out=sums[1:])
    room, near = np.empty_like(worth), np.empty(len(worth), dtype=bool)
    for count in range(2, min(MOST_PARTS, len(worth) - 1) + 1):
        several = sums[count:] - sums[:-count]
        # Where the sum of that many lines is what the line above the first, or below the last, is worth.
        above = _alike(several[1:], worth[:-count], room, near)
        below = _alike(several[:-1], worth[count:], room, near)
        for at, first in ((above, above + 1), (below + count, below)):
            own = run[np.minimum(at, first)] == run[np.maximum(at, first + count - 1)]
            for part in range(count):  # what costs nothing adds nothing
                own &= worth[first + part] > CENT
            if own.any():
                yield np.column_stack([at, first, first + count])[own]


def _alike(
    some: NDArray[np.float64], others: NDArray[np.float64], room: NDArray[np.float64], near: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return the places where two amounts are the same to the cent; ``room`` and ``near`` are overwritten."""
    apart, is_near = room[: len(some)], near[: len(some)]
    np.subtract(some, others, out=apart)
    np.abs(apart, out=apart)
    np.less(apart, CENT, out=is_near)
    return np.flatnonzero(is_near)


def _sets(codes: pl.Series, hits: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Return the lines that the same parts add up to several times, by product and parts.

    Found by hashes, for speed.
    """
    if not len(hits):
        return []
    whole, first, last = hits.T
    steps = np.arange(MOST_PARTS)
    parts = np.minimum(first[:, None] + steps, last[:, None] - 1)
    hashes = codes.gather(np.column_stack([whole, parts]).ravel()).hash().to_numpy().reshape(len(hits), -1)
    own, theirs = hashes[:, 0], hashes[:, 1:]
    other = (theirs != own[:, None]).all(axis=1)  # what adds up to some of itself was bought twice
    is_part = steps < (last - first)[:, None]
    key = own * np.uint64(3) + np.where(is_part, theirs, np.uint64(0)).sum(axis=1, dtype=np.uint64)
    hits, key = hits[other], key[other]
    _, group, counts = np.unique(key, return_inverse=True, return_counts=True)
    several = counts[group] >= FEWEST
    hits, group = hits[several], group[several]
    order = np.argsort(group, kind="stable")
    return np.split(hits[order], np.flatnonzero(np.diff(group[order])) + 1) if len(hits) else []


def sets_of(lines: pl.DataFrame) -> tuple[pl.Series, pl.Series] | None:
    """Return which lines are sets and which their parts: products that the same parts nearly always add up to.

    Args:
        lines: ``order, code, money``.

    Returns:
        Both; None where there is no such product.
    """
    codes = lines["code"]
    sets = _sets(codes, adding_up(begun(lines["order"]), lines["money"]))
    wholes, parts = np.zeros(lines.height, dtype=bool), np.zeros(lines.height, dtype=bool)
    for found in sets:
        if len(found) >= OFTEN * int((codes == codes[int(found[0, 0])]).sum()):
            for at, first, last in found:
                wholes[at] = parts[first:last] = True
    return (pl.Series(wholes), pl.Series(parts & ~wholes)) if wholes.any() else None


def marks(transactions: pl.DataFrame, starts: pl.Series) -> pl.Series | None:
    """Mark transactions that the same others beside them in their order add up to several times; None if none is."""
    worth = transactions["quantity"] * transactions["unit_price"]
    found = _sets(transactions["stock_code"], adding_up(starts, worth))
    if not found:
        return None
    marked = np.zeros(transactions.height, dtype=bool)
    marked[np.concatenate(found)[:, 0]] = True
    return pl.Series(marked)


def suspects(transactions: pl.DataFrame, marked: pl.Series | None) -> bool:
    """Return whether a product is marked several times, and nearly always."""
    if marked is None:
        return False
    codes = transactions["stock_code"]
    hit = Counter(codes.filter(marked).to_list())
    return any(
        count >= FEWEST and count >= OFTEN * int((codes == code).sum())
        for code, count in hit.most_common(MOST_SETS)
    )
