"""Lines that are no goods although their code has digits: gift cards, shipping, fees and vouchers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.names import normalise
from insiders_assets.ingest.questions import Answer, Question, Seen

if TYPE_CHECKING:
    from insiders_assets.ingest.survey import Survey

MUCH = 0.05
"""Share of the file's money from which such lines keep the file out until somebody says what they are."""
_HINTS = [
    "gift card", "giftcard", "gift voucher", "gift certificate", "vale presente", "vale-presente", "presente",
    "tarjeta regalo", "carte cadeau", "gutschein", "buono regalo", "cadeaubon", "cadeaukaart", "shipping", "postage",
    "delivery", "carriage", "freight", "frete", "envio", "envío", "livraison", "frais de port", "versand", "spedizione",
    "verzend", "bank charge", "handling", "surcharge", "service fee", "commission", "voucher", "coupon", "cupom",
]  # fmt: skip
"""What such lines are called, loosely: it makes a file be looked at."""
_SHIPPING = (
    "shipping|postage|delivery|carriage|freight|frete|envio|gastos de envio|livraison|frais de port|versand|"
    "versandkosten|spedizione|spese di spedizione|verzendkosten|verzending|portes"
)
_GIFT = (
    "e? ?gift ?card|gift voucher|gift certificate|vale presente|cartao presente|tarjeta regalo|carte cadeau|"
    "geschenkgutschein|gutschein|buono regalo|cadeaubon|cadeaukaart"
)
_KINDS = {
    "gift card": rf"(^|\b)({_GIFT})(\b|$)",
    "shipping": rf"^((standard|express|next day|free|international|domestic|economy|priority|tracked) )?({_SHIPPING})"
    r"( (cost|costs|fee|fees|charge|charges|and handling|handling|express|standard|gratis))?$",
    "fee": r"^(bank charges?|service fee|handling( fee)?|surcharge|commission|processing fee|gift wrap(ping)?|"
    r"bearbeitungsgebuhr|taxa de servico|comision|comissao)$",
    "voucher": r"^(discount |promo )?(voucher|coupon|cupom|cupon|bon de reduction|rabattgutschein)( \w+)?$",
}
"""What they are called, strictly, in words without accents and marks."""
_CODES = r"(?i)^(ship|shipping|postage|freight|frete|envio|versand|gc|giftcard|gift_\d+)[-_ ]?\w{0,4}$"
_LETTERS = r"^[A-Za-z]+$"


def _watches(_: Header) -> tuple[int, ...]:
    return ()


def _marks(transactions: pl.DataFrame) -> pl.Series | None:
    """Lines that are called like services, but for those whose code is of letters: they are cleaned anyway."""
    text = transactions["description"]
    if text.null_count() == len(text):
        codes = transactions["stock_code"]
        return codes.str.contains(_CODES) & ~codes.str.contains(_LETTERS)
    hinted = text.str.contains_any(_HINTS, ascii_case_insensitive=True).fill_null(value=False)
    return hinted & ~transactions["stock_code"].str.contains(_LETTERS) if hinted.any() else None


def _suspects(transactions: pl.DataFrame, marked: pl.Series | None) -> bool:
    """Whether such lines make much of the money."""
    if marked is None:
        return False
    value = (transactions["quantity"] * transactions["unit_price"]).abs()
    return float(value.filter(marked).sum()) > MUCH * float(value.sum())


def _asks(survey: Survey, header: Header) -> Iterator[Question]:
    at = header.plan.columns.get("stock_code")
    codes, names = survey.ours("stock_code"), survey.ours("description")
    if at is None or codes is None:
        return
    column, mapping = header.names[at], header.mapping
    said = (
        {value for rule in (*mapping.exclude, *mapping.keep) if rule.column == column for value in rule.spelled}
        if mapping else set()
    )  # fmt: skip
    frame = pl.DataFrame(
        {"code": codes, "name": names if names is not None else codes, "money": survey.money}
    ).filter(survey.kept)
    total = float(frame["money"].abs().sum() or 0.0)
    lines = frame.group_by("code", "name").agg(rows=pl.len(), money=pl.col("money").sum()).drop_nulls("code")
    groups: dict[str, dict[str, Seen]] = {}
    for code, name, rows, money in lines.sort("code", "name", nulls_last=True).iter_rows():
        kind = _kind(code, name or "")
        if kind and code.casefold() not in said and money:
            known = groups.setdefault(kind, {}).get(code, Seen(code, 0, 0.0))
            groups[kind][code] = Seen(code, known.rows + rows, round((known.money or 0.0) + money, 2))
    for kind, found in groups.items():
        seen = tuple(sorted(found.values(), key=lambda each: -abs(each.money or 0.0)))
        rule = {"column": column, "values": [each.value for each in seen]}
        share = sum(abs(each.money or 0.0) for each in seen) / total if total else 0.0
        yield Question(
            f"service_{kind.replace(' ', '_')}", "money" if share > MUCH else "service", (column,),
            (Answer("exclude", {"exclude": [rule]}), Answer("keep", {"keep": [rule]})), "exclude", seen,
            {"kind": kind, "share": share},
        )  # fmt: skip


def _kind(code: str, name: str) -> str | None:
    """What a line is that is no goods; None if it is goods, or its code is one that is cleaned anyway."""
    import re

    if re.match(_LETTERS, code):
        return None
    plain = normalise(name)
    for kind, pattern in _KINDS.items():
        if re.search(pattern, plain):
            return kind
    if re.match(_CODES, code):
        return "gift card" if code.casefold().startswith(("g",)) else "shipping"
    return None


SERVICES = Detector("service", _watches, _asks, _marks, _suspects)
