"""Kinds of documents that are no sales beside those that are: sales orders, fulfillments, purchases."""

from __future__ import annotations

from collections.abc import Collection

from insiders_assets.ingest.doubts.status_words import words_of
from insiders_assets.ingest.mapping.header_aliases import normalise

_SALES = words_of(
    "invoice invoices sale sales rechnung ausgangsrechnung factura fatura facture fattura factuur venta venda vente "
    "vendita verkoop verkauf receipt cashsale nf nfe faktura"
)
_ORDERS = words_of("order orders pedido commande bestellung auftrag ordine bestelling encomenda")
_OF_SALES = words_of("sales customer kunden client cliente clientes vente ventes venta ventas venda vendas")
"""Words beside an order by which it is one of several documents of a sale: a plain ``Order`` may be the sale itself."""
_BEFORE = words_of(
    "fulfillment fulfilment lieferschein auftragsbestaetigung auftragsbestatigung pakbon remito albaran "
    "purchase purchases bill bills einkauf eingangsrechnung wareneingang compra compras achat achats acquisto acquisti "
    "inkoop zakup"
)


def unsold_beside_sales(values: Collection[str]) -> set[str]:
    """Return those of the kinds of documents that are no sales; none where no other kind surely is one.

    An order is a sale where nothing is invoiced in the same file, and a purchase is one where nothing is called a sale.
    """
    words = {value: set(normalise(value).split()) for value in values}
    unsold = {
        value for value, said in words.items() if said & _BEFORE or (said & _ORDERS and said & _OF_SALES)
    }
    if not any(said & _SALES for value, said in words.items() if value not in unsold):
        return set()
    return unsold
