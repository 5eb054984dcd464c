"""The next product: what each customer is likely to buy, shown only where that beats what is plain without it."""

from insiders_assets.next_product.tables import next_product_tables
from insiders_assets.next_product.trial import trial

__all__ = ["next_product_tables", "trial"]
