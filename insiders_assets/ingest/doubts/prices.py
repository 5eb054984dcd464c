"""Money that checks itself: what a line cost, inferred from the arithmetic of its columns of money."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from insiders_assets.ingest.doubts.arithmetic import CENT, SURE, agreement, per_piece_odds, taxed
from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.doubts.discounts import discount_questions
from insiders_assets.ingest.doubts.money_columns import Columns, money_beside, taken_for_price, writes
from insiders_assets.ingest.doubts.money_words import is_with_tax, money_of
from insiders_assets.ingest.doubts.net_totals import net_total
from insiders_assets.ingest.doubts.partial_prices import partial_price
from insiders_assets.ingest.doubts.price_units import price_per
from insiders_assets.ingest.doubts.rivals import (
    before_refunds,
    order_amount,
    speaks_of_tax,
    taxed_twin,
    two_amounts,
    two_prices,
    two_totals,
    with_tax,
)
from insiders_assets.ingest.mapping.schema import DERIVED
from insiders_assets.ingest.questions.question import OPEN, Answer, Question, Settled

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_survey import Survey


def _is_said(header: Header) -> bool:
    """Return whether the user, or a built-in form, said which column is what was paid."""
    if header.mapping is None or header.proposed or OPEN in header.mapping.answers.values():
        return False
    return bool({DERIVED, "unit_price"} & header.mapping.columns.keys())


def _watches(header: Header) -> tuple[int, ...]:
    at = taken_for_price(header)
    if at is None or _is_said(header):
        return ()
    beside = money_beside(header)
    sure = money_of(header.names[at]) in ("unit", "line")
    return () if sure and not beside else tuple(sorted([at, *beside]))


def _asks(survey: Survey, header: Header) -> Iterator[Question | Settled]:
    columns = Columns(survey, header, _watches(header))
    if columns.taken is None or "quantity" not in {*header.plan.columns, *header.plan.constants}:
        return
    if found := price_per(columns) or net_total(columns):
        yield found
        return
    if found := before_refunds(columns, header):
        yield found
        return
    if found := partial_price(columns, header):
        yield found
        if isinstance(found, Question):
            return
    discounts = list(discount_questions(columns))
    yield from discounts
    if discounts:
        return
    matched = _matching_total(columns)
    # A total that a price explains says which price was paid.
    rival = None if isinstance(matched, Settled) else two_prices(columns)
    if rival := rival or (None if matched else two_amounts(columns)):
        yield rival
    elif not matched:
        if twin := taxed_twin(columns):
            yield twin
            plan = replace(header.plan, columns=header.plan.columns | _places(header, twin))
            survey, header = survey.planned(plan), replace(header, plan=plan)
            columns = Columns(survey, header, _watches(header))
        yield from _alone(columns, survey)
    if matched:
        yield matched


def _places(header: Header, settled: Settled) -> dict[str, int]:
    """Return where the columns that a settled doubt writes stand."""
    written = settled.writes["columns"]
    return {name: header.names.index(column) for name, column in written.items() if column is not None}


def _matching_total(columns: Columns) -> Settled | Question | None:
    """Return two columns of which one is the other times the pieces: the one that surely is what was paid."""
    amounts = columns.amounts()
    pairs = [
        (price, total)
        for price in amounts for total in amounts
        if price != total and agreement(columns.line(price), columns.money(total), columns.pieces).holds
    ]  # fmt: skip
    if not _several(columns) or not pairs:
        return None if pairs else _differing(columns)
    # With tax before without: that is what the customer paid.
    price, total = max(
        pairs, key=lambda pair: (is_with_tax(columns.names[pair[1]]) is True, columns.taken in pair)
    )
    if other := two_totals(columns, total, {at for pair in pairs for at in pair}):
        return other
    if (paid := with_tax(columns, total, {at for pair in pairs for at in pair})) is not None:
        return _taxed_total(columns, price, paid, taxed(columns.money(total), columns.money(paid), CENT))
    settled = columns.survey.plan.columns
    signed = bool(((columns.survey.numbers(total) < 0) & (columns.survey.money > 0)).any())
    if settled.get(DERIVED) == total or (settled.get("unit_price") == price and not signed):
        return Settled("matching_total", (columns.names[price], columns.names[total]))
    return Settled(
        "matching_total", (columns.names[price], columns.names[total]), writes(columns, DERIVED, total)
    )


def _several(columns: Columns) -> bool:
    """Return whether any line is of several pieces: otherwise a price and a total are the same."""
    return bool((columns.pieces.fill_null(1) != 1).any())


def _differing(columns: Columns) -> Settled | Question | None:
    """Return a total of the line that is not the price times the pieces, where nothing explains the difference."""
    taken = columns.taken
    if taken is None or columns.survey.plan.columns.get(DERIVED) == taken:
        others = [at for at in columns.amounts() if at != taken and columns.kinds[at] in ("unit", "price")]
    else:
        others = [at for at in columns.amounts() if at != taken and columns.kinds[at] in ("line", "amount")]
    if taken is None or not others:
        return None
    price, total = (
        (taken, others[0]) if columns.kinds[others[0]] in ("line", "amount") else (others[0], taken)
    )
    have_both = columns.line(price).is_not_null() & columns.money(total).is_not_null()
    ours, theirs = columns.line(price).filter(have_both), columns.money(total).filter(have_both)
    names = (columns.names[price], columns.names[total])
    if by_tax := _by_tax(columns, price, total):
        return by_tax
    return Question(
        "price_or_total", "money", names,
        (Answer("total", writes(columns, DERIVED, total)), Answer("price", writes(columns, "unit_price", price))),
        "total",
        arguments={"price": round(float(ours.sum()), 2), "total": round(float(theirs.sum()), 2),
                   "rows": int(((ours - theirs).abs() > CENT).sum())},
    )  # fmt: skip


def _by_tax(columns: Columns, price: int, total: int) -> Settled | None:
    """Return a total that is a price times the pieces and a tax that some name speaks of.

    With it, it is what was paid.
    """
    if not speaks_of_tax(columns, price, total):
        return None
    ours, theirs = columns.line(price), columns.money(total)
    slack = columns.pieces.clip(1) * CENT
    for less, more, paid in ((ours, theirs, total), (theirs, ours, price)):
        if rates := taxed(less, more, slack):
            return _taxed_total(columns, price, total, rates, paid=paid)
    return None


def _taxed_total(
    columns: Columns, price: int, total: int, rates: tuple[float, ...], *, paid: int | None = None
) -> Settled:
    """Return what is settled where a total and a price differ by a tax: the one that is with it was paid."""
    which = total if paid is None else paid
    tax = round(abs(float((columns.money(total) - columns.line(price)).sum())), 2)
    return Settled(
        "by_tax", (columns.names[price], columns.names[total]),
        writes(columns, DERIVED if which == total else "unit_price", which), {"rates": list(rates), "tax": tax},
    )  # fmt: skip


def _alone(columns: Columns, survey: Survey) -> Iterator[Question | Settled]:
    """Yield money that nothing else in the file explains: of a piece or of the line, by what products cost."""
    taken = columns.taken
    if taken is None:
        return
    if asked := order_amount(columns):
        yield asked
        return
    if not _several(columns):
        return
    kind = columns.kinds[taken]
    name = columns.names[taken]
    is_line = survey.plan.columns.get(DERIVED) == taken
    odds = per_piece_odds(survey.numbers(taken), columns.pieces, survey.ours("stock_code"))
    meaning = "unit_price" if odds >= SURE else DERIVED if odds <= -SURE else None
    now = DERIVED if is_line else "unit_price"
    if meaning == now:
        if kind in ("price", "amount"):
            yield Settled("per_piece", (name,), {}, {"of": "line" if is_line else "piece"})
        return
    if meaning is None and kind in ("unit", "line"):
        return
    if meaning is None and kind == "price" and not is_line and _is_plain_price(name):
        return
    money = {
        "piece": round(float(columns.line(taken).sum()), 2),
        "line": round(float(columns.money(taken).sum()), 2),
    }
    yield Question(
        "per_piece", "money", (name,),
        (Answer("line", writes(columns, DERIVED, taken)), Answer("piece", writes(columns, "unit_price", taken))),
        {"unit_price": "piece", DERIVED: "line"}.get(meaning or now), arguments=money,
    )  # fmt: skip


def _is_plain_price(name: str) -> bool:
    """Return whether a name says no more than that it is a price: by all custom, the price of one piece."""
    from insiders_assets.ingest.mapping.header_aliases import normalise

    return normalise(name) in (
        "price", "precio", "preco", "preis", "prix", "prezzo", "prijs", "selling price", "sales price",
        "product price", "price each", "price per unit", "sale price", "verkaufspreis", "preco de venda",
        "precio de venta", "prix de vente",
    )  # fmt: skip


PRICES = Detector("price", _watches, _asks)
