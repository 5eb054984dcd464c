"""Products bought by the same customers: how many bought both, and how much more often than by chance.

Support and lift as association rules have them (R. Agrawal, T. Imieliński and A. Swami, *Mining association rules
between sets of items in large databases*, SIGMOD 1993), of pairs of the best-selling products: all pairs at once are
one product of a matrix with itself.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from insiders_assets.next_product.bought import Bought

BEST_SELLING = 300
"""Products of which pairs are counted."""

COUNTED = 20_000
"""Customers, at most, in whom they are counted: every so manieth, by id."""

LEAST_BOTH = 10
"""Customers who must have bought both."""

PARTNERS = 5
"""Other products kept of each."""

COLUMNS = {
    "other": pl.String, "stock_code": pl.String, "support": pl.Float64, "confidence": pl.Float64, "lift": pl.Float64,
}  # fmt: skip


def bought_together(bought: Bought) -> pl.DataFrame:
    """Return pairs of products: whoever bought ``other`` buys ``stock_code``, too.

    Returns:
        ``other, stock_code, support, confidence, lift``: the share of customers who bought both, of the buyers of
        ``other`` those who did, and how many times that share is the one among everybody; only where it is more.
    """
    codes = bought.products.head(BEST_SELLING)["stock_code"].sort()
    ids = bought.pairs["customer_id"].unique().sort()
    ids = ids.gather_every(max(-(-len(ids) // COUNTED), 1))
    if codes.is_empty():
        return pl.DataFrame(schema=COLUMNS)
    rows = bought.pairs.join(
        ids.to_frame().with_row_index("row"), on="customer_id", maintain_order="left"
    ).join(codes.to_frame().with_row_index("column"), on="stock_code", maintain_order="left")
    there = np.zeros((len(ids), len(codes)), np.float32)
    there[rows["row"].to_numpy(), rows["column"].to_numpy()] = 1.0
    both = np.rint(there.T @ there).astype(np.float64)
    alone = np.diag(both).copy()
    one, other = np.nonzero((both >= LEAST_BOTH) & ~np.eye(len(codes), dtype=bool))
    confidence = both[one, other] / alone[one]
    found = pl.DataFrame(
        {
            "other": codes.gather(one),
            "stock_code": codes.gather(other),
            "support": both[one, other] / len(ids),
            "confidence": confidence,
            "lift": confidence / (alone[other] / len(ids)),
        },
        schema=COLUMNS,
    ).filter(pl.col("lift") > 1)
    return (
        found.sort("other", "confidence", "stock_code", descending=[False, True, False])
        .group_by("other", maintain_order=True)
        .head(PARTNERS)
    )
