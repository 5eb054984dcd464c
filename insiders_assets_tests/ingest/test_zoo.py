"""No hostile file loses a row, stops the others, or is refused without a reason."""

import gzip
import io
import re
import zipfile

import pytest

from insiders_assets.ingest import containers
from insiders_assets.ingest.containers import UNFORESEEN
from insiders_assets.ingest.rules import FileRules, IngestRules
from insiders_assets.storage.landing import open_landing
from insiders_assets.storage.transactions import TransactionStore
from insiders_assets_tests.ingest.exports import csv, good, read
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
    rules = IngestRules(FileRules(max_rejected=0.5), same_content="each")
    result = store.ingest(open_landing(str(landing)), rules)
    expected = ZOO.values()
    assert result.rows_transactions == 7 + sum(animal.transactions for animal in expected)
    assert result.rows_quarantined == sum(animal.rejected for animal in expected)
    assert store.unbalanced() == []
    assert store.scan().collect().height == result.rows_transactions
    set_aside = [export.name for export in result.files if export.set_aside]
    assert len(set_aside) == sum(animal.whole for animal in expected)


def test_a_bomb_is_given_up_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(containers, "ALWAYS_ALLOWED", 1 << 20)
    bomb = gzip.compress(csv(*good()) + b"\n" * (16 << 20), 9)
    found = read(tmp_path, bomb, "bomb.csv.gz")
    assert "unpacks to more than 500 times its size" in found.outcome.set_aside


def test_a_bomb_of_many_members_that_are_each_within_bounds_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(containers, "ALWAYS_ALLOWED", 1 << 20)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(40):
            archive.writestr(f"{number}.csv", csv(*good()) + b"\n" * (1 << 19))
    found = read(tmp_path, packed.getvalue(), "bombs.zip")
    assert "unpacks to more than 500 times its size" in found.outcome.set_aside
