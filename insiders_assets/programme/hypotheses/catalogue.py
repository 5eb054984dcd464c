"""Every hypothesis, one entry each. A new one is an entry here, with a measure of its own if none fits.

The first sixteen, and the one about concentration, are those of the work that this platform replaces. Where it
had no data for one, an extra column in the purchases makes it testable; ``columns`` names it. What a hypothesis claims,
and what it needs, is said by :mod:`insiders_assets.language.texts.hypotheses`.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from insiders_assets.programme.hypotheses import measures
from insiders_assets.programme.hypotheses.measures import Measure, of_lines


@dataclass(frozen=True)
class Hypothesis:
    """One claim about Insiders.

    Attributes:
        number: Its number.
        subject: ``transactions``, ``customers`` or ``products``.
        measure: What is measured.
        columns: Columns of the purchases that it needs.
    """

    number: int
    subject: str
    measure: Measure
    columns: tuple[str, ...] = ()


def _is(*words: str) -> measures.Callable[[pl.Expr], pl.Expr]:
    return lambda column: column.cast(pl.String).str.to_lowercase().str.contains("|".join(words))


def _share(column: str, border: float, read: measures.Callable[[pl.Expr], pl.Expr]) -> Measure:
    return of_lines(measures.customers_share(column, border, read))


def _number(column: pl.Expr) -> pl.Expr:
    return column.cast(pl.Float64, strict=False)


HYPOTHESES: tuple[Hypothesis, ...] = (
    Hypothesis(1, "transactions", of_lines(measures.credit_card_share), ("payment_method",)),
    Hypothesis(2, "transactions", measures.means_ratio("avg_ticket", 1.10)),
    Hypothesis(3, "transactions", measures.basket_mean_and_ratio),
    Hypothesis(4, "transactions", measures.means_ratio("distinct_stock_code", 1.10)),
    Hypothesis(5, "transactions", measures.revenue_share),
    Hypothesis(6, "transactions", measures.means_ratio("returned", 1.0, above=False, against_all=True)),
    Hypothesis(7, "customers", _share("marital_status", 0.6, _is("single")), ("marital_status",)),
    Hypothesis(8, "customers", _share("age", 0.1, lambda c: _number(c).is_between(24, 35)),
               ("age",)),
    Hypothesis(9, "customers", _share("delivery_distance_km", 0.4, lambda c: _number(c) <= 50),
               ("delivery_distance_km",)),
    Hypothesis(10, "customers", _share("annual_income", 0.05, lambda c: _number(c) > 100_000),
               ("annual_income",)),
    Hypothesis(11, "customers",
               _share("education", 0.9, _is("high school", "secondary", "college", "bachelor", "master", "doctor",
                                            "university", "degree")),
               ("education",)),
    Hypothesis(12, "products", of_lines(measures.big_packs), ("description",)),
    Hypothesis(13, "products", of_lines(measures.median_price_ratio)),
    Hypothesis(14, "products", of_lines(measures.price_position)),
    Hypothesis(15, "products", of_lines(measures.weight_ratio), ("weight",)),
    Hypothesis(16, "products", of_lines(measures.catalogue_age)),
    Hypothesis(17, "customers", measures.third_quartile_share),
)  # fmt: skip
"""In the order of their numbers."""
