"""A warehouse that cannot be used: one clear line, the right exit code, and never the password."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from insiders_assets.errors import InsidersError, UsageError
from insiders_assets.storage.warehouse import Warehouse
from insiders_assets.storage.warehouse import connection as connections
from insiders_assets_tests.tables import a_refresh

PASSWORD = "hunter2-planted"


def _line(error: InsidersError) -> str:
    text = str(error)
    assert "\n" not in text
    assert PASSWORD not in text
    assert PASSWORD not in repr(error)
    return text


@pytest.mark.parametrize(
    "url",
    [
        "insiders.db",
        "",
        "mysql://user@host/db",
        "sqlite://",
        "sqlite:///:memory:",
        f"postgresql://u:{PASSWORD}@host:port/db",
        f"oracle://u:{PASSWORD}@h/d",
        "postgresql+nothing://h/d",
    ],
)
def test_what_is_no_url_of_a_warehouse_is_a_usage_error_that_names_the_setting(url: str) -> None:
    with pytest.raises(UsageError, match="INSIDERS_DATABASE_URL") as caught:
        Warehouse.open(SecretStr(url))
    assert caught.value.exit_code == 2
    assert "sqlite:///" in _line(caught.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_a_bare_postgresql_url_uses_the_installed_driver(scheme: str) -> None:
    warehouse = Warehouse.open(f"{scheme}://u:{PASSWORD}@h/d")
    assert warehouse.url.drivername == "postgresql+psycopg2"
    assert warehouse.place == "postgresql://u:***@h/d"
    assert PASSWORD not in repr(warehouse)


def test_a_server_that_does_not_answer_is_one_line_without_the_password() -> None:
    warehouse = Warehouse.open(f"postgresql://someone:{PASSWORD}@127.0.0.1:1/shop")
    for use in (warehouse.latest_refresh, lambda: warehouse.publish(*a_refresh("first"), from_lake=True)):
        with pytest.raises(
            InsidersError, match=r"postgresql://someone:.*127.0.0.1:1/shop: the warehouse"
        ) as caught:
            use()
        assert caught.value.exit_code == 1
        assert "check INSIDERS_DATABASE_URL" in _line(caught.value)


def test_a_database_that_does_not_exist_is_said_by_name(postgres_url: str) -> None:
    warehouse = Warehouse.open(postgres_url.replace("test_", "absent_"))
    with pytest.raises(InsidersError, match=r"cannot be opened \(.*does not exist\)") as caught:
        warehouse.latest_refresh()
    _line(caught.value)


def test_a_postgresql_user_without_rights_is_told_which_right_is_missing(postgres_url: str) -> None:
    owner = sa.create_engine(postgres_url.replace("postgresql://", "postgresql+psycopg2://"))
    with owner.begin() as connection:
        connection.execute(
            sa.text(f"DROP ROLE IF EXISTS stranger; CREATE ROLE stranger LOGIN PASSWORD '{PASSWORD}'")
        )
    stranger = Warehouse.open(postgres_url.replace("postgres:@", f"stranger:{PASSWORD}@"))
    with pytest.raises(InsidersError, match="permission denied") as caught:
        stranger.publish(*a_refresh("first"), from_lake=True)
    assert "grant this user what deploy/roles.sql grants" in _line(caught.value)
    with owner.begin() as connection:
        connection.execute(sa.text("DROP ROLE stranger"))
    owner.dispose()


def test_a_file_that_is_no_database_is_said_and_left_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "insiders.db"
    file.write_text("a shopping list, long enough to be no header of anything" * 9)
    before = file.read_bytes()
    warehouse = Warehouse.open(f"sqlite:///{file}")
    for use in (warehouse.latest_refresh, lambda: warehouse.publish(*a_refresh("first"), from_lake=True)):
        with pytest.raises(InsidersError, match="not a database") as caught:
            use()
        assert str(file) in _line(caught.value)
    assert file.read_bytes() == before


def test_a_folder_in_the_place_of_the_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InsidersError, match="cannot be written") as caught:
        Warehouse.open(f"sqlite:///{tmp_path}").publish(*a_refresh("first"), from_lake=True)
    _line(caught.value)


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InsidersError, match="folder cannot be made") as caught:
        Warehouse.open(f"sqlite:///{tmp_path / 'file' / 'deep' / 'insiders.db'}").publish(
            *a_refresh("first"), from_lake=True
        )
    _line(caught.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_write_permission_is_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(InsidersError, match="cannot be written") as caught:
        Warehouse.open(f"sqlite:///{tmp_path / 'insiders.db'}").publish(*a_refresh("first"), from_lake=True)
    _line(caught.value)


def test_a_database_that_another_program_holds_is_said_after_a_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "insiders.db"
    warehouse = Warehouse.open(f"sqlite:///{file}")
    warehouse.publish(*a_refresh("first"), from_lake=True)
    monkeypatch.setattr(connections, "BUSY_SECONDS", 0.1)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(InsidersError, match=r"locked.*another program holds it") as caught:
        warehouse.publish(*a_refresh("second"), from_lake=True)
    _line(caught.value)
    other.close()


def test_an_unknown_table_is_said_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(InsidersError, match="customers: is no table of the warehouse; choose of insiders"):
        Warehouse.open(f"sqlite:///{tmp_path / 'insiders.db'}").read("customers")
