"""Drafts a migration: the difference between the newest one and the contracts, for a person to read and correct."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from insiders_assets.storage.warehouse import migrations

VERSIONS = Path(migrations.__file__).with_name("versions")


def draft(title: str, folder: Path = VERSIONS) -> Path:
    """Write the draft of a migration called ``title`` into a folder, and return its path."""
    import sqlalchemy as sa
    from alembic.autogenerate import produce_migrations, render_python_code
    from alembic.migration import MigrationContext

    with sa.create_engine("sqlite://").begin() as connection:
        migrations.upgrade(connection)
        found = produce_migrations(MigrationContext.configure(connection), migrations.history())
    number = len(migrations.revisions()) + 1
    path = folder / f"r{number:04}_{_slug(title)}.py"
    steps = render_python_code(found.upgrade_ops, render_as_batch=True) if found.upgrade_ops else "pass"
    path.write_text(
        f'"""{title}."""\n\nimport sqlalchemy as sa\nfrom alembic import op\n\nrevision = "{number:04}"\n'
        f'down_revision = "{migrations.head()}"\n\n\ndef upgrade() -> None:\n    """{title}."""\n    {steps}\n',
        encoding="utf-8",
    )
    return path


def _slug(title: str) -> str:
    return re.sub(r"\W+", "_", title.lower()).strip("_")


if __name__ == "__main__":
    print(draft(" ".join(sys.argv[1:]) or "Change"))
