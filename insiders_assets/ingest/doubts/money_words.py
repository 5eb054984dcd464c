"""What kind of money a column's name speaks of, in the seven languages whose exports are met."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from insiders_assets.ingest.doubts.status_words import words_of
from insiders_assets.ingest.mapping.header_aliases import normalise
from insiders_assets.ingest.mapping.header_words import notions

Money = Literal["unit", "price", "line", "amount", "cost", "discount", "tax", "refund", "order", "aside"]
"""``unit``: surely of one piece; ``line``: surely of the line; ``price``, ``amount``: rather the one, or the other."""

COST = words_of(
    "cost costs cogs custo custos coste costes costo costi kosten kost couts cout einkaufspreis ek "
    "ekpreis einstandspreis wareneinsatz inkoopprijs inkoop kostprijs wholesale landed margin profit "
    "marge margem margen margine gewinn lucro beneficio winst selbstkosten herstellkosten"
)
_COST_PHRASES = (
    "purchase price", "preco de custo", "preco de compra", "precio de compra", "precio de coste", "precio de costo",
    "buy price", "supplier price", "vendor price", "trade price", "precio compra", "preco compra", "supplier cost",
    "lieferantenpreis", "precio proveedor", "precio del proveedor", "preco fornecedor", "preco do fornecedor",
    "prix fournisseur", "prezzo fornitore", "inkoop prijs", "prix d achat", "prix de revient", "prezzo di acquisto",
    "prezzo d acquisto", "buying price", "cost price",
)  # fmt: skip
DISCOUNT = words_of(
    "comp comps discount discounts disc rebate rebates promo promotion promotions markdown reduction remise remises "
    "rabais desconto descontos descuento descuentos bonificacion rabatt rabatte nachlass ermaessigung "
    "ermassigung preisnachlass sconto sconti ribasso korting kortingen abatimento rebaja savings saved saving dto "
    "dcto "
    "dscto dct skonto ersparnis economia ahorro risparmio besparing"
)
VOUCHER = words_of("coupon coupons voucher vouchers gutschein cupom cupon bon buono tegoed waardebon")
_AMOUNT = words_of("amount value total valor importe montant betrag wert importo valore bedrag waarde sum")
_AFTER = words_of(
    "after discounted com con with nach remise scontato scontata rabattiert rabattierter descontado rebajado apres "
    "avec dopo na met reduziert reduzierter final net"
)
"""Words that make a price or a total beside a discount one that was paid."""
TAX = words_of(
    "tax taxes vat gst iva mwst ust umsatzsteuer steuer tva taxe btw belasting imposto impostos impuesto "
    "impuestos imposta imposte icms ipi"
)
_ASIDE = words_of(
    "shipping freight frete envio envios versand porto livraison spedizione verzending delivery entrega "
    "fee fees tarifa tarifas taxa commission comissao comision provision gift wrap handling tip tips "
    "gorjeta propina trinkgeld weight balance outstanding compare list msrp rrp uvp retail catalogue "
    "catalog original regular old before listenpreis tabela lista barre payout deposit credit wallet "
    "points copay copayment insurance insurer exchange rate loyalty budget stock inventory full normal standard "
    "base suggested recommended vorher"
)
_ORDER = words_of("order transaction basket grand invoice pedido bestellung commande ordine")
_REFUND = words_of(
    "chargeback chargebacks refund refunded refunds reembolso reembolsado rembourse remboursement rimborso "
    "rimborsato erstattung erstattet rueckerstattung ruckerstattung terugbetaald terugbetaling devolvido devuelto "
    "estornado reintegro returned"
)
_REFUNDS = (
    "erstattung",
    "rueckerstattung",
    "ruckerstattung",
    "remboursement",
    "reembols",
    "rimbors",
    "estornad",
)
_MONEY = words_of(
    "sales revenue turnover umsatz ventas vendas ventes vendite omzet omzetten net gross paid pago "
    "betaald bezahlt paye pagato netto brutto neto bruto ttc ht proceeds takings receita ingreso ingresos "
    "spend spent charged"
)
TIPS = words_of("tip tips gratuity gorjeta propina trinkgeld pourboire mancia fooi")
_OF_TAX = words_of("incl excl including excluding inclusive exclusive")
_NUMBERS = words_of("number record id nummer numero code codigo")
_SURELY_LINE = words_of(
    "line total subtotal extended ext extension gesamt gesamtpreis zeilensumme positionssumme sum summe "
    "soma suma somme somma totale totaal linha linea ligne riga regel zeile lineitem sales revenue "
    "turnover umsatz ventas vendas ventes vendite omzet"
)
_SURELY_UNIT = words_of(
    "unit each unitario unitaria unitaire einzel einzelpreis stueckpreis stuckpreis stukprijs per un unid "
    "piece stueck stuck stuks eenheidsprijs eenheid unitprice"
)


_MARGIN = words_of("margin profit marge margem margen margine gewinn lucro beneficio winst")
_NO_COST = words_of(
    "center centre centro stelle stellen code codes id no type currency group account index tax taxes vat rate "
    "shipping freight frete envio envios versand porto livraison spedizione verzending delivery entrega fee fees "
    "handling payment discount"
)
"""Words beside which a cost is none of goods: ``cost center``, ``shipping cost``, ``payment costs``."""
_NO_GOODS = ("versandkosten", "kostenstelle", "verzendkosten", "frachtkosten", "portokosten", "lieferkosten")


@lru_cache(maxsize=4096)
def cost_of(name: str) -> Literal["unit", "line", "cost"] | None:
    """Return whether a column may hold what goods cost the shop by its name.

    Of a piece, of the line, or it does not say.
    """
    words = set(normalise(name).split())
    if money_of(name) != "cost" or is_margin(name) or words & _NO_COST or words & set(_NO_GOODS):
        return None
    if (
        words & _SURELY_UNIT
        or "unit" in notions(name)[0]
        or any(word.startswith(("stuck", "stueck")) for word in words)
    ):
        return "unit"
    return "line" if words & (_SURELY_LINE - _MONEY) else "cost"


_PRICE_UNITS = (
    "price unit", "price units", "pricing unit", "price per", "price per units", "unit of price", "per units",
    "preiseinheit", "preis einheit", "preis pro", "peinh", "prijseenheid", "prijs per", "unite de prix",
    "unidad de precio", "unidade de preco", "unita di prezzo", "price quantity", "price basis", "price base quantity",
    "base quantity",
)  # fmt: skip


def is_price_unit(name: str) -> bool:
    """Return whether a column may say how many pieces a price is of, or in what unit of measure.

    It is no price then.
    """
    return normalise(name) in _PRICE_UNITS


def is_margin(name: str) -> bool:
    """Return whether a column may hold what is left of what was paid, once the goods are."""
    return bool(set(normalise(name).split()) & _MARGIN)


@lru_cache(maxsize=4096)
def money_of(name: str) -> Money | None:
    """Return what a column may hold by its name; None if no money."""
    plain = normalise(name)
    words = set(plain.split())
    about, _ = notions(name)
    if plain.split()[-1:] in (["at"], ["on"], ["date"], ["datum"]):  # the moment of a payment, and no money
        return None
    spoken = bool({"price", "total"} & about) or bool(words & _MONEY)
    if words & _NUMBERS and not {"price", "total"} & about:  # the number of a sale is no money
        return None
    if words & COST or any(phrase in plain for phrase in _COST_PHRASES) or _ends(words, COST, 4):
        return "cost"
    if words & _REFUND or any(word.startswith(_REFUNDS) for word in words):
        return "refund"
    if (words & DISCOUNT or _ends(words, DISCOUNT, 6)) and not _is_after_discount(words, about):
        return None if words & _NO_AMOUNT else "discount"
    if words & VOUCHER:
        return "discount" if words & _AMOUNT and not words & _NO_AMOUNT else None
    if words & TIPS and words <= TIPS | _AMOUNT:
        return "aside"
    if not spoken and not words & TAX:
        return None
    if "quantity" in about and not {"price", "total", "unit"} & about:  # pieces, whatever they are net of
        return None
    if words & _ASIDE:
        return "aside"
    if (
        any(f" {end}" in plain for end in ("vat amt", "vat amount", "tax amt", "tax amount"))
        and not words & _OF_TAX
    ):
        return "tax"
    if words & TAX and not (
        "price" in about or "unit" in about or "line" in about or words & {"incl", "excl", "total"}
    ):
        return "tax"
    if words & _SURELY_UNIT or "unit" in about:
        return "unit"
    if words & _ORDER and not {"line", "product"} & about:
        return "order"
    if words & _SURELY_LINE or ("line" in about and "total" in about):
        return "line"
    if "amt" in words and words & {"items", "quantity"}:  # the price of all of a line's pieces
        return "line"
    if "price" in about and "total" not in about:
        return "price"
    return "amount"


_NO_AMOUNT = words_of("code codes codigo name id type reason title campaign description")


def says_an_amount(name: str) -> bool:
    """Return whether a column's name says that it holds money and no share."""
    return bool(set(normalise(name).split()) & _AMOUNT)


