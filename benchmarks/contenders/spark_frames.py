"""What the platform runs with ``INSIDERS_ENGINE=spark``, on all cores of this machine; its start is not timed."""

from __future__ import annotations

from pathlib import Path

from insiders_assets.contracts.transactions import CLEAN_PURCHASES, RETURNS
from insiders_assets.features.cleaning import CleaningRules, clean_purchases, returns
from insiders_assets.features.customers import newest_day
from insiders_assets.settings import Settings, load_settings
from insiders_assets.storage.engines.session import open_session
from insiders_assets.storage.stores import Stores

_WINDOW = 396

open_session(load_settings(engine="spark")).range(1).count()


def features(lake: Path, out: Path) -> int:
    """The asset ``customer_features``, without the check of its contract."""
    engine = _stores(lake.parent).engine
    bought, back = engine.scan("clean_purchases"), engine.scan("returns")
    table = engine.customer_features(bought, back, as_of=newest_day(bought, back), window_days=_WINDOW)
    table.write_parquet(out)
    return table.height


def clean(store: Path, out: Path) -> int:
    """The assets ``clean_purchases`` and ``returns``, with the check of their contracts."""
    stores, rules = _stores(store), CleaningRules()
    raw = stores.engine.scan("raw_transactions")
    rows = stores.engine.write(CLEAN_PURCHASES, clean_purchases(raw, rules)).rows
    rows += stores.engine.write(RETURNS, returns(raw, rules)).rows
    out.mkdir(parents=True, exist_ok=True)
    for table in (CLEAN_PURCHASES, RETURNS):
        stores.lake.path(table.name).rename(out / f"{table.name}.parquet")
    return rows


def _stores(home: Path) -> Stores:
    return Stores(Settings(home=str(home), engine="spark"))
