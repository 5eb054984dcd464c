"""What a request asks of a table: which columns, which rows, how many, from where on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from insiders_assets.api import values
from insiders_assets.api.cursor import asked_by
from insiders_assets.api.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from insiders_assets.api.sources import Source

ROWS = 1_000
MOST_ROWS = 5_000
MOST_FILTERS = 8
BOUNDS = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
"""How a bound is written behind a column's name, and what it says."""
RESERVED = ("fields", "limit", "cursor", "format")
FORMATS = ("json", "csv")


@dataclass(frozen=True)
class Filter:
    """A condition that rows keep.

    Attributes:
        column: Its column.
        operator: ``=`` or one of the :data:`BOUNDS`.
        value: What the column is compared with.
    """

    column: str
    operator: str
    value: Any


@dataclass(frozen=True)
class Wanted:
    """What is asked of a table.

    Attributes:
        table: Its name.
        fields: Names of columns, in the contract's order.
        filters: What rows keep.
        limit: Rows of a page.
        cursor: Where the page before ended; empty for the first.
        form: One of the :data:`FORMATS`; empty if the request's ``Accept`` is to say.
    """

    table: str
    fields: tuple[str, ...]
    filters: tuple[Filter, ...] = ()
    limit: int = ROWS
    cursor: str = ""
    form: str = ""

    @property
    def asked(self) -> str:
        """A hash of which rows are asked for, whatever is shown of them."""
        return asked_by(self.table, self.filters)

    @classmethod
    def read(cls, source: Source, given: Iterable[tuple[str, str]], *, personal: bool) -> Wanted:
        """Return what parameters ask for.

        Args:
            source: The table.
            given: Names and values, as an address holds them.
            personal: Whether columns that tell who somebody is may be seen and asked by.

        Raises:
            Problem: A parameter is unknown, stands there twice, or its value cannot be.
        """
        parameters = list(given)
        twice = [name for name, count in Counter(name for name, _ in parameters).items() if count > 1]
        if twice:
            raise Problem(400, f"{twice[0][:80]} stands in the request more than once")
        options = dict(parameters)
        columns = {column.name: column for column in source.columns(personal=personal)}
        filters = []
        for name, text in options.items():
            if name in RESERVED:
                continue
            plain, _, bound = name.partition(".")
            column = columns.get(plain)
            if column is None or (bound and bound not in BOUNDS) or name.endswith("."):
                raise Problem(
                    400,
                    f"{name[:80]!r} is no parameter of {source.name}: use {', '.join(RESERVED)}, the name of a column, "
                    "or one with .ge, .gt, .le or .lt",
                )
            if bound and column.dtype not in values.RANGED:
                raise Problem(400, f"{plain} is {values.EXPECTED[column.dtype]} and has no bounds")
            filters.append(Filter(plain, BOUNDS.get(bound, "="), values.read(column, text)))
        if len(filters) > MOST_FILTERS:
            raise Problem(400, f"{len(filters)} filters are more than {MOST_FILTERS}")
        form = options.get("format", "")
        if "format" in options and form not in FORMATS:
            raise Problem(400, f"format is json or csv, not {form[:80]!r}")
        return cls(
            source.name,
            _fields(options.get("fields"), list(columns), source),
            tuple(sorted(filters, key=lambda each: (each.column, each.operator))),
            _limit(options.get("limit")),
            options.get("cursor", ""),
            form,
        )


def _fields(text: str | None, names: list[str], source: Source) -> tuple[str, ...]:
    if text is None:
        return tuple(names)
    chosen = text.split(",")
    for name in chosen:
        if name not in names:
            raise Problem(400, f"fields: {source.name} has no column {name[:80]!r}")
    return tuple(name for name in names if name in chosen)


def _limit(text: str | None) -> int:
    if text is None:
        return ROWS
    if text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= MOST_ROWS:
        return int(text)
    raise Problem(400, f"limit is a whole number from 1 to {MOST_ROWS}, not {text[:80]!r}")
