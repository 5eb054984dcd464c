"""What is kept of refreshes: each table once, as it was, until nobody names it any more."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from insiders_assets.checksums import DamagedError
from insiders_assets.contracts.table import Column, Table
from insiders_assets.erasure.tables import without
from insiders_assets.errors import UsageError
from insiders_assets.redaction.redactor import Redactor
from insiders_assets.storage.kept_refresh import KeptRefresh, tables_of
from insiders_assets.storage.kept_refreshes import KeptRefreshes
from insiders_assets.storage.lake import Lake

PEOPLE = Table(
    "people", "Somebody.", (Column("customer_id", "str", "Who."), Column("value", "int64", "How much."))
)
CODES = Table("codes", "A code.", (Column("code", "str", "What."),))


class Home:
    """A home with two tables, whose refreshes are kept."""

    def __init__(self, folder: Path) -> None:
        self.lake, self.kept = Lake(folder / "lake"), KeptRefreshes(folder)
        self.lake.write(CODES, pl.DataFrame({"code": ["a", "b"]}))

    def publish(self, name: str, **values: int) -> KeptRefresh:
        """Keep a refresh in which people have these values."""
        frame = pl.DataFrame(
            {"customer_id": list(values), "value": list(values.values())}, PEOPLE.polars_schema
        )
        self.lake.write(PEOPLE, frame)
        tables = tables_of(self.lake, ["people", "codes"])
        made = KeptRefresh(
            name, "2026-01-31", f"2026-02-0{name[-1]}", "i", "1", "m", "", 5, len(values), tables
        )
        self.kept.keep(made, self.lake)
        return made

    @property
    def objects(self) -> dict[str, Path]:
        return {path.stem: path for path in sorted(self.kept.objects.glob("*.parquet"))}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home [1]")


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.unlink()  # the lake's own file stays as it is
    path.write_bytes(content)


def test_a_table_is_kept_once_and_as_it_was_whatever_comes_after(home: Home) -> None:
    first, second = home.publish("r1", ann=1, bob=2), home.publish("r2", ann=7)
    assert len(home.objects) == 3
    assert [each.refresh_id for each in home.kept.all()] == ["r1", "r2"]
    assert home.kept.read("r1") == first
    assert home.kept.table(first, "people").rows() == [("ann", 1), ("bob", 2)]
    assert home.kept.table(second, "people").rows() == [("ann", 7)]
    assert first.tables["people"].rows == 2
    assert first.tables["codes"] == second.tables["codes"]


def test_what_no_refresh_names_goes_and_what_another_names_stays(home: Home) -> None:
    first, second = home.publish("r1", ann=1), home.publish("r2", ann=7)
    home.kept.retire(["r2"])
    assert home.kept.names() == ["r2"]
    assert set(home.objects) == {table.sha256 for table in second.tables.values()}
    assert first.tables["people"].sha256 not in home.objects
    with pytest.raises(UsageError, match="is no refresh that is kept; see which are: insiders refreshes"):
        home.kept.read("r1")


def test_the_root_follows_from_what_was_made_and_not_from_when(home: Home) -> None:
    first, again, other = home.publish("r1", ann=1), home.publish("r1", ann=1), home.publish("r1", ann=2)
    assert first.root == again.root != other.root
    assert replace(first, published_at="2030-01-01").root == first.root
    assert replace(first, report={"report.html": "00"}).root != first.root


def test_a_flipped_bit_is_told_with_the_table_s_name_and_mended_by_the_same_refresh(home: Home) -> None:
    first = home.publish("r1", ann=1)
    path = home.objects[first.tables["people"].sha256]
    flip(path)
    with pytest.raises(DamagedError, match=rf"{path.name} \(people of r1\): is damaged"):
        home.kept.table(first, "people")
    home.publish("r1", ann=1)
    assert home.kept.table(first, "people").rows() == [("ann", 1)]
    path.unlink()
    assert home.kept.problem(first.tables["people"]) == "is not there"


def test_a_damaged_manifest_is_told_and_nothing_is_swept_meanwhile(home: Home) -> None:
    home.publish("r1", ann=1)
    home.publish("r2", ann=2)
    path = home.kept.folder / "r1.json"
    path.write_text(path.read_text().replace('"members": 1', '"members": 9'))
    with pytest.raises(DamagedError, match=r"r1\.json: is damaged"):
        home.kept.read("r1")
    home.kept.retire(["r1", "r2"])
    assert len(home.objects) == 3


def test_somebody_who_is_forgotten_leaves_every_refresh_and_what_cannot_be_asked_goes(home: Home) -> None:
    first, second, third = (
        home.publish("r1", ann=1, bob=2),
        home.publish("r2", bob=3),
        home.publish("r3", ann=4, bob=5),
    )
    flip(home.objects[third.tables["people"].sha256])
    lost = home.publish("r4", ann=8)
    (home.kept.folder / "r4.json").write_text("{}")
    redactor = Redactor(["ann"])
    assert home.kept.rewrite(lambda path: without(path, redactor), lambda name: {"report.html": name}) == 1
    now = {each.refresh_id: each for each in home.kept.all()}
    assert sorted(now) == ["r1", "r2", "r3"]
    assert home.kept.table(now["r1"], "people").rows() == [("bob", 2)]
    assert home.kept.table(now["r2"], "people").rows() == [("bob", 3)]
    assert [now[name].forgotten for name in ("r1", "r2", "r3")] == [True, False, True]
    assert now["r1"].root != first.root
    assert now["r1"].report == {"report.html": "r1"}
    assert [sorted(now[name].tables) for name in ("r1", "r3")] == [["codes", "people"], ["codes"]]
    gone = {each.tables["people"].sha256 for each in (first, third, lost)}
    assert not gone & set(home.objects)
    assert second.tables["people"].sha256 in home.objects
    assert not [path for path in home.kept.folder.rglob("*") if path.suffix == ".tmp"]
