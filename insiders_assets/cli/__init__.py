"""The command line. Results go to standard output, progress and problems to standard error."""

from insiders_assets.cli.app import main

__all__ = ["main"]
