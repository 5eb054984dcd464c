"""Deliveries of a home in a bucket with its warehouse in PostgreSQL: the same memory, files and lock."""

from __future__ import annotations

import pytest

from insiders_assets.deliveries.changes import Batch, Change
from insiders_assets.deliveries.deliver import one_delivery
from insiders_assets.deliveries.destinations import open_destination
from insiders_assets.deliveries.ledger import Ledger, ledgers
from insiders_assets.deliveries.model import DestinationRules
from insiders_assets.deliveries.sending import known_now, send
from insiders_assets.deliveries.tables import plan_rows
from insiders_assets.errors import InsidersError
from insiders_assets.places import place
from insiders_assets.settings import load_settings
from insiders_assets.storage.stores import Stores
from insiders_assets.storage.warehouse.lock import one_run
from insiders_assets_tests.deliveries.people import DELIVERY, Receiver, months, wanted
from insiders_assets_tests.s3 import serving_s3


def test_a_bucket_keeps_the_memory_and_takes_files(monkeypatch, tmp_path):
    with serving_s3(monkeypatch, "shop", "tools") as client:
        home, receiver = place("s3://shop/home"), Receiver()
        for people in months(5, 3):
            ledger = Ledger(home, DELIVERY.name, "crm")
            assert send(
                ledger, DELIVERY, wanted(people), receiver, refresh=("r", "2026-01-31"), record=plan_rows
            )
            assert receiver.people.keys() == people.keys()
        (kept,) = ledgers(home)
        assert set(known_now(kept)["customer_id"]) == people.keys()
        assert (
            sum(
                each["Key"].endswith(".parquet") for each in client.list_objects_v2(Bucket="shop")["Contents"]
            )
            == 1
        )
        rules = DestinationRules("ads", "folder", "s3://tools/insiders")
        destination = open_destination(rules, load_settings(home=str(tmp_path)))
        destination.send(
            Batch("spring", "ads", 1, "0" * 32, (Change("7", "add", {"customer_id": "7"}, None),))
        )
        (written,) = client.list_objects_v2(Bucket="tools")["Contents"]
        assert written["Key"] == "insiders/spring/00000001-00000000-add.csv"
        assert destination.erase("spring", [{"customer_id": "7"}], before=2) == 1


def test_the_database_lets_one_delivery_out_and_a_run_go_on_beside_it(postgres_url, monkeypatch):
    with serving_s3(monkeypatch, "shop"):
        stores = Stores(load_settings(home="s3://shop/home", database_url=postgres_url))
        with one_delivery(stores), one_run(stores.warehouse):
            monkeypatch.setattr("insiders_assets.storage.warehouse.lock.PATIENCE", 0.0)
            with pytest.raises(InsidersError, match="another delivery is under way"), one_delivery(stores):
                pass
