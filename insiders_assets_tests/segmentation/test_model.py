"""Fitting and assigning: what a model promises to whoever uses it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import polars as pl
import pytest

from insiders_assets import progress
from insiders_assets.contracts.customers import ASSIGNMENTS
from insiders_assets.errors import ModelError, UsageError
from insiders_assets.segmentation import SegmentationModel
from insiders_assets.segmentation.leaf_vote import BATCH
from insiders_assets.segmentation.population import STRATA, fitted_population
from insiders_assets.segmentation.recipes import recipe
from insiders_assets_tests.segmentation.shoppers import QUICK, quick_model, shoppers


def test_assignments_keep_their_contract_and_the_order_of_rows(
    features: pl.DataFrame, model: SegmentationModel
) -> None:
    backwards = features.reverse()
    table = model.assign(backwards)
    assert ASSIGNMENTS.failures(table).is_empty()
    assert table["customer_id"].to_list() == backwards["customer_id"].to_list()
    assert table.reverse().equals(model.assign(features))


def test_a_customer_is_assigned_alike_whoever_else_is_in_the_table(
    features: pl.DataFrame, model: SegmentationModel
) -> None:
    alone = pl.concat([model.assign(features[row]) for row in range(0, 60, 7)])
    assert alone.equals(model.assign(features)[range(0, 60, 7)])


def test_batches_leave_no_trace(features: pl.DataFrame, model: SegmentationModel) -> None:
    copies = -(-2 * BATCH // features.height) + 1
    many = model.assign(pl.concat([features] * copies))
    assert many.equals(pl.concat([model.assign(features)] * copies))


def test_a_lazy_table_is_assigned_like_an_eager_one(features: pl.DataFrame, model: SegmentationModel) -> None:
    assert model.assign(features.lazy()).equals(model.assign(features))


def test_an_empty_table_gives_an_empty_table(features: pl.DataFrame, model: SegmentationModel) -> None:
    nobody = model.assign(features.clear())
    assert nobody.is_empty()
    assert nobody.schema == pl.Schema(ASSIGNMENTS.polars_schema)


def test_fitted_customers_keep_their_cluster_and_place(
    features: pl.DataFrame, model: SegmentationModel
) -> None:
    people = features.filter("is_identified")
    table = model.assign(people)
    sizes = {row["cluster"]: row["customers"] for row in model.card["clusters"]}
    assert dict(table["cluster"].value_counts().iter_rows()) == sizes
    places = {tuple(place) for place in model._voter.pattern_position.tolist()}
    found = set(table.select("embedding_x", "embedding_y").iter_rows())
    assert found == places
    assert len(found) > 0.9 * people.height


def test_clusters_are_numbered_by_mean_revenue_of_fitted_customers(
    features: pl.DataFrame, model: SegmentationModel
) -> None:
    people = features.filter("is_identified")
    means = (
        model.assign(people)
        .join(people, on="customer_id")
        .group_by("cluster")
        .agg(pl.col("revenue").mean())
        .sort("cluster")
    )
    assert means["cluster"].to_list() == list(range(1, model.card["k"] + 1))
    assert means["revenue"].is_sorted(descending=True)
    assert [row["mean_revenue"] for row in model.card["clusters"]] == pytest.approx(
        means["revenue"].to_list()
    )


def test_the_anonymous_are_assigned_but_not_fitted(features: pl.DataFrame, model: SegmentationModel) -> None:
    assert model.card["customers"] == features["is_identified"].sum()
    assert model.assign(features).height == features.height
    without = quick_model(features.filter("is_identified"))
    assert without.version == model.version


def test_everyone_is_fitted_where_the_recipe_says_so(features: pl.DataFrame) -> None:
    assert quick_model(features, population="all", epochs=11).card["customers"] == features.height


def test_the_order_of_rows_changes_nothing(features: pl.DataFrame, model: SegmentationModel) -> None:
    shuffled = features.sample(fraction=1, shuffle=True, seed=9)
    assert quick_model(shuffled).version == model.version


def test_another_seed_is_another_model(features: pl.DataFrame, model: SegmentationModel) -> None:
    assert quick_model(features, seed=43).version != model.version


def test_a_fit_repeats_itself_in_a_fresh_process_with_one_thread(model: SegmentationModel) -> None:
    code = (
        "from insiders_assets_tests.segmentation.shoppers import quick_model, shoppers;"
        "print(quick_model(shoppers().reverse()).version)"
    )
    threads = {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "POLARS_MAX_THREADS": "1",
        "LOKY_MAX_CPU_COUNT": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | threads, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == model.version


def test_assigning_loads_neither_umap_nor_scikit_learn(
    features: pl.DataFrame, model: SegmentationModel, tmp_path
) -> None:
    folder, table = tmp_path / model.save(tmp_path), tmp_path / "features.parquet"
    features.write_parquet(table)
    code = (
        "import sys, polars as pl; from insiders_assets.segmentation import SegmentationModel;"
        f"table = SegmentationModel.load({str(folder)!r}).assign(pl.read_parquet({str(table)!r}));"
        "print(table.height, sorted({'umap', 'sklearn', 'skops', 'pandas', 'dagster'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"{features.height} []"


def test_the_card_says_how_and_on_whom_the_model_was_fitted(model: SegmentationModel) -> None:
    card = json.loads(json.dumps(model.card))
    assert card == model.card
    assert {"recipe", "seed", "customers", "k", "clusters", "silhouette", "libraries", "contract"} <= set(
        card
    )
    assert set(card["silhouette"]) == {"embedding", "features", "leaves"}
    assert card["recipe"]["trees"] == QUICK["trees"]


def test_a_fit_says_how_far_it_is(features: pl.DataFrame) -> None:
    heard: list[tuple[str, int, int]] = []
    with progress.listening(lambda *said: heard.append(said)):
        quick_model(features, epochs=11)
    assert [done for _, done, _ in heard] == sorted(done for _, done, _ in heard)
    assert heard[-1][1] == heard[-1][2] > 0


@pytest.mark.parametrize("count", [20, 45, 90])
def test_few_customers_make_fewer_clusters_and_the_card_says_so(count: int) -> None:
    few = shoppers(count, anonymous=0)
    model = quick_model(few, k=7, neighbours=50)
    assert 2 <= model.card["k"] <= max(2, count // 15)
    assert any("clusters instead of 7" in note for note in model.card["notes"])
    assert ASSIGNMENTS.failures(model.assign(shoppers(200, seed=5))).is_empty()


def test_too_few_customers_are_refused_by_name_of_the_least() -> None:
    with pytest.raises(ModelError, match=r"19 identified customers are too few.*at least 20"):
        quick_model(shoppers(19, anonymous=0))


def test_customers_who_are_all_alike_are_one_cluster() -> None:
    alike = (
        shoppers(60, anonymous=0)
        .with_columns(pl.lit(1).alias(name) for name in ("recency", "purchase_lines", "returned"))
        .with_columns(basket_size=1.0, avg_ticket=5.0, revenue=5.0)
    )
    model = quick_model(alike)
    assert model.card["k"] == 1
    assert set(model.assign(alike)["cluster"]) == {1}
    assert model.card["silhouette"] == {"embedding": None, "features": None, "leaves": None}


def test_a_sample_is_fitted_where_there_are_more_than_the_recipe_allows() -> None:
    many = shoppers(500, anonymous=0)
    model = quick_model(many, max_customers=300, epochs=11)
    assert model.card["customers"] == 300
    assert quick_model(many.reverse(), max_customers=300, epochs=11).version == model.version
    assert model.assign(many).height == 500


@pytest.mark.parametrize(("customers", "size"), [(500, 300), (25, 24), (103, 102), (41, 20), (1001, 1000)])
def test_a_sample_holds_as_large_a_part_of_every_stratum(customers: int, size: int) -> None:
    many = shoppers(customers, anonymous=0)
    sample = fitted_population(many, recipe("leaf", max_customers=size))
    assert sample.height == size
    assert sample["customer_id"].is_sorted()
    assert sample.equals(
        fitted_population(many.sample(fraction=1, shuffle=True, seed=1), recipe("leaf", max_customers=size))
    )
    order = many.sort("revenue", "customer_id")["customer_id"].to_list()
    drawn = set(sample["customer_id"])
    for part in range(STRATA):
        stratum = order[-(-part * customers // STRATA) : -(-(part + 1) * customers // STRATA)]
        assert abs(len(drawn.intersection(stratum)) - len(stratum) * size / customers) <= 1


def test_a_sample_keeps_most_of_its_customers_when_some_are_new() -> None:
    many, chosen = shoppers(2_000, anonymous=0), recipe("leaf", max_customers=1_000)
    before = set(fitted_population(many.head(1_900), chosen)["customer_id"])
    assert len(before & set(fitted_population(many, chosen)["customer_id"])) > 850


def test_everybody_is_fitted_where_the_sample_would_hold_them() -> None:
    few = shoppers(200, anonymous=0)
    assert fitted_population(few, recipe("leaf", max_customers=200)).equals(few.sort("customer_id"))


@pytest.mark.parametrize("column", ["customer_id", "is_identified", "recency", "revenue"])
def test_a_missing_column_is_named(features: pl.DataFrame, column: str) -> None:
    with pytest.raises(ModelError, match=f"no column '{column}'"):
        quick_model(features.drop(column))


@pytest.mark.parametrize("bad", [None, float("nan"), float("inf")])
def test_a_value_that_is_missing_or_not_finite_is_refused(
    features: pl.DataFrame, model: SegmentationModel, bad: float | None
) -> None:
    broken = features.with_columns(
        basket_size=pl.when(pl.int_range(pl.len()) == 3).then(pl.lit(bad)).otherwise("basket_size")
    )
    with pytest.raises(ModelError, match=r"basket_size.*missing or not finite"):
        model.assign(broken)


def test_a_customer_named_twice_is_refused(features: pl.DataFrame) -> None:
    with pytest.raises(ModelError, match="names a customer twice"):
        quick_model(pl.concat([features, features.head(1)]))


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({"recipe": "cake"}, "no recipe 'cake'"),
        ({"flavour": 1}, "no choice named 'flavour'"),
        ({"clusterer": "horoscope"}, "'horoscope' is no clusterer"),
        ({"inputs": ("recency", "shoe_size")}, "'shoe_size' is no feature"),
        ({"inputs": ("avg_recency_days",)}, "no feature that every customer has"),
        ({"k": 0}, "must be at least one"),
        ({"reducer": "none", "dimensions": 0}, "names and cannot be clustered"),
        ({"dimensions": 99}, "dimensions must be 0 to 10"),
        ({"sampled": 1.5}, "sampled a share"),
    ],
)
def test_a_choice_that_cannot_be_taken_is_refused_in_one_line(
    features: pl.DataFrame, choices: dict[str, object], said: str
) -> None:
    with pytest.raises(UsageError, match=said) as error:
        SegmentationModel.fit(features, **choices)
    assert "\n" not in str(error.value)


def test_a_million_customers_need_no_more_memory_for_leaves_than_a_batch(model: SegmentationModel) -> None:
    trees = len(model._voter.forest.roots)
    assert BATCH * trees * np.dtype(np.int32).itemsize < 32e6
