"""Mappings: what another shop's export calls what we need, and what has to be derived.

A mapping file (``mapping.yaml`` in the landing zone) holds a list of mappings; a file is read by the first one whose
patterns fit its name, and without a mapping if none does.
"""

from __future__ import annotations

from datetime import datetime
from difflib import get_close_matches
from fnmatch import fnmatchcase
from textwrap import shorten
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from insiders_assets.errors import UsageError
from insiders_assets.ingest.mapping.entries import (
    STRICT,
    Cleaning,
    Currency,
    Discount,
    Join,
    Refund,
    Returns,
    Rule,
    Words,
    _in_a_list,
    _listed,
)
from insiders_assets.ingest.mapping.header_aliases import FIELDS, MANDATORY
from insiders_assets.ingest.parsing.id_forms import Form
from insiders_assets.yaml_files import line_of, load_yaml

DERIVED = "line_total"
"""A column that may be mapped in the place of the unit price: what the whole line cost."""
COSTS = ("unit_cost", "line_cost")
"""Columns that may be mapped beside ours: what one piece, or the whole line, cost the shop."""
PER = "price_per"
"""Another: how many pieces the price is of, where that is not one."""
BESIDE = (*COSTS, PER)


class Mapping(BaseModel):
    """How the exports of one shop are read.

    Attributes:
        files: Patterns of file names relative to the landing zone.
        join: Files that say more of each line.
        columns: The export's column for each of ours; ``line_total`` may stand in for ``unit_price``, and ``unit_cost``
            or ``line_cost`` names what goods cost the shop, and ``price_per`` how many pieces the price is of.
        constants: Values for those of our columns that the export lacks.
        returns: Which lines are returns, where their quantity is not negative.
        refunds: What was given back of lines that stay in the export as sold.
        discounts: What is taken off the price.
        negative_prices: Whether a line that costs less than nothing is a discount of its order, a return, or a line
            like others.
        fill_down: Columns that stand on one line of an order and hold for all of it.
        exclude: Which lines, or whole orders, were never sold: they are counted and left out.
        keep: Which lines count although a column of theirs might say that they do not.
        answers: Answers to questions that nothing else here records, by the question's name.
        date_order: How dates such as 03/04/2026 are read; the setting's if not given.
        date_format: The only ways in which dates are written, as ``strptime`` takes them; any if not given.
        swapped_dates: Whether a spreadsheet's swapping of day and month is undone where it could; a question if not
            given.
        decimal: How numbers such as 1,234 are read; the setting's if not given.
        anonymous_ids: Customer ids that stand for nobody, in whatever case.
        cents: Columns of money in hundredths.
        thousands: Columns of money in thousands.
        dozens: Columns of prices of twelve pieces.
        negated: Columns whose numbers have the other sign: a ledger writes what is sold below nothing.
        otherwise: By a column of prices, the column whose price holds where it has none or 0.
        unify_ids: How customer ids that are written in several ways are written in one.
        currency: What amounts in several currencies are worth in one.
        decimal_quantities: Whether quantities may be decimal numbers; the setting's if not given.
        quantity_unit: The word behind quantities that is no word for pieces, such as kg.
        encoding: The encoding of text files, if it is not to be found out.
        separator: The character between fields of text files, if it is not to be found out.
        sheet: The sheet of a workbook.
        rows: The dotted path of the array of orders, or of lines, in a JSON document.
        lines: The dotted path of the array of lines in an order.
        cleaning: Cleaning rules that hold for these files in the place of the settings.
    """

    model_config = STRICT
    files: Words = ("*",)
    join: Annotated[tuple[Join, ...], BeforeValidator(_in_a_list)] = ()
    columns: dict[str, str] = Field(default_factory=dict)
    constants: dict[str, str] = Field(default_factory=dict)
    returns: Returns | None = None
    refunds: tuple[Refund, ...] = ()
    discounts: tuple[Discount, ...] = ()
    negative_prices: Literal["discount", "return", "keep"] | None = None
    fill_down: Words = ()
    exclude: tuple[Rule, ...] = ()
    keep: tuple[Rule, ...] = ()
    answers: dict[str, str] = Field(default_factory=dict)
    date_order: Literal["auto", "day_first", "month_first"] | None = None
    date_format: Words = ()
    swapped_dates: Literal["undo", "keep"] | None = None
    decimal: Literal["auto", "point", "comma"] | None = None
    anonymous_ids: Words = ()
    cents: Words = ()
    thousands: Words = ()
    dozens: Words = ()
    negated: Words = ()
    otherwise: dict[str, str] = Field(default_factory=dict)
    unify_ids: Annotated[tuple[Form, ...], BeforeValidator(_listed)] = ()
    currency: Currency | None = None
    decimal_quantities: bool | None = None
    quantity_unit: str | None = None
    encoding: str | None = None
    separator: str | None = Field(default=None, min_length=1, max_length=1)
    sheet: str | None = None
    rows: str | None = None
    lines: str | None = None
    cleaning: Cleaning = Field(default_factory=Cleaning)

    @field_validator("encoding")
    @classmethod
    def _is_an_encoding(cls, name: str | None) -> str | None:
        try:
            if name is not None:
                "a".encode(name)
        except LookupError:
            raise ValueError(f"{name} is no encoding of text that is known") from None
        return name

    @field_validator("date_format")
    @classmethod
    def _says_a_day(cls, formats: tuple[str, ...]) -> tuple[str, ...]:
        moment = datetime(2025, 12, 31, 13, 45)
        for form in formats:
            try:
                found = datetime.strptime(moment.strftime(form), form)
            except ValueError as error:
                raise ValueError(f"{form} is no format of dates ({error})") from None
            if found.date() != moment.date():
                raise ValueError(f"{form} does not say year, month and day, as %d/%m/%Y does")
        return formats

    @model_validator(mode="after")
    def _names_are_known(self) -> Mapping:
        for given, known in ((self.columns, (*FIELDS, DERIVED, *BESIDE)), (self.constants, FIELDS)):
            for name in given:
                if name not in known:
                    raise ValueError(f"{name} is none of {', '.join(known)}")
        if both := set(self.columns) & set(self.constants):
            raise ValueError(f"{both.pop()} is mapped and constant at once")
        if set(COSTS) <= set(self.columns):
            raise ValueError(f"{' and '.join(COSTS)} are mapped at once: keep the one that the shop trusts")
        return self

    @property
    def joins_alone(self) -> bool:
        """Whether it says nothing but what is joined, so that a built-in form may say the rest."""
        return self.model_dump(exclude_defaults=True).keys() <= {"files", "join"}

    def fits(self, name: str) -> bool:
        """Return whether the file called ``name`` is read by this mapping."""
        return any(fnmatchcase(name, pattern) for pattern in self.files)


