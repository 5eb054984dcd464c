"""Built-in forms: the exports of well-known shop systems, read without a mapping of the user's own."""

from __future__ import annotations

from functools import lru_cache

from insiders_assets.ingest.mapping.schema import Mapping
from insiders_assets.ingest.shops.form import Form
from insiders_assets.ingest.shops.marketplaces import AMAZON, MERCADO_LIVRE, OLIST, SQUARE
from insiders_assets.ingest.shops.web_shops import (
    MAGENTO,
    NUVEMSHOP,
    SHOPIFY,
    VTEX,
    WOOCOMMERCE,
    WOOCOMMERCE_LESS_REFUNDS,
)

FORMS: tuple[Form, ...] = (
    SHOPIFY,
    WOOCOMMERCE,
    WOOCOMMERCE_LESS_REFUNDS,
    MAGENTO,
    AMAZON,
    SQUARE,
    VTEX,
    NUVEMSHOP,
    MERCADO_LIVRE,
    OLIST,
)
VERSIONS = tuple((form.name, form.version) for form in FORMS)
"""What decides how exports of these forms are read."""


@lru_cache(maxsize=256)
def form_of(header: tuple[str, ...]) -> tuple[Form, Mapping] | None:
    """Return the built-in form of an export and the mapping that reads it; None if it has none.

    Args:
        header: The names of its columns.
    """
    for form in FORMS:
        if mapping := form.mapping(header):
            return form, mapping
    return None
