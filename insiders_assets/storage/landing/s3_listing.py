"""Listing many objects of a bucket: page after page the first time, and in several stretches at once after that.

S3 names a thousand objects in an answer, and each answer says where the next begins. Who has listed a prefix before
knows keys that divide it, and need not wait for one answer before asking for the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

AT_ONCE = 8
"""Stretches listed at once."""
MANY = 5_000
"""Objects from which that pays."""

Entries = list[dict[str, Any]]


class Lister:
    """Lists a prefix again and again. Keys that come or go between two listings change nothing but its speed.

    Args:
        client: A client of S3, used by several threads.
        bucket: The bucket.
        prefix: The prefix.
    """

    def __init__(self, client: Any, bucket: str, prefix: str) -> None:
        self._client, self._bucket, self._prefix = client, bucket, prefix
        self._divisions: list[str] = []

    def entries(self) -> Entries:
        """Return every object under the prefix as S3 describes it, in the order of S3."""
        stretches = list(pairwise([None, *self._divisions, None]))
        if len(stretches) == 1:
            found = list(self._stretch(None, None))
        else:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                parts = pool.map(lambda ends: list(self._stretch(*ends)), stretches)
                found = [entry for part in parts for entry in part]
        self._divide([entry["Key"] for entry in found])
        return found

    def _stretch(self, after: str | None, last: str | None) -> Iterator[dict[str, Any]]:
        """Yield the objects behind a key, up to another and with it."""
        begin = {} if after is None else {"StartAfter": after}
        pages = self._client.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix, **begin):
            for entry in page.get("Contents", ()):
                if last is not None and entry["Key"] > last:
                    return
                yield entry

    def _divide(self, keys: list[str]) -> None:
        """Remember where to divide the next listing; nowhere if this bucket does not list in the order of keys."""
        ordered = len(keys) >= MANY and all(one < other for one, other in pairwise(keys))
        self._divisions = [keys[len(keys) * at // AT_ONCE] for at in range(1, AT_ONCE)] if ordered else []
