"""Money in thousands, as reports for managers have it: a column's name says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.doubts.money_columns import taken_for_price
from insiders_assets.ingest.questions.question import Answer, Question

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_survey import Survey

_SAYS_SO = re.compile(
    r"\bT(?:EUR|USD|GBP|BRL|CHF|SEK|€|\$|£)|\bTsd\b|\bk(?:EUR|USD|GBP|BRL|CHF|€|\$|£)|[€$£]\s?k\b|['’´]?\b000s?\b|\bthousands?\b"
    r"|\bmilhares\b|\bmiles de\b|\bmilliers\b|\bmigliaia\b|\bduizend(?:en)?\b|\bTausend\b|\(\s?k\s?\)",
    re.IGNORECASE,
)


def _watches(header: Header) -> tuple[int, ...]:
    at = taken_for_price(header)
    if at is None or at in (*header.plan.thousands, *header.plan.cents):
        return ()
    return (at,) if _SAYS_SO.search(header.names[at]) else ()


def _asks(survey: Survey, header: Header) -> Iterator[Question]:
    for at in _watches(header):
        name = header.names[at]
        key = f"thousands: {name}"
        yield Question(
            "thousands", "money", (name,),
            (Answer("thousands", {"thousands": [name]}), Answer("whole", {"answers": {key: "whole"}})), "thousands",
            arguments={"money": round(float(survey.money.abs().sum()), 2)},
        )  # fmt: skip


THOUSANDS = Detector("thousands", _watches, _asks)
