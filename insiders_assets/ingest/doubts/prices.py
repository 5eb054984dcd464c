"""Money that checks itself: what a line cost, told by the arithmetic of all columns of money over the whole file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.ingest.doubts.arithmetic import SURE, agreement, is_constant_within, per_piece_odds
from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.doubts.money_words import is_with_tax, money_of
from insiders_assets.ingest.mapping import DERIVED
from insiders_assets.ingest.questions import OPEN, Answer, Question, Settled

if TYPE_CHECKING:
    from insiders_assets.ingest.survey import Survey

AMOUNTS = ("unit", "price", "line", "amount", "order")
"""Kinds of money that a line may have been sold for."""


def _taken(header: Header) -> int | None:
    """The position of the column that is taken for what was paid."""
    return header.plan.columns.get(DERIVED, header.plan.columns.get("unit_price"))


def _is_said(header: Header) -> bool:
    """Whether the user, or a built-in form, said which column is what was paid."""
    if header.mapping is None or header.proposed or OPEN in header.mapping.answers.values():
        return False
    return bool({DERIVED, "unit_price"} & header.mapping.columns.keys())


def _watches(header: Header) -> tuple[int, ...]:
    at = _taken(header)
    if at is None or _is_said(header):
        return ()
    beside = [place for place in header.free if money_of(header.names[place]) in (*AMOUNTS, "discount")]
    sure = money_of(header.names[at]) in ("unit", "line")
    return () if sure and not beside else tuple(sorted([at, *beside]))


class _Columns:
    """The columns of money of a survey, by what they may be."""

    def __init__(self, survey: Survey, header: Header) -> None:
        self.survey, self.names = survey, header.names
        self.pieces = survey.quantity.abs()
        taken = _taken(header)
        places = sorted({*_watches(header)} | ({taken} if taken is not None else set()))
        self.kinds = {at: money_of(header.names[at]) or "price" for at in places}
        self.taken = taken

    def amounts(self) -> list[int]:
        """Positions of columns that a line may have been sold for, with something in them, order totals left out."""
        found = [at for at, kind in self.kinds.items() if kind in AMOUNTS and self._filled(at)]
        return [at for at in found if at == self.taken or not self.is_of_order(at)]

    def discounts(self) -> list[int]:
        """Positions of columns of discounts that are not all nothing."""
        return [
            at for at, kind in self.kinds.items()
            if kind == "discount" and bool((self.money(at).fill_null(0) != 0).any())
        ]  # fmt: skip

    def money(self, at: int) -> pl.Series:
        return self.survey.numbers(at).abs()

    def line(self, at: int) -> pl.Series:
        """What a line amounts to if a column holds the price of one piece."""
        return self.money(at) * self.pieces

    def is_of_order(self, at: int) -> bool:
        """Whether a column holds one amount for each order, on each of its lines or on one of them."""
        orders = self.survey.ours("invoice_no")
        if orders is None or self.kinds[at] in ("unit", "line", "price"):
            return False
        return self.kinds[at] == "order" or is_constant_within(self.survey.numbers(at), orders)

    def is_of_order_amount(self, at: int) -> bool:
        """Whether a discount stands once for each order, and on one of several lines or with the same on each."""
        orders = self.survey.ours("invoice_no")
        return orders is not None and is_constant_within(self.survey.numbers(at), orders)

    def _filled(self, at: int) -> bool:
        values = self.survey.numbers(at)
        return len(values) > 0 and values.null_count() < 0.5 * len(values)


def _asks(survey: Survey, header: Header) -> Iterator[Question | Settled]:
    columns = _Columns(survey, header)
    if columns.taken is None or "quantity" not in {*header.plan.columns, *header.plan.constants}:
        return
    found = _net_total(columns) or _discount(columns) or _matching_total(columns)
    if found:
        yield found
        return
    yield from _alone(columns, survey)


def _writes(columns: _Columns, name: str, at: int) -> dict[str, Any]:
    other = "unit_price" if name == DERIVED else DERIVED
    return {"columns": {name: columns.names[at], other: None}}


def _net_total(columns: _Columns) -> Settled | None:
    """A total that is an amount less a discount, of all that the file holds: what was paid is that total."""
    for at in columns.discounts():
        off = columns.money(at).fill_null(0.0)
        for net in columns.amounts():
            for gross, amount in _bases(columns, net):
                for of, less in _less(amount, off, columns.pieces, columns.names[at]):
                    found = agreement(less, columns.money(net), columns.pieces)
                    if found.holds:
                        return Settled(
                            "net_total", (columns.names[net],), _writes(columns, DERIVED, net),
                            {"gross": columns.names[gross], "discount": columns.names[at], "of": of,
                             "lines": found.lines, "money": found.money},
                        )  # fmt: skip
    return None


def _bases(columns: _Columns, but: int) -> Iterator[tuple[int, pl.Series]]:
    """Amounts that a discount may be taken off: columns, and those times the pieces."""
    for at in columns.amounts():
        if at != but:
            yield at, columns.line(at)
            yield at, columns.money(at)


def _less(amount: pl.Series, off: pl.Series, pieces: pl.Series, name: str) -> Iterator[tuple[str, pl.Series]]:
    """An amount after a discount of the line, of each piece, or by a share."""
    yield "line", amount - off
    yield "piece", amount - off * pieces
    share = off / 100 if float(off.max() or 0) > 1 or "%" in name else off  # type: ignore[arg-type]
    if float(share.max() or 0) <= 1:  # type: ignore[arg-type]
        yield "share", amount * (1 - share)


def _discount(columns: _Columns) -> Question | None:
    """A discount that no total proves: of the line, of a piece, of the order, a share, or taken off already?"""
    for at in columns.discounts():
        off, name = columns.money(at).fill_null(0.0), columns.names[at]
        rule = {"column": name}
        shapes: dict[str, dict[str, str]] = {
            "line": {}, "piece": {"of": "piece"}, "order": {"level": "order"}, "share": {"of": "share"},
        }  # fmt: skip
        answers = tuple(Answer(shape, {"discounts": [rule | says]}) for shape, says in shapes.items())
        included = Answer("included", {"answers": {f"discount: {name}": "included"}})
        is_share = bool((off <= 1).all()) or "%" in name or "percent" in name.lower()
        of_order = columns.is_of_order_amount(at) and off.n_unique() > 1
        return Question(
            "discount", "money", (name,), (*answers, included),
            "share" if is_share else "order" if of_order else "line",
            arguments={"rows": int((off > 0).sum()), "money": round(float(off.sum()), 2),
                       "sold": round(float(columns.survey.money.abs().sum()), 2)},
        )  # fmt: skip
    return None


def _matching_total(columns: _Columns) -> Settled | Question | None:
    """Two columns of which one is the other times the pieces: the one that surely is what was paid."""
    amounts = columns.amounts()
    pairs = [
        (price, total)
        for price in amounts for total in amounts
        if price != total and agreement(columns.line(price), columns.money(total), columns.pieces).holds
    ]  # fmt: skip
    if not _several(columns) or not pairs:
        return _differing(columns) if not pairs and _several(columns) else None
    # With tax before without: that is what the customer paid.
    price, total = max(
        pairs, key=lambda pair: (is_with_tax(columns.names[pair[1]]) is True, columns.taken in pair)
    )
    settled = columns.survey.plan.columns
    if settled.get("unit_price") == price or settled.get(DERIVED) == total:
        return Settled("matching_total", (columns.names[price], columns.names[total]))
    return Settled(
        "matching_total", (columns.names[price], columns.names[total]), _writes(columns, DERIVED, total)
    )


def _several(columns: _Columns) -> bool:
    """Whether any line is of several pieces: otherwise a price and a total are the same."""
    return bool((columns.pieces.fill_null(1) != 1).any())


def _differing(columns: _Columns) -> Question | None:
    """A total of the line that is not the price times the pieces, where nothing explains the difference."""
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
    ours, theirs = columns.line(price), columns.money(total)
    names = (columns.names[price], columns.names[total])
    return Question(
        "price_or_total", "money", names,
        (Answer("total", _writes(columns, DERIVED, total)), Answer("price", _writes(columns, "unit_price", price))),
        "total",
        arguments={"price": round(float(ours.sum()), 2), "total": round(float(theirs.sum()), 2),
                   "rows": int(((ours - theirs).abs() > 0.011).sum())},
    )  # fmt: skip


def _alone(columns: _Columns, survey: Survey) -> Iterator[Question | Settled]:
    """Money that nothing else in the file explains: of a piece or of the line, by what products cost."""
    taken = columns.taken
    if taken is None or not _several(columns):
        return
    kind = columns.kinds[taken]
    name = columns.names[taken]
    is_line = survey.plan.columns.get(DERIVED) == taken
    odds = per_piece_odds(survey.numbers(taken), columns.pieces, survey.ours("stock_code"))
    told = "unit_price" if odds >= SURE else DERIVED if odds <= -SURE else None
    now = DERIVED if is_line else "unit_price"
    if told == now:
        if kind in ("price", "amount"):
            yield Settled("per_piece", (name,), {}, {"of": "line" if is_line else "piece"})
        return
    if told is None and kind in ("unit", "line"):
        return
    if told is None and kind == "price" and not is_line and _is_plain_price(name):
        return
    money = {
        "piece": round(float(columns.line(taken).sum()), 2),
        "line": round(float(columns.money(taken).sum()), 2),
    }
    yield Question(
        "per_piece", "money", (name,),
        (Answer("line", _writes(columns, DERIVED, taken)), Answer("piece", _writes(columns, "unit_price", taken))),
        {"unit_price": "piece", DERIVED: "line"}.get(told or now), arguments=money,
    )  # fmt: skip


def _is_plain_price(name: str) -> bool:
    """Whether a name says no more than that it is a price: by all custom, the price of one piece."""
    from insiders_assets.ingest.names import normalise

    return normalise(name) in (
        "price", "precio", "preco", "preis", "prix", "prezzo", "prijs", "selling price", "sales price",
        "product price", "price each", "price per unit", "sale price", "verkaufspreis", "preco de venda",
        "precio de venta", "prix de vente",
    )  # fmt: skip


PRICES = Detector("price", _watches, _asks)
