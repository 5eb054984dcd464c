"""What became of one export: the numbers that prove that no row of it was lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Outcome:
    """What became of one export.

    Attributes:
        rows_read: Its rows, without header and blank lines.
        rows_transactions: Rows that became transactions.
        rows_quarantined: Rows that did not.
        rows_added: Returns made of rows that were sold and given back; they are transactions beside those rows.
        rows_faulty: Those of them that could not be read.
        set_aside: Why the whole export was set aside, or empty.
        excluded: Rows that a rule of the mapping leaves out: how many, and what they amount to, by rule.
        money: What its transactions amount to, sold and returned.
        cheap: As much of it as stands on lines whose price is hardly one.
        duplicates: Rows that repeat an earlier row of the export exactly; kept, and counted.
        form: What was found out about its form.
        notes: What the user should know of how it was read.
        unified: Identifiers that each rule of :mod:`insiders_assets.ingest.parsing.ids` changed.
    """

    rows_read: int = 0
    rows_transactions: int = 0
    rows_quarantined: int = 0
    rows_faulty: int = 0
    rows_added: int = 0
    set_aside: str = ""
    excluded: dict[str, dict[str, float]] = field(default_factory=dict)
    money: float = 0.0
    cheap: float = 0.0
    duplicates: int = 0
    form: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    unified: dict[str, int] = field(default_factory=dict)

    @property
    def rows_excluded(self) -> int:
        """Rows that a rule leaves out."""
        return int(sum(found["rows"] for found in self.excluded.values()))
