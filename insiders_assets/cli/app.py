"""The command line: every command, and how a command ends."""

from __future__ import annotations

import io
import sys

from insiders_assets.cli.application import app
from insiders_assets.cli.commands import customers, housekeeping, refreshing, serving
from insiders_assets.cli.stopping import stopped
from insiders_assets.errors import InsidersError
from insiders_assets.out_of_memory import TOO_LITTLE_MEMORY, is_of_memory
from insiders_assets.storage.atomic_write import UNWRITABLE, unwritable

for group in (refreshing, customers, housekeeping, serving):  # the order that the help names them in
    app.add_typer(group.commands)

INTERRUPTED = 128 + 2
"""The exit code of a command that Ctrl-C has ended."""


def main() -> None:
    """Run a command; end with 0 when done, 1 when a run or check failed, 2 on bad usage or settings."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # a name of a file may be no text in any encoding
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        app(standalone_mode=True)
    except InsidersError as error:
        sys.stderr.write(f"insiders: {error}\n")
        sys.exit(error.exit_code)
    except SystemExit as end:
        if end.code == INTERRUPTED:  # typer ends so after a Ctrl-C, without a word
            stopped()
        raise
    except BaseException as error:  # a panic of polars is no Exception
        if (said := _of_the_machine(error)) is None:
            raise
        sys.stderr.write(f"insiders: {said}\n")
        sys.exit(1)


def _of_the_machine(error: BaseException) -> str | None:
    """Return the line for a full disk or a lack of memory, wherever it is met, for it is no defect; None for others."""
    if isinstance(error, OSError) and error.errno in UNWRITABLE:
        return unwritable(error.filename, error.strerror or "")
    if is_of_memory(error):
        return TOO_LITTLE_MEMORY
    return None


__all__ = ["app", "main"]