class Mappings(BaseModel):
    """All mappings of a landing zone, the first that fits a file first."""

    model_config = STRICT
    exports: tuple[Mapping, ...] = ()

    def of(self, name: str) -> Mapping | None:
        """Return the mapping of the file called ``name``."""
        return next((mapping for mapping in self.exports if mapping.fits(name)), None)


def read_mappings(text: str | bytes, where: str) -> Mappings:
    """Return the mappings in a mapping file.

    Args:
        text: The file's text, YAML in UTF-8.
        where: Its place, for messages.

    Raises:
        UsageError: It is no mapping file.
    """
    found = load_yaml(text, where)
    try:
        return Mappings.model_validate({} if found is None else found)
    except ValidationError as errors:
        first = errors.errors()[0]
        path = ".".join(shorten(str(part), 80, placeholder="…") for part in first["loc"])
        said = shorten(first["msg"], 300, placeholder="…")
        what, hint = f"{path or 'mapping'}: {said}", "correct it"
        if first["type"] == "extra_forbidden":
            what, hint = f"{path}: there is no such key", _nearest(str(first["loc"][-1]))
        line = line_of(text, first["loc"])
        raise UsageError(f"{what} (line {line})" if line else what, where=where, hint=hint) from None


def _nearest(key: str) -> str:
    """Return what a key that there is not may have been meant to be."""
    known = sorted({*Mapping.model_fields, *Mappings.model_fields})
    near = get_close_matches(key, known, n=1)
    return f"did you mean {near[0]}?" if near else "see docs/exports.md for those that there are"


def written(mappings: Mappings) -> str:
    """Mappings as the text of a mapping file."""
    import yaml

    return yaml.safe_dump(
        mappings.model_dump(mode="json", exclude_defaults=True),
        sort_keys=False,
        allow_unicode=True,
        width=100,
    )


def missing(columns: set[str]) -> list[str]:
    """Return which mandatory columns are not among those found; a line total stands in for the unit price."""
    found = columns | ({"unit_price"} if DERIVED in columns else set())
    return [name for name in MANDATORY if name not in found]
