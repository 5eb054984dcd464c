"""Every figure of the first screen, cohorts and the revenue bridge, recomputed from raw exports by plain polars.

Nothing of the package computes here: exports are read as text, cleaned by the rules as the documentation states them,
and added up; what the tables and the page say must be that.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from insiders_assets_tests.commands import SHIPPED, run
from insiders_assets_tests.refreshed import BULK_ACCOUNTS, Refreshed

WINDOW = timedelta(days=396)
SERVICES = ("POST", "D", "DOT", "M", "S", "AMAZONFEE", "DCGSSBOY", "DCGSSGIRL", "PADS", "B", "CRUK")
NOWHERE = ("Unspecified", "European Community")
MONEY = pl.Float64


def purchases(exports: list[Path], excluded: tuple[str, ...] = ()) -> pl.DataFrame:
    """The lines that count, of text exports in the columns of the shipped ones."""
    text = pl.concat(pl.read_csv(path, infer_schema=False) for path in exports)
    lines = text.select(
        "InvoiceNo", "StockCode", "Country", customer="CustomerID",
        day=pl.col("InvoiceDate").str.head(10).str.to_date(strict=False),
        units=pl.col("Quantity").cast(pl.Int64, strict=False), price=pl.col("UnitPrice").cast(MONEY, strict=False),
    )  # fmt: skip
    return (
        lines.drop_nulls(["InvoiceNo", "StockCode", "day", "units", "price"])
        .filter(  # what is broken waits aside
            pl.col("units") > 0,
            pl.col("price") > 0.04,
            ~pl.col("StockCode").str.to_uppercase().is_in(SERVICES),
            ~pl.col("Country").is_in(NOWHERE).fill_null(False),
            ~pl.col("customer").is_in(excluded).fill_null(False),
        )
        .with_columns(value=pl.col("units") * pl.col("price"))
    )


def per_customer(lines: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Identified customers with what they bought in the window that ends at a day."""
    return (
        lines.filter(pl.col("customer").is_not_null(), pl.col("day") <= as_of, pl.col("day") > as_of - WINDOW)
        .group_by("customer")
        .agg(
            revenue=pl.col("value").sum(),
            recency=(pl.lit(as_of) - pl.col("day").max()).dt.total_days(),
            distinct_stock_code=pl.col("StockCode").n_unique(),
            basket_size=pl.col("units").sum() / pl.col("InvoiceNo").n_unique(),
        )
    )


def table(home: Path, name: str) -> pl.DataFrame:
    """A table of the warehouse."""
    with sqlite3.connect(f"file:{home / 'insiders.db'}?mode=ro", uri=True) as database:
        return pl.read_database(f'SELECT * FROM "{name}"', database, infer_schema_length=None)


def facts(home: Path) -> dict[str, Any]:
    return json.loads((home / "reports" / "latest" / "report.json").read_text("utf-8"))  # type: ignore[no-any-return]


@pytest.fixture(
    scope="module",
    params=["shipped", pytest.param("reference", marks=pytest.mark.full)],
    ids=["shipped", "reference"],
)
def shop(request: pytest.FixtureRequest) -> tuple[Path, pl.DataFrame]:
    """A home that was refreshed once, and the lines of its exports that count."""
    if request.param == "shipped":
        made: Refreshed = request.getfixturevalue("refreshed")
        return made.home, purchases(sorted(SHIPPED.glob("*.csv")))
    folder: Path = request.getfixturevalue("reference") / "data" / "online_retail" / "daily"
    home = request.getfixturevalue("tmp_path_factory").mktemp("recomputed") / "home"
    run(folder, home, excluded_customers=BULK_ACCOUNTS)
    return home, purchases(sorted(folder.glob("*.csv")), tuple(BULK_ACCOUNTS.split(",")))


def test_the_first_screen_is_what_the_exports_add_up_to(shop: tuple[Path, pl.DataFrame]) -> None:
    home, lines = shop
    said = facts(home)
    as_of = date.fromisoformat(said["as_of"])
    assert as_of == lines["day"].max()
    everyone = per_customer(lines, as_of)
    insiders = everyone.filter(pl.col("revenue") >= said["refresh"]["insider_border"])
    tier = next(row for row in said["tiers"] if row["tier"] == "insider")
    assert said["identified_customers"] == everyone.height
    assert tier["identified_customers"] == insiders.height
    assert said["insider_share_of_customers"] == pytest.approx(insiders.height / everyone.height)
    share = insiders["revenue"].sum() / everyone["revenue"].sum()
    assert said["insider_share_of_revenue"] == pytest.approx(share)
    for name in ("revenue", "recency", "distinct_stock_code", "basket_size"):
        assert tier[f"mean_{name}"] == pytest.approx(insiders[name].mean()), name
    listed = pl.read_csv(home / "reports" / "latest" / "members.csv", infer_schema=False)["customer_id"]
    assert set(listed) <= set(insiders["customer"])
    excluded = table(home, "suppressions").filter(pl.col("is_on") == 1, pl.col("rule") != "anonymous")
    assert said["members"] == listed.len() == insiders.height - excluded["insiders"].sum()
    page = (home / "reports" / "latest" / "report.html").read_text("utf-8")
    screen = page[
        page.index('<section id="summary"') : page.index("</section>", page.index('<section id="summary"'))
    ]
    shown = (
        f"{listed.len():,} members", f"{insiders['revenue'].mean():,.0f}", f"{share:.1%}",
        f"{insiders.height / everyone.height:.1%}", f"{insiders['recency'].mean():.0f} days",
        f"{insiders['distinct_stock_code'].mean():.0f}", f"{insiders['basket_size'].mean():.0f}",
    )  # fmt: skip
    assert [figure for figure in shown if f">{figure}<" not in screen] == []


