"""The outlook, in the group ``programme``: what customers are expected to do in the days ahead."""

from collections.abc import Iterator

from dagster import AssetCheckResult, MaterializeResult, ResourceParam

from insiders_assets.assets.declaration import keep, makes, table_spec
from insiders_assets.contracts.customers import INSIDERS
from insiders_assets.contracts.programme import FORETOLD, OUTLOOK_FIGURES, REFRESHES
from insiders_assets.contracts.transactions import CLEAN_PURCHASES
from insiders_assets.storage.stores import Stores

TABLES = FORETOLD
MADE_BY = ("outlook",)
FROM = (INSIDERS.name, REFRESHES.name, CLEAN_PURCHASES.name)


@makes(*(table_spec(table, "programme", "polars", made_by=MADE_BY, deps=FROM) for table in FORETOLD))
def foretold(stores: ResourceParam[Stores]) -> Iterator[MaterializeResult | AssetCheckResult]:
    """Tell what each customer is expected to do in 90 days, as far as such figures were right at past cut-offs."""
    from insiders_assets.outlook import outlook_tables

    refresh_id, as_of = stores.lake.read(REFRESHES.name).select("refresh_id", "as_of").row(0)
    made = outlook_tables(
        stores.lake.scan(CLEAN_PURCHASES.name),
        stores.lake.read(INSIDERS.name),
        refresh_id=refresh_id,
        as_of=as_of,
        window_days=stores.settings.window_days,
    )
    shown = dict(made[OUTLOOK_FIGURES.name].select("figure", "is_shown").iter_rows())
    for table in FORETOLD:
        yield from keep(stores, table, made[table.name], **(shown if table is OUTLOOK_FIGURES else {}))
