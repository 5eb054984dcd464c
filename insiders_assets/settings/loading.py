"""Reading the settings from the environment and a command's options, refused in one line where they do not hold."""

from __future__ import annotations

import os
from typing import Any

from pydantic import SecretStr, ValidationError

from insiders_assets.errors import UsageError
from insiders_assets.placeholders import refuse_placeholders
from insiders_assets.places import SCHEME
from insiders_assets.settings.settings import Settings

_MEANT = {
    "memory_limit": "is no amount of memory such as 6GB, of 500MB or more",
    "as_of": "is no day such as 2025-12-31",
    "campaign_start": "is no day such as 2025-12-31",
    "campaign_end": "is no day such as 2025-12-31",
}
"""What to say of a value where the library that reads it would speak of its own inside."""


def load_settings(**given: Any) -> Settings:
    """Return settings from the environment, with ``given`` (those that are not None) on top.

    Raises:
        UsageError: A setting has a value that it cannot take; the message names the variable.
    """
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as errors:
        first = errors.errors()[0]
        name = "_".join(str(part) for part in first["loc"][:1]).upper()
        what = f"{first['msg']}, not {first['input']!r}"
        if meant := _MEANT.get(name.lower()):
            what = f"{first['input']!r} {meant}"
        raise UsageError(
            what if first["type"] != "extra_forbidden" else "no such setting",
            where=f"INSIDERS_{name}",
            hint="correct the variable or the option of that name",
        ) from None
    for name, value in settings:
        if not _is_text(value):
            raise UsageError(
                "holds bytes that are no text in UTF-8",
                where=f"INSIDERS_{name.upper()}",
                hint="correct the variable or the option of that name",
            )
    secrets = {
        f"INSIDERS_{name.upper()}": value.get_secret_value()
        for name, value in settings
        if isinstance(value, SecretStr)
    }
    refuse_placeholders(
        secrets | {name: text for name, text in os.environ.items() if name.startswith("DAGSTER_")}
    )
    require_database(settings)
    return settings


def _is_text(value: Any) -> bool:
    """Return whether what a setting says in letters can be written down; settings of other kinds can."""
    if isinstance(value, tuple):
        return all(map(_is_text, value))
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    try:
        return not isinstance(text, str) or b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


def require_database(settings: Settings, variable: str = "INSIDERS_DATABASE_URL") -> None:
    """Refuse a home on S3 whose warehouse is no server: a file that grows in place cannot live in a bucket.

    Raises:
        UsageError: The home is on S3 and the database is not PostgreSQL.
    """
    url = settings.database_url.get_secret_value() if settings.database_url else ""
    if settings.home.startswith(SCHEME) and not url.strip().startswith("postgres"):
        raise UsageError(
            "a home on S3 needs its warehouse in PostgreSQL",
            where=variable,
            hint="set it to postgresql://user:password@host:5432/database",
        )
