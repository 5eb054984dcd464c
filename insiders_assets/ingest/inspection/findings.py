"""What an inspection finds of a file, and collects while it is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import polars as pl

from insiders_assets.ingest.inspection.summary import Listener, Says
from insiders_assets.ingest.mapping.schema import Mapping
from insiders_assets.ingest.questions.question import Answer, Question, Settled
from insiders_assets.ingest.sniffing.column_profile import ColumnProfile
from insiders_assets.ingest.stats import Outcome


@dataclass
class Fault:
    """Rows that are rejected for one reason.

    Attributes:
        column: The column at fault, or empty.
        reason: What is wrong with them.
        rows: How many they are.
        line: The line of the first, or None.
        value: The value at fault on that line, or None.
    """

    column: str
    reason: str
    rows: int
    line: int | None
    value: str | None


@dataclass
class Inspected:
    """One export: a file, a member of an archive or a sheet.

    Attributes:
        name: Its name within the file, empty for the file itself.
        form: What was found out about its form.
        columns: What its columns look like.
        rows: Its first rows, as text.
        becomes: Our column for each of its own that is read, by its name.
        outcome: What would become of its rows.
        faults: The rows that would be rejected, the most frequent reason first.
        says: What its transactions say of the shop, with every open question answered as proposed.
    """

    name: str
    form: dict[str, Any] = field(default_factory=dict)
    columns: list[ColumnProfile] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    becomes: dict[str, str] = field(default_factory=dict)
    outcome: Outcome = field(default_factory=Outcome)
    faults: list[Fault] = field(default_factory=list)
    says: Says = field(default_factory=Says)


@dataclass
class Inspection:
    """A file, and how it could be read.

    Attributes:
        name: Its name in the landing zone.
        exports: The exports in it.
        mapping: The mapping it was read with; None if it needs none.
        built_in: The name of the built-in form that the mapping is of, if it is.
        proposed: Whether that mapping is a proposal, and not the user's own.
        doubts: What a person has to decide, a sentence each.
        questions: What is still open, in the order in which it is numbered.
        settled: What the file settled by itself.
        answers: What was answered.
        cheap: Share of its money that stands on lines whose price is hardly one.
    """

    name: str
    exports: list[Inspected] = field(default_factory=list)
    mapping: Mapping | None = None
    built_in: str = ""
    proposed: bool = False
    doubts: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    cheap: float = 0.0


class Rejections:
    """Keeps of what is read only sums, and the reasons for which rows are rejected."""

    def __init__(self) -> None:
        self._counted: dict[tuple[str, str], Fault] = {}
        self.listener = Listener()

    def transactions(self, frame: pl.DataFrame) -> None:
        """Add up what transactions say."""
        self.listener.add(frame)

    def rejected(self, frame: pl.DataFrame) -> None:
        """Count rejected rows by reason."""
        reasons = frame.group_by("column", "reason", maintain_order=True).agg(
            pl.col("rows").sum(), pl.col("source_line").first(), pl.col("value").first()
        )
        for column, reason, rows, line, value in reasons.iter_rows():
            fault = self._counted.setdefault(
                (column or "", reason), Fault(column or "", reason, 0, line, value)
            )
            fault.rows += rows

    def discard(self) -> None:
        """Forget everything."""
        self._counted, self.listener = {}, Listener()

    @property
    def faults(self) -> list[Fault]:
        """The reasons, the most frequent first."""
        return sorted(self._counted.values(), key=lambda fault: -fault.rows)
