"""The segmentation model: fitted once and frozen, it assigns customers ever after."""

from __future__ import annotations

from datetime import date
from importlib.metadata import version
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from insiders_assets.contracts.customers import ASSIGNMENTS, CUSTOMER_ID
from insiders_assets.places import Place, place
from insiders_assets.segmentation import serialization
from insiders_assets.segmentation.assigners import Voter, read_voter
from insiders_assets.segmentation.borders import COVERAGE, Borders, borders_of
from insiders_assets.segmentation.cluster_matching import Lineage, follow
from insiders_assets.segmentation.distributions import reference
from insiders_assets.segmentation.recipes import DEFAULT, Recipe
from insiders_assets.segmentation.recipes import recipe as recipe_named
from insiders_assets.segmentation.training_set import checked, contract_digest, fitted_population, matrix

FORMAT = 1
"""Raised when the files of a model change their meaning."""

LIBRARIES = ("numpy", "scikit-learn", "umap-learn", "polars")


class SegmentationModel:
    """Clusters of customers, and the rule by which any customer is assigned to one.

    Attributes:
        version: A hash of everything that decides what the model answers: the same fit gives the same version.
        card: What the model was fitted on, how, and how well: JSON-able facts.
        recipe: The recipe it was fitted by.
        axes: What the embedding's coordinates tell, by name and in order; empty where they have no names.
        borders: The amounts of money that part the tiers, frozen at the fit; None of a model without.
    """

    def __init__(self, voter: Voter, card: dict[str, Any]) -> None:
        self._voter = voter
        self.version: str = card["version"]
        self.card = card
        self.recipe = Recipe.from_facts(card["recipe"])
        self.axes: tuple[str, ...] = tuple(card.get("axes", ()))
        self.borders = Borders.from_facts(card.get("borders"))
        self._numbers = np.array([cluster["cluster"] for cluster in card["clusters"]], np.int32)
        if len(self._numbers) != card["k"]:
            raise ValueError(f"its card tells of {len(self._numbers)} clusters, not of {card['k']}")

    @classmethod
    def fit(
        cls,
        features: pl.DataFrame,
        *,
        seed: int = 42,
        recipe: str | Recipe = DEFAULT,
        as_of: date | None = None,
        previous: SegmentationModel | None = None,
        coverage: tuple[float, float] = COVERAGE,
        value: str = "revenue",
        **choices: Any,
    ) -> SegmentationModel:
        """Fit a model; the same customers, recipe and seed give the same bytes, whatever the row order or threads.

        Args:
            features: The ``customer_features`` table.
            seed: Seed of every random step.
            recipe: A built-in recipe's name, or a recipe.
            as_of: The day the features look back from, for the card.
            previous: The model before, whose clusters lend their numbers to those that carry on.
            coverage: Shares of the identified customers' value that Insiders, and Insiders with those being analysed,
                cover: what the borders are drawn by.
            value: The column that says what a customer is worth.
            **choices: Attributes of :class:`~insiders_assets.segmentation.recipes.Recipe` to change.

        Raises:
            ModelError: The table lacks a column or a value, or has no customers.
            UsageError: There is no such recipe, or a choice cannot be taken.
        """
        from insiders_assets.segmentation.fitting import fit

        chosen = recipe_named(recipe, **choices)
        people = fitted_population(features, chosen)
        before = previous.assign(people)["cluster"].to_numpy() if previous else None
        found = fit(people, chosen, seed, before)
        k = int(found.clusters.max()) + 1
        lineage = _lineage(previous, before, found.clusters) if previous and before is not None else None
        numbers = lineage.numbers if lineage else list(range(1, k + 1))
        card: dict[str, Any] = {
            "format": FORMAT,
            "recipe": chosen.facts(),
            "seed": seed,
            "as_of": as_of.isoformat() if as_of else None,
            "customers": people.height,
            "contract": contract_digest(chosen.columns),
            "k": k,
            "clusters": _clusters(numbers, found.clusters, people["revenue"].to_numpy()),
            "last_number": lineage.last_number if lineage else k,
            "silhouette": found.silhouette,
            "notes": found.notes,
            "reference": reference(people.select(chosen.read)),
            "axes": list(found.axes),
            "borders": None,
            "lineage": lineage.facts() if lineage else None,
            "libraries": {name: version(name) for name in LIBRARIES},
        }
        borders = borders_of(features, measure=value, coverage=coverage)
        card["borders"] = borders.facts() if borders else None
        card["version"] = serialization.content_hash(found.voter.arrays(), card)
        return cls(found.voter, card)

    def assign(self, features: pl.DataFrame | pl.LazyFrame) -> pl.DataFrame:
        """Assign customers, fitted before or never seen, in one pass over batches.

        Args:
            features: The ``customer_features`` table, or as much of it as the model reads.

        Returns:
            ``customer_id, cluster, embedding_x, embedding_y, confidence, embedding_z``, in the order of
            ``features``. A row depends on that customer's own features only. ``embedding_z`` is empty where the model
            has fewer than three axes.

        Raises:
            ModelError: The table lacks a column or a value that the model reads.
        """
        wanted = [CUSTOMER_ID.name, *self.recipe.inputs]
        if isinstance(features, pl.LazyFrame):
            present = set(features.collect_schema().names())
            features = features.select([name for name in wanted if name in present]).collect(
                engine="streaming"
            )
        checked(features, wanted)
        clusters, positions, confidence = self._voter.assign(matrix(features, self.recipe.inputs))
        return pl.DataFrame(
            {
                "customer_id": features[CUSTOMER_ID.name],
                "cluster": self._numbers[clusters],
                "embedding_x": positions[:, 0],
                "embedding_y": positions[:, 1],
                "confidence": np.clip(confidence, 0, 1),
                "embedding_z": positions[:, 2] if positions.shape[1] > 2 else None,
            },
            schema=ASSIGNMENTS.polars_schema,
        )

    def worth_a_refit(self, wanted: Recipe) -> str | None:
        """Return what a refit would bring, in one line; None if the model is as one fitted now would be.

        Args:
            wanted: The recipe that a refit would follow.
        """
        if self.recipe.name != wanted.name:
            return (
                f"the model was fitted by the recipe {self.recipe.name}; a refit by {wanted.name} gives clusters and "
                "borders as they are described today"
            )
        if self.borders is None:
            return "the model holds no borders of the tiers; a refit draws them, as amounts of money"
        return None

    def save(self, location: str | Place) -> str:
        """Write the model to ``location/<version>/``, all at once; nothing is written if it is there already.

        Returns:
            The version.

        Raises:
            ModelError: The location cannot be written.
        """
        serialization.write(place(location) / self.version, self._voter.arrays(), self.card)
        return self.version

    @classmethod
    def load(cls, location: str | Place) -> SegmentationModel:
        """Read a model as untrusted input: arrays and JSON, checked before use.

        Args:
            location: A version's folder, or the folder of all versions, whose ``latest.json`` names the one to read.

        Raises:
            ModelError: There is no model, it is damaged, or it was made for other features.
        """
        folder = place(location)
        if (folder / serialization.LATEST).exists():
            folder = folder / serialization.latest(folder)
        arrays, card = serialization.read(folder)
        if card.get("format") != FORMAT:
            raise serialization.OutdatedModelError(
                f"is of format {card.get('format')}, this program reads {FORMAT}",
                where=str(folder),
                hint="fit a new model: insiders refit",
            )
        try:
            recipe = Recipe.from_facts(card["recipe"])
            if contract_digest(recipe.columns) != card["contract"]:
                raise serialization.OutdatedModelError(
                    "was made for another feature contract",
                    where=str(folder),
                    hint="fit a new model: insiders refit",
                )
            return cls(read_voter(arrays, recipe, int(card["k"])), card)
        except serialization.OutdatedModelError:
            raise
        except serialization.UNREADABLE as error:
            raise serialization.damaged(folder, error) from None


def _clusters(
    numbers: list[int], clusters: NDArray[np.int32], revenue: NDArray[np.float64]
) -> list[dict[str, Any]]:
    """Return the card's line for each cluster, highest mean revenue first."""
    return [
        {
            "cluster": number,
            "customers": int((clusters == place).sum()),
            "mean_revenue": round(float(revenue[clusters == place].mean()), 6),
        }
        for place, number in enumerate(numbers)
    ]


def _lineage(previous: SegmentationModel, before: NDArray[np.int32], clusters: NDArray[np.int32]) -> Lineage:
    """Return which previous clusters the new ones carry on, by where each model puts the same customers."""
    return follow(before, clusters, previous=previous.version, last_number=int(previous.card["last_number"]))
