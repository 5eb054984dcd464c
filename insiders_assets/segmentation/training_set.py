"""Who is fitted, and what a model reads of a table of features."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from insiders_assets.contracts.customers import CUSTOMER_FEATURES, CUSTOMER_ID, IS_IDENTIFIED
from insiders_assets.errors import ModelError
from insiders_assets.segmentation.recipes import Recipe

STRATA = 20
"""Groups by revenue, equal in size, that a sample is drawn from: the few who bring most of it are never missed."""


def contract_digest(columns: Iterable[str]) -> str:
    """Return a short hash of what the contract says of ``columns``: name, type and unit."""
    known = {column.name: column for column in CUSTOMER_FEATURES.columns}
    facts = [[name, known[name].dtype, known[name].unit] for name in sorted(columns) if name in known]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def fitted_population(features: pl.DataFrame, recipe: Recipe) -> pl.DataFrame:
    """Return the customers that a fit learns from, sorted by customer id.

    Of more than ``recipe.max_customers`` a sample of that many is taken, as large a part of each stratum as of all:
    customers of similar revenue. Within one, a hash of the customer id draws. So it is the same sample whatever engine
    made the table and in whatever order, and mostly the same from one refit to the next.

    Raises:
        ModelError: The table lacks a column or a value, names a customer twice, or has no customers.
    """
    wanted = (CUSTOMER_ID.name, IS_IDENTIFIED.name, *recipe.columns)
    checked(features, wanted)
    people = features.filter(IS_IDENTIFIED.name) if recipe.population == "identified" else features
    people = people.sort(CUSTOMER_ID.name)
    if people[CUSTOMER_ID.name].is_duplicated().any():
        raise ModelError(
            "names a customer twice", where="customer_features", hint="pass one row per customer"
        )
    if people.is_empty():
        raise ModelError(
            f"holds no {recipe.population} customers",
            where="customer_features",
            hint="bring exports with customer ids, or let everybody be fitted: INSIDERS_RECIPE_POPULATION=all",
        )
    if people.height > recipe.max_customers:
        people = people.filter(_drawn(people, recipe.max_customers))
    return people


def _drawn(people: pl.DataFrame, size: int) -> pl.Series:
    """Return which of ``people``, sorted by customer id, are in a sample of ``size``."""
    rank = (
        people.select(pl.struct("revenue", CUSTOMER_ID.name).rank("ordinal") - 1).to_series().cast(pl.Int64)
    )
    stratum = rank * STRATA // people.height
    # Shares are rounded where strata end, not one by one: they add up to the size, and no stratum is asked for more
    # than it has.
    ends = [-(-people.height * part // STRATA) * size // people.height for part in range(STRATA + 1)]
    quota = pl.DataFrame({"stratum": range(STRATA), "quota": [b - a for a, b in pairwise(ends)]})
    draws = pl.Series("draw", [_draw(customer) for customer in people[CUSTOMER_ID.name]], dtype=pl.UInt64)
    frame = pl.DataFrame({"stratum": stratum, "draw": draws}).join(
        quota, on="stratum", how="left", maintain_order="left"
    )
    place = pl.col("draw").rank("ordinal").over("stratum")
    return frame.select(place <= pl.col("quota")).to_series()


def checked(features: pl.DataFrame, columns: Iterable[str]) -> None:
    """Raise unless every column is there and complete.

    Raises:
        ModelError: A column is missing, or a value in it is missing or not a finite number.
    """
    for name in columns:
        if name not in features.columns:
            raise ModelError(
                f"has no column {name!r}", where="customer_features", hint="pass the customer_features table"
            )
        column = features[name]
        if column.null_count() or (column.dtype.is_float() and not column.is_finite().all()):
            raise ModelError(
                "a value is missing or not finite",
                where=f"customer_features, column {name}",
                hint="pass the customer_features table",
            )


def matrix(features: pl.DataFrame, columns: Iterable[str]) -> NDArray[np.float32]:
    """Return columns as a matrix in single precision, one row per customer."""
    return np.column_stack([features[name].cast(pl.Float32).to_numpy() for name in columns])


def _draw(customer: str) -> int:
    return int.from_bytes(hashlib.blake2b(customer.encode(), digest_size=8).digest(), "big")
