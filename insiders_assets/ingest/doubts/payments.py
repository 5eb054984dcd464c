"""Orders that nobody paid for: a date, or a mark, of payment that is empty on some lines and stands on others."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.doubts.empty_dates import is_no_date
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
    """Return whether a column may say by whatever stands in it that an order was paid, or came about."""
    words = set(normalise(name).split())
    if words & _NEVER or {"price", "total", "quantity", "customer", "return"} & notions(name)[0]:
        return False
    return bool(words & _PAYMENT) or kind_of(name) == "happened"


_OUTSTANDING = words_of(
    "due outstanding balance unpaid open owed owing offen offener offene ausstehend restbetrag saldo restante pendente "
    "pendiente dovuto residuo solde restant openstaand verschuldigd"
)
_MONEY = words_of(
    "amount balance total betrag saldo valor importe montant importo bedrag solde restbetrag outstanding"
)
"""Words that make what is open an amount."""


@lru_cache(maxsize=4096)
def tells_what_is_due(name: str) -> bool:
    """Return whether a column may hold what is still to be paid of a line or of its order."""
    words = set(normalise(name).split())
    about = notions(name)[0]
    return bool(words & _OUTSTANDING and words & _MONEY) and not {"date", "customer", "return"} & about - {
        "order"
    }


def _watches(header: Header) -> tuple[int, ...]:
    return tuple(
        at for at in header.free if tells_of_payment(header.names[at]) or tells_what_is_due(header.names[at])
    )


def _asks(survey: Survey, header: Header) -> Iterator[Question]:
    for at in _watches(header):
        name = header.names[at]
        if tells_what_is_due(name):
            if not _said_of(header, name):
                yield from _asked_of_what_is_due(survey, at, name)
        else:
            yield from _asked_of_dates(survey, header, at)


def _asked_of_what_is_due(survey: Survey, at: int, name: str) -> Iterator[Question]:
    due = (survey.numbers(at) > 0).fill_null(value=False)
    open_ = due & survey.kept & (survey.money > 0).fill_null(value=False)
    rows = int(open_.sum())
    if not 0 < rows < survey.rows:
        return
    rule = {"column": name, "nonzero": True}
    money = round(float(survey.money.filter(open_).fill_nan(0).sum()), 2)
    yield Question(
        "outstanding", "status", (name,),
        (Answer("exclude", {"exclude": [rule]}), Answer("keep", {"keep": [rule]})), "keep",
        (Seen("more than nothing", rows, money),),
    )  # fmt: skip


def _asked_of_dates(survey: Survey, header: Header, at: int) -> Iterator[Question]:
    """Yield what a column of dates, or of marks, of payment leaves open where it says nothing."""
    name, values = header.names[at], survey.text(at)
    distinct = values.drop_nulls().unique()
    nothing = [value for value in distinct.to_list() if is_no_date(value)]
    if kind_of(name) == "happened" and all(normalise(value) in YES | NO for value in distinct.to_list()):
        nothing = [
            value for value in nothing if normalise(value) not in NO
        ]  # asked about with other statuses
    if not _says_so(distinct.filter(~distinct.is_in(nothing))) or len(nothing) > MANY_WAYS:
        return
    rules: list[dict[str, object]] = []
    said = _said_of(header, name)
    if values.null_count() and "" not in said:
        rules.append({"column": name, "empty": True})
    if left := sorted(value for value in nothing if value.casefold() not in said):
        rules.append({"column": name, "values": left})
    unpaid = values.is_in(left).fill_null(value="" not in said)
    sold = survey.kept & (survey.quantity > 0).fill_null(value=False)
    lines = pl.DataFrame({"unpaid": unpaid, "money": survey.money}).filter(sold)
    open_ = lines.filter(pl.col("unpaid"))
    if not rules or not open_.height or open_.height == lines.height:
        return
    yield Question(
        "unpaid", "status", (name,),
        (Answer("exclude", {"exclude": rules}), Answer("keep", {"keep": rules})),
        "exclude" if open_.height <= 0.5 * lines.height else "keep",
        (Seen("nothing", open_.height, round(float(open_["money"].fill_nan(0).sum()), 2)),),
    )  # fmt: skip


def _said_of(header: Header, name: str) -> set[str]:
    """Return what a mapping speaks of in a column.

    Values in lower case, and an empty text for none, or for any number.
    """
    found: set[str] = set()
    if header.mapping is not None:
        for rule in (*header.mapping.exclude, *header.mapping.keep):
            if normalise(rule.column) == normalise(name):
                found |= {*rule.spelled, *([""] if rule.empty or rule.filled or rule.nonzero else [])}
    return found


MANY_WAYS = 12
"""Ways to write no date above which a column is none of dates."""


def _says_so(values: pl.Series) -> bool:
    """Return whether a column's different values are dates, or a yes without a no."""
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
