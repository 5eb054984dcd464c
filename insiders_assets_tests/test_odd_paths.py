"""Folders and files whose names mean something to somebody: to a pattern, a database's address, or nobody at all."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest

from insiders_assets.cli import ui
from insiders_assets.cli.inspect import inspect_file
from insiders_assets.dashboard.server import warehouse_of
from insiders_assets.erasure.tables import forget_in_tables
from insiders_assets.errors import UsageError
from insiders_assets.redaction.redactor import Redactor
from insiders_assets.settings import load_settings
from insiders_assets.storage.stores import Stores
from insiders_assets_tests.ingest.exports import csv, good
from insiders_assets_tests.tables import a_refresh

ODD = "a *[b]?c=d&e %41 #f"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / ODD
    found.mkdir()
    return found


def test_the_warehouse_lies_in_its_home_whatever_the_home_is_called(folder: Path) -> None:
    settings = load_settings(home=str(folder))
    Stores(settings).warehouse.publish(*a_refresh("first", rows=3), from_lake=True)
    assert (folder / "insiders.db").exists()
    assert [path.name for path in folder.parent.iterdir()] == [ODD]
    assert warehouse_of(settings).latest_refresh()["refresh_id"] == "first"


def test_people_are_forgotten_in_a_home_whose_name_looks_like_a_pattern(folder: Path) -> None:
    pl.DataFrame({"customer_id": ["1", "2"]}).write_parquet(folder / "a.parquet")
    assert forget_in_tables(folder, Redactor(["1"])) == 1


def test_a_path_that_dagster_reads_as_another_is_refused(folder: Path, monkeypatch) -> None:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    with pytest.raises(UsageError, match="DAGSTER_HOME"):
        ui.dagster_folder(load_settings(home=str(folder)))
    assert ui.dagster_folder(load_settings(home="50% #1")).name == "dagster"


def test_a_name_that_is_no_text_is_shown_and_mapped_as_the_landing_zone_lists_it(
    tmp_path: Path, capsys
) -> None:
    name = os.fsdecode(b"bad\xff.csv")
    text = csv(*good(5)).replace(b"CustomerID", b"Cliente")
    (tmp_path / name).write_bytes(text)
    settings = load_settings(landing=str(tmp_path), home=str(tmp_path / "home"))
    inspect_file(settings, str(tmp_path / name), write=True, pattern=None, as_json=False)
    assert capsys.readouterr().out.startswith("bad\\xff.csv")
    assert [name for name in Stores(settings).landing.listing() if name != "mapping.yaml"] == ["bad\\xff.csv"]
    assert "bad" in (tmp_path / "mapping.yaml").read_text("utf-8")
