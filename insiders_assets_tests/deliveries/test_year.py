"""A year of months, lived and replayed: destinations are told the same, month by month."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from insiders_assets.contracts.deliveries import DELIVERIES, DELIVERY_CHANGES
from insiders_assets.simulation import simulate
from insiders_assets_tests.commands import insiders, run, told

YAML = """\
destinations: {crm: {kind: folder, location: out}}
deliveries:
  everybody: {audience: members, destination: crm, purpose: newsletter, fields: [tier, valid_until]}
  leaving: {audience: next-to-leave, destination: crm, purpose: newsletter}
"""
BEFORE = 3
"""Months that lie there before the first refresh."""


def home_of(folder: Path) -> Path:
    home = folder / "home"
    home.mkdir(parents=True)
    (home / "deliveries.yaml").write_text(YAML)
    return home


def files(home: Path) -> dict[str, str]:
    """What is at the destination, by delivery, number and kind: keys of batches differ from home to home."""
    return {
        f"{path.parent.name} {path.name[:8]} {path.name[18:]}": path.read_text()
        for path in (home / "out").rglob("*.csv")
    }


@pytest.mark.full
def test_replaying_a_year_of_months_delivers_what_living_it_did(tmp_path):
    simulate(500, tmp_path / "exports", months=12 + BEFORE)
    exports = sorted((tmp_path / "exports").glob("*.csv"))
    lived, landing = home_of(tmp_path / "lived"), tmp_path / "lived" / "landing"
    landing.mkdir()
    days = []
    for number, export in enumerate(exports, 1):
        shutil.copy(export, landing)
        if number > BEFORE:
            days.append(run(landing, lived, hold="false")["as_of"])
            told(insiders("deliver", "--json", "--home", lived))
    replayed = home_of(tmp_path / "replayed")
    for day in days:
        run(tmp_path / "exports", replayed, "--as-of", day, hold="false")
        told(insiders("deliver", "--json", "--home", replayed))
    assert len(set(days)) == 12
    assert files(lived) == files(replayed)
    for table, own in (
        (DELIVERIES, ("refresh_id", "settled_at")),
        (DELIVERY_CHANGES, ("refresh_id", "settled_at", "idempotency_key")),
    ):
        one, other = (
            pl.read_parquet(home / "lake" / f"{table.name}.parquet").drop(own).sort(pl.all())
            for home in (lived, replayed)
        )
        assert one.equals(other), table.name
        assert one.height
    changes = pl.read_parquet(lived / "lake" / "delivery_changes.parquet")
    assert set(changes["change"]) == {"add", "update", "remove"}
    assert changes["as_of"].n_unique() == 12
