"""What the values of a status column say of an order, in the seven languages whose exports are met."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

from insiders_assets.ingest.doubts.further_languages import GROUPS
from insiders_assets.ingest.mapping.header_aliases import normalise


def words_of(text: str) -> frozenset[str]:
    """Return the words of a text, each once."""
    return frozenset(text.split())


_GROUPS: dict[str, str] = {
    "cancelled": "cancel cancelled canceled cancelation cancellation cancelling void voided aborted abandoned failed "
    "failure fail declined decline denied deny rejected reject blocked refused expired trash trashed deleted "
    "removed invalid fraud fraudulent "
    "superseded superseeded outdated obsolete stale veraltet obsoleto obsoleta "
    "unpaid unsuccessful error nullified annulled lost undeliverable "
    "cancelado cancelada cancelados canceladas cancelamento anulado anulada recusado recusada rejeitado rejeitada "
    "falhou falha falhada expirado expirada abandonado abandonada excluido excluida apagado estornado invalido "
    "invalida "
    "cancelacion anulacion rechazado rechazada fallido fallida fallo caducado vencido eliminado eliminada denegado "
    "denegada "
    "annule annulee annules annulees annulation echoue echouee echec refuse refusee rejete rejetee expiree abandonne "
    "abandonnee supprime supprimee invalide "
    "storniert storno stornierung abgebrochen abgelehnt fehlgeschlagen gescheitert verfallen abgelaufen geloescht "
    "geloscht ungueltig ungultig annulliert verworfen "
    "annullato annullata cancellato cancellata rifiutato rifiutata fallito fallita scaduto scaduta eliminato "
    "eliminata "
    "stornato abbandonato "
    "geannuleerd geannuleerde annulering afgebroken geweigerd afgewezen mislukt verlopen verwijderd vervallen "
    "ongeldig",
    "pending": "pending awaiting onhold hold draft proforma estimate quote quotation reserved preorder incomplete "
    "open "
    "authorized authorised authorization authorisation preauthorization created placed unconfirmed review sample "
    "samples replacement amostra muestra echantillon "
    "muster ersatzlieferung campione layaway parked suspended bonificacao brinde remessa "
    "cortesia consignacao bonificacion budget budgeted forecast forecasted planned prognose "
    "previsao warranty garantie garantia garanzia kulanz giveaway complimentary "
    "pendente aguardando aguarda espera rascunho orcamento reservado reservada analise "
    "pendiente pendientes esperando borrador presupuesto revision "
    "attente brouillon devis "
    "ausstehend wartend warten wartet offen entwurf angebot reserviert unbezahlt schwebend "
    "attesa sospeso bozza preventivo "
    "wacht wachten openstaand openstaande concept offerte gereserveerd onbetaald "
    "nonpaye impaye impayee",
    "refunded": "refund refunded refunds returned return returns chargeback chargedback reversed reversal restocked "
    "creditnote creditmemo exchange exchanged "
    "reembolsado reembolsada reembolso devolvido devolvida devolucao devolucoes estorno troca trocado trocada "
    "devuelto devuelta devolucion devoluciones reintegro reintegrado cambio "
    "rembourse remboursee remboursement retour retourne retournee avoir "
    "erstattet rueckerstattet ruckerstattet erstattung rueckgabe ruckgabe retoure retourniert zurueckgegeben "
    "zuruckgegeben gutschrift gutgeschrieben umtausch "
    "rimborsato rimborsata rimborso reso resi restituito restituita "
    "terugbetaald terugbetaling retour geretourneerd gecrediteerd creditnota",
    "test": "test testing training sandbox demo dummy teste prueba essai prova proef",
    "internal": "transfer transfers stocktransfer transferred intercompany intracompany internal intern interno "
    "interna interne internalorder ownuse replenishment relocation adjustment stocktake stocktaking inventory "
    "writeoff "
    "shrinkage "
    "umlagerung umbuchung eigenverbrauch eigenbedarf lagerumbuchung inventur bestandskorrektur "
    "transferencia transferencias traspaso traspasos ajuste consumo autoconsumo "
    "transfert transferts ajustement trasferimento trasferimenti rettifica giroconto "
    "overboeking verplaatsing voorraadcorrectie",
    "sold": "complete completed closed done finished fulfilled fulfillment delivered shipped dispatched sent paid "
    "captured settled processed processing confirmed live production approved accepted invoiced unfulfilled "
    "unshipped "
    "ready transit picked packed accept allow allowed approve pass passed normal regular success successful "
    "succeeded sale sold sales payment order purchase invoice active ok "
    "yes partial partially released current latest actual actuals "
    "concluido concluida completo completa finalizado finalizada entregue enviado enviada pago paga pagos aprovado "
    "aprovada faturado faturada processando processado confirmado confirmada venda vendido preparacao separacao "
    "transporte caminho "
    "completado completada entregado entregada pagado pagada aprobado aprobada facturado facturada procesando "
    "procesado venta vendido camino preparacion "
    "termine terminee livre livree expedie expediee envoye envoyee paye payee valide validee confirme confirmee "
    "facture facturee vente traitement preparation cours acceptee accepte complete "
    "abgeschlossen erledigt geliefert ausgeliefert zugestellt versandt versendet verschickt bezahlt bestaetigt "
    "bestatigt berechnet fakturiert bearbeitung verkauf verkauft rechnung erfolgreich genehmigt fertig "
    "completato consegnato consegnata spedito spedita pagato pagata approvato confermato confermata fatturato "
    "elaborazione vendita venduto evaso evasa concluso "
    "voltooid afgerond geleverd bezorgd verzonden betaald bevestigd goedgekeurd gefactureerd verwerking verkoop "
    "verkocht afgehandeld",
}
_MEANS = {word: group for group, words in GROUPS.items() for word in words} | {
    word: group for group, words in reversed(_GROUPS.items()) for word in words.split()
}
_PHRASES = {
    "on hold": "pending", "in attesa": "pending", "en attente": "pending", "em espera": "pending",
    "en espera": "pending", "in behandeling": "sold", "in bearbeitung": "sold", "in lavorazione": "sold",
    "em processamento": "sold", "en proceso": "sold", "en cours": "sold", "credit note": "refunded",
    "credit memo": "refunded", "nota de credito": "refunded", "nota di credito": "refunded",
    "payment error": "cancelled", "no sale": "cancelled", "post void": "cancelled",
    "nao pago": "pending", "no pagado": "pending", "non paye": "pending", "nicht bezahlt": "pending",
    "non pagato": "pending", "niet betaald": "pending", "not paid": "pending", "partially paid": "pending",
    "payment pending": "pending", "pending payment": "pending", "pago pendente": "pending", "pago pendiente": ""
    "pending",
    "not shipped": "sold", "not fulfilled": "sold", "not delivered": "pending", "nao entregue": "pending",
    "view item": "pending", "view item list": "pending", "select item": "pending", "view cart": "pending",
    "add to cart": "pending", "added to cart": "pending", "remove from cart": "pending", "removed from cart": ""
    "pending",
    "add to wishlist": "pending", "begin checkout": "pending", "checkout started": "pending",
    "add payment info": "pending", "add shipping info": "pending", "page view": "pending", "page viewed": "pending",
    "product viewed": "pending", "product view": "pending", "product added": "pending", "product removed": "pending",
    "cart viewed": "pending", "session start": "pending", "product clicked": "pending", "list viewed": "pending",
    "checkout completed": "sold", "order completed": "sold", "order placed": "sold",
    "not completed": "pending", "non complete": "pending",
}  # fmt: skip
_NEGATED = words_of("not non no nao nicht kein keine niet geen pas sem sin ohne without never")
YES = words_of("1 true t yes y x sim s si ja j oui o vero wahr verdadero verdadeiro vrai waar")
NO = words_of("0 false f no n nao nein non nee falso falsch faux onwaar live production prod -") | {""}
"""What flags hold that say no; for those of tests, that it was none."""
_ORDER = ("cancelled", "refunded", "pending", "test", "internal", "sold")
"""Which group holds where a value has words of several: ``cancelled before payment`` is cancelled."""


CANCELLED = tuple(
    words_of(
        "cancel annul anul storn void geannuleerd abgebrochen deleted geloescht geloscht eliminad excluid supprim "
        "verwijder tombstone trashed discarded softdelet borrad apagad"
    )
)
"""How words for what did not come about begin, whatever their ending."""
_ENDS = tuple(
    word
    for group in ("cancelled", "refunded")
    for word in _GROUPS[group].split()
    if len(word) > 7 and word.endswith(("ed", "do", "da", "ert", "ato", "ata", "erd"))
)
"""Participles that compounds such as ``ORDERCANCELLED`` and ``teilstorniert`` end in."""
_BESIDE = words_of(
    "by the of for in to at with after before via from order orders payment customer buyer client seller shop item "
    "sale money amount fully part partly por pelo pela pelos el la o a de do da dos das em no na con com en pedido "
    "pedidos cliente comprador vendedor tienda loja pago pagamento pago le les du des par client commande paiement "
    "vom von durch auf bestellung kunde kunden verkaeufer verkaufer zahlung dal dalla di del ordine pagamento door "
    "van op bestelling klant betaling "
    "stock store stores warehouse between estoque entre lojas tiendas almacen lager filialen magazzino magasin "
    "use own"
)
"""Words that may stand beside those of a status."""


@lru_cache(maxsize=4096)
def whole_group_of(value: str) -> str | None:
    """Return what a value says if it says nothing but that, as :func:`group_of`; None if it has words of its own.

    A title such as ``Open shelf`` is no status, wherever it stands; ``Cancelled by customer`` is one.
    """
    words = normalise(value).split()
    if not 0 < len(words) <= 5 or (found := group_of(value)) is None:
        return None
    groups = [
        word in _BESIDE or word in _NEGATED or _group_of_word(word, following) is not None
        for word, following in zip(words, [*words[1:], ""], strict=True)
    ]
    # The second half of a pair such as "on hold" follows from the first.
    paired = [False, *(_MEANS.get(word + after) is not None for word, after in pairwise(words))]
    return (
        found
        if all(one or two for one, two in zip(groups, paired, strict=True)) or _is_phrase(words)
        else None
    )


def _is_phrase(words: list[str]) -> bool:
    return " ".join(words) in _PHRASES


def _group_of_word(word: str, following: str = "") -> str | None:
    """Return what a word says, or it and the one that follows."""
    if found := _MEANS.get(word) or (_MEANS.get(word + following) if following else None):
        return found
    if word.startswith(CANCELLED):
        return "cancelled"
    if word.endswith(_ENDS) and not word.startswith(("un", "non", "not", "in")):
        return next(_MEANS[end] for end in _ENDS if word.endswith(end))
    return None


@lru_cache(maxsize=4096)
def group_of(value: str) -> str | None:
    """Return what a value says: ``cancelled``, ``refunded``, ``pending``, ``test`` or ``sold``.

    None if nothing known.
    """
    plain = normalise(value)
    if plain in _PHRASES:
        return _PHRASES[plain]
    words = plain.split()
    found = set()
    for at, word in enumerate(words):
        group = _group_of_word(word, words[at + 1] if at + 1 < len(words) else "")
        if group is None:
            continue
        negated = bool(_NEGATED & set(words[max(at - 2, 0) : at]))
        if negated and group in ("cancelled", "refunded", "test"):
            group = "sold"
        elif negated and group == "sold":
            group = "unknown"
        found.add(group)
    for phrase, group in _PHRASES.items():
        if " " in phrase and f" {phrase} " in f" {plain} ":
            found.add(group)
    return next((group for group in _ORDER if group in found), None)
