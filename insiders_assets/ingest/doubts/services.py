"""Lines that are no goods although their code has digits: gift cards, shipping, fees and vouchers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.contracts.service_codes import SERVICE_CODE
from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.mapping.header_aliases import normalise
from insiders_assets.ingest.mapping.header_words import notions
from insiders_assets.ingest.questions.question import Answer, Question, Seen

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_survey import Survey

MUCH = 0.05
"""Share of the file's money from which such lines keep the file out until somebody says what they are."""
_HINTS = [
    "gift card", "giftcard", "gift voucher", "gift certificate", "vale presente", "vale-presente", "presente",
    "tarjeta regalo", "tarjeta de regalo", "carte cadeau", "gutschein", "buono regalo", "cadeaubon", "cadeaukaart",
    "store credit", "shipping", "postage", "delivery", "carriage", "freight", "frete", "envio", "envío", "livraison",
    "frais de port", "versand", "spedizione", "verzend", "bank charge", "handling", " fee", "gebühr", "gebuehr",
    "surcharge", "zuschlag", "nachnahme", "commission", "voucher", "coupon", "cupom", "donation", "spende",
    "donación", "doação", "donazione", "trinkgeld", "discount", "rabatt", "nachlass", "desconto", "descuento",
    "remise", "sconto", "korting", "total", "totaal",
    "gesamt", "zwischensumme", "gorjeta", "propina", "pourboire", "mancia", "pfand", "consigne", "statiegeld",
    "tax", "mwst", "steuer", "deposit", "down payment", "anzahlung", "anticipo", "acompte", "acconto", "aanbetaling",
    "rounding", "round off", "rundung", "redondeo", "arrond", "arredond", "afronding", "impuesto", "imposto",
]  # fmt: skip
"""What such lines are called, loosely: it makes a file be looked at."""
_HINTED, _SHORT = r"(?i)^(tips?|fooi|don|(vat|gst|iva|tva|btw)( ?\d+ ?%?)?)$", 8
"""Words too short to be looked for inside others, and their most bytes."""
_SHIPPING = (
    "shipping|postage|delivery|carriage|freight|frete|envio|gastos de envio|coste de envio|costo de envio|livraison|"
    "frais de port|frais de livraison|frais d expedition|versand|versandkosten|versandkostenpauschale|versandpauschale|"
    "spedizione|spese di spedizione|costi di spedizione|verzendkosten|verzending|portes|porte|taxa de entrega|"
    "shipping insurance|shipping protection|package protection|order protection"
)
_HOW = (
    "cost|costs|fee|fees|charge|charges|and handling|handling|express|standard|gratis|gratuite|offerte|kostenlos|a "
    "domicilio|a domicile|nacional|internacional|international|24h|48h|dhl|dpd|ups|gls|hermes|fedex|usps|colissimo|"
    "chronopost|mondial relay|correos|seur|pac|sedex|postnl|bpost|royal mail|economy|priority|tracked|economico"
)
_GIFT = (
    "e? ?gift ?card|gift voucher|gift certificate|vale presente|cartao presente|tarjeta (de )?regalo|carte cadeau|"
    r"\w*gutschein|buono regalo|cadeaubon|cadeaukaart|store credit"
)
_KINDS = {
    "total": r"^((sub|grand|order|invoice|basket|cart|gesamt|zwischen|valor|sous) ?)*(total|totals|totale|totaal|summe|"
    r"gesamtsumme|gesamtbetrag|zwischensumme)( (geral|general|generale|do pedido|del pedido|order|due|paid|ttc|ht))*$",
    "gift card": rf"(^|\b)({_GIFT})(\b|$)",
    "shipping": rf"^((standard|express|next day|free|international|domestic|economy|priority|tracked|home) )?"
    rf"({_SHIPPING})( ({_HOW}))*$",
    "fee": r"^(bank charges?|service charges?|((\w+ ){0,4}(fee|fees|surcharge|gebuhr|zuschlag))|handling|commissions?|"
    r"gift wrap(ping)?|\w*(gebuhr|zuschlag|pauschale)|nachnahme|taxa de (servico|conveniencia)|comision|comissao|"
    r"pfand|consigne|statiegeld)$",
    "tax": r"^((sales|value added|state|local|city|total) )?(tax|taxes|vat|gst|hst|pst|iva|mwst|ust|umsatzsteuer|"
    r"mehrwertsteuer|tva|btw|icms|imposto|impuesto|imposta|steuer)( (\d+ ?)+)?$",
    "deposit": r"^((less|minus|abzuglich|abzueglich|menos|moins|meno|min) )?"
    r"(deposit|down payment|downpayment|advance payment|anzahlung|vorauszahlung|sinal|anticipo|senal|"
    r"acompte|acconto|caparra|aanbetaling|entrada)( (\d+ ?)+)?$",
    "rounding": r"^(rounding|round off|rundung|rundungsdifferenz|redondeo|arredondamento|arrondi|arrotondamento|"
    r"afronding)( \w+)?$",
    "voucher": r"^(discount |promo )?(voucher|coupon|cupom|cupon|bon de reduction|rabattgutschein)( \w+)?$|"
    r"^(\w+ )?(discount|rabatt|nachlass|desconto|descuento|remise|sconto|korting|rebate)( \w+){0,2}$",
    "tip": r"^(tips?|trinkgeld|gorjeta|propina|pourboire|mancia|fooi|donations?|spende|doacao|donacion|don|donazione|"
    r"donatie|round ?up)( \w+)?$",
}
"""What they are called, strictly, in words without accents and marks."""
_PAID_OUT = ("fee", "tax", "shipping", "total", "deposit")
"""Those that a marketplace takes off what it pays out, below nothing: no discount of the order."""
_CODES = r"(?i)^(total|subtotal|ship|shipping|postage|freight|frete|envio|versand|gc|giftcard|gift_\d+)[-_ ]?\w{0,4}$"


