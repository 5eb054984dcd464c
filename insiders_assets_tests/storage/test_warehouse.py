"""The warehouse: what is published is what is read, all at once, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa
from polars.testing import assert_frame_equal

from insiders_assets.errors import ContractError, InsidersError
from insiders_assets.redaction.redactor import Redactor
from insiders_assets.storage.warehouse import HISTORY, TABLES, Warehouse, postgres, sqlite
from insiders_assets.storage.warehouse.connection import PAGE_BYTES
from insiders_assets.storage.warehouse.migrations import VERSION_TABLE
from insiders_assets.storage.warehouse.schema import PARTS
from insiders_assets.unfinished import working_folder
from insiders_assets_tests.tables import a_refresh, made_up


def _rows(url: str, query: str) -> list[tuple]:
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg2://"), poolclass=sa.NullPool)
    with engine.begin() as connection:
        result = connection.execute(sa.text(query))
        return [tuple(row) for row in result] if result.returns_rows else []


def test_every_table_reads_back_as_it_was_published(loading_url: str) -> None:
    warehouse = Warehouse.open(loading_url)
    tables, appended = a_refresh("first", rows=50)
    written = warehouse.publish(tables, appended)
    given = {**tables, **appended}
    assert given.keys() <= written.keys()
    for name, frame in given.items():
        assert written[name] == len(frame)
        found = warehouse.read(name)
        if name == "refreshes":
            found, frame = found.drop("published_at"), frame.drop("published_at")
        assert_frame_equal(found, frame, check_row_order=False)


def test_a_publish_replaces_the_tables_and_appends_the_history(loading_url: str) -> None:
    warehouse = Warehouse.open(loading_url)
    warehouse.publish(*a_refresh("first", rows=9), from_lake=True)
    tables, appended = a_refresh("second", rows=4, seed=1)
    warehouse.publish(tables, appended, from_lake=True)
    assert_frame_equal(warehouse.read("insiders"), tables["insiders"])
    some = ["customer_id", "is_member", "revenue"]
    assert_frame_equal(warehouse.read("insiders", some).select(some), tables["insiders"].select(some))
    assert set(warehouse.read("insiders", some).columns) == set(some)
    assert warehouse.read("refreshes")["refresh_id"].to_list() == ["first", "second"]
    assert warehouse.read("membership_changes")["refresh_id"].to_list() == ["first"] * 9 + ["second"] * 4


def test_a_table_from_before_a_column_reads_as_empty_in_it_and_the_next_publish_fills_it(
    database_url: str,
) -> None:
    warehouse = Warehouse.open(database_url)
    tables, appended = a_refresh("first", rows=9)
    warehouse.publish(tables, appended, from_lake=True)
    _rows(database_url, "ALTER TABLE insiders DROP COLUMN embedding_z")
    empty = tables["insiders"].with_columns(embedding_z=pl.lit(None, pl.Float64))
    assert_frame_equal(warehouse.read("insiders"), empty)
    warehouse.publish(tables, appended, from_lake=True)
    assert_frame_equal(warehouse.read("insiders"), tables["insiders"])


def test_a_customer_who_is_purged_is_in_no_table_history_or_sentence_and_the_others_stay(
    loading_url: str,
) -> None:
    who = "customer_id-000003"
    warehouse = Warehouse.open(loading_url)
    assert warehouse.purge(Redactor([who])) == 0
    for name in ("first", "second"):
        tables, appended = a_refresh(name, rows=9)
        told = pl.lit(f"The best: {who} (29.00), customer_id-000004.")
        warehouse.publish(
            tables | {"business_answers": tables["business_answers"].with_columns(answer=told)}, appended
        )
    before = {name: warehouse.read(name) for name in TABLES}
    deleted = warehouse.purge(Redactor([who]))
    after = {name: warehouse.read(name) for name in TABLES}
    with_customers = [name for name in TABLES if "customer_id" in TABLES[name].names]
    assert {"insiders", "members", "membership_changes"} <= set(with_customers)
    for name in with_customers:
        assert_frame_equal(after[name], before[name].filter(pl.col("customer_id") != who))
    assert deleted == sum(before[name].height - after[name].height for name in with_customers) >= 4
    assert set(after["business_answers"]["answer"]) == {"The best: (forgotten) (29.00), customer_id-000004."}
    for name in set(TABLES) - set(with_customers) - {"business_answers"}:
        assert_frame_equal(after[name], before[name])
    if loading_url.startswith("sqlite"):
        folder = Path(loading_url.removeprefix("sqlite:///")).parent
        assert not any(who.encode() in path.read_bytes() for path in folder.iterdir())


def test_publishing_a_refresh_again_replaces_its_own_history_only(loading_url: str) -> None:
    warehouse = Warehouse.open(loading_url)
    warehouse.publish(*a_refresh("first", rows=9), from_lake=True)
    warehouse.publish(*a_refresh("second", rows=4), from_lake=True)
    tables, appended = a_refresh("second", rows=2, seed=3)
    warehouse.publish(
        tables, appended | {"membership_changes": TABLES["membership_changes"].empty()}, from_lake=True
    )
    assert warehouse.read("refreshes")["refresh_id"].to_list() == ["first", "second"]
    assert warehouse.read("membership_changes")["refresh_id"].unique().to_list() == ["first"]


def test_a_table_that_keeps_history_keeps_it_whichever_way_it_is_given(loading_url: str) -> None:
    warehouse = Warehouse.open(loading_url)
    for name in ("first", "second"):
        tables, appended = a_refresh(name)
        warehouse.publish(tables | appended, {}, from_lake=True)
    for name in HISTORY:
        assert warehouse.read(name)["refresh_id"].unique().sort().to_list() == ["first", "second"], name


def test_the_latest_refresh_is_the_last_published_and_is_stamped_with_the_moment(loading_url: str) -> None:
    warehouse = Warehouse.open(loading_url)
    assert warehouse.latest_refresh() is None
    warehouse.publish(*a_refresh("z-first"), from_lake=True)
    warehouse.publish(*a_refresh("a-second"), from_lake=True)
    latest = warehouse.latest_refresh()
    assert latest is not None
    assert latest["refresh_id"] == "a-second"
    assert abs(datetime.now(UTC).replace(tzinfo=None) - latest["published_at"]) < timedelta(minutes=1)


def test_a_table_that_breaks_its_contract_leaves_everything_as_it_was(loading_url: str) -> None:
    warehouse = Warehouse.open(loading_url)
    tables, appended = a_refresh("first")
    warehouse.publish(tables, appended)
    broken, history = a_refresh("second", seed=1)
    broken["evidence"] = broken["evidence"].with_columns(measure=pl.lit(None, dtype=pl.String))
    with pytest.raises(ContractError, match="table evidence, column measure"):
        warehouse.publish(broken, history)
    assert_frame_equal(warehouse.read("insiders"), tables["insiders"])
    assert warehouse.read("refreshes")["refresh_id"].to_list() == ["first"]


def test_a_failure_in_the_middle_of_a_publish_leaves_everything_as_it_was(
    loading_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = Warehouse.open(loading_url)
    tables, appended = a_refresh("first")
    warehouse.publish(tables, appended, from_lake=True)

    for driver in (sqlite, postgres):
        load = driver.load

        def failing(connection: sa.Connection, frames: dict, clear: Callable, load: Callable = load) -> None:
            load(connection, {"insiders": frames["insiders"]}, clear)
            raise RuntimeError("the power went")

        monkeypatch.setattr(driver, "load", failing)
    with pytest.raises(RuntimeError, match="the power went"):
        warehouse.publish(*a_refresh("second", rows=7, seed=1), from_lake=True)
    assert_frame_equal(warehouse.read("insiders"), tables["insiders"])
    assert warehouse.read("refreshes")["refresh_id"].to_list() == ["first"]


def test_views_that_others_made_survive_a_publish(loading_url: str) -> None:
    warehouse = Warehouse.open(loading_url)
    warehouse.publish(*a_refresh("first", rows=3), from_lake=True)
    _rows(loading_url, "CREATE VIEW theirs AS SELECT count(*) AS customers FROM insiders")
    warehouse.publish(*a_refresh("second", rows=8), from_lake=True)
    assert _rows(loading_url, "SELECT customers FROM theirs") == [(8,)]


def test_grants_that_others_gave_survive_a_publish(postgres_url: str) -> None:
    warehouse = Warehouse.open(postgres_url)
    warehouse.publish(*a_refresh("first"), from_lake=True)
    _rows(
        postgres_url,
        "DROP ROLE IF EXISTS marketing; CREATE ROLE marketing; GRANT SELECT ON insiders TO marketing",
    )
    warehouse.publish(*a_refresh("second"), from_lake=True)
    assert _rows(postgres_url, "SELECT has_table_privilege('marketing', 'insiders', 'SELECT')") == [(True,)]
    _rows(postgres_url, "DROP OWNED BY marketing; DROP ROLE marketing")


def test_tables_carry_types_nullability_keys_and_comments_of_their_contracts(loading_url: str) -> None:
    Warehouse.open(loading_url).publish(*a_refresh("first"), from_lake=True)
    engine = sa.create_engine(loading_url.replace("postgresql://", "postgresql+psycopg2://"))
    found = sa.inspect(engine)
    assert set(found.get_table_names()) == set(TABLES) | {VERSION_TABLE, PARTS}
    for name, contract in TABLES.items():
        columns = {column["name"]: column for column in found.get_columns(name)}
        assert list(columns) == contract.names
        key = set(found.get_pk_constraint(name)["constrained_columns"])
        for column in contract.columns:
            assert columns[column.name]["nullable"] == column.nullable, (name, column.name)
            if engine.dialect.name == "postgresql":
                assert str(columns[column.name]["comment"]).startswith(column.meaning)
        assert key <= set(contract.names)
    assert found.get_pk_constraint("refreshes")["constrained_columns"] == ["refresh_id"]
    engine.dispose()


def test_sqlite_is_kept_in_wal_so_that_readers_and_the_writer_do_not_wait_for_each_other(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path / 'insiders.db'}"
    Warehouse.open(url).publish(*a_refresh("first"), from_lake=True)
    assert _rows(url, "PRAGMA journal_mode") == [("wal",)]


def test_a_new_sqlite_file_has_large_pages_and_an_older_one_is_published_to_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BULK", 1)
    for name, pages in (("new.db", PAGE_BYTES), ("old.db", 4096)):
        url = f"sqlite:///{tmp_path / name}"
        if pages != PAGE_BYTES:
            _rows(url, "CREATE TABLE theirs (a INTEGER)")
        warehouse = Warehouse.open(url)
        tables, appended = a_refresh("first", rows=50)
        warehouse.publish(tables, appended, from_lake=True)
        assert _rows(url, "PRAGMA page_size") == [(pages,)]
        assert_frame_equal(warehouse.read("insiders"), tables["insiders"])


def test_a_warehouse_of_an_older_version_keeps_its_history_and_gains_the_new_columns(
    loading_url: str,
) -> None:
    Path(loading_url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    columns = "refresh_id TEXT PRIMARY KEY, as_of DATE, published_at TIMESTAMP, gone INTEGER"
    _rows(loading_url, f"CREATE TABLE refreshes ({columns})")
    _rows(loading_url, "INSERT INTO refreshes VALUES ('old', '2025-01-01', '2025-01-02 03:04:05.000000', 7)")
    _rows(loading_url, "CREATE TABLE evidence (measure TEXT, once INTEGER NOT NULL)")
    _rows(loading_url, "INSERT INTO evidence VALUES ('old', 1)")
    _rows(loading_url, "CREATE VIEW theirs AS SELECT measure FROM evidence")
    warehouse = Warehouse.open(loading_url)
    tables, appended = a_refresh("new")
    for _ in range(2):
        warehouse.publish(tables, appended, from_lake=True)
        assert warehouse.read("refreshes")["refresh_id"].to_list() == ["new", "old"]
        assert warehouse.read("refreshes")["members"].to_list()[1] is None
        assert_frame_equal(warehouse.read("evidence"), tables["evidence"], check_row_order=False)
        assert len(_rows(loading_url, "SELECT measure FROM theirs")) == len(tables["evidence"])


def test_staging_files_are_gone_after_a_publish_and_those_of_killed_ones_are_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BULK", 1)
    left = tmp_path / ".insiders.db.staging-killed"
    left.mkdir()
    with working_folder(tmp_path, ".insiders.db.staging-") as running:
        left.mkdir(exist_ok=True)
        Warehouse.open(f"sqlite:///{tmp_path / 'insiders.db'}").publish(
            *a_refresh("first", rows=30), from_lake=True
        )
        assert list(tmp_path.glob(".*")) == [running]


def test_an_empty_table_is_published_as_an_empty_table(loading_url: str) -> None:
    warehouse = Warehouse.open(loading_url)
    tables, appended = a_refresh("first")
    warehouse.publish(tables | {"members": TABLES["members"].empty()}, appended)
    assert_frame_equal(warehouse.read("members"), TABLES["members"].empty())


def test_a_warehouse_opened_read_only_refuses_to_write(loading_url: str) -> None:
    Warehouse.open(loading_url).publish(*a_refresh("first"), from_lake=True)
    reader = Warehouse.open(loading_url, read_only=True)
    assert len(reader.read("insiders")) == 5
    with pytest.raises(InsidersError, match=r"cannot be written .*(readonly|read-only)"):
        reader.publish(*a_refresh("second"), from_lake=True)
    assert reader.read("refreshes")["refresh_id"].to_list() == ["first"]


def test_reading_before_the_first_publish_says_so_and_creates_nothing(tmp_path: Path) -> None:
    warehouse = Warehouse.open(f"sqlite:///{tmp_path / 'insiders.db'}")
    with pytest.raises(InsidersError, match="nothing is published yet"):
        warehouse.read("insiders")
    assert list(tmp_path.iterdir()) == []


def test_made_up_tables_keep_their_contracts() -> None:
    for name, contract in TABLES.items():
        contract.validate(made_up(contract, 20))
        assert name in HISTORY or contract.names
