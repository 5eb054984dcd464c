"""Who is fitted, and what a model reads of a table of features."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from insiders_assets.contracts.customers import CUSTOMER_FEATURES, CUSTOMER_ID, IS_IDENTIFIED
from insiders_assets.errors import ModelError
from insiders_assets.segmentation.recipes import Recipe

MINIMUM = 20
"""Customers below which a segmentation means nothing."""


def contract_digest(columns: Iterable[str]) -> str:
    """A short hash of what the contract says of ``columns``: name, type and unit."""
    known = {column.name: column for column in CUSTOMER_FEATURES.columns}
    facts = [[name, known[name].dtype, known[name].unit] for name in sorted(columns) if name in known]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def fitted_population(features: pl.DataFrame, recipe: Recipe) -> pl.DataFrame:
    """The customers that a fit learns from, sorted by customer id.

    Of more than ``recipe.max_customers`` a sample is taken, by a hash of the customer id: mostly the same customers
    from one refit to the next, whatever the order of rows.

    Raises:
        ModelError: The table lacks a column or a value, names a customer twice, or has too few customers.
    """
    wanted = (CUSTOMER_ID.name, IS_IDENTIFIED.name, *recipe.columns)
    checked(features, wanted)
    people = features.filter(IS_IDENTIFIED.name) if recipe.population == "identified" else features
    people = people.sort(CUSTOMER_ID.name)
    if people[CUSTOMER_ID.name].is_duplicated().any():
        raise ModelError(
            "names a customer twice", where="customer_features", cure="pass one row per customer"
        )
    if people.height < MINIMUM:
        raise ModelError(
            f"{people.height} {recipe.population} customers are too few to segment",
            where="customer_features",
            cure=f"bring exports with at least {MINIMUM}",
        )
    if people.height > recipe.max_customers:
        drawn = pl.Series([_draw(customer) for customer in people[CUSTOMER_ID.name]])
        people = people.filter(drawn.rank("ordinal") <= recipe.max_customers)
    return people


def checked(features: pl.DataFrame, columns: Iterable[str]) -> None:
    """Raise unless every column is there and complete.

    Raises:
        ModelError: A column is missing, or a value in it is missing or not a finite number.
    """
    for name in columns:
        if name not in features.columns:
            raise ModelError(
                f"has no column {name!r}", where="customer_features", cure="pass the customer_features table"
            )
        column = features[name]
        if column.null_count() or (column.dtype.is_float() and not column.is_finite().all()):
            raise ModelError(
                "a value is missing or not finite",
                where=f"customer_features, column {name}",
                cure="pass the customer_features table",
            )


def matrix(features: pl.DataFrame, columns: Iterable[str]) -> NDArray[np.float32]:
    """Columns as one row of single precision per customer."""
    return np.column_stack([features[name].cast(pl.Float32).to_numpy() for name in columns])


def _draw(customer: str) -> int:
    return int.from_bytes(hashlib.blake2b(customer.encode(), digest_size=8).digest(), "big")
