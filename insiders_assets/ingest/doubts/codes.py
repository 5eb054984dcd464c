"""Short codes by which programs tell invoices from credit notes: ``381``, ``CN``, ``NC``, ``GS``, a sign or a side."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from insiders_assets.ingest.doubts.status_words import words_of
from insiders_assets.ingest.mapping.header_aliases import normalise
from insiders_assets.ingest.questions.question import Seen

CREDIT = words_of(
    "cn crn crnote cm cmemo nc nce gs gut av avr ret rtn rt ref rfnd rfd rma rtv credit cr haben 381 396 261 83"
)
"""Codes of credit notes and returns: UN/CEFACT 1001 has 381, 396, 261 and 83, and the others are shops' own."""
_AGAINST: tuple[tuple[frozenset[str], frozenset[str]], ...] = tuple(
    (words_of(back), words_of(sold))
    for back, sold in (
        ("-1 -", "1 +1 +"), ("c h", "d s"), ("r", "s v i"), ("out", "in"), ("minus negative", "plus positive"),
    )
)  # fmt: skip
"""Codes that say which way a line goes where each stands against one of others, and nothing else is there."""
_SIDE = words_of(
    "d c s h dc sh dr cr debit credit soll haben debe haber debito credito side sign indicator flag kennzeichen "
    "vorzeichen signo sinal signe segno teken or"
)
LONGEST, MOST = 4, 12
"""Characters of a code, and different ones in a column of them."""


def are_codes(values: Collection[str]) -> bool:
    """Return whether values are codes that no word list tells: numbers, or a few capitals."""
    return 1 < len(values) <= MOST and all(
        len(value) <= LONGEST and (value.lstrip("+-").isdigit() or value.isupper() or value in "+-")
        for value in values
    )


def back_codes(values: Collection[str]) -> set[str]:
    """Return those of the values of a column that say that a line came back; none where nothing is known of them."""
    plain = {value: value.strip().casefold() for value in values}
    known = {value for value, code in plain.items() if code in CREDIT}
    if known and len(known) < len(plain):
        return known
    spelled = set(plain.values())
    for back, sold in _AGAINST:
        if spelled & back and spelled & sold and spelled <= back | sold:
            return {value for value, code in plain.items() if code in back}
    return set()


_EITHER_WAY = (
    {"debit", "credit"},
    {"dr", "cr"},
    {"soll", "haben"},
    {"s", "h"},
    {"d", "c"},
    {"debe", "haber"},
)
_CHANGES = words_of("i u d c r insert update delete create read inserted updated deleted created")


def removed_codes(values: Collection[str]) -> set[str]:
    """Return those of the values of a column that say that a database deleted the row.

    None where they say no such thing.
    """
    plain = {value: value.strip().casefold() for value in values}
    if not set(plain.values()) <= _CHANGES:
        return set()
    return {value for value, code in plain.items() if code in ("d", "delete", "deleted")}


def are_changes(values: Collection[str]) -> bool:
    """Return whether values say what a database did to rows, and that it changed some."""
    spelled = {value.strip().casefold() for value in values}
    return spelled <= _CHANGES and bool(spelled & {"u", "update", "updated"})


def is_a_side(values: Collection[str]) -> bool:
    """Return whether values say nothing but which way a line goes, whatever their column is called.

    ``-1`` and ``1``.
    """
    spelled = {value.strip().casefold() for value in values}
    pairs = ({"-1", "1"}, {"+", "-"}, {"debit", "credit"}, {"dr", "cr"}, {"soll", "haben"})
    return any(spelled == pair for pair in pairs)


def names_a_side(name: str) -> bool:
    """Return whether a column's name speaks of nothing but debit and credit, or of a sign."""
    return len(words := set(normalise(name).split())) > 0 and words <= _SIDE


def fewer(seen: Sequence[Seen], back: Collection[str]) -> list[Seen]:
    """Return the values that say that a line came back; the others where the two of a side are the wrong way round.

    A sale is a credit in the books of revenue and a debit in those of the customer, and both are exported: what most
    lines are was sold.
    """
    said = [each for each in seen if each.value in back]
    rest = [each for each in seen if each.value not in back]
    spelled = {each.value.strip().casefold() for each in seen}
    turned = any(spelled == pair for pair in _EITHER_WAY) and sum(e.rows for e in said) > sum(
        e.rows for e in rest
    )
    return rest if turned else said


def but_the_usual(seen: Sequence[Seen]) -> list[Seen]:
    """Return all values but the most frequent, which is what most lines of a shop are: sold."""
    return list(seen[1:])
