"""What the name of a file or a sheet says of what is in it: that it came back, or was never sold."""

from __future__ import annotations

import re
from typing import Literal

from insiders_assets.ingest.mapping.header_aliases import normalise


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_RETURNS = _words(
    "returns refunds refund returned refunded retouren retoure ruecksendungen rucksendungen gutschriften devolucoes "
    "devolucao devoluciones devolucion retours resi reso rimborsi reembolsos estornos creditnotes creditmemos "
    "terugbetalingen remboursements erstattungen chargebacks"
)
_PHRASES = (
    "credit notes", "credit memos", "credit note", "credit memo", "notas de credito", "note di credito",
    "notes de credit",
)  # fmt: skip
_UNSOLD = _words(
    "abandoned quotes quote quotations quotation estimates drafts proforma wishlist wishlists cancelled canceled "
    "cancellations stornos stornierungen angebote orcamentos presupuestos devis preventivi offertes cancelados "
    "canceladas cancelamentos anulados anuladas annulations annullati geannuleerd forecasts forecast samples amostras "
    "muster"
)
_BESIDE = _words(
    "export exports report reports list data file all new full final copy monthly daily weekly yearly month week day "
    "year orders order carts cart checkouts shop store online web customer customers of the from to bis von de do da "
    "del di jan feb mar apr may jun jul aug sep oct nov dec january february march april june july august "
    "september october november december q1 q2 q3 q4 q h1 h2 h v credit memo memos note notes notas pedidos "
    "bestellungen commandes ordini bestellingen"
)
"""Words that may stand beside those; with others, the name may speak of something else: ``refunded_quantity``."""
_ENDING = re.compile(r"(\.[A-Za-z]{1,7}){1,2}$")

Tells = Literal["returns", "unsold"]


def meaning_of(name: str) -> Tells | None:
    """Return what a file's or a sheet's name says of what is in it; None if nothing."""
    words = [word for word in normalise(_ENDING.sub("", name)).split() if not word.isdigit()]
    if not set(words) <= _RETURNS | _UNSOLD | _BESIDE:
        return None
    spelled = f" {' '.join(words)} "
    if _RETURNS & set(words) or any(f" {phrase} " in spelled for phrase in _PHRASES):
        return "returns"
    return "unsold" if _UNSOLD & set(words) else None
