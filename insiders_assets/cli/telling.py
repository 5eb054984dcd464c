"""What ``insiders inspect`` tells of a shop at its end: what its export says, and what it settled by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insiders_assets.ingest.mapping.header_aliases import normalise
from insiders_assets.ingest.mapping.schema import COSTS
from insiders_assets.ingest.row_counter import HARDLY, WORTH

if TYPE_CHECKING:
    from insiders_assets.ingest.inspection.findings import Inspected, Inspection

_CURRENCY = (
    "currency",
    "currency code",
    "moeda",
    "moneda",
    "wahrung",
    "waehrung",
    "devise",
    "valuta",
    "munteenheid",
)


def telling(export: Inspected) -> list[str]:
    """Return lines that say what an export's transactions say."""
    says = export.says
    if says.first is None or says.last is None:
        return []
    money = f" {currency}" if (currency := currency_of(export)) else ""
    lines = [
        "",
        f"It says: {says.money_in:,.2f}{money} sold, {says.money_out:,.2f} returned, in {says.orders:,} orders of "
        f"{says.customers:,} known customers, from {says.first:%Y-%m-%d %H:%M} to {says.last:%Y-%m-%d %H:%M}.",
    ]
    if left_out := export.outcome.excluded:
        out = sum(each["money_in"] - each["money_out"] for each in left_out.values())
        lines.append(f"  {export.outcome.rows_excluded:,} rows worth {out:,.2f} are left out.")
    if says.cost is not None:
        lines.append(_costing(export, says.cost))
    for what, named in (("customers", says.top_customers), ("products", says.top_products)):
        if named:
            lines.append(f"  top {what}: " + " · ".join(f"{name} {value:,.2f}" for name, value in named))
    return lines


def _costing(export: Inspected, cost: float) -> str:
    """Return what goods cost the shop, by which column, and how many lines do not say it."""
    says = export.says
    column, of = next(((name, of) for name, of in export.becomes.items() if of in COSTS), ("its mapping", ""))
    share = f", {cost / says.money_in:.1%} of what was sold" if says.money_in else ""
    by = f"by {column}, the cost of {'one piece' if of == COSTS[0] else 'the line'}"
    none = f"; {says.uncosted:,} lines say none" if says.uncosted else ""
    free = f"; {says.free:,} lines say 0" if says.free else ""
    return f"  Cost of goods: {cost:,.2f}{share}, {by}{none}{free}."


def flooring(found: Inspection) -> list[str]:
    """Return what is said of prices of a cent or few that have much of the money, where nobody let them count."""
    said = found.mapping.cleaning.price_floor if found.mapping else None
    if found.cheap <= WORTH or (said is not None and not found.proposed):
        return []
    how = "the mapping says so" if found.proposed else "write price_floor: 0.0 under cleaning in its mapping"
    return [f"  prices up to {HARDLY} hold {found.cheap:.1%} of the money: that they count, {how}"]


def settling(export: Inspected) -> list[str]:
    """Return lines that say what the file settled by itself."""
    return [f"  settled: {_SETTLED[each['code']](each)}" for each in export.outcome.form.get("settled", ())
            if each["code"] in _SETTLED]  # fmt: skip


def currency_of(export: Inspected) -> str:
    """Return the currency that a column of the export names on every line; empty if none does."""
    for look in export.columns:
        if normalise(look.name) in _CURRENCY and look.distinct == 1:
            return look.values[0]
    return ""


def _order_total(args: dict[str, Any]) -> str:
    beside = f" with {' and '.join(args['with'])}" if "with" in args else ""
    if "rates" in args:
        how = "more" if args["tax"] >= 0 else "less"
        much = f"{abs(args['tax']):,.2f} {how} than the lines of its orders{beside}"
        return f"{args['columns'][0]} is {much}, by tax{_rates(args)}"
    rest = f"; {args['difference']:,.2f} of {args['total']:,.2f} is left over" if args["difference"] else ""
    return (
        f"{args['columns'][0]} agrees with the lines of an order{beside} in {args['agree']:,} of "
        f"{args['orders']:,} orders{rest}"
    )


def _rates(args: dict[str, Any]) -> str:
    rates = " and ".join(f"{100 * rate:.3g} %" for rate in args["rates"])
    return f" ({rates})" if rates else ""


_SETTLED = {
    "order_total": _order_total,
    "net_total": lambda args: (
        f"{args['columns'][0]} is {args['gross']} less {args['discount']} on {args['lines']:.1%} of the lines and "
        f"{args['money']:.1%} of the money: that was paid"
    ),
    "net_total_taxed": lambda args: (
        f"{args['columns'][0]} is {args['gross']} less {args['discount']} and with its tax: that was paid"
    ),
    "matching_total": lambda args: f"{args['columns'][0]} times the quantity is {args['columns'][1]}",
    "price_per": lambda args: (
        f"{args['columns'][1]} is {args['columns'][0]} for each {args['columns'][2]} pieces, times the quantity"
    ),
    "by_tax": lambda args: (
        f"{args['columns'][1]} differs from {args['columns'][0]} times the quantity by tax alone{_rates(args)}: "
        "what is with tax was paid"
    ),
    "with_tax": lambda args: (
        f"{args['columns'][0]} is {args['columns'][1]} with tax{_rates(args)}: that was paid"
    ),
    "per_piece": lambda args: (
        f"{args['columns'][0]} is of the {args['of']}, as products in several quantities show"
    ),
    "vouchers": lambda args: (
        f"{args['rows']:,} lines below nothing, {args['money']:,.2f}, are discounts of their orders"
    ),
    "refund": lambda args: (
        f"{args['columns'][0]} holds {args['gives']} given back, on {args['rows']:,} lines"
    ),
    **dict.fromkeys(
        ("ids_marks", "ids_points"),
        lambda args: (
            f"{args['columns'][0]} writes {args['ids']:,} customers with marks in their numbers, on "
            f"{args['rows']:,} lines: {args['example']} is {args['becomes']}"
        ),
    ),
    "cents": lambda args: (
        f"{' and '.join(args['columns'])} {'is' if len(args['columns']) == 1 else 'are'} in cents, "
        + ("by name" if args["how"] == "name" else f"as {args['total']} shows")
    ),
    "before_refunds": lambda args: (
        f"{args['columns'][1]} is {args['columns'][0]} less {args['columns'][2]}: the one was sold, the other came back"
    ),
    "sent_pieces": lambda args: (
        f"{args['columns'][0]} is {args['columns'][1]} less {args['columns'][2]}: that was sold"
    ),
    "dozens": lambda args: f"{args['columns'][0]} is the price of twelve pieces, by name",
    "first_line": lambda args: (
        f"{args['columns'][0]} stands on the first line of an order and holds for all of it"
    ),
}
