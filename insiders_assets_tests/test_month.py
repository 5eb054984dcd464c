"""One month read again, as the UI does it; and late rows in their month."""

from __future__ import annotations

from pathlib import Path

import pytest
from dagster import AssetKey, DagsterInstance

from insiders_assets.definitions import build_defs
from insiders_assets.errors import InsidersError
from insiders_assets.ingest import IngestRules
from insiders_assets.settings import load_settings
from insiders_assets.simulation import simulate
from insiders_assets.storage.conservation import unbalanced
from insiders_assets.storage.landing import open_landing
from insiders_assets.storage.transactions import TransactionStore
from insiders_assets_tests.ingest.exports import csv, good

RULES = IngestRules.from_settings(load_settings())


def store(tmp_path: Path, **exports: bytes) -> tuple[TransactionStore, Path]:
    landing = tmp_path / "landing"
    landing.mkdir()
    for name, content in exports.items():
        (landing / f"{name}.csv").write_bytes(content)
    found = TransactionStore(tmp_path / "home")
    found.ingest(open_landing(str(landing)), RULES)
    return found, landing


def month(number: int, **values: object) -> bytes:
    return csv(*good(invoice_date=f"2026-{number:02d}-05 10:00:00", **values))


def times(found: TransactionStore) -> dict[str, int]:
    return {
        str(part.relative_to(found.folder)): part.stat().st_mtime_ns
        for part in found.folder.rglob("*.parquet")
    }


def test_reading_a_month_again_rewrites_its_parts_and_no_others(tmp_path):
    found, landing = store(tmp_path, january=month(1), february=month(2))
    before, bytes_before, rows = times(found), _bytes(found), found.scan().collect()
    result = found.ingest(open_landing(str(landing)), RULES, again="2026-02")
    touched = {name for name, time in times(found).items() if before[name] != time}
    assert touched == {name for name in before if name.startswith("invoice_month=2026-02/")}
    assert touched
    assert _bytes(found) == bytes_before
    assert found.scan().collect().equals(rows)
    assert not result.changed
    assert not unbalanced(found)


def test_a_month_without_rows_cannot_be_read_again_and_nothing_changes(tmp_path):
    found, landing = store(tmp_path, january=month(1))
    before = times(found)
    with pytest.raises(InsidersError, match="no export holds a transaction of 2031-07; choose another month"):
        found.ingest(open_landing(str(landing)), RULES, again="2031-07")
    assert times(found) == before


def test_late_rows_land_in_their_month_and_touch_no_other_part(tmp_path):
    found, landing = store(tmp_path, january=month(1), february=month(2))
    before = times(found)
    (landing / "late.csv").write_bytes(month(1, invoice_no="990001"))
    found.ingest(open_landing(str(landing)), RULES)
    after = times(found)
    assert before.items() <= after.items()
    assert [name[:21] for name in after.keys() - before.keys()] == ["invoice_month=2026-01"]
    assert found.months() == ["2026-01", "2026-02"]


def test_the_job_month_reads_the_chosen_one_again_and_only_changes_of_the_landing_zone_are_observed(tmp_path):
    simulate(200, tmp_path / "landing", months=3)
    settings = load_settings(home=str(tmp_path / "home"), landing=str(tmp_path / "landing"))
    defs = build_defs(settings)
    with DagsterInstance.ephemeral() as instance:
        first = defs.resolve_job_def("refresh").execute_in_process(instance=instance)
        assert first.success
        (seen,) = first.get_asset_observation_events()
        assert seen.asset_key == AssetKey("landing_zone")
        found = TransactionStore(tmp_path / "home")
        months = found.months()
        assert len(months) >= 3
        chosen, before, bytes_before = months[1], times(found), _bytes(found)
        job = defs.resolve_job_def("month")
        run = job.execute_in_process(instance=instance, run_config={"month": chosen})
        assert run.success
        assert not run.get_asset_observation_events()
        touched = {name for name, time in times(found).items() if before[name] != time}
        assert any(name.startswith(f"invoice_month={chosen}/") for name in touched)
        assert touched < before.keys()
        assert _bytes(found) == bytes_before


def _bytes(found: TransactionStore) -> dict[str, bytes]:
    return {
        str(part.relative_to(found.folder)): part.read_bytes() for part in found.folder.rglob("*.parquet")
    }
