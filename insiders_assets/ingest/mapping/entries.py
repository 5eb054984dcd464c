"""The parts of a mapping: returns, left-out rows, discounts, refunds, currencies, joined files and cleaning rules."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _in_a_list(value: Any) -> Any:
    return (value,) if isinstance(value, dict) else value


Words = Annotated[tuple[str, ...], BeforeValidator(_listed)]
STRICT = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class Returns(BaseModel):
    """Which lines are returns where their quantity does not say so by its sign.

    Attributes:
        column: The export's column that says so.
        values: What it holds on a return; case does not matter.
        filled: Whether whatever it holds will do, as the number of an order in a file of nothing but returns.
        starts_with: How what it holds on a return begins, as the number of a credit note may.
        ends_with: How it ends, likewise.
    """

    model_config = STRICT
    column: str
    values: Words = ()
    filled: bool = False
    starts_with: Words = ()
    ends_with: Words = ()

    @model_validator(mode="after")
    def _says_something(self) -> Returns:
        if not (self.values or self.starts_with or self.ends_with or self.filled):
            raise ValueError("give values, starts_with, ends_with or `filled: true`")
        return self


class Rule(BaseModel):
    """Lines chosen by what a column of theirs holds.

    Attributes:
        column: The export's column.
        values: What it holds on them; case and blanks around it do not matter.
        filled: Whether whatever it holds will do, as in a column of dates of cancellation.
        empty: Whether nothing has to stand there, as in a column of dates of payment.
        nonzero: Whether any number but 0 will do, as in a column of what is still to be paid.
        older: Whether it has to be less than on another line of the same order and product, as in a column of versions
            or of the moments at which rows were written: of each line, the newest version counts.
        line: The column that numbers the lines of an order, for versions of one; its product's unless given.
        level: Whether one such line stands for itself or for its whole order.
    """

    model_config = STRICT
    column: str
    values: Words = ()
    filled: bool = False
    empty: bool = False
    nonzero: bool = False
    older: bool = False
    line: str | None = None
    level: Literal["line", "order"] = "line"

    @model_validator(mode="after")
    def _says_something(self) -> Rule:
        if bool(self.values) + self.filled + self.empty + self.nonzero + self.older != 1:
            raise ValueError(
                "give either values, or one of `filled: true`, `empty: true`, `nonzero: true` and `older: true`"
            )
        if not self.older and self.line is not None:
            raise ValueError("`line` belongs beside `older: true`")
        if self.older and self.level == "order":
            raise ValueError("`older: true` is about lines, not about whole orders")
        return self

    @property
    def spelled(self) -> tuple[str, ...]:
        """The values as they are compared."""
        return tuple(value.strip().casefold() for value in self.values)


class Discount(BaseModel):
    """Money that is taken off the price.

    Attributes:
        column: The export's column.
        of: What one value of it is taken off: the line, each of its pieces, or, as a share or a percentage, the price.
        level: Whether a value is the line's own or its whole order's, to be spread over the lines by what they cost.
    """

    model_config = STRICT
    column: str
    of: Literal["line", "piece", "share"] = "line"
    level: Literal["line", "order"] = "line"


class Refund(BaseModel):
    """What was given back of lines that stay in the export as sold.

    Attributes:
        column: The export's column.
        gives: What it holds: pieces, an amount, or a word for lines that were given back whole.
        values: The words, where it holds words; case and blanks around them do not matter.
        filled: Whether whatever it holds is such a word, as in a column of dates of return.
        level: Whether an amount is the line's own or its whole order's, to be spread over the lines by what they cost.
    """

    model_config = STRICT
    column: str
    gives: Literal["pieces", "amount", "all"]
    values: Words = ()
    filled: bool = False
    level: Literal["line", "order"] = "line"

    @model_validator(mode="after")
    def _has_words(self) -> Refund:
        if (bool(self.values) != (self.gives == "all" and not self.filled)) or (
            self.filled and self.gives != "all"
        ):
            raise ValueError("give values, or `filled: true`, where it gives all, and only there")
        return self

    @property
    def spelled(self) -> tuple[str, ...]:
        """The words as they are compared."""
        return tuple(value.strip().casefold() for value in self.values)


class Currency(BaseModel):
    """What amounts in several currencies are worth in one.

    Attributes:
        column: The export's column that names a line's currency.
        rates: What one of each is worth, in the currency that everything is counted in.
    """

    model_config = STRICT
    column: str
    rates: dict[str, Annotated[float, Field(gt=0, allow_inf_nan=False)]]

    @property
    def by_name(self) -> dict[str, float]:
        """The rates by the names of currencies in capitals."""
        return {name.strip().upper(): rate for name, rate in self.rates.items()}


class Join(BaseModel):
    """Files that say more of each line, such as those of orders, and are no exports themselves.

    Attributes:
        files: Patterns of their names relative to the landing zone.
        key: The column of the lines, or of what is joined before, by which a row of theirs is found.
        their_key: What that column is called there, if not the same.
        missing: Whether a line for which there is no such row is rejected, or kept without what it would say.
    """

    model_config = STRICT
    files: Annotated[tuple[str, ...], BeforeValidator(_listed), Field(min_length=1)]
    key: str
    their_key: str | None = None
    missing: Literal["reject", "keep"] = "reject"

    def fits(self, name: str) -> bool:
        """Return whether the file called ``name`` is joined."""
        return any(fnmatchcase(name, pattern) for pattern in self.files)


class Cleaning(BaseModel):
    """Cleaning rules that hold for some files in the place of the settings of the same names, where given."""

    model_config = STRICT
    price_floor: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    drop_letter_codes: Literal[True, False, "known"] | None = None
    excluded_countries: Words | None = None
    excluded_customers: Words | None = None

    def rules(self) -> dict[str, Any]:
        """Return those that are given, by name, in types that JSON has."""
        return self.model_dump(mode="json", exclude_none=True)
