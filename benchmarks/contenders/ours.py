"""What the platform runs."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl

from insiders_assets.contracts.transactions import CLEAN_PURCHASES, RETURNS
from insiders_assets.features.batches import customer_features
from insiders_assets.features.cleaning import CleaningRules, clean_purchases, returns
from insiders_assets.features.customers import newest_day
from insiders_assets.ingest import IngestRules
from insiders_assets.settings import Settings
from insiders_assets.storage.incremental_ingest import Ingesting  # noqa: F401 - imports are not to be timed
from insiders_assets.storage.lake import Lake
from insiders_assets.storage.landing import open_landing
from insiders_assets.storage.transactions import TransactionStore

_WINDOW = 396


def features(lake: Path, out: Path) -> int:
    """The asset ``customer_features``, without the check of its contract."""
    bought = pl.scan_parquet(lake / "clean_purchases.parquet")
    back = pl.scan_parquet(lake / "returns.parquet")
    as_of = newest_day(bought, back)
    table = customer_features(bought, back, as_of=as_of, window_days=_WINDOW)
    table.write_parquet(out)
    return table.height


def clean(store: Path, out: Path) -> int:
    """The assets ``clean_purchases`` and ``returns``, with the check of their contracts."""
    raw = TransactionStore(store).scan()
    lake, rules = Lake(out), CleaningRules()
    bought = lake.write(CLEAN_PURCHASES, clean_purchases(raw, rules)).rows
    return bought + lake.write(RETURNS, returns(raw, rules)).rows


def ingest(exports: Path, out: Path) -> int:
    """The store of transactions, from nothing."""
    shutil.rmtree(out, ignore_errors=True)
    return ingest_new(exports, out)


def ingest_new(exports: Path, out: Path) -> int:
    """The store of transactions, with what it already has."""
    rules = IngestRules.from_settings(Settings())
    return TransactionStore(out).ingest(open_landing(str(exports)), rules).rows_transactions
