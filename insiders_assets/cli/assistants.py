"""``insiders mcp``: the published tables for assistants, over the Model Context Protocol."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from insiders_assets.dashboard.reports import Reports
from insiders_assets.dashboard.server import warehouse_of
from insiders_assets.errors import UsageError
from insiders_assets.places import place
from insiders_assets.storage.warehouse.reading import Reader

if TYPE_CHECKING:
    from insiders_assets.settings import Settings


def serve(settings: Settings) -> None:
    """Answer an assistant on standard input and output until it hangs up.

    Raises:
        UsageError: The extra is not installed, or there is no warehouse to read.
    """
    if find_spec("mcp") is None:
        raise UsageError(
            "needs the extra mcp", where="insiders mcp", hint="pip install 'insiders-assets[mcp]'"
        )
    from insiders_assets.assistants.server import create_server

    reports = Reports(place(settings.home))
    create_server(
        Reader(warehouse_of(settings)),
        reports.facts,
        personal=settings.mcp_personal,
        smallest=settings.smallest_cell,
    ).run("stdio")
