"""What marketing can do with each cluster: documented rules, each with its numbers and the revenue at stake.

Every rule compares a cluster with the next better one by mean revenue (what would move its customers one step
up), or with all identified customers. The rule whose ratio is furthest from even is recommended, the next one
is mentioned. Money at stake is what closing :data:`STEP` of the gap would bring at the cluster's own prices, or
the revenue that has fallen silent; it is an order of magnitude to choose between actions by, not a forecast.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from insiders_assets.money import MICRO
from insiders_assets.programme.amounts import count, money, number, percent
from insiders_assets.programme.groups import micros

STEP = 0.1
"""The share of a gap that an action is taken to close."""

LEAST_GAP = 1.1
"""The ratio from which a rule applies."""

SILENT_DAYS = 90
"""Days without a purchase from which a customer counts as silent."""


@dataclass(frozen=True)
class Facts:
    """What the rules look at, of a cluster or of everybody; identified customers only.

    Attributes:
        customers: How many there are.
        orders: Mean orders.
        products: Mean different products.
        basket: Mean units per order, over all orders.
        unit_price: Revenue per unit.
        revenue_per_product: Revenue per different product bought by a customer.
        returned_share: Units returned per unit bought.
        returned_value: Value of what was returned.
        silent_share: Share of customers silent for more than :data:`SILENT_DAYS`.
        silent_revenue: Their revenue.
        overdue: Customers silent for more than twice their own rhythm.
        overdue_revenue: Their revenue.
    """

    customers: int
    orders: float
    products: float
    basket: float
    unit_price: float
    revenue_per_product: float
    returned_share: float
    returned_value: float
    silent_share: float
    silent_revenue: float
    overdue: int
    overdue_revenue: float


@dataclass(frozen=True)
class Action:
    """A recommendation.

    Attributes:
        text: What to do.
        reason: The numbers behind it.
        stake: The revenue at stake.
        ratio: How far the cluster is from what it is compared with; 1 is even.
    """

    text: str
    reason: str
    stake: float
    ratio: float


@dataclass(frozen=True)
class Comparison:
    """What a rule compares.

    Attributes:
        own: The cluster's facts.
        better: Those of the next better cluster by mean revenue; its own for the best.
        everyone: Those of all identified customers.
    """

    own: Facts
    better: Facts
    everyone: Facts


def cluster_facts(customers: pl.DataFrame, returned: pl.DataFrame) -> dict[int | None, Facts]:
    """The facts of every cluster, and of everybody under None.

    Args:
        customers: Customers with features, ``cluster`` and ``is_identified``, sorted by id.
        returned: ``customer_id, returned_micros``: the value of each customer's returns.
    """
    known = customers.filter("is_identified").join(
        returned, on="customer_id", how="left", maintain_order="left"
    )
    silent = pl.col("recency") > SILENT_DAYS
    overdue = (pl.col("recency") > 2 * pl.col("avg_recency_days")).fill_null(False)
    sums = {
        "customers": pl.len(),
        "orders": pl.col("total_purchases").sum(),
        "products": pl.col("distinct_stock_code").sum(),
        "units": pl.col("total_products").sum(),
        "micros": micros().sum(),
        "returned": pl.col("returned").sum(),
        "returned_micros": pl.col("returned_micros").fill_null(0).sum(),
        "silent": silent.sum(),
        "silent_micros": micros().filter(silent).sum(),
        "overdue": overdue.sum(),
        "overdue_micros": micros().filter(overdue).sum(),
    }
    rows = known.group_by("cluster").agg(**sums).to_dicts() + known.select(**sums).to_dicts()
    found = {row.get("cluster"): _facts(row) for row in rows}
    for cluster in customers["cluster"].unique().to_list():
        found.setdefault(cluster, _facts(dict.fromkeys(sums, 0)))
    return found


def recommend(own: Facts, better: Facts | None, everyone: Facts) -> list[Action]:
    """The actions that apply to a cluster, the most pressing first; never empty.

    Args:
        own: The cluster's facts.
        better: Those of the next better cluster by mean revenue, or None for the best.
        everyone: Those of all identified customers.
    """
    found = [rule(Comparison(own, better or own, everyone)) for rule in RULES]
    pressing = [action for action in found if action.ratio >= LEAST_GAP and action.stake > 0]
    return sorted(pressing, key=lambda action: (-round(action.ratio, 9), action.text)) or [_keep(own)]


def cross_sell(c: Comparison) -> Action:
    """Offer other products where variety is below the next better cluster's."""
    return Action(
        "Cross-sell: show products from other ranges with each order",
        f"{number(c.own.products)} different products per customer against {number(c.better.products)} in the next "
        "better cluster",
        c.own.customers * STEP * max(c.better.products - c.own.products, 0) * c.own.revenue_per_product,
        _ratio(c.better.products, c.own.products),
    )