def _is_after_discount(words: set[str], about: frozenset[str]) -> bool:
    """Return whether a name such as ``price after discount`` speaks of what was paid, and not of what was taken off."""
    return bool(
        {"price", "total"} & about and words & _AFTER and not words & {"amount", "valor", "value", "betrag"}
    )


def _ends(words: set[str], vocabulary: frozenset[str], least: int) -> bool:
    """Return whether a compound word ends in one of a vocabulary, as ``Stückkosten`` does."""
    return any(word.endswith(end) for word in words for end in vocabulary if len(end) > least and word != end)


_SHIPPING = words_of(
    "shipping freight frete envio envios versand versandkosten porto livraison spedizione verzending verzendkosten "
    "delivery postage"
)


def is_shipping(name: str) -> bool:
    """Return whether a column may hold what an order's shipping cost: a day, an address or a method is none."""
    words = set(normalise(name).split())
    spoken = {"price", "total"} & notions(name)[0] or words & {
        "cost",
        "costs",
        "fee",
        "kosten",
        "shipping",
        "frete",
    }
    return (
        bool(words & _SHIPPING and spoken)
        and not {"date", "country", "name", "id", "customer"} & notions(name)[0]
    )


def is_with_tax(name: str) -> bool | None:
    """Return whether a column says that its money is with tax, or without; None if it does not say."""
    words = set(normalise(name).split())
    if words & {"incl", "including", "inclusive", "ttc", "brutto", "bruto", "gross", "inkl", "ivato", "wt"}:
        return True
    if words & {
        "excl",
        "excluding",
        "exclusive",
        "ht",
        "netto",
        "neto",
        "net",
        "exkl",
        "zzgl",
        "ex",
        "before",
    }:
        return False
    return None
