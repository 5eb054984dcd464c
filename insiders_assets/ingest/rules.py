"""The rules by which exports are read: what the user decides where a file alone cannot tell."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from insiders_assets.ingest.mapping.suggestive_names import meaning_of
from insiders_assets.ingest.privacy import Privacy
from insiders_assets.ingest.shops import VERSIONS

if TYPE_CHECKING:
    from collections.abc import Mapping as Mapping_

    from insiders_assets.ingest.mapping.joining import Joined
    from insiders_assets.ingest.mapping.schema import Mapping, Mappings
    from insiders_assets.ingest.parsing.date_limits import DayCounts, Limits
    from insiders_assets.settings import Settings

READER_VERSION = 9
"""Raised whenever the same bytes would be read into other transactions: files are then parsed again."""


@dataclass(frozen=True)
class FileRules:
    """How one file is read.

    Attributes:
        date_order: How dates such as 03/04/2026 are read; ``auto`` refuses a file where both readings fit.
        decimal: How numbers such as 1,234 are read; ``auto`` refuses a file where both readings fit.
        max_rejected: Share of the file's rows above which it is set aside as a whole.
        max_rows: Rows that one export may have; a longer one is set aside.
        duplicate_rows: Whether a row that repeats an earlier one exactly is kept or rejected.
        decimal_quantities: Whether quantities may be decimal numbers: goods by weight.
        future_dates: Whether rows dated after the file was written are rejected or kept.
        date_gap_days: Days after every other date of the file from which on a few rows are rejected, and before all
            others from which on a day that programs write for none is; 0 for neither.
        mapping: What its columns are called and what is derived, if the user said so.
        privacy: What of it is not kept.
        open_questions: Whether a file that leaves a question open is set aside, or read with the likeliest answers.
        name: The file's name, for messages and for what it may say of what is in the file.
        joined: What the files say that its mapping joins to it, in their order; not part of its digest.
        repeated: Orders of each export in the file that another export holds whole, with that export's name.
        arrived: When the file was last written (UTC), if that is known; not part of its digest, for the same content
            is not parsed again because it was copied.
    """

    date_order: Literal["auto", "day_first", "month_first"] = "auto"
    decimal: Literal["auto", "point", "comma"] = "auto"
    max_rejected: float = 0.05
    max_rows: int = 200_000_000
    duplicate_rows: Literal["keep", "reject"] = "keep"
    decimal_quantities: bool = False
    mapping: Mapping | None = None
    privacy: Privacy = field(default_factory=Privacy)
    open_questions: Literal["stop", "pass"] = "stop"
    name: str = ""
    future_dates: Literal["reject", "keep"] = "reject"
    date_gap_days: int = 180
    arrived: datetime | None = None
    joined: tuple[Joined, ...] = ()
    repeated: Mapping_[str, Mapping_[str, str]] = field(default_factory=dict)

    @property
    def sheet(self) -> str | None:
        """The sheet of a workbook that is read; all whose columns are recognised if None."""
        return self.mapping.sheet if self.mapping else None

    def limits(self, days: DayCounts) -> Limits | None:
        """Return the days between which rows of the file can be, or None if all of them can."""
        now = datetime.now(UTC).replace(tzinfo=None)
        return days.limits(
            self.arrived,
            now,
            gap=self.date_gap_days,
            believable=self.max_rejected,
            future=self.future_dates == "keep",
        )

    def mapped(self, mapping: Mapping) -> FileRules:
        """Return the same rules with what a mapping says."""
        weighed = mapping.decimal_quantities
        return replace(
            self,
            mapping=mapping,
            date_order=mapping.date_order or self.date_order,
            decimal=mapping.decimal or self.decimal,
            decimal_quantities=self.decimal_quantities if weighed is None else weighed,
        )

    def digest(self) -> str:
        """Return a short hash of everything that can change what the file is read into, this code included."""
        mapping = (
            self.mapping.model_dump(mode="json", exclude={"files", "cleaning"}) if self.mapping else None
        )
        plain = [
            self.date_order,
            self.decimal,
            self.max_rejected,
            self.duplicate_rows,
            self.decimal_quantities,
        ]
        plain += [self.future_dates, self.date_gap_days, self.max_rows]
        facts = [READER_VERSION, plain, mapping, self.privacy.facts]
        facts += [VERSIONS] if self.mapping is None else []
        facts += [tells] if (tells := meaning_of(self.name.rpartition("/")[2])) else []
        facts += [self.open_questions] if self.open_questions != "stop" else []
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class IngestRules:
    """How exports are read; each file by the rules that :meth:`of` gives.

    Attributes:
        common: What holds for a file without a mapping.
        mappings: What the user said of other shops' exports; those in the landing zone if None.
        same_content: Whether files with the same content count once or each.
        changed_files: Whether a file's new content replaces its earlier rows or is added to them.
        removed_files: Whether the rows of a file that is gone are let go or kept.
        repeated_orders: Whether an order that stands whole in several exports counts once or each time.
    """

    common: FileRules = field(default_factory=FileRules)
    mappings: Mappings | None = None
    same_content: Literal["once", "each"] = "once"
    changed_files: Literal["replace", "add"] = "replace"
    removed_files: Literal["forget", "keep"] = "forget"
    repeated_orders: Literal["once", "each"] = "once"

    @classmethod
    def from_settings(cls, settings: Settings) -> IngestRules:
        """Return the rules that the settings ask for."""
        common = FileRules(
            date_order=settings.date_order,
            decimal=settings.decimal,
            max_rejected=settings.max_rejected,
            max_rows=settings.max_file_rows,
            duplicate_rows=settings.duplicate_rows,
            decimal_quantities=settings.decimal_quantities,
            future_dates=settings.future_dates,
            date_gap_days=settings.date_gap_days,
            privacy=Privacy.from_settings(settings),
            open_questions=settings.open_questions,
        )
        return cls(
            common,
            same_content=settings.same_content,
            changed_files=settings.changed_files,
            removed_files=settings.removed_files,
            repeated_orders=settings.repeated_orders,
        )

    def cleaning(self, name: str) -> dict[str, Any]:
        """Return the cleaning rules that hold for the file called ``name`` in the place of the settings."""
        mapping = self.mappings.of(name) if self.mappings else None
        return mapping.cleaning.rules() if mapping else {}

    def of(self, name: str) -> FileRules:
        """Return the rules for the file called ``name``, relative to the landing zone."""
        mapping = self.mappings.of(name) if self.mappings else None
        if mapping is None:
            return replace(self.common, name=name)
        return replace(self.common, name=name).mapped(mapping)
