"""The memory that a refresh may take, and its refusal in time."""

from __future__ import annotations

import pytest

from insiders_assets.errors import InsidersError, UsageError
from insiders_assets.refresh import memory
from insiders_assets.settings import load_settings
from insiders_assets.simulation import simulate
from insiders_assets_tests.commands import failure, insiders


def test_a_limit_is_read_as_people_write_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSIDERS_MEMORY_LIMIT", "6GB")
    assert memory.limit(load_settings()) == 6_000_000_000
    monkeypatch.setenv("INSIDERS_MEMORY_LIMIT", "little")
    with pytest.raises(UsageError, match="INSIDERS_MEMORY_LIMIT"):
        load_settings()


def test_without_a_limit_the_machines_memory_is_the_limit() -> None:
    assert memory.limit(load_settings()) > 2**29


def test_the_limit_changes_no_result() -> None:
    assert load_settings(memory_limit="6GB").digest() == load_settings().digest()


def test_fifty_million_rows_fit_into_six_gigabytes_and_not_into_three() -> None:
    memory.require(load_settings(memory_limit="6GB"), 50_000_000, 500_000)
    with pytest.raises(
        InsidersError, match=r"^INSIDERS_MEMORY_LIMIT: 50,000,000 transactions .* 3\.0 GB are"
    ):
        memory.require(load_settings(memory_limit="3GB"), 50_000_000)


def test_a_run_that_would_not_fit_is_refused_in_one_line_and_publishes_nothing(tmp_path) -> None:
    simulate(20, tmp_path / "landing")
    done = insiders(
        "run", "--landing", tmp_path / "landing", "--home", tmp_path / "home", memory_limit="600MB"
    )
    said = failure(done, 1)
    assert "need some 0.9 GB of memory, and 0.6 GB are allowed; raise it" in said
    assert not (tmp_path / "home" / "reports" / "latest").exists()
    assert not (tmp_path / "home" / "lake" / "clean_purchases.parquet").exists()
