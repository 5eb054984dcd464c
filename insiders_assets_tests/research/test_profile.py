"""The feature profile: statistics by their definitions, groups of features, and a reason for each."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from insiders_assets.contracts.customers import FEATURES
from insiders_assets.contracts.research import FEATURE_PROFILE
from insiders_assets.research import profile
from insiders_assets.research.profile import correlation_groups, describe, feature_profile
from insiders_assets.segmentation import recipe


@pytest.fixture(scope="module")
def study(people: pl.DataFrame):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(profile, "FOREST", 40)
        return feature_profile(people, recipe())


def test_every_feature_is_described_once(study) -> None:
    table = FEATURE_PROFILE.validate(study.table)
    assert table["feature"].to_list() == [column.name for column in FEATURES]
    assert set(study.figures) == {"spread", "correlations", "pairs"}


def test_the_kept_features_are_those_of_the_recipe_and_each_has_a_reason(study) -> None:
    kept = study.table.filter("is_kept")
    assert set(kept["feature"]) == set(recipe().columns)
    assert kept["why"].str.starts_with("Kept: ").all()
    assert study.table.filter(~pl.col("is_kept"))["why"].str.starts_with("Left out: ").all()


def test_what_is_explained_is_what_the_recipe_asks_for(study) -> None:
    why = dict(study.table.select("feature", "why").iter_rows())
    assert why["avg_ticket"].startswith("Kept: an axis ranks customers by it; without it")
    assert (
        why["revenue"]
        == "Kept: tiers and the numbers of clusters go by it; the forest is not asked for revenue."
    )
    assert not any("of revenue" in reason or "-0.0" in reason for reason in why.values())
    explained = dict(study.table.select("feature", "explained").iter_rows())
    whole = (
        float(next(line for line in study.findings if "of the named axes" in line).split("%")[0].split()[-1])
        / 100
    )
    assert whole > 0.9
    assert all(
        explained[name] < whole - 0.01 for name in recipe().targets
    )  # nothing else tells an axis as well


def test_statistics_are_those_of_their_definitions() -> None:
    found = describe(pl.Series([1.0, 2, 3, 4, 5, 6, 7, 8, 9, 100, None]))
    values = np.array([1.0, 2, 3, 4, 5, 6, 7, 8, 9, 100])
    assert (found["customers"], found["range"], found["median"]) == (10, 99, 5.5)
    assert found["variance"] == pytest.approx(values.var(ddof=1))
    assert found["variation"] == pytest.approx(values.std(ddof=1) / values.mean())
    assert found["skew"] > 2
    assert (found["low_outliers"], found["high_outliers"]) == (0, 1)


def test_outliers_lie_more_than_two_and_a_half_quartile_ranges_out() -> None:
    body = list(np.linspace(0, 4, 101))  # quartiles 1 and 3: far is below -4 and above 8
    found = describe(pl.Series([*body, -3.9, 7.9, -4.5, 8.5, 9.0]))
    assert (found["low_outliers"], found["high_outliers"]) == (1, 2)


def test_features_that_go_together_share_a_group_whatever_the_sign() -> None:
    ranks = np.array([[1.0, 0.9, 0.1, -0.85], [0.9, 1, 0, -0.82], [0.1, 0, 1, 0], [-0.85, -0.82, 0, 1]])
    assert correlation_groups(ranks) == [1, 1, 2, 1]


def test_a_feature_that_never_varies_is_alone_and_harms_nothing(people: pl.DataFrame) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(profile, "FOREST", 40)
        table = feature_profile(people.with_columns(returned=pl.lit(0, pl.Int64)), recipe()).table
    row = FEATURE_PROFILE.validate(table).filter(pl.col("feature") == "returned").to_dicts()[0]
    assert (row["skew"], row["deviation"], row["correlation"]) == (None, 0, 0)
