"""Lines that lines beside them in their order add up to: what a set looks like above, or below, its parts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_PARTS = 4
"""Parts of a set that are looked for by what they add up to."""
MOST_SETS = 6
"""Products that are looked at before a file is: by chance, hardly one is marked twice."""
CENT = 0.006
FEWEST = 4
"""Times that the same parts have to add up to a product: once or twice, baskets that are repeated do by chance."""
OFTEN = 0.8
"""Share of a product's lines that the same parts add up to, from which it is a set of them."""


def adding_up(order: pl.Series, money: pl.Series) -> NDArray[np.int64]:
    """Return lines that several lines right below or above them in their order add up to.

    Args:
        order: The order of each line.
        money: What each line amounts to.

    Returns:
        A row for each: the place of the line, of its first part, and of the line after its last.
    """
    worth = money.to_numpy()
    run = order.ne_missing(order.shift()).to_numpy().cumsum(dtype=np.int32)
    sums = np.concatenate([[0.0], worth.cumsum()])
    free = np.concatenate([[0], (worth <= CENT).cumsum()])  # lines that cost nothing, and so add nothing
    found: list[NDArray[np.int64]] = []
    for count in range(2, min(MOST_PARTS, len(worth) - 1) + 1):
        several = sums[count:] - sums[:-count]
        # Where the sum of that many lines is what the line above the first, or below the last, is worth.
        above = np.flatnonzero(np.abs(several[1:] - worth[:-count]) < CENT)
        below = np.flatnonzero(np.abs(several[:-1] - worth[count:]) < CENT)
        for at, first in ((above, above + 1), (below + count, below)):
            last = first + count
            own = (run[np.minimum(at, first)] == run[np.maximum(at, last - 1)]) & (free[last] == free[first])
            found.append(np.column_stack([at, first, last])[own])
    return np.concatenate(found) if found else np.empty((0, 3), dtype=np.int64)


def _sets(codes: pl.Series, hits: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """The lines that the same parts add up to several times, by product and parts; told by hashes, for speed."""
    if not len(hits):
        return []
    hashes = codes.hash().to_numpy()
    whole, first, last = hits.T
    other = np.ones(len(hits), dtype=bool)
    for part in range(MOST_PARTS):  # what adds up to some of itself was bought twice
        other &= hashes[np.minimum(first + part, last - 1)] != hashes[whole]
    hits = hits[other]
    whole, first, last = hits.T
    sums = np.concatenate([np.zeros(1, dtype=np.uint64), hashes.cumsum(dtype=np.uint64)])
    key = hashes[whole] * np.uint64(3) + (sums[last] - sums[first])
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
    sets = _sets(codes, adding_up(lines["order"], lines["money"]))
    wholes, parts = np.zeros(lines.height, dtype=bool), np.zeros(lines.height, dtype=bool)
    for found in sets:
        if len(found) >= OFTEN * int((codes == codes[int(found[0, 0])]).sum()):
            for at, first, last in found:
                wholes[at] = parts[first:last] = True
    return (pl.Series(wholes), pl.Series(parts & ~wholes)) if wholes.any() else None


def marks(transactions: pl.DataFrame) -> pl.Series | None:
    """Mark transactions that the same others beside them in their order add up to several times; None if none is."""
    worth = transactions["quantity"] * transactions["unit_price"]
    found = _sets(transactions["stock_code"], adding_up(transactions["invoice_no"], worth))
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
