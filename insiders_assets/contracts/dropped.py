"""What a cleaning rule takes away, as features count it and reports tell it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Dropped:
    """What one rule takes away.

    Attributes:
        rule: The rule's name.
        lines_in: Lines that were sold.
        lines_out: Lines that were returned.
        customers: Customers with such a line; None if that is not known.
        money_in: What the lines that were sold amount to.
        money_out: What the lines that were returned amount to.
        share: The largest of its shares of all lines, of the money that was sold, and of the money that was returned.
    """

    rule: str
    lines_in: int
    lines_out: int
    customers: int | None
    money_in: float
    money_out: float
    share: float
