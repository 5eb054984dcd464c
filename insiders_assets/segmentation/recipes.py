"""Recipes: every choice a fit makes, by name, so that a model can say how it was made."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from insiders_assets.contracts.customers import FEATURES
from insiders_assets.errors import ModelError, UsageError

if TYPE_CHECKING:
    from insiders_assets.settings import Settings

Space = Literal["leaves", "log", "min_max", "quantile"]
Reducer = Literal["umap", "none"]
Clusterer = Literal["kmeans", "gmm", "ward"]
Population = Literal["identified", "all"]
ClusteredIn = Literal["space", "embedding"]

CHOICES: dict[str, tuple[str, ...]] = {
    "space": ("leaves", "log", "min_max", "quantile"),
    "reducer": ("umap", "none"),
    "clusterer": ("kmeans", "gmm", "ward"),
    "population": ("identified", "all"),
    "clustered_in": ("space", "embedding"),
}
"""The values that each choice of a kind can take."""


LEAST_SAMPLED, MOST_SAMPLED = 300, 1_300
"""Customers that a tree is grown on, at least and at most, where only a share is drawn: a larger shop gets no larger
model."""

MOST_DIMENSIONS = 10
"""Coordinates of a diffusion map, at most; later ones say how single customers differ."""


HABITS = ("recency", "purchase_lines", "basket_size", "returned")
"""How a customer buys, without a price: what the pipeline before this one clustered by. The default adds the revenue
per order, without which an account of few lines and dear orders lies among the occasional buyers."""


@dataclass(frozen=True)
class Recipe:
    """How a segmentation model is fitted.

    Attributes:
        name: What the recipe is called.
        space: What customers are compared by: the forest's leaves, or scaled inputs.
        reducer: What turns the space into the two dimensions of the embedding; ``none`` takes the space as it is, or
            its two main directions if it has more.
        clusterer: What groups customers.
        k: How many clusters, at most.
        inputs: The features that customers are compared by.
        target: The feature that the forest explains by the inputs; its log1p is taken.
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
                    cure=f"choose one of {', '.join(allowed)}",
                )
        known = {column.name for column in FEATURES if not column.nullable}
        if unknown := sorted({*self.inputs, self.target} - known):
            raise UsageError(
                f"{unknown[0]!r} is no feature that every customer has",
                where=f"recipe {self.name}",
                cure=f"choose among {', '.join(sorted(known))}",
            )
        if self.space == "leaves" and self.dimensions == 0 and self.reducer == "none":
            raise UsageError(
                "leaves are names and cannot be clustered as they are",
                where=f"recipe {self.name}",
                cure="choose the reducer umap, or at least one dimension of their diffusion map",
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
                cure="correct the settings",
            )
        if not 0 <= self.dimensions <= MOST_DIMENSIONS or not 0 < self.sampled <= 1:
            raise UsageError(
                f"dimensions must be 0 to {MOST_DIMENSIONS} and sampled a share above 0",
                where=f"recipe {self.name}",
                cure="correct the settings",
            )

    def customers_per_tree(self, customers: int) -> int:
        """How many draws from ``customers``, with repeats, each tree is grown on."""
        if self.sampled == 1:
            return customers
        return min(max(round(self.sampled * customers), LEAST_SAMPLED), MOST_SAMPLED, customers)

    @property
    def by_centres(self) -> bool:
        """Whether customers go to the nearest centre, as KMeans in a scaled space allows; otherwise leaves vote."""
        return self.space != "leaves" and self.reducer == "none" and self.clusterer == "kmeans"

    @property
    def columns(self) -> tuple[str, ...]:
        """The features that a fit reads, inputs first."""
        return tuple(dict.fromkeys((*self.inputs, self.target, "revenue")))

    def without_picture(self) -> Recipe:
        """The same clusters for less: UMAP is left out where it only draws."""
        only_draws = self.reducer == "umap" and self.clustered_in == "space" and self.dimensions > 0
        return replace(self, reducer="none") if self.space == "leaves" and only_draws else self

    def facts(self) -> dict[str, Any]:
        """The recipe as JSON-able facts."""
        return asdict(self) | {"inputs": list(self.inputs)}

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> Recipe:
        """The recipe that :meth:`facts` was taken from.

        Raises:
            ModelError: The facts are no recipe.
        """
        try:
            return cls(**(facts | {"inputs": tuple(facts["inputs"])}))
        except (TypeError, KeyError, UsageError) as error:
            raise ModelError(
                f"its card names a recipe that cannot be read ({error})",
                cure="fit a new model: insiders refit",
            ) from None


RECIPES: dict[str, Recipe] = {
    "leaf": Recipe("leaf"),
    "stable": Recipe(
        "stable",
        space="log",
        reducer="none",
        k=6,
        inputs=("revenue", "recency", "purchase_lines", "basket_size", "returned"),
    ),
    "diffusion": Recipe("diffusion", reducer="none", k=5, inputs=HABITS),
    "umap": Recipe(
        "umap",
        inputs=HABITS,
        sampled=1,
        dimensions=0,
        clustered_in="embedding",
        k=7,
        neighbours=50,
        epochs=500,
        negative_samples=5,
    ),
}
"""The built-in recipes, by name."""


def recipe(name: str | Recipe = "leaf", /, **choices: Any) -> Recipe:
    """A built-in recipe, with some choices made otherwise.

    Args:
        name: A built-in recipe's name, or a recipe.
        **choices: Attributes of :class:`Recipe` to change; those that are None stay as they are.

    Raises:
        UsageError: There is no such recipe, or a choice cannot be taken.
    """
    if isinstance(name, str):
        if name not in RECIPES:
            raise UsageError(
                f"there is no recipe {name!r}",
                where="INSIDERS_RECIPE",
                cure=f"choose one of {', '.join(RECIPES)}",
            )
        name = RECIPES[name]
    given = {key: value for key, value in choices.items() if value is not None}
    try:
        return replace(name, **given)
    except TypeError:
        unknown = sorted(set(given) - set(name.facts()))
        raise UsageError(f"a recipe has no choice named {unknown[0]!r}", cure="see the docs") from None


def recipe_from(settings: Settings) -> Recipe:
    """The recipe that the settings ask for: a built-in one, with the choices that are given made otherwise.

    Raises:
        UsageError: There is no such recipe, or the choices do not go together.
    """
    prefix = "recipe_"
    choices = {name.removeprefix(prefix): value for name, value in settings if name.startswith(prefix)}
    try:
        return recipe(settings.recipe, **choices)
    except UsageError as error:
        if error.where == "INSIDERS_RECIPE":
            raise
        at_fault = ", ".join(_at_fault(settings.recipe, choices))
        raise UsageError(error.what, where=at_fault, cure=error.cure) from None


def _at_fault(name: str, choices: dict[str, Any]) -> list[str]:
    """The variables of the choices that no fit could follow: one that is wrong by itself, or all that are made."""
    made = {choice: value for choice, value in choices.items() if value is not None}
    for choice, value in made.items():
        try:
            recipe(name, **{choice: value})
        except UsageError:
            return [f"INSIDERS_RECIPE_{choice.upper()}"]
    return [f"INSIDERS_RECIPE_{choice.upper()}" for choice in made]
