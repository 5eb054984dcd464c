"""How a feature is spread over the customers that a model is fitted on, in bins that a later day is compared in."""

from __future__ import annotations

import numpy as np
import polars as pl

from insiders_assets.contracts.customers import FEATURES

BINS = 10
"""Groups of customers, as equal in size as ties allow, that a feature's distribution is compared in."""


def reference(people: pl.DataFrame) -> dict[str, dict[str, list[float]]]:
    """Return what drift is measured against: each feature's inner bin edges and the share of customers per bin."""
    found = {}
    for column in FEATURES:
        if column.name in people.columns and people[column.name].count():
            values = people[column.name].drop_nulls().to_numpy().astype(np.float64)
            edges = np.unique(np.quantile(values, np.linspace(0, 1, BINS + 1)[1:-1]))
            found[column.name] = {"edges": edges.tolist(), "shares": shares(values, edges).round(6).tolist()}
    return found


def shares(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Return the share of values in each bin between edges; one more bin than edges."""
    bins = np.searchsorted(edges, values, side="left")
    return np.bincount(bins, minlength=len(edges) + 1) / max(len(values), 1)
