"""One rule of a segment, such as ``revenue>=1000`` or ``country=France,Spain``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import reduce
from math import isfinite
from operator import and_
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.contracts.customers import INSIDERS
from insiders_assets.contracts.messages import without_facts
from insiders_assets.contracts.programme import MEMBERSHIP_CHANGES
from insiders_assets.contracts.table import Column
from insiders_assets.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

_RULE = re.compile(r"^\s*([a-z_]+)\s*(>=|<=|!=|=)\s*(.+?)\s*$")
_MOVED = {column.name: column for column in MEMBERSHIP_CHANGES.columns if column.name in ("change", "cause")}
_HIDDEN = {"customer_id", "embedding_x", "embedding_y", "embedding_z", "reason", "details", "rule", "headline",
           "next_step", "is_identified", "suppressed_by", "member_since", "experiment_since", "below_since",
           "valid_until"}  # fmt: skip
"""Texts, days and coordinates that no rule is about, and what every segment leaves out anyway."""

_FACTS = set(INSIDERS.names) - set(without_facts(INSIDERS.names))
"""Codes and arguments of texts: nobody is offered a rule on one."""

SUBJECTS: dict[str, Column] = (
    {column.name: column for column in INSIDERS.columns if column.name not in _HIDDEN}
    | _MOVED
    | {
        "leaves_next": Column(
            "leaves_next", "bool", "Whether the member falls below the border next time unless they buy."
        )
    }
)
"""What rules can be about, by name."""


@dataclass(frozen=True)
class Rule:
    """A rule on one thing that is known of a customer.

    Attributes:
        subject: A name of :data:`SUBJECTS`.
        sign: ``>=``, ``<=``, ``=`` or ``!=``.
        values: What it is compared with; one of several for ``=``, none of them for ``!=``.
    """

    subject: str
    sign: str
    values: tuple[str, ...]

    @classmethod
    def parse(cls, text: str, where: str) -> Rule:
        """Read a rule.

        Raises:
            UsageError: It is none, is about nothing known, or compares with what the subject cannot be.
        """
        found = _RULE.match(text)
        if not found:
            raise UsageError(
                f"{text!r} is no rule", where=where, hint="write rules such as revenue>=1000 or state=lost"
            )
        subject, sign, said = found.groups()
        if subject not in SUBJECTS:
            raise UsageError(
                f"there is no {subject!r} to make a rule on",
                where=where,
                hint=f"choose among {', '.join(name for name in SUBJECTS if name not in _FACTS)}",
            )
        values = tuple(value.strip() for value in said.split(","))
        rule = cls(subject, sign, values)
        rule._check(where)
        return rule

    def _check(self, where: str) -> None:
        column = SUBJECTS[self.subject]
        number = column.dtype in ("int64", "int32", "float64")
        if self.sign in (">=", "<=") and (not number or len(self.values) > 1):
            what = "is compared with one number" if number else "has no order"
            raise UsageError(f"{self}: {self.subject} {what}", where=where, hint=f"write {self.subject}=…")
        for value in self.values:
            if number and not _is_number(value):
                raise UsageError(
                    f"{self}: {value!r} is no number", where=where, hint="write it as 1000 or 12.5"
                )
            if column.dtype == "bool" and value not in ("true", "false"):
                raise UsageError(
                    f"{self}: {self.subject} is true or false", where=where, hint="write one of them"
                )
            if column.isin and value not in column.isin:
                raise UsageError(
                    f"{self}: {self.subject} is never {value!r}",
                    where=where,
                    hint=f"choose among {', '.join(column.isin)}",
                )

    def keeps(self) -> pl.Expr:
        """Return whether a customer keeps the rule; where the subject is not known, only ``!=`` is kept."""
        column = pl.col(self.subject)
        if self.sign in (">=", "<="):
            border = float(self.values[0])
            kept = column >= border if self.sign == ">=" else column <= border
            return kept.fill_null(value=False)
        dtype = SUBJECTS[self.subject].dtype
        if dtype == "bool":
            among = column.is_in([value == "true" for value in self.values])
        elif dtype == "str":
            among = column.is_in(list(self.values))
        else:
            among = column.cast(pl.Float64).is_in([float(value) for value in self.values])
        among = among.fill_null(value=False)
        return among if self.sign == "=" else ~among

    def __str__(self) -> str:
        return f"{self.subject}{self.sign}{','.join(self.values)}"


def all_kept(rules: Iterable[Rule]) -> pl.Expr:
    """Return whether a customer keeps every rule."""
    return reduce(and_, (rule.keeps() for rule in rules), pl.lit(value=True))


def _is_number(text: str) -> bool:
    try:
        return isfinite(float(text))
    except ValueError:
        return False
