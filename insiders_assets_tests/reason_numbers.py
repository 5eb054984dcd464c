"""Reads the numbers out of reasons and holds them against the features they are said of."""

from __future__ import annotations

import math
import re

import polars as pl
import pytest

BOUGHT = re.compile(r"([-\d,.]+) in ([\d,]+) orders?, last (?:today|([\d,]+) days? ago); ")
OWN = re.compile(
    r"([\d,]+) lines?, ([\d,]+) products?, ([\d.]+) units per order, ([\d,.]+) per order, ([\d,]+) units? returned"
)
BORDER = re.compile(r"Insiders (?:start at|stay down to) ([\d,.]+)\.$")
MOST_WORDS = 15


def value(text: str) -> float:
    return float(text.replace(",", ""))


def near(written: str, amount: float) -> bool:
    """Whether an amount is written to the last digit that is shown."""
    return value(written) == pytest.approx(amount, abs=0.0051 if "." in written else 0.51)


def numbers_that_recompute(listed: pl.DataFrame) -> int:
    """Fails at the first number that is not the customer's own; how many customers were looked at."""
    known = listed.filter("is_identified").to_dicts()
    for row in known:
        assert len(row["reason"].split()) <= MOST_WORDS, row["reason"]
        assert len(row["next_step"].split()) <= MOST_WORDS, row["next_step"]
        bought = BOUGHT.match(row["reason"])
        assert bought, row["reason"]
        assert near(bought[1], row["value"]), row["reason"]
        assert value(bought[2]) == row["total_purchases"]
        assert value(bought[3] or "0") == row["recency"]
        own = OWN.search(row["details"])
        assert own, row["details"]
        assert value(own[1]) == row["purchase_lines"]
        assert value(own[2]) == row["distinct_stock_code"]
        assert float(own[3]) == pytest.approx(row["basket_size"], abs=0.051)
        assert value(own[4]) == pytest.approx(row["avg_ticket"], abs=0.0051)
        assert value(own[5]) == row["returned"]
        if border := BORDER.search(row["reason"]):
            # A reason never contradicts itself: what they spent is on the side of the border that they are on.
            assert (value(bought[1]) >= value(border[1])) == (row["policy_tier"] == "insider"), row["reason"]
    return len(known)


def gap_of(row: dict) -> tuple[str, float]:
    """The feature and the gap that a near miss's details name, its other numbers checked on the way."""
    text = row["details"].partition(" Nearly: ")[2]
    if found := re.match(r"([\d,.]+) more in purchases, or ([\d,]+) more orders? like theirs", text):
        gap = value(found[1])
        assert value(found[2]) in {
            max(math.ceil((gap + e) / (row["value"] / row["total_purchases"]) - 1e-6), 1)
            for e in (-0.005, 0, 0.005)
        }
        return "value", gap
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
