"""Two columns that may each be what was paid, and are not the same: which of them it is, only the shop knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.doubts.arithmetic import CENT, HOLDS, agreement, is_constant_within, taxed
from insiders_assets.ingest.doubts.money_columns import FEWEST_ORDERS, Columns, writes
from insiders_assets.ingest.doubts.money_words import TAX, is_with_tax
from insiders_assets.ingest.doubts.price_units import counts_pieces
from insiders_assets.ingest.doubts.refunds import gives
from insiders_assets.ingest.doubts.status_words import words_of
from insiders_assets.ingest.mapping.header_aliases import normalise
from insiders_assets.ingest.mapping.schema import DERIVED
from insiders_assets.ingest.questions.question import Answer, Question, Settled

if TYPE_CHECKING:
    from insiders_assets.ingest.doubts.detector import Header

_PAID = words_of(
    "sale selling sold final discounted after paid pago pagado pagato paye bezahlt betaald net special promo actual "
    "offer oferta promocao promocional angebot aktion remise scontato descontado"
)
"""Words of what was paid, where another column says otherwise."""
_OF_TAX = words_of(
    "incl including inclusive inkl excl excluding exclusive exkl zzgl ttc ht brutto netto ivato wt"
)
"""Words of what is with a tax, or without."""


def two_prices(columns: Columns) -> Question | None:
    """Return a second price of one piece that differs from the one that is taken; None if there is none."""
    taken = columns.taken
    if taken is None or columns.survey.plan.columns.get("unit_price") != taken:
        return None
    for other, kind in columns.kinds.items():
        if other == taken or kind not in ("unit", "price") or not columns.money(other).drop_nulls().len():
            continue
        if counts_pieces(columns, other):
            continue
        if not agreement(columns.money(taken), columns.money(other)).holds or not _is_full(columns, other):
            return _which(columns, "two_prices", "unit_price", taken, other, columns.pieces)
    return None


def two_totals(columns: Columns, total: int, matched: set[int]) -> Question | None:
    """Return a second total of the line that differs from the one that the price explains, by more than tax.

    None if none.

    Args:
        columns: The columns of money.
        total: The position of the total that is a price times the pieces.
        matched: Positions of all columns that explain each other so.
    """
    for other in columns.amounts():
        if other in matched or columns.kinds[other] not in ("line", "amount"):
            continue
        if not agreement(columns.money(total), columns.money(other)).holds and not _is_taxed(
            columns, total, other
        ):
            return _which(columns, "two_totals", DERIVED, total, other, None)
    return None


def two_amounts(columns: Columns) -> Question | None:
    """Return two amounts that no price explains and that are not the same.

    Which of them was paid; None if there is one.

    Args:
        columns: The columns of money.
    """
    taken = columns.taken
    if taken is None or columns.kinds[taken] not in ("line", "amount"):
        return None
    for other in columns.amounts():
        if other == taken or columns.kinds[other] not in ("line", "amount") or not _is_full(columns, other):
            continue
        if not agreement(columns.money(taken), columns.money(other)).holds and not _is_taxed(
            columns, taken, other
        ):
            ours = DERIVED if columns.survey.plan.columns.get(DERIVED) == taken else "unit_price"
            return _which(columns, "two_totals", ours, taken, other, None)
    return None


def order_amount(columns: Columns) -> Question | None:
    """Return money that is the same on all lines of an order, and not on those of a product.

    What the order cost, most likely.

    Args:
        columns: The columns of money.
    """
    taken, survey = columns.taken, columns.survey
    orders, products = survey.ours("invoice_no"), survey.ours("stock_code")
    if taken is None or orders is None or products is None or columns.kinds[taken] == "unit":
        return None
    money, name = columns.money(taken), columns.names[taken]
    lines = pl.DataFrame({"order": orders, "product": products, "money": money}).drop_nulls()
    several = lines.filter(pl.col("product").n_unique().over("order") > 1)
    if several["order"].n_unique() < FEWEST_ORDERS or several["money"].n_unique() < FEWEST_ORDERS:
        return None
    if not is_constant_within(money, orders) or is_constant_within(money, products):
        return None
    asked = Question("order_amount", "money", (name,), ())
    if asked.is_answered(columns.mapping):
        return None
    each = lines.group_by("order").agg(pl.col("money").first())
    return Question(
        "order_amount", "money", (name,), (Answer("line", {"answers": {asked.key: "line"}} ),), None,
        arguments={"line": round(float(lines["money"].sum()), 2), "order": round(float(each["money"].sum()), 2)},
    )  # fmt: skip


def before_refunds(columns: Columns, header: Header) -> Settled | None:
    """Return the total of which another is what was not given back: that was sold, and what came back stands beside it.

    Args:
        columns: The columns of money.
        header: What is known of the export.
    """
    backs = [
        (at, columns.survey.numbers(at).abs().fill_null(0.0))
        for at in header.free
        if columns.survey.has(at) and gives(header.names[at]) == "amount"
    ]
    for at, back in backs:
        for gross in columns.amounts():
            for net in columns.amounts():
                kinds = {columns.kinds[gross], columns.kinds[net]}
                if gross == net or kinds & {"unit", "price"} or not bool((back > 0).any()):
                    continue
                if agreement(columns.money(gross) - back, columns.money(net)).holds:
                    return Settled(
                        "before_refunds", (columns.names[gross], columns.names[net], columns.names[at]),
                        writes(columns, DERIVED, gross),
                    )  # fmt: skip
    return None


def taxed_twin(columns: Columns) -> Settled | None:
    """Return what is settled where another column holds the same money with its tax: that is what was paid.

    Args:
        columns: The columns of money.
    """
    taken = columns.taken
    if taken is None:
        return None
    ours = DERIVED if columns.survey.plan.columns.get(DERIVED) == taken else "unit_price"
    for other in columns.amounts():
        if other == taken or not _is_full(columns, other) or not speaks_of_tax(columns, taken, other):
            continue
        if {columns.kinds[at] in ("unit", "price") for at in (taken, other)} == {True, False}:
            continue
        less, more = columns.money(taken), columns.money(other)
        if is_with_tax(columns.names[taken]) is not True and (rates := taxed(less, more, CENT)):
            return Settled(
                "with_tax", (columns.names[other], columns.names[taken]), writes(columns, ours, other),
                {"rates": list(rates)},
            )  # fmt: skip
    return None


def _is_full(columns: Columns, at: int) -> bool:
    """Return whether a column has a value on nearly every line that has an amount at all."""
    values = columns.money(at)
    if columns.taken is not None:
        values = values.filter(columns.money(columns.taken).is_not_null())
    return values.null_count() <= (1 - HOLDS) * len(values)


def with_tax(columns: Columns, total: int, matched: set[int]) -> int | None:
    """Return the position of a total that is the one that the price explains and its tax; None if there is none.

    Args:
        columns: The columns of money.
        total: The position of the total that is a price times the pieces.
        matched: Positions of all columns that explain each other so.
    """
    for other in columns.amounts():
        if other not in matched and columns.kinds[other] in ("line", "amount"):
            less, more = columns.money(total), columns.money(other)
            if float(more.sum()) > float(less.sum()) and _is_taxed(columns, total, other):
                return other
    return None


def speaks_of_tax(columns: Columns, *places: int) -> bool:
    """Return whether columns say by their names that they differ by a tax, or another column is one.

    ``Gross`` and ``net`` alone do not: what is net of a discount is called so, too.

    Args:
        columns: The columns of money.
        places: The positions of those that differ.
    """
    words = set().union(*(normalise(columns.names[at]).split() for at in places))
    return bool(words & _OF_TAX) or any(TAX & set(normalise(name).split()) for name in columns.names)


def _is_taxed(columns: Columns, one: int, other: int) -> bool:
    """Return whether two totals differ by their tax: their names say so, or the rates of one do on nearly all lines."""
    if not speaks_of_tax(columns, one, other) or _beyond_tax(columns, one, other) is not None:
        return False
    if {is_with_tax(columns.names[at]) for at in (one, other)} == {True, False}:
        return True
    here, there = columns.money(one), columns.money(other)
    less, more = (here, there) if float(here.sum()) < float(there.sum()) else (there, here)
    return bool(taxed(less, more, CENT))


def _beyond_tax(columns: Columns, one: int, other: int) -> int | None:
    """Return which of two totals is without a tip, a fee or what else stands beside it; None if that is not it."""
    less, more = (
        (one, other) if float(columns.money(one).sum()) < float(columns.money(other).sum()) else (other, one)
    )
    taxes = [columns.survey.numbers(at) for at, kind in columns.kinds.items() if kind == "tax"]
    for at, kind in columns.kinds.items():
        if kind != "aside" or not bool((columns.money(at) > 0).any()):
            continue
        with_it = columns.money(less) + columns.money(at).fill_null(0.0)
        for found in (with_it, sum((tax.abs() for tax in taxes), with_it)):
            if agreement(found, columns.money(more)).holds:
                return less
    return None


def _which(
    columns: Columns, code: str, ours: str, one: int, other: int, pieces: pl.Series | None
) -> Question:
    names = (columns.names[one], columns.names[other])
    money = [columns.money(at) if pieces is None else columns.line(at) for at in (one, other)]
    differ = int(((money[0] - money[1]).abs() > CENT).fill_null(value=True).sum())
    return Question(
        code, "money", names,
        tuple(Answer(columns.names[at], writes(columns, ours, at)) for at in (one, other)),
        _likelier(columns, one, other),
        arguments={"rows": differ, "one": round(float(money[0].sum()), 2), "other": round(float(money[1].sum()), 2)},
    )  # fmt: skip


def _likelier(columns: Columns, one: int, other: int) -> str:
    """Return the name of the column that rather was paid: by its name, or else with tax, or else the first."""
    if (goods := _beyond_tax(columns, one, other)) is not None:
        return columns.names[goods]
    words = {at: set(normalise(columns.names[at]).split()) for at in (one, other)}
    paid = [at for at in (one, other) if words[at] & _PAID]
    if len(paid) == 1:
        return columns.names[paid[0]]
    taxed = [at for at in (one, other) if is_with_tax(columns.names[at])]
    return columns.names[taxed[0] if len(taxed) == 1 else one]
