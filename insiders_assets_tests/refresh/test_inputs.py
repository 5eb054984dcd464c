"""What a refresh reads beside exports, what it compares with, and what it may take, by value."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from insiders_assets.programme.borders import Borders
from insiders_assets.refresh import memory
from insiders_assets.refresh.brake import _shift
from insiders_assets.refresh.sources import _borders_before, side_inputs
from insiders_assets.settings import load_settings
from insiders_assets.storage.stores import Stores


@pytest.mark.parametrize(("value", "changes"), [("gross", False), ("contribution", True)])
def test_costs_count_only_where_value_is_contribution(tmp_path: Path, value: str, changes: bool) -> None:
    stores = Stores(load_settings(home=str(tmp_path / "home"), landing=str(tmp_path), value=value))
    before = side_inputs(stores)
    (tmp_path / "costs.csv").write_text("stock_code,unit_cost\nA,1\n", encoding="utf-8")
    assert (side_inputs(stores) != before) is changes


@pytest.mark.parametrize(
    ("latest", "borders"),
    [
        ({"insider_border": 5.0, "viability_border": 2.0}, Borders(5.0, 2.0)),
        ({"insider_border": None, "viability_border": 2.0}, None),
        ({"insider_border": 5.0, "viability_border": None}, None),
        (None, None),
    ],
)
def test_borders_of_before_are_known_if_both_are(
    latest: dict[str, float | None] | None, borders: Borders | None
):
    assert _borders_before(latest) == borders


def test_a_tier_that_nobody_is_in_any_more_has_moved_by_its_share() -> None:
    def tiers(*names: str) -> pl.DataFrame:
        return pl.DataFrame({"tier": names, "is_identified": [True] * len(names)})

    assert (
        _shift(tiers("insider", "viability", "other", "other"), tiers("other", "other", "other", "other"))
        == 0.5
    )
    assert _shift(tiers("other", "other"), tiers("other", "insider")) == 0.5
    assert _shift(tiers("insider"), tiers("insider")) == 0.0


def test_the_memory_of_a_refresh_grows_with_transactions_and_customers() -> None:
    assert memory.estimate(1_000_000, 10_000) == 980_000_000
