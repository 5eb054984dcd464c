"""What is wrong with a request, for a program to read (RFC 9457) and for a person in one line."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

MEDIA_TYPE = "application/problem+json"
LONGEST = 300
"""Characters of a line: what a request holds may be without end."""


class Problem(Exception):  # noqa: N818 - what RFC 9457 calls it
    """A request that is not answered as asked.

    Args:
        status: The HTTP status.
        detail: What is wrong and what to do, in one line.
    """

    def __init__(self, status: int, detail: str) -> None:
        line = " ".join(detail.split())
        self.status = status
        self.detail = line if len(line) <= LONGEST else f"{line[:LONGEST]} …"
        super().__init__(self.detail)

    def body(self) -> dict[str, Any]:
        """Return it as an object of problem+json."""
        return {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
        }
