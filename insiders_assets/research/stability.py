"""``stability_study``: does the champion's recipe find the champion's clusters again?

A cluster that other seeds, other orders of rows, nine tenths of the customers or customers drawn anew dissolve was
made by the method; one that comes back is in the data. Only the clusters are fitted again, by the same recipe: no vote
and, unless clusters are looked for in it, no picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from insiders_assets import progress
from insiders_assets.contracts.research import BADGES, OWN_SHOP, STABILITY_STUDY, badge
from insiders_assets.research.agreements import Agreements
from insiders_assets.research.stability_figures import cluster_figure, fit_figure
from insiders_assets.research.study import Study
from insiders_assets.segmentation import agreement
from insiders_assets.segmentation.fitting import group
from insiders_assets.segmentation.training_set import fitted_population

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


Chosen = Callable[[NDArray[np.int32], NDArray[np.float64]], NDArray[np.bool_]]

Fitted = tuple[NDArray[np.int64], NDArray[np.int32]]
"""Row numbers of the customers that a fit held, each once and in order; and their clusters."""


def stability_study(
    model: SegmentationModel,
    features: pl.DataFrame,
    repeats: Repeats | None = None,
    *,
    seed: int = 1,
    by_cluster: bool = False,
    others: Mapping[str, pl.DataFrame] | None = None,
) -> Study:
    """Fit the champion's recipe again and again, and measure what stays.

    Args:
        model: The champion.
        features: The ``customer_features`` table of today.
        repeats: How often each thing is changed.
        seed: Seed of what is drawn; a fit's own seed is the model's, except where seeds are what changes.
        by_cluster: Whether whole clusters are Insiders, as by the policies ``coverage`` and ``clusters``; otherwise
            each customer's own money decides.
        others: The same table of other shops, by name: whether the recipe holds there, too.
    """
    repeats = repeats or Repeats()
    chosen = agreement.insider_set if by_cluster else _by_money
    shops = {OWN_SHOP: features} | dict(others or {})
    done = _Counter(repeats.total * len(shops))
    rows: list[Row] = []
    figures: dict[str, bytes] = {}
    for shop, table in shops.items():
        people = fitted_population(table, model.recipe)
        own = int(model.card["seed"])
        clusters = (
            model.assign(people)["cluster"].to_numpy()
            if shop == OWN_SHOP
            else group(people, model.recipe, own) + 1
        )
        revenue = people["revenue"].to_numpy()
        recipe = model.recipe
        found = {
            "seed": among(done(_seeds(people, recipe, repeats.seeds, own)), revenue, chosen),
            "row_order": among(done(_orders(table, recipe, repeats.orders, own, seed)), revenue, chosen),
            "subsample": among(
                done(_subsamples(people, recipe, repeats.subsamples, own, seed)), revenue, chosen
            ),
            "bootstrap": beside(
                clusters, done(bootstraps(people, recipe, repeats.bootstraps, own, seed)), revenue, chosen
            ),
        }
        fits = dict(
            zip(found, (repeats.seeds, repeats.orders, repeats.subsamples, repeats.bootstraps), strict=True)
        )
        facts = {"model_version": model.version, "recipe": recipe.name, "shop": shop}
        rows += [facts | row for change, one in found.items() for row in _rows(change, one, fits[change])]
        ending = "" if shop == OWN_SHOP else f"_{shop}"
        figures |= {
            f"clusters{ending}": cluster_figure(found["bootstrap"].recovery),
            f"fits{ending}": fit_figure(found, WORDS),
        }
    table = pl.DataFrame(rows, schema=STABILITY_STUDY.polars_schema)
    return Study(table, findings(table), figures)


def _by_money(_clusters: NDArray[np.int32], revenue: NDArray[np.float64]) -> NDArray[np.bool_]:
    return agreement.worthiest(revenue)


def among(fits: Iterable[Fitted], revenue: NDArray[np.float64], chosen: Chosen = _by_money) -> Agreements:
    """Return every two of several fits, compared on the customers that both hold.

    Args:
        fits: The fits.
        revenue: The revenue of all customers.
        chosen: Who is an Insider, by the clusters and the revenue of those whom a fit holds.
    """
    found = Agreements()
    known = [(rows, clusters, chosen(clusters, revenue[rows])) for rows, clusters in fits]
    for one, other in combinations(known, 2):
        _, first, second = np.intersect1d(one[0], other[0], assume_unique=True, return_indices=True)
        found.rand.append(agreement.adjusted_rand(one[1][first], other[1][second]))
        found.jaccard.append(agreement.jaccard(one[2][first], other[2][second]))
    return found


def beside(
    clusters: NDArray[np.int32],
    fits: Iterable[Fitted],
    revenue: NDArray[np.float64],
    chosen: Chosen = _by_money,
) -> Agreements:
    """Return each of several fits, compared with published clusters on the customers that it holds.

    Args:
        clusters: The published clusters of all customers.
        fits: The fits.
        revenue: The revenue of all customers.
        chosen: See :func:`among`.
    """
    found = Agreements(recovery={int(cluster): [] for cluster in np.unique(clusters)})
    inside = chosen(clusters, revenue)
    for rows, labels in fits:
        found.rand.append(agreement.adjusted_rand(clusters[rows], labels))
        found.jaccard.append(agreement.jaccard(inside[rows], chosen(labels, revenue[rows])))
        for cluster, value in agreement.cluster_recovery(clusters[rows], labels).items():
            found.recovery[cluster].append(value)
    return found


def bootstraps(people: pl.DataFrame, recipe: Recipe, times: int, own: int, seed: int) -> Iterator[Fitted]:
    """Fits of customers drawn with repeats, as many as there are (Efron, 1979); a repeated one is compared once."""
    for number in range(times):
        drawn = np.sort(np.random.default_rng((seed, number)).integers(0, people.height, people.height))
        rows, first = np.unique(drawn, return_index=True)
        yield rows, group(people[drawn], recipe, own)[first]


def cluster_stability(table: pl.DataFrame, model_version: str) -> dict[int, float]:
    """Return the mean bootstrap Jaccard by cluster, of a ``stability_study`` of that model; empty for another."""
    if "shop" in table.columns:  # a study from before there were several has none
        table = table.filter(pl.col("shop") == OWN_SHOP)
    rows = table.filter(pl.col("measure") == "cluster_jaccard", pl.col("model_version") == model_version)
    return dict(rows.select("cluster", "mean").iter_rows())


def findings(table: pl.DataFrame) -> list[str]:
    """Return what the figures say, in plain words, of each shop."""
    return [
        finding
        for shop in table["shop"].unique(maintain_order=True)
        for finding in _findings(
            table.filter(pl.col("shop") == shop), "" if shop == OWN_SHOP else f"Shop {shop}: "
        )
    ]


def _findings(table: pl.DataFrame, where: str) -> Iterator[str]:
    by = {
        (row["change"], row["measure"]): row for row in table.filter(pl.col("cluster").is_null()).to_dicts()
    }
    for change, words in WORDS.items():
        rand, shared = by[change, "adjusted_rand"], by[change, "insider_jaccard"]
        yield (
            f"{where}Under {words} ({rand['fits']} fits): adjusted Rand index {rand['mean']:.3f}, Insider sets share "
            f"{shared['mean']:.1%} (at least {shared['least']:.1%})."
        )
    clusters = table.filter(pl.col("cluster").is_not_null()).sort("cluster").to_dicts()
    for row in clusters:
        yield (
            f"{where}Cluster {row['cluster']}: {row['badge']}, bootstrap Jaccard {row['mean']:.2f} "
            f"({row['least']:.2f} to {row['most']:.2f})."
        )
    valid = sum(row["mean"] >= BADGES[1][0] for row in clusters)
    yield f"{where}{valid} of {len(clusters)} clusters have a bootstrap Jaccard of at least {BADGES[1][0]}."


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
