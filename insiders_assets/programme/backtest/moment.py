"""One cut-off: the customers known then, who of them was chosen, and what became of every way to choose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from insiders_assets.language.message import message, percent
from insiders_assets.language.writer import columns
from insiders_assets.programme.backtest import rankings
from insiders_assets.programme.backtest.anyway import anyway
from insiders_assets.programme.backtest.forecasts import Forecast, forecasts_at
from insiders_assets.programme.backtest.known import BacktestInputs
from insiders_assets.programme.backtest.measures import EXPECTED, MARGINAL, SHARE, Measured, figures
from insiders_assets.programme.backtest.pace import blend, decayed_revenue, pace_at
from insiders_assets.programme.backtest.rankings import Ranking, Weights
from insiders_assets.programme.choosing import choose
from insiders_assets.programme.config import ProgrammeRules
from insiders_assets.programme.inputs import ProgrammeInputs
from insiders_assets.programme.later_revenue import outcome
from insiders_assets.programme.pace import Pace

LARGEST = 5
"""The largest accounts, with and without which everything is measured: a few of them carry a tenth of revenue.
"""

Row = dict[str, object]


def list_at(inputs: BacktestInputs, rules: ProgrammeRules, day: date) -> pl.DataFrame:
    """Return the identified customers of the list as it would have been chosen on a day, with a model of that day."""
    features = inputs.features_at(day).sort("customer_id")
    return choose(
        ProgrammeInputs(
            features=features,
            assignments=inputs.segment(features),
            purchases=inputs.purchases,
            returns=inputs.returns,
            rules=rules,
            previous=None,
            as_of=day,
            refresh_id="",
            model_version="",
            previous_model_version=None,
            silhouette={},
            rows={},
        )
    ).insiders.filter("is_identified")


@dataclass(frozen=True)
class Moment:
    """One cut-off.

    Attributes:
        cutoff: The last day that was known.
        horizon_days: Days measured after it.
        sizes: Shares of known customers to choose, beside the list's own.
        seed: Seed of the resamples.
        known: Identified customers known then, with what they did later.
        newcomers: Later revenue of each one who came later.
        ranked: Every way to choose.
        forecasts: Forecasts of later revenue, by name.
        pace: What was forecast from the pace of purchases.
        window_days: How many days were looked back on.
    """

    cutoff: date
    horizon_days: int
    sizes: tuple[float, ...]
    seed: int
    known: pl.DataFrame
    newcomers: pl.Series
    ranked: tuple[Ranking, ...]
    forecasts: dict[str, Forecast]
    pace: Pace
    window_days: int

    @classmethod
    def at(cls, inputs: BacktestInputs, rules: ProgrammeRules, cutoff: date) -> Moment:
        """Build everything with what was known at the cut-off, then look at what came."""
        chosen = list_at(inputs, rules, cutoff)
        forecasts = forecasts_at(inputs, chosen, cutoff, rules.window_days)
        known, newcomers = outcome(inputs.purchases, chosen, cutoff, inputs.horizon_days)
        pace = pace_at(inputs, chosen, cutoff, rules.window_days)
        ranked = (
            rankings.past_revenue(known),
            decayed_revenue(inputs, known, cutoff, rules.window_days),
            blend(known, pace),
            rankings.budget(known),
            rankings.rfm_score(known),
            *(
                Ranking(name, None, found.note)
                if found.values is None
                else rankings.by_value(name, known, found.values, found.note)
                for name, found in forecasts.items()
            ),
            rankings.clusters_then_revenue(known),
            rankings.at_random(known),
            rankings.oracle(known),
        )
        return cls(
            cutoff,
            inputs.horizon_days,
            inputs.sizes,
            inputs.seed,
            known,
            newcomers,
            ranked,
            forecasts,
            pace,
            rules.window_days,
        )

    @property
    def listed(self) -> Weights:
        """Who was on the list."""
        return self.known["is_member"].cast(pl.Float64).to_numpy()

    def rows(self) -> list[Row]:
        """Return every measure of every way to choose, with and without the largest accounts."""
        everyone = np.ones(self.known.height, bool)
        smaller = everyone & (rankings.past_revenue(self.known).pick(LARGEST) != 1.0)
        found = self._rows_of("all", everyone)
        found += self._rows_of("without_5_largest", smaller) if smaller.any() else []
        return found + self._anyway()

    def _anyway(self) -> list[Row]:
        """Return who of the list would have bought anyway, and what keeping the others could have brought at most."""
        listed = self.listed
        found = anyway(self.known, listed, self.pace.chance, self.horizon_days, self.window_days)
        base = self._base("all", None, int(listed.sum())) | {"subject": "list", "low": None, "high": None}
        return [
            base | {"measure": measure, "value": value, **columns("note", note)}
            for measure, (value, note) in found.items()
        ]

    def curves(self) -> list[Row]:
        """Return the capture curve of every ranking."""
        measured = Measured.of(self.known, self.newcomers, self.seed)
        return [
            {
                "cutoff": self.cutoff,
                "subject": ranking.subject,
                "share_of_customers": taken,
                "share_of_revenue": captured,
            }
            for ranking in self.ranked
            for taken, captured in measured.curve(ranking)
        ]

    def expected(self) -> tuple[list[Row], dict[str, float]]:
        """Return the members' later revenue, actual and as forecast; and each forecast's relative error."""
        listed = self.listed
        actual = float((self.known["later_revenue"].to_numpy() * listed).sum())
        base = self._base("all", None, int(listed.sum())) | {"measure": EXPECTED, "low": None, "high": None}
        rows: list[Row] = [base | {"subject": "actual", "value": actual, **columns("note", None)}]
        errors = {}
        for name, forecast in self.forecasts.items():
            if forecast.values is not None and actual > 0:
                value = float((forecast.values * listed).sum())
                errors[name] = value / actual - 1
                note = message("backtest.error", error=percent(errors[name]))
                rows.append(base | {"subject": name, "value": value, **columns("note", note)})
        return rows, errors

    def _base(self, accounts: str, size: float | None, chosen: int) -> Row:
        return {
            "cutoff": self.cutoff,
            "horizon_days": self.horizon_days,
            "accounts": accounts,
            "size": size,
            "chosen": chosen,
        }

    def _rows_of(self, accounts: str, kept: np.ndarray) -> list[Row]:
        known = self.known.filter(pl.Series(kept))
        measured = Measured.of(known, self.newcomers, self.seed)
        ranked = [ranking.among(kept) for ranking in self.ranked]
        listed = self.listed[kept]
        sizes = {None: int(listed.sum())} | {size: round(size * known.height) for size in self.sizes}
        found: list[Row] = []
        for size, count in sizes.items():
            picked = [(ranking.subject, ranking.pick(count), ranking.note) for ranking in ranked]
            plain = next(chosen for subject, chosen, _ in picked if subject == "past_revenue")
            if size is None:
                picked.insert(0, ("list", listed, None))
            for subject, chosen, note in picked:
                row = self._base(accounts, size, count if chosen is not None else 0) | {
                    "subject": subject,
                    **columns("note", note),
                }
                if chosen is None or plain is None:
                    found.append(row | {"measure": SHARE, "value": None, "low": None, "high": None})
                    continue
                for measure, estimate in measured.all_measures(chosen, plain).items():
                    found.append(row | {"measure": measure} | figures(estimate))
        return found + self._marginal(accounts, measured, listed, known)

    def _marginal(self, accounts: str, measured: Measured, listed: Weights, known: pl.DataFrame) -> list[Row]:
        """Return what the last tenth of the list brought, and the first tenth left out; by past revenue."""
        order = rankings.past_revenue(known).order
        if order is None or not listed.any():
            return []
        tenth = max(int(listed.sum()) // 10, 1)
        inside = listed[order] > 0
        found = []
        for subject, places in (("list", order[inside][-tenth:]), ("next_in_line", order[~inside][:tenth])):
            chosen = np.zeros(len(order))
            chosen[places] = 1.0
            row = self._base(accounts, None, len(places)) | {"subject": subject, "measure": MARGINAL}
            note = message("backtest.marginal")
            found.append(row | columns("note", note) | figures(measured.per_member(chosen)))
        return found
