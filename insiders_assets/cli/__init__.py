"""The command line. Results go to standard output, progress and problems to standard error."""

import sys


def main() -> None:
    """Run a command: see :func:`insiders_assets.cli.app.main`.

    The commands are imported in here, so that a Ctrl-C that comes meanwhile is heard like any later one.
    """
    try:
        from insiders_assets.cli.app import main as begin

        begin()
    except KeyboardInterrupt:
        sys.stderr.write("insiders: stopped\n")
        sys.exit(130)


__all__ = ["main"]
