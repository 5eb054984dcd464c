"""Group ``features``: what is known of each customer."""

from collections.abc import Iterator

from dagster import AssetCheckResult, MaterializeResult, ResourceParam

from insiders_assets.assets.declaration import keep, makes, table_spec
from insiders_assets.contracts.customers import CUSTOMER_FEATURES
from insiders_assets.contracts.summaries import CUSTOMER_PRODUCTS, PURCHASES_BY_MONTH
from insiders_assets.contracts.transactions import CLEAN_PURCHASES, RETURNS
from insiders_assets.storage.stores import Stores

GROUP = "features"
PUBLISHED = (PURCHASES_BY_MONTH, CUSTOMER_PRODUCTS)
"""What a refresh publishes of them."""
TABLES = (CUSTOMER_FEATURES, *PUBLISHED)

FROM = (CLEAN_PURCHASES.name, RETURNS.name)


@makes(
    table_spec(
        CUSTOMER_FEATURES, GROUP, "polars", made_by=["features", "refresh/worth.py"], deps=FROM,
        description="One row per customer with a purchase in the window: revenue, recency, variety, basket, returns "
        "and more.",
    )
)  # fmt: skip
def customer_features(stores: ResourceParam[Stores]) -> Iterator[MaterializeResult | AssetCheckResult]:
    """Count what each customer bought and gave back in the window."""
    from insiders_assets.features import customers
    from insiders_assets.refresh import memory
    from insiders_assets.refresh.worth import contributed, costed

    purchases, back = (stores.engine.scan(name) for name in FROM)
    with stores.engine.running("newest day"):
        as_of = stores.settings.as_of or customers.newest_day(purchases, back)
    window = stores.settings.window_days
    table = stores.engine.customer_features(purchases, back, as_of=as_of, window_days=window)
    sold, returned = costed(stores, *(stores.lake.scan(name) for name in FROM))
    table = contributed(stores, table, sold, returned, as_of)
    memory.require(stores.settings, stores.transactions.totals()["transactions"], table.height)
    customers.require_customers(table, as_of, window)
    identified = int(table["is_identified"].sum())
    yield from keep(
        stores, CUSTOMER_FEATURES, table,
        as_of=str(as_of),
        identified_customers=identified,
        anonymous_customers=table.height - identified,
        revenue=float(table["revenue"].sum()),
    )  # fmt: skip


@makes(
    table_spec(
        PURCHASES_BY_MONTH, GROUP, "polars", made_by=["features"], deps=FROM,
        description="Each identified customer's purchases and returns by calendar month, for whoever looks one up.",
    )
)  # fmt: skip
def purchases_by_month(stores: ResourceParam[Stores]) -> Iterator[MaterializeResult | AssetCheckResult]:
    """Add up what each customer bought and gave back in each month."""
    from insiders_assets.features import customers, months

    purchases, back = (stores.engine.scan(name) for name in FROM)
    with stores.engine.running("newest day"):
        as_of = stores.settings.as_of or customers.newest_day(purchases, back)
    summed = months.purchases_by_month(purchases, back, as_of=as_of, window_days=stores.settings.window_days)
    yield from keep(stores, PURCHASES_BY_MONTH, summed)


@makes(
    table_spec(
        CUSTOMER_PRODUCTS, GROUP, "polars", made_by=["features", "descriptions.py"], deps=[CLEAN_PURCHASES.name],
        description="The products that each identified customer spent most on, for whoever looks one up.",
    )
)  # fmt: skip
def customer_products(stores: ResourceParam[Stores]) -> Iterator[MaterializeResult | AssetCheckResult]:
    """Tell what each customer buys most."""
    from insiders_assets.features import favourites
    from insiders_assets.refresh.sources import as_of_date

    purchases = stores.lake.scan(CLEAN_PURCHASES.name)
    day, window = as_of_date(stores), stores.settings.window_days
    yield from keep(
        stores, CUSTOMER_PRODUCTS, favourites.customer_products(purchases, as_of=day, window_days=window)
    )
