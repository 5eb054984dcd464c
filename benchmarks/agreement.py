"""How far fits agree with each other on one shop, and a frozen model with itself and with its refit.

Usage: python -m benchmarks.agreement reference LAKE, or python -m benchmarks.agreement second

Prints one JSON object. Seeds, samples and moments are none that the recipe was chosen with.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks import moments, second_shop, silence
from benchmarks.measure import say
from insiders_assets.features.customers import customer_features, newest_day
from insiders_assets.segmentation import agreement, borders_of, recipe
from insiders_assets.segmentation.fitting import fit, group
from insiders_assets.segmentation.training_set import fitted_population, matrix

SEEDS = range(7101, 7109)
"""Seeds of fits and of the orders that rows come in."""

SUBSAMPLES = range(8101, 8109)
SHARE = 0.9
BOOTSTRAPS = range(9101, 9126)
WINDOW = 396
BINS = 25
"""Groups of like revenue in which it is measured what clusters tell beyond it."""


def main(shop: str, lake: str | None = None) -> None:
    """Measure everything and print it."""
    found = second_shop.transactions() if lake is None else lake_of(Path(lake))
    if found is None:
        print("null")
        return
    purchases, returns = found

    def features_at(day: date, window: int) -> pl.DataFrame:
        table = customer_features(purchases, returns, as_of=day, window_days=window)
        return table.filter(pl.col("is_identified")).collect()

    print(json.dumps(measured(shop, features_at, newest_day(purchases, returns), purchases)))


def lake_of(lake: Path) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """``clean_purchases`` and ``returns`` of a run."""
    return pl.scan_parquet(lake / "clean_purchases.parquet"), pl.scan_parquet(lake / "returns.parquet")


def measured(
    shop: str, features_at: Callable[[date, int], pl.DataFrame], last: date, purchases: pl.LazyFrame
) -> dict[str, Any]:
    """Every figure of a shop."""
    chosen = recipe()
    people = fitted_population(features_at(last, WINDOW), chosen)
    say(f"{shop}: {people.height} customers, {len(SEEDS) + len(SUBSAMPLES) + len(BOOTSTRAPS)} fits")
    whole = fit(people, chosen, SEEDS[0])
    placed = whole.voter.assign(matrix(people, chosen.inputs))[0]
    sizes = np.bincount(whole.clusters)
    return {
        "customers": people.height,
        "clusters": len(sizes),
        "smallest": float(sizes.min() / sizes.sum()),
        "silhouette": whole.silhouette,
        "kept": float((placed == whole.clusters).mean()),
        "insiders": float(insiders(people).mean()),
        "beyond_revenue": beyond_revenue(people, whole.clusters),
        "rules": rules(people, whole.clusters),
        "seeds": seeds(people),
        "subsamples": subsamples(people),
        "bootstraps": bootstraps(people, whole.clusters),
        "months": moments.months(features_at, last, SEEDS[0]),
        "refit": moments.refit(features_at, last, SEEDS[0]),
        "capture": moments.capture(features_at, last, purchases),
        "states": silence.states(features_at, last, purchases, WINDOW),
    }


def insiders(people: pl.DataFrame) -> NDArray[np.bool_]:
    """Who is an Insider by the border that these customers draw."""
    borders = borders_of(people)
    return (people["revenue"] >= borders.insider).to_numpy() if borders else np.zeros(people.height, bool)


def seeds(people: pl.DataFrame) -> dict[str, Any]:
    """Fits of the same customers, each with another seed and its rows in another order."""
    labels, chosen = [], []
    for seed in SEEDS:
        shuffled = people.sample(fraction=1, shuffle=True, seed=seed)
        labels.append(group(fitted_population(shuffled, recipe()), recipe(), seed))
        chosen.append(insiders(shuffled.sort("customer_id")))
    return {
        "rand": spread(agreement.pairwise_adjusted_rand(labels)),
        "jaccard": spread(agreement.pairwise_jaccard(chosen)),
    }


def subsamples(people: pl.DataFrame) -> dict[str, Any]:
    """Fits of nine tenths of the customers: every two compared on the customers that both were fitted on."""
    found = []
    for seed in SUBSAMPLES:
        drawn = np.random.default_rng(seed).permutation(people.height)
        rows = np.sort(drawn[: round(SHARE * people.height)])
        found.append((rows, group(people[rows], recipe(), seed), insiders(people[rows])))
    rand, shared = [], []
    for number, one in enumerate(found):
        for other in found[:number]:
            _, first, second = np.intersect1d(one[0], other[0], assume_unique=True, return_indices=True)
            rand.append(agreement.adjusted_rand(one[1][first], other[1][second]))
            shared.append(agreement.jaccard(one[2][first], other[2][second]))
    return {"rand": spread(rand), "jaccard": spread(shared)}


def bootstraps(people: pl.DataFrame, clusters: NDArray[np.int32]) -> dict[str, Any]:
    """Fits of customers drawn with repeats, compared with the fit of all on those that were drawn."""
    everybody, shared = insiders(people), []
    back: dict[int, list[float]] = {cluster: [] for cluster in range(int(clusters.max()) + 1)}
    for seed in BOOTSTRAPS:
        drawn = np.sort(np.random.default_rng(seed).integers(0, people.height, people.height))
        rows, first = np.unique(drawn, return_index=True)
        labels = group(people[drawn], recipe(), SEEDS[0])[first]
        shared.append(agreement.jaccard(everybody[rows], insiders(people[drawn])[first]))
        for cluster, value in agreement.cluster_recovery(clusters[rows], labels).items():
            back[cluster].append(value)
    by_cluster = [float(np.mean(values)) for values in back.values()]
    return {"clusters": by_cluster, "least": min(by_cluster), "jaccard": spread(shared)}


def beyond_revenue(people: pl.DataFrame, clusters: NDArray[np.int32]) -> float:
    """Share of the variance of habits, given revenue, that is between clusters, on average over habits.

    Habits are ranked, and the mean of their twenty-fifth by revenue is taken off before (partial eta squared).
    """
    revenue = people["revenue"].rank("average").to_numpy()
    bins = np.minimum((revenue / len(revenue) * BINS).astype(int), BINS - 1)
    sizes, shares = np.bincount(clusters), []
    for name in (*recipe().inputs, "tenure", "distinct_stock_code"):
        if people[name].n_unique() == 1:
            continue
        rest = people[name].rank("average").to_numpy() / people.height
        rest = rest - (np.bincount(bins, rest) / np.bincount(bins))[bins]
        rest = rest - rest.mean()
        shares.append((sizes * (np.bincount(clusters, rest) / sizes) ** 2).sum() / (rest**2).sum())
    return float(np.mean(shares))


def rules(people: pl.DataFrame, clusters: NDArray[np.int32]) -> float:
    """Share of customers whose cluster a decision tree over the inputs tells, that did not see them: five folds."""
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.tree import DecisionTreeClassifier

    tree = DecisionTreeClassifier(min_samples_leaf=5, random_state=SEEDS[0])
    folds = StratifiedKFold(5, shuffle=True, random_state=SEEDS[0])
    return float(cross_val_score(tree, matrix(people, recipe().inputs), clusters, cv=folds).mean())


def spread(values: list[float]) -> dict[str, float]:
    """Mean, least and most."""
    return {"mean": float(np.mean(values)), "min": float(np.min(values)), "max": float(np.max(values))}


if __name__ == "__main__":
    main(*sys.argv[1:])
