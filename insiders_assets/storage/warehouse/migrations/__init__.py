"""Migrations of the tables that keep history: each a step that loses no row, run by Alembic inside the publish.

Tables that every publish refills follow their contracts without a migration. Whoever changes the contract of a history
table writes one: ``python -m insiders_assets.storage.warehouse.migrations "what changes"`` drafts it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from insiders_assets import __version__
from insiders_assets.errors import InsidersError
from insiders_assets.storage.warehouse.schema import HISTORY, metadata
from insiders_assets.storage.warehouse.urls import shown

if TYPE_CHECKING:
    import sqlalchemy as sa
    from alembic.config import Config
    from alembic.script import ScriptDirectory

VERSION_TABLE = "warehouse_migrations"
"""Where a warehouse says which migrations it has seen."""
_HARMLESS = {"modify_nullable", "modify_comment", "add_table_comment"}


def config() -> Config:
    """Alembic's configuration: where the migrations lie."""
    from alembic.config import Config

    found = Config()
    found.set_main_option("script_location", str(Path(__file__).parent))
    found.set_main_option("path_separator", "os")
    return found


@cache
def scripts() -> ScriptDirectory:
    """Return every migration."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(config())


def revisions() -> list[str]:
    """Return every migration this version knows, oldest first, by the names of their files.

    A command that finds nothing new asks for them, and would spend half its time on importing Alembic.
    """
    return sorted(file.name[1:5] for file in Path(__file__).with_name("versions").glob("r[0-9]*_*.py"))


def head() -> str:
    """Return the newest migration."""
    return revisions()[-1]


def current(connection: sa.Connection) -> str | None:
    """Return the newest migration that a warehouse has seen, or None for one that knows of none."""
    import sqlalchemy as sa

    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    table = sa.table(VERSION_TABLE, sa.column("version_num"))
    return connection.execute(sa.select(table.c.version_num)).scalar()


def stamp(connection: sa.Connection) -> None:
    """Say that a warehouse is as the newest migration leaves it."""
    from alembic.migration import MigrationContext

    MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).stamp(scripts(), head())


def differences(connection: sa.Connection) -> list[Any]:
    """Return how the history tables of a warehouse differ from their contracts, as Alembic tells it.

    A column that older refreshes have nothing to say in may be empty there and not in the contract.
    """
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    found = compare_metadata(
        MigrationContext.configure(connection, opts={"include_name": _is_history, "compare_type": True}),
        history(),
    )
    steps = [step for one in found for step in (one if isinstance(one, list) else [one])]
    return [step for step in steps if step[0] not in _HARMLESS]


def history() -> sa.MetaData:
    """Return the history tables as their contracts have them."""
    import sqlalchemy as sa

    kept = sa.MetaData()
    for name in HISTORY:
        metadata().tables[name].to_metadata(kept)
    return kept


def _is_history(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "table" or name in HISTORY


def ahead(connection: sa.Connection) -> str:
    """Return how far a warehouse is ahead of this version, with both versions; empty if it is not."""
    found = current(connection)
    if found is None or found in revisions():
        return ""
    return (
        f"the warehouse was written by a newer version of the platform: it is at migration {found}, and insiders "
        f"{__version__} knows migrations up to {head()}"
    )


def upgrade(connection: sa.Connection, to: str = "head") -> None:
    """Run the migrations that a warehouse has not seen, inside the transaction that is open.

    Raises:
        InsidersError: A newer version of the platform has been here.
    """
    from alembic.runtime.environment import EnvironmentContext
    from alembic.util import CommandError

    def steps(revision: tuple[str, ...], _context: object) -> list:
        return scripts()._upgrade_revs(to, revision)  # type: ignore[arg-type]

    try:
        with EnvironmentContext(config(), scripts(), fn=steps) as environment:
            environment.configure(
                connection=connection, version_table=VERSION_TABLE, render_as_batch=True, target_metadata=None
            )
            environment.run_migrations()
    except CommandError:
        raise InsidersError(
            ahead(connection),
            where=shown(connection.engine.url),
            hint="install that version, or name another database",
        ) from None
