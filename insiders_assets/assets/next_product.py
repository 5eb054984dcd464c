"""The next product, in the group ``programme``: shown where the last trial has found it worth showing."""

from collections.abc import Iterator

from dagster import AssetCheckResult, MaterializeResult, ResourceParam

from insiders_assets.assets.declaration import keep, makes, table_spec
from insiders_assets.contracts.customers import INSIDERS
from insiders_assets.contracts.next_product import NEXT_PRODUCT_STUDY
from insiders_assets.contracts.programme import NAMED_NEXT, REFRESHES
from insiders_assets.contracts.transactions import CLEAN_PURCHASES
from insiders_assets.storage.stores import Stores

TABLES = NAMED_NEXT
MADE_BY = ("next_product",)
FROM = (INSIDERS.name, REFRESHES.name, CLEAN_PURCHASES.name, NEXT_PRODUCT_STUDY.name)


@makes(*(table_spec(table, "programme", "polars", made_by=MADE_BY, deps=FROM) for table in NAMED_NEXT))
def named_next(stores: ResourceParam[Stores]) -> Iterator[MaterializeResult | AssetCheckResult]:
    """Name what each customer and cluster is likely to buy next, or say why not."""
    from insiders_assets.next_product import next_product_tables

    studied = stores.lake.path(NEXT_PRODUCT_STUDY.name).exists()
    made = next_product_tables(
        stores.lake.scan(CLEAN_PURCHASES.name),
        stores.lake.read(INSIDERS.name),
        stores.lake.read(NEXT_PRODUCT_STUDY.name) if studied else None,
        as_of=stores.lake.read(REFRESHES.name).item(0, "as_of"),
        window_days=stores.settings.window_days,
    )
    for table in NAMED_NEXT:
        yield from keep(stores, table, made[table.name])
