"""Draw mutants, try them, and write ``docs/mutants.md``: ``make mutants MUTANTS="--each 40 --only features"``."""

from __future__ import annotations

import argparse
import os
from contextlib import ExitStack

from insiders_assets_tests.mutants import page
from insiders_assets_tests.mutants.draw import mutants
from insiders_assets_tests.mutants.lines import Lines
from insiders_assets_tests.mutants.rooms import ROOMS
from insiders_assets_tests.mutants.trials import copied, tried


def main() -> None:
    words = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    words.add_argument("--each", type=int, default=40, metavar="N", help="mutants of each room (default 40)")
    words.add_argument(
        "--only", choices=ROOMS, action="append", metavar="ROOM", help=f"of {', '.join(ROOMS)}"
    )
    words.add_argument("--seed", type=int, default=1, help="another draw (default 1)")
    words.add_argument("--again", action="store_true", help="only what survived that draw before")
    given = words.parse_args()
    # A pytest of its own decides what is compiled; the copies' modules must be, or each trial would compile them all.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with ExitStack() as stack:
        copies = [stack.enter_context(copied()) for _ in os.sched_getaffinity(0)]
        for name in given.only or ROOMS:
            room = ROOMS[name]
            print(f"{name}: which test runs which line", flush=True)
            lines = Lines.measure(copies[0], room.near(copies[0]))
            drawn = (
                page.survivors(name, given.seed)
                if given.again
                else mutants(copies[0], room.files(copies[0]), given.each, given.seed)
            )
            outcomes = []
            for number, found in enumerate(tried(drawn, lines, copies), 1):
                outcomes.append(found)
                place = f"{found.mutant.module}:{found.mutant.line}"
                print(
                    f"{number}/{len(drawn)} {found.outcome} {place} {found.before} -> {found.after}",
                    flush=True,
                )
            (page.keep_again if given.again else page.keep)(name, given.seed, outcomes)
    page.write()


if __name__ == "__main__":
    main()
