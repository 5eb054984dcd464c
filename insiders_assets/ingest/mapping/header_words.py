"""What the words in a column's name speak of, in the languages whose exports are met.

A name such as ``Nº do Pedido``, ``Kundennummer`` or ``order.created_at`` is taken apart into words, and each word
stands for a notion: an order, a customer, a number, a day. What a column holds follows from the notions together, so
that no list of every shop's names is needed.
"""

from __future__ import annotations

from functools import lru_cache

from insiders_assets.ingest.mapping.header_aliases import normalise
from insiders_assets.ingest.mapping.schema import DERIVED

LONGEST_WORD, LONGEST_NAME = 40, 40
"""Letters of a word that may be a compound, and of a name in a row that names columns."""
LEAST = 0.2
"""Columns whose name fits less than this are not taken for what they may be."""

_NOTIONS: dict[str, str] = {
    "order": "order orders ordre invoice receipt bill ticket transaction sale sales purchase basket cart document doc "
    "pedido pedidos venda vendas compra compras nota nf nfe cupom fatura encomenda recibo orden factura boleta venta "
    "comprobante bestellung bestell bestellungs auftrag auftrags rechnung rechnungs beleg bon kauf verkauf verkaufs "
    "commande facture achat vente recu ordine fattura scontrino vendita acquisto bestelling bestel factuur aankoop",
    "product": "product products item items article art material goods stock produto produtos artigo mercadoria "
    "producto articulo mercancia produkt produkts artikel ware waren produit prodotto articolo",
    "sku": "sku ean gtin upc barcode asin isbn plu",
    "customer": "household haushalt menage foyer hogar huishouden "
    "customer customers client clients buyer shopper member account user consumer cliente clientes "
    "comprador consumidor usuario kunde kunden kaeufer kaufer besteller acheteur acquirente utente klant klanten koper "
    "patron subscriber debtor profile contact cpf contato contacto contatto kontakt assinante suscriptor abonnent "
    "abonne debitor debiteur mitglied mitglieds membro miembro membre",
    "line": "line lineitem lines row position pos detail linha linea renglon zeile zeilen posten ligne riga regel",
    "id": "id no nr n num number code cod key ref reference identifier uuid numero codigo chave referencia clave "
    "nummer kennung schluessel identifiant codice",
    "name": "name title description desc label nome descricao titulo nombre descripcion bezeichnung beschreibung titel "
    "nom libelle designation intitule titre descrizione naam omschrijving",
    "date": "date time datetime timestamp day created placed ordered purchased data dt dia hora criado criada emissao "
    "fecha creado creada datum zeit tag zeitpunkt zeitstempel erstellt uhrzeit jour heure cree horodatage giorno ora "
    "creato tijd aangemaakt",
    "quantity": "quantity qty units pieces pcs count quantidade qtd qtde unidades pecas cantidad cant piezas menge "
    "anzahl stueck stuck stk quantite qte quantita qta pezzi aantal stuks",
    "unit": "unit each unitario unitaria unitaire einzel un unid unidade stueck stuks eenheid",
    "price": "price rate preco precio preis prix prezzo prijs",
    "total": "total amount sum subtotal value revenue turnover valor vl vlr montante soma importe monto suma betrag "
    "summe gesamt wert umsatz montant somme valeur importo somma totale valore bedrag totaal waarde omzet",
    "mail": "email mail correo courriel",
    "country": "country nation land pais pays paese",
    "return": "return returned returns refund refunded credit storno retoure retouren retour rueckgabe ruckgabe "
    "gutschrift devolucao devolvido devolvida devolucion devuelto estorno reembolso avoir rembourse rembourser reso "
    "rimborso erstattung retourne retourniert retournierte erstattet erstattete zurueckgegeben "
    "zuruckgegeben devolvidos devolvidas devueltas devueltos reembolsado reembolsada reembolsados "
    "reembolsadas rimborsato rimborsata rimborsati resi restituito remboursee remboursees retournes retournee resa "
    "devuelta estornado estornada estornados devoluciones devolucoes retours resi retournees geretourneerd "
    "teruggestuurd terugbetaald",
    "kind": "type kind status operation movement tipo situacao typ vorgang vorgangsart belegart buchungsart statut "
    "soort movimento operacao operacion natureza",
    "other": "tax vat iva mwst tva imposto impuesto shipping freight frete envio versand livraison discount desconto "
    "descuento rabatt remise sconto korting cost custo coste kosten cout fee margin phone telefone telefono "
    "telefon address endereco direccion adresse city cidade ciudad stadt ville zip postal cep plz currency moeda "
    "moneda waehrung wahrung devise payment pagamento pago zahlung paiement category categoria kategorie categorie "
    "brand marca marke marque size color colour cor weight peso gewicht poids store loja tienda filiale magasin seller "
    "vendedor vendeur channel canal kanal birth nascimento due vencimento faellig delivery delivered entrega lieferung "
    "liefer ship shipped paid updated modified cancelled coupon warehouse deposito lager supplier "
    "fornecedor region province",
}  # fmt: skip
_LITTLE_WORDS = (
    "of the for and to at on in by do da de dos das del la le les el du des der die das den von vom zu pro por para a "
    "o e y et und d l per gross net ht ttc brutto netto bruto liquido neto incl excl utc local full"
)
_LITTLE = frozenset(_LITTLE_WORDS.split())
_LINKS = ("", "s", "n", "en", "e")
"""Letters between the parts of a compound word."""


