"""Orders that nobody paid for: a date, or a mark, of payment that is empty on some lines and stands on others."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.doubts.status_names import kind_of
from insiders_assets.ingest.doubts.status_words import NO, YES, words_of
from insiders_assets.ingest.mapping.header_aliases import normalise
from insiders_assets.ingest.mapping.header_words import notions
from insiders_assets.ingest.parsing.dates import to_datetime
from insiders_assets.ingest.questions.question import Answer, Question, Seen

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_survey import Survey

_PAYMENT = words_of(
    "paid payment payments pago pagos paga pagado pagada pagamento pagamentos paye payee paiement paiements reglement "
    "bezahlt bezahldatum zahlung zahlungsdatum zahlungseingang zahltag pagato pagata betaald betaling betaaldatum "
    "betaaldag settled settlement captured capture cleared liquidado liquidada liquidacion quitado quitada encaisse "
    "encaissement incassato saldato receipted"
)
_NEVER = words_of(
    "due until terms term faellig fallig faelligkeit vencimento vencimiento echeance scadenza verval vervaldatum "
    "deadline expected expiry expires previsto previsao prevista method methode metodo type gateway provider id no "
    "number reference ref code currency plan installment installments parcelas status refund refunded last next "
    "reminder"
)
"""Words of columns that are filled, or empty, whether an order was paid or not."""
SURELY = 0.9
"""Share of a column's values that have to be dates, or yes, for it to say by them that an order was paid."""


@lru_cache(maxsize=4096)
def tells_of_payment(name: str) -> bool:
    """Whether a column may say by whatever stands in it that an order was paid, or came about."""
    words = set(normalise(name).split())
    if words & _NEVER or {"price", "total", "quantity", "customer", "return"} & notions(name)[0]:
        return False
    return bool(words & _PAYMENT) or kind_of(name) == "happened"


def _watches(header: Header) -> tuple[int, ...]:
    return tuple(at for at in header.free if tells_of_payment(header.names[at]))


def _asks(survey: Survey, header: Header) -> Iterator[Question]:
    for at in _watches(header):
        name, values = header.names[at], survey.text(at)
        if (
            name in _spoken_for(header)
            or not values.null_count()
            or not _says_so(values.drop_nulls().unique())
        ):
            continue
        sold = survey.kept & (survey.quantity > 0).fill_null(value=False)
        lines = pl.DataFrame({"paid": values.is_not_null(), "money": survey.money}).filter(sold)
        unpaid = lines.filter(~pl.col("paid"))
        if not unpaid.height or unpaid.height == lines.height:
            continue
        rule = {"column": name, "empty": True}
        yield Question(
            "unpaid", "status", (name,),
            (Answer("exclude", {"exclude": [rule]}), Answer("keep", {"keep": [rule]})),
            "exclude" if unpaid.height <= 0.5 * lines.height else "keep",
            (Seen("nothing", unpaid.height, round(float(unpaid["money"].fill_nan(0).sum()), 2)),),
        )  # fmt: skip


def _spoken_for(header: Header) -> set[str]:
    """Columns of which the mapping says what it means that they are empty, or filled."""
    if header.mapping is None:
        return set()
    return {
        rule.column for rule in (*header.mapping.exclude, *header.mapping.keep) if rule.empty or rule.filled
    }


def _says_so(values: pl.Series) -> bool:
    """Whether a column's different values are dates, or a yes without a no."""
    if not len(values):
        return False
    spelled = {normalise(value) for value in values.head(len(YES) + 1)}
    if len(values) <= len(YES) and spelled <= YES and not spelled & NO:
        return True
    return any(
        to_datetime(values, order).is_not_null().mean() >= SURELY  # type: ignore[operator]
        for order in ("day_first", "month_first")
    )


PAYMENTS = Detector("payment", _watches, _asks)
