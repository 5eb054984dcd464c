"""Data quality: where every row went, and why rows were set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.contracts.messages import with_facts

if TYPE_CHECKING:
    from insiders_assets.language import Language
    from insiders_assets.report.report_inputs import ReportInputs

REASONS = 20
"""Reasons listed at most, most frequent first."""


def rejected_by_reason(rejected: pl.DataFrame) -> list[dict[str, Any]]:
    """Return rows set aside by reason, most first, each with one place to look at."""
    place = pl.struct("source_file", "source_line", "value").sort_by("source_file", "source_line").first()
    facts = [name for name in with_facts("reason")[1:] if name in rejected.columns]
    files = pl.col("source_file").n_unique().alias("files")
    return (
        rejected.group_by("reason", "column")
        .agg(pl.col("rows").sum(), files, pl.col(facts).drop_nulls().first(), place.alias("example"))
        .sort(["rows", "reason", "column"], descending=[True, False, False])
        .head(REASONS)
        .to_dicts()
    )


def row_flow(inputs: ReportInputs) -> list[dict[str, Any]]:
    """Return where the rows read went, as shares of them."""
    rows, words = inputs.rows, inputs.words
    read = max(rows["read"], 1)
    # Returns made of rows that were sold and given back stand beside those rows: they are none of those read.
    cleaned = max(rows["transactions"] - rows["purchases"] - rows["returns"], 0)
    excluded = read - rows["transactions"] - rows["quarantined"]
    parts = (
        (words.text("Purchases"), rows["purchases"]),
        (words.text("Returns"), rows["returns"]),
        (words.text("Dropped by cleaning rules"), cleaned),
        (words.text("Set aside"), rows["quarantined"]),
        *(((words.text("Left out by a mapping"), excluded),) if excluded > 0 else ()),
    )
    return [{"label": label, "rows": count, "share": count / read} for label, count in parts]


def rules(inputs: ReportInputs) -> list[dict[str, Any]]:
    """Return what each rule took away, in words and figures; those that took much first on the page, too."""
    words = inputs.words
    return [
        {
            "rule": rule_name(words, dropped.rule),
            "lines": dropped.lines_in + dropped.lines_out,
            "customers": dropped.customers,
            "money_in": dropped.money_in,
            "money_out": dropped.money_out,
            "share": dropped.share,
            "is_much": dropped.share > inputs.many_dropped,
        }
        for dropped in inputs.dropped or ()
    ]


def rule_name(words: Language, rule: str) -> str:
    """Return what a rule is called; one of a mapping goes by its column and value."""
    names = {
        "price at or below the floor": words.text("price at or below the floor"),
        "stock code of a service": words.text("stock code of a service"),
        "stock code of letters only": words.text("stock code of letters only"),
        "excluded country": words.text("excluded country"),
        "excluded customer": words.text("excluded customer"),
        "quantity of nothing": words.text("quantity of nothing"),
    }
    return names.get(rule, rule)
