"""Group ``features``: what is known of each customer."""

from dagster import AssetExecutionContext, ResourceParam, asset

from insiders_assets.assets.declaration import declare
from insiders_assets.assets.frames import DataFrame, EngineFrame
from insiders_assets.contracts.customers import CUSTOMER_FEATURES
from insiders_assets.contracts.summaries import PURCHASES_BY_MONTH
from insiders_assets.storage.stores import Stores

GROUP = "features"


@asset(**declare(CUSTOMER_FEATURES, GROUP, "polars"), pool="home")
def customer_features(
    context: AssetExecutionContext,
    clean_purchases: EngineFrame,
    returns: EngineFrame,
    stores: ResourceParam[Stores],
) -> DataFrame:
    """One row per customer with a purchase in the window: revenue, recency, variety, basket, returns and more."""
    from insiders_assets.features import customers
    from insiders_assets.refresh import memory
    from insiders_assets.refresh.worth import contributed

    with stores.engine.running("newest day"):
        as_of = stores.settings.as_of or customers.newest_day(clean_purchases, returns)
    table = stores.engine.customer_features(
        clean_purchases, returns, as_of=as_of, window_days=stores.settings.window_days
    )
    table = contributed(
        stores.settings, table, stores.lake.scan("clean_purchases"), stores.lake.scan("returns"), as_of
    )
    memory.require(stores.settings, stores.transactions.totals()["transactions"], table.height)
    customers.require_customers(table, as_of, stores.settings.window_days)
    identified = int(table["is_identified"].sum())
    context.add_output_metadata(
        {
            "as_of": str(as_of),
            "identified_customers": identified,
            "anonymous_customers": table.height - identified,
            "revenue": float(table["revenue"].sum()),
        }
    )
    return table


@asset(**declare(PURCHASES_BY_MONTH, GROUP, "polars"), pool="home")
def purchases_by_month(
    clean_purchases: EngineFrame, returns: EngineFrame, stores: ResourceParam[Stores]
) -> EngineFrame:
    """Each identified customer's purchases and returns by calendar month, for whoever looks one up."""
    from insiders_assets.features import customers, months

    with stores.engine.running("newest day"):
        as_of = stores.settings.as_of or customers.newest_day(clean_purchases, returns)
    return months.purchases_by_month(
        clean_purchases, returns, as_of=as_of, window_days=stores.settings.window_days
    )
