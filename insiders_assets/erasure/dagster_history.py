"""Taking customers out of Dagster's own history, where a failed run may have quoted one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from insiders_assets.erasure.reports import redact_folder

if TYPE_CHECKING:
    from insiders_assets.redaction.redactor import Redactor


def forget_in_dagster(folder: object, redactor: Redactor) -> None:
    """Take their ids out of what Dagster keeps in a folder: its databases, and what runs printed."""
    if not isinstance(folder, Path) or not folder.is_dir():
        return
    redact_folder(folder / "storage", redactor)
    for path in sorted(folder.rglob("*.db")):
        with closing(sqlite3.connect(path, timeout=30)) as database:
            if _redact_database(database, redactor):
                database.execute("VACUUM")
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _redact_database(database: sqlite3.Connection, redactor: Redactor) -> bool:
    """Redact every text of a database; whether there was anything to redact."""
    changed = False
    database.execute("PRAGMA secure_delete = ON")
    tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in tables:
        for column in [row[1] for row in database.execute(f'PRAGMA table_info("{table}")')]:
            for each in redactor.ids:
                query = f'SELECT DISTINCT "{column}" FROM "{table}" WHERE instr("{column}", ?)'  # noqa: S608
                for (text,) in database.execute(query, (each,)).fetchall():
                    if isinstance(text, str) and (new := redactor.text(text)) != text:
                        update = f'UPDATE "{table}" SET "{column}" = ? WHERE "{column}" = ?'  # noqa: S608
                        database.execute(update, (new, text))
                        changed = True
    database.commit()
    return changed
