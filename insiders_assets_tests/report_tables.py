"""A made-up refresh for tests of the report: heavy-tailed customers in clusters, and every table around them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import polars as pl

from insiders_assets.contracts import claims
from insiders_assets.contracts import programme as contracts
from insiders_assets.contracts.customers import CUSTOMER_FEATURES, INSIDERS, TIERS
from insiders_assets.contracts.next_product import CLUSTER_NEXT_PRODUCTS, NEXT_PRODUCT_VERDICT
from insiders_assets.contracts.table import Column, Table
from insiders_assets.contracts.transactions import REJECTED_ROWS
from insiders_assets.language.message import Message, message
from insiders_assets.language.writer import columns
from insiders_assets.report import ReportInputs
from insiders_assets_tests.tables import completed

AS_OF = date(2025, 11, 30)
REFRESH = "2025-11-30-0a1b2c3d"
NAMES = (
    "highest revenue", "broad range", "frequent buyers", "low product variety",
    "one big basket", "intermittent", "occasional buyers",
)  # fmt: skip
TIER_OF = ("insider", "insider", "insider", "insider", "viability", "not_insider", "not_insider")
HOSTILE = "<script>alert('cluster')</script>"


def columns_of(name: str, told: Message) -> dict[str, pl.Expr]:
    """The columns by which every row of a table says the same message."""
    return {column: pl.lit(value) for column, value in columns(name, told).items()}


def customers(count: int = 600, seed: int = 7) -> pl.DataFrame:
    """``customer_features`` with long tails and a quarter of anonymous invoices."""
    draw = np.random.default_rng(seed)
    orders = draw.geometric(0.28, count).astype(np.int64)
    ticket = np.exp(draw.normal(5.4, 0.9, count)).round(2)
    anonymous = draw.random(count) < 0.24
    orders[anonymous] = 1
    lines = orders * draw.integers(2, 30, count)
    recency = np.minimum(draw.exponential(95, count), 380).astype(np.int64)
    units = lines * draw.integers(1, 18, count)
    tenure = np.minimum(recency + (orders - 1) * draw.integers(5, 40, count), 395)
    distinct = np.maximum(1, (lines * draw.uniform(0.5, 1.0, count)).astype(np.int64))
    frame = pl.DataFrame(
        {
            "customer_id": [
                f"anonymous-{530000 + place}" if hidden else f"{12000 + place}"
                for place, hidden in enumerate(anonymous)
            ],
            "revenue": (ticket * orders).round(2),
            "recency": recency,
            "total_products": units,
            "distinct_stock_code": distinct,
            "purchase_lines": lines,
            "total_purchases": orders,
            "basket_size": units / orders,
            "unique_basket_size": np.maximum(1.0, distinct / orders),
            "avg_ticket": ticket,
            "avg_line_value": (ticket * orders / lines),
            "frequency": orders / np.maximum(tenure - recency + 1, 1),
            "avg_recency_days": np.where(orders > 1, (tenure - recency) / np.maximum(orders - 1, 1), np.nan),
            "returned": (draw.random(count) < 0.25) * draw.integers(1, 60, count),
            "tenure": tenure,
            "is_identified": ~anonymous,
            "country": draw.choice(["United Kingdom", "Brazil", "France"], count, p=[0.8, 0.15, 0.05]),
        }
    ).with_columns(
        pl.col("avg_recency_days").fill_nan(None),
        net_revenue=pl.col("revenue") * 0.9,
        contribution=pl.col("revenue") * 0.3,
    )
    return CUSTOMER_FEATURES.validate(completed(frame, CUSTOMER_FEATURES).sort("customer_id"))


def insiders(count: int = 600, seed: int = 7) -> pl.DataFrame:
    """``insiders``: clusters by revenue rank with some noise, tiers by :data:`TIER_OF`."""
    draw = np.random.default_rng(seed + 1)
    frame = customers(count, seed)
    noisy = np.log1p(frame["revenue"].to_numpy()) + draw.normal(0, 0.35, count)
    place = np.argsort(np.argsort(-noisy)) * len(NAMES) // count
    angle = place * 2 * np.pi / len(NAMES)
    frame = frame.with_columns(
        cluster=pl.Series(place + 1, dtype=pl.Int32),
        tier=pl.Series([TIER_OF[index] for index in place]),
        confidence=pl.Series(np.clip(draw.beta(6, 1.4, count), 0, 1)),
        embedding_x=pl.Series(10 * np.cos(angle) + draw.normal(0, 1.6, count)),
        embedding_y=pl.Series(10 * np.sin(angle) + draw.normal(0, 1.2, count)),
        reason=pl.concat_str(
            pl.lit("Spent "), pl.col("revenue"), pl.lit(" in "), "total_purchases", pl.lit(" orders.")
        ),
    ).with_columns(
        is_member=pl.col("is_identified") & (pl.col("tier") == "insider"),
        value=pl.col("revenue"),
        state=pl.when("is_identified").then(
            pl.when(pl.col("recency") > 200)
            .then(pl.lit("lost"))
            .when(pl.col("recency") > 100)
            .then(pl.lit("lapsing"))
            .otherwise(pl.lit("active"))
        ),
        **columns_of("headline", message("headline.active")),
        **columns_of("next_step", message("step.keep_in_touch")),
        offer_type=pl.lit("none"),
    )
    return _complete(INSIDERS, frame)


def _group(frame: pl.DataFrame, everyone: pl.DataFrame) -> dict[str, Any]:
    known, all_known = frame.filter("is_identified"), everyone.filter("is_identified")
    means = {f"mean_{name}": known[name].cast(pl.Float64).mean() for name in contracts.PROFILED}
    return {
        "customers": frame.height,
        "identified_customers": known.height,
        "share_of_customers": known.height / all_known.height,
        "revenue": known["revenue"].sum(),
        "share_of_revenue": known["revenue"].sum() / all_known["revenue"].sum(),
        "share_of_customers_of_all": frame.height / everyone.height,
        "share_of_revenue_of_all": frame["revenue"].sum() / everyone["revenue"].sum(),
        **means,
    }


def _ordinary(column: Column) -> Any:
    """A value that the column's contract allows, for columns that these tests say nothing about."""
    if column.nullable:
        return None
    if column.isin:
        return column.isin[0]
    return {"str": "", "bool": False, "date": AS_OF}.get(column.dtype, column.ge or 0)


