"""How far fits agree with each other, and a frozen model with itself: ``python -m benchmarks.agreement LAKE``.

Prints one JSON object. Seeds and row orders are none that the recipes were chosen with.
"""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.measure import say
from insiders_assets.features.customers import customer_features, newest_day
from insiders_assets.segmentation import SegmentationModel, measures, recipe
from insiders_assets.segmentation.fitting import fit
from insiders_assets.segmentation.population import fitted_population

SEEDS = range(7101, 7109)
"""Seeds of fits and of the orders that rows come in; none was used while a recipe was chosen."""

SUBSAMPLES = range(8101, 8109)
SHARE = 0.9
MONTHS = 8
DAYS = 30
WINDOW = 396
INSIDER, VIABILITY = 0.85, 0.97


def main(lake: str) -> None:
    """Measure everything and print it."""
    folder = Path(lake)
    features = pl.read_parquet(folder / "customer_features.parquet")
    leaf, stable = seeds(features, "leaf"), seeds(features, "stable")
    print(
        json.dumps(
            {
                "customers": int(features["is_identified"].sum()),
                "leaf": leaf,
                "stable": stable,
                "subsamples": subsamples(features),
                "kept": kept(features),
                "churn": churn(folder),
            }
        )
    )


def seeds(features: pl.DataFrame, name: str) -> dict[str, Any]:
    """Fits of the same customers, each with another seed and its rows in another order."""
    people = features.filter("is_identified").sort("customer_id")
    revenue = people["revenue"].to_numpy()
    labels, silhouettes, smallest, counts = [], [], [], []
    for seed in SEEDS:
        say(f"  {name}, seed {seed}")
        model = SegmentationModel.fit(
            features.sample(fraction=1, shuffle=True, seed=seed), seed=seed, recipe=name
        )
        labels.append(model.assign(people)["cluster"].to_numpy())
        sizes = np.bincount(labels[-1])[1:]
        silhouettes.append(model.card["silhouette"]["embedding"])
        smallest.append(float(sizes.min() / sizes.sum()))
        counts.append(len(sizes))
    rand = measures.pairwise_adjusted_rand(labels)
    shared = measures.pairwise_jaccard([measures.insider_set(each, revenue) for each in labels])
    return {
        "rand": spread(rand),
        "jaccard": spread(shared),
        "silhouette": spread(silhouettes),
        "smallest": min(smallest),
        "clusters": min(counts),
    }


def subsamples(features: pl.DataFrame) -> dict[str, Any]:
    """Fits of nine tenths of the customers: every two compared on the customers that both were fitted on."""
    people = features.filter("is_identified").sort("customer_id")
    found = []
    for seed in SUBSAMPLES:
        say(f"  subsample {seed}")
        part = people.sample(fraction=SHARE, seed=seed)
        labels = SegmentationModel.fit(part, seed=seed).assign(part).select("customer_id", "cluster")
        labels = part.select("customer_id", "revenue").join(labels, on="customer_id", maintain_order="left")
        inside = measures.insider_set(labels["cluster"].to_numpy(), labels["revenue"].to_numpy())
        found.append(labels.with_columns(inside=pl.Series(inside)).sort("customer_id"))
    rand, shared = [], []
    for number, one in enumerate(found):
        for other in found[:number]:
            both = one.join(other, on="customer_id", suffix="_other", maintain_order="left")
            rand.append(measures.adjusted_rand(both["cluster"].to_numpy(), both["cluster_other"].to_numpy()))
            shared.append(measures.jaccard(both["inside"].to_numpy(), both["inside_other"].to_numpy()))
    return {"rand": spread(rand), "jaccard": spread(shared)}


def kept(features: pl.DataFrame) -> float:
    """Share of fitted customers whom the model, once saved and read back, puts where the fit had put them."""
    people = fitted_population(features, recipe())
    fitted = fit(people, recipe(), SEEDS[0]).clusters
    with tempfile.TemporaryDirectory() as folder:
        version = SegmentationModel.fit(features, seed=SEEDS[0]).save(folder)
        assigned = SegmentationModel.load(Path(folder) / version).assign(people)["cluster"].to_numpy()
    return float((assigned == fitted + 1).mean())


def churn(folder: Path) -> dict[str, Any]:
    """Tiers from month to month by one frozen model, of identified customers there in both months.

    ``behaviour`` keeps each cluster in the tier that it was in when fitted, so that only customers move; ``redrawn``
    draws the tiers' borders anew each month, without hysteresis.
    """
    purchases, returns = (
        pl.scan_parquet(folder / f"{name}.parquet") for name in ("clean_purchases", "returns")
    )
    last = newest_day(purchases, returns)
    months = [
        customer_features(purchases, returns, as_of=last - timedelta(days=DAYS * back), window_days=WINDOW)
        .collect()
        .filter("is_identified")
        for back in range(MONTHS, -1, -1)
    ]
    model = SegmentationModel.fit(months[-1], seed=SEEDS[0])
    frozen = dict(tiers(model, months[-1]).select("cluster", "tier").unique().iter_rows())
    moved: dict[str, list[float]] = {"behaviour": [], "redrawn": []}
    placed = [tiers(model, month) for month in months]
    for before, after in pairwise(placed):
        both = before.join(after, on="customer_id", suffix="_after")
        moved["redrawn"].append(float((both["tier"] != both["tier_after"]).mean()))
        was, now = (both[name].replace_strict(frozen) for name in ("cluster", "cluster_after"))
        moved["behaviour"].append(float((was != now).mean()))
    return {name: spread(values) for name, values in moved.items()}


def tiers(model: SegmentationModel, features: pl.DataFrame) -> pl.DataFrame:
    """``customer_id, cluster, tier`` by the borders of today."""
    placed = model.assign(features).select("customer_id", "cluster")
    clusters, revenue = placed["cluster"].to_numpy(), features["revenue"].to_numpy()
    inside = [measures.insider_set(clusters, revenue, share) for share in (INSIDER, VIABILITY)]
    return placed.with_columns(tier=pl.Series(2 - inside[0].astype(int) - inside[1]))


def spread(values: list[float]) -> dict[str, float]:
    """Mean, least and most."""
    return {"mean": float(np.mean(values)), "min": float(np.min(values)), "max": float(np.max(values))}


if __name__ == "__main__":
    main(*sys.argv[1:])
