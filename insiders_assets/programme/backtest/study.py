"""The study: at each cut-off everything is built with what was known then, and measured on the days after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from insiders_assets import progress
from insiders_assets.contracts.claims import EVIDENCE
from insiders_assets.contracts.programme import BACKTEST_CURVE, SELECTION_BACKTEST
from insiders_assets.days import day_of
from insiders_assets.errors import InsidersError
from insiders_assets.language.message import message, percent
from insiders_assets.language.writer import columns
from insiders_assets.programme.backtest.forecasts import forecasts_at
from insiders_assets.programme.backtest.known import BacktestInputs, newest
from insiders_assets.programme.backtest.measures import AGAINST_SORT, EXPECTED, MARGINAL, PER_MEMBER, SHARE
from insiders_assets.programme.backtest.moment import Moment, Row, list_at
from insiders_assets.programme.config import ProgrammeRules

MONTH = 30
NOT_CONVERGED = ("forecast.runaway", "forecast.not_a_number", "forecast.limit")
"""Notes of a model whose figures are those of a limit, or of none."""


@dataclass(frozen=True)
class Backtest:
    """What was measured.

    Attributes:
        table: Every figure, as the contract ``SELECTION_BACKTEST`` says.
        curve: Capture curves, as the contract ``BACKTEST_CURVE`` says.
        verdicts: What it says in plain words, one sentence each.
    """

    table: pl.DataFrame
    curve: pl.DataFrame
    verdicts: list[str]

    def evidence(self) -> pl.DataFrame:
        """Return the figures as rows of ``evidence``."""
        return backtest_evidence(self.table)


def backtest_evidence(table: pl.DataFrame) -> pl.DataFrame:
    """Return what the report shows of ``selection_backtest``, as rows of ``evidence``.

    The share of revenue at every size; everything else at the list's own. Figures without the largest accounts
    have a measure of their own, so that the rows of a measure can be drawn together. A model that did not converge at
    any cut-off is shown in the study only.
    """
    if "note_code" in table.columns:
        unsure = pl.col("note_code").is_in(NOT_CONVERGED)
    else:  # measured by an older version, which only wrote it
        unsure = pl.col("note").str.contains("(?i)did not converge")
        table = table.with_columns(note_code=pl.lit(None, pl.String), note_args=pl.lit(None, pl.String))
    failed = table.filter(unsure)["subject"].unique()
    table = table.filter(~pl.col("subject").is_in(failed.implode()))
    everyone, own_size = pl.col("accounts") == "all", pl.col("size").is_null()
    shown = (everyone & (own_size | (pl.col("measure") == SHARE))) | (
        ~everyone & own_size & pl.col("measure").is_in([SHARE, AGAINST_SORT])
    )
    suffix = pl.when(everyone).then(pl.lit("")).otherwise(pl.lit("_without_5_largest"))
    return table.filter(shown).with_columns(measure=pl.col("measure") + suffix).select(EVIDENCE.names)


def default_cutoffs(purchases: pl.LazyFrame, horizon_days: int = 90, count: int = 3) -> list[date]:
    """Up to ``count`` cut-offs, a month apart, the last one ``horizon_days`` before the newest purchase.

    Raises:
        InsidersError: The purchases do not span two horizons: there is nothing to look back on and forward to.
    """
    ends = (
        purchases.select(first=pl.col("invoice_day").min(), last=pl.col("invoice_day").max()).collect().row(0)
    )
    first, last = (None if end is None else int(end) for end in ends)
    found = [] if first is None or last is None else [
        day for step in range(count) if (day := last - horizon_days - MONTH * step) - first >= horizon_days
    ]  # fmt: skip
    if not found:
        raise InsidersError(
            "too little history for a backtest",
            where="clean_purchases",
            hint=f"it needs at least {2 * horizon_days} days of purchases",
        )
    return [day_of(day) for day in reversed(found)]


def selection_backtest(
    inputs: BacktestInputs,
    rules: ProgrammeRules,
    cutoffs: Sequence[date] | None = None,
    as_of: date | None = None,
) -> Backtest:
    """Measure the list, and other ways to choose as many customers, on months that the choice could not know.

    Args:
        inputs: The data, and how features and clusters are made.
        rules: How the list is chosen.
        cutoffs: Last known days; see :func:`default_cutoffs`.
        as_of: The day from which the months ahead are forecast; that of the newest purchase unless given.

    Raises:
        InsidersError: There is too little history.
    """
    days = list(cutoffs) if cutoffs else default_cutoffs(inputs.purchases, inputs.horizon_days)
    rows: list[Row] = []
    curves: list[Row] = []
    errors: dict[str, list[float]] = {}
    for number, cutoff in enumerate(days):
        progress.report("backtest", number, len(days) + 1)
        moment = Moment.at(inputs, rules, cutoff)
        expected, missed = moment.expected()
        rows += moment.rows() + expected
        curves += moment.curves()
        for name, error in missed.items():
            errors.setdefault(name, []).append(error)
    progress.report("backtest", len(days), len(days) + 1)
    rows += _ahead(inputs, rules, as_of or newest(inputs.purchases), errors)
    progress.report("backtest", len(days) + 1, len(days) + 1)
    table = pl.DataFrame(rows, schema=SELECTION_BACKTEST.polars_schema)
    return Backtest(table, pl.DataFrame(curves, schema=BACKTEST_CURVE.polars_schema), verdicts(table))


def verdicts(table: pl.DataFrame) -> list[str]:
    """Return what the figures say, in plain words: whether the list beats a plain sort, and what its border brings."""
    messages = []
    own = table.filter(pl.col("size").is_null(), pl.col("accounts") == "all", pl.col("subject") == "list")
    rows = own.filter(pl.col("low").is_not_null(), pl.col("high").is_not_null()).sort("cutoff")
    for row in rows.filter(pl.col("measure") == AGAINST_SORT).to_dicts():
        word = "beats" if row["low"] > 0 else "loses to" if row["high"] < 0 else "cannot be told from"
        messages.append(
            f"At {row['cutoff']} the list of {row['chosen']:,} {word} a plain sort by past revenue: "
            f"{row['value'] * 100:+.1f} points of later revenue ({row['low'] * 100:+.1f} to {row['high'] * 100:+.1f})."
        )
    average = dict(own.filter(pl.col("measure") == PER_MEMBER).select("cutoff", "value").iter_rows())
    return messages + [
        f"At {row['cutoff']} the last tenth of the list brought {row['value']:,.2f} each, the average member "
        f"{average[row['cutoff']]:,.2f}."
        for row in rows.filter(pl.col("measure") == MARGINAL).to_dicts()
    ]


def _ahead(
    inputs: BacktestInputs, rules: ProgrammeRules, day: date, errors: dict[str, list[float]]
) -> list[Row]:
    """Return the members' expected revenue in the days ahead, with the worst error of past cut-offs as its interval."""
    if not errors:
        return []
    known = list_at(inputs, rules, day)
    listed = known["is_member"].cast(pl.Float64).to_numpy()
    found: list[Row] = []
    for name, forecast in forecasts_at(inputs, known, day, rules.window_days).items():
        if forecast.values is None or name not in errors:
            continue
        value, worst = float((forecast.values * listed).sum()), max(abs(error) for error in errors[name])
        past = [message("backtest.one_error", error=percent(error)) for error in errors[name]]
        note = [message("backtest.ahead", errors=past), message("backtest.no_season")]
        found.append(
            {
                "cutoff": day,
                "horizon_days": inputs.horizon_days,
                "accounts": "all",
                "subject": name,
                "size": None,
                "chosen": int(listed.sum()),
                "measure": EXPECTED,
                "value": value,
                "low": max(value * (1 - worst), 0.0),
                "high": value * (1 + worst),
                **columns("note", message("notes", sentences=note)),
            }
        )
    return found
