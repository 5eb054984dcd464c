"""Reads a file in a process of its own and keeps nothing: whether it ends the process that reads it.

Started as ``python -m insiders_assets.ingest.trial`` with the path as its argument and the rules on its
standard input.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from insiders_assets.ingest.rules import FileRules

LONGEST = 3_600
"""Seconds that a trial may take."""


class _Nothing:
    """A sink that keeps nothing."""

    def transactions(self, frame: pl.DataFrame) -> None:
        """Let them go."""

    def rejected(self, frame: pl.DataFrame) -> None:
        """Let them go."""

    def discard(self) -> None:
        """There is nothing."""


def is_survived(path: Path, rules: FileRules) -> bool:
    """Return whether a process that reads a file comes to its end.

    Args:
        path: The file.
        rules: How it is read.
    """
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", "insiders_assets.ingest.trial", str(path)],
            input=pickle.dumps(rules),  # for our own process, through a pipe
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=LONGEST,
            check=False,
            env=os.environ | {"POLARS_MAX_THREADS": "2"},
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode >= 0


def main(path: str) -> None:
    """Read a file by the rules on standard input."""
    from insiders_assets.ingest.pipeline import read_file

    read_file(Path(path), pickle.load(sys.stdin.buffer), lambda _: _Nothing())  # noqa: S301 - from our own process


if __name__ == "__main__":
    main(*sys.argv[1:])
