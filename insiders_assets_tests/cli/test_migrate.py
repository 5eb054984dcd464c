"""``insiders migrate``: what is refused before anything is written, and a copy on this machine."""

from __future__ import annotations

import os

import pytest

from insiders_assets.cli.migrate import migrate
from insiders_assets.errors import UsageError
from insiders_assets.settings import load_settings


def moved(home, to):
    migrate(load_settings(home=str(home)), str(to), only_compare=False, as_json=False)


def test_a_place_that_is_no_home_is_not_moved_and_nothing_is_made(tmp_path):
    with pytest.raises(UsageError, match=r"typo: is no home.*--home"):
        moved(tmp_path / "typo", tmp_path / "copy")
    assert list(tmp_path.iterdir()) == []


def test_a_home_is_not_moved_onto_itself_whatever_it_is_called(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "home" / "lake").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "home")
    for name in ("home", "./home/", tmp_path / "home", "link"):
        with pytest.raises(UsageError, match="is the home itself"):
            moved("home", name)


def test_a_copied_file_keeps_its_time_of_change(tmp_path):
    for folder in ("lake", "landing"):
        (tmp_path / "home" / folder).mkdir(parents=True)
    export = tmp_path / "home" / "landing" / "shop.csv"
    export.write_text("InvoiceNo\n")
    os.utime(export, ns=(1, 1_234_567_890_123_456_789))
    moved(tmp_path / "home", tmp_path / "copy")
    assert (tmp_path / "copy" / "landing" / "shop.csv").stat().st_mtime_ns == 1_234_567_890_123_456_789
