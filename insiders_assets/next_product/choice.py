"""Ways to name the next products of a customer: by their own rhythm, and the two plain ones it has to beat.

What a customer bought is ranked by its days, which count the less the longer they are ago, times the square root of the
share of its buyers who buy it again: what nobody buys twice is not named because it was bought last week. Who bought
fewer products than there are places is named what buyers of those bought, too.
"""

from __future__ import annotations

import polars as pl

from insiders_assets.next_product.bought import PLACES, Bought, first_places
from insiders_assets.next_product.together import bought_together

CHOSEN = ("customer_id", "stock_code", "place", "other", "support", "lift")
BEHIND = 1e6
"""By how much what they have not bought is ranked behind what they have."""


def by_rhythm(bought: Bought) -> pl.DataFrame:
    """Return ``customer_id, stock_code, place, other, support, lift``; the last three of what is bought together."""
    own = bought.pairs.join(bought.products, on="stock_code", maintain_order="left").select(
        "customer_id", "stock_code", score=(pl.col("weight") * pl.col("rate").sqrt()).round(9)
    )
    few = own.filter(pl.len().over("customer_id") < PLACES).select("customer_id", "stock_code")
    more = (
        few.join(bought_together(bought), left_on="stock_code", right_on="other", suffix="_next")
        .rename({"stock_code": "other", "stock_code_next": "stock_code"})
        .join(few, on=["customer_id", "stock_code"], how="anti")
        .sort("customer_id", "stock_code", "confidence", "other", descending=[False, False, True, False])
        .unique(["customer_id", "stock_code"], keep="first", maintain_order=True)
        .with_columns(score=pl.col("confidence") - BEHIND)
    )
    together = pl.concat(
        [own, more.select("customer_id", "stock_code", "score", "other", "support", "lift")], how="diagonal"
    )
    return first_places(together, "score").select(CHOSEN)


def by_days(bought: Bought) -> pl.DataFrame:
    """Return what each customer bought on most days, the latest first: "buy again"; filled with what sells best."""
    own = bought.pairs.select(
        "customer_id", "stock_code", score=pl.col("days") + (pl.col("last") - bought.day) / 10_000 + 2
    )
    best = popular(bought).select("customer_id", "stock_code", score=1 / pl.col("place"))
    joined = (
        pl.concat([own.cast({"score": pl.Float64}), best])
        .group_by("customer_id", "stock_code")
        .agg(pl.col("score").max())
    )
    return first_places(joined, "score").select(CHOSEN[:3])


def popular(bought: Bought) -> pl.DataFrame:
    """Return what most customers bought, the same for everybody."""
    best = bought.products.head(PLACES).select(
        "stock_code", place=pl.int_range(1, pl.len() + 1, dtype=pl.Int64)
    )
    return (
        bought.pairs.select("customer_id")
        .unique(maintain_order=True)
        .join(best, how="cross", maintain_order="left")
    )


WAYS = {"next_product": by_rhythm, "buy_again": by_days, "popularity": popular}
"""Every way by its name, the one that is to be shown first."""
