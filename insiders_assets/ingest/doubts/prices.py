"""Money that checks itself: what a line cost, inferred from the arithmetic of its columns of money."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.doubts.arithmetic import SURE, agreement, per_piece_odds, taxed
from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.doubts.money_columns import Columns, money_beside, taken_for_price, writes
from insiders_assets.ingest.doubts.money_words import is_with_tax, money_of, says_an_amount
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


HALF = 0.5
"""Share of the lines that must have an amount, for what holds on those to hold for the file."""
CENT, _FEWEST_LINES = 0.011, 8
"""Prices that differ by no more are the same; lines of products sold more than once from which they are inferred."""


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
    if found := price_per(columns) or _net_total(columns):
        yield found
        return
    if found := before_refunds(columns, header):
        yield found
        return
    if found := partial_price(columns, header):
        yield found
        if isinstance(found, Question):
            return
    discounts = list(_discounts(columns))
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


def _net_total(columns: Columns) -> Settled | None:
    """Return a total that is an amount less discounts, of all that the file holds: what was paid is that total."""
    each = [(columns.names[at], columns.money(at).fill_null(0.0)) for at in columns.discounts()]
    together = (
        [(" and ".join(name for name, _ in each), sum((off for _, off in each[1:]), each[0][1]))]
        if each
        else []
    )
    for name, off in each + (together if len(each) > 1 else []):
        for net in columns.amounts():
            for gross, amount in _bases(columns, net):
                for of, less in _less(amount, off, columns.pieces, name):
                    # A line on which nothing was sold may have what came back as its net amount.
                    sold = (amount != 0).fill_null(value=True)
                    found = agreement(
                        *(each.filter(sold) for each in (less, columns.money(net), columns.pieces))
                    )
                    if found.holds and found.of > HALF * less.drop_nulls().len():
                        return Settled(
                            "net_total", (columns.names[net],), writes(columns, DERIVED, net),
                            {"gross": columns.names[gross], "discount": name, "of": of,
                             "lines": found.lines, "money": found.money},
                        )  # fmt: skip
    return None


def _bases(columns: Columns, but: int) -> Iterator[tuple[int, pl.Series]]:
    """Yield amounts that a discount may be taken off: columns, and those times the pieces."""
    for at in columns.amounts():
        if at != but:
            yield at, columns.line(at)
            yield at, columns.money(at)


def _less(amount: pl.Series, off: pl.Series, pieces: pl.Series, name: str) -> Iterator[tuple[str, pl.Series]]:
    """Yield an amount after a discount of the line, of each piece, or by a share."""
    yield "line", amount - off
    yield "piece", amount - off * pieces
    share = off / 100 if float(off.max() or 0) > 1 or "%" in name else off  # type: ignore[arg-type]
    if float(share.max() or 0) <= 1:  # type: ignore[arg-type]
        yield "share", amount * (1 - share)


def _discounts(columns: Columns) -> Iterator[Question]:
    """Discounts that no total proves: of the line, of a piece, of the order, a share, or taken off already?

    Those of one kind are asked about together.
    """
    alike: dict[str, list[int]] = {}
    for at in columns.discounts():
        alike.setdefault(_shape(columns, at), []).append(at)
    shapes: dict[str, dict[str, str]] = {
        "line": {}, "piece": {"of": "piece"}, "order": {"level": "order"}, "share": {"of": "share"},
    }  # fmt: skip
    for likely, places in alike.items():
        names = tuple(columns.names[at] for at in places)
        answers = [
            Answer(shape, {"discounts": [{"column": name} | says for name in names]})
            for shape, says in shapes.items()
        ]
        question = Question("discount", "money", names, (), likely)
        answers.append(Answer("included", {"answers": {question.key: "included"}}))
        off = [columns.money(at).fill_null(0.0) for at in places]
        rows = pl.DataFrame({str(at): each > 0 for at, each in zip(places, off, strict=True)})
        yield Question(
            "discount", "money", names, tuple(answers), likely,
            arguments={"rows": rows.select(pl.any_horizontal(pl.all()).sum()).item(),
                       "money": round(float(sum(each.sum() for each in off)), 2),
                       "sold": round(float(columns.survey.money.abs().sum()), 2)},
        )  # fmt: skip


def _shape(columns: Columns, at: int) -> str:
    """Return what a discount likeliest is taken off."""
    off, name = columns.money(at).fill_null(0.0), columns.names[at]
    if _is_off_already(columns, off):
        return "included"
    if columns.is_percent(at) or "%" in name or "percent" in name.lower() or "pct" in name.lower():
        return "share"
    if says_an_amount(name):
        return "order" if columns.is_of_order_amount(at) and off.n_unique() > 1 else "line"
    # More than the line cost is no money off it; a few round numbers up to a hundred are percentages.
    amount = columns.survey.money.abs()
    if bool((off <= 1).all()) or (
        bool((off <= 100).all()) and bool((off > amount).any()) and off.n_unique() <= 20
    ):
        return "share"
    return "order" if columns.is_of_order_amount(at) and off.n_unique() > 1 else "line"


def _is_off_already(columns: Columns, off: pl.Series) -> bool:
    """Return whether products have one price once a discount is put back on, and none without."""
    product, pieces = columns.survey.ours("stock_code"), columns.pieces
    if not bool((off > 0).any()):
        return False
    if _leads_from_list_price(columns, off):
        return True
    if product is None:
        return False
    price = columns.survey.money.abs() / pieces
    share = off / 100 if float(off.max() or 0) > 1 else off  # type: ignore[arg-type]
    frame = pl.DataFrame(
        {"product": product, "net": price, "line": price + off / pieces, "piece": price + off,
         "share": price / (1 - share)}
    ).drop_nulls().filter(pl.len().over("product") > 1)  # fmt: skip
    if frame.height < _FEWEST_LINES:
        return False
    same = frame.select(
        ((pl.col(name) - pl.col(name).median().over("product")).abs() <= CENT).mean().alias(name)
        for name in ("net", "line", "piece", "share")
    ).row(0, named=True)
    return max(same["line"], same["piece"], same["share"]) >= max(0.8, same["net"] + 0.3)


def _leads_from_list_price(columns: Columns, off: pl.Series) -> bool:
    """Return whether a list price less the discount is the price, or the price without its tax."""
    taken = columns.taken
    if taken is None:
        return False
    less, share = off > 0, off / 100 if float(off.max() or 0) > 1 else off  # type: ignore[arg-type]
    own = columns.money(taken).filter(less)
    for at, kind in columns.kinds.items():
        if kind != "aside":
            continue
        before = columns.money(at)
        for net in (before - off, before * (1 - share)):
            found = net.filter(less)
            if agreement(found, own).holds or taxed(found, own, CENT):
                return True
    return False


def _matching_total(columns: Columns) -> Settled | Question | None:
    """Return two columns of which one is the other times the pieces: the one that surely is what was paid."""
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
                   "rows": int(((ours - theirs).abs() > 0.011).sum())},
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