def _watches(header: Header) -> tuple[int, ...]:
    """Return a column of titles, where none is taken for the description: ``name`` may be what a product is called."""
    if "description" in header.plan.columns or "stock_code" not in header.plan.columns:
        return ()
    return tuple(at for at in header.free if _is_title(header.names[at]))[:1]


def _is_title(name: str) -> bool:
    about, _ = notions(name)
    return "name" in about and not {"customer", "mail", "country", "order", "id", "other", "kind"} & about


def _marks(transactions: pl.DataFrame, _: pl.Series) -> pl.Series | None:
    """Return lines that are called like services, but for those whose code is a service's: they are cleaned anyway."""
    text, codes = transactions["description"], transactions["stock_code"]
    is_named = text.null_count() < len(text)
    called = _among(text, _is_called_by_name) if is_named else _among(codes, _is_called_by_code)
    if called is None:
        return None
    rows = called.arg_true()
    return called.scatter(rows.filter(codes.gather(rows).str.contains(SERVICE_CODE)), values=False)


def _among(texts: pl.Series, called: Callable[[pl.Series], pl.Series]) -> pl.Series | None:
    """Return the rows whose text is called for.

    None if none is. Each text is looked at once, since most stand often.
    """
    hashes = texts.hash()
    each = hashes.arg_unique()
    found = each.filter(called(texts.gather(each)).fill_null(value=False))
    return hashes.is_in(hashes.gather(found).implode()) if len(found) else None


def _is_called_by_code(codes: pl.Series) -> pl.Series:
    return codes.str.contains(_CODES)


def _is_called_by_name(names: pl.Series) -> pl.Series:
    short = (names.str.len_bytes() <= _SHORT) & names.str.contains(_HINTED)
    return names.str.contains_any(_HINTS, ascii_case_insensitive=True) | short


