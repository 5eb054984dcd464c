"""Servers fail: S3 answers with errors, slowly or in part; PostgreSQL goes away and comes back."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from insiders_assets_tests.faults.forks import ended
from insiders_assets_tests.faults.machine import midway
from insiders_assets_tests.faults.proxy import MODES, proxy
from insiders_assets_tests.faults.record import Outcome
from insiders_assets_tests.faults.recovery import Rehearsal, counted

if TYPE_CHECKING:
    from insiders_assets_tests.faults.families import Ground

PASSING, LASTING = 0.05, 1.0
ENDURED = "nothing: requests are made again; if it does not get better, one line, and the next run catches up"
AWAY = ("warehouse cannot be", "OperationalError", "server closed the connection unexpectedly")
"""What readers hear of a server that was stopped: it refused them, or cut them off in the middle of an answer."""
LINE = "one line that names the place; it is over when S3 answers again, and the next run catches up"


def s3_fails(on: Ground) -> list[Outcome]:
    """S3 that fails now and then, and S3 that fails at everything from some moment on."""
    outcomes = []
    home = on.cloud("s3 fails")
    rehearsal = Rehearsal(home, on.shop)
    chance = on.chance("s3")
    with proxy(on.s3) as (address, faults):
        straight = rehearsal.env
        through = straight | {"AWS_ENDPOINT_URL": address, "AWS_EC2_METADATA_DISABLED": "true"}
        for mode in MODES:
            now_and_then = Outcome(f"S3: {mode}, one request in twenty, for a whole refresh", outcome=ENDURED)
            for _ in range(on.times(4)):
                with rehearsal.trial(f"S3: {mode}, now and then") as trial:
                    faults.mode, faults.share, before = mode, PASSING, faults.happened
                    rehearsal.env = through
                    code = ended(rehearsal.start())
                    rehearsal.env, faults.mode = straight, ""
                    trial.happened = faults.happened > before
                    if code:
                        rehearsal.refused(trial, code, "s3://")
                counted(now_and_then, trial, on)
            outcomes.append(now_and_then)
        for mode in ("500", "503", "answers cut short", "answers lost"):
            lasting = Outcome(f"S3: {mode}, every request from some moment of a refresh on", outcome=LINE)
            for _ in range(on.times(3)):
                share = chance.random()
                with rehearsal.trial(f"S3: {mode}, from {share:.2f} of its work on") as trial:
                    before = faults.happened
                    rehearsal.env = through
                    process = rehearsal.start()

                    def fail(mode: str = mode) -> None:
                        faults.mode, faults.share = mode, LASTING

                    begun = time.monotonic()
                    code = midway(process, share * rehearsal.undisturbed.cpu_seconds, fail)
                    on.facts["longest wait for S3, seconds"] = max(
                        on.facts.get("longest wait for S3, seconds", 0), round(time.monotonic() - begun)
                    )
                    rehearsal.env, faults.mode = straight, ""
                    trial.happened = faults.happened > before
                    if code:
                        rehearsal.refused(trial, code, "s3://")
                counted(lasting, trial, on)
            outcomes.append(lasting)
    return outcomes


def postgres_restarts(on: Ground) -> list[Outcome]:
    """PostgreSQL that is stopped at once, before or somewhere in a refresh, and started again."""
    outcome = Outcome(
        "PostgreSQL stopped at once and started again, before or during a refresh",
        outcome="one line without a password while it is away; the next run catches up",
    )
    home = on.cloud("postgres restarts")
    rehearsal = Rehearsal(home, on.shop)
    chance = on.chance("postgres")
    for _ in range(on.times(10)):
        share = chance.choice([0.0, chance.random(), 0.7 + 0.3 * chance.random()])
        with rehearsal.trial(f"PostgreSQL stops at {share:.2f} of its work") as trial:
            code = midway(rehearsal.start(), share * rehearsal.undisturbed.cpu_seconds, on.server.stop)
            on.server.start()
            trial.happened = code != 0
            if code:
                rehearsal.refused(trial, code, "the warehouse cannot be", "postgresql://")
        # Readers hear that the server is away, as everybody does: that is no torn read.
        trial.torn = [text for text in trial.torn if not any(words in text for words in AWAY)]
        counted(outcome, trial, on)
    return [outcome]
