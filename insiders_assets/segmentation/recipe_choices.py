"""Every choice that a fit makes, in one place, so that a model can say how it was made."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from insiders_assets.contracts.customers import FEATURES
from insiders_assets.errors import ModelError, UsageError

Space = Literal["leaf_means", "ranks", "leaves", "log", "min_max", "quantile"]
Reducer = Literal["umap", "none"]
Clusterer = Literal["kmeans", "medians", "gmm", "ward"]
Population = Literal["identified", "all"]
ClusteredIn = Literal["space", "embedding"]

CHOICES: dict[str, tuple[str, ...]] = {
    "space": ("leaf_means", "ranks", "leaves", "log", "min_max", "quantile"),
    "reducer": ("umap", "none"),
    "clusterer": ("kmeans", "medians", "gmm", "ward"),
    "population": ("identified", "all"),
    "clustered_in": ("space", "embedding"),
}
"""The values that each choice of a kind can take."""

NAMED = ("leaf_means", "ranks")
"""Spaces whose axes have names: each is the standing in one target."""

LEAST_SAMPLED, MOST_SAMPLED = 300, 1_300
"""Customers that a tree is grown on, at least and at most, where only a share is drawn: a larger shop gets no larger
model."""

MOST_AXES = 4
"""Named axes, at most: medians part four of them into sixteen cells."""

MOST_DIMENSIONS = 10
"""Coordinates of a diffusion map, at most; later ones say how single customers differ."""


HABITS = ("recency", "purchase_lines", "basket_size", "returned")
"""How a customer buys, without a price: what the pipeline before this one clustered by. ``leaf`` adds the revenue per
order, without which an account of few lines and dear orders lies among the occasional buyers."""

TARGETS = ("total_purchases", "avg_ticket", "avg_line_value")
"""How often, how much at a time, how dear: the three axes along which kinds of customers differ, hardly correlated."""


@dataclass(frozen=True)
class Recipe:
    """How a segmentation model is fitted.

    Attributes:
        name: What the recipe is called.
        space: What customers are compared by: their standing in each target, smoothed by a forest (``leaf_means``) or
            as it is (``ranks``); the forest's leaves; or scaled inputs.
        reducer: What turns the space into the two dimensions of the embedding; ``none`` takes the space as it is, or
            its two main directions if it has more.
        clusterer: What groups customers; ``medians`` parts each named axis at its median.
        k: How many clusters, at most.
        inputs: The features that customers are compared by.
        target: The feature that the forest explains by the inputs; its log1p is taken. Not used where axes have names.
        targets: The features that named axes rank, one axis each.
        population: Whether identified customers alone are fitted, or everyone.
        trees: Trees in the forest; more of them steady the answer and cost time in proportion.
        sampled: Share of customers that each tree is grown on, within :data:`LEAST_SAMPLED` and :data:`MOST_SAMPLED`;
            1 draws as many as there are, with repeats. Few customers per tree make coarse trees with differing
            borders, and their average smooth.
        min_samples_leaf: Fitted customers in a leaf, at least.
        dimensions: Coordinates of the diffusion map that leaves are turned into; 0 leaves them as names, which only
            umap can reduce.
        clustered_in: Whether clusters are looked for in the space (diffusion map or scaled inputs) or in the
            two-dimensional embedding.
        neighbours: Nearest customers that the embedding keeps together.
        min_dist: How far apart the embedding keeps near customers.
        epochs: Rounds of the embedding's layout.
        negative_samples: Customers that the layout pushes away for each that it pulls near; more spread the picture
            and cost time in proportion.
        max_customers: Customers fitted, at most; of more, a sample that is the same at every fit.
    """

    name: str
    space: Space = "leaves"
    reducer: Reducer = "umap"
    clusterer: Clusterer = "kmeans"
    k: int = 8
    inputs: tuple[str, ...] = (*HABITS, "avg_ticket")
    target: str = "revenue"
    population: Population = "identified"
    trees: int = 500
    sampled: float = 0.25
    min_samples_leaf: int = 5
    dimensions: int = 2
    clustered_in: ClusteredIn = "space"
    neighbours: int = 150
    min_dist: float = 0.0
    epochs: int = 200
    negative_samples: int = 1
    max_customers: int = 20_000
    targets: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse choices that no fit could follow.

        Raises:
            UsageError: A choice has a value that it cannot take.
        """
        for name, allowed in CHOICES.items():
            if getattr(self, name) not in allowed:
                raise UsageError(
                    f"{getattr(self, name)!r} is no {name}",
                    where=f"recipe {self.name}",
                    hint=f"choose one of {', '.join(allowed)}",
                )
        known = {column.name for column in FEATURES if not column.nullable}
        if unknown := sorted({*self.inputs, *self.targets, self.target} - known):
            raise UsageError(
                f"{unknown[0]!r} is no feature that every customer has",
                where=f"recipe {self.name}",
                hint=f"choose among {', '.join(sorted(known))}",
            )
        self._refuse_unnamed()
        if self.space == "leaves" and self.dimensions == 0 and self.reducer == "none":
            raise UsageError(
                "leaves are names and cannot be clustered as they are",
                where=f"recipe {self.name}",
                hint="choose the reducer umap, or at least one dimension of their diffusion map",
            )
        if (
            not self.inputs
            or min(
                self.k, self.trees, self.min_samples_leaf, self.epochs, self.neighbours, self.negative_samples
            )
            < 1
        ):
            raise UsageError(
                "inputs, k, trees, min_samples_leaf, epochs, neighbours and negative_samples must be at least one",
                where=f"recipe {self.name}",
                hint="correct the settings",
            )
        if not 0 <= self.dimensions <= MOST_DIMENSIONS or not 0 < self.sampled <= 1:
            raise UsageError(
                f"dimensions must be 0 to {MOST_DIMENSIONS} and sampled a share above 0",
                where=f"recipe {self.name}",
                hint="correct the settings",
            )

    def _refuse_unnamed(self) -> None:
        if self.named and not 1 <= len(self.targets) <= MOST_AXES:
            raise UsageError(
                f"targets must be one to {MOST_AXES} features where axes have names",
                where=f"recipe {self.name}",
                hint=f"choose such as {', '.join(TARGETS)}",
            )
        if self.named and (self.clusterer not in ("kmeans", "medians") or self.reducer != "none"):
            raise UsageError(
                f"named axes are grouped by kmeans or medians and drawn as they are, not by {self.clusterer} with the "
                f"reducer {self.reducer}",
                where=f"recipe {self.name}",
                hint="choose the clusterer kmeans and the reducer none, or another space",
            )
        if self.clusterer == "medians" and not self.named:
            raise UsageError(
                "medians part axes with names only",
                where=f"recipe {self.name}",
                hint=f"choose the clusterer kmeans, or one of the spaces {', '.join(NAMED)}",
            )
        if self.space == "ranks" and not set(self.targets) <= set(self.inputs):
            raise UsageError(
                "targets that are ranked must be among the inputs",
                where=f"recipe {self.name}",
                hint="name the same features as inputs and as targets",
            )

    def customers_per_tree(self, customers: int) -> int:
        """Return how many draws from ``customers``, with repeats, each tree is grown on."""
        if self.sampled == 1:
            return customers
        return min(max(round(self.sampled * customers), LEAST_SAMPLED), MOST_SAMPLED, customers)

    @property
    def by_centres(self) -> bool:
        """Whether customers go to the nearest centre, as KMeans in a space of places allows; else leaves vote."""
        return self.space != "leaves" and self.reducer == "none" and self.clusterer == "kmeans"

    @property
    def named(self) -> bool:
        """Whether the axes that customers are compared along have names."""
        return self.space in NAMED

    @property
    def read(self) -> tuple[str, ...]:
        """The features that say where a customer is, inputs first."""
        explained = self.targets if self.named else (self.target,) if self.space == "leaves" else ()
        return tuple(dict.fromkeys((*self.inputs, *explained)))

    @property
    def columns(self) -> tuple[str, ...]:
        """The features that a fit needs, inputs first; clusters are numbered by revenue."""
        return tuple(dict.fromkeys((*self.read, self.target, "revenue")))

    def without_picture(self) -> Recipe:
        """Return the same clusters for less: UMAP is left out where it only draws."""
        only_draws = self.reducer == "umap" and self.clustered_in == "space" and self.dimensions > 0
        return replace(self, reducer="none") if self.space == "leaves" and only_draws else self

    def facts(self) -> dict[str, Any]:
        """Return the recipe as JSON-able facts."""
        return asdict(self) | {"inputs": list(self.inputs), "targets": list(self.targets)}

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> Recipe:
        """Return the recipe that :meth:`facts` was taken from.

        Raises:
            ModelError: The facts are no recipe.
        """
        try:
            return cls(
                **(facts | {"inputs": tuple(facts["inputs"]), "targets": tuple(facts.get("targets", ()))})
            )
        except (TypeError, KeyError, UsageError) as error:
            raise ModelError(
                f"its card names a recipe that cannot be read ({error})",
                hint="fit a new model: insiders refit",
            ) from None
