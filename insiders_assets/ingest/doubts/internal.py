"""Customer ids that stand for the shop itself: a warehouse, a branch, its own use. What goes there is not sold."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.doubts.status_words import words_of
from insiders_assets.ingest.mapping.header_aliases import normalise
from insiders_assets.ingest.questions.question import Answer, Question, Seen

if TYPE_CHECKING:
    from insiders_assets.ingest.doubts.detector import Header

_ITSELF = words_of(
    "internal intern interno interna interne warehouse lager stock estoque almacen magazzino magasin magazijn deposito "
    "intercompany intracompany transfer transferencia umlagerung eigenverbrauch eigenbedarf ownuse headquarters "
    "zentrale matriz filiale filial sucursal branch hauptlager zentrallager"
)
_BRANCHES = words_of("store shop tienda loja boutique negozio winkel geschaeft geschaft")
"""Words for branches, where nothing but a number stands beside them."""
_BESIDE = words_of(
    "customer client cliente kunde klant order orders transfer stock use account central main zentral principal "
    "store shop tienda loja boutique of the de da do del di von a b c no nr n own consumo uso"
)
"""Words that may stand beside those; numbers may, too."""


@lru_cache(maxsize=1 << 16)
def is_internal(customer: str) -> bool:
    """Return whether an id is made of words for the shop itself and nothing else but a number."""
    if customer.isdigit() or "@" in customer:
        return False
    spelled = normalise(customer).split()
    words = [word for word in spelled if not word.isdigit()]
    if len(words) == 1 and words[0] in _BRANCHES and len(spelled) == 2:
        return True
    return (
        bool(words)
        and any(word in _ITSELF for word in words)
        and all(word in _ITSELF or word in _BESIDE for word in words)
    )


def internal_question(header: Header, column: str, lines: pl.DataFrame) -> Question | None:
    """Return the question that lines of such customers leave open.

    None if there are none, or somebody said what they are.

    Args:
        header: What is known of the export.
        column: The column of customers.
        lines: ``id, order, money`` of the lines with an id.
    """
    theirs = [each for each in lines["id"].unique() if is_internal(each)]
    found = (
        lines.filter(pl.col("id").is_in(theirs))
        .group_by("id")
        .agg(rows=pl.len(), money=pl.col("money").sum())
        .sort(["rows", "id"], descending=[True, False])
    )
    if not found.height:
        return None
    seen = tuple(Seen(value, rows, round(money, 2)) for value, rows, money in found.iter_rows())
    values = [each.value for each in seen]
    key = Question("internal_ids", "identity", (column,), ()).key
    said = header.mapping.answers.get(key) if header.mapping else None
    if said == "customer":
        return None
    answers = (
        Answer("exclude", {"exclude": [{"column": column, "values": values}]}),
        Answer("customer", {"answers": {key: "customer"}}),
    )
    return Question("internal_ids", "identity", (column,), answers, "exclude", seen)
