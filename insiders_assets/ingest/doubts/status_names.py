"""What a column may tell of an order by its name: whether it came about, was a test, was cancelled, or came back."""

from __future__ import annotations

from functools import lru_cache

from insiders_assets.ingest.doubts.status_words import CANCELLED, whole_group_of, words_of
from insiders_assets.ingest.mapping.header_aliases import normalise
from insiders_assets.ingest.mapping.header_words import notions

_STATUS = words_of(
    "status statuses state states estado situacao situation situacion statut etat stato zustand stand "
    "stadium fase stage phase etapa toestand bestelstatus orderstatus zahlungsstatus bestellstatus "
    "auftragsstatus lieferstatus betaalstatus zahlungsstand paymentstatus financialstatus"
)
_KIND = words_of(
    "type kind typ tipo event operation operacao operacion operazione vorgang vorgangsart belegart "
    "buchungsart soort op dml cdc rowkind transactiontype movimento movement natureza class action result outcome "
    "resultado ergebnis cfop doctype doktyp dokumentart rechnungsart belegtyp"
)
_TEST = words_of(
    "training test testing istest sandbox teste prueba essai prova proef testbestellung testorder"
)
_FRAUD = words_of(
    "fraud fraudulent isfraud fraude betrug frode chargeback disputed dispute suspended suspendido suspenso parked"
)
_UNSOLD = words_of(
    "sample samples comped draft quote quotation estimate preorder replacement proforma muster entwurf angebot "
    "ersatzlieferung amostra rascunho orcamento muestra borrador presupuesto echantillon brouillon devis campione "
    "bozza preventivo offerte"
)
"""Words of flags whose *yes* says that a line may not have been sold."""
_GIVEN = words_of(
    "warranty gratis complimentary comp comped giveaway freebie foc gratuito gratuita gratuit kostenlos kulanz "
    "garantie garantia "
    "garanzia cortesia brinde regalo omaggio"
)
"""Words of ways of paying by which nothing was paid."""
_ARCHIVED = (
    "archiv",
    "arquivad",
    "gearchiveerd",
    "hidden",
    "inactiv",
    "inativ",
    "obsolet",
    "superseded",
    "historisiert",
)
"""How words begin for lines that were put away, and may count all the same: a shop archives what is done."""
_REVERSED = words_of(
    "reversed reversal reverses isreversed estornado estornada estorno extornado extornada stornata extourne "
    "extournee"
)
_WHICH = words_of("of for document doc ref reference id number no nr transaction invoice order original from")
_SCORE = words_of("score level probability check result model")
_HAPPENED = words_of(
    "paid ispaid bezahlt pago paga pagado pagada paye payee pagato pagata betaald valid isvalid valido valida valide "
    "gueltig gultig geldig completed complete iscompleted success successful succeeded confirmed approved livemode "
    "active isactive abgeschlossen concluido concluida completado completada completato voltooid bestaetigt "
    "bestatigt "
    "confirmado confirmada confirme confermato bevestigd settled captured current iscurrent latest islatest"
)
"""Words of flags whose *no* says that nothing came about."""
_NOT_ABOUT_ORDERS = words_of(
    "method methode metodo gateway card shipping ship customer cliente client kunde klant billing address "
    "adresse province region country civil marital marketing risk email mail tax product item sku stock "
    "inventory code policy eligible allowed fee days until window deadline possible reason motivo grund "
    "raison discount device browser seller vendedor zahlungsart forma medio moyen mode message loyalty member "
    "membership vip tier newsletter subscriber subscription account user contact"
)
_REASONS = words_of("reason motivo grund raison")
_DOCUMENTS = words_of(
    "invoice document doc transaction trans tran txn beleg rechnung factura fatura facture fattura factuur"
)
_MOVEMENTS = words_of(
    "operation operacao operacion operazione vorgang vorgangsart belegart buchungsart movimento movement movimiento "
    "cfop doctype doktyp dokumentart rechnungsart belegtyp transactiontype"
)
_CHANGES = words_of("op operation dml cdc rowkind change action row record")
_APART = words_of("phone from to by vat coupon voucher")
_SHIPPING = words_of(
    "fulfillment fulfilment fulfilled delivery shipping shipment envio entrega livraison versand "
    "lieferung lieferstatus consegna spedizione verzending"
)
_REGIONS = words_of("state states estado stato etat stand")
_ORDERS = words_of(
    "order orders orderstate payment pedido commande bestellung auftrag ordine bestelling encomenda venda venta sale"
)
"""Words beside which a state is none of a country."""


