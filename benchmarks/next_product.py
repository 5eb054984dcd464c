"""Next products on two real shops, at three past cut-offs each, beside popularity and buying again.

Usage: python -m benchmarks.next_product
"""

from __future__ import annotations

from typing import Any

import polars as pl

from benchmarks.measure import keep, say
from benchmarks.outlook import WINDOW, shops
from insiders_assets.language.writer import PLAIN
from insiders_assets.next_product import trial


def main() -> None:
    """Measure, print and keep."""
    kept: dict[str, Any] = {}
    for name, purchases in shops():
        table, found = trial(purchases, window_days=WINDOW)
        kept[name] = table.with_columns(pl.col("cutoff").cast(pl.String)).to_dicts()
        say(f"{name}: {PLAIN.write(found)}")
        for row in kept[name]:
            beside = (
                ""
                if row["low"] is None
                else f"  {row['difference']:+.3f} ({row['low']:.3f} to {row['high']:.3f})"
            )
            say(f"  {row['cutoff']}  {row['measure']:9}{row['way']:13}{row['value']:.3f}{beside}")
    keep("next_product", kept)


if __name__ == "__main__":
    main()
