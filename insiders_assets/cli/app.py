"""The command line: every command, and how a command ends."""

from __future__ import annotations

import sys

from insiders_assets.cli.application import app
from insiders_assets.cli.commands import customers, housekeeping, refreshing, serving
from insiders_assets.cli.stopping import end_when_asked
from insiders_assets.errors import InsidersError
from insiders_assets.storage.atomic_write import UNWRITABLE

for group in (refreshing, customers, housekeeping, serving):  # the order that the help names them in
    app.add_typer(group.commands)

SERVING = (["ui"], ["dashboard"])
"""Commands that serve until they are stopped, and know how to."""


def main() -> None:
    """Run a command; end with 0 when done, 1 when a run or check failed, 2 on bad usage or settings."""
    if sys.argv[1:2] not in SERVING:
        end_when_asked()
    try:
        app(standalone_mode=True)
    except InsidersError as error:
        sys.stderr.write(f"insiders: {error}\n")
        sys.exit(error.exit_code)
    except OSError as error:  # a full disk is nobody's mistake, wherever it is met
        if error.errno not in UNWRITABLE:
            raise
        where = error.filename or "the home, or the system's temporary folder,"
        sys.stderr.write(
            f"insiders: {where} cannot be written ({error.strerror}); make room, or give permission\n"
        )
        sys.exit(1)
    except KeyboardInterrupt:
        sys.stderr.write("insiders: stopped\n")
        sys.exit(130)


__all__ = ["app", "main"]
