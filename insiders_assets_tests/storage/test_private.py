"""What is in a home is its user's alone."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from insiders_assets.settings import load_settings
from insiders_assets.storage.private import tightened
from insiders_assets.storage.stores import Stores


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def _home(tmp_path: Path) -> Path:
    """A home as a former version left it, with a landing zone in it and a file of somebody else's."""
    home = tmp_path / "home"
    for name in ("lake/raw_transactions.parquet/invoice_month=2026-01/a.parquet", "insiders.db", "notes.txt",
                 "reports/one/report.html", "dagster/storage/x.db", "landing/a.csv", ".lock"):  # fmt: skip
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text("x")
    for path in (home, *home.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    (home / "reports" / "latest").symlink_to("one")
    return home


def test_a_home_of_before_is_closed_once_and_nothing_that_is_not_ours(tmp_path: Path) -> None:
    home = _home(tmp_path)
    stores = Stores(load_settings(home=str(home)))
    assert "12 files and folders could be looked into by others" in tightened(stores.home)
    ours = [
        path for room in ("lake", "reports", "dagster") for path in (home / room, *(home / room).rglob("*"))
    ]
    for path in (*ours, home / "insiders.db", home / ".lock"):
        if not path.is_symlink():
            assert _mode(path) == (0o700 if path.is_dir() else 0o600), path
    assert _mode(home) == 0o700
    assert _mode(home / "landing") == 0o755
    assert {_mode(home / name) for name in ("landing/a.csv", "notes.txt")} == {0o644}
    assert not tightened(stores.home)


def test_the_way_to_a_landing_zone_that_others_fill_stays_open(tmp_path: Path) -> None:
    home = _home(tmp_path)
    (home / "landing").chmod(0o775)
    tightened(home)
    assert _mode(home) == 0o710


@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_files_are_private_whatever_the_umask_and_a_mapping_is_as_it_would_be(
    tmp_path: Path, umask: int
) -> None:
    code = f"""
import os, sqlite3, sys
os.umask({umask})
from insiders_assets.settings import load_settings
from insiders_assets.storage.stores import Stores
from insiders_assets.storage.atomic_write import write_text
stores = Stores(load_settings(home={str(tmp_path / "home")!r}))
write_text(stores.home / "lake" / "x.json", "1")
sqlite3.connect(stores.home / "y.db").execute("CREATE TABLE a (b)")
stores.landing.write_mapping("files: []")
"""
    (tmp_path / "home" / "landing").mkdir(parents=True)
    subprocess.run([sys.executable, "-c", code], check=True, env=os.environ)
    assert _mode(tmp_path / "home" / "lake") == 0o700
    assert {_mode(tmp_path / "home" / name) for name in ("lake/x.json", "y.db")} == {0o600}
    assert _mode(tmp_path / "home" / "landing" / "mapping.yaml") == 0o666 & ~umask
