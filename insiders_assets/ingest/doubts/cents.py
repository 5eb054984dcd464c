"""Money in hundredths, as payment systems export it: recognized by a column's name or by arithmetic, and else asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.doubts.arithmetic import agreement
from insiders_assets.ingest.doubts.currencies import names_a_currency
from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.doubts.money_columns import AMOUNTS, money_beside, taken_for_price
from insiders_assets.ingest.doubts.money_words import is_price_unit, money_of
from insiders_assets.ingest.doubts.status_words import words_of
from insiders_assets.ingest.mapping.header_aliases import normalise
from insiders_assets.ingest.mapping.header_words import notions
from insiders_assets.ingest.mapping.schema import DERIVED
from insiders_assets.ingest.questions.question import Answer, Question, Settled

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_survey import Survey

_WORDS = words_of(
    "cents cent centavos centavo centimes centime centesimi centesimo centimos centimo cts pence minor subunits paise "
    "kopecks grosze groszy"
)
_DOZEN = words_of("dozen dz doz dutzend docena duzia douzaine dozzina dozijn")
_NOT_WORDS = words_of("per percent pro por pour")
_WITHOUT = frozenset(words_of("jpy krw clp vnd huf isk cop idr pyg ugx xaf xof xpf rwf twd lak mmk irr lbp"))
"""Currencies whose prices have no hundredths, in lower case."""
FEWEST, MEDIAN, ODD = 5, 200, 0.4
"""Different prices, their median, and the share of them that are no tens, from which they may be hundredths."""
GLANCE = 16
"""Rows by which nearly every export shows that its prices are no whole numbers."""


def in_cents(name: str) -> bool:
    """Return whether a column's name says that its money is in hundredths."""
    words = set(normalise(name).split())
    return bool(words & _WORDS) and not words & _NOT_WORDS


def _is_of_a_hundred(name: str) -> bool:
    """Return whether a column's name says that its price is that of a hundred pieces: one of them costs a hundredth."""
    return f" {normalise(name)} ".replace(" pro ", " per ").replace(" por ", " per ").find(" per 100 ") >= 0


def is_of_a_dozen(name: str) -> bool:
    """Return whether a column's name says that its price is that of twelve pieces."""
    words = normalise(name).split()
    return bool(words) and words[-1] in _DOZEN and bool({"price", "unit"} & notions(name)[0])


def _says_so(name: str) -> bool:
    return in_cents(name) or _is_of_a_hundred(name) or is_of_a_dozen(name)


def _watches(header: Header) -> tuple[int, ...]:
    """Return where a name says so, or something may prove it."""
    at = taken_for_price(header)
    if at is None or at in header.plan.cents:
        return ()
    beside = money_beside(header)
    named = [place for place in _money(header) if _says_so(header.names[place])]
    return tuple(sorted({at, *beside, *named})) if named or beside else ()


def _money(header: Header) -> list[int]:
    """Return positions of all columns of money, that which is taken for the price among them."""
    return [at for at in header.free if money_of(header.names[at])] + [
        at for name, at in header.plan.columns.items() if name in ("unit_price", DERIVED)
    ]


def _suspects(transactions: pl.DataFrame, _: pl.Series | None) -> bool:
    """Return whether prices are all whole numbers, such as hundredths are."""
    price = transactions["unit_price"]
    if any(value % 1 for value in price.head(GLANCE).to_list() if value):
        return False
    return _may_be(price)


def _may_be(price: pl.Series) -> bool:
    """Return whether prices may be hundredths, by what they look like."""
    distinct = price.filter(price > 0).unique()
    if len(distinct) < FEWEST or (distinct % 1 != 0).any():
        return False
    return float(distinct.median() or 0) >= MEDIAN and float((distinct % 10 != 0).mean() or 0) >= ODD  # type: ignore[arg-type]


