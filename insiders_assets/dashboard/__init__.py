"""The live dashboard: pages over the warehouse, read-only, that follow each publish by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from insiders_assets.settings import Settings

__all__ = ["serve"]


def serve(
    settings: Settings, *, host: str = "127.0.0.1", port: int = 8500, say: Callable[[str], None] = print
) -> None:
    """Serve the dashboard until stopped.

    Args:
        settings: Where the warehouse is, who may look, in which language.
        host: Address to listen on. Anything but loopback needs a password, or the header of a proxy that is named.
        port: Port to listen on; 0 takes a free one.
        say: Told the address once the dashboard answers.

    Raises:
        UsageError: The address cannot be listened on, would be open to anyone, or there is no warehouse to read.
    """
    from insiders_assets.dashboard.server import run

    run(settings, host=host, port=port, say=say)
