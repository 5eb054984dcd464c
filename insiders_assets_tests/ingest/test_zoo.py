"""No hostile file loses a row, stops the others, or is refused without a reason."""

import gzip
import io
import re
import zipfile
from dataclasses import replace

import pytest

from insiders_assets import checksums
from insiders_assets.contracts.messages import with_facts
from insiders_assets.ingest.formats import archives
from insiders_assets.ingest.formats.archives import UNFORESEEN
from insiders_assets.ingest.model import rejected_frame
from insiders_assets.ingest.rules import FileRules, IngestRules
from insiders_assets.language import Language
from insiders_assets.language.message import message
from insiders_assets.language.writer import PLAIN, message_in
from insiders_assets.storage import parts
from insiders_assets.storage.conservation import unbalanced
from insiders_assets.storage.landing import open_landing
from insiders_assets.storage.transactions import TransactionStore
from insiders_assets_tests.ingest.exports import csv, good, read, read_all
from insiders_assets_tests.ingest.zoo import ZOO


def test_the_zoo_holds_at_least_sixty_animals():
    assert len(ZOO) >= 60


@pytest.mark.parametrize("animal", ZOO.values(), ids=ZOO.keys())
def test_a_hostile_file_ends_in_transactions_and_quarantine_as_it_should(tmp_path, animal):
    found = read(tmp_path, animal.content(), animal.name)
    assert UNFORESEEN not in found.outcome.set_aside
    assert bool(found.outcome.set_aside) == animal.whole
    assert (found.outcome.rows_transactions, found.outcome.rows_quarantined) == (
        animal.transactions,
        animal.rejected,
    )
    assert re.search(animal.reason, found.reasons)
    assert bool(len(found.faults)) == bool(animal.rejected or animal.whole)


def test_the_whole_zoo_in_one_landing_zone_leaves_a_good_export_untouched(tmp_path):
    landing = tmp_path / "landing"
    for number, animal in enumerate(ZOO.values()):
        cage = landing / f"{number:03d}"
        cage.mkdir(parents=True)
        (cage / animal.name).write_bytes(animal.content())
    (landing / "good.csv").write_bytes(csv(*good(7)))
    store = TransactionStore(tmp_path / "home")
    rules = IngestRules(FileRules(max_rejected=0.5), same_content="each", repeated_orders="each")
    result = store.ingest(open_landing(str(landing)), rules)
    expected = ZOO.values()
    assert result.rows_transactions == 7 + sum(animal.transactions for animal in expected)
    assert result.rows_quarantined == sum(animal.rejected for animal in expected)
    assert unbalanced(store) == []
    assert store.scan().collect().height == result.rows_transactions
    set_aside = [export.name for export in result.files if export.set_aside]
    assert len(set_aside) == sum(animal.whole for animal in expected)
    _assert_told_by_codes(store.rejected())
    _assert_older_parts_are_read(store)


def _assert_told_by_codes(rejected):
    words = Language("pt_BR")
    told = rejected.unique(with_facts("reason"), maintain_order=True).to_dicts()
    assert len({row["reason_code"] for row in told}) > 10
    for row in told:
        assert PLAIN.write(message_in(row, "reason")) == row["reason"]
        assert words.said(row, "reason") != row["reason"]


def _assert_older_parts_are_read(store):
    """Parts that an older version wrote have no codes: they say the same in English."""
    part = next(part for _, export in store.manifest().exports() for part in export.rejected)
    path, before = store.quarantine / part.path, store.rejected_part(part)
    before.drop("reason_code", "reason_args", "cells").write_parquet(path)
    found = store.rejected_part(replace(part, size=path.stat().st_size, checksum=checksums.digest(path)))
    assert found.schema == before.schema
    assert found.equals(before.with_columns(reason_code=None, reason_args=None, cells=None))
    row = found.row(0, named=True)
    assert Language("pt_BR").said(row, "reason") == row["reason"] != ""


def test_a_bomb_is_given_up_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "ALWAYS_ALLOWED", 1 << 20)
    bomb = gzip.compress(csv(*good()) + b"\n" * (16 << 20), 9)
    found = read(tmp_path, bomb, "bomb.csv.gz")
    assert "unpacks to more than 500 times its size" in found.outcome.set_aside


def test_a_bomb_of_many_members_that_are_each_within_bounds_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "ALWAYS_ALLOWED", 1 << 20)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(40):
            archive.writestr(f"{number}.csv", csv(*good()) + b"\n" * (1 << 19))
    found = read(tmp_path, packed.getvalue(), "bombs.zip")
    assert "unpacks to more than 500 times its size" in found.outcome.set_aside


@pytest.mark.parametrize(
    ("name", "begins", "reason"),
    [
        ("a.csv", csv(*good()), "line 5 is longer than 16 MB"),
        ("a.csv", csv(*good()) + b'1,2,"', "the quote that opens on line 5 is never closed"),
        ("a.jsonl", b'{"InvoiceNo": "1"}\n{"InvoiceNo": "', "line 2 is longer than 16 MB"),
    ],
    ids=["delimited", "quoted", "JSON"],
)
def test_a_line_without_an_end_is_given_up_long_before_its_file_ends(tmp_path, name, begins, reason):
    """A file with holes that seems to hold 4 GB: reading all of it would take far longer than the test may."""
    path = tmp_path / name
    with path.open("wb") as file:
        file.write(begins + b"x" * (40 << 20))
        file.truncate(4 << 30)
    (found,) = read_all(path).values()
    assert reason in found.outcome.set_aside
    assert found.outcome.rows_transactions == 0


def test_long_rejected_rows_are_written_before_they_fill_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "FLUSH_REJECTED_BYTES", 1 << 20)
    writer = parts.PartWriter(tmp_path / "transactions", tmp_path / "quarantine", "a.csv", "a")
    for line in range(4):
        writer.rejected(rejected_frame([(line, None, None, message("row.json"), "x" * (600 << 10))]))
    writer.close()
    assert [part.rows for part in writer.rejected_parts] == [2, 2]
    assert sorted(path.name for path in (tmp_path / "quarantine").iterdir()) == ["a.1.parquet", "a.parquet"]
