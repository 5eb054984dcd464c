"""Orders and lines in files of their own: every row of either is on a line or counted, whichever side changes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import polars as pl
import pytest

from insiders_assets.errors import InsidersError
from insiders_assets.ingest.inspection.inspection import inspect
from insiders_assets.ingest.inspection.joins import Beside
from insiders_assets.ingest.rules import FileRules, IngestRules
from insiders_assets.storage.conservation import unbalanced
from insiders_assets.storage.landing import open_landing
from insiders_assets.storage.transactions import TransactionStore
from insiders_assets_tests.commands import failure, insiders
from insiders_assets_tests.ingest.exports import csv, good
from insiders_assets_tests.s3 import serving_s3

ORDERS = "id,placed_at,state,buyer\n{}\n"
ITEMS = "order_id,sku,qty,price\n{}\n"
MAPPING = {
    "exports": [
        {
            "files": ["items*.csv"],
            "join": {"files": "orders*.csv", "key": "order_id", "their_key": "id"},
            "columns": {
                "invoice_no": "order_id",
                "quantity": "qty",
                "invoice_date": "placed_at",
                "customer_id": "buyer",
            },
            "exclude": [{"column": "state", "values": ["cancelled"]}],
        }
    ]
}


ITEM_ROWS = ("A1,MUG-1,2,4.50", "A1,TEA-2,1,3.00", "A2,MUG-1,1,4.50", "A9,CUP-7,1,2.00")


class Shop:
    """A landing zone with a home, ingested as files arrive."""

    def __init__(self, folder: Path, mapping: dict = MAPPING) -> None:
        self.landing, self.home = folder / "landing", folder / "home"
        self.landing.mkdir()
        (self.landing / "mapping.yaml").write_text(json.dumps(mapping))

    def drop(self, name: str, head: str, *rows: str) -> None:
        (self.landing / name).write_text(head.format("\n".join(rows)))

    def ingest(self):
        store = TransactionStore(self.home)
        self.result = store.ingest(open_landing(str(self.landing)), IngestRules(FileRules(max_rejected=0.5)))
        assert unbalanced(store) == []
        self.rejected = store.rejected() if self.result.rows_quarantined else pl.DataFrame()
        return store.scan().collect().sort("source_file", "source_line")


@pytest.fixture
def shop(tmp_path):
    found = Shop(tmp_path)
    found.drop("items-1.csv", ITEMS, *ITEM_ROWS)
    return found


def test_each_line_has_what_its_order_says_and_nothing_is_lost(shop):
    shop.drop(
        "orders-1.csv",
        ORDERS,
        "A1,2026-01-05,shipped,ann",
        "A2,2026-01-06,cancelled,ben",
        "A3,2026-01-07,shipped,cy",
    )
    rows = shop.ingest()
    assert rows.select("invoice_no", "customer_id", "quantity").rows() == [("A1", "ann", 2), ("A1", "ann", 1)]
    assert [f"{day:%Y-%m-%d}" for day in rows["invoice_date"]] == ["2026-01-05"] * 2
    # One line without an order, and one order without a line.
    assert (shop.result.rows_excluded, shop.result.rows_quarantined) == (1, 2)
    assert shop.rejected.select("column", "value", "reason").sort("value").rows() == [
        ("id", "A3", "is on no line of the files that this one is joined to"),
        ("order_id", "A9", "stands in no file that fits orders*.csv"),
    ]
    (orders,) = [file for file in shop.result.files if file.name == "orders-1.csv"]
    assert orders.notes == ["2 of its rows are joined to lines of items*.csv by order_id"]


def test_whichever_side_comes_later_or_changes_the_other_is_read_again(shop):
    first = [*ITEM_ROWS[:2]]
    shop.drop("items-1.csv", ITEMS, *first)
    shop.drop("items-2.csv", ITEMS, "A3,CUP-7,1,2.00", "A3,MUG-1,1,4.50")
    shop.drop("orders-1.csv", ORDERS, "A1,2026-01-05,shipped,ann")
    rows = shop.ingest()
    assert set(rows["source_file"]) == {"items-1.csv"}
    (waiting,) = [file for file in shop.result.files if file.set_aside]
    assert "most often, order_id 'A3' stands in no file that fits orders*.csv" in waiting.set_aside
    shop.drop("orders-2.csv", ORDERS, "A3,2026-01-08,shipped,cy", "A1,2026-01-05,shipped,dora")
    rows = shop.ingest()
    assert rows.select("invoice_no", "customer_id").unique(maintain_order=True).rows() == [
        ("A1", "dora"),
        ("A3", "cy"),
    ]
    assert shop.result.rows_quarantined == 0
    assert any(
        "1 rows of orders*.csv differ from a later one" in note
        for file in shop.result.files
        for note in file.notes
    )
    assert (shop.ingest().height, shop.result.parsed) == (4, 0)
    shop.drop("items-2.csv", ITEMS, "A1,CUP-7,1,2.00")
    shop.ingest()
    assert shop.rejected["value"].to_list() == ["A3"]
    (shop.landing / "orders-2.csv").unlink()
    rows = shop.ingest()
    assert set(rows["customer_id"]) == {"ann"}


def test_a_bucket_is_joined_as_a_folder_is(tmp_path, monkeypatch):
    with serving_s3(monkeypatch, "exports") as client:
        for name, body in (
            ("mapping.yaml", json.dumps(MAPPING)),
            ("items-1.csv", ITEMS.format("\n".join(ITEM_ROWS[:2]))),
            ("orders-1.csv", ORDERS.format("A1,2026-01-05,shipped,ann")),
        ):
            client.put_object(Bucket="exports", Key=f"shop/{name}", Body=body.encode())
        store, rules = TransactionStore(tmp_path / "home"), IngestRules()
        assert store.ingest(open_landing("s3://exports/shop"), rules).rows_transactions == 2
        later = ORDERS.format("A1,2026-01-05,shipped,dora").encode()
        client.put_object(Bucket="exports", Key="shop/orders-1.csv", Body=later)
        result = store.ingest(open_landing("s3://exports/shop"), rules)
        assert (result.parsed, unbalanced(store)) == (2, [])
        assert set(store.scan().collect()["customer_id"]) == {"dora"}


def test_a_chain_is_joined_as_olist_exports_it(tmp_path):
    shop = Shop(tmp_path, {"exports": [{
        "files": "olist_order_items*.csv",
        "join": [{"files": "olist_orders*.csv", "key": "order_id"},
                 {"files": "olist_customers*.csv", "key": "customer_id"},
                 {"files": "olist_products*.csv", "key": "product_id", "missing": "keep"}],
    }]})  # fmt: skip
    shop.drop(
        "olist_orders_dataset.csv",
        "order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at,order_delivered_carrier_date\n{}\n",
        "o1,c1,delivered,2018-01-05 10:00:00,2018-01-05 10:10:00,", "o2,c2,canceled,2018-01-06 10:00:00,,",
        "o3,c3,shipped,2018-01-07 10:00:00,2018-01-07 10:10:00,",
    )  # fmt: skip
    shop.drop(
        "olist_order_items_dataset.csv",
        "order_id,order_item_id,product_id,seller_id,shipping_limit_date,price,freight_value\n{}\n",
        "o1,1,p1,s1,2018-01-09 10:00:00,58.90,13.29", "o1,2,p1,s1,2018-01-09 10:00:00,58.90,13.29",
        "o2,1,p2,s1,2018-01-09 10:00:00,10.00,1.00", "o3,1,p3,s1,2018-01-09 10:00:00,7.50,1.00",
    )  # fmt: skip
    shop.drop(
        "olist_customers_dataset.csv",
        "customer_id,customer_unique_id,customer_zip_code_prefix,customer_city,customer_state\n{}\n",
        "c1,u1,14409,franca,SP", "c2,u2,14409,franca,SP", "c3,u1,14409,franca,SP",
    )  # fmt: skip
    shop.drop("olist_products_dataset.csv", "product_id,product_category_name\n{}\n", "p1,cama")
    rows = shop.ingest()
    assert rows.select("invoice_no", "customer_id", "quantity", "unit_price").rows() == [
        ("o1", "u1", 1, 58.9), ("o1", "u1", 1, 58.9), ("o3", "u1", 1, 7.5),
    ]  # fmt: skip
    assert (shop.result.rows_excluded, shop.result.rows_quarantined) == (1, 0)


@pytest.mark.parametrize(
    ("join", "said"),
    [
        ({"files": "orders*.csv", "key": "number"}, "has no column number"),
        ({"files": "orders*.csv", "key": "order_id", "their_key": "nr"}, "orders-1.csv has no column nr"),
        ({"files": "bills*.csv", "key": "order_id"}, "waits for a file that fits bills*.csv"),
    ],
)
def test_what_cannot_be_joined_is_said_in_one_line(tmp_path, join, said):
    shop = Shop(tmp_path, {"exports": [MAPPING["exports"][0] | {"join": join}]})
    shop.drop("items-1.csv", ITEMS, *ITEM_ROWS)
    shop.drop("orders-1.csv", ORDERS, "A1,2026-01-05,shipped,ann")
    with pytest.raises(InsidersError, match=re.escape(said)) as raised:
        shop.ingest()
    assert "items-1.csv" in str(raised.value)


def test_inspect_proposes_the_join_where_a_file_beside_the_lines_says_what_they_lack(shop, tmp_path):
    said = "A1,2026-01-05,shipped,ann", "A2,2026-01-06,cancelled,ben", "A9,2026-01-07,shipped,cy"
    shop.drop("orders-1.csv", ORDERS, *said)
    shop.drop("products.csv", "sku,title\n{}\n", "MUG-1,Mug", "TEA-2,Tea", "CUP-7,Cup")
    shop.drop("payments.csv", "id,order_id,paid\n{}\n", "1,A1,6.00", "2,A1,6.00", "3,A2,4.50")
    beside = [Beside(path.name, path) for path in sorted(shop.landing.glob("*.csv"))[1:]]
    path = shop.landing / "items-1.csv"
    found = inspect(path, path.name, FileRules(), "items-*.csv", beside=beside)
    assert [join.model_dump(exclude_defaults=True) for join in found.mapping.join] == [
        {"files": ("orders-*.csv",), "key": "order_id", "their_key": "id"}
    ]
    assert (
        found.mapping.columns | {"customer_id": "buyer", "invoice_date": "placed_at"} == found.mapping.columns
    )
    (question,) = [each for each in found.questions if each.code == "status_cancelled"]
    assert (question.columns, question.rows) == (("state",), 1)
    # Lines that lack nothing are joined to nothing.
    whole = tmp_path / "whole.csv"
    whole.write_bytes(csv(*good()))
    assert not inspect(whole, whole.name, FileRules(), whole.name, beside=beside).mapping


def test_the_command_joins_what_the_mapping_says_and_sends_away_what_is_joined(shop):
    said = "A1,2026-01-05,shipped,ann", "A2,2026-01-06,shipped,ben", "A9,2026-01-07,shipped,cy"
    shop.drop("orders-1.csv", ORDERS, *said)
    done = insiders("inspect", "items-1.csv", "--landing", shop.landing)
    assert "4 of 4 rows become transactions" in done.stdout
    said = failure(insiders("inspect", "orders-1.csv", "--landing", shop.landing), 2)
    assert "orders-1.csv: is joined to lines by order_id" in said
