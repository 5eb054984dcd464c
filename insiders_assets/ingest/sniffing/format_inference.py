"""How the values of an export are written, inferred from all of them together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from insiders_assets.ingest.mapping.schema import Mapping
from insiders_assets.ingest.parsing.dates import DateEvidence, Order, iso
from insiders_assets.ingest.parsing.numbers import Mark, NumberEvidence, irregular
from insiders_assets.ingest.parsing.thousands import NUMBERS

if TYPE_CHECKING:
    import polars as pl

    from insiders_assets.ingest.parsing.date_limits import Limits
    from insiders_assets.ingest.rules import FileRules


@dataclass(frozen=True)
class Formats:
    """How dates and numbers of an export are read.

    Attributes:
        order: Of day and month, where dates are all numbers.
        mark: The decimal mark.
        date_formats: The only ways in which dates are written, if the user said so.
        swapped: Whether day and month of dates in the ISO order stand in each other's place.
        weighed: Whether quantities may be decimal numbers.
        unit: The word behind quantities that is no word for pieces, if the user named one.
        limits: The days between which rows can be, where others were found that cannot.
    """

    order: Order
    mark: Mark
    date_formats: tuple[str, ...] = ()
    swapped: bool = False
    weighed: bool = False
    unit: str | None = None
    limits: Limits | None = None


@dataclass
class Evidence:
    """What the rows seen so far say about the formats of an export."""

    numbers: NumberEvidence = field(default_factory=NumberEvidence)
    dates: DateEvidence = field(default_factory=DateEvidence)

    def add(self, texts: pl.DataFrame, *, everything: bool = False) -> None:
        """Take in some rows.

        Args:
            texts: The rows as :func:`insiders_assets.ingest.mapping.text.texts_of` gives them.
            everything: Look at plain numbers even if there are no others among these rows.
        """
        numbers = [texts[name] for name in NUMBERS if name in texts.columns]
        if everything or any(irregular(column) for column in numbers):
            for column in numbers:
                self.numbers.add(column.drop_nulls().unique(maintain_order=True))
        date = texts["invoice_date"]
        known = iso(date)
        self.dates.add_iso(known)
        odd = date.filter(known.is_null() & date.is_not_null())
        if len(odd):
            self.dates.add(odd.unique(maintain_order=True))

    def formats(self, rules: FileRules) -> Formats:
        """Return the formats; see :meth:`NumberEvidence.mark` and :meth:`DateEvidence.order`."""
        mapping = rules.mapping or Mapping()
        given, swapped, unit = mapping.date_format, mapping.swapped_dates, mapping.quantity_unit
        order: Order = "day_first" if given else self.dates.order(rules.date_order, swapped or "ask")
        mark = self.numbers.mark(rules.decimal)
        return Formats(order, mark, given, swapped == "undo", rules.decimal_quantities, unit)
