"""The scoreboard, in the group ``programme``: each refresh settles the list of 90 days ago."""

from collections.abc import Iterator

from dagster import AssetCheckResult, MaterializeResult, ResourceParam

from insiders_assets.assets.declaration import keep, makes, table_spec
from insiders_assets.contracts.programme import REFRESHES, SCOREBOARD, SETTLED
from insiders_assets.contracts.transactions import CLEAN_PURCHASES
from insiders_assets.storage.stores import Stores

TABLES = SETTLED
MADE_BY = ("programme", "refresh/settling.py")


@makes(
    table_spec(
        SCOREBOARD, "programme", "polars", made_by=MADE_BY, deps=(REFRESHES.name, CLEAN_PURCHASES.name)
    )
)
def settled(stores: ResourceParam[Stores]) -> Iterator[MaterializeResult | AssetCheckResult]:
    """Tell what the list of 90 days ago has brought, beside a plain sort and what was expected."""
    from insiders_assets.refresh.settling import scoreboard_table

    made = scoreboard_table(stores)
    numbers = {name: made.item(0, name) for name in ("revenue", "sort_revenue", "expected") if made.height}
    yield from keep(stores, SCOREBOARD, made, **numbers)
