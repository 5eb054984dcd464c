"""What every destination can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from insiders_assets.deliveries.changes import Batch


class DownError(Exception):
    """A destination did not acknowledge a batch, and may when it is sent again.

    Args:
        problem: Why, as a short word: ``unreachable``, ``timeout``, ``http_503``.
    """

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(problem)


class Destination(Protocol):
    """Where an audience is sent."""

    def send(self, batch: Batch) -> Mapping[str, str]:
        """Send a batch, and return once it is acknowledged.

        A batch may be sent more than once; its key tells the destination that it has it already.

        Returns:
            Why it refused customers of it, by customer: those are not acknowledged, all others are.

        Raises:
            DownError: It is not acknowledged; it has to be sent again.
        """

    def erase(self, delivery: str, records: Collection[Mapping[str, object]], before: int) -> int:
        """Take people out of earlier batches that lie at the destination still; how many files changed.

        Args:
            delivery: The delivery.
            records: Their identifiers, as the destination's form writes them.
            before: The batch that removes them, which has to name them.
        """

    def close(self) -> None:
        """Let go of connections."""
