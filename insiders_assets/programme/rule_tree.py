"""A shallow decision tree: rules a person can read that say nearly what the tiers say.

A classification tree in the manner of CART (Breiman, Friedman, Olshen and Stone, *Classification and regression
trees*, 1984): greedy splits by Gini impurity, few levels, no leaf too small. It is written here, in numpy,
because it runs at every refresh and scikit-learn takes longer to import than the refresh may take; the tests
hold it against scikit-learn's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DEPTH = 4
LEAST = 20
"""Customers in a leaf, at least (fewer if there are few customers)."""

CANDIDATES = 1_024
"""Borders tried per feature, at most; all of them if a feature has no more values."""

FOLDS = 5

Borders = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Where a feature may be split: between each value and the next."""


@dataclass(frozen=True)
class Leaf:
    """One rule: a box in feature space.

    Attributes:
        above: Per feature, the border that the value must exceed; minus infinity for none.
        up_to: Per feature, the border that the value must not exceed; infinity for none.
        customers: Fitted customers inside.
        inside: How many of them are Insiders.
        insider: What the rule says of those inside the box; None for what most of them are.
    """

    above: tuple[float, ...]
    up_to: tuple[float, ...]
    customers: int
    inside: int
    insider: bool | None = None

    @property
    def says_insider(self) -> bool:
        """What the rule says of those inside the box."""
        if self.insider is not None:
            return self.insider
        return 2 * self.inside > self.customers

    def holds(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return who is inside the box; ``values`` has one row per customer."""
        return np.all((values > np.array(self.above)) & (values <= np.array(self.up_to)), axis=1)


def fit_rules(values: NDArray[np.float64], inside: NDArray[np.bool_], depth: int = DEPTH) -> list[Leaf]:
    """Fit a tree and return its leaves; neighbouring leaves that say the same are one.

    Args:
        values: Features, ``(customers, features)``.
        inside: Who is an Insider.
        depth: Levels, at most.

    Returns:
        The leaves, which cover all of space without overlap. Insider rules come first, those with most
        customers first.
    """
    features = values.shape[1]
    borders = [_borders(values[:, feature]) for feature in range(features)]
    bins = np.empty(values.shape, np.int64)
    for feature, (lows, _) in enumerate(borders):
        bins[:, feature] = np.searchsorted(lows, values[:, feature], side="left")
    least = max(1, min(LEAST, len(values) // 50))
    box = Leaf((-math.inf,) * features, (math.inf,) * features, len(values), int(inside.sum()))
    leaves = _grow(box, bins, inside, borders, depth, least)
    return sorted(leaves, key=lambda leaf: (not leaf.says_insider, -leaf.customers, leaf.above, leaf.up_to))


def fidelity(values: NDArray[np.float64], inside: NDArray[np.bool_], depth: int = DEPTH) -> float:
    """Return the share of customers of whom rules fitted on the others say the right side.

    Not-a-number below ten customers.

    Args:
        values: Features, ``(customers, features)``, in an order that says nothing about them, such as by id.
        inside: Who is an Insider.
        depth: Levels, at most.
    """
    if len(values) < 2 * FOLDS:
        return math.nan
    right = 0
    fold = np.arange(len(values)) % FOLDS
    for number in range(FOLDS):
        held = fold == number
        leaves = fit_rules(values[~held], inside[~held], depth)
        said = np.zeros(int(held.sum()), bool)
        for leaf in leaves:
            if leaf.says_insider:
                said |= leaf.holds(values[held])
        right += int((said == inside[held]).sum())
    return right / len(values)


def which(leaves: list[Leaf], values: NDArray[np.float64]) -> NDArray[np.int32]:
    """Return the number of the rule that each customer falls under, counted from 1 in the order of ``leaves``."""
    found = np.zeros(len(values), np.int32)
    for number, leaf in enumerate(leaves, 1):
        found[leaf.holds(values)] = number
    return found


def _grow(
    box: Leaf,
    bins: NDArray[np.int64],
    inside: NDArray[np.bool_],
    borders: list[Borders],
    depth: int,
    least: int,
) -> list[Leaf]:
    best = _best_split(bins, inside, borders, least) if depth and 0 < box.inside < box.customers else None
    if best is None:
        return [box]
    feature, place = best
    border = round_between(*(float(side[place]) for side in borders[feature]))
    lower = bins[:, feature] <= place
    sides = []
    for mask, changed in (
        (lower, {"up_to": _with(box.up_to, feature, border)}),
        (~lower, {"above": _with(box.above, feature, border)}),
    ):
        part = Leaf(**{"above": box.above, "up_to": box.up_to, **changed, "customers": int(mask.sum()),
                       "inside": int(inside[mask].sum())})  # type: ignore[arg-type]  # fmt: skip
        sides.append(_grow(part, bins[mask], inside[mask], borders, depth - 1, least))
    leaves = sides[0] + sides[1]
    same = len(leaves) == 2 and leaves[0].says_insider == leaves[1].says_insider
    return [box] if same else leaves


def _best_split(
    bins: NDArray[np.int64], inside: NDArray[np.bool_], borders: list[Borders], least: int
) -> tuple[int, int] | None:
    """Return the feature and border that leave least Gini impurity; the first of equals; None if nothing improves."""
    size, members = len(bins), int(inside.sum())
    best, found = 2 * members * (size - members) / size - 1e-9, None
    for feature, (lows, _) in enumerate(borders):
        if not len(lows):
            continue
        column = bins[:, feature]
        n = np.cumsum(np.bincount(column, minlength=len(lows) + 1))[:-1]
        k = np.cumsum(np.bincount(column[inside], minlength=len(lows) + 1))[:-1]
        allowed = (n >= least) & (size - n >= least)
        with np.errstate(divide="ignore", invalid="ignore"):
            impurity = 2 * k * (n - k) / n + 2 * (members - k) * (size - n - members + k) / (size - n)
        impurity = np.where(allowed, impurity, np.inf)
        place = int(np.argmin(impurity))
        if impurity[place] < best:
            best, found = float(impurity[place]), (feature, place)
    return found


def _borders(column: NDArray[np.float64]) -> Borders:
    """Neighbouring values between which a border may lie, at most :data:`CANDIDATES` pairs."""
    known = np.unique(column)
    if len(known) > CANDIDATES:
        steps = np.linspace(0, len(column) - 1, CANDIDATES).astype(np.int64)
        known = np.unique(np.sort(column)[steps])
        return known[:-1], known[:-1]  # values lie between, so that the border must be the lower value itself
    return known[:-1], known[1:]


def round_between(low: float, high: float) -> float:
    """Return the roundest number ``x`` with ``low <= x < high``: it reads well and splits as the middle does."""
    middle = (low + high) / 2
    for digits in range(-math.ceil(math.log10(max(abs(high), 1e-9))) - 1, 12):
        rounded = round(middle, digits)
        if low <= rounded < high:
            return float(rounded)
    return float(low)


def _with(borders: tuple[float, ...], feature: int, border: float) -> tuple[float, ...]:
    return (*borders[:feature], border, *borders[feature + 1 :])
