"""One shop's home and landing zone, as they are after the first refresh, and the way back to there."""

from __future__ import annotations

import itertools
import os
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from insiders_assets_tests.faults import tasks
from insiders_assets_tests.faults.forks import cpu_of, ended
from insiders_assets_tests.faults.shop import YESTERDAY, spoilt

if TYPE_CHECKING:
    from insiders_assets_tests.faults.families import Ground
    from insiders_assets_tests.faults.homes import LocalHome

PIECES, FIRST = 14, 8
"""Pieces that the shop's exports are cut into, and how many lie in the landing zone at first."""
READABLE = re.compile(r"\w+,\w+,[^,]*,-?\d+,2025-0\d-\d\d \d\d:\d\d(:\d\d)?,\d+(\.\d+)?,\w*,[^,]+")
"""A row that nobody would reject."""


class World:
    """One home and its landing zone, as they are after the first refresh, and the way back to there.

    Attributes:
        cpu_seconds: What the first refresh cost, in seconds of a processor.
        kept: Where homes are kept in which an invariant is broken.
        counts: Looks, commands, and those of them that were killed or refused.
        refused: What refused commands said.
        broken: Invariants that did not hold.
    """

    def __init__(self, on: Ground, name: str) -> None:
        self.home: LocalHome = on.local(name)
        self.landing = on.folder(f"{name} landing")
        self.kept = on.kept / f"{name}-{on.seed}"
        self.said = self.home.scratch / "said.txt"
        self.pieces = pieces(on.shop.before, on.shop.after)
        self.counts: Counter[str] = Counter()
        self.refused: list[str] = []
        self.broken: list[str] = []
        self.begin()
        process = tasks.command(("run", "--json"), self.env, self.said)
        self.cpu_seconds = 0.0
        while process.is_alive():
            self.cpu_seconds = cpu_of(process.pid) or self.cpu_seconds
            process.join(0.01)
        if ended(process):
            raise RuntimeError(self.said.read_text()[-1000:])
        self.home.save()

    @property
    def env(self) -> dict[str, str]:
        """What a command is told."""
        return self.home.env | {"INSIDERS_LANDING": str(self.landing)}

    def begin(self) -> None:
        """Make home and landing zone what they were at first."""
        self.home.restore()
        shutil.rmtree(self.landing)
        self.landing.mkdir()
        for number in range(FIRST):
            self.put(f"{number}.csv", number, YESTERDAY)

    def put(self, name: str, piece: int, moment: float) -> None:
        """Put a piece into the landing zone as a whole, under a name."""
        whole = self.landing / f".{name}"
        whole.write_text(self.pieces[piece])
        os.utime(whole, (moment, moment))
        whole.rename(self.landing / name)

    def keep(self, told: list[str]) -> Path:
        """Keep home and landing zone as they are now, with what was done to them; where."""
        folder = next(
            found
            for number in itertools.count(1)
            if not (found := self.kept.with_name(f"{self.kept.name}-{number}")).exists()
        )
        shutil.copytree(self.home.home, folder / "home", symlinks=True)
        shutil.copytree(self.landing, folder / "landing")
        shutil.copytree(self.home.scratch / "tmp", folder / "tmp", symlinks=True)
        (folder / "steps.txt").write_text("\n".join(told) + "\n")
        return folder


def readable_rows(*states: Path) -> tuple[str, list[str]]:
    """A header, and the rows of a shop's exports that nobody would reject, by date."""
    rows: set[str] = set()
    head = ""
    for state in states:
        for file in sorted(state.glob("2025-*.csv")):
            head, *more = file.read_text().splitlines(keepends=True)
            rows.update(more)
    good = [row for row in rows if READABLE.fullmatch(row.rstrip()) and ",2025-02-30 " not in row]
    return head, sorted(good, key=lambda row: (row.split(",")[4], row))


def pieces(*states: Path) -> list[str]:
    """The rows of a shop's exports in so many files, and one more in which a few rows cannot be read."""
    head, rows = readable_rows(*states)
    cut = [head + "".join(rows[number::PIECES]) for number in range(PIECES)]
    return [*cut, head + "".join(rows[5:400:7]) + spoilt(rows[400:402])]
