"""The handed exports, each right or asked about, and none silently wrong; skipped where they are not at hand."""

from pathlib import Path

import pytest

from insiders_assets.ingest.inspection.inspection import inspect
from insiders_assets.ingest.questions.question import proposed
from insiders_assets.ingest.rules import FileRules
from insiders_assets_tests.ingest.shop import told

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases" / "exports"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the handed exports are not beside the project")

RIGHT = {
    "base.csv": (1569.55, 0.0),
    "cost_only_known_name.csv": (1569.55, 0.0),
    "amazon_orders.txt": (1339.74, 0.0),
    "discount_column.csv": (1098.65, 0.0),
    "woo_status.csv": (904.76, 152.30),
    "olist_joined.csv": (462.28, 0.0),
    "known_names_type_refund.csv": (1376.33, 193.22),
    "returnable.csv": (1569.55, 0.0),
    "refunded_quantity.csv": (1440.09, 70.19),
    "prestashop_sql.csv": (1569.55, 17.75),
    "square_items.csv": (1531.50, 30.55),
    "shopify_orders.csv": (2389.50, 178.50),
    "orders_first_line_only_email.csv": (2389.50, 178.50),
    "letters_skus.csv": (1569.55, 0.0),
    "giftcard_shipping.csv": (1569.55, 0.0),
    "negative_price_discounts.csv": (1551.55, 0.0),
}
"""What was sold and given back, once every question is answered as proposed."""


@pytest.mark.parametrize("name", RIGHT)
def test_a_handed_export_is_right_or_asked_about(name):
    path = CASES / name
    sold, returned = RIGHT[name]
    unmapped = told(path, max_rejected=0.05)
    assert unmapped.aside or (unmapped.sold, unmapped.returned) == (sold, returned)
    found = inspect(path, name, FileRules(), name, lambda questions: proposed(questions))
    assert found.questions == []
    mapped = told(path, found.mapping)
    assert (mapped.sold, mapped.returned) == (sold, returned)


def test_customers_of_orders_whose_e_mail_stands_on_the_first_line():
    found = told(CASES / "orders_first_line_only_email.csv")
    assert (found.customers, found.rows["customer_id"].null_count()) == (15, 0)


def test_a_line_of_nothing_makes_no_order():
    from insiders_assets.features.cleaning import CleaningRules, clean_purchases

    rows = told(CASES / "zero_quantity_only_order.csv").rows
    kept = clean_purchases(rows.lazy(), CleaningRules()).collect()
    assert "60001" not in kept["invoice_no"].to_list()
    assert kept.height == 60
