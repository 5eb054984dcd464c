"""Sentences of the questions about money: which of it was paid, and for what."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from insiders_assets.ingest.questions.identity_text import values

if TYPE_CHECKING:
    from insiders_assets.ingest.questions.question import Question


def _discount(question: Question) -> str:
    args, names = question.arguments, question.columns
    unread = (
        f"; {args['unread']:,} hold what is no number, and would take nothing off"
        if args.get("unread")
        else ""
    )
    held = f"column {names[0]} holds" if len(names) == 1 else f"columns {' and '.join(names)} hold"
    return (
        f"{held} discounts, and no total shows what they are taken off "
        f"({args['rows']:,} lines with {args['money']:,.2f} beside {args['sold']:,.2f} sold{unread}); "
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


def _signs(question: Question) -> str:
    args = question.arguments
    return (
        f"{' and '.join(question.columns)} {'is' if len(question.columns) == 1 else 'are'} below nothing on most lines "
        f"({args['below']:,.2f} on {args['rows']:,} lines, {args['above']:,.2f} above), as ledgers write what is sold; "
        "were these lines sold, or did they come back?"
    )


def _partial_price(question: Question) -> str:
    args, (special, usual) = question.arguments, question.columns
    return (
        f"{special} stands on {args['rows']:,} lines, below {usual}, and is empty or 0 on the others "
        f"({args['special']:,.2f} if it was paid where it stands, {args['usual']:,.2f} if {usual} was); which?"
    )


def _refund(question: Question) -> str:
    args = question.arguments
    return (
        f"column {question.columns[0]} may speak of {args['gives']} given back"
        f"{', which lines below nothing say as well ' if args.get('twice') else ', or of more than was sold '}"
        f"({args['rows']:,} lines with {args['given']:,.2f}); was that given back?"
    )


def _unpaid(question: Question) -> str:
    (seen,) = question.values
    return (
        f"column {question.columns[0]} says when or that an order was paid, and is empty on {seen.rows:,} lines worth "
        f"{seen.money or 0:,.2f}; do these lines count as sold?"
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


def _thousands(question: Question) -> str:
    money = question.arguments["money"]
    return (
        f"column {question.columns[0]} is in thousands by its name ({money * 1000:,.2f} if it is, {money:,.2f} if "
        "not); is it?"
    )


def _order_amount(question: Question) -> str:
    args = question.arguments
    return (
        f"column {question.columns[0]} is the same on all lines of an order, and may be what the order cost "
        f"({args['order']:,.2f} in all) and not each line ({args['line']:,.2f}); does it hold for each line? "
        "(if not, export what each line cost)"
    )


def _negative_prices(question: Question) -> str:
    args = question.arguments
    return (
        f"column {question.columns[0]} is below nothing on {args['rows']:,} lines worth {args['money']:,.2f}, of "
        "products that are sold for as much; did they come back, or are they discounts of their orders?"
    )


def _price_per(question: Question) -> str:
    args, (price, pieces) = question.arguments, question.columns
    return (
        f"{pieces} may say of how many pieces {price} is, up to {args['most']:,.0f} on {args['rows']:,} lines "
        f"({args['pieces']:,.2f} sold if it does, {args['one']:,.2f} if {price} is of one piece); which?"
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


def _tax_mixed(question: Question) -> str:
    return (
        f"column {question.columns[0]} says that some prices are with tax and others without it ({values(question)}), "
        "which cannot be added up; export them alike, or do they count as they are?"
    )


SENTENCES: dict[str, Callable[[Question], str]] = {
    "discount": _discount,
    "price_or_total": _price_or_total,
    "two_prices": _rivals,
    "two_totals": _rivals,
    "per_piece": _per_piece,
    "signs": _signs,
    "partial_price": _partial_price,
    "refund": _refund,
    "unpaid": _unpaid,
    "outstanding": _outstanding,
    "cents": _cents,
    "thousands": _thousands,
    "order_amount": _order_amount,
    "negative_prices": _negative_prices,
    "price_per": _price_per,
    "cost": _cost,
    "currencies": _currencies,
    "tax_mixed": _tax_mixed,
}