_HOW = (
    "payment method", "payment type", "payment mode", "channel", "sales channel",
    "order channel", "order source", "source", "source name", "department",
    "zahlungsart", "zahlungsmethode", "zahlungsweise", "vertriebskanal", "kanal", "verkaufskanal", "herkunft", "quelle",
    "abteilung", "forma de pagamento", "meio de pagamento", "metodo de pagamento", "canal", "canal de venda", "origem",
    "forma de pago", "metodo de pago", "medio de pago", "canal de venta", "origen", "mode de paiement",
    "moyen de paiement", "canal de vente", "origine", "metodo di pagamento", "canale", "canale di vendita",
    "betaalmethode", "betaalwijze", "verkoopkanaal", "kanaal", "herkomst",
)  # fmt: skip
"""Names of columns that say how something was bought: most of what they hold says nothing of whether it was."""


def names_what_is_reversed(name: str) -> bool:
    """Return whether a column names what a line takes back, as ``reversal_of`` does."""
    words = set(normalise(name).split())
    return bool(words & _REVERSED and words & _WHICH)


@lru_cache(maxsize=4096)
def kind_of(name: str) -> str | None:
    """Return what a column may tell.

    ``status``, ``kind``, ``how``, a flag such as ``cancelled`` or ``happened``, or None.
    """
    if normalise(name) in _HOW:
        return "how"
    words = normalise(name).split()
    squeezed, apart = "".join(words), _NOT_ABOUT_ORDERS & set(words)
    if any(word in _TEST for word in words) or squeezed in _TEST:
        return "test"
    if any(word.startswith(CANCELLED) for word in words) and not apart - _REASONS:
        return "cancelled"
    if _REVERSED & set(words) and "charge" not in words and not names_what_is_reversed(name):
        return "cancelled"
    if any(word.startswith(_ARCHIVED) for word in words) and not apart:
        return "archived"
    if _UNSOLD & set(words) and set(words) <= _UNSOLD | {"is", "flag", "order", "line", "item"}:
        return "pending"
    if _FRAUD & set(words) and not apart and not _SCORE & set(words):
        return "cancelled"
    of_status = [word for word in words if word in _STATUS or word.endswith(("status", "statut"))]
    if of_status or squeezed in _STATUS:
        about = set(words) - set(of_status)
        return None if about & (_NOT_ABOUT_ORDERS - _SHIPPING) else "status"
    if "code" in words and _DOCUMENTS & set(words) and apart == {"code"}:
        return "kind"
    if any(word in _KIND for word in words) and not (apart - {"code"} if _DOCUMENTS & set(words) else apart):
        return "kind"
    if (_HAPPENED & set(words) or squeezed in _HAPPENED) and not apart and not _APART & set(words):
        return None if {"quantity", "total", "price", "date"} & notions(name)[0] else "happened"
    return None


def is_unsold(value: str) -> bool:
    """Return whether a way in which something was bought says that it was not.

    Given away, replaced, or moved within.
    """
    words = set(normalise(value).split())
    return bool(words & (_UNSOLD | _GIVEN | _TEST)) or whole_group_of(value) == "internal"


def is_about_shipping(name: str) -> bool:
    """Return whether a status is that of a parcel: what is not sent yet is sold all the same."""
    return bool(_SHIPPING & set(normalise(name).split()))


def is_of_changes(name: str) -> bool:
    """Return whether a column may say what a database did to a row, as one of captured changes has it."""
    return bool(_CHANGES & set(normalise(name).split()))


def is_of_documents(name: str) -> bool:
    """Return whether a kind is one of documents or movements: its codes may tell invoices from credit notes."""
    return bool((_DOCUMENTS | _MOVEMENTS) & set(normalise(name).split()))


def is_a_region(name: str) -> bool:
    """Return whether a name such as ``state`` or ``Estado`` may mean a part of a country as well."""
    words = set(normalise(name).split())
    return bool(_REGIONS & words) and not _ORDERS & words
