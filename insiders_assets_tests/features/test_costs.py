"""Contribution: what is left of a customer's purchases and returns once the goods are paid, or a question."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from insiders_assets.errors import InsidersError
from insiders_assets.features.cleaning import CleaningRules, clean_purchases, returns
from insiders_assets.features.costs import read_costs, with_contribution
from insiders_assets.features.customers import customer_features
from insiders_assets.places import place
from insiders_assets.refresh.worth import costs_file
from insiders_assets.settings import load_settings
from insiders_assets_tests.make import transactions

AS_OF = date(2026, 1, 31)
LINES = [
    {"invoice_no": "1", "stock_code": "A1", "quantity": 10, "unit_price": 2.0},
    {"invoice_no": "1", "stock_code": "B2", "quantity": 4, "unit_price": 5.0},
    {"invoice_no": "C2", "stock_code": "A1", "quantity": -3, "unit_price": 2.0},
    {"invoice_no": "3", "stock_code": "C3", "quantity": 1, "unit_price": 9.0, "customer_id": "other"},
]


def contributions(tmp_path: Path, text: str) -> dict[str, float]:
    raw = transactions(*({"invoice_date": datetime(2026, 1, 5)} | line for line in LINES)).lazy()
    bought, back = clean_purchases(raw, CleaningRules()), returns(raw, CleaningRules())
    features = customer_features(bought, back, as_of=AS_OF, window_days=396).collect()
    file = tmp_path / "costs.csv"
    file.write_text(text, encoding="utf-8")
    found = with_contribution(
        features, bought, back, read_costs(place(str(file))), as_of=AS_OF, window_days=396
    )
    assert found.columns == features.columns
    return dict(found.select("customer_id", "contribution").iter_rows())


def test_costs_are_taken_off_what_was_sold_and_come_back_with_what_is_returned(tmp_path):
    found = contributions(tmp_path, "stock_code,unit_cost,cost_share\nA1,0.5,\nB2,,0.6\n*,,0.5\n")
    # Ten sold and three back at 2.00 less 0.50; four at 5.00 of which 60 % is cost.
    assert found == {"17850": pytest.approx(7 * 1.5 + 4 * 2.0), "other": pytest.approx(4.5)}


def test_a_share_of_the_price_of_one_piece_that_came_back_is_given_back(tmp_path):
    from insiders_assets.features.costs import with_line_contribution

    path = tmp_path / "costs.csv"
    path.write_text("stock_code,cost_share\nA1,0.25\n")
    lines = pl.LazyFrame(
        {"stock_code": ["A1", "A1", "A1"], "quantity": [-1, 1, 0], "line_value": [-8.0, 8.0, -2.0]},
        schema_overrides={"quantity": pl.Int32},
    )
    found = with_line_contribution(lines, read_costs(path)).collect()
    assert found["line_contribution"].to_list() == [-6.0, 6.0, -2.0]


def test_the_line_of_all_others_is_no_product(tmp_path):
    path = tmp_path / "costs.csv"
    path.write_text("stock_code,unit_cost,cost_share\n#1,0.5,\n*,,0.5\nB2,,0.6\n")  # '#' sorts before '*'
    costs = read_costs(path)
    assert costs.table.rows() == [("#1", 0.5, None), ("B2", None, 0.6)]
    assert costs.others == (None, 0.5)


def test_a_product_without_a_cost_is_a_question(tmp_path):
    with pytest.raises(
        InsidersError, match=r"costs.csv.*1 products have no cost, such as 'C3': 1 lines worth 9.00"
    ):
        contributions(tmp_path, "stock_code,unit_cost\nA1,0.5\nB2,1\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("code,cost\nA1,1\n", "has the columns code, cost"),
        ("code,unit_cost\nA1,1\n", "has the columns code, unit_cost"),
        ("stock_code,cost\nA1,1\n", "has the columns stock_code, cost"),
        ("stock_code,unit_cost\nA1,1\nB2,cheap\n", "line 3: unit_cost 'cheap'"),
        ("stock_code,unit_cost\nA1,-1\n", "line 2: unit_cost '-1'"),
        ("stock_code,unit_cost\nA1,inf\n", "line 2: unit_cost 'inf'"),
        ("stock_code,cost_share\nA1,half\n", "line 2: .*cost_share 'half'"),
        ("stock_code,cost_share\nA1,60\n", "line 2: .*cost_share '60'"),
        ("stock_code,unit_cost,cost_share\nA1,1,0.5\n", "line 2"),
        ("stock_code,unit_cost\nA1,1\nA1,2\n", "'A1' has more than one cost"),
    ],
)
def test_what_is_no_cost_is_said_with_its_line(tmp_path, text, said):
    with pytest.raises(InsidersError, match=said):
        contributions(tmp_path, text)


def test_costs_lie_in_the_landing_zone_or_the_home_or_where_the_setting_says(tmp_path):
    landing, home = tmp_path / "landing", tmp_path / "home"
    landing.mkdir()
    home.mkdir()
    settings = load_settings(home=str(home), landing=str(landing), value="contribution")
    assert costs_file(settings) is None
    with pytest.raises(InsidersError, match=r"^costs\.csv: value is contribution, and there are no costs"):
        read_costs(costs_file(settings))
    with pytest.raises(InsidersError, match=r"gone\.csv: value is contribution, and there are no costs"):
        read_costs(home / "gone.csv", required=False)
    assert read_costs(None, required=False).table.is_empty()
    (home / "costs.csv").write_text("stock_code,unit_cost\n")
    assert str(costs_file(settings)) == str(home / "costs.csv")
    (landing / "costs.csv").write_text("stock_code,unit_cost\n")
    assert str(costs_file(settings)) == str(landing / "costs.csv")
    given = load_settings(costs=str(home / "costs.csv"), landing=str(landing))
    assert str(costs_file(given)) == str(home / "costs.csv")


def test_a_file_of_costs_is_no_export():
    from insiders_assets.storage.landing import is_export

    assert not is_export("costs.csv")
    assert is_export("2025/costs.csv")


def test_customers_worth_less_than_nothing_are_never_insiders():
    from insiders_assets.programme.compute import run_programme
    from insiders_assets.programme.config import ProgrammeRules
    from insiders_assets_tests import programme_shop as shop

    given = shop.inputs(80, rules=ProgrammeRules(value="net"))
    owing = given.features.with_columns(net_revenue=pl.col("net_revenue") - pl.col("net_revenue").median())
    result = run_programme(shop.inputs(80, rules=ProgrammeRules(value="net"), features=owing))
    assert (owing["net_revenue"] < 0).any()
    assert (result.insiders.filter(pl.col("tier") != "not_insider")["value"] > 0).all()
