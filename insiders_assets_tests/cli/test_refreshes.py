"""``insiders refreshes``, ``diff`` and ``verify``, as a person meets them after one refresh and another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from insiders_assets.refresh.published import published_list
from insiders_assets.settings import load_settings
from insiders_assets.storage.kept_refreshes import KeptRefreshes
from insiders_assets.storage.stores import Stores
from insiders_assets.storage.warehouse import Warehouse
from insiders_assets_tests.commands import insiders, run, told


@pytest.fixture(scope="module")
def homes(refreshed, tmp_path_factory) -> Path:
    """A home with two refreshes: the second without the last day's export of the first."""
    landing, home = refreshed.copy(tmp_path_factory.mktemp("kept"))
    (landing / "2025-11.csv").rename(landing.parent / "2025-11.csv")
    run(landing, home)
    return home


@pytest.fixture
def home(homes, tmp_path) -> Path:
    import shutil

    shutil.copytree(homes, tmp_path / "home", symlinks=True)
    return tmp_path / "home"


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_refreshes_are_listed_as_they_were_published(homes, refreshed):
    latest, first = told(insiders("refreshes", "--home", homes, "--json"))["refreshes"]
    assert first["refresh_id"] == refreshed.said["refresh_id"]
    assert first["members"] == refreshed.said["members"]
    assert first["transactions"] == refreshed.said["rows"]["transactions"]
    assert (first["latest"], latest["latest"]) == (False, True)
    assert first["root"] != latest["root"]
    lines = insiders("refreshes", "--home", homes).stdout.splitlines()
    assert [line.split()[0] for line in lines] == [latest["refresh_id"], first["refresh_id"]]
    assert first["root"][:16] in lines[1]


def test_what_differs_is_what_the_lists_of_both_say(homes):
    kept = KeptRefreshes(homes)
    before, after = kept.all()
    was, now = ({*kept.table(each, "members")["customer_id"]} for each in (before, after))
    found = told(insiders("diff", before.refresh_id, "latest", "--home", homes, "--json"))
    assert {row["customer_id"] for row in found["added"]} == now - was
    assert {row["customer_id"] for row in found["removed"]} == was - now != set()
    assert {row["customer_id"] for row in found["changed"]} <= was & now
    text = insiders("diff", before.refresh_id, after.refresh_id, "--home", homes).stdout.splitlines()
    assert text[0].startswith(
        f"members, from {before.refresh_id} to {after.refresh_id}: {len(now - was):,} rows added"
    )
    same = insiders("diff", "latest", after.refresh_id, "--table", "insiders", "--home", homes).stdout
    assert same.endswith(": 0 rows added, 0 removed, 0 changed\n")


def test_tables_that_the_warehouse_adds_are_compared_like_the_others(homes):
    """Summaries are made of the list again, deliveries are read where they are kept; a row per refresh is one row."""
    before, after = KeptRefreshes(homes).all()

    def between(table: str) -> dict:
        return told(
            insiders("diff", before.refresh_id, "latest", "--table", table, "--home", homes, "--json")
        )

    row = {change["column"]: change for change in between("refreshes")["changed"]}
    assert (row["members"]["before"], row["members"]["after"]) == (str(before.members), str(after.members))
    curve = between("budget_history")
    sizes = {each["customers"] for each in curve["added"] if each["ranked_by"] == "programme"}
    assert after.members in sizes
    assert between("deliveries")["added"] == []


def test_a_refresh_or_table_that_is_not_there_is_said_in_one_line(home):
    unknown = insiders("diff", "yesterday", "latest", "--home", home)
    assert (unknown.returncode, unknown.stderr.count("\n")) == (2, 1)
    assert "yesterday: is no refresh of this home; see which are: insiders refreshes" in unknown.stderr
    assert insiders("diff", "latest", "latest", "--table", "people", "--home", home).returncode == 2
    before, after = KeptRefreshes(home).all()
    KeptRefreshes(home).retire([after.refresh_id])
    gone = insiders("diff", before.refresh_id, "latest", "--home", home)
    assert gone.returncode == 1
    assert "its table members is not kept: the newest 30 refreshes keep their tables" in gone.stderr
    history = told(
        insiders("diff", before.refresh_id, "latest", "--table", "tier_history", "--home", home, "--json")
    )
    assert {row["tier"] for row in history["changed"]} == {"insider", "viability", "not_insider"}


def test_whatever_is_not_what_was_written_is_named_with_its_cure(home):
    assert insiders("verify", "--home", home).returncode == 0
    kept = KeptRefreshes(home)
    before, after = kept.all()
    changed = Path(str(kept.path(before.tables["members"])))
    flip(changed)
    flip(home / "reports" / after.refresh_id / "members.csv")
    flip(home / "history" / "segmentation_model" / after.model_version / "card.json")
    done = insiders("verify", "--home", home)
    assert done.returncode == 1
    assert "3 files are not what was written, in 2 of the 2 refreshes looked at" in done.stderr.replace(
        "\n", " "
    )
    said = done.stderr.splitlines()
    assert [line for line in said if line.startswith(f"{before.refresh_id}: {changed} (members) is damaged")]
    (line,) = [line for line in said if "members.csv" in line]
    assert line.endswith("is damaged; make the refresh again: insiders run --force")
    assert [line for line in said if "segmentation_model" in line and "restore it from a backup" in line]
    told_one = json.loads(insiders("verify", before.refresh_id, "--home", home, "--json").stdout)
    assert {problem["refresh_id"] for problem in told_one["problems"]} == {before.refresh_id}


def test_an_empty_home_keeps_none_and_says_so(tmp_path):
    for command in ("refreshes", "verify"):
        done = insiders(command, "--home", tmp_path / "empty")
        assert (done.returncode, done.stdout) == (
            0,
            "no refresh is kept yet: those that are published from now on are\n",
        )


def test_the_list_before_is_what_the_warehouse_shows_wherever_it_is_read_from(home, monkeypatch):
    """In columns from what is kept; from the warehouse where that is damaged, gone or of another refresh."""
    stores = Stores(load_settings(home=str(home)))
    shown = stores.warehouse.read("insiders")
    reads, read = [], Warehouse.read
    monkeypatch.setattr(Warehouse, "read", lambda self, *given: reads.append(given[0]) or read(self, *given))
    assert published_list(stores).equals(shown)
    assert published_list(stores, ("customer_id", "tier")).equals(shown.select("customer_id", "tier"))
    assert reads == []
    latest = stores.refreshes.all()[-1]
    flip(Path(str(stores.refreshes.path(latest.tables["insiders"]))))
    assert published_list(stores).equals(shown)
    stores.refreshes.retire([])
    assert published_list(stores, ("customer_id", "tier")).equals(shown.select("customer_id", "tier"))
    assert reads == ["insiders", "insiders"]
