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
from insiders_assets.ingest.questions.question import OPEN, Answer, Question, Settled

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


def _asks(survey: Survey, header: Header) -> Iterator[Question | Settled]:
    taken = header.plan.columns.get("quantity")
    if taken is None or _is_said(header):
        return
    if found := _left_after(survey, header, taken):
        yield found
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


def _left_after(survey: Survey, header: Header, taken: int) -> Settled | None:
    """Return what is settled where a column of pieces is another less those cancelled: it was sold.

    One that is another less those that came back says the same as both: what went out was sold, and came back.
    """
    places = [taken, *(at for at in _watches(header) if survey.has(at))]
    for at in header.free:
        kind = gives(header.names[at])
        if kind not in ("cancelled", "pieces") or not survey.has(at):
            continue
        gone = survey.numbers(at).abs().fill_null(0.0)
        for whole in places:
            for rest in places:
                less, left = survey.numbers(whole) - gone, survey.numbers(rest)
                if (
                    whole == rest
                    or not bool((gone > 0).any())
                    or not bool((less == left).fill_null(value=False).all())
                ):
                    continue
                names = tuple(header.names[place] for place in (rest, whole, at))
                if kind == "pieces":
                    return Settled("all_pieces", names, {"columns": {"quantity": names[1]}})
                answers = {f"cancelled_pieces: {names[2]}": "ignore"}
                return Settled("sent_pieces", names, {"columns": {"quantity": names[0]}, "answers": answers})
    return None


def _is_said(header: Header) -> bool:
    """Return whether the user, or a built-in form, said which column holds the pieces."""
    if header.mapping is None or header.proposed or OPEN in header.mapping.answers.values():
        return False
    return "quantity" in header.mapping.columns


QUANTITIES = Detector("quantities", _watches, _asks)
