"""What is dropped or hashed lies nowhere; INSIDERS_MAPPING is heard."""

import shutil

import polars as pl
import pytest

from insiders_assets.errors import UsageError
from insiders_assets.ingest import IngestRules
from insiders_assets.settings import load_settings
from insiders_assets.storage.landing import open_landing
from insiders_assets.storage.transactions import TransactionStore
from insiders_assets_tests.commands import SHIPPED, failure, insiders
from insiders_assets_tests.ingest.exports import csv, good, row

HASHED = {"hash_columns": "customer_id", "hash_key": "secret", "drop_columns": "description"}


@pytest.fixture
def landing(tmp_path):
    folder = tmp_path / "landing"
    folder.mkdir()
    (folder / "a.csv").write_bytes(csv(*good(30), *good(1), row(31, quantity="x")))
    (folder / "headless.csv").write_bytes(csv(*good(5), header=",".join(row(9))))
    (folder / "b.csv").write_bytes(csv(row(1), row(2, quantity="x"), row(3, quantity="y")))
    return folder


def ingest(landing, home, **given):
    store = TransactionStore(home)
    settings = load_settings(landing=str(landing), home=str(home), **given)
    return store, store.ingest(open_landing(str(landing)), IngestRules.from_settings(settings))


@pytest.mark.parametrize("repeats", ["keep", "reject"])
def test_what_is_dropped_or_hashed_is_in_no_file_of_the_home(landing, tmp_path, repeats):
    store, result = ingest(landing, tmp_path / "home", duplicate_rows=repeats, **HASHED)
    held = [pl.read_parquet(path) for path in (tmp_path / "home").rglob("*.parquet")]
    assert len(held) >= 4
    text = " ".join(str(value) for frame in held for line in frame.rows() for value in line)
    text += (tmp_path / "home" / "lake" / "raw_transactions.manifest.json").read_text()
    assert "17850" not in text
    assert "WHITE LANTERN" not in text
    assert result.rows_read == result.rows_transactions + result.rows_quarantined
    assert store.scan().collect()["customer_id"].n_unique() == 1


def test_another_setting_or_key_reads_again(landing, tmp_path):
    home = tmp_path / "home"
    seen = []
    for given in ({}, HASHED, HASHED | {"hash_key": "other"}, {}):
        store, _ = ingest(landing, home, **given)
        seen.append(store.scan().collect()["customer_id"][0])
    assert seen[0] == seen[3] == "17850"
    assert len(set(seen)) == 3
    digests = {load_settings(**HASHED | {"hash_key": key}).digest() for key in ("a", "b")}
    assert len(digests) == 2


def test_rules_about_hashed_values_still_find_them():
    settings = load_settings(**HASHED, excluded_customers="17850")
    assert len(settings.as_kept("customer_id", settings.excluded_customers)) == 2
    assert settings.as_kept("country", ["France"]) == ("France",)


@pytest.mark.parametrize(
    "given", [{"drop_columns": "customer_id"}, {"hash_columns": "quantity"}, {"hash_columns": "country"}]
)
def test_a_column_that_is_needed_and_a_missing_key_are_refused(given):
    with pytest.raises(UsageError):
        IngestRules.from_settings(load_settings(**given))


def test_a_mapping_that_a_setting_names_is_read_by_the_command(tmp_path):
    mapping = tmp_path / "ours.yaml"
    mapping.write_text("exports: 3")
    shutil.copytree(SHIPPED, tmp_path / "landing")
    words = ("run", "--landing", tmp_path / "landing", "--home", tmp_path / "home")
    assert "ours.yaml" in failure(insiders(*words, mapping=str(mapping)), 2)
