"""The built-in recipes by name, and how settings change one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from insiders_assets.errors import UsageError
from insiders_assets.segmentation.recipe_choices import HABITS, TARGETS, Recipe

if TYPE_CHECKING:
    from insiders_assets.settings import Settings

__all__ = ["DEFAULT", "RECIPES", "Recipe", "recipe", "recipe_from"]

DEFAULT = "kinds"

RECIPES: dict[str, Recipe] = {
    "kinds": Recipe(
        "kinds",
        space="leaf_means",
        reducer="none",
        inputs=("recency", *TARGETS[:2], "unique_basket_size", "basket_size", TARGETS[2], "returned"),
        targets=TARGETS,
        trees=150,
    ),
    "ranks": Recipe("ranks", space="ranks", reducer="none", inputs=TARGETS, targets=TARGETS),
    "octants": Recipe(
        "octants", space="ranks", reducer="none", clusterer="medians", inputs=TARGETS, targets=TARGETS
    ),
    "leaf": Recipe("leaf", reducer="none"),
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


def recipe(name: str | Recipe = DEFAULT, /, **choices: Any) -> Recipe:
    """Return a built-in recipe, with some choices made otherwise.

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
                hint=f"choose one of {', '.join(RECIPES)}",
            )
        name = RECIPES[name]
    given = {key: value for key, value in choices.items() if value is not None}
    try:
        return replace(name, **given)
    except TypeError:
        unknown = sorted(set(given) - set(name.facts()))
        raise UsageError(f"a recipe has no choice named {unknown[0]!r}", hint="see the docs") from None


def recipe_from(settings: Settings) -> Recipe:
    """Return the recipe that the settings ask for: a built-in one, with the choices that are given made otherwise.

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
        raise UsageError(error.what, where=at_fault, hint=error.hint) from None


def _at_fault(name: str, choices: dict[str, Any]) -> list[str]:
    """Return the variables of the choices that no fit could follow.

    One that is wrong by itself, or all that are made.
    """
    made = {choice: value for choice, value in choices.items() if value is not None}
    for choice, value in made.items():
        try:
            recipe(name, **{choice: value})
        except UsageError:
            return [f"INSIDERS_RECIPE_{choice.upper()}"]
    return [f"INSIDERS_RECIPE_{choice.upper()}" for choice in made]