def _suspects(transactions: pl.DataFrame, marked: pl.Series | None) -> bool:
    """Return whether such lines make much of the money."""
    if marked is None:
        return False
    value = (transactions["quantity"] * transactions["unit_price"]).abs()
    return float(value.filter(marked).sum()) > MUCH * float(value.sum())


def _asks(survey: Survey, header: Header) -> Iterator[Question]:
    at, place = header.plan.columns.get("stock_code"), header.plan.columns.get("description")
    codes, names = survey.ours("stock_code"), survey.ours("description")
    if names is None and (title := _watches(header)) and survey.has(title[0]):
        place, names = title[0], survey.text(title[0])
    if at is None or codes is None:
        return
    frame = pl.DataFrame(
        {"code": codes, "name": names if names is not None else codes, "money": survey.money}
    )
    # What costs less than nothing is a discount of its order, which is looked at elsewhere; but not what a shop pays.
    below = ((survey.quantity > 0) & (survey.money < 0)).fill_null(value=False)
    frame = frame.with_columns(below=below).filter(survey.kept)
    total = float(frame.filter(~pl.col("below"))["money"].abs().sum() or 0.0)
    lines = frame.group_by("code", "name", "below").agg(rows=pl.len(), money=pl.col("money").sum())
    found: dict[str, list[tuple[str, str, int, float]]] = {}
    goods = set()
    for code, name, is_below, rows, money in (
        lines.drop_nulls("code").sort("code", "name", "below", nulls_last=True).iter_rows()
    ):
        kind = _kind(code, name or "")
        if kind is None:
            goods.add(code)
        elif money and (not is_below or kind in _PAID_OUT):
            found.setdefault(kind, []).append((code, name or "", rows, money))
    for kind, here in found.items():
        # A code that goods have as well tells nothing: what the line is called does.
        by_name = place is not None and any(code in goods for code, *_ in here)
        column = header.names[place if by_name and place is not None else at]
        if seen := _seen(here, by_name=by_name, but=_said(header, column)):
            yield _question(kind, column, seen, total)


def _said(header: Header, column: str) -> set[str]:
    """Return the values of a column of which a mapping says already whether they count."""
    mapping = header.mapping
    rules = (*mapping.exclude, *mapping.keep) if mapping else ()
    return {value for rule in rules if rule.column == column for value in rule.spelled}


def _seen(lines: list[tuple[str, str, int, float]], *, by_name: bool, but: set[str]) -> tuple[Seen, ...]:
    """Return the values of lines of one kind, most money first."""
    found: dict[str, Seen] = {}
    for code, name, rows, money in lines:
        value = name if by_name else code
        if value.casefold() not in but:
            known = found.get(value, Seen(value, 0, 0.0))
            found[value] = Seen(value, known.rows + rows, round((known.money or 0.0) + money, 2))
    return tuple(sorted(found.values(), key=lambda each: -abs(each.money or 0.0)))


def _question(kind: str, column: str, seen: tuple[Seen, ...], total: float) -> Question:
    rule = {"column": column, "values": [each.value for each in seen]}
    share = sum(abs(each.money or 0.0) for each in seen) / total if total else 0.0
    return Question(
        f"service_{kind.replace(' ', '_')}", "money" if share > MUCH else "service", (column,),
        (Answer("exclude", {"exclude": [rule]}), Answer("keep", {"keep": [rule]})), "exclude", seen,
        {"kind": kind, "share": share},
    )  # fmt: skip


def _kind(code: str, name: str) -> str | None:
    """Return what a line is that is no goods; None if it is goods, or its code is one that is cleaned anyway."""
    import re

    if re.match(SERVICE_CODE, code):
        return None
    plain = normalise(name)
    for kind, pattern in _KINDS.items():
        if re.search(pattern, plain) or (kind == "total" and re.search(pattern, normalise(code))):
            return kind
    if re.match(_CODES, code):
        return "gift card" if code.casefold().startswith(("g",)) else "shipping"
    return None


SERVICES = Detector("service", _watches, _asks, _marks, _suspects)
