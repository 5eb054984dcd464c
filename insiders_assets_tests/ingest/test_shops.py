"""Whatever is sold, written down in the form of a well-known shop system, comes back with equal money and people."""

from datetime import datetime

import pytest
from hypothesis import given, settings

from insiders_assets.ingest.inspection.inspection import inspect
from insiders_assets.ingest.rules import FileRules
from insiders_assets.ingest.shops import FORMS, form_of
from insiders_assets_tests.ingest.exports import REPEATABLE
from insiders_assets_tests.ingest.shop import told
from insiders_assets_tests.ingest.shop_forms import SHOPS, Order, orders


def test_every_form_is_written_here_and_says_where_it_is_documented():
    assert [form.name for form in FORMS] == list(SHOPS)
    assert all(form.source.startswith("https://") and form.version >= 1 for form in FORMS)


@pytest.mark.parametrize("shop", SHOPS)
@settings(REPEATABLE, max_examples=6)
@given(bought=orders())
def test_money_orders_and_customers_come_back_from_every_form(tmp_path, shop, bought):
    form = SHOPS[shop]
    path = tmp_path / "export.csv"
    path.write_bytes(form.write(bought))
    found = told(path, **form.rules)
    assert found.aside == ""

    def net(order):
        pieces = sum(pieces for _, pieces, _ in order.lines)
        return order.gross - (order.off if form.discounts else 0) - form.off_each * pieces

    states = {"sold", "refunded"} if form.refunded in ("beside", "sold") else {"sold"}
    sold = [order for order in bought if order.state in states]
    back = [order for order in bought if order.state == "refunded" and form.refunded in ("beside", "alone")]
    assert found.sold == pytest.approx(sum(map(net, sold)) / 100, abs=0.02)
    assert found.returned == pytest.approx(sum(map(net, back)) / 100, abs=0.02)
    seen = {*sold, *back}
    # A line without a piece left is no part of an order that anybody counts.
    rows = found.rows.filter(found.rows["quantity"] != 0)
    assert rows["invoice_no"].n_unique() == len(seen)
    assert rows["customer_id"].n_unique() == len({order.customer for order in seen})


@pytest.mark.parametrize("shop", SHOPS)
def test_inspect_names_the_built_in_form(tmp_path, shop):
    path = tmp_path / "export.csv"
    lines = (("P-01X", 2, 450), ("P-02X", 1, 1999))
    bought = [Order(f"70{at}", "c@example.com", datetime(2025, 1, 20 + at, 9), lines) for at in range(4)]
    path.write_bytes(SHOPS[shop].write(bought))
    found = inspect(path, path.name, FileRules(), path.name)
    version = {form.name: form.version for form in FORMS}[shop]
    assert found.built_in == f"{shop} {version}"
    assert not found.proposed


def test_headers_that_the_systems_themselves_write_are_known():
    amazon = (
        "order-id order-item-id purchase-date payments-date buyer-email buyer-name buyer-phone-number sku product-name "
        "quantity-purchased currency item-price item-tax shipping-price shipping-tax ship-service-level recipient-name "
        "ship-address-1 ship-city ship-state ship-postal-code ship-country sales-channel"
    )
    olist = (
        "order_id order_item_id product_id seller_id shipping_limit_date price freight_value customer_id order_status "
        "order_purchase_timestamp order_approved_at order_delivered_carrier_date order_delivered_customer_date "
        "order_estimated_delivery_date customer_unique_id customer_zip_code_prefix customer_city customer_state"
    )
    for header, name, customer in ((amazon, "Amazon", "buyer-email"), (olist, "Olist", "customer_unique_id")):
        form, mapping = form_of(tuple(header.split()))
        assert (form.name, mapping.columns["customer_id"]) == (name, customer)
