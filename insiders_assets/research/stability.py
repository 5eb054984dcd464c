"""``stability_study``: does the champion's recipe find the champion's clusters again?

A cluster that other seeds, other orders of rows, nine tenths of the customers or customers drawn anew dissolve was
made by the method; one that comes back is in the data. Only the clusters are fitted again, by the same recipe: no vote
and, unless clusters are looked for in it, no picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from insiders_assets import progress
from insiders_assets.contracts.research import BADGES, STABILITY_STUDY, badge
from insiders_assets.research.drawing import INK, SERIES, canvas, png
from insiders_assets.research.study import Study
from insiders_assets.segmentation import measures
from insiders_assets.segmentation.fitting import group
from insiders_assets.segmentation.population import fitted_population

if TYPE_CHECKING:
    from insiders_assets.segmentation import Recipe, SegmentationModel

LABEL = "stability study"
SUBSAMPLE = 0.9
WORDS = {
    "seed": "other seeds",
    "row_order": "other orders of rows",
    "subsample": "90 % of the customers",
    "bootstrap": "customers drawn anew",
}

Row = dict[str, Any]


@dataclass(frozen=True)
class Repeats:
    """How often each thing is changed."""

    seeds: int = 8
    orders: int = 4
    subsamples: int = 8
    bootstraps: int = 50

    @property
    def total(self) -> int:
        """Fits altogether."""
        return self.seeds + self.orders + self.subsamples + self.bootstraps


@dataclass
class Agreements:
    """Fits of some of the same customers, compared on those that they share.

    Attributes:
        rand: Adjusted Rand indices.
        jaccard: Jaccard indices of Insider sets.
        recovery: Jaccard indices by cluster.
    """

    rand: list[float] = field(default_factory=list)
    jaccard: list[float] = field(default_factory=list)
    recovery: dict[int, list[float]] = field(default_factory=dict)


Fitted = tuple[NDArray[np.int64], NDArray[np.int32]]
"""Row numbers of the customers that a fit held, each once and in order; and their clusters."""


def stability_study(
    model: SegmentationModel, features: pl.DataFrame, repeats: Repeats | None = None, *, seed: int = 1
) -> Study:
    """Fit the champion's recipe again and again, and measure what stays.

    Args:
        model: The champion.
        features: The ``customer_features`` table of today.
        repeats: How often each thing is changed.
        seed: Seed of what is drawn; a fit's own seed is the model's, except where seeds are what changes.
    """
    repeats = repeats or Repeats()
    people = fitted_population(features, model.recipe)
    revenue = people["revenue"].to_numpy()
    clusters = model.assign(people)["cluster"].to_numpy()
    own = int(model.card["seed"])
    done = _Counter(repeats.total)
    found = {
        "seed": among(done(_seeds(people, model.recipe, repeats.seeds, own)), revenue),
        "row_order": among(done(_orders(features, model.recipe, repeats.orders, own, seed)), revenue),
        "subsample": among(done(_subsamples(people, model.recipe, repeats.subsamples, own, seed)), revenue),
        "bootstrap": beside(
            clusters, done(bootstraps(people, model.recipe, repeats.bootstraps, own, seed)), revenue
        ),
    }
    fits = dict(
        zip(found, (repeats.seeds, repeats.orders, repeats.subsamples, repeats.bootstraps), strict=True)
    )
    facts = {"model_version": model.version, "recipe": model.recipe.name}
    rows = [
        facts | row for change, agreements in found.items() for row in _rows(change, agreements, fits[change])
    ]
    table = pl.DataFrame(rows, schema=STABILITY_STUDY.polars_schema)
    return Study(
        table, findings(table), {"clusters": _cluster_figure(found["bootstrap"]), "fits": _fit_figure(found)}
    )


def among(fits: Iterable[Fitted], revenue: NDArray[np.float64]) -> Agreements:
    """Every two of several fits, compared on the customers that both hold."""
    found = Agreements()
    known = [(rows, clusters, measures.insider_set(clusters, revenue[rows])) for rows, clusters in fits]
    for one, other in combinations(known, 2):
        _, first, second = np.intersect1d(one[0], other[0], assume_unique=True, return_indices=True)
        found.rand.append(measures.adjusted_rand(one[1][first], other[1][second]))
        found.jaccard.append(measures.jaccard(one[2][first], other[2][second]))
    return found


def beside(clusters: NDArray[np.int32], fits: Iterable[Fitted], revenue: NDArray[np.float64]) -> Agreements:
    """Each of several fits, compared with published clusters on the customers that it holds.

    Args:
        clusters: The published clusters of all customers.
        fits: The fits.
        revenue: The revenue of all customers.
    """
    found = Agreements(recovery={int(cluster): [] for cluster in np.unique(clusters)})
    inside = measures.insider_set(clusters, revenue)
    for rows, labels in fits:
        found.rand.append(measures.adjusted_rand(clusters[rows], labels))
        found.jaccard.append(measures.jaccard(inside[rows], measures.insider_set(labels, revenue[rows])))
        for cluster, value in measures.cluster_recovery(clusters[rows], labels).items():
            found.recovery[cluster].append(value)
    return found


def bootstraps(people: pl.DataFrame, recipe: Recipe, times: int, own: int, seed: int) -> Iterator[Fitted]:
    """Fits of customers drawn with repeats, as many as there are (Efron, 1979); a repeated one is compared once."""
    for number in range(times):
        drawn = np.sort(np.random.default_rng((seed, number)).integers(0, people.height, people.height))
        rows, first = np.unique(drawn, return_index=True)
        yield rows, group(people[drawn], recipe, own)[first]


def cluster_stability(table: pl.DataFrame, model_version: str) -> dict[int, float]:
    """Mean bootstrap Jaccard by cluster, of a ``stability_study`` of that model; empty if it is of another."""
    rows = table.filter(pl.col("measure") == "cluster_jaccard", pl.col("model_version") == model_version)
    return dict(rows.select("cluster", "mean").iter_rows())


def findings(table: pl.DataFrame) -> list[str]:
    """What the figures say, in plain words."""
    told = []
    by = {
        (row["change"], row["measure"]): row for row in table.filter(pl.col("cluster").is_null()).to_dicts()
    }
    for change, words in WORDS.items():
        rand, shared = by[change, "adjusted_rand"], by[change, "insider_jaccard"]
        told.append(
            f"Under {words} ({rand['fits']} fits): adjusted Rand index {rand['mean']:.3f}, Insider sets share "
            f"{shared['mean']:.1%} (at least {shared['least']:.1%})."
        )
    clusters = table.filter(pl.col("cluster").is_not_null()).sort("cluster").to_dicts()
    told += [
        f"Cluster {row['cluster']}: {row['badge']}, bootstrap Jaccard {row['mean']:.2f} "
        f"({row['least']:.2f} to {row['most']:.2f})."
        for row in clusters
    ]
    valid = sum(row["mean"] >= BADGES[1][0] for row in clusters)
    return [
        *told,
        f"{valid} of {len(clusters)} clusters have a bootstrap Jaccard of at least {BADGES[1][0]}.",
    ]


class _Counter:
    """Counts fits across several changes, for the progress bar."""

    def __init__(self, total: int) -> None:
        self._total, self._done = total, 0
        progress.report(LABEL, 0, total)

    def __call__(self, fits: Iterable[Fitted]) -> Iterator[Fitted]:
        for one in fits:
            self._done += 1
            progress.report(LABEL, self._done, self._total)
            yield one


def _seeds(people: pl.DataFrame, recipe: Recipe, times: int, own: int) -> Iterator[Fitted]:
    everyone = np.arange(people.height)
    for number in range(times):
        yield everyone, group(people, recipe, own + number)


def _orders(features: pl.DataFrame, recipe: Recipe, times: int, own: int, seed: int) -> Iterator[Fitted]:
    for number in range(times):
        people = fitted_population(features.sample(fraction=1, shuffle=True, seed=seed + number), recipe)
        yield np.arange(people.height), group(people, recipe, own)


def _subsamples(people: pl.DataFrame, recipe: Recipe, times: int, own: int, seed: int) -> Iterator[Fitted]:
    for number in range(times):
        drawn = np.random.default_rng((seed, number)).permutation(people.height)
        rows = np.sort(drawn[: round(SUBSAMPLE * people.height)])
        yield rows, group(people[rows], recipe, own)


def _rows(change: str, found: Agreements, fits: int) -> Iterator[Row]:
    for measure, values in (("adjusted_rand", found.rand), ("insider_jaccard", found.jaccard)):
        yield {"change": change, "measure": measure, "cluster": None, "fits": fits, "badge": None} | _spread(
            values
        )
    for cluster, values in found.recovery.items():
        row = {"change": change, "measure": "cluster_jaccard", "cluster": cluster, "fits": len(values)}
        yield row | _spread(values) | {"badge": badge(float(np.mean(values)))}


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {"mean": float(np.mean(values)), "least": min(values), "most": max(values)}


def _cluster_figure(found: Agreements) -> bytes:
    """Each cluster's bootstrap Jaccard, all draws, with the borders of the badges."""
    figure, axes = canvas(width=8, height=3.6)
    names = sorted(found.recovery)
    for place, cluster in enumerate(names):
        values = np.array(found.recovery[cluster])
        spread = np.linspace(-0.25, 0.25, len(values))
        axes.scatter(place + spread, np.sort(values), s=7, alpha=0.5, color=SERIES[0], linewidths=0)
        axes.hlines(values.mean(), place - 0.35, place + 0.35, color=INK, linewidth=2)
        axes.text(place, 0.02, f"{values.mean():.2f}\n{badge(float(values.mean()))}", ha="center", fontsize=8)
    for border, word in BADGES[:-1]:
        axes.axhline(border, color=SERIES[1], linewidth=0.8, linestyle=":")
        axes.text(len(names) - 0.5, border, word, fontsize=8, va="bottom", ha="right", color=SERIES[1])
    axes.set(ylim=(0, 1.02), ylabel="Jaccard with the most alike cluster", xlim=(-0.5, len(names) - 0.5))
    axes.set_xticks(range(len(names)), [f"cluster {cluster}" for cluster in names])
    axes.set_title("Is each cluster found again when customers are drawn anew?", fontsize=10)
    return png(figure)


def _fit_figure(found: dict[str, Agreements]) -> bytes:
    """Agreement of fits by what was changed."""
    figure, axes = canvas(1, 2, width=8, height=3, sharey=True)
    parts = (("Adjusted Rand index", "rand"), ("Jaccard of Insider sets", "jaccard"))
    for one, (title, name) in zip(axes, parts, strict=True):
        for place, (_change, agreements) in enumerate(found.items()):
            values = np.array(getattr(agreements, name))
            one.scatter(values, place + np.linspace(-0.2, 0.2, len(values)), s=8, alpha=0.6, color=SERIES[0])
            mean = f"mean {values.mean():.3f}"
            one.text(
                1.02, place, mean, fontsize=8, color=INK, va="center", transform=one.get_yaxis_transform()
            )
        one.set_title(title, fontsize=10)
        one.set(xlim=(min(0.5, one.get_xlim()[0]), 1.01))
    axes[0].set_yticks(range(len(found)), [WORDS[change] for change in found])
    axes[0].invert_yaxis()
    return png(figure)
