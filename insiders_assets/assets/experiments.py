"""Experiments, in the group ``programme``: arms drawn once, and what they bring, read out at each refresh."""

from collections.abc import Iterator

from dagster import AssetCheckResult, MaterializeResult, ResourceParam

from insiders_assets.assets.declaration import keep, makes, table_spec
from insiders_assets.contracts.customers import INSIDERS
from insiders_assets.contracts.programme import EXPERIMENTED, LEAVES_NEXT, MEMBERSHIP_CHANGES
from insiders_assets.contracts.transactions import CLEAN_PURCHASES, RETURNS
from insiders_assets.storage.stores import Stores

DRAWN_FROM = (INSIDERS.name, MEMBERSHIP_CHANGES.name, LEAVES_NEXT.name, CLEAN_PURCHASES.name, RETURNS.name)
TABLES = EXPERIMENTED
MADE_BY = ("experiments", "segments", "refresh/experimenting.py")


@makes(
    *(table_spec(table, "programme", "polars", made_by=MADE_BY, deps=DRAWN_FROM) for table in EXPERIMENTED)
)
def experimented(stores: ResourceParam[Stores]) -> Iterator[MaterializeResult | AssetCheckResult]:
    """Draw the arms of experiments that begin, and tell what those that have begun bring."""
    from insiders_assets.refresh.experimenting import experiment_tables

    made = experiment_tables(stores)
    for table in EXPERIMENTED:
        yield from keep(stores, table, made[table.name])
