"""Fitting and assigning: what a model promises to whoever uses it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import polars as pl
import pytest

from insiders_assets import progress
from insiders_assets.contracts.customers import ASSIGNMENTS
from insiders_assets.errors import ModelError, UsageError
from insiders_assets.segmentation import SegmentationModel
from insiders_assets.segmentation.fitting import fit
from insiders_assets.segmentation.forest import BATCH
from insiders_assets.segmentation.recipes import recipe
from insiders_assets.segmentation.training_set import STRATA, fitted_population, matrix
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


@pytest.mark.parametrize("recipe_name", ["kinds", "ranks", "octants", "leaf", "stable"])
def test_a_frozen_model_keeps_all_of_its_fitted_customers_in_their_cluster(
    features: pl.DataFrame, recipe_name: str
) -> None:
    chosen = recipe(recipe_name, **QUICK)
    people = fitted_population(features, chosen)
    found = fit(people, chosen, 42)
    assert (found.voter.assign(matrix(people, chosen.inputs))[0] == found.clusters).all()


def test_fitted_customers_lie_where_the_leaves_of_their_like_were_joined(
    features: pl.DataFrame, leaf_model: SegmentationModel
) -> None:
    people = features.filter("is_identified")
    table = leaf_model.assign(people)
    places = {tuple(place) for place in leaf_model._voter.pattern_position.tolist()}
    found = set(table.select("embedding_x", "embedding_y").iter_rows())
    assert found == places
    assert len(found) > 0.9 * people.height
    assert table["embedding_z"].null_count() == table.height


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
    assert quick_model(features, population="all").card["customers"] == features.height


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
        quick_model(features)
    assert [done for _, done, _ in heard] == sorted(done for _, done, _ in heard)
    assert heard[-1][1] == heard[-1][2] > 0


def test_a_sample_is_fitted_where_there_are_more_than_the_recipe_allows() -> None:
    many = shoppers(500, anonymous=0)
    model = quick_model(many, max_customers=300)
    assert model.card["customers"] == 300
    assert quick_model(many.reverse(), max_customers=300).version == model.version
    assert model.assign(many).height == 500


@pytest.mark.parametrize(("customers", "size"), [(500, 300), (25, 24), (103, 102), (41, 20), (1001, 1000)])
def test_a_sample_holds_as_large_a_part_of_every_stratum(customers: int, size: int) -> None:
    many = shoppers(customers, anonymous=0)
    sample = fitted_population(many, recipe(max_customers=size))
    assert sample.height == size
    assert sample["customer_id"].is_sorted()
    assert sample.equals(
        fitted_population(many.sample(fraction=1, shuffle=True, seed=1), recipe(max_customers=size))
    )
    order = many.sort("revenue", "customer_id")["customer_id"].to_list()
    drawn = set(sample["customer_id"])
    for part in range(STRATA):
        stratum = order[-(-part * customers // STRATA) : -(-(part + 1) * customers // STRATA)]
        assert abs(len(drawn.intersection(stratum)) - len(stratum) * size / customers) <= 1


def test_a_sample_keeps_most_of_its_customers_when_some_are_new() -> None:
    many, chosen = shoppers(2_000, anonymous=0), recipe(max_customers=1_000)
    before = set(fitted_population(many.head(1_900), chosen)["customer_id"])
    assert len(before & set(fitted_population(many, chosen)["customer_id"])) > 850


def test_everybody_is_fitted_where_the_sample_would_hold_them() -> None:
    few = shoppers(200, anonymous=0)
    assert fitted_population(few, recipe(max_customers=200)).equals(few.sort("customer_id"))


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
        ({"recipe": "leaf", "dimensions": 0}, "names and cannot be clustered"),
        ({"targets": ()}, "targets must be one to 4 features"),
        ({"clusterer": "ward"}, "named axes are grouped by kmeans or medians"),
        ({"reducer": "umap"}, "named axes are grouped by kmeans or medians"),
        ({"recipe": "stable", "clusterer": "medians"}, "axes with names only"),
        ({"recipe": "ranks", "targets": ("recency",)}, "must be among the inputs"),
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
