"""The tables that an engine makes, made as the assets make them, to be held against another's."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from insiders_assets.contracts.customers import CUSTOMER_FEATURES
from insiders_assets.contracts.summaries import PURCHASES_BY_MONTH
from insiders_assets.contracts.transactions import CLEAN_PURCHASES, RETURNS
from insiders_assets.features import cleaning, customers, months
from insiders_assets.features.dropped import dropped
from insiders_assets.ingest import IngestRules
from insiders_assets.settings import load_settings
from insiders_assets.storage.stores import Stores

TABLES = (CLEAN_PURCHASES, RETURNS, CUSTOMER_FEATURES, PURCHASES_BY_MONTH)


def ingested(home: Path, landing: Path, **settings: str) -> Stores:
    """A home with the transactions of ``landing``."""
    stores = Stores(load_settings(home=str(home), landing=str(landing), **settings))
    stores.transactions.ingest(stores.landing, IngestRules.from_settings(stores.settings))
    return stores


def make_tables(stores: Stores) -> dict[str, int]:
    """Clean and count with the engine of the settings; what each cleaning rule drops."""
    engine = stores.engine
    raw = engine.scan("raw_transactions")
    rules = cleaning.CleaningRules.from_settings(stores.settings, stores.transactions.cleaning())
    engine.write(CLEAN_PURCHASES, cleaning.clean_purchases(raw, rules))
    engine.write(RETURNS, cleaning.returns(raw, rules))
    bought, back = engine.scan("clean_purchases"), engine.scan("returns")
    window = {"as_of": customers.newest_day(bought, back), "window_days": stores.settings.window_days}
    engine.write(CUSTOMER_FEATURES, engine.customer_features(bought, back, **window))
    engine.write(PURCHASES_BY_MONTH, months.purchases_by_month(bought, back, **window))
    return {each.rule: each.lines_in + each.lines_out for each in dropped(raw, rules)}


def assert_equal(one: Stores, other: Stores) -> None:
    """Every table of two homes is the same: to the bit, and but for the order of transactions."""
    for table in TABLES:
        left, right = one.lake.read(table.name), other.lake.read(table.name)
        assert left.height > 0
        if table in (CLEAN_PURCHASES, RETURNS):
            left, right = (frame.sort(frame.columns) for frame in (left, right))
        assert left.schema == right.schema
        assert left.equals(right), differences(left, right)


def differences(one: pl.DataFrame, other: pl.DataFrame) -> str:
    """What differs, in few words."""
    if one.height != other.height:
        return f"{one.height} rows and {other.height}"
    return ", ".join(name for name in one.columns if not one[name].equals(other[name]))
