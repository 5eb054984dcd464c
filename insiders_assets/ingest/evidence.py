"""How the values of an export are written, told by all of them together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from insiders_assets.ingest.dates import DateEvidence, Order, iso
from insiders_assets.ingest.mapping import DERIVED
from insiders_assets.ingest.numbers import Mark, NumberEvidence, irregular

if TYPE_CHECKING:
    import polars as pl

    from insiders_assets.ingest.rules import FileRules


@dataclass(frozen=True)
class Formats:
    """How dates and numbers of an export are read."""

    order: Order
    mark: Mark


@dataclass
class Evidence:
    """What the rows seen so far say about the formats of an export."""

    numbers: NumberEvidence = field(default_factory=NumberEvidence)
    dates: DateEvidence = field(default_factory=DateEvidence)

    def add(self, texts: pl.DataFrame, *, everything: bool = False) -> None:
        """Take in some rows.

        Args:
            texts: The rows as :func:`insiders_assets.ingest.texts.texts_of` gives them.
            everything: Look at plain numbers even if there are no others among these rows.
        """
        numbers = [texts[name] for name in ("quantity", "unit_price", DERIVED) if name in texts.columns]
        if everything or any(irregular(column) for column in numbers):
            for column in numbers:
                self.numbers.add(column.drop_nulls().unique())
        date = texts["invoice_date"]
        odd = date.filter(iso(date).is_null() & date.is_not_null())
        if len(odd):
            self.dates.add(odd.unique(maintain_order=True))

    def formats(self, rules: FileRules) -> Formats:
        """The formats; see :meth:`NumberEvidence.mark` and :meth:`DateEvidence.order`."""
        return Formats(self.dates.order(rules.date_order), self.numbers.mark(rules.decimal))
