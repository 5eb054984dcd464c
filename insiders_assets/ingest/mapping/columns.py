"""Which columns of an export hold what a transaction is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from insiders_assets.ingest.mapping.entries import Discount, Refund, Rule
from insiders_assets.ingest.mapping.header_aliases import FIELDS, MANDATORY, normalise, recognise
from insiders_assets.ingest.mapping.header_words import spoken_of
from insiders_assets.ingest.mapping.schema import BESIDE, COSTS, DERIVED, Mapping, missing
from insiders_assets.ingest.parsing.id_forms import Form
from insiders_assets.ingest.refusal import RefusedExportError
from insiders_assets.language.message import Message, message

LISTED = 12
"""Names of columns in a sentence at most."""
FLAG = "return_flag"
"""What the column that marks returns goes by."""
RETURNED = "yes"
"""What it holds on a return, where a row's cells are kept to be corrected."""


@dataclass(frozen=True)
class Plan:
    """Where our columns come from.

    Attributes:
        columns: The position of each column found; ``line_total``, ``return_flag`` and those of
            :data:`insiders_assets.ingest.mapping.schema.BESIDE` beside ours.
        constants: Values of columns that the export lacks.
        return_values: What the flag holds on a return, in lower case.
        return_starts: How what it holds begins on a return, in lower case.
        return_ends: How it ends on a return, in lower case.
        excluded: Which lines are left out, and the position of the column that says so.
        discounts: What is taken off the price, and the position of the column.
        refunds: What was given back, and the position of the column.
        vouchers: Whether a line that costs less than nothing is a discount of its order.
        filled: Positions of columns that stand on one line of an order and hold for all of it.
        nobody: Customer ids that stand for nobody, in lower case.
        currency: What one of each currency is worth, and the position of the column that names it.
        cents: Positions of columns of money in hundredths.
        thousands: Positions of columns of money in thousands.
        dozens: Positions of columns of prices of twelve pieces.
        negated: Positions of columns whose numbers have the other sign.
        otherwise: By the position of a column of prices, that of the one which holds where it has none.
        below_returns: Whether a line that costs less than nothing is a return.
        numbered: Positions of columns that number the lines of an order, by the place of the rule that leaves older
            versions of them out.
        unified: How customer ids that are written in several ways are written in one.
        usual_dates: Whether dates are written in any of the usual ways, and mean what they say.
    """

    columns: dict[str, int]
    constants: dict[str, str] = field(default_factory=dict)
    return_values: tuple[str, ...] = ()
    return_starts: tuple[str, ...] = ()
    excluded: tuple[tuple[Rule, int], ...] = ()
    discounts: tuple[tuple[Discount, int], ...] = ()
    refunds: tuple[tuple[Refund, int], ...] = ()
    filled: tuple[int, ...] = ()
    vouchers: bool = False
    usual_dates: bool = True
    nobody: tuple[str, ...] = ()
    currency: tuple[dict[str, float], int] | None = None
    unified: tuple[Form, ...] = ()
    cents: tuple[int, ...] = ()
    below_returns: bool = False
    numbered: dict[int, int] = field(default_factory=dict)
    return_ends: tuple[str, ...] = ()
    thousands: tuple[int, ...] = ()
    dozens: tuple[int, ...] = ()
    negated: tuple[int, ...] = ()
    otherwise: dict[int, int] = field(default_factory=dict)

    @property
    def is_plain(self) -> bool:
        """Whether every column is taken as it is, and every row."""
        derived = {DERIVED, FLAG, *BESIDE} & self.columns.keys()
        changed = (
            self.constants or self.excluded or self.discounts or self.refunds or self.vouchers or derived
            or self.otherwise
        )  # fmt: skip
        scaled = self.currency or self.cents or self.thousands or self.dozens or self.negated
        return self.usual_dates and not (
            changed or self.nobody or scaled or self.unified or self.below_returns
        )

    def worth(self, at: int | None) -> float:
        """Return what one in a column of money, or of pieces, is worth.

        Args:
            at: The column's position.
        """
        scale = 0.01 if at in self.cents else 1000.0 if at in self.thousands else 1.0
        scale = scale / 12 if at in self.dozens else scale
        return -scale if at in self.negated else scale

    @property
    def price_worth(self) -> float:
        """What one in the column that gives the price is worth."""
        return self.worth(self.columns.get(DERIVED, self.columns.get("unit_price")))

    @property
    def scales(self) -> list[str]:
        """What has to be known of the columns of price and pieces to read a value of theirs by itself."""
        price = self.columns.get(DERIVED, self.columns.get("unit_price"))
        scales = {
            "cents": self.cents,
            "thousands": self.thousands,
            "dozens": self.dozens,
            "negated": self.negated,
        }
        found = [name for name, places in scales.items() if price in places]
        return found + (["negated_quantity"] if self.columns.get("quantity") in self.negated else [])

    @property
    def cost(self) -> str | None:
        """What the column of costs goes by: ``unit_cost`` or ``line_cost``; None if there is none."""
        return next((name for name in COSTS if name in self.columns), None)

    @property
    def positions(self) -> list[int]:
        """The positions needed, each once."""
        return sorted({*self.columns.values(), *self.beside})

    @property
    def beside(self) -> list[int]:
        """The positions of columns that are no part of a transaction and decide what becomes of it."""
        money = (self.currency,) if self.currency else ()
        places = {at for _, at in (*self.excluded, *self.discounts, *self.refunds, *money)}
        return sorted(places | set(self.numbered.values()))


