"""Migrations of the warehouse's history: every step keeps every row, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl
import pytest
import sqlalchemy as sa
from polars.testing import assert_frame_equal

from insiders_assets.errors import InsidersError
from insiders_assets.storage.warehouse import HISTORY, TABLES, Warehouse, migrations
from insiders_assets.storage.warehouse.connection import make_engine, make_parent
from insiders_assets.storage.warehouse.migrations.__main__ import draft
from insiders_assets_tests.tables import a_refresh, made_up

STEPS = sorted(step.revision for step in migrations.scripts().walk_revisions())


@contextmanager
def writing(url: str) -> Iterator[sa.Connection]:
    parsed = Warehouse.open(url).url
    make_parent(parsed)
    engine = make_engine(parsed, read_only=False)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def filled(url: str, revision: str, rows: int = 50) -> dict[str, pl.DataFrame]:
    """A warehouse as ``revision`` left it, with rows in every history table, and those rows."""
    kept = {}
    with writing(url) as connection:
        migrations.upgrade(connection, revision)
        for name in HISTORY:
            if not sa.inspect(connection).has_table(name):
                continue
            columns = [column["name"] for column in sa.inspect(connection).get_columns(name)]
            frame = made_up(TABLES[name], rows).select(columns)
            table = sa.Table(name, sa.MetaData(), autoload_with=connection)
            connection.execute(table.insert(), frame.to_dicts())
            kept[name] = frame
    return kept


def test_files_are_named_after_their_migrations():
    assert migrations.revisions() == STEPS


@pytest.mark.parametrize("revision", STEPS)
def test_a_publish_on_a_warehouse_of_any_earlier_migration_keeps_every_row(database_url, revision):
    before = filled(database_url, revision)
    warehouse = Warehouse.open(database_url)
    warehouse.publish(*a_refresh("newest"), from_lake=True)
    for name, rows in before.items():
        after = warehouse.read(name).filter(pl.col("refresh_id") != "newest").select(rows.columns)
        assert rows.height >= 3
        assert_frame_equal(after, rows, check_row_order=False)
    with writing(database_url) as connection:
        assert migrations.current(connection) == migrations.head() == STEPS[-1]


def test_all_migrations_together_make_what_the_contracts_say(database_url):
    with writing(database_url) as connection:
        migrations.upgrade(connection)
        assert migrations.differences(connection) == [], "draft a migration: python -m …warehouse.migrations"


def test_a_new_warehouse_begins_at_the_newest_migration(database_url):
    Warehouse.open(database_url).publish(*a_refresh("first"), from_lake=True)
    with writing(database_url) as connection:
        assert migrations.current(connection) == migrations.head()
        assert migrations.differences(connection) == []


def test_a_column_that_no_migration_adds_is_a_difference(database_url):
    with writing(database_url) as connection:
        migrations.upgrade(connection)
        connection.exec_driver_sql("ALTER TABLE refreshes DROP COLUMN members")
        assert [found[0] for found in migrations.differences(connection)] == ["add_column"]


def test_a_publish_that_fails_leaves_the_earlier_migration(database_url, monkeypatch):
    filled(database_url, STEPS[0])
    with writing(database_url) as connection:
        connection.exec_driver_sql("CREATE TABLE tile_insiders (in_the_way INTEGER)")
    with pytest.raises(InsidersError):
        Warehouse.open(database_url).publish(*a_refresh("newest"), from_lake=True)
    with writing(database_url) as connection:
        assert migrations.current(connection) == STEPS[0]
        assert "selection" not in [
            column["name"] for column in sa.inspect(connection).get_columns("refreshes")
        ]


def test_a_warehouse_of_a_newer_version_is_refused_in_one_line(database_url):
    warehouse = Warehouse.open(database_url)
    warehouse.publish(*a_refresh("first"), from_lake=True)
    with writing(database_url) as connection:
        connection.exec_driver_sql(f"UPDATE {migrations.VERSION_TABLE} SET version_num = '9999'")
    with pytest.raises(InsidersError, match="written by a newer version"):
        warehouse.publish(*a_refresh("second"), from_lake=True)
    assert warehouse.read("refreshes")["refresh_id"].to_list() == ["first"]


def test_a_migration_is_drafted_from_the_contracts(tmp_path):
    drafted = draft("Nothing at all", tmp_path)
    assert drafted.name == f"r{int(STEPS[-1]) + 1:04}_nothing_at_all.py"
    text = drafted.read_text()
    assert f'down_revision = "{STEPS[-1]}"' in text
    compile(text, drafted, "exec")


@pytest.mark.parametrize("prepared", [False, True])
def test_history_that_had_nothing_to_say_in_later_columns_is_restored_elsewhere(
    database_url, postgres_url, tmp_path, prepared
):
    filled(f"sqlite:///{tmp_path / 'old.db'}", STEPS[0])
    old = Warehouse.open(f"sqlite:///{tmp_path / 'old.db'}")
    old.publish(*a_refresh("newest"), from_lake=True)
    tables = {name: old.read(name) for name in old.tables()}
    assert tables["refreshes"]["selection"].null_count() > 10
    new = Warehouse.open(database_url)
    if prepared and database_url.startswith("postgresql"):
        new.prepare()
    new.restore(tables)
    for name, table in tables.items():
        assert new.read(name).equals(table), name
