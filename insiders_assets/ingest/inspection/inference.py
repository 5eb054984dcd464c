"""A mapping for an export that nobody has described: inferred from what its columns are called and what they hold."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from insiders_assets.ingest.doubts.money_words import money_of
from insiders_assets.ingest.doubts.refunds import NO_MARKS
from insiders_assets.ingest.doubts.status_names import kind_of
from insiders_assets.ingest.doubts.status_words import group_of
from insiders_assets.ingest.mapping.entries import Returns
from insiders_assets.ingest.mapping.header_aliases import FIELDS, normalise, recognise
from insiders_assets.ingest.mapping.header_words import LEAST, fits, notions
from insiders_assets.ingest.mapping.schema import DERIVED, Mapping, missing
from insiders_assets.ingest.sniffing.column_profile import FEW, MOSTLY

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_profile import ColumnProfile

HALF = 0.5
"""Share of a column's values that have to be of a kind for it to be taken: a file may be full of faults."""
_YES = frozenset(["1", "true", "t", "yes", "y", "x", "sim", "s", "si", "ja", "j", "oui", "o"])
_NO = frozenset(["0", "false", "f", "no", "n", "nao", "nein", "non", "nee"])


@dataclass(frozen=True)
class Proposal:
    """A mapping that may be right.

    Attributes:
        mapping: The mapping.
        doubts: What a person has to decide, a sentence each.
    """

    mapping: Mapping
    doubts: list[str] = field(default_factory=list)


def propose(looks: Sequence[ColumnProfile], pattern: str) -> Proposal:
    """Return the mapping that fits an export best.

    Args:
        looks: What its columns look like.
        pattern: Pattern of the names of the files it is for.
    """
    columns = _assigned(looks)
    if "unit_price" in columns:
        columns.pop(DERIVED, None)
    taken = set(columns.values())
    left = [look for look in looks if look.name and look.name not in taken]
    ordered = {name: columns[name] for name in (*FIELDS, DERIVED) if name in columns}
    lacking = ", ".join(missing(set(columns)))
    doubts = [f"no column looks like {lacking}; map one, or give it a constant"] if lacking else []
    return Proposal(Mapping(files=(pattern,), columns=ordered, returns=_returns(left)), doubts)


def pattern_of(name: str) -> str:
    """Return the pattern that fits a file's name and no other."""
    return glob.escape(name)


def _assigned(looks: Sequence[ColumnProfile]) -> dict[str, str]:
    """Return the column of the export for each of ours: the best fit first, each column once."""
    header = tuple(look.name for look in looks)
    known = {header[at]: name for name, places in recognise(header).items() for at in places}
    scored = [
        (fit * _holds(name, look), known.get(look.name) == name, -place, name, look.name)
        for place, look in enumerate(looks)
        if look.name and header.count(look.name) == 1
        for name, fit in _fits(look.name, known).items()
    ]
    if not any(name == "invoice_date" and score >= LEAST for score, _, _, name, _ in scored):
        scored += [
            (LEAST, False, -place, "invoice_date", look.name)
            for place, look in enumerate(looks)
            if _dated(look)
        ]
    found: dict[str, str] = {}
    for score, _, _, name, column in sorted(scored, reverse=True):
        if score >= LEAST and name not in found and column not in found.values():
            found[name] = column
    return found


def _fits(column: str, known: dict[str, str]) -> dict[str, float]:
    """Return how well a column's name fits ours; a name that is recognised without a mapping fits best."""
    found = dict(fits(column))
    if column in known:
        found[known[column]] = max(found.get(known[column], 0.0), 0.95)
    return _of_money(found, column)


def _of_money(found: dict[str, float], column: str) -> dict[str, float]:
    """Return the same with what the name says of money: a cost, a tax or a refund is no price, and ``Sales`` is one."""
    kind, (about, _) = money_of(column), notions(column)
    if "return" in about or kind == "refund":
        return {name: fit for name, fit in found.items() if name not in ("quantity", "unit_price", DERIVED)}
    if kind in ("cost", "discount", "tax", "refund", "aside"):
        return {name: fit for name, fit in found.items() if name not in ("unit_price", DERIVED)}
    if kind in ("line", "amount") and len(normalise(column).split()) > 1:  # ``Net sales`` numbers no sale
        found.pop("invoice_no", None)
    if kind == "line" and "amt" in normalise(column).split():
        found = {name: fit for name, fit in found.items() if name not in ("unit_price", DERIVED)}
    if kind in ("line", "amount") and not {"unit_price", DERIVED} & found.keys():
        found[DERIVED] = 0.9 if kind == "line" else 0.6
    return found


def _dated(look: ColumnProfile) -> bool:
    """Return whether a column holds dates, whatever it is called: numbers are dates only where the name says so."""
    return bool(look.name) and look.dates >= HALF and look.numbers < MOSTLY


def _holds(name: str, look: ColumnProfile) -> float:
    """Return how well what a column holds fits what it may be, between 0 and 1."""
    if not look.distinct:
        return 0.0
    if name == "invoice_date":
        return float(look.dates >= HALF or look.counted >= HALF)
    if name in ("unit_price", DERIVED):
        return float(look.numbers >= HALF)
    if name == "quantity":
        return float(look.whole >= HALF)
    if _dated(look):
        return 0.0
    numeric = look.numbers >= MOSTLY
    if name == "description":
        return 0.2 if numeric else 0.6 + 0.4 * look.spaced
    if name == "country":
        return 0.1 if numeric else 1.0
    code = 0.3 if numeric and look.whole < MOSTLY else 1 - 0.6 * look.spaced
    return code * (look.filled if name != "customer_id" else 1.0)


def _returns(left: Sequence[ColumnProfile]) -> Returns | None:
    """Return which lines are returns, if a column that is not taken for anything else says so.

    A column made to say it comes first, then one about the line, and one about the whole order last: an order that was
    returned in part says so on every line.
    """
    found = [(_rank(look.name), returned) for look in left if (returned := _returned(look))]
    return max(found, key=lambda each: each[0])[1] if found else None


def _rank(name: str) -> tuple[bool, bool]:
    about, _ = notions(name)
    return "return" in about, "order" not in about


def _returned(look: ColumnProfile) -> Returns | None:
    """Return the values of a column that mark returns."""
    if not look.values or len(look.values) > FEW:
        return None
    about, _ = notions(look.name)
    # What a status says of returns is a question, with the rest of what it says; what is cancelled never was sold.
    if kind_of(look.name) in ("status", "cancelled"):
        return None
    plain = {value: normalise(value) for value in look.values}
    if {"quantity", "total", "price", "customer"} & about or set(normalise(look.name).split()) & NO_MARKS:
        return None
    if "return" in about and set(plain.values()) <= _YES | _NO:
        spoken = tuple(value for value, word in plain.items() if word in _YES)
    else:
        spoken = tuple(value for value in plain if group_of(value) == "refunded")
    if not spoken or len(spoken) == len(plain):
        return None
    return Returns(column=look.name, values=spoken)
