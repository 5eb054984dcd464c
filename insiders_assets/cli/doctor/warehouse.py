"""Whether the warehouse answers, and lets this user do what a refresh does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insiders_assets.cli.doctor.finding import Finding, fine, look, mend
from insiders_assets.refresh.another_home import another_home

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa

    from insiders_assets.storage.stores import Stores

UPGRADE = "as its owner, with INSIDERS_DATABASE_URL of insiders_owner: insiders upgrade"
MAY_ALTER = (
    "SELECT has_schema_privilege(current_schema(), 'CREATE') AND pg_has_role("
    "(SELECT relowner FROM pg_class WHERE oid = 'refreshes'::regclass), 'USAGE')"
)
"""Whether a user may make tables beside those that are there, and alter them."""
ROLES = "grant what deploy/roles.sql grants to its writer"


def warehouse(stores: Stores) -> Iterator[Finding]:
    """Connection, rights, encryption, migrations."""
    from insiders_assets.storage.warehouse import migrations

    database = stores.warehouse
    there = database.exists()
    if not there and database.url.get_backend_name() == "sqlite":
        yield look(
            "warehouse", f"{database.place} is not there yet", "it is made by the first run: insiders run"
        )
        return
    with database.looking() as connection:
        known = migrations.current(connection) if there else None
        yield fine("warehouse", f"{database.place} answers ({_version(connection)})")
        if connection.dialect.name == "postgresql":
            yield from _rights(connection, there=there)
            yield from _encryption(connection, database.url.host)
        if there:
            yield from _up_to_date(connection, known, migrations.head())
    if there and (clash := another_home(stores, database.latest_refresh())):
        yield mend("warehouse", f"{clash.where} {clash.what}", clash.hint)


def _up_to_date(connection: sa.Connection, known: str | None, head: str) -> Iterator[Finding]:
    """Check whether every table is there and of this version; who may not alter them needs their owner."""
    import sqlalchemy as sa

    from insiders_assets.storage.warehouse.schema import metadata

    lacking = sorted(metadata().tables.keys() - set(sa.inspect(connection).get_table_names()))
    problems = (
        [f"its history is at migration {known or 'none'}, this version is at {head}"] if known != head else []
    )
    if lacking:
        more = f" and {len(lacking) - 1} more" if lacking[1:] else ""
        problems.append(f"it lacks the table {lacking[0]}{more}")
    for said in problems:
        if connection.dialect.name == "postgresql" and not connection.exec_driver_sql(MAY_ALTER).scalar():
            yield mend("warehouse", f"{said}, and this user may not change that", UPGRADE)
        else:
            yield look(
                "warehouse", said, "the next refresh brings it up to date, or its owner: insiders upgrade"
            )


def _version(connection: sa.Connection) -> str:
    number = ".".join(map(str, connection.dialect.server_version_info or ()))
    return f"{'SQLite' if connection.dialect.name == 'sqlite' else 'PostgreSQL'} {number}"


def _rights(connection: sa.Connection, *, there: bool) -> Iterator[Finding]:
    from insiders_assets.storage.warehouse.schema import metadata

    if not there:
        question = "SELECT has_schema_privilege(current_schema(), 'CREATE')"
        if not connection.exec_driver_sql(question).scalar():
            hint = "make the tables as the owner: insiders upgrade"
            yield mend("warehouse", "there are no tables, and this user may not make them", hint)
        return
    rows = connection.exec_driver_sql(
        "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND NOT"
        " (has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT') AND"
        " has_table_privilege(oid, 'DELETE'))"
    )
    if barred := sorted(name for (name,) in rows if name in metadata().tables):
        said = f"this user may not write {barred[0]}" + (f" and {len(barred) - 1} more" if barred[1:] else "")
        yield mend("warehouse", said, ROLES)


def _encryption(connection: sa.Connection, host: str | None) -> Iterator[Finding]:
    encrypted = connection.exec_driver_sql(
        "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    ).scalar()
    if host and host not in ("localhost", "127.0.0.1", "::1") and not encrypted:
        said = f"the connection to {host} is not encrypted"
        yield mend("warehouse", said, "add ?sslmode=verify-full to INSIDERS_DATABASE_URL")
