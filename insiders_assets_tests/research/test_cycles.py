"""The original's cycles: the published figures come out of its own data, as far as they can."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import polars as pl
import pytest

from insiders_assets.contracts.research import ORIGINAL_CYCLES
from insiders_assets.research import cycles
from insiders_assets.research.cycles import Cycle, found, grouped, min_max, original_cycles, rfm


def rows(customers: int, last: int = 100) -> pl.DataFrame:
    """Each customer buys on two days, the more the higher their number."""
    draw = np.random.default_rng(0)
    return pl.DataFrame(
        [
            {
                "invoice_no": f"{customer}-{visit}",
                "stock_code": "84879",
                "quantity": 1 + customer % 7,
                "unit_price": 1.5,
                "customer_id": str(customer) if customer % 9 else None,
                "invoice_day": int(last - draw.integers(0, 90)),
                "invoice_date": datetime(2026, 1, 1),
                "country": "Freedonia",
            }
            for customer in range(customers)
            for visit in range(2)
        ],
        schema_overrides={"quantity": pl.Int64},
    )


def test_recency_frequency_and_revenue_are_as_they_were_defined() -> None:
    table = rfm(
        pl.DataFrame(
            {
                "customer_id": ["a", "a", "b"],
                "invoice_no": ["1", "2", "3"],
                "invoice_day": [10, 19, 15],
                "quantity": [2, 3, 1],
                "unit_price": [1.0, 2.0, 5.0],
            }
        ),
        20,
    )
    assert table.select("recency", "frequency", "revenue", "average").rows() == [
        (1, 0.2, 8.0, 4.0),
        (5, 1.0, 5.0, 5.0),
    ]


def test_a_column_that_never_varies_is_zero() -> None:
    assert min_max(pl.DataFrame({"a": [3, 5, 4], "b": [7, 7, 7]}), ["a", "b"]).tolist() == [
        [0, 0],
        [1, 0],
        [0.5, 0],
    ]


def test_a_start_from_the_highest_revenue_leads_to_the_groups_near_it() -> None:
    table = pl.DataFrame({"recency": [1] * 6, "revenue": [900.0, 1, 2, 500, 490, 3]})
    cycle = Cycle(1, "", 0.5, "", table, table.select("revenue").to_numpy(), 3, (1, 2))
    labels = grouped(cycle)
    assert labels.tolist() == [0, 2, 2, 1, 1, 2]
    assert found(table, labels) == "1 / 1 / 900.00 · 2 / 1 / 495.00 · 3 / 1 / 2.00"


@pytest.mark.full  # UMAP is compiled for it
def test_other_data_are_not_compared_with_what_was_published(people: pl.DataFrame) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cycles, "STARTS", 3)
        study = original_cycles(rows(60).lazy(), people)
    table = ORIGINAL_CYCLES.validate(study.table)
    assert set(table["cycle"]) == {1, 2, 3, 4, 5}
    assert set(table["explanation"]) == {cycles.OTHER_DATA}
    assert study.figures["cycles"].startswith(b"\x89PNG")
