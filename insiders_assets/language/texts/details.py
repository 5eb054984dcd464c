"""What describes a customer beside the reason: cluster, rule and their own numbers."""

from insiders_assets.language.slots import Kind, text
from insiders_assets.language.texts.nouns import (
    LINES,
    MORE_LINES,
    MORE_ORDERS,
    MORE_PRODUCTS,
    PRODUCTS,
    UNITS_RETURNED,
)

_DETAILS = {
    "details": text(
        "%(cluster)s. %(numbers)s. %(tier)s.", cluster=Kind.TEXT, numbers=Kind.TEXT, tier=Kind.TEXT
    ),
    "details.near": text(
        "%(cluster)s. %(numbers)s. %(tier)s. Nearly: %(gap)s.",
        cluster=Kind.TEXT, numbers=Kind.TEXT, tier=Kind.TEXT, gap=Kind.TEXT,
    ),
    "details.cluster": text("Cluster %(cluster)s (%(name)s)", cluster=Kind.NUMBER, name=Kind.LOWER),
    "details.cluster_rule": text(
        "Cluster %(cluster)s (%(name)s); %(rule)s", cluster=Kind.NUMBER, name=Kind.LOWER, rule=Kind.TEXT
    ),
    "details.numbers": text(
        "%(lines)s, %(products)s, %(units)s units per order, %(spent)s per order, %(returned)s",
        lines=LINES, products=PRODUCTS, units=Kind.PLAIN, spent=Kind.MONEY, returned=UNITS_RETURNED,
    ),
    "details.insider": text("In the Insider tier"),
    "details.viability": text("In the tier being analysed"),
    "details.not_insider": text("Not in the Insider tier"),
}  # fmt: skip

_GAPS = {
    "gap.value": text(
        "%(amount)s more in purchases, or %(orders)s like theirs, would bring them in",
        amount=Kind.MONEY, orders=MORE_ORDERS,
    ),
    "gap.purchase_lines": text(
        "%(lines)s would bring them in: %(amount)s more in purchases, or %(orders)s, at their usual prices and sizes",
        lines=MORE_LINES, amount=Kind.MONEY, orders=MORE_ORDERS,
    ),
    "gap.distinct_stock_code": text(
        "%(products)s they have not bought yet would bring them in, or %(orders)s of their usual variety",
        products=MORE_PRODUCTS, orders=MORE_ORDERS,
    ),
    "gap.total_purchases": text(
        "%(orders)s would bring them in, %(amount)s more in purchases at their usual size",
        orders=MORE_ORDERS, amount=Kind.MONEY,
    ),
    "gap.basket_size": text(
        "orders of %(target)s units on average, instead of %(own)s, would bring them in",
        target=Kind.PLAIN, own=Kind.PLAIN,
    ),
    "gap.avg_ticket": text(
        "orders of %(target)s on average, instead of %(own)s, would bring them in",
        target=Kind.MONEY, own=Kind.MONEY,
    ),
}  # fmt: skip

TEXTS = _DETAILS | _GAPS
