"""Where a page ended: a text that only the next request for the same rows of the same refresh understands."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from insiders_assets.api import values
from insiders_assets.api.problem import Problem

if TYPE_CHECKING:
    from insiders_assets.api.sources import Source
    from insiders_assets.storage.warehouse.reading import View

LONGEST = 20_000


@dataclass(frozen=True)
class Cursor:
    """The end of a page.

    Attributes:
        seen: The refresh that the page is of, with the moment of its publish.
        asked: What the rows were asked by, as a hash.
        after: The last row's key, or how many rows came before where there is no key.
    """

    seen: str
    asked: str
    after: tuple[Any, ...]

    def written(self) -> str:
        """Return it as a text."""
        fields = [self.seen, self.asked, [values.written(each) for each in self.after]]
        packed = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read(text: str, view: View, source: Source, asked: str) -> tuple[Any, ...]:
    """Return what the next page comes after.

    Args:
        text: The cursor.
        view: The latest refresh.
        source: What is read.
        asked: What its rows are asked by now.

    Raises:
        Problem: It is none, it is of other rows, or a newer refresh was published.
    """
    wrong = Problem(400, "cursor is none that a page of these rows ended with: leave it out to begin anew")
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        fields = json.loads(packed)
        seen, given, after = fields
        texts = [each if isinstance(each, str) else json.dumps(each) for each in after]
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise wrong from None
    if len(text) > LONGEST or not isinstance(seen, str) or given != asked:
        raise wrong
    if seen != moment_of(view):
        whether_shown = seen.partition("@")[0][:80]
        raise Problem(
            410,
            f"refresh {whether_shown} is no longer the latest, {view.refresh_id} is: begin with its first page",
        )
    if not source.key:
        if len(after) != 1 or not isinstance(after[0], int) or not 0 <= after[0] < 1 << 40:
            raise wrong
        return (after[0],)
    if len(after) != len(source.key):
        raise wrong
    try:
        return tuple(
            values.parsed(source.column(name), each) for name, each in zip(source.key, texts, strict=True)
        )
    except Problem:
        raise wrong from None


def moment_of(view: View) -> str:
    """Return the latest refresh with the moment of its publish: a refresh may be published twice."""
    return f"{view.refresh_id}@{view.refresh['published_at']}"


def asked_by(*parts: object) -> str:
    """Return a hash of what rows are asked by."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]