def bundle(c: Comparison) -> Action:
    """Sell sets where baskets are smaller than the next better cluster's."""
    return Action(
        "Bundles: sets and quantity prices that fill the basket",
        f"{number(c.own.basket)} units per order against {number(c.better.basket)} in the next better cluster",
        c.own.customers * c.own.orders * STEP * max(c.better.basket - c.own.basket, 0) * c.own.unit_price,
        _ratio(c.better.basket, c.own.basket),
    )


def order_again(c: Comparison) -> Action:
    """Ask for the next order where there are fewer than in the next better cluster."""
    return Action(
        "Next order: a reminder, or a voucher that lapses, soon after each order",
        f"{number(c.own.orders)} orders per customer against {number(c.better.orders)} in the next better cluster",
        c.own.customers * STEP * max(c.better.orders - c.own.orders, 0) * c.own.basket * c.own.unit_price,
        _ratio(c.better.orders, c.own.orders),
    )


def price_tier(c: Comparison) -> Action:
    """Offer the better version where units are cheaper than everybody's."""
    units = c.own.customers * c.own.orders * c.own.basket
    return Action(
        "Price tier: offer the better version of what they already buy",
        f"{money(c.own.unit_price)} per unit against {money(c.everyone.unit_price)} for all customers",
        units * STEP * max(c.everyone.unit_price - c.own.unit_price, 0),
        _ratio(c.everyone.unit_price, c.own.unit_price),
    )


def win_back(c: Comparison) -> Action:
    """Write to the silent where more of them are than among everybody."""
    return Action(
        f"Win back: write to those silent for more than {SILENT_DAYS} days",
        f"{percent(c.own.silent_share)} are silent, against {percent(c.everyone.silent_share)} of all customers",
        c.own.silent_revenue,
        _ratio(c.own.silent_share, c.everyone.silent_share),
    )


def prevent_returns(c: Comparison) -> Action:
    """Find out why where more is sent back than by everybody."""
    return Action(
        "Returns prevention: find out what is sent back and why",
        f"{percent(c.own.returned_share)} of the units bought are returned, against "
        f"{percent(c.everyone.returned_share)} for all customers; worth {money(c.own.returned_value)}",
        c.own.returned_value,
        _ratio(c.own.returned_share, c.everyone.returned_share),
    )


Rule = Callable[[Comparison], Action]

RULES: tuple[Rule, ...] = (cross_sell, bundle, order_again, price_tier, win_back, prevent_returns)
"""Every rule there is."""


def _keep(own: Facts) -> Action:
    """Nothing is short: look after the ones who break their own rhythm."""
    return Action(
        "Keep: first choice of new products and a person to call; look after those who break their rhythm",
        f"{count(own.overdue)} of {count(own.customers)} have been silent for more than twice their own usual gap",
        own.overdue_revenue,
        1.0,
    )


def _ratio(upper: float, lower: float) -> float:
    """How many times ``lower`` goes into ``upper``; 1 where it cannot be said."""
    return upper / lower if lower > 0 else 1.0


def _facts(row: dict[str, int]) -> Facts:
    def per(part: str, whole: str) -> float:
        return row[part] / row[whole] if row[whole] else 0.0

    return Facts(
        customers=row["customers"],
        orders=per("orders", "customers"),
        products=per("products", "customers"),
        basket=per("units", "orders"),
        unit_price=per("micros", "units") / MICRO,
        revenue_per_product=per("micros", "products") / MICRO,
        returned_share=per("returned", "units"),
        returned_value=row["returned_micros"] / MICRO,
        silent_share=per("silent", "customers"),
        silent_revenue=row["silent_micros"] / MICRO,
        overdue=row["overdue"],
        overdue_revenue=row["overdue_micros"] / MICRO,
    )
