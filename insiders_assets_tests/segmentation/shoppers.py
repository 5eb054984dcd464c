"""Made-up customers whose features hang together as a shop's do, and models fitted on them in little time."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from insiders_assets.contracts.customers import CUSTOMER_FEATURES
from insiders_assets.segmentation import SegmentationModel
from insiders_assets_tests.tables import completed

QUICK: dict[str, Any] = {"trees": 40, "k": 5}
"""Choices that make a fit fast and leave every step of it in place."""


def shoppers(count: int = 600, *, seed: int = 0, anonymous: float = 0.1) -> pl.DataFrame:
    """A ``customer_features`` table, sorted by customer id."""
    draw = np.random.default_rng(seed)
    worth = draw.gamma(1.2, 1.0, count)  # how keen a customer is; everything else follows from it
    invoices = 1 + draw.poisson(4 * worth)
    lines = invoices + draw.poisson(25 * worth * draw.lognormal(0, 0.4, count))
    units = lines * (1 + draw.poisson(9 * draw.lognormal(0, 0.6, count)))
    revenue = np.round(units * draw.lognormal(0.6, 0.4, count), 2)
    recency = np.minimum(draw.exponential(160 / (0.3 + worth)), 372).astype(np.int64)
    tenure = recency + np.where(invoices > 1, draw.integers(0, 372 - recency + 1), 0)
    span = tenure - recency
    products = np.maximum(1, (lines * draw.uniform(0.5, 1, count)).astype(np.int64))
    known = np.arange(count) >= int(anonymous * count)
    columns = {
        "customer_id": [
            f"{20000 + row}" if known[row] else f"anonymous-{500000 + row}" for row in range(count)
        ],
        "revenue": revenue,
        "recency": recency,
        "total_products": units,
        "distinct_stock_code": products,
        "purchase_lines": lines,
        "total_purchases": invoices,
        "basket_size": units / invoices,
        "unique_basket_size": np.maximum(1.0, lines / invoices),
        "avg_ticket": revenue / invoices,
        "avg_line_value": revenue / lines,
        "frequency": invoices / (span + 1),
        "avg_recency_days": pl.Series(
            np.where(invoices > 1, span / np.maximum(invoices - 1, 1), np.nan)
        ).fill_nan(None),
        "returned": np.where(draw.random(count) < 0.3, draw.poisson(units * 0.03), 0),
        "tenure": tenure,
        "is_identified": known,
        "country": ["Freedonia"] * count,
    }
    columns["net_revenue"] = columns["revenue"]
    columns["contribution"] = pl.Series([None] * count, dtype=pl.Float64)
    return completed(pl.DataFrame(columns), CUSTOMER_FEATURES).sort("customer_id")


def quick_model(features: pl.DataFrame, **choices: Any) -> SegmentationModel:
    """A model fitted on ``features`` with :data:`QUICK` choices."""
    return SegmentationModel.fit(features, **(QUICK | choices))