def test_cohorts_are_those_of_the_exports(shop: tuple[Path, pl.DataFrame]) -> None:
    home, lines = shop
    months = lines.filter(pl.col("customer").is_not_null()).with_columns(
        month=pl.col("day").dt.truncate("1mo")
    )
    came = months.group_by("customer").agg(first_month=pl.col("month").min())
    sizes = came.group_by("first_month").len("cohort_customers")
    since = (pl.col("month").dt.year() - pl.col("first_month").dt.year()) * 12 + (
        pl.col("month").dt.month() - pl.col("first_month").dt.month()
    )
    expected = (
        months.join(came, on="customer")
        .with_columns(months_since=since)
        .group_by("first_month", "months_since")
        .agg(customers=pl.col("customer").n_unique(), revenue=pl.col("value").sum())
        .join(sizes, on="first_month")
    )
    told = table(home, "cohorts").with_columns(pl.col("first_month").cast(pl.String).str.to_date())
    both = told.filter(pl.col("customers") > 0).join(
        expected, on=["first_month", "months_since"], how="full", suffix="_expected", coalesce=True
    )
    assert both.height == expected.height > 50
    for name in ("customers", "cohort_customers"):
        assert both[name].to_list() == both[f"{name}_expected"].to_list(), name
    assert (both["revenue"] - both["revenue_expected"]).abs().max() < 0.005
    assert (both["share_of_customers"] - both["customers"] / both["cohort_customers"]).abs().max() < 1e-9


def test_the_bridge_is_what_two_states_of_the_exports_differ_by(refreshed: Refreshed, tmp_path: Path) -> None:
    """The last month comes again three months later, in part from others: some are new, some gone, most moved."""
    landing, home = refreshed.copy(tmp_path)
    exports = sorted(landing.glob("*.csv"))
    before_day = date.fromisoformat(facts(home)["as_of"])
    members = {*table(home, "members")["customer_id"]}
    last = pl.read_csv(exports[-1], infer_schema=False).drop_nulls("InvoiceDate")
    later = (
        pl.col("InvoiceDate")
        .str.to_datetime(strict=False)
        .dt.offset_by("92d")
        .dt.strftime("%Y-%m-%d %H:%M:%S")
    )
    new = (
        pl.when(pl.int_range(pl.len()) % 7 == 0)
        .then(pl.lit("99") + pl.col("CustomerID"))
        .otherwise("CustomerID")
    )
    last.with_columns(later, InvoiceNo=pl.lit("8") + pl.col("InvoiceNo"), CustomerID=new).write_csv(
        landing / "later.csv"
    )
    run(landing, home)
    after_day = date.fromisoformat(facts(home)["as_of"])
    assert after_day == before_day + timedelta(days=92)
    members |= {*table(home, "members")["customer_id"]}
    before = per_customer(purchases(exports), before_day).select("customer", before="revenue")
    after = per_customer(purchases([*exports, landing / "later.csv"]), after_day).select(
        "customer", after="revenue"
    )
    change = pl.col("after").fill_null(0.0) - pl.col("before").fill_null(0.0)
    expected = (
        before.join(after, on="customer", how="full", coalesce=True)
        .with_columns(
            change=change,
            group_name=pl.when(pl.col("customer").is_in(members))
            .then(pl.lit("member"))
            .otherwise(pl.lit("other")),
            movement=pl.when(pl.col("before").is_null())
            .then(pl.lit("new"))
            .when(pl.col("after").is_null())
            .then(pl.lit("lost"))
            .when(change.abs() < 0.005)
            .then(pl.lit("unchanged"))
            .when(change > 0)
            .then(pl.lit("grew"))
            .otherwise(pl.lit("shrank")),
        )
        .group_by("group_name", "movement")
        .agg(customers=pl.len(), change=pl.col("change").sum())
    )
    name = facts(home)["refresh_id"]
    told = table(home, "revenue_bridge").filter(
        pl.col("refresh_id") == name, pl.col("group_name") != "anonymous", pl.col("customers") > 0
    )
    both = told.join(expected, on=["group_name", "movement"], how="full", suffix="_expected", coalesce=True)
    assert {*both["movement"]} == {"new", "lost", "grew", "shrank", "unchanged"}
    assert both["customers"].to_list() == both["customers_expected"].to_list(), both
    assert (both["change"] - both["change_expected"]).abs().max() < 0.005
    total = after["after"].sum() - before["before"].sum()
    assert told["change"].sum() == pytest.approx(total, abs=0.005)
