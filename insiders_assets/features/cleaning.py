"""Cleaning rules: which transactions count as purchases and returns of products by customers.

The rules are the ones the replaced work ran in production, each of them a setting. They are written once over
narwhals lazy frames, so that polars and Spark run the same code.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import narwhals as nw

from insiders_assets.aliases import Aliases
from insiders_assets.contracts.customers import ANONYMOUS
from insiders_assets.contracts.service_codes import SERVICE_CODE
from insiders_assets.contracts.transactions import CLEAN_PURCHASES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from insiders_assets.settings import Settings

LazyFrameT = TypeVar("LazyFrameT")
"""A lazy frame of any engine narwhals speaks; out comes what went in."""

LETTERS_ONLY = "^[A-Za-z]+$"
"""Stock codes without a digit, which in some shops never stand for products."""
FLOOR = 0.04
"""The price that products exceed, unless what costs less is worth something."""
WORTH = 0.001
"""Share of the money from which what costs no more than that is worth something: goods sold by the thousandth."""
NOTHING = "quantity of nothing"


@dataclass(frozen=True)
class CleaningRules:
    """What is dropped before anything is counted.

    Attributes:
        price_floor: Unit prices must exceed this, in the data's currency.
        drop_letter_codes: Whether stock codes made of letters only are dropped: all, none, or those known to stand for
            no product.
        excluded_countries: Countries whose rows are dropped.
        excluded_customers: Customer ids whose rows are dropped.
        aliases: The id that a person is known by, for each of their other ids.
        by_file: Other rules for the rows of some exports, by ``source_file``.
    """

    price_floor: float = FLOOR
    drop_letter_codes: bool | Literal["known"] = "known"
    excluded_countries: tuple[str, ...] = ("Unspecified", "European Community")
    excluded_customers: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    by_file: Mapping[str, CleaningRules] = field(default_factory=dict)

    @classmethod
    def from_settings(
        cls,
        settings: Settings,
        by_file: Mapping[str, Mapping[str, Any]] | None = None,
        cheap: float = 0.0,
        aliases: Aliases | None = None,
    ) -> CleaningRules:
        """Return the rules that the settings ask for, and those of mappings that differ.

        Args:
            settings: The settings.
            by_file: Rules of mappings, by ``source_file``.
            cheap: Share of all money in lines whose price is no more than :data:`FLOOR`.
            aliases: Who is the same person as whom; who is left out is so under all of their ids.
        """
        one_person = aliases or Aliases()

        def kept(column: str, values: Iterable[str]) -> tuple[str, ...]:
            found = settings.as_kept(column, values)
            return (
                tuple(one_person.everyone(found)) if column == "customer_id" and one_person.same_as else found
            )

        floor = (0.0 if cheap > WORTH else FLOOR) if settings.price_floor == "auto" else settings.price_floor
        common = cls(
            price_floor=floor,
            drop_letter_codes=settings.drop_letter_codes,
            excluded_countries=kept("country", settings.excluded_countries),
            excluded_customers=kept("customer_id", settings.excluded_customers),
            aliases=one_person.same_as,
        )

        columns = {"excluded_countries": "country", "excluded_customers": "customer_id"}
        others: dict[str, dict[str, Any]] = {
            name: {
                rule: kept(columns[rule], value) if rule in columns else value
                for rule, value in rules.items()
            }
            for name, rules in (by_file or {}).items()
        }
        return replace(common, by_file={name: replace(common, **rules) for name, rules in others.items()})

    def drops(self) -> Mapping[str, nw.Expr]:
        """Return the rules that are on, by name, as expressions that are true for a row to drop and never missing."""
        found: dict[str, nw.Expr] = {}
        apart: list[tuple[CleaningRules, list[str]]] = []
        for name, rules in sorted(self.by_file.items()):
            same = next((names for known, names in apart if known == rules), None)
            if same is None:
                apart.append((rules, [name]))
            else:
                same.append(name)
        everywhere = self._own()
        for rules, names in apart:
            here = nw.col("source_file").is_in(names)
            for rule, drop in rules._own().items():
                found[rule] = found[rule] | (here & drop) if rule in found else here & drop
        if not apart:
            return everywhere
        elsewhere = ~nw.col("source_file").is_in(sorted(self.by_file))
        for rule, drop in everywhere.items():
            found[rule] = found[rule] | (elsewhere & drop) if rule in found else elsewhere & drop
        return found

    def _own(self) -> dict[str, nw.Expr]:
        """Return the rules of files that have no others."""
        found = {"price at or below the floor": nw.col("unit_price") <= self.price_floor}
        if self.drop_letter_codes == "known":
            found["stock code of a service"] = nw.col("stock_code").str.contains(SERVICE_CODE)
        elif self.drop_letter_codes:
            found["stock code of letters only"] = nw.col("stock_code").str.contains(LETTERS_ONLY)
        if self.excluded_countries:
            found["excluded country"] = nw.col("country").is_in(self.excluded_countries).fill_null(False)
        if self.excluded_customers:
            found["excluded customer"] = nw.col("customer_id").is_in(self.excluded_customers).fill_null(False)
        found[NOTHING] = nw.col("quantity") == 0
        return found


def clean_purchases(raw: LazyFrameT, rules: CleaningRules, also: Sequence[str] = ()) -> LazyFrameT:
    """Return the transactions that pass ``rules`` and have a quantity above zero.

    Args:
        raw: A lazy frame of ``raw_transactions``, of any engine narwhals speaks.
        rules: What to drop.
        also: Columns of ``raw`` to keep beside those of the table.

    Returns:
        A lazy frame of the same engine, with the columns of ``clean_purchases``.
    """
    return _cleaned(raw, rules, nw.col("quantity") >= 0, also)


def returns(raw: LazyFrameT, rules: CleaningRules, also: Sequence[str] = ()) -> LazyFrameT:
    """Return the transactions that pass ``rules`` and have a negative quantity; see :func:`clean_purchases`."""
    return _cleaned(raw, rules, nw.col("quantity") < 0, also)


def _cleaned(raw: Any, rules: CleaningRules, side: nw.Expr, also: Sequence[str]) -> Any:
    frame = nw.from_native(raw).filter(side, *(~drop for drop in rules.drops().values()))
    if rules.aliases:
        customer = nw.col("customer_id")
        frame = frame.with_columns(
            customer.replace_strict(rules.aliases, default=customer, return_dtype=nw.String)
        )
    identified = ~nw.col("customer_id").is_null()
    anonymous = nw.concat_str(nw.lit(ANONYMOUS), nw.col("invoice_no"))
    return (
        frame.with_columns(
            is_identified=identified,
            line_value=nw.col("quantity") * nw.col("unit_price"),
            customer_id=nw.when(identified).then(nw.col("customer_id")).otherwise(anonymous),
        )
        .select(*CLEAN_PURCHASES.names, *also)
        .to_native()
    )
