"""What hypotheses are tested on: identified customers, who of them is an Insider, and what they bought."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from insiders_assets.programme.statistics import BLOCKS, Bootstrap

BIG_PACK = 12
"""Pieces from which a package is big."""

MOST = BLOCKS
"""Customers whose lines are looked at, at most: as many as are resampled one by one.

What the sample may be off by is what the interval says.
"""

NEW_DAYS = 30
"""A product first sold within the first days of the data may be older than the data: its age is not known."""

_PACK = r"(?i)\b(?:PACK|SET|BOX|BAG)S?\s*(?:OF|/)?\s*(\d{1,3})\b"


@dataclass(frozen=True)
class Sample:
    """Identified customers and what they bought.

    Attributes:
        customers: Their features and ``is_insider``, sorted by id.
        lines: Their purchase lines in the window, lazy.
        first_sold: The first day of each product, ``stock_code, first_sold``, lazy.
        columns: The columns that the purchase lines have.
        bootstrap: Resamples of the customers.
        part: The customers whose lines are asked, where there are too many to ask those of all.
    """

    customers: pl.DataFrame
    lines: pl.LazyFrame
    first_sold: pl.LazyFrame
    columns: frozenset[str]
    bootstrap: Bootstrap
    part: Sample | None = None

    @property
    def asked(self) -> Sample:
        """The customers whose lines are asked: all of them, or those that a hash of their id has drawn."""
        return self.part or self

    @cached_property
    def insider(self) -> NDArray[np.bool_]:
        """Who is an Insider."""
        return self.customers["is_insider"].to_numpy()

    @property
    def both_sides(self) -> bool:
        """Whether there is anybody inside, and anybody outside."""
        return bool(self.insider.any() and not self.insider.all())

    def feature(self, name: str) -> NDArray[np.float64]:
        """Return a feature, one value per customer."""
        return self.customers[name].cast(pl.Float64).to_numpy()

    def per_customer(self, **sums: pl.Expr) -> dict[str, NDArray[np.float64]]:
        """Sums over each customer's purchase lines, 0 for who has none.

        Args:
            sums: Aggregations over lines, by name.
        """
        return self._summed(self.lines, **sums)

    def _summed(self, lines: pl.LazyFrame, **sums: pl.Expr) -> dict[str, NDArray[np.float64]]:
        found = lines.group_by("customer_id").agg(**sums).collect()
        table = self.customers.select("customer_id").join(
            found, on="customer_id", how="left", maintain_order="left"
        )
        return {name: table[name].cast(pl.Float64).fill_null(0.0).to_numpy() for name in sums}

    @cached_property
    def bought(self) -> dict[str, NDArray[np.float64]]:
        """What several hypotheses ask of the lines, in one pass: units, units in big packs, ages of products."""
        pack = (
            pl.col("description").str.extract(_PACK).cast(pl.Int64).fill_null(0)
            if "description" in self.columns
            else pl.lit(0)
        )
        first = self.first_sold.collect(engine="streaming")
        known_age = pl.col("first_sold") > pl.lit(first["first_sold"].min(), pl.Int64) + NEW_DAYS
        age = pl.col("invoice_day").cast(pl.Int64) - pl.col("first_sold")
        return self._summed(
            self.lines.join(first.lazy(), on="stock_code"),
            pack_units=pl.col("quantity").filter(pack >= BIG_PACK).sum(),
            aged_lines=known_age.sum(),
            age_days=age.filter(known_age).sum(),
        )

    @cached_property
    def prices(self) -> PriceLines:
        """Lines by customer and unit price."""
        place = self.customers.select("customer_id").with_row_index("place")
        table = (
            self.lines.group_by("customer_id", "unit_price")
            .agg(lines=pl.len())
            .join(place.lazy(), on="customer_id")
            .sort("unit_price", "place")
            .collect()
        )
        return PriceLines(
            table["unit_price"].to_numpy(),
            table["place"].cast(pl.Int64).to_numpy(),
            table["lines"].cast(pl.Int64).to_numpy(),
        )

    def latest(self, column: str, read: Callable[[pl.Expr], pl.Expr]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return a customer's property, from the last line that tells it.

        Args:
            column: The extra column it stands in.
            read: Turns the column into true or false.

        Returns:
            Whether the property is known, and whether it holds, one value each per customer.
        """
        known = self.lines.filter(pl.col(column).is_not_null()).sort("invoice_day", column)
        found = known.group_by("customer_id").agg(read(pl.col(column).last()).alias("holds")).collect()
        table = self.customers.select("customer_id").join(
            found, on="customer_id", how="left", maintain_order="left"
        )
        return table["holds"].is_not_null().to_numpy(), table["holds"].fill_null(False).to_numpy()


@dataclass(frozen=True)
class PriceLines:
    """Purchase lines by unit price and customer, sorted by price.

    Attributes:
        price: The unit price.
        place: The customer's place in the sample.
        lines: How many lines of that customer have that price.
    """

    price: NDArray[np.float64]
    place: NDArray[np.int64]
    lines: NDArray[np.int64]

    def median(self, weights: NDArray[Any]) -> float:
        """Return the median price of lines when each customer counts ``weights`` times."""
        return self.quantile(weights, 0.5)

    def quantile(self, weights: NDArray[Any], level: float) -> float:
        """Return the price below which a share ``level`` of the lines is."""
        running = np.cumsum(self.lines * weights[self.place])
        if not len(running) or running[-1] == 0:
            return float("nan")
        return float(self.price[np.searchsorted(running, level * running[-1])])

    def position(self, price: float, weights: NDArray[Any]) -> float:
        """Return the share of lines cheaper than ``price``, ties counting half."""
        counts = self.lines * weights[self.place]
        below, equal = counts[self.price < price].sum(), counts[self.price == price].sum()
        return float((below + equal / 2) / counts.sum())


def gather_sample(
    insiders: pl.DataFrame, purchases: pl.LazyFrame, *, last_day: int, window_days: int, seed: int
) -> Sample:
    """Return the sample of one refresh.

    Args:
        insiders: The list, sorted by customer.
        purchases: ``clean_purchases``, lazy, with any extra columns.
        last_day: The as-of date, in days from 1970-01-01.
        window_days: How many days features look back.
        seed: Seed of the resamples.
    """
    customers = insiders.filter("is_identified").with_columns(is_insider=pl.col("tier") == "insider")
    drawn = _drawn(customers)
    known = purchases.filter(pl.col("invoice_day") <= last_day)
    first = known.group_by("stock_code").agg(first_sold=pl.col("invoice_day").min().cast(pl.Int64))
    theirs = known if drawn is None else known.filter(pl.col("customer_id").is_in(drawn.implode()))
    lines = theirs.filter("is_identified", pl.col("invoice_day") > last_day - window_days)
    names = frozenset(purchases.collect_schema().names())
    everybody = Sample(customers, lines, first, names, Bootstrap(customers.height, seed))
    if drawn is None:
        return everybody
    asked = customers.filter(pl.col("customer_id").is_in(drawn.implode()))
    return replace(everybody, part=Sample(asked, lines, first, names, Bootstrap(asked.height, seed)))


def _drawn(customers: pl.DataFrame) -> pl.Series | None:
    """Return the ids of :data:`MOST` customers, drawn by a hash of them; None if there are no more.

    It is the same draw whatever else there is, and mostly the same from one refresh to the next.
    """
    if customers.height <= MOST:
        return None
    ids = customers["customer_id"]
    place = [hashlib.blake2b(each.encode(), digest_size=8).digest() for each in ids]
    return pl.DataFrame({"customer_id": ids, "place": place}).sort("place").head(MOST)["customer_id"]
