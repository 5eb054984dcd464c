"""Every hypothesis, one entry each. A new one is an entry here, with a measure of its own if none fits.

The first sixteen, and the one about concentration, are those of the work that this platform replaces. Where it
had no data for one, an extra column in the purchases makes it testable; ``columns`` names it, ``needs`` says it
in words.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from insiders_assets.programme.hypotheses import measures
from insiders_assets.programme.hypotheses.measures import Measure


@dataclass(frozen=True)
class Hypothesis:
    """One claim about Insiders.

    Attributes:
        number: Its number.
        subject: ``transactions``, ``customers`` or ``products``.
        statement: The claim.
        measure: What is measured.
        columns: Columns of the purchases that it needs.
        needs: Those columns in words, or empty if every export has them.
    """

    number: int
    subject: str
    statement: str
    measure: Measure
    columns: tuple[str, ...] = ()
    needs: str = ""


def _is(*words: str) -> measures.Callable[[pl.Expr], pl.Expr]:
    return lambda column: column.cast(pl.String).str.to_lowercase().str.contains("|".join(words))


def _number(column: pl.Expr) -> pl.Expr:
    return column.cast(pl.Float64, strict=False)


HYPOTHESES: tuple[Hypothesis, ...] = (
    Hypothesis(1, "transactions", "Insiders pay by credit card in 80 % of transactions.",
               measures.credit_card_share, ("payment_method",), "how each invoice was paid"),
    Hypothesis(2, "transactions", "The average ticket of Insiders is at least 10 % higher than that of others.",
               measures.means_ratio("avg_ticket", "Mean ticket", 1.10)),
    Hypothesis(3, "transactions", "The mean basket of Insiders is at least 300 units and twice that of others.",
               measures.basket_mean_and_ratio),
    Hypothesis(4, "transactions", "The product variety of Insiders is at least 10 % higher than that of others.",
               measures.means_ratio("distinct_stock_code", "Mean different products", 1.10)),
    Hypothesis(5, "transactions", "Insiders bring more than 10 % of revenue, indeed more than half.",
               measures.revenue_share),
    Hypothesis(6, "transactions", "Insiders return fewer units than the average customer.",
               measures.means_ratio("returned", "Mean units returned", 1.0, above=False, against_all=True)),
    Hypothesis(7, "customers", "60 % of Insiders are single.",
               measures.customers_share("marital_status", "are single", 0.6, _is("single")),
               ("marital_status",), "each customer's marital status"),
    Hypothesis(8, "customers", "10 % of Insiders are aged 24 to 35.",
               measures.customers_share("age", "are aged 24 to 35", 0.1, lambda c: _number(c).is_between(24, 35)),
               ("age",), "each customer's age"),
    Hypothesis(9, "customers", "40 % of deliveries to Insiders lie within 50 km.",
               measures.customers_share("delivery_distance_km", "had their last delivery within 50 km", 0.4,
                                        lambda c: _number(c) <= 50),
               ("delivery_distance_km",), "how far each delivery went"),
    Hypothesis(10, "customers", "5 % of Insiders earn over 100,000 a year.",
               measures.customers_share("annual_income", "earn over 100,000 a year", 0.05,
                                        lambda c: _number(c) > 100_000),
               ("annual_income",), "each customer's yearly income"),
    Hypothesis(11, "customers", "90 % of Insiders finished high school.",
               measures.customers_share("education", "finished high school", 0.9,
                                        _is("high school", "secondary", "college", "bachelor", "master", "doctor",
                                            "university", "degree")),
               ("education",), "each customer's schooling"),
    Hypothesis(12, "products", "Insiders buy 30 % of all products sold in big packages.",
               measures.big_packs, ("description",), "product descriptions that name the package size"),
    Hypothesis(13, "products", "The median price of what Insiders buy is at least 10 % above the overall median.",
               measures.median_price_ratio),
    Hypothesis(14, "products", "The prices that Insiders pay lie in the middle half of all prices.",
               measures.price_position),
    Hypothesis(15, "products", "What Insiders buy is heavier than what others buy.",
               measures.weight_ratio, ("weight",), "each product's weight"),
    Hypothesis(16, "products", "What Insiders buy is younger than 15 days in the catalogue.",
               measures.catalogue_age),
    Hypothesis(17, "customers", "The revenue of Insiders lies mostly in their third quartile.",
               measures.third_quartile_share),
)  # fmt: skip
"""In the order of their numbers."""
