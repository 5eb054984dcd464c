"""A message: what a table says, as a code and its arguments.

The JSON form of arguments is the same for the same facts: keys are sorted, and a number has the decimals that it is
told with. A message among arguments is an object whose ``code`` says what it is.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

Argument = Any
"""A whole number, a :class:`~decimal.Decimal`, a text, a message, several of these, or None where there is nothing."""


@dataclass(frozen=True)
class Message:
    """One thing that is said.

    Attributes:
        code: Which text it is; a key of :data:`insiders_assets.language.texts.TEXTS`.
        args: What stands in its slots, by name.
    """

    code: str
    args: Mapping[str, Argument] = field(default_factory=dict)

    @classmethod
    def read(cls, code: str, args: str | None) -> Message:
        """Return the message that two columns of a table hold.

        Raises:
            ValueError: The arguments are no JSON.
        """
        found = _read(json.loads(args or "{}", parse_float=Decimal))
        return cls(code, found)

    @property
    def arguments(self) -> str:
        """The arguments as JSON."""
        return _object(self.args.items())


def message(code: str, /, **args: Argument) -> Message:
    """Return a message with its arguments."""
    return Message(code, args)


def _read(value: Any) -> Any:
    if isinstance(value, list):
        return [_read(each) for each in value]
    if not isinstance(value, dict):
        return value
    found = {key: _read(each) for key, each in value.items()}
    return Message(found.pop("code"), found) if "code" in found else found


def as_json(value: Argument) -> str:
    """Return an argument as JSON."""
    if isinstance(value, Message):
        code = ("code", value.code)
        return _object([code, *sorted(value.args.items())], as_they_are=True)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return f'"{value.isoformat()}"'
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{','.join(map(as_json, value))}]"
    return json.dumps(value, ensure_ascii=False)


def _object(items: Any, *, as_they_are: bool = False) -> str:
    pairs = items if as_they_are else sorted(items)
    return "{" + ",".join(f"{json.dumps(key)}:{as_json(value)}" for key, value in pairs) + "}"


def rounded(value: float | None, digits: int) -> Decimal | None:
    """Return a number with so many decimals; None if it is missing or not finite."""
    if value is None or not math.isfinite(value):
        return None
    # Zero is added for its sign: what rounds to nothing is not less than nothing.
    return Decimal(f"{round(value, digits) + 0.0:.{digits}f}")


def number(value: float | None, digits: int = 1) -> Decimal | None:
    """Return a number with a few decimals, fewer where it is large."""
    return rounded(value, 0 if value is not None and abs(value) >= 1000 else digits)


def money(value: float | None) -> Decimal | None:
    """Return an amount to the cent, or to the unit from a hundred thousand on."""
    return rounded(value, 0 if value is not None and abs(value) >= 100_000 else 2)


def percent(fraction: float | None, digits: int = 1) -> Decimal | None:
    """Return a fraction to be written as a percentage with so many decimals."""
    rounded_percent = rounded(None if fraction is None else fraction * 100, digits)
    return None if rounded_percent is None else rounded_percent.scaleb(-2)
