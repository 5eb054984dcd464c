"""Whether a refresh is due: decided from two fingerprints and what the tick before saw, nothing else."""

from __future__ import annotations

import json
from dataclasses import dataclass

MAX_ATTEMPTS = 3
"""Runs asked for on the same landing zone before a person must look."""


@dataclass(frozen=True)
class Tick:
    """What the sensor remembers from one tick to the next.

    Attributes:
        seen: Fingerprint of the landing zone at the tick.
        asked: Fingerprint that the last run was asked for, or empty.
        attempts: Runs asked for on ``asked``.
    """

    seen: str = ""
    asked: str = ""
    attempts: int = 0

    @classmethod
    def read(cls, cursor: str | None) -> Tick:
        """The tick before; an unreadable cursor counts as none."""
        try:
            return cls(**json.loads(cursor or "{}"))
        except (TypeError, ValueError):
            return cls()

    def written(self) -> str:
        """The tick as a cursor."""
        return json.dumps(self.__dict__)


def decide(now: str, published: str | None, before: Tick, *, active: bool) -> tuple[bool, Tick, str]:
    """Whether to ask for a run: level-triggered, so nothing that arrives during a run is ever missed.

    Args:
        now: Fingerprint of the landing zone.
        published: Fingerprint that the last successful refresh read, or None before the first.
        before: The tick before.
        active: Whether a refresh or refit is queued or running.

    Returns:
        Whether to ask for a run, what to remember, and why not in one sentence.
    """
    same = Tick(now, before.asked, before.attempts)
    if now == published:
        return False, Tick(now), "The published report already shows what is in the landing zone."
    if active:
        return (
            False,
            same,
            "A refresh is queued or running; the landing zone is compared again when it is over.",
        )
    if now != before.seen:
        return (
            False,
            same,
            "The landing zone is still changing; it is read once it has been the same for two ticks.",
        )
    attempts = before.attempts + 1 if before.asked == now else 1
    if attempts > MAX_ATTEMPTS:
        return (
            False,
            same,
            (
                f"{MAX_ATTEMPTS} refreshes of this landing zone have failed; look at the last run, "
                "mend the cause, then run the refresh job by hand or change a file."
            ),
        )
    return True, Tick(now, now, attempts), ""