def _asks(survey: Survey, header: Header) -> Iterator[Question | Settled]:
    taken = taken_for_price(header)
    if taken is None or taken in header.plan.cents:
        return
    places = [at for at in _watches(header) if survey.has(at)]
    if is_of_a_dozen(header.names[taken]) and taken not in header.plan.dozens:
        yield Settled("dozens", (header.names[taken],), {"dozens": [header.names[taken]]})
        return
    named = [
        at
        for at in places
        if _is_of_a_hundred(header.names[at])
        or (in_cents(header.names[at]) and _is_whole(survey.numbers(at)))
    ]
    if named:
        # What is as large as they are is in cents with them, whatever it is called.
        like = [
            at
            for at in sorted({*places, taken} - set(named))
            if _is_whole(survey.numbers(at)) and any(_are_alike(survey, at, known) for known in named)
        ]
        named = sorted([*named, *like])
        yield _settled(header, named, {"how": "name"})
        return
    if _counts_pieces(survey, header):
        return
    for at in places:
        if (
            at != taken
            and money_of(header.names[at]) in AMOUNTS
            and (found := _proof(survey, header, taken, at))
        ):
            yield _settled(
                header, [found], {"how": "total", "total": header.names[at if found == taken else taken]}
            )
            return
    if _may_be(survey.numbers(taken).abs()) and not _has_none(survey, header):
        name = header.names[taken]
        key = f"cents: {name}"
        example = survey.numbers(taken).drop_nulls()[0]
        yield Question(
            "cents", "money", (name,),
            (Answer("cents", {"cents": [name]}), Answer("whole", {"answers": {key: "whole"}})), None,
            arguments={"example": example, "money": round(float(survey.money.abs().sum()), 2)},
        )  # fmt: skip


def _counts_pieces(survey: Survey, header: Header) -> bool:
    """Return whether a column says that prices are of more than one piece.

    That makes them larger, and no hundredths.
    """
    return any(
        is_price_unit(header.names[at]) and bool((survey.numbers(at) > 1).any())
        for at in header.free
        if survey.has(at)
    )


def _settled(header: Header, places: list[int], facts: dict[str, str]) -> Settled:
    names = tuple(header.names[at] for at in places)
    return Settled("cents", names, {"cents": list(names)}, facts)


def _is_whole(values: pl.Series) -> bool:
    known = values.drop_nulls()
    return len(known) > 0 and bool((known % 1 == 0).all())


def _are_alike(survey: Survey, one: int, other: int) -> bool:
    """Return whether two columns hold the same money in the same unit.

    Of the line both, or of the piece and of the line.
    """
    pieces, here, there = survey.quantity.abs(), survey.numbers(one).abs(), survey.numbers(other).abs()
    return any(
        agreement(*pair).holds for pair in ((here, there), (here * pieces, there), (here, there * pieces))
    )


def _proof(survey: Survey, header: Header, taken: int, other: int) -> int | None:
    """Return which of two columns is in hundredths of the other, line by line or order by order; None if neither is."""
    pieces, here, there = survey.quantity.abs(), survey.numbers(taken).abs(), survey.numbers(other).abs()
    if DERIVED in header.plan.columns:
        pairs = [(here, there), (here, there * pieces)]
    else:
        pairs = [(here * pieces, there), (here * pieces, there * pieces)]
    if (orders := survey.ours("invoice_no")) is not None:
        whole = pl.DataFrame({"order": orders, "here": pairs[0][0], "there": there}).drop_nulls("order")
        table = whole.group_by("order").agg(pl.col("here").sum(), pl.col("there").max())
        pairs.append((table["here"], table["there"]))
    for one, two in pairs:
        if not (one > 0).any():
            continue
        if agreement(one, two * 100).holds:
            return taken if _is_whole(here) else None
        if agreement(one * 100, two).holds:
            return other if _is_whole(there) else None
    return None


def _has_none(survey: Survey, header: Header) -> bool:
    """Return whether a column names a currency without hundredths on all lines."""
    for at in header.free:
        if names_a_currency(header.names[at]) and survey.has(at):
            named = set(survey.text(at).drop_nulls().str.to_lowercase().unique())
            return bool(named) and named <= _WITHOUT
    return False


CENTS = Detector("cents", _watches, _asks, suspects=_suspects)
