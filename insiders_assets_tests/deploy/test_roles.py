"""Owner, writer and reader of a PostgreSQL warehouse: each does its part, and no other."""

from __future__ import annotations

import json
import re
from pathlib import Path

import polars as pl
import psycopg2
import pytest
from psycopg2 import errors

from insiders_assets.cli.doctor.warehouse import warehouse
from insiders_assets.errors import InsidersError
from insiders_assets.redaction.redactor import Redactor
from insiders_assets.settings import load_settings
from insiders_assets.storage.stores import Stores
from insiders_assets.storage.warehouse import TABLES, VIEWS, Warehouse, migrations
from insiders_assets_tests.commands import SHIPPED, failure, insiders
from insiders_assets_tests.tables import a_refresh

REFUSED = (errors.InsufficientPrivilege, errors.ObjectNotInPrerequisiteState)
"""No right to it; or a view that no right could write."""
ROLES = Path(__file__).resolve().parents[2] / "deploy" / "roles.sql"


def as_role(url: str, role: str) -> str:
    return re.sub(r"//[^@]*@", f"//{role}:@", url)


def told(url: str, statement: str) -> list[tuple]:
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


@pytest.fixture(scope="module")
def urls(module_postgres_url) -> dict[str, str]:
    for _ in range(2):  # it may be run as often as wanted
        told(module_postgres_url, ROLES.read_text())
    found = {role: as_role(module_postgres_url, f"insiders_{role}") for role in ("owner", "writer", "bi")}
    done = insiders("upgrade", database_url=found["owner"])
    assert done.returncode == 0, done.stderr
    Warehouse.open(found["writer"]).publish(*a_refresh("first"), from_lake=True)
    return found


def test_the_writer_publishes_and_the_tables_stay_the_owners(urls):
    Warehouse.open(urls["writer"]).publish(*a_refresh("second"), from_lake=True)
    assert Warehouse.open(urls["bi"]).latest_refresh()["refresh_id"] == "second"
    owners = told(
        urls["owner"],
        "SELECT DISTINCT schemaname, tableowner FROM pg_tables WHERE schemaname !~ '^pg_|^info'",
    )
    assert owners == [("insiders", "insiders_owner")]


def test_the_doctor_sends_a_writer_who_lacks_a_table_to_the_owner(urls):
    def told_to(role: str) -> list[tuple[str, str]]:
        stores = Stores(load_settings(database_url=urls[role]))
        return [(found.state, found.said) for found in warehouse(stores) if found.state != "fine"]

    assert told_to("writer") == []
    told(urls["owner"], "ALTER TABLE warehouse_parts RENAME TO elsewhere")
    told(urls["owner"], "UPDATE warehouse_migrations SET version_num = '0001'")
    try:
        missing, behind = "it lacks the table warehouse_parts", "its history is at migration 0001"
        for (state, said), what in zip(told_to("writer"), (behind, missing), strict=True):
            assert state == "mend"
            assert said.startswith(what)
            assert said.endswith("and this user may not change that")
        assert [state for state, _ in told_to("owner")] == ["look", "look"]
    finally:
        told(urls["owner"], "ALTER TABLE elsewhere RENAME TO warehouse_parts")
        told(urls["owner"], f"UPDATE warehouse_migrations SET version_num = '{migrations.head()}'")


@pytest.mark.parametrize("name", [*TABLES, *(view.name for view in VIEWS)])
def test_the_reader_reads_everything_and_writes_nothing(urls, name):
    told(urls["bi"], f"SELECT * FROM {name}")
    kind = "VIEW" if name.startswith("tile_") else "TABLE"
    # Its transactions are read-only, which it could change; its rights it cannot.
    for statement in (f"INSERT INTO {name} DEFAULT VALUES", f"DELETE FROM {name}", f"DROP {kind} {name}"):
        with pytest.raises((errors.ReadOnlySqlTransaction, *REFUSED)):
            told(urls["bi"], statement)
        with pytest.raises(REFUSED):
            told(urls["bi"], f"SET default_transaction_read_only = off; COMMIT; {statement}")


def test_the_writer_forgets_a_customer_and_the_reader_may_not(urls):
    answers = a_refresh("second")[0]["business_answers"].with_columns(
        answer=pl.lit("The best: customer_id-000001.")
    )
    Warehouse.open(urls["writer"]).publish({"business_answers": answers}, {})
    who = Redactor(["customer_id-000001"])
    with pytest.raises(InsidersError):
        Warehouse.open(urls["bi"]).purge(who)
    assert Warehouse.open(urls["writer"]).purge(who) > 0
    assert set(Warehouse.open(urls["bi"]).read("business_answers")["answer"]) == {"The best: (forgotten)."}


@pytest.mark.parametrize("role", ["writer", "bi"])
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE insiders.mine (one INTEGER)",
        "CREATE TABLE public.mine (one INTEGER)",
        "CREATE TEMPORARY TABLE mine (one INTEGER)",
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "ALTER TABLE members ADD COLUMN mine TEXT",
        "DROP TABLE members",
        "TRUNCATE members",
        "UPDATE members SET reason = 'mine'",
        "SET ROLE insiders_owner",
    ],
)
def test_only_the_owner_alters_anything(urls, role, statement):
    with pytest.raises(errors.InsufficientPrivilege):
        told(urls[role], f"SET default_transaction_read_only = off; COMMIT; {statement}")


def test_a_writer_who_meets_an_older_warehouse_is_sent_to_its_owner(urls):
    told(urls["owner"], "ALTER TABLE refreshes DROP COLUMN selection CASCADE")
    told(urls["owner"], "UPDATE warehouse_migrations SET version_num = '0001'")
    with pytest.raises(InsidersError, match="as its owner, with `insiders upgrade`"):
        Warehouse.open(urls["writer"]).publish(*a_refresh("third"), from_lake=True)
    assert insiders("upgrade", database_url=urls["owner"]).returncode == 0
    Warehouse.open(urls["writer"]).publish(*a_refresh("third"), from_lake=True)
    kept = Warehouse.open(urls["bi"]).read("refreshes")["refresh_id"].to_list()
    assert {"first", "third"} <= set(kept)


def test_a_reader_who_publishes_is_told_in_one_line(urls):
    with pytest.raises(InsidersError, match=r"cannot be written .*(read-only|permission denied)"):
        Warehouse.open(urls["bi"]).publish(*a_refresh("fourth"), from_lake=True)


def test_the_doctor_tells_a_reader_in_the_writers_place(urls, tmp_path):
    seen = {}
    for role in ("writer", "bi"):
        done = insiders("doctor", "--home", tmp_path, "--landing", SHIPPED, "--json", database_url=urls[role])
        findings = json.loads(done.stdout)["findings"]
        seen[role] = [found["said"] for found in findings if found["state"] == "mend"]
    assert seen["writer"] == []
    (said,) = seen["bi"]
    assert said.startswith("this user may not write")


def test_a_stranger_does_not_get_in(urls):
    administrator = as_role(urls["owner"], "postgres")
    told(administrator, "DROP ROLE IF EXISTS uninvited; CREATE ROLE uninvited LOGIN")
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        told(as_role(urls["bi"], "uninvited"), "SELECT 1")


def test_an_upgrade_without_the_right_to_it_is_one_line(urls):
    told(urls["owner"], "UPDATE warehouse_migrations SET version_num = '0001'")
    try:
        line = failure(insiders("upgrade", database_url=urls["writer"]), 1)
        assert "insiders upgrade" in line
    finally:
        told(urls["owner"], "UPDATE warehouse_migrations SET version_num = '0002'")
