"""Several columns of pieces on a line, such as those ordered and those sent, or those that went out and came in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.doubts.money_words import money_of
from insiders_assets.ingest.doubts.refunds import gives
from insiders_assets.ingest.doubts.status_words import words_of
from insiders_assets.ingest.mapping.header_aliases import normalise
from insiders_assets.ingest.mapping.header_words import notions
from insiders_assets.ingest.questions.question import OPEN, Answer, Question

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_survey import Survey

_OTHERS = words_of(
    "stock inventory available hand onhand remaining min max minimum maximum per pack box carton case pallet limit "
    "reserved backordered backorder estoque existencia existencias lager bestand voorraad giacenza estoc weight total "
    "order basket cart line lines item items"
)
"""Words of columns that count something else than the pieces that were sold on a line."""
_CHARGED = words_of(
    "invoiced billed charged shipped delivered sent out sold facturado faturado fakturiert geliefert"
)
"""Words of what is charged for, where that is not what was ordered."""


def _watches(header: Header) -> tuple[int, ...]:
    if "quantity" not in header.plan.columns:
        return ()
    return tuple(at for at in header.free if _counts_pieces(header.names[at]))


def _counts_pieces(name: str) -> bool:
    about, words = notions(name)[0], set(normalise(name).split())
    others = {"price", "total", "return", "customer", "date", "id", "kind", "unit"}
    return "quantity" in about and not (words & _OTHERS or others & about or gives(name) or money_of(name))


def _asks(survey: Survey, header: Header) -> Iterator[Question]:
    taken = header.plan.columns.get("quantity")
    if taken is None or _is_said(header):
        return
    ours = survey.numbers(taken)
    for at in _watches(header):
        theirs = survey.numbers(at)
        differ = ((ours - theirs).abs() > 0).fill_null(value=False) & survey.kept
        if not survey.has(at) or not differ.any() or not (theirs.fill_null(0) > 0).any():
            continue
        names = (header.names[taken], header.names[at])
        charged = [name for name in names if set(normalise(name).split()) & _CHARGED]
        key = f"two_quantities: {', '.join(names)}"
        yield Question(
            "two_quantities", "money", names,
            (Answer(names[0], {"answers": {key: names[0]}}), Answer(names[1], {"columns": {"quantity": names[1]}})),
            charged[0] if len(charged) == 1 else names[0],
            arguments={"rows": int(differ.sum()), "one": float(ours.sum()), "other": float(theirs.sum())},
        )  # fmt: skip


def _is_said(header: Header) -> bool:
    """Return whether the user, or a built-in form, said which column holds the pieces."""
    if header.mapping is None or header.proposed or OPEN in header.mapping.answers.values():
        return False
    return "quantity" in header.mapping.columns


QUANTITIES = Detector("quantities", _watches, _asks)