def plan(header: tuple[str, ...], mapping: Mapping | None = None) -> Plan:
    """Find our columns in a header, by the mapping first and by their names where it says nothing.

    Raises:
        ExportError: A mandatory column is missing, two columns have the same name, or the mapping names one that is not
            there.
    """
    mapping = mapping or Mapping()
    named = {name: position_of(header, column) for name, column in mapping.columns.items()}
    recognised = {
        name: positions
        for name, positions in recognise(header).items()
        if name not in named and name not in mapping.constants and not set(positions) & set(named.values())
    }
    for name, positions in recognised.items():
        if len(positions) > 1:
            rivals = listed([header[at] for at in positions])
            raise RefusedExportError("export.rivals", rivals, columns=len(positions), name=name)
    columns = named | {name: positions[0] for name, positions in recognised.items()}
    if DERIVED in named and "unit_price" not in named:
        columns.pop("unit_price", None)
    _refuse_missing(columns.keys() | mapping.constants.keys(), header)
    if mapping.returns:
        columns[FLAG] = position_of(header, mapping.returns.column)
    ordered = {name: columns[name] for name in (*FIELDS, DERIVED, FLAG, *BESIDE) if name in columns}
    marks = mapping.returns
    begins = () if marks is None else ("",) if marks.filled else marks.starts_with
    values, starts, ends = (
        tuple(text.strip().casefold() for text in texts)
        for texts in ((marks.values, begins, marks.ends_with) if marks else ((), (), ()))
    )
    money = mapping.currency
    excluded = tuple((rule, position_of(header, rule.column)) for rule in mapping.exclude)
    for rule in mapping.keep:
        position_of(header, rule.column)
    return Plan(
        ordered, dict(mapping.constants), values, starts, excluded,
        tuple((discount, position_of(header, discount.column)) for discount in mapping.discounts),
        tuple((refund, position_of(header, refund.column)) for refund in mapping.refunds),
        tuple(position_of(header, column) for column in mapping.fill_down), mapping.negative_prices == "discount",
        not mapping.date_format and mapping.swapped_dates != "undo",
        tuple(name.strip().casefold() for name in mapping.anonymous_ids),
        (money.by_name, position_of(header, money.column)) if money else None,
        mapping.unify_ids, tuple(position_of(header, column) for column in mapping.cents),
        mapping.negative_prices == "return",
        {number: position_of(header, rule.line) for number, rule in enumerate(mapping.exclude) if rule.line}, ends,
        tuple(position_of(header, column) for column in mapping.thousands),
        tuple(position_of(header, column) for column in mapping.dozens),
        tuple(position_of(header, column) for column in mapping.negated),
        {position_of(header, one): position_of(header, other) for one, other in mapping.otherwise.items()},
    )  # fmt: skip


def header_score(header: tuple[str, ...], mapping: Mapping | None) -> int:
    """Return how many mandatory columns a row names, in any language, if it is the header."""
    found = set(recognise(header))
    if missing(found):
        found |= spoken_of(header)
    if mapping:
        spelled = {normalise(name) for name in header}
        found |= {name for name, column in mapping.columns.items() if normalise(column) in spelled}
        if len(found) > 1:
            found |= set(mapping.constants)
    return len(MANDATORY) - len(missing(found))


def position_of(header: tuple[str, ...], column: str) -> int:
    """Return where a column that a mapping names is: by its exact name, else by its name in another spelling."""
    for spelled in (str, normalise):
        found = [at for at, name in enumerate(header) if spelled(name) == spelled(column)]
        if len(found) == 1:
            return found[0]
        if found:
            raise RefusedExportError("export.same_name", columns=len(found), name=column)
    raise RefusedExportError("export.mapped", _it_has(header), name=column)


def _refuse_missing(found: set[str], header: tuple[str, ...]) -> None:
    lacking = missing(found)
    if len(lacking) == len(MANDATORY):
        raise RefusedExportError("export.unnamed", listed(header))
    if lacking:
        raise RefusedExportError("export.missing", _it_has(header), names=listed(lacking))


def listed(names: Sequence[str]) -> list[str] | Message:
    """Return some names of columns in a sentence."""
    shown = [name[:40] for name in names if name]
    if len(shown) <= LISTED:
        return shown
    return message("export.columns.more", names=shown[:LISTED], more=len(shown) - LISTED)


def _it_has(header: Sequence[str]) -> Message:
    return message("export.it_has", names=listed(header))
