"""The server of ``insiders dashboard``."""

from __future__ import annotations

import socket
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from insiders_assets.dashboard.access import Access, in_url
from insiders_assets.dashboard.attempts import log_to_stderr
from insiders_assets.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from insiders_assets.settings import Settings
    from insiders_assets.storage.warehouse import Warehouse


GRACE = 4
"""Seconds that requests under way get to end once the server is told to stop."""


def run(settings: Settings, *, host: str, port: int, say: Callable[[str], None]) -> None:
    """Serve until stopped; see :func:`insiders_assets.dashboard.serve`."""
    access = Access.of(settings, host)
    warehouse = warehouse_of(settings)
    with closing(listen(host, port)) as listening:
        import uvicorn

        from insiders_assets.api.tokens import Tokens
        from insiders_assets.dashboard.app import create_app
        from insiders_assets.dashboard.reports import Reports
        from insiders_assets.language import Language
        from insiders_assets.places import place
        from insiders_assets.refresh.held_record import read_held

        language, home = Language(settings.language, settings.currency), place(settings.home)
        app = create_app(
            warehouse,
            language,
            access,
            lambda: read_held(home),
            Reports(home),
            settings.smallest_cell,
            Tokens(home),
            settings.api_per_minute,
        )
        log_to_stderr(as_json=settings.log_format == "json")
        say(f"The dashboard is at http://{in_url(host)}:{listening.getsockname()[1]}/ (stop it with Ctrl+C)")
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                log_level="warning",
                server_header=False,
                proxy_headers=False,
                access_log=False,
                timeout_graceful_shutdown=GRACE,
            )
        )
        server.run(sockets=[listening])


def warehouse_of(settings: Settings) -> Warehouse:
    """Return the warehouse that the settings name, opened read-only.

    Raises:
        UsageError: The home is in a bucket and no database is given: there is no file to read.
    """
    from insiders_assets.storage.warehouse import Warehouse
    from insiders_assets.storage.warehouse.urls import of_file

    if settings.database_url is not None:
        return Warehouse.open(settings.database_url, read_only=True)
    if "://" in settings.home:
        raise UsageError(
            "is no folder, so there is no database file in it",
            where=settings.home,
            hint="say where the warehouse is with INSIDERS_DATABASE_URL",
        )
    return Warehouse(of_file(Path(settings.home) / "insiders.db"), read_only=True)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on an address; port 0 takes a free one.

    Raises:
        UsageError: It is taken, or is no address of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(
            f"cannot be listened on ({reason})",
            where=f"{in_url(host)}:{port}",
            hint="choose another --host or --port",
        ) from None
