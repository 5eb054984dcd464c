"""Features on Spark's workers: Spark brings each customer's transactions together, polars counts them there.

Spark's own group-bys hand millions of nearly different keys (a customer, an invoice, a product) from one stage to the
next. A customer's features need no other customer, so the transactions move once instead, and each worker
runs the code that one machine runs. It needs this package, as it does to assign customers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from insiders_assets.days import day_number
from insiders_assets.features.customers import NEEDED, within
from insiders_assets.storage.engines.arrow import Batches, batches_of

if TYPE_CHECKING:
    from datetime import date

ROWS = 1_000_000
"""Transactions whose customers are counted together, about: some 0.5 GB on the worker."""


def gathered(purchases: Any, returns: Any, *, as_of: date, window_days: int) -> Any:
    """Return a Spark frame of the window's purchases and returns, in which all rows of a customer are in one partition.

    Args:
        purchases: ``clean_purchases``, a Spark frame.
        returns: ``returns``, of the same session.
        as_of: The day that the features look back from.
        window_days: How many days they look back.
    """
    last = day_number(as_of)
    purchases, returns = (
        within(frame.select(*NEEDED), last, window_days).to_native() for frame in (purchases, returns)
    )
    shares = math.ceil((purchases.count() + returns.count()) / ROWS)
    return purchases.unionByName(returns).repartition(max(1, shares), "customer_id")


def counting(*, as_of: date, window_days: int) -> Callable[[Batches], Batches]:
    """Yield a function for ``mapInArrow``: all transactions of some customers in, their features out.

    Args:
        as_of: The day that the features look back from.
        window_days: How many days they look back.
    """

    def count(batches: Batches) -> Batches:
        import polars as pl
        import pyarrow as pa

        from insiders_assets.features.batches import customer_features

        found = list(batches)
        if not found:
            return
        rows = pl.DataFrame(pl.from_arrow(pa.Table.from_batches(found))).lazy()
        del found
        sold = pl.col("quantity") >= 0
        yield from batches_of(
            customer_features(rows.filter(sold), rows.filter(~sold), as_of=as_of, window_days=window_days)
        )

    return count
