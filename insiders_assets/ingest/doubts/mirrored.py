"""Columns that tell nothing by name and words, and have values whose lines repeat others, as returns do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.doubts.money_words import money_of
from insiders_assets.ingest.doubts.return_marks import RETURN_MARKS
from insiders_assets.ingest.doubts.status_names import kind_of
from insiders_assets.ingest.doubts.status_words import words_of
from insiders_assets.ingest.doubts.statuses import STATUSES, marks_returns, spoken_for, status_question
from insiders_assets.ingest.doubts.twins import NEARLY_ALL, bought, repeated
from insiders_assets.ingest.doubts.unnamed import UNNAMED, tells_nothing
from insiders_assets.ingest.doubts.versions import VERSIONS
from insiders_assets.ingest.mapping.header_aliases import normalise
from insiders_assets.ingest.mapping.header_words import notions
from insiders_assets.ingest.questions.question import Question, Seen

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_survey import Survey

_AGAIN = words_of(
    "renewal renewals renew recurring recurrent subscription subscriptions abo abonnement assinatura suscripcion "
    "recorrente recurrente reorder reorders repeat rebill autoship refill refills nachbestellung verlaengerung "
    "verlangerung renouvellement rinnovo renovacao renovacion exchange replacement"
)
"""Words by which goods were bought once more."""
MOST = 12
"""Different values up to which a column may tell kinds of lines apart."""


def _watches(header: Header) -> tuple[int, ...]:
    return tuple(at for at in header.free if _may_tell(header.names[at]))


def _may_tell(name: str) -> bool:
    about = notions(name)[0]
    if "return" in about or kind_of(name) in ("kind", "status"):
        return True
    return tells_nothing(name) or (about == {"product"} and not money_of(name))


def _is_worth_it(first: pl.Series) -> bool:
    """Return whether the first rows of a column hold few different values, or none yet."""
    return first.drop_nulls().n_unique() <= MOST


def _asks(survey: Survey, header: Header) -> Iterator[Question]:
    lines = None
    asked_anyway: list[tuple[Question, pl.Series]] | None = None
    for at in _watches(header):
        name = header.names[at]
        if not survey.has(at) or marks_returns(header.mapping, name):
            continue
        values = survey.text(at)
        if values.n_unique() < 2 or values.drop_nulls().n_unique() > MOST:
            continue
        lines = bought(survey) if lines is None else lines
        if lines is None:
            return
        if (asked := _question(survey, header, at, lines)) is None:
            continue
        asked_anyway = _asked_anyway(survey, header) if asked_anyway is None else asked_anyway
        here = _lines_of(survey, header, asked)
        if not any(name in other.columns or _covers(mask, here) for other, mask in asked_anyway):
            asked_anyway.append((asked, here))
            yield asked


def _question(survey: Survey, header: Header, at: int, lines: pl.DataFrame) -> Question | None:
    """Return the question that the values of a column leave open whose lines repeat others, all of them together."""
    text = survey.text(at)
    known = spoken_for(header.mapping, header.names[at])
    if "*" in known:
        return None
    said, apart = [], []
    for value, rows, money in (
        lines.with_columns(value=text.gather(lines["at"]))
        .drop_nulls("value")
        .group_by("value")
        .agg(pl.len(), pl.col("money").sum())
        .sort(["len", "value"], descending=[True, False])
        .iter_rows()
    ):
        if _AGAIN & set(normalise(value).split()):
            continue
        here = (text == value).fill_null(value=False)
        if value.casefold() not in known and (found := repeated(lines, here)) is not None:
            said.append(Seen(value, rows, round(money, 2)))
            apart.append(float(found["apart"].mean() or 0.0))  # type: ignore[arg-type]
    if not said:
        return None
    back = all(share >= NEARLY_ALL for share in apart)
    if not back and all(each.value.isdigit() for each in said):
        return None  # numbers of the lines of an order, on which a product may stand twice
    return status_question(header.names[at], "repeating", said, likely="return" if back else None)


def _asked_anyway(survey: Survey, header: Header) -> list[tuple[Question, pl.Series]]:
    """Return what is asked anyway, as names and words of columns tell enough, with the lines that it is about."""
    return [
        (found, _lines_of(survey, header, found))
        for detector in (STATUSES, UNNAMED, RETURN_MARKS, VERSIONS)
        for found in detector.asks(survey, header)
        if isinstance(found, Question)
    ]


def _lines_of(survey: Survey, header: Header, asked: Question) -> pl.Series:
    """Return which lines a question proposes to take for returns."""
    text = survey.text(header.names.index(asked.columns[0]))
    values = [each.value for each in asked.values] if asked.proposed == "return" else []
    return text.is_in(values).fill_null(value=False)


def _covers(mask: pl.Series, here: pl.Series) -> bool:
    """Return whether nearly all of some lines are among others."""
    return bool(here.any()) and float(mask.filter(here).mean() or 0.0) >= NEARLY_ALL  # type: ignore[arg-type]


MIRRORED = Detector("lines that repeat others", _watches, _asks, worth=_is_worth_it)
