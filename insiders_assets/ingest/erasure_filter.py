"""Customers who asked to be forgotten: known again by a salted hash of their id, and left out of whatever is read.

The hash tells whether an id that is at hand is one of theirs; it does not tell the id. Short ids can be guessed by
whoever has both hash and salt, which is why neither is published anywhere.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.model import rejected_together
from insiders_assets.language.message import message
from insiders_assets.language.writer import PLAIN
from insiders_assets.settings import pseudonym

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from insiders_assets.ingest.converted import Converted

FORGOTTEN = message("row.forgotten")
REASON = PLAIN.write(FORGOTTEN)
"""Why their rows are no transactions; nothing else is kept of them, not even their line."""
TEXTS = ("value", "row_text", "cells")
"""What a rejected row says of its content."""
_APART = re.compile(r"""[,;\t|^~\x01\x1f"'{}:\[\]<>]+""")


@dataclass(frozen=True)
class Forgotten:
    """Who is forgotten.

    Attributes:
        salt: What the hashes are salted with.
        marks: The hashes.
    """

    salt: str = field(default="", repr=False)
    marks: frozenset[str] = frozenset()

    def mark(self, customer: str) -> str:
        """Return the hash by which a customer is known again."""
        return pseudonym(self.salt, f"customer {customer}")

    def holds(self, customer: str, kept_as: Callable[[str], str] | None = None) -> bool:
        """Return whether a customer is forgotten, by their id or by what is kept in its place."""
        if self.mark(customer) in self.marks:
            return True
        return kept_as is not None and self.mark(kept_as(customer)) in self.marks

    def digest(self) -> str:
        """Return a hash of all of them; empty for nobody."""
        return hashlib.sha256("".join(sorted(self.marks)).encode()).hexdigest()[:16] if self.marks else ""

    def left_out(self, customers: pl.DataFrame, *, but: pl.Series) -> pl.DataFrame:
        """Return a table of customers without theirs.

        Args:
            customers: With ``customer_id``.
            but: Ids of customers who are known not to be among them: a hash for each of a million takes a second.
        """
        if not self.marks:
            return customers
        doubtful = customers["customer_id"].filter(~customers["customer_id"].is_in(but.implode()))
        theirs = [each for each in doubtful if self.holds(each)]
        return customers.filter(~pl.col("customer_id").is_in(theirs))

    def leave_out(self, found: Converted, kept_as: Callable[[str], str] | None) -> Converted:
        """Return rows without theirs, which are counted, and rejected rows without the words of theirs.

        Args:
            found: The rows, with ids as the export has them.
            kept_as: What is kept in the place of an id, if it is not the id.
        """
        if not self.marks:
            return found
        customers = found.transactions["customer_id"]
        theirs = [each for each in customers.drop_nulls().unique() if self.holds(each, kept_as)]
        gone = customers.is_in(theirs).fill_null(value=False)
        rejected = self._silent(found.rejected, kept_as)
        if not gone.any():
            return replace(found, rejected=rejected)
        return replace(
            found,
            transactions=found.transactions.filter(~gone),
            rejected=pl.concat([counted(int(gone.sum())), rejected]),
        )

    def _silent(self, rejected: pl.DataFrame, kept_as: Callable[[str], str] | None) -> pl.DataFrame:
        """Return rejected rows without the words of those that name a forgotten customer."""
        if not rejected.height:
            return rejected
        naming = [
            any(self.holds(word, kept_as) for word in words(row["row_text"], row["cells"]))
            for row in rejected.select("row_text", "cells").iter_rows(named=True)
        ]
        return redact(rejected, pl.Series(naming, dtype=pl.Boolean))


def counted(rows: int) -> pl.DataFrame:
    """Return rows that are left out, as one rejected row that stands for all of them."""
    return rejected_together(REASON, FORGOTTEN, rows)


def redact(rejected: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    """Return rejected rows of which some keep their place and reason only."""
    return rejected.with_columns(pl.when(~rows).then(pl.col(name)).alias(name) for name in TEXTS)


def names_any(ids: Collection[str], value: str | None, row_text: str | None, cells: str | None) -> bool:
    """Return whether a rejected row holds one of some ids as a cell or a word of its own.

    Args:
        ids: The ids.
        value: The row's ``value``.
        row_text: Its ``row_text``.
        cells: Its ``cells``.
    """
    return not words(f"{value or ''}\n{row_text or ''}", cells).isdisjoint(ids)


def words(text: str | None, cells: str | None) -> set[str]:
    """Return what could be an id in a row that was rejected: what stands between separators, or between blanks."""
    found = {word.strip() for word in _APART.split(text or "")}
    found |= {word for part in list(found) for word in part.split()}
    found |= set(json.loads(cells or "{}").values())
    return {re.sub(r"^(\d+)\.0$", r"\1", word) for word in found if word}
