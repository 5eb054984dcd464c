"""Small made-up shops for tests of the programme: purchases, returns, features and assignments that fit together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from insiders_assets.contracts.transactions import CLEAN_PURCHASES, RETURNS
from insiders_assets.features.customers import customer_features
from insiders_assets.programme.borders import Borders
from insiders_assets.programme.config import ProgrammeRules
from insiders_assets.programme.inputs import Programme, ProgrammeInputs

EPOCH = date(1970, 1, 1)
LAST = date(2026, 6, 30)
ROWS = {"read": 10, "transactions": 9, "quarantined": 1, "purchases": 8, "returns": 1}


def transactions(customers: int = 300, seed: int = 0, days: int = 300) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Purchases and returns of a shop whose customers differ in how often, how much and how dearly they buy."""
    draw = np.random.default_rng(seed)
    last = (LAST - EPOCH).days
    rows: list[dict[str, Any]] = []
    invoice = 500_000
    for number in range(customers):
        rate = draw.lognormal(0.8, 0.9)
        lines_mean, units_mean = draw.lognormal(2.0, 0.7), draw.lognormal(1.5, 0.6)
        anonymous = draw.random() < 0.15
        for day in sorted(
            draw.integers(last - days, last + 1, 1 if anonymous else max(1, draw.poisson(rate)))
        ):
            invoice += 1
            who = f"anonymous-{invoice}" if anonymous else f"{10_000 + number}"
            for _ in range(max(1, draw.poisson(lines_mean))):
                product = int(draw.integers(0, 200))
                units = max(1, int(draw.poisson(units_mean)))
                price = round(0.5 + 20 * float(draw.random()) ** 3, 2)
                rows.append(
                    {
                        "invoice_no": str(invoice),
                        "stock_code": f"P{product:04d}",
                        "description": f"SET OF {product % 30} CUPS",
                        "quantity": units,
                        "invoice_day": int(day),
                        "unit_price": price,
                        "customer_id": who,
                        "country": "Utopia",
                        "is_identified": not anonymous,
                    }
                )
    sold = _table(rows)
    back = sold.filter(pl.col("is_identified")).gather_every(25).with_columns(quantity=-pl.col("quantity"))
    return _finished(sold, CLEAN_PURCHASES.names), _finished(back, RETURNS.names)


def _table(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows).with_columns(
        pl.col("invoice_day").cast(pl.Int32),
        invoice_date=pl.col("invoice_day").cast(pl.Int32).cast(pl.Date).cast(pl.Datetime("us")),
    )


def _finished(frame: pl.DataFrame, names: list[str]) -> pl.LazyFrame:
    return frame.with_columns(line_value=pl.col("quantity") * pl.col("unit_price")).select(names).lazy()


def features_at(
    purchases: pl.LazyFrame, returns: pl.LazyFrame, day: date = LAST, window: int = 396
) -> pl.DataFrame:
    """``customer_features`` as of a day."""
    return customer_features(purchases, returns, as_of=day, window_days=window).collect()


def assign(
    features: pl.DataFrame, borders: tuple[float, ...] = (150.0, 400.0, 900.0, 2000.0)
) -> pl.DataFrame:
    """Clusters as a frozen model would assign them: by purchase lines and basket, 1 the best."""
    score = pl.col("purchase_lines") * 12 + pl.col("basket_size") * 2
    rank = sum((score >= border).cast(pl.Int32) for border in borders)
    return features.select(
        "customer_id",
        cluster=(len(borders) + 1 - rank).cast(pl.Int32),
        embedding_x=pl.col("revenue").log1p(),
        embedding_y=pl.col("recency").cast(pl.Float64),
        confidence=pl.lit(0.9),
        embedding_z=pl.lit(None, pl.Float64),
    )


def inputs(customers: int = 300, seed: int = 0, day: date = LAST, **changes: Any) -> ProgrammeInputs:
    """Everything the programme asks for, of one shop."""
    purchases, returns = transactions(customers, seed)
    return at(purchases, returns, day, **changes)


def at(
    purchases: pl.LazyFrame, returns: pl.LazyFrame, day: date, window: int = 396, **changes: Any
) -> ProgrammeInputs:
    """Everything the programme asks for on a day."""
    features = features_at(purchases, returns, day, window)
    given = ProgrammeInputs(
        features=features,
        assignments=assign(features),
        purchases=purchases,
        returns=returns,
        rules=ProgrammeRules(window_days=window),
        previous=None,
        as_of=day,
        refresh_id=f"{day}-test",
        model_version="m1",
        previous_model_version=None,
        silhouette={"embedding": 0.5, "features": -0.1, "leaves": 0.01},
        rows=ROWS,
    )
    return replace(given, **changes)


def borders_of(result: Programme) -> Borders:
    """The borders by which a refresh chose, as the next one remembers them."""
    row = result.tables["refreshes"].to_dicts()[0]
    return Borders(row["insider_border"], row["viability_border"])


def days_before(count: int) -> date:
    """A day before the last one."""
    return LAST - timedelta(days=count)
