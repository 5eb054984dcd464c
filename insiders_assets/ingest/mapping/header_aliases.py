"""What shops call the columns of an export: names recognised without a mapping."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

MANDATORY = ("invoice_no", "stock_code", "quantity", "invoice_date", "unit_price", "customer_id")
OPTIONAL = ("description", "country")
FIELDS = (*MANDATORY[:2], "description", *MANDATORY[2:], "country")
"""The columns of an export that a transaction is made of, in the order of the contract."""

SYNONYMS: dict[str, tuple[str, ...]] = {
    "invoice_no": (
        "invoice", "invoice number", "invoice id", "order", "order no", "order number", "order id", "receipt no",
        "receipt number", "receipt id", "transaction no", "transaction number", "transaction id", "document no",
        "bill no", "basket id",
    ),
    "stock_code": (
        "sku", "product code", "product id", "product no", "product number", "item code", "item id", "item no",
        "item number", "article", "article no", "article number", "article code", "stock id", "stock no", "ean",
        "barcode",
    ),
    "description": (
        "product description", "item description", "product name", "item name", "product", "item", "product title",
        "article name", "article description",
    ),
    "quantity": ("qty", "units", "quantity ordered", "quantity sold", "item quantity", "pieces", "count", "no units"),
    "invoice_date": (
        "date", "invoice date time", "invoice datetime", "invoice timestamp", "invoice time", "order date",
        "order datetime", "order timestamp", "transaction date", "transaction datetime", "purchase date",
        "sale date", "sales date", "receipt date", "timestamp", "datetime", "date time",
    ),
    "unit_price": (
        "price", "price per unit", "product price", "price each", "sales price",
        "selling price",
    ),
    "customer_id": (
        "customer", "customer no", "customer number", "customer code", "client", "client id", "client no",
        "client number", "buyer", "buyer id", "account id", "account no", "account number", "member id", "user id",
        "shopper id",
    ),
    "country": (
        "customer country", "country name", "shipping country", "ship country", "delivery country",
        "billing country", "invoice country", "country region",
    ),
}  # fmt: skip
"""Names by which a column is recognised beside its own, best first, as :func:`normalise` writes them."""


@lru_cache(maxsize=4096)
def normalise(name: str) -> str:
    """Return a name in lower case, without accents, its words apart.

    ``InvoiceNo``, ``invoice_no`` and ``Invoice No.`` become one.
    """
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    plain = unicodedata.normalize("NFKD", words.replace("#", " no ").replace("№", " no ")).casefold()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[^\w]|_", " ", plain).split())


def _squeezed(name: str) -> str:
    return normalise(name).replace(" ", "")


_RANKED = {
    _squeezed(name): (field, rank)
    for field in FIELDS
    for rank, name in enumerate((field, *SYNONYMS[field]))
}  # fmt: skip


@lru_cache(maxsize=256)
def recognise(header: tuple[str, ...]) -> dict[str, list[int]]:
    """Return which of our columns each position of a header holds.

    Args:
        header: The names as the export writes them.

    Returns:
        Positions by column, best name first; several positions share the best name only if their names are the same.
    """
    found: dict[str, list[tuple[int, int]]] = {}
    for position, name in enumerate(header):
        if match := _RANKED.get(_squeezed(name)):
            field, rank = match
            found.setdefault(field, []).append((rank, position))
    return {
        field: [position for rank, position in matches if rank == min(matches)[0]]
        for field, matches in found.items()
    }