def _complete(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """``frame`` as the contract wants it, with an ordinary value in every column that it lacks."""
    missing = [column for column in table.columns if column.name not in frame.columns]
    ordinary = [
        pl.lit(_ordinary(column), dtype=table.polars_schema[column.name]).alias(column.name)
        for column in missing
    ]
    return table.validate(frame.with_columns(ordinary).select(table.names).cast(table.polars_schema))


def _table(table: Table, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """A table of rows, completed; a value a row does not give is null."""
    names = {name for row in rows for name in row}
    schema = {name: dtype for name, dtype in table.polars_schema.items() if name in names}
    return _complete(table, pl.DataFrame([dict.fromkeys(schema) | row for row in rows], schema=schema))


def tier_summary(frame: pl.DataFrame) -> pl.DataFrame:
    """``tier_summary`` of a list."""
    rows = []
    for tier in ("insider", "viability", "not_insider"):
        of_tier = frame.filter(tier=tier)
        rows.append({"tier": tier, "members": int(of_tier["is_member"].sum()), **_group(of_tier, frame)})
    return _table(contracts.TIER_SUMMARY, rows)


def cluster_profiles(frame: pl.DataFrame, hostile: bool = False) -> pl.DataFrame:
    """``cluster_profiles`` of a list."""
    rows, covered = [], 0.0
    for number, (name, tier) in enumerate(zip(NAMES, TIER_OF, strict=True), start=1):
        of_cluster = frame.filter(cluster=number)
        known, group = of_cluster.filter("is_identified"), _group(of_cluster, frame)
        covered += group["share_of_revenue"]
        rows.append(
            {
                "cluster": number,
                "name": HOSTILE if hostile and number == 1 else name,
                "tier": tier,
                **group,
                "cumulative_share_of_revenue": min(covered, 1.0),
                **{
                    f"median_{column}": known[column].cast(pl.Float64).median()
                    for column in contracts.PROFILED
                },
                "sets_apart": "revenue +1.9 sd, distinct products +1.4 sd",
                "action": "Cross-sell to the products that similar customers buy.",
                "action_reason": f"{group['mean_distinct_stock_code']:.0f} distinct products per customer.",
                "revenue_at_stake": round(group["revenue"] * 0.04 * (8 - number), 2),
                "mean_confidence": of_cluster["confidence"].mean(),
                "stability": (0.91, 0.88, 0.79, 0.66, 0.52, 0.95, None)[number - 1],
            }
        )
    return _table(contracts.CLUSTER_PROFILES, rows)


def _members(frame: pl.DataFrame) -> pl.DataFrame:
    named = frame.filter("is_member").with_columns(
        cluster_name=pl.col("cluster")
        .cast(pl.Int64)
        .replace_strict(list(range(1, 8)), NAMES, return_dtype=pl.String)
    )
    return _complete(contracts.MEMBERS, named)


def _evidence() -> pl.DataFrame:
    rows: list[dict[str, Any]] = []
    ways = {"list": 0.71, "past_revenue": 0.735, "random": 0.38}
    for month in (6, 8, 9):
        for subject, share in ways.items():
            for size in (None, 0.1, 0.5):
                value = share * (size or 0.6) / 0.6 + month / 1000
                row = {"subject": subject, "cutoff": date(2025, month, 9), "size": size}
                interval = {"value": value, "low": value - 0.02, "high": value + 0.02}
                rows.append({"measure": "future_share_of_revenue", **row, **interval})
            again = {
                "measure": "buy_again_rate",
                "subject": subject,
                "cutoff": date(2025, month, 9),
                "value": share / 2,
            }
            rows.append(again)
    rows.append(
        {
            "measure": "rule_fidelity",
            "subject": "rules",
            "value": 0.97,
            **columns("note", message("note.features")),
        }
    )
    return _table(claims.EVIDENCE, rows)


def _rules() -> pl.DataFrame:
    conditions = (
        message("rule.purchase_lines.from", count=67),
        message("rule.purchase_lines.between", low=33, high=66),
        message("rule.purchase_lines.at_most", count=32),
    )
    return _table(
        contracts.ELIGIBILITY_RULES,
        [
            {
                "rule": number, "says_insider": number < 3, **columns("condition", told), "customers": 100 * number,
                "insiders": 90, "members": 88, "share_right": 0.97, "share_of_revenue": 0.3,
            }
            for number, told in enumerate(conditions, start=1)
        ],
    )  # fmt: skip


def _suppressions() -> pl.DataFrame:
    rules = ("anonymous", "wholesale")
    return _table(
        contracts.SUPPRESSIONS,
        [
            {
                "rule": rule, **columns("meaning", message(f"suppression.{rule}")),
                "is_on": rule == "anonymous", "customers": 140, "insiders": 50,
                "insiders_by_this_rule": 50, "revenue": 1234.5, "share_of_revenue": 0.0,
            }
            for rule in rules
        ],
    )  # fmt: skip


def _changes(frame: pl.DataFrame) -> pl.DataFrame:
    rows = []
    for place, row in enumerate(frame.filter("is_member").sort("customer_id").head(24).to_dicts()):
        entered = place % 3 != 0
        rows.append(
            {
                "refresh_id": REFRESH, "as_of": AS_OF, "customer_id": row["customer_id"],
                "change": "entered" if entered else "left",
                "cause": ("bought" if entered else "aged_out") if place % 2 else "first_seen",
                "value_before": 100.0, "bought": 30.0, "aged_out": 10.0, "returned": 0.0, "corrected": -0.5,
                "value_after": 119.5,
                "tier_before": "viability" if entered else "insider",
                "tier_after": "insider" if entered else "not_insider",
                "cluster_before": 5, "cluster_after": row["cluster"],
                "was_member": not entered, "is_member": entered,
            }
        )  # fmt: skip
    return _table(contracts.MEMBERSHIP_CHANGES, rows)


def _leaving(frame: pl.DataFrame) -> pl.DataFrame:
    someone = frame.filter("is_member")["customer_id"].sort()[0]
    row = {
        "customer_id": someone, "next_as_of": date(2025, 12, 30), "why": "grace_ended", "leaves": True, "value": 500.0,
        "ages_out": 0.0, "value_then": 500.0, "must_reach": 600.0, "needs": 100.0, "needs_orders": 1,
        **columns("sentence", message("leaving.grace_ends", day=date(2025, 12, 30), needs=100)),
    }  # fmt: skip
    return _table(contracts.LEAVES_NEXT, [row])


def _months() -> pl.DataFrame:
    return _table(
        contracts.REVENUE_BY_MONTH,
        [
            {
                "month": date(2025, month, 1), "tier": tier, "is_identified": True, "customers": 10 * share,
                "orders": 20 * share, "revenue": 1000.5 * share + month, "is_cut": month == 3,
            }
            for month in range(3, 12)
            for tier, share in zip(TIERS, (6, 2, 1), strict=True)
        ],
    )  # fmt: skip


def _cohorts() -> pl.DataFrame:
    return _table(
        contracts.COHORTS,
        [
            {
                "first_month": date(2025, first, 1), "months_since": since, "cohort_customers": 50,
                "customers": 50 if not since else 20 - since, "revenue": 900.0,
                "share_of_customers": 1.0 if not since else (20 - since) / 50, "is_cut": first == since == 3,
            }
            for first in range(3, 12)
            for since in range(12 - first)
        ],
    )  # fmt: skip


def _bridge() -> pl.DataFrame:
    told = (
        ("member", "grew", 14, 1200.5), ("member", "shrank", 6, -300.25), ("member", "unchanged", 80, 0.0),
        ("other", "new", 9, 410.0), ("other", "lost", 4, -95.0), ("anonymous", "new", 3, 60.75),
    )  # fmt: skip
    return _table(
        contracts.REVENUE_BRIDGE,
        [
            {
                "refresh_id": REFRESH, "as_of": AS_OF, "group_name": group, "movement": movement,
                "customers": customers, "change": change,
            }
            for group, movement, customers, change in told
        ],
    )  # fmt: skip


def _products(hostile: bool) -> pl.DataFrame:
    return _table(
        contracts.PRODUCT_AFFINITY,
        [
            {
                "grouped_by": kind, "group_name": group, "stock_code": f"P{place:02d}",
                "description": HOSTILE if hostile else f"BLUE CUP {place}", "customers": 40 - place,
                "share_of_customers": 0.4, "share_elsewhere": 0.1, "lift": 4.0, "lift_low": 3.0, "lift_high": 5.0,
                "revenue": 2000.0 - place, "share_who_repeat": 0.25, "place_by_revenue": place, "place_by_lift": place,
            }
            for kind, group in (("tier", "insider"), ("cluster", "1"))
            for place in range(1, 13)
        ],
    )  # fmt: skip


def next_of_clusters() -> pl.DataFrame:
    """``cluster_next_products`` of the first cluster, whose order by code is not that by place."""
    return _table(
        CLUSTER_NEXT_PRODUCTS,
        [
            {
                "cluster": 1, "place": place, "stock_code": f"M{9 - place}", "description": f"RED MUG {place}",
                "customers": 40 // place, "share_of_customers": 0.4 / place,
            }
            for place in (3, 2, 1)
        ],
    )  # fmt: skip


def next_verdict(is_shown: bool) -> pl.DataFrame:
    """``next_product_verdict``: whether next products are shown."""
    better = message("next.better", count=3, next_product=0.5, buy_again=0.4, popularity=0.2)
    told = better if is_shown else message("next.not_tried")
    return _table(NEXT_PRODUCT_VERDICT, [{"is_shown": is_shown, **columns("reason", told)}])


def _rejected() -> pl.DataFrame:
    rows = [
        {
            "source_file": "2025-03.csv", "source_line": line, "column": "unit_price", "value": "<b>n/a</b>",
            "reason": "not a number; a price such as 2.50 would be accepted", "row_text": "1,2,3", "rows": 1,
            "arrived_at": datetime(2025, 4, 1),
        }
        for line in range(2, 9)
    ]  # fmt: skip
    return _table(REJECTED_ROWS, rows)


def refresh(count: int = 600, *, hostile: bool = False, first: bool = False, **more: Any) -> ReportInputs:
    """Inputs of a report.

    Args:
        count: Customers.
        hostile: Whether names and ids try to break out of HTML and into formulas.
        first: Whether there was no refresh before.
        more: Fields of :class:`ReportInputs` to replace.
    """
    frame = insiders(count)
    if hostile:
        best = frame.filter("is_member").sort("revenue", descending=True)["customer_id"]
        frame = frame.with_columns(
            pl.col("customer_id").replace(
                {best[0]: '=HYPERLINK("x")', best[1]: "<img src=x onerror=alert(1)>"}
            )
        )
    members = _members(frame)
    summary = tier_summary(frame)
    best_tier = summary.to_dicts()[0]
    row = {
        "refresh_id": REFRESH, "as_of": AS_OF, "published_at": datetime.now(UTC).replace(tzinfo=None),
        "inputs": "ab", "model_version": "leaf-2025-11-30-77aa",
        "rows_read": 41_007, "rows_transactions": 41_000, "rows_quarantined": 7, "rows_purchases": 38_900,
        "rows_returns": 800, "customers": frame.height, "identified_customers": int(frame["is_identified"].sum()),
        "members": members.height, "revenue": frame["revenue"].sum(),
        "insider_share_of_customers": best_tier["share_of_customers"],
        "insider_share_of_revenue": best_tier["share_of_revenue"], "members_entered": 16, "members_left": 8,
        "selection": "value:0.85/0.97", "measure": "gross", "window_days": 396, "insider_border": 600.0,
        "viability_border": 200.0, "borders_from": "model", "share_of_value_above_border": 0.85,
        "restoring_border": 600.0, "value_before": 1000.0, "bought": 300.0, "aged_out": 100.0, "returned": 0.0,
        "corrected": -5.5, "value_after": 1194.5,
    }  # fmt: skip
    questions = [
        {
            "number": number,
            "question": f"Question {number}?",
            "answer": f"Answer {number} with {number * 3} numbers.",
        }
        for number in range(1, 9)
    ]
    hypotheses = [
        {
            "number": number, "subject": "transactions", "statement": f"Hypothesis {number}.",
            "verdict": claims.VERDICTS[number % 4], "finding": "416.63 against 144.16.", "p_value": 0.001 * number,
        }
        for number in range(1, 17)
    ]  # fmt: skip
    before = insiders(count, seed=8)
    made = ReportInputs(
        insiders=frame,
        tables={
            "members": members,
            "tier_summary": summary,
            "cluster_profiles": cluster_profiles(frame, hostile),
            "cluster_history": cluster_profiles(frame, hostile)
            .with_columns(refresh_id=pl.lit(REFRESH), as_of=pl.lit(AS_OF))
            .select(contracts.CLUSTER_HISTORY.names),
            "business_answers": _table(contracts.BUSINESS_ANSWERS, questions),
            "hypotheses": _table(claims.HYPOTHESES, hypotheses),
            "evidence": _evidence(),
            "eligibility_rules": _rules(),
            "suppressions": _suppressions(),
            "leaves_next": _leaving(frame),
            "revenue_by_month": _months(),
            "cohorts": _cohorts(),
            "revenue_bridge": contracts.REVENUE_BRIDGE.empty() if first else _bridge(),
            "tier_history": summary.with_columns(refresh_id=pl.lit(REFRESH), as_of=pl.lit(AS_OF)).select(
                contracts.TIER_HISTORY.names
            ),
            "product_affinity": _products(hostile),
            "product_history": _products(hostile)
            .with_columns(refresh_id=pl.lit(REFRESH), as_of=pl.lit(AS_OF))
            .select(contracts.PRODUCT_HISTORY.names),
            "membership_changes": contracts.MEMBERSHIP_CHANGES.empty() if first else _changes(frame),
            "refreshes": _table(contracts.REFRESHES, [row]),
        },
        refresh_id=REFRESH,
        as_of=AS_OF,
        model_version="leaf-2025-11-30-77aa",
        silhouette={"embedding": 0.53, "features": -0.02, "leaves": 0.001},
        rows={key.removeprefix("rows_"): value for key, value in row.items() if key.startswith("rows_")},
        previous_refresh=None
        if first
        else row
        | {
            "refresh_id": "2025-10-31-99",
            "as_of": date(2025, 10, 31),
            "revenue": row["revenue"] - _bridge()["change"].sum(),
        },
        rejected=_rejected(),
        previous_tiers=None if first else tier_summary(before),
    )
    return replace(made, **more)
