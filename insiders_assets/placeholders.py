"""Secrets that everybody can read in the examples of ``deploy``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from insiders_assets.errors import UsageError

_PLACEHOLDER = re.compile(r"(^|[:=/\s])change-?me($|[@&;,\s])", re.IGNORECASE)
"""What stands there in place of a secret, as a whole or within a URL."""


def refuse_placeholders(secrets: Mapping[str, str]) -> None:
    """Refuse a secret that was never put in the example's place.

    Args:
        secrets: Values by the names of their variables.

    Raises:
        UsageError: There is one.
    """
    for name, value in secrets.items():
        if _PLACEHOLDER.search(value):
            raise UsageError(
                "still holds the placeholder CHANGE-ME of the examples",
                where=name,
                hint="put a secret of your own in its place, such as one of: openssl rand -hex 24",
            )
