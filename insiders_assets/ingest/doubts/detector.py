"""What a detector of doubts is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from insiders_assets.ingest.mapping.columns import Plan
    from insiders_assets.ingest.mapping.schema import Mapping
    from insiders_assets.ingest.questions.question import Question, Settled
    from insiders_assets.ingest.sniffing.column_survey import Survey


@dataclass(frozen=True)
class Header:
    """What is known of an export before any row of it is looked at.

    Attributes:
        names: The names of its columns.
        plan: Where our columns come from.
        mapping: What the user, or a built-in form, said of it; None if nothing.
        proposed: Whether that is a proposal that nobody has agreed to yet.
        file: The file's name, relative to the landing zone.
        sheet: The name of a workbook's sheet; empty for other files.
        is_alone: Whether that sheet is the only one that is read.
    """

    names: tuple[str, ...]
    plan: Plan
    mapping: Mapping | None = None
    proposed: bool = False
    file: str = ""
    sheet: str = ""
    is_alone: bool = True

    @property
    def free(self) -> list[int]:
        """Positions of columns with a name that are taken for nothing yet."""
        taken = set(self.plan.columns.values())
        return [at for at, name in enumerate(self.names) if name and at not in taken]


@dataclass(frozen=True)
class Detector:
    """Looks for one kind of doubt.

    Attributes:
        name: What it looks for.
        watches: Tells by the header alone which columns it wants to see whole; none, and it costs nothing.
        asks: Tells, with all rows of those columns and of ours at hand, what is doubtful or settled.
        marks: Marks transactions that may give reason to look at the export whole although its header gave none, or
            gives None for none; None if only the header does. It is given transactions, and which of them begin an
            order (differ in it from the one before), sees all that is read, and has to be quick.
        suspects: Tells of transactions of an export, with those that are marked, whether they do give reason; where
            nothing marks any, it is asked of all and has to be as quick.
        worth: Tells by the first rows of a column that it watches whether it is worth being seen whole; all are if
            None.
        is_inspected_only: Whether only an inspection asks it: what it finds changes nothing unless a mapping says so.
    """

    name: str
    watches: Callable[[Header], tuple[int, ...]]
    asks: Callable[[Survey, Header], Iterator[Question | Settled]]
    marks: Callable[[pl.DataFrame, pl.Series], pl.Series | None] | None = None
    suspects: Callable[[pl.DataFrame, pl.Series | None], bool] | None = None
    worth: Callable[[pl.Series], bool] | None = None
    is_inspected_only: bool = False