def _meanings() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for notion, words in _NOTIONS.items():
        for word in words.split():
            found.setdefault(word, set()).update({"product", "id"} if notion == "sku" else {notion})
    return {word: frozenset(notions) for word, notions in found.items()}


_MEANINGS = _meanings()


@lru_cache(maxsize=4096)
def notions(name: str) -> tuple[frozenset[str], int]:
    """Return what a column's name speaks of, and how many of its words say nothing that is known."""
    found: set[str] = set()
    unknown = 0
    for word in normalise(name).split():
        if word in _LITTLE or word.isdigit():
            continue
        if (meant := _meaning(word)) is None:
            unknown += 1
        else:
            found |= meant
    return frozenset(found), unknown


@lru_cache(maxsize=4096)
def _meaning(word: str) -> frozenset[str] | None:
    """Return what a word stands for; a compound such as ``kundennummer`` stands for what its parts do."""
    if word in _MEANINGS:
        return _MEANINGS[word]
    if len(word) > LONGEST_WORD:
        return None
    for cut in range(len(word) - 2, 2, -1):
        if (first := _MEANINGS.get(word[:cut])) is None:
            continue
        for link in _LINKS:
            rest = word[cut:].removeprefix(link) if word[cut:].startswith(link) else ""
            if len(rest) >= 2 and (second := _meaning(rest)) is not None:
                return first | second
    return None


@lru_cache(maxsize=4096)
def fits(name: str) -> dict[str, float]:
    """Return how well a column's name fits what a transaction is made of, between 0 and 1, by our names."""
    about, unknown = notions(name)
    found = _fits(about)
    doubt = 0.85**unknown * (0.35 if "other" in about else 1.0)
    if "country" in found:
        doubt = max(doubt, 0.7)
    return {field: fit * doubt for field, fit in found.items()}


def _fits(about: frozenset[str]) -> dict[str, float]:
    if "country" in about:
        return {"country": 1.0}
    if {"price", "total", "unit"} & about:
        return _money(about)
    if "quantity" in about:
        return {"quantity": 0.5 if "order" in about and "line" not in about else 1.0}
    if "date" in about:
        return {"invoice_date": 0.4 if {"customer", "product"} & about else 1.0 if "order" in about else 0.9}
    if {"return", "kind"} & about:
        return {}
    if "mail" in about:
        return {"customer_id": 0.4}
    if "name" in about:
        if "customer" in about:
            return {"customer_id": 0.3}
        if "order" in about and not {"product", "line"} & about:  # what the shop calls an order: ``#1001``
            return {"invoice_no": 0.5}
        return {"description": 1.0 if {"product", "line"} & about else 0.7}
    return _identifiers(about)


def _money(about: frozenset[str]) -> dict[str, float]:
    """Return what may be a price or a total: ``unit`` or a number of pieces beside money makes it the price of one."""
    money = {"price", "total"} & about
    if not money:
        return {"quantity": 0.8} if "quantity" in about else {"quantity": 0.3}
    if {"unit", "quantity"} & about:
        return {"unit_price": 1.0}
    if "total" in about:
        return {DERIVED: 1.0 if {"line", "product"} & about else 0.3 if "order" in about else 0.9}
    return {"unit_price": 0.9, DERIVED: 0.25}


def _identifiers(about: frozenset[str]) -> dict[str, float]:
    """Codes and numbers: of whom or of what, the more telling word first."""
    numbered = "id" in about
    if "customer" in about:
        return {"customer_id": 1.0 if numbered else 0.8}
    if "order" in about and {"product", "line"} & about:
        return {"stock_code": 0.25} if "product" in about else {}
    if "product" in about:
        return {"stock_code": 1.0} if numbered else {"stock_code": 0.6, "description": 0.6}
    if "line" in about:
        return {}
    if "order" in about:
        return {"invoice_no": 1.0 if numbered else 0.8}
    return {"stock_code": 0.3, "invoice_no": 0.25, "customer_id": 0.21} if numbered else {}


def spoken_of(header: tuple[str, ...]) -> set[str]:
    """Return which of our columns a row names in some language, if it is the one that names columns."""
    return {
        field
        for name in header
        if len(name) <= LONGEST_NAME
        for field, fit in fits(name).items()
        if fit > 0.5
    }  # fmt: skip
