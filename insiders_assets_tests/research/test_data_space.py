"""The data space study: measures by their definitions, every space on made-up customers."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from insiders_assets.contracts.research import DATA_SPACE_STUDY
from insiders_assets.research.data_space import data_space_study
from insiders_assets.research.neighbourhood import continuity, euclidean, trustworthiness
from insiders_assets.research.spaces import SPACES, numbered
from insiders_assets.research.words import topics


def test_trustworthiness_is_that_of_scikit_learn_and_continuity_its_reverse() -> None:
    from sklearn.manifold import trustworthiness as known

    draw = np.random.default_rng(0)
    before = draw.normal(size=(80, 5))
    after = before[:, :2] + draw.normal(0, 0.3, (80, 2))
    apart, shown = euclidean(before), euclidean(after)
    assert trustworthiness(apart, shown, 7) == pytest.approx(known(before, after, n_neighbors=7))
    assert continuity(apart, shown, 7) == pytest.approx(known(after, before, n_neighbors=7))
    assert trustworthiness(apart, apart, 7) == 1


def test_leaves_of_different_trees_have_different_numbers() -> None:
    found = numbered(np.array([[0, 3], [2, 0]]))
    assert found.tolist() == [[0, 6], [2, 3]]


def purchases(people: pl.DataFrame) -> pl.LazyFrame:
    """Half of the customers buy lamps, half cups, in twelve words each."""
    lamps = [f"{word} lamp" for word in ("red", "blue", "green", "tall", "small", "brass")]
    cups = [f"{word} cup" for word in ("tea", "coffee", "tin", "stone", "paper", "glass")]
    rows = [
        {"customer_id": customer, "description": word}
        for place, customer in enumerate(people["customer_id"])
        for word in (lamps if place % 2 else cups)
    ]
    return pl.LazyFrame(rows)


def test_customers_of_like_products_have_like_words(people: pl.DataFrame) -> None:
    found = topics(purchases(people), people["customer_id"], 1)
    assert found is not None
    alike = found @ found.T
    assert alike[0, 2] > 0.99
    assert abs(alike[0, 1]) < 0.01


def test_a_shop_without_descriptions_has_no_words(people: pl.DataFrame) -> None:
    silent = purchases(people).with_columns(description=pl.lit(None, pl.String))
    assert topics(silent, people["customer_id"], 1) is None


@pytest.fixture(scope="module")
def study(people: pl.DataFrame, champion):
    return data_space_study(champion, people, purchases(people))


@pytest.mark.full
def test_every_space_is_measured_with_and_without_words(study) -> None:
    table = DATA_SPACE_STUDY.validate(study.table)
    assert table["space"].to_list() == [space.name for space in SPACES]
    assert table["has_text"].sum() == 4
    assert set(study.figures) == {"maps", "measures"}


@pytest.mark.full
def test_a_space_of_features_keeps_neighbours_by_features_and_words_do_not(study) -> None:
    kept = dict(study.table.select("space", "trustworthiness").iter_rows())
    assert kept["features, log"] == 1
    assert kept["words, UMAP"] < 0.8
    agreed = dict(study.table.select("space", "seed_agreement").iter_rows())
    assert agreed["features, min-max"] == 1
