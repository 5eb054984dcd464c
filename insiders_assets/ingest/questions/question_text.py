"""Questions as sentences: the one place that says them to a person."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from insiders_assets.ingest.questions import identity_text
from insiders_assets.ingest.questions.identity_text import values

if TYPE_CHECKING:
    from insiders_assets.ingest.questions.question import Question


def sentence(question: Question) -> str:
    """Return a question in a sentence."""
    return _SENTENCES[question.code](question)


def choices(question: Question) -> str:
    """Return what may be answered, the proposed answer marked."""
    return ", ".join(
        f"{answer.name} (proposed)" if answer.name == question.proposed else answer.name
        for answer in question.answers
    )


def _status(question: Question) -> str:
    said, asked_ = _STATUS[question.arguments["group"]]
    return f"column {question.columns[0]} {said} ({values(question)}); {asked_}"


_STATUS = {
    "cancelled": ("tells of orders that did not come about", "do these lines count as sold?"),
    "pending": ("tells of orders that may not have come about", "do these lines count as sold?"),
    "refunded": (
        "tells of money given back",
        "were these lines sold and given back, or are they returns themselves?",
    ),
    "test": ("tells of tests", "do these lines count as sold?"),
    "internal": ("tells of goods that were moved or used, and not sold", "do these lines count as sold?"),
    "archived": ("tells of lines that were put away", "do these lines count as sold?"),
    "unknown": ("may tell of orders that did not come about", "do these lines count as sold?"),
}


def _discount(question: Question) -> str:
    args, names = question.arguments, question.columns
    held = f"column {names[0]} holds" if len(names) == 1 else f"columns {' and '.join(names)} hold"
    return (
        f"{held} discounts, and no total shows what they are taken off "
        f"({args['rows']:,} lines with {args['money']:,.2f} beside {args['sold']:,.2f} sold); "
        "is one of the line, of each piece, of the whole order, a share, or taken off already?"
    )


def _price_or_total(question: Question) -> str:
    args, (price, total) = question.arguments, question.columns
    return (
        f"{total} is not {price} times the quantity ({args['rows']:,} lines differ; {args['total']:,.2f} by the one, "
        f"{args['price']:,.2f} by the other); which of them was paid?"
    )


def _rivals(question: Question) -> str:
    args, (one, other) = question.arguments, question.columns
    return (
        f"{one} and {other} are not the same ({args['rows']:,} lines differ; {args['one']:,.2f} by the one, "
        f"{args['other']:,.2f} by the other); which of them was paid?"
    )


def _per_piece(question: Question) -> str:
    args = question.arguments
    return (
        f"{question.columns[0]} may be the price of one piece or what the whole line cost "
        f"({args['line']:,.2f} as the line's, {args['piece']:,.2f} as each piece's); which?"
    )


def _refund(question: Question) -> str:
    args = question.arguments
    return (
        f"column {question.columns[0]} may speak of {args['gives']} given back"
        f"{', which lines below nothing say as well ' if args.get('twice') else ', or of more than was sold '}"
        f"({args['rows']:,} lines with {args['given']:,.2f}); was that given back?"
    )


def _cancelled_pieces(question: Question) -> str:
    args = question.arguments
    return (
        f"column {question.columns[0]} holds pieces that were cancelled ({args['rows']:,} lines with "
        f"{args['given']:,.0f} pieces); does the quantity still hold them?"
    )


def _unpaid(question: Question) -> str:
    (seen,) = question.values
    return (
        f"column {question.columns[0]} says when or that an order was paid, and is empty on {seen.rows:,} lines worth "
        f"{seen.money or 0:,.2f}; do these lines count as sold?"
    )


def _two_quantities(question: Question) -> str:
    args, (one, other) = question.arguments, question.columns
    return (
        f"{one} and {other} are not the same ({args['rows']:,} lines differ; {args['one']:,.0f} pieces by the one, "
        f"{args['other']:,.0f} by the other); which of them was sold?"
    )


def _outstanding(question: Question) -> str:
    (seen,) = question.values
    return (
        f"column {question.columns[0]} says that something is still to be paid on {seen.rows:,} lines worth "
        f"{seen.money or 0:,.2f}; do these lines count as sold?"
    )


def _cents(question: Question) -> str:
    args = question.arguments
    return (
        f"column {question.columns[0]} has nothing but whole numbers, such as {args['example']:g}, as money in cents "
        f"has ({args['money'] / 100:,.2f} if it is, {args['money']:,.2f} if not); is it in cents?"
    )


def _credit_notes(question: Question) -> str:
    return (
        f"column {question.columns[0]} has numbers like those of credit notes ({values(question)}), on "
        "lines that look sold; are these lines returns?"
    )


def _levels(question: Question) -> str:
    column, rows = question.columns[0], question.arguments["rows"]
    if question.values:
        said = " and ".join(f"{each.value} on {each.rows:,}" for each in question.values)
        meaning = f"column {column} tells of lines that have no quantity ({said})"
    else:
        meaning = f"column {column} is empty on {rows:,} lines, which have no quantity either"
    return f"{meaning}, as those of whole orders, payments or totals; are they left out?"


def _repeats(question: Question) -> str:
    return (
        f"{question.arguments['rows']:,} lines stand in several kinds of documents, told apart by column "
        f"{question.columns[0]} ({values(question)}); which of them are the sales?"
    )


def _multiplied(question: Question) -> str:
    args = question.arguments
    apart = (
        f"differ in {args['columns']} alone" if args["columns"] else "do not differ in anything that is read"
    )
    return (
        f"{args['rows']:,} lines worth {args['money']:,.2f} are {args['lines']:,} lines that stand several times each "
        f"and {apart}, as a join with something else leaves them; does each count once?"
    )


def _file_name(question: Question) -> str:
    (seen,) = question.values
    if question.arguments["tells"] == "returns":
        said = "that its lines came back; are they returns?"
    else:
        said = "that its lines were not sold; do they count?"
    aside = "" if len(question.answers) > 1 else " (export that sheet as a file of its own to say so)"
    look = f"{seen.rows:,} lines worth {seen.money:,.2f} that look sold"
    return f"{seen.value} has {look}, and its name says {said}{aside}"


def _thousands(question: Question) -> str:
    money = question.arguments["money"]
    return (
        f"column {question.columns[0]} is in thousands by its name ({money * 1000:,.2f} if it is, {money:,.2f} if "
        "not); is it?"
    )


def _measures(question: Question) -> str:
    return (
        f"column {question.columns[0]} has quantities in several units of measure ({values(question)}) at one price "
        "for a piece; are prices those of the unit on their line? (else export a total of each line)"
    )


def _wide_items(question: Question) -> str:
    return (
        f"rows hold several items of an order, each in columns of its own ({question.arguments['columns']} more "
        f"columns, from {question.columns[0]} on), and only one item of each row would count; "
        "export one row for each item, or does the first alone count?"
    )


def _tax_mixed(question: Question) -> str:
    return (
        f"column {question.columns[0]} says that some prices are with tax and others without it ({values(question)}), "
        "which cannot be added up; export them alike, or do they count as they are?"
    )


def _date_order(question: Question) -> str:
    return (
        f"dates of column {question.columns[0]} make sense day first and month first, such as "
        f"{question.arguments['example']}; which?"
    )


def _swapped_dates(question: Question) -> str:
    args = question.arguments
    return (
        f"dates of column {question.columns[0]} were half swapped by a spreadsheet: those up to the twelfth stand as "
        f"dates, such as {args['early']}, and the others as text, such as {args['late']}; is that to be undone?"
    )


def _decimal(question: Question) -> str:
    return (
        f"numbers of column {question.columns[0]} make sense with a decimal point and with a decimal comma, such as "
        f"{question.arguments['example']}; which?"
    )


def _decimal_quantities(question: Question) -> str:
    args = question.arguments
    return (
        f"column {question.columns[0]} has decimal quantities on {args['rows']:,} of {args['of']:,} lines, such as "
        f"{args['example']:g}; are goods sold by weight? (if not, these lines are rejected)"
    )


def _one_order(question: Question) -> str:
    args = question.arguments
    return (
        f"column {question.columns[0]} has the one number {args['order']} on all {args['lines']:,} lines, which are of "
        f"{args['customers']:,} customers; is it one order? (if not, map the column that numbers orders)"
    )


def _negative_prices(question: Question) -> str:
    args = question.arguments
    return (
        f"column {question.columns[0]} is below nothing on {args['rows']:,} lines worth {args['money']:,.2f}, of "
        "products that are sold for as much; did they come back, or are they discounts of their orders?"
    )


def _order_amount(question: Question) -> str:
    args = question.arguments
    return (
        f"column {question.columns[0]} is the same on all lines of an order, and may be what the order cost "
        f"({args['order']:,.2f} in all) and not each line ({args['line']:,.2f}); does it hold for each line? "
        "(if not, export what each line cost)"
    )


def _price_per(question: Question) -> str:
    args, (price, pieces) = question.arguments, question.columns
    return (
        f"{pieces} may say of how many pieces {price} is, up to {args['most']:,.0f} on {args['rows']:,} lines "
        f"({args['pieces']:,.2f} sold if it does, {args['one']:,.2f} if {price} is of one piece); which?"
    )


def _bundles(question: Question) -> str:
    args = question.arguments
    return (
        f"column {question.columns[0]} has sets beside what is in them, and both have prices in {args['orders']:,} "
        f"orders ({args['sets']:,.2f} for the sets, {args['parts']:,.2f} for the parts; {values(question)}); which of "
        "them count?"
    )


def _versions(question: Question) -> str:
    args = question.arguments
    return (
        f"{args['lines']:,} lines stand in several versions, told apart by column {question.columns[0]}; "
        f"{args['rows']:,} rows with {question.money:,.2f} are not the newest; which count?"
        + ("" if question.proposed else " (if only the newest do, export them alone)")
    )


def _cost(question: Question) -> str:
    args = question.arguments
    return (
        f"column {question.columns[0]} may say what goods cost the shop ({args['unit']:,.2f} in all as the cost of one "
        f"piece, {args['line']:,.2f} as that of the line, of {args['sold']:,.2f} sold); which, for the value by "
        "contribution?"
    )


def _currencies(question: Question) -> str:
    return (
        f"column {question.columns[0]} names several currencies ({values(question)}), which cannot be added up; "
        "which one counts? (rates for the others go under currency in the mapping)"
    )


def _service(question: Question) -> str:
    kind, share = question.arguments["kind"], question.arguments["share"]
    return (
        f"column {question.columns[0]} has lines that look like {_SERVICES[kind]} and no goods, {share:.1%} of "
        f"the money ({values(question)}); do they count?"
    )


_SERVICES = {
    "total": "totals of other lines", "tax": "tax", "deposit": "deposits", "rounding": "rounding",
    "gift card": "gift cards", "shipping": "shipping", "fee": "fees", "voucher": "vouchers", "tip": "tips or donations",
}  # fmt: skip
_SENTENCES: dict[str, Callable[[Question], str]] = {
    **identity_text.SENTENCES,
    **{f"service_{kind.replace(' ', '_')}": _service for kind in _SERVICES},
    **{f"status_{group}": _status for group in _STATUS},
    "unpaid": _unpaid,
    "two_quantities": _two_quantities,
    "outstanding": _outstanding,
    "cents": _cents,
    "discount": _discount,
    "price_or_total": _price_or_total,
    "two_prices": _rivals,
    "two_totals": _rivals,
    "per_piece": _per_piece,
    "refund": _refund,
    "cancelled_pieces": _cancelled_pieces,
    "one_order": _one_order,
    "date_order": _date_order,
    "swapped_dates": _swapped_dates,
    "decimal": _decimal,
    "decimal_quantities": _decimal_quantities,
    "credit_notes": _credit_notes,
    "levels": _levels,
    "repeats": _repeats,
    "multiplied": _multiplied,
    "thousands": _thousands,
    "file_name": _file_name,
    "measures": _measures,
    "wide_items": _wide_items,
    "tax_mixed": _tax_mixed,
    "currencies": _currencies,
    "cost": _cost,
    "order_amount": _order_amount,
    "negative_prices": _negative_prices,
    "price_per": _price_per,
    "bundles": _bundles,
    "versions": _versions,
}
