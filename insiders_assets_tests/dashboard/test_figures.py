"""The dashboard's charts, as plain figures."""

from __future__ import annotations

from datetime import date

import pytest

from insiders_assets.dashboard.figures import by_month, customer_months, months_between
from insiders_assets.language import Language

NOTHING = {"total_purchases": 0, "total_products": 0, "returned": 0}


def test_a_month_that_has_nothing_keeps_its_place() -> None:
    rows = [
        {"last_purchase_month": date(2024, 11, 1), "customers": 3, "revenue": 5.0},
        {"last_purchase_month": date(2025, 2, 1), "customers": 1, "revenue": 9.0},
    ]
    axis = by_month(Language("en", "GBP"), rows)["layout"]["xaxis"]
    assert axis["categoryarray"] == ["2024-11", "2024-12", "2025-01", "2025-02"]
    assert axis["ticktext"] == ["Nov<br>2024", "Dec", "Jan<br>2025", "Feb"]


def test_without_a_month_there_is_an_empty_chart() -> None:
    assert by_month(Language("en", "GBP"), [])["layout"]["xaxis"]["categoryarray"] == []


@pytest.mark.parametrize(
    ("language", "currency", "before", "after"),
    [("en", "GBP", "£", ""), ("pt_BR", "BRL", "R$\xa0", ""), ("en", "", "", "")],
)
def test_money_on_an_axis_has_its_currency(language: str, currency: str, before: str, after: str) -> None:
    rows = [{"month": date(2025, 1, 1), "revenue": 6000.0} | NOTHING]
    axis = customer_months(Language(language, currency), rows)["layout"]["yaxis"]
    assert (axis["tickprefix"], axis["ticksuffix"]) == (before, after)


def test_months_between_are_whole_and_ordered() -> None:
    assert months_between(date(2025, 12, 31), date(2026, 1, 1)) == [date(2025, 12, 1), date(2026, 1, 1)]
