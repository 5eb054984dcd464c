"""A batch that is refused as a whole is sent in ever smaller parts, until only those are refused who cannot be taken.

A part has a key that follows from the batch's: whoever starts again after a kill sends the same parts under the same
keys. Each is about other customers than the next, so that their order changes nothing.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from insiders_assets.deliveries.changes import Batch

HOPELESS = 64
"""So many parts refused and nobody accepted: the receiver takes nobody, and is not asked about each."""


class RefusedError(Exception):
    """A receiver refused a request for what it holds.

    Args:
        problem: Why, as a short word: ``http_422``.
        is_of_people: Whether fewer people, or others, might be taken.
    """

    def __init__(self, problem: str, *, is_of_people: bool = True) -> None:
        self.problem, self.is_of_people = problem, is_of_people
        super().__init__(problem)


def halved(batch: Batch, post: Callable[[Batch], Mapping[str, str]]) -> dict[str, str]:
    """Send a batch, or what of it can be taken.

    Args:
        batch: The batch.
        post: Sends one, and returns whom of it the receiver refused and why; :class:`RefusedError` if all of it.

    Returns:
        Why customers were refused, by customer.
    """
    refused: dict[str, str] = {}
    parts, accepted, declined = deque([batch]), 0, 0
    while parts:
        part = parts.popleft()
        try:
            refused |= post(part)
            accepted += 1
        except RefusedError as error:
            declined += 1
            if len(part.changes) > 1 and error.is_of_people and (accepted or declined < HOPELESS):
                parts.extend(halves(part))
            else:
                refused |= dict.fromkeys((change.customer_id for change in part.changes), error.problem)
    return refused


def halves(batch: Batch) -> tuple[Batch, Batch]:
    """Return the two halves of a batch, each with a key of its own that follows from the batch's."""
    middle = len(batch.changes) // 2
    parts = batch.changes[:middle], batch.changes[middle:]
    keys = (hashlib.sha256(f"{batch.key} {half}".encode()).hexdigest()[:32] for half in "12")
    first, second = (replace(batch, key=key, changes=part) for key, part in zip(keys, parts, strict=True))
    return first, second
