"""Values of columns as requests and cursors write them, read strictly by the contract's type."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from insiders_assets.api.problem import Problem

if TYPE_CHECKING:
    from insiders_assets.contracts.table import Column

LONGEST = 2_000
"""Characters of a text."""
EXPECTED = {
    "str": "a text",
    "int64": "a whole number",
    "int32": "a whole number",
    "float64": "a number",
    "bool": "true or false",
    "date": "a day such as 2025-11-30",
    "datetime": "a moment such as 2025-11-30T08:15:00",
}
RANGED = ("int64", "int32", "float64", "date", "datetime")
"""Types that have a lower and an upper bound."""
_BITS = {"int64": 63, "int32": 31}
_WHOLE = re.compile(r"-?[0-9]{1,19}")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read(column: Column, text: str) -> Any:
    """Return what a text says of a column.

    Args:
        column: The column.
        text: As it stands in a request.

    Raises:
        Problem: It says nothing of the column's type, or nothing that the column can hold.
    """
    value = parsed(column, text)
    if column.isin and value not in column.isin:
        raise Problem(400, f"{column.name} is one of {', '.join(map(str, column.isin))}, not {text[:80]!r}")
    return value


def parsed(column: Column, text: str) -> Any:
    """Return what a text says of a column's type, whatever the column can hold; raises as :func:`read` does."""
    value = _read(column.dtype, text)
    if value is None:
        raise Problem(400, f"{column.name} is {EXPECTED[column.dtype]}, not {text[:80]!r}")
    return value


def written(value: Any) -> Any:
    """Return a value as JSON has it: days and moments as ISO texts, and null for what is no number."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _read(dtype: str, text: str) -> Any:
    """Return what a text says; None for nothing."""
    if dtype == "str":
        is_text = (
            len(text) <= LONGEST
            and "\0" not in text
            and not any("\ud800" <= sign <= "\udfff" for sign in text)
        )
        return text if is_text else None
    if dtype == "bool":
        return {"true": True, "false": False}.get(text)
    if dtype in _BITS:
        number = int(text) if _WHOLE.fullmatch(text) else None
        return number if number is not None and -(1 << _BITS[dtype]) <= number < 1 << _BITS[dtype] else None
    if dtype == "float64":
        amount = float(text) if len(text) <= 40 and _NUMBER.fullmatch(text) else math.inf
        return amount if math.isfinite(amount) else None
    try:
        if dtype == "date":
            return date.fromisoformat(text) if _DAY.fullmatch(text) else None
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is None else None
