"""Whether a refresh is due: decided from two fingerprints, what the tick before saw, and the time; nothing else."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

FIRST_WAIT, LONGEST_WAIT = 60.0, 3600.0
"""Seconds until a refresh that failed is tried again: each time twice as long, up to an hour, without end."""
LONGEST_CHANGE = 3600.0
"""Seconds after which a landing zone that never stays the same is read as it is."""


@dataclass(frozen=True)
class Tick:
    """What the sensor remembers from one tick to the next.

    Attributes:
        seen: Fingerprint of the landing zone at the tick.
        asked: Fingerprint that the last run was asked for, or empty.
        attempts: Runs asked for on ``asked``.
        at: When the last of them was asked for, in seconds since 1970.
        away: Whether a store or the warehouse did not answer at the tick.
        changing_since: When the changes began that have not come to rest since; 0 if there are none.
    """

    seen: str = ""
    asked: str = ""
    attempts: int = 0
    at: float = 0.0
    away: bool = False
    changing_since: float = 0.0

    @classmethod
    def read(cls, cursor: str | None) -> Tick:
        """Return the tick before; an unreadable cursor counts as none."""
        try:
            return cls(**json.loads(cursor or "{}"))
        except (TypeError, ValueError):
            return cls()

    def written(self) -> str:
        """Return the tick as a cursor."""
        return json.dumps(self.__dict__)

    def without_answer(self) -> Tick:
        """Return the tick of a moment at which a store or the warehouse does not answer."""
        return replace(self, away=True)

    @property
    def has_failed(self) -> bool:
        """Whether a refresh was asked for of what is in the landing zone, as far as the last tick knows."""
        return bool(self.attempts) and self.asked == self.seen


def wait(attempts: int) -> float:
    """Seconds between so many failed attempts and the next."""
    return float(min(FIRST_WAIT * 2 ** min(attempts - 1, 16), LONGEST_WAIT))


def decide(
    now: str, published: str | None, before: Tick, *, active: bool, moment: float
) -> tuple[bool, Tick, str]:
    """Return whether to ask for a run: level-triggered, so nothing that arrives during a run is ever missed.

    Args:
        now: Fingerprint of the landing zone.
        published: Fingerprint that the last successful refresh read, or None before the first.
        before: The tick before.
        active: Whether a refresh or refit is queued or running.
        moment: Now, in seconds since 1970.

    Returns:
        Whether to ask for a run, what to remember, and why not in one sentence.
    """
    same = replace(before, seen=now, away=before.away and active, changing_since=0.0)
    if now == published:
        return False, Tick(now), "The published report already shows what is in the landing zone."
    if active:
        return (
            False,
            same,
            "A refresh is queued or running; the landing zone is compared again when it is over.",
        )
    if now != before.seen:
        since = before.changing_since if 0 < before.changing_since <= moment else moment
        left = since + LONGEST_CHANGE - moment
        if left > 0:
            return (
                False,
                replace(same, away=before.away, changing_since=since),
                "The landing zone is still changing; it is read once it has been the same for two ticks, or else in "
                f"{left / 60:.0f} minutes.",
            )
    attempts = before.attempts + 1 if before.asked == now else 1
    left = before.at + wait(attempts - 1) - moment if attempts > 1 else 0.0
    # A clock that was set back must not make anybody wait for longer than was meant.
    if not before.away and 0 < left <= LONGEST_WAIT:
        count = attempts - 1
        failed = (
            "A refresh of this landing zone has"
            if count == 1
            else f"{count} refreshes of this landing zone have"
        )
        return (
            False,
            same,
            f"{failed} failed; the next is in {max(left / 60, 0.1):.1f} minutes, or as soon as a file changes or "
            "what did not answer does again. Look at the last run.",
        )
    return True, Tick(now, now, attempts, moment), ""
