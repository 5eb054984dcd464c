"""Reads the numbers out of reasons and holds them against the features they are said of."""

from __future__ import annotations

import math
import re

import polars as pl
import pytest

BOUGHT = re.compile(r"Bought for ([\d,.]+) in ([\d,]+) orders?, the last ([\d,]+) days? ago")
OWN = re.compile(
    r"they: ([\d,]+) lines?, ([\d,]+) products?, ([\d.]+) units per order, ([\d,.]+) per order, "
    r"([\d,]+) units? returned"
)


def value(text: str) -> float:
    return float(text.replace(",", ""))


def numbers_that_recompute(listed: pl.DataFrame) -> int:
    """Fails at the first number that is not the customer's own; how many reasons had a rule with their own numbers."""
    checked = 0
    for row in listed.filter("is_identified").to_dicts():
        bought = BOUGHT.search(row["reason"])
        assert bought, row["reason"]
        assert value(bought[1]) == pytest.approx(row["revenue"], abs=0.0051)
        assert value(bought[2]) == row["total_purchases"]
        assert value(bought[3]) == row["recency"]
        if own := OWN.search(row["reason"]):
            checked += 1
            assert value(own[1]) == row["purchase_lines"]
            assert value(own[2]) == row["distinct_stock_code"]
            assert float(own[3]) == pytest.approx(row["basket_size"], abs=0.051)
            assert value(own[4]) == pytest.approx(row["avg_ticket"], abs=0.0051)
            assert value(own[5]) == row["returned"]
    return checked


def gap_of(row: dict) -> tuple[str, float]:
    """The feature and the gap that a near miss's reason names, its other numbers checked on the way."""
    text = row["reason"].removeprefix("Nearly: ")
    if found := re.match(r"([\d,.]+) more in purchases, or ([\d,]+) more orders? like theirs", text):
        gap = value(found[1])
        assert value(found[2]) in {
            max(math.ceil((gap + e) / row["avg_ticket"] - 1e-6), 1) for e in (-0.005, 0, 0.005)
        }
        return "revenue", gap
    if found := re.match(
        r"([\d,]+) more purchase lines? would bring them in: ([\d,.]+) more in purchases, or ([\d,]+) more",
        text,
    ):
        gap = value(found[1])
        assert value(found[2]) == pytest.approx(gap * row["avg_line_value"], abs=0.0051)
        assert value(found[3]) == math.ceil(gap * row["total_purchases"] / row["purchase_lines"] - 1e-6)
        return "purchase_lines", gap
    if found := re.match(r"orders of ([\d.]+) units on average, instead of ([\d.]+),", text):
        assert float(found[2]) == pytest.approx(row["basket_size"], abs=0.0051)
        return "basket_size", float(found[1]) - row["basket_size"]
    if found := re.match(r"orders of ([\d,.]+) on average, instead of ([\d,.]+),", text):
        assert value(found[2]) == pytest.approx(row["avg_ticket"], abs=0.0051)
        return "avg_ticket", value(found[1]) - row["avg_ticket"]
    if found := re.match(r"([\d,]+) more orders? would bring them in, ([\d,.]+) more in purchases", text):
        gap = value(found[1])
        assert value(found[2]) == pytest.approx(gap * row["avg_ticket"], abs=0.0051)
        return "total_purchases", gap
    found = re.match(r"([\d,]+) more products? they have not bought yet", text)
    assert found, text
    return "distinct_stock_code", value(found[1])
