"""The outlook on two real shops: how right it would have been at three past cut-offs, and what it adds to a refresh.

Beside it, boosted trees on the same numbers: fitted to the same past cut-offs, and calibrated in the same way.

Usage: python -m benchmarks.outlook
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from benchmarks import second_shop
from benchmarks.cold_run import EXPORT
from benchmarks.measure import keep, say
from benchmarks.segmentation import reference_lake
from insiders_assets.days import day_of
from insiders_assets.outlook import outlook_tables
from insiders_assets.outlook.calibration import Calibration
from insiders_assets.outlook.evidence import CUTOFFS, LEARNT_FROM
from insiders_assets.outlook.history import HORIZON, Floats, Known, PurchaseDays
from insiders_assets.outlook.moments import STEP, Forecast, Moment, Moments

WINDOW = 396
RUNS = 5


def shops() -> Iterator[tuple[str, pl.LazyFrame]]:
    """Every shop at hand."""
    if EXPORT.exists():
        yield "reference", pl.scan_parquet(reference_lake() / "clean_purchases.parquet")
    if found := second_shop.transactions():
        yield "second shop", found[0]


def main() -> None:
    """Measure, print and keep."""
    kept: dict[str, Any] = {}
    for name, purchases in shops():
        newest = int(purchases.select(pl.col("invoice_day").max()).collect().item())
        people = purchases.filter("is_identified").select("customer_id").unique().collect()
        insiders = people.with_columns(is_identified=pl.lit(value=True), is_member=pl.lit(value=True))
        seconds = []
        for _ in range(RUNS):
            start = time.process_time()
            made = outlook_tables(
                purchases, insiders, refresh_id="now", as_of=day_of(newest), window_days=WINDOW
            )
            seconds.append(time.process_time() - start)
        rows = made["outlook_evidence"].with_columns(pl.col("cutoff").cast(pl.String)).to_dicts()
        kept[name] = {"cpu": statistics.median(seconds), "evidence": rows, "trees": trees(purchases, newest)}
        say(f"{name}: {kept[name]['cpu']:.2f} s of CPU")
        for row in rows:
            say(
                f"  {row['figure']:24}{row['cutoff']}  coverage {row['coverage']:.3f}  off by {row['deviation']:.3f}"
                f"  error {row['error']:.3f}  expected {row['expected']:.2f}  came {row['actual']:.2f}"
            )
        for row in kept[name]["trees"]:
            say(f"  trees: {row}")
    keep("outlook", kept)


def trees(purchases: pl.LazyFrame, newest: int) -> list[dict[str, Any]]:
    """Coverage and errors of boosted trees in the place of the two models, at the same cut-offs."""
    moments = Moments.sampled(PurchaseDays.of(purchases, newest), WINDOW)
    return [_trees_at(moments, newest - HORIZON - STEP * step) for step in range(CUTOFFS)]


def _trees_at(moments: Moments, cutoff: int) -> dict[str, Any]:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from threadpoolctl import threadpool_limits

    chosen: dict[str, Any] = {
        "max_iter": 80, "learning_rate": 0.08, "max_leaf_nodes": 8, "min_samples_leaf": 30, "l2_regularization": 1.0,
        "random_state": 42, "early_stopping": False,
    }  # fmt: skip
    past = [
        (moment, moments.came(day))
        for day in moments.cutoffs(cutoff, LEARNT_FROM)
        if (moment := moments.at(day))
    ]
    now, came = moments.at(cutoff), moments.came(cutoff)
    if now is None:
        raise RuntimeError("too little is known")
    rows = np.vstack([_numbers(moment.known) for moment, _ in past])
    money = np.concatenate([each.money for _, each in past])
    bought = np.concatenate([~np.isnan(each.wait) for _, each in past])
    # Half of the customers teach, the other half say what was missed, and the other way round.
    ids = moments.days.ids
    half = np.concatenate([ids.gather(moment.known.who).hash(7).to_numpy() % 2 for moment, _ in past]).astype(
        int
    )
    foretold, likely = np.zeros(len(money)), np.zeros(len(money))
    with threadpool_limits(1):

        def learnt(of: Any) -> tuple[Any, Any]:
            return (
                HistGradientBoostingRegressor(loss="poisson", **chosen).fit(rows[of], money[of]),
                HistGradientBoostingClassifier(**chosen).fit(rows[of], bought[of]),
            )

        for part in (0, 1):
            much, often = learnt(half != part)
            foretold[half == part] = much.predict(rows[half == part])
            likely[half == part] = often.predict_proba(rows[half == part])[:, 1]
        much, often = learnt(slice(None))
        ahead = Forecast(
            now.forecast.often,
            often.predict_proba(_numbers(now.known))[:, 1],
            much.predict(_numbers(now.known)),
        )
    ends = np.cumsum([len(each.money) for _, each in past])[:-1]
    told = zip(past, np.split(likely, ends), np.split(foretold, ends), strict=True)
    calibration = Calibration.of(
        [
            (Moment(moment.known, Forecast(moment.forecast.often, chance, amount), moment.models), each)
            for (moment, each), chance, amount in told
        ]
    )
    moment = Moment(now.known, ahead, now.models)
    revenue, chance = calibration.revenue(moment), calibration.chance(moment)
    inside = (came.money >= revenue.low) & (came.money <= revenue.high)
    return {
        "cutoff": day_of(cutoff).isoformat(),
        "coverage": round(float(inside.mean()), 3),
        "error": round(float(np.abs(came.money - revenue.expected).mean()), 1),
        "brier": round(float(((chance.expected - ~np.isnan(came.wait)) ** 2).mean()), 4),
        "off_by": round(calibration.off_by(moment, came), 3),
    }


def _numbers(known: Known) -> Floats:
    """What the two models read, one row per customer."""
    return np.column_stack([known.days, known.age, known.silence, known.money, known.money * known.days])


if __name__ == "__main__":
    main()
