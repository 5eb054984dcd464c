"""The original pipeline's own pandas functions, on the same parquet; needs the reference folder."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from benchmarks.measure import REFERENCE

_NEEDED = ["customer_id", "invoice_no", "stock_code", "quantity", "unit_price", "invoice_date"]


def features(lake: Path, out: Path) -> int:
    """The nine features that the original had."""
    sys.path.insert(0, str(REFERENCE / "reference"))
    from original_pipeline import customer_features

    bought, back = (
        pd.read_parquet(lake / f"{name}.parquet", columns=_NEEDED) for name in ("clean_purchases", "returns")
    )
    for frame in (bought, back):
        frame["invoice_date"] = frame["invoice_date"].dt.normalize()
    table = customer_features(bought, back)
    table.to_parquet(out)
    return len(table)
