"""JSON documents and workbooks as other programs write them: arrays, orders with lines, hidden sheets."""

from __future__ import annotations

import io
import json

import pytest
import xlsxwriter

from insiders_assets.ingest.mapping.schema import Mapping
from insiders_assets_tests.ingest.exports import HEADER, good, read, read_all

NAMES = HEADER.split(",")
RECORDS = [dict(zip(NAMES, fields, strict=True)) | {"UnitPrice": 2.55, "Quantity": 6} for fields in good(5)]
ORDERS = [
    {"id": str(number), "created": "2025-01-03 09:05:00", "client": {"ref": "9001"}, "tags": ["a"], "notes": [],
     "items": [{"sku": "A", "qty": 2, "price": "1.95"}, {"sku": "B", "qty": 1, "price": "0.5"}]}
    for number in range(3)
]  # fmt: skip
MAPPED = Mapping(
    columns={
        "invoice_no": "id", "stock_code": "items.sku", "quantity": "items.qty", "unit_price": "items.price",
        "invoice_date": "created", "customer_id": "client.ref",
    }
)  # fmt: skip


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize(
    "wrap", [lambda found: found, lambda found: {"orders": found}, lambda found: {"data": {"rows": found}}]
)
def test_an_array_of_objects_is_read_like_lines_of_them(tmp_path, indent, wrap):
    lines = read(tmp_path, "\n".join(json.dumps(record) for record in RECORDS).encode())
    found = read(tmp_path, ("\ufeff" + json.dumps(wrap(RECORDS), indent=indent)).encode())
    assert found.rows.drop("source_line").equals(lines.rows.drop("source_line"))
    assert found.column("source_line") == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("form", ["array", "envelope", "lines"])
def test_orders_that_hold_their_lines_become_a_row_a_line(tmp_path, form):
    text = {"array": json.dumps(ORDERS), "envelope": json.dumps({"orders": ORDERS}),
            "lines": "\n".join(json.dumps(order) for order in ORDERS)}[form]  # fmt: skip
    found = read(tmp_path, text.encode(), mapping=MAPPED)
    assert (found.rows["quantity"] * found.rows["unit_price"]).sum() == pytest.approx(3 * 4.4)
    assert found.rows["invoice_no"].n_unique() == 3
    assert found.rows["customer_id"].unique().to_list() == ["9001"]
    assert found.rows["source_line"].is_sorted()
    assert found.rows["source_line"].n_unique() == 6


def test_an_order_without_lines_is_not_lost(tmp_path):
    found = read(
        tmp_path, json.dumps([*ORDERS, ORDERS[0] | {"id": "9", "items": []}]).encode(), mapping=MAPPED
    )
    assert (found.outcome.rows_read, found.outcome.rows_quarantined) == (7, 1)


def test_a_document_that_could_mean_two_things_asks(tmp_path):
    two = {"orders": RECORDS, "refunds": RECORDS[:1]}
    assert "name one as rows" in read(tmp_path, json.dumps(two).encode()).outcome.set_aside
    found = read(tmp_path, json.dumps(two).encode(), mapping=Mapping(rows="orders"))
    assert found.outcome.rows_transactions == 5
    order = ORDERS[0] | {"gifts": [{"sku": "C", "qty": 1}]}
    assert (
        "name one as lines" in read(tmp_path, json.dumps([order]).encode(), mapping=MAPPED).outcome.set_aside
    )
    named = MAPPED.model_copy(update={"lines": "items"})
    assert read(tmp_path, json.dumps([order]).encode(), mapping=named).outcome.rows_transactions == 2


@pytest.mark.parametrize("text", ["[", '[{"InvoiceNo": 1}', '[{"InvoiceNo": }]', '{"orders": [{]}', "[1, 2]"])
def test_a_damaged_document_is_set_aside_in_one_line(tmp_path, text):
    outcome = read(tmp_path, text.encode()).outcome
    assert outcome.set_aside
    assert "nobody foresaw" not in outcome.set_aside


def test_hidden_sheets_are_read_only_where_they_are_named(tmp_path):
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        for name in ("Orders", "old", "older"):
            sheet = book.add_worksheet(name)
            for number, cells in enumerate([NAMES, *good(4)]):
                sheet.write_row(number, 0, cells)
            if name == "old":
                sheet.hide()
            if name == "older":
                sheet.very_hidden()
    (tmp_path / "book.xlsx").write_bytes(written.getvalue())
    (found,) = read_all(tmp_path / "book.xlsx").values()
    assert found.outcome.rows_transactions == 4
    assert found.outcome.form["sheet"] == "Orders"
    (named,) = read_all(tmp_path / "book.xlsx", mapping=Mapping(sheet="old")).values()
    assert named.outcome.form["sheet"] == "old"
