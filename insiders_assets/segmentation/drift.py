"""Drift: whether today's customers still look like those the model was fitted on. It warns and never refits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from insiders_assets.contracts.customers import IS_IDENTIFIED
from insiders_assets.segmentation.distributions import shares

if TYPE_CHECKING:
    from insiders_assets.segmentation.model import SegmentationModel

SHIFTED = 0.25
"""Population stability index above which a distribution is held to have shifted (Siddiqi, 2006)."""

DOUBTFUL = 0.5
"""Confidence below which an assignment is doubtful: most of the vote went elsewhere."""

MANY_DOUBTFUL = 0.1
"""Share of doubtful assignments above which the model no longer fits its customers."""

LEAST = 1e-4
"""Share that an empty bin counts as, so that the index stays finite."""


@dataclass(frozen=True)
class Drift:
    """How far customers have moved away from the fitted ones.

    Attributes:
        psi: Population stability index by feature.
        doubtful: Share of customers whose assignment is doubtful.
        warnings: One sentence with numbers for each limit that is passed; empty if all is well.
    """

    psi: dict[str, float]
    doubtful: float
    warnings: list[str]


def drift(model: SegmentationModel, features: pl.DataFrame, assignments: pl.DataFrame) -> Drift:
    """Compare customers with those the model was fitted on.

    Args:
        model: The model that assigned.
        features: The ``customer_features`` table of today.
        assignments: What the model says of the same customers, in the same order.
    """
    counted = (
        features[IS_IDENTIFIED.name]
        if model.recipe.population == "identified"
        else pl.repeat(True, features.height, eager=True)
    )
    people = features.filter(counted)
    psi = {
        name: round(population_stability(people[name], facts), 6)
        for name, facts in model.card["reference"].items()
        if name in model.recipe.read and name in people.columns and people[name].count()
    }
    confidence = assignments.filter(counted)["confidence"]
    doubtful = float((confidence < DOUBTFUL).sum()) / max(len(confidence), 1)
    warnings = [
        f"{name} has shifted since the model was fitted: stability index {value:.2f}, limit {SHIFTED}"
        for name, value in psi.items()
        if value > SHIFTED
    ]
    if doubtful > MANY_DOUBTFUL:
        warnings.append(f"{doubtful:.1%} of assignments are doubtful, limit {MANY_DOUBTFUL:.0%}")
    return Drift(psi, doubtful, warnings)


def population_stability(values: pl.Series, facts: dict[str, Any]) -> float:
    """Return the population stability index: the symmetrised relative entropy of two binned distributions.

    Args:
        values: One feature of today's customers.
        facts: That feature's part of :func:`reference`.
    """
    now = shares(values.drop_nulls().to_numpy().astype(np.float64), np.array(facts["edges"]))
    then = np.maximum(np.array(facts["shares"]), LEAST)
    now = np.maximum(now, LEAST)
    return float(((now - then) * np.log(now / then)).sum())
