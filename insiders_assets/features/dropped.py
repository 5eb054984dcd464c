"""What each cleaning rule takes away: lines, customers and money, sold and returned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from insiders_assets.contracts.dropped import Dropped

if TYPE_CHECKING:
    from insiders_assets.features.cleaning import CleaningRules


def dropped(raw: Any, rules: CleaningRules) -> list[Dropped]:
    """Return what each rule takes away; a line that breaks several counts for the first only.

    Args:
        raw: A lazy frame of ``raw_transactions``, of any engine narwhals speaks.
        rules: What is dropped.

    Returns:
        The rules that take anything away, in the order in which they are applied.
    """
    frame = nw.from_native(raw)
    value = nw.col("quantity") * nw.col("unit_price")
    bought = nw.col("quantity") >= 0
    sums = {
        "lines_in": bought.cast(nw.Int64).sum(),
        "lines_out": (~bought).cast(nw.Int64).sum(),
        # A negative price takes from what came in, as a negative quantity gives back.
        "money_in": nw.when(bought).then(value).otherwise(0.0).sum(),
        "money_out": nw.when(~bought).then(-value).otherwise(0.0).sum(),
    }
    names = list(rules.drops())
    first = nw.lit(len(names))
    for number, drop in reversed(list(enumerate(rules.drops().values()))):
        first = nw.when(drop).then(nw.lit(number)).otherwise(first)
    totals = frame.select(**sums).collect(backend="polars").to_dict(as_series=False)
    total = {name: float(values[0] or 0) for name, values in totals.items()}
    # Only what is dropped is looked at more closely: it is little.
    found = (
        frame.filter(nw.any_horizontal(*rules.drops().values(), ignore_nulls=True))
        .with_columns(number=first)
        .group_by("number")
        .agg(
            **sums, customers=nw.col("customer_id").n_unique(), unknown=nw.col("customer_id").is_null().any()
        )
        .collect(backend="polars")
        .sort("number")
    )
    return [
        Dropped(
            names[row["number"]], int(row["lines_in"]), int(row["lines_out"]),
            int(row["customers"]) - bool(row["unknown"]), round(row["money_in"], 2), round(row["money_out"], 2),
            round(_share(row, total), 9),
        )
        for row in found.iter_rows(named=True)
    ]  # fmt: skip


def _share(row: dict[str, Any], total: dict[str, float]) -> float:
    """Return the largest of the shares of all lines, of the money that was sold and of the money that was returned."""
    lines = total["lines_in"] + total["lines_out"]
    shares = [abs(row[name]) / abs(total[name]) for name in ("money_in", "money_out") if total[name]]
    return max((row["lines_in"] + row["lines_out"]) / max(lines, 1), *shares, 0.0)


def _whole(count: float | None) -> int | None:
    return None if count is None else int(count)


def excluded(by_rule: dict[str, dict[str, float]], money: float, lines: int) -> list[Dropped]:
    """Return what rules of mappings left out while exports were read, in the same words.

    Args:
        by_rule: Rows and money by rule, and customers where they are known.
        money: What all transactions amount to, sold and returned.
        lines: Rows of all exports.
    """
    return [
        Dropped(
            rule, int(out["rows"]), 0, _whole(out.get("customers")), out["money_in"], out["money_out"],
            max(out["rows"] / max(lines, 1), (out["money_in"] + out["money_out"]) / max(money, 1e-9)),
        )
        for rule, out in sorted(by_rule.items(), key=lambda each: -each[1]["rows"])
    ]  # fmt: skip
