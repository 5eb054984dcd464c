"""What is not what was written is never believed: it is named, and read or made again where it can be."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from insiders_assets import __version__, checksums
from insiders_assets.checksums import DamagedError
from insiders_assets.errors import InsidersError, ModelError
from insiders_assets.ingest.rules import IngestRules
from insiders_assets.report.file_digests import opened, sealed
from insiders_assets.segmentation import ModelRegistry, SegmentationModel
from insiders_assets.settings import load_settings
from insiders_assets.storage import upkeep
from insiders_assets.storage.atomic_write import write_noted
from insiders_assets.storage.home_format import FORMAT
from insiders_assets.storage.ingest_result import IngestResult
from insiders_assets.storage.landing import open_landing
from insiders_assets.storage.stores import Stores
from insiders_assets.storage.transactions import TransactionStore
from insiders_assets_tests.ingest.exports import csv, good, row
from insiders_assets_tests.segmentation.shoppers import quick_model, shoppers


def flip(path: Path, at: int = -20) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 4
    path.write_bytes(content)


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    landing = tmp_path / "landing"
    landing.mkdir()
    (landing / "a.csv").write_bytes(csv(*good(5)))
    (landing / "b.csv").write_bytes(
        csv(*(row(number, quantity="many" if number == 51 else 2) for number in range(50, 90)))
    )
    return landing, tmp_path / "home"


def ingest(places: tuple[Path, Path], **rules: str) -> IngestResult:
    landing, home = places
    return TransactionStore(home).ingest(open_landing(str(landing)), IngestRules(**rules))


def parts(home: Path) -> list[Path]:
    return [Path(str(folder / part.path)) for folder, part in TransactionStore(home).parts()]


def test_a_damaged_part_is_named_and_read_again_from_the_landing_zone(places):
    _, home = places
    ingest(places)
    before = {path: path.read_bytes() for path in parts(home)}
    assert len(before) == 3
    for path, content in before.items():
        flip(path)
        with pytest.raises(DamagedError, match=f"{path.name}: is damaged.*insiders run --force"):
            TransactionStore(home).rejected() if "quarantine" in str(path) else TransactionStore(home).read()
        (told,) = ingest(places).warnings
        assert told.startswith(f"{path} is damaged; ")
        assert path.read_bytes() == content


def test_a_damaged_part_whose_export_is_gone_is_refused_with_what_to_do(places):
    landing, home = places
    ingest(places)
    damaged = parts(home)[0]
    (landing / "a.csv").unlink()
    flip(damaged)
    with pytest.raises(
        DamagedError, match=r"is damaged, and a.csv.*is no longer there.*restore it from a backup"
    ):
        ingest(places, removed_files="keep")
    ingest(places)  # its rows are let go with their file
    assert not damaged.exists()


@pytest.mark.parametrize("rules", [{"removed_files": "keep"}, {"changed_files": "add"}, {}])
def test_a_damaged_manifest_loses_no_rows_that_only_it_knew_of(places, rules):
    _, home = places
    ingest(places)
    manifest = home / "lake" / "raw_transactions.manifest.json"
    flip(manifest)
    with pytest.raises(DamagedError, match="is damaged"):
        TransactionStore(home).read()
    if rules:
        with pytest.raises(DamagedError, match="restore it from a backup, or delete it"):
            ingest(places, **rules)
        manifest.unlink()
        ingest(places, **rules)
    else:
        assert "every export is read again" in ingest(places).warnings[0]
    assert TransactionStore(home).read().height == 44


def test_a_home_of_before_is_adopted_once_in_one_line(places):
    landing, home = places
    stores = Stores(load_settings(home=str(home), landing=str(landing)))
    result = ingest(places)
    manifest = home / "lake" / "raw_transactions.manifest.json"
    text = manifest.read_text()
    for part in (part for export in result.files for part in (*export.parts, *export.rejected)):
        text = text.replace(f', "checksum": "{part.checksum}"', "")
    (home / "lake" / ".checksums" / "raw_transactions.manifest.json.sha256").unlink()
    manifest.write_text(text)
    assert "checksum" not in text
    assert upkeep.kept_up(stores) == [f"{home}: 3 files have their checksums from now on"]
    assert upkeep.kept_up(stores) == []
    assert ingest(places).parsed == 0
    assert upkeep.damaged(stores) == []
    flip(parts(home)[0])
    flip(manifest)
    assert upkeep.damaged(stores) == [str(manifest)]


def test_a_kill_between_a_checksum_and_its_file_leaves_the_file_believed(tmp_path):
    path = tmp_path / "file"
    path.write_text("one")
    checksums.note(path, checksums.digest(path))
    for number in range(checksums.KEPT - 1):
        checksums.note(path, f"{number}" * 64)
        assert checksums.is_whole(path)
    path.write_text("other")
    assert not checksums.is_whole(path)


def test_facts_of_a_report_are_what_was_written(tmp_path):
    text = sealed({"customers": 5, "share": 0.1}, {"members.csv": "ab"})
    assert opened(text)["customers"] == 5
    for broken in (text.replace("5", "4"), text.replace("0.1", "0.3"), text.replace("share", "shara"), "{"):
        with pytest.raises(ValueError):  # noqa: PT011 - the caller says the rest
            opened(broken)
    assert opened('{"customers": 5}')["customers"] == 5  # of a former version


@pytest.fixture(scope="module")
def fitted() -> tuple[pl.DataFrame, SegmentationModel]:
    features = shoppers(60)
    return features, quick_model(features)


@pytest.mark.parametrize("name", ["arrays.npz", "card.json", None])
def test_a_model_that_is_damaged_or_gone_is_put_back_from_its_copy(tmp_path, fitted, name):
    features, model = fitted
    root, copies = tmp_path / "models", tmp_path / "copies"
    registry = ModelRegistry(root)
    registry.promote(model.save(root))
    model.save(copies)
    folder = root / model.version
    if name:
        flip(folder / name, 40)
        with pytest.raises(ModelError, match="is damaged"):
            ModelRegistry(root).champion()
    else:
        folder.rename(tmp_path / "elsewhere")
    assert model.version in ModelRegistry(root).put_back(copies)
    assert ModelRegistry(root).put_back(copies) == ""
    assert ModelRegistry(root).champion().card == model.card
    assert SegmentationModel.load(folder).assign(features).equals(model.assign(features))


def test_a_home_of_a_newer_version_is_refused_with_both_versions(places):
    landing, home = places
    stores = Stores(load_settings(home=str(home), landing=str(landing)))
    home.mkdir()
    upkeep.kept_up(stores)
    assert json.loads((home / "format.json").read_text()) == {"format": FORMAT, "insiders": __version__}
    write_noted(home / "format.json", json.dumps({"format": FORMAT + 1, "insiders": "9.8.7"}))
    with pytest.raises(
        InsidersError, match=rf"insiders 9.8.7 in format {FORMAT + 1}.*{__version__}.*{FORMAT}"
    ):
        upkeep.kept_up(stores)
    (home / "format.json").write_text(json.dumps({"format": FORMAT, "insiders": "9.8.7"}))
    with pytest.raises(InsidersError, match=r"format\.json: is damaged"):
        upkeep.kept_up(stores)
