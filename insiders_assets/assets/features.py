"""Group ``features``: what is known of each customer."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dagster import AssetCheckResult, AssetExecutionContext, MaterializeResult, ResourceParam

from insiders_assets.assets.code import code_version
from insiders_assets.assets.declaration import keep, makes, table_spec
from insiders_assets.contracts.customers import CUSTOMER_FEATURES
from insiders_assets.contracts.summaries import CUSTOMER_PRODUCTS, PURCHASES_BY_MONTH
from insiders_assets.contracts.table import Table
from insiders_assets.contracts.transactions import CLEAN_PURCHASES, RETURNS
from insiders_assets.storage.stores import Stores

if TYPE_CHECKING:
    from polars import DataFrame

    from insiders_assets.refresh.carry_over import CarryOver

GROUP = "features"
PUBLISHED = (PURCHASES_BY_MONTH, CUSTOMER_PRODUCTS)
"""What a refresh publishes of them."""
TABLES = (CUSTOMER_FEATURES, *PUBLISHED)

FROM = (CLEAN_PURCHASES.name, RETURNS.name)
MADE_BY = (
    "features",
    "descriptions.py",
    "refresh/worth.py",
    "refresh/carry_over.py",
    "shares.py",
    "storage/carried_rows.py",
)

Kept = Iterator[MaterializeResult | AssetCheckResult]


def _carry_over(stores: Stores) -> "CarryOver":
    """Return what makes the tables of this group, which are all made of the same customers' lines."""
    from insiders_assets.features import customers
    from insiders_assets.refresh.carry_over import CarryOver

    lines = (stores.engine.scan(name) for name in FROM)
    with stores.engine.running("newest day"):
        as_of = stores.settings.as_of or customers.newest_day(*lines)
    return CarryOver(stores, as_of, code_version("contracts", "days.py", "money.py", *MADE_BY))


def _keep(context: AssetExecutionContext, over: "CarryOver", table: Table, made: Any, **numbers: Any) -> Kept:
    """Keep a table, and what it was made of."""
    yield from keep(over.stores, table, made, customers_carried_over=over.customers, **numbers)
    over.note(table)
    for warning in over.warnings:
        context.log.warning(warning)


@makes(
    table_spec(
        CUSTOMER_FEATURES, GROUP, "polars", made_by=MADE_BY, deps=FROM,
        description="One row per customer with a purchase in the window: revenue, recency, variety, basket, returns "
        "and more.",
    )
)  # fmt: skip
def customer_features(context: AssetExecutionContext, stores: ResourceParam[Stores]) -> Kept:
    """Count what each customer bought and gave back in the window."""
    from insiders_assets.features import customers
    from insiders_assets.refresh import memory
    from insiders_assets.refresh.worth import contributed, costed

    over = _carry_over(stores)

    def counted(purchases: Any, back: Any) -> "DataFrame":
        return stores.engine.customer_features(
            purchases, back, as_of=over.as_of, window_days=stores.settings.window_days
        )

    table = over.made(CUSTOMER_FEATURES, counted, customers.looked_at_later)
    sold, returned = costed(stores, *(stores.lake.scan(name) for name in FROM))
    table = contributed(stores, table, sold, returned, over.as_of)
    memory.require(stores.settings, stores.transactions.totals()["transactions"], table.height)
    customers.require_customers(table, over.as_of, stores.settings.window_days)
    identified = int(table["is_identified"].sum())
    yield from _keep(
        context, over, CUSTOMER_FEATURES, table,
        as_of=str(over.as_of),
        identified_customers=identified,
        anonymous_customers=table.height - identified,
        revenue=float(table["revenue"].sum()),
    )  # fmt: skip


@makes(
    table_spec(
        PURCHASES_BY_MONTH, GROUP, "polars", made_by=MADE_BY, deps=FROM,
        description="Each identified customer's purchases and returns by calendar month, for whoever looks one up.",
    )
)  # fmt: skip
def purchases_by_month(context: AssetExecutionContext, stores: ResourceParam[Stores]) -> Kept:
    """Add up what each customer bought and gave back in each month."""
    from insiders_assets.features import months

    over = _carry_over(stores)

    def summed(purchases: Any, back: Any) -> Any:
        return months.purchases_by_month(
            purchases, back, as_of=over.as_of, window_days=stores.settings.window_days
        )

    yield from _keep(context, over, PURCHASES_BY_MONTH, over.made(PURCHASES_BY_MONTH, summed))


@makes(
    table_spec(
        CUSTOMER_PRODUCTS, GROUP, "polars", made_by=MADE_BY, deps=FROM,
        description="The products that each identified customer spent most on, for whoever looks one up.",
    )
)  # fmt: skip
def customer_products(context: AssetExecutionContext, stores: ResourceParam[Stores]) -> Kept:
    """Tell what each customer buys most."""
    from insiders_assets.features import favourites

    over, window = _carry_over(stores), stores.settings.window_days
    purchases = stores.lake.scan(CLEAN_PURCHASES.name)

    def first(bought: Any, _: Any) -> "DataFrame":
        return favourites.favourite_codes(bought, as_of=over.as_of, window_days=window)

    codes = over.made(CUSTOMER_PRODUCTS, first)
    table = favourites.described(codes, purchases, as_of=over.as_of, window_days=window)
    yield from _keep(context, over, CUSTOMER_PRODUCTS, table)
