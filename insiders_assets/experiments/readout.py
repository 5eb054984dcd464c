"""What experiments have brought so far: every arm beside its control, by what it is about and by its guardrails."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from insiders_assets.contracts.experiments import EXPERIMENT_DAYS, EXPERIMENT_READOUTS
from insiders_assets.experiments.following import followed
from insiders_assets.experiments.model import Experiment
from insiders_assets.experiments.outcomes import amounts, daily
from insiders_assets.experiments.ratio import arms_p_value
from insiders_assets.experiments.sequence import Moments, Sequence, moments, sequence
from insiders_assets.experiments.verdict import finding_of, verdict_of
from insiders_assets.language.writer import columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from insiders_assets.experiments.registration import Registered

LEVEL = 0.05
"""How often what an experiment is about, and its guardrails likewise, may be wrong on any day at all."""


def readouts(
    registered: Registered,
    purchases: pl.LazyFrame,
    returns: pl.LazyFrame,
    refresh: tuple[str, date],
    main: Callable[[str], str],
) -> dict[str, pl.DataFrame]:
    """Return ``experiment_readouts`` and ``experiment_days`` of a refresh.

    Customers count in the arm that they were drawn into, whatever became of them (intention to treat).

    Args:
        registered: The experiments that have begun.
        purchases: ``clean_purchases``, lazy.
        returns: ``returns``, lazy.
        refresh: The refresh's name and as-of date.
        main: Returns the id that somebody is known by.

    Raises:
        UsageError: An outcome is ``margin``, and nobody says what goods cost.
    """
    people = followed(registered.arms, main)
    found, days = [], []
    for row in registered.experiments.to_dicts():
        inside = people.filter(pl.col("experiment") == row["experiment"])
        for readout, by_day in _experiment(row, inside, purchases, returns, refresh):
            found.append(readout)
            days += by_day
    return {
        EXPERIMENT_READOUTS.name: pl.DataFrame(found, schema=EXPERIMENT_READOUTS.polars_schema).sort(
            EXPERIMENT_READOUTS.key
        ),
        EXPERIMENT_DAYS.name: pl.DataFrame(days, schema=EXPERIMENT_DAYS.polars_schema).sort(
            EXPERIMENT_DAYS.key
        ),
    }


def _experiment(
    row: Mapping[str, Any],
    people: pl.DataFrame,
    purchases: pl.LazyFrame,
    returns: pl.LazyFrame,
    refresh: tuple[str, date],
) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Yield the readouts of one experiment, each with its days."""
    experiment, first = Experiment.registered(row["definition"], row["stopped"]), row["first_day"]
    last = min(refresh[1], experiment.last or refresh[1])
    if last < first:
        return
    customers = people.sort("customer_id")
    ids = customers.lazy().select("customer_id")
    bought, back = (each.join(ids, on="customer_id", how="semi") for each in (purchases, returns))
    ratio = _ratio(row, experiment, customers)
    planned = experiment.planned_days
    guardrails = [each for each in experiment.guardrails if each != experiment.outcome]
    for measure in (experiment.outcome, *guardrails):
        is_guardrail = measure != experiment.outcome
        compared = len(experiment.treated) * (len(guardrails) if is_guardrail else 1)
        found = amounts(bought, back, measure).collect()
        matrix, before = daily(found, customers["customer_id"], first, last)
        of_arm = {}
        for arm, _ in experiment.arms:
            chosen = np.flatnonzero((customers["arm"] == arm).to_numpy())
            of_arm[arm] = moments(matrix[chosen], before[chosen]) if len(chosen) > 1 else None
        control = of_arm[experiment.control]
        for arm in experiment.treated:
            treated = of_arm[arm]
            if treated is None or control is None:
                continue
            line = sequence(treated, control, level=LEVEL / compared, planned=planned)
            readout = {
                "refresh_id": refresh[0],
                "as_of": refresh[1],
                "experiment": experiment.name,
                "measure": measure,
                "arm": arm,
                "is_guardrail": is_guardrail,
                "ratio_p_value": ratio,
            } | _numbers(treated, control, line, experiment.cost_per_contact)
            is_over = experiment.last is not None and refresh[1] >= experiment.last
            readout["finding"] = finding_of(readout)
            readout |= columns("verdict", verdict_of(readout, experiment, is_over=is_over))
            yield readout, [] if is_guardrail else _days(experiment.name, arm, first, line)


def _numbers(arm: Moments, control: Moments, line: Sequence, cost: float | None) -> dict[str, Any]:
    """Return the figures of the last day."""
    effect, mean_control = _known(line.effect[-1]), float(control.mean[-1])
    return {
        "days": len(line.effect),
        "in_arm": arm.customers,
        "in_control": control.customers,
        "mean_arm": float(arm.mean[-1]),
        "mean_control": mean_control,
        "effect": effect,
        "low": _known(line.low[-1]),
        "high": _known(line.high[-1]),
        "relative": effect / mean_control if effect is not None and mean_control > 0 else None,
        "p_value": _known(line.p_value[-1]),
        "total": None if effect is None else effect * arm.customers,
        "cost": None if cost is None else cost * arm.customers,
    }


def _days(name: str, arm: str, first: date, line: Sequence) -> list[dict[str, Any]]:
    return [
        {
            "experiment": name,
            "arm": arm,
            "day": first + timedelta(days=int(day)),
            "effect": float(line.effect[day]),
            "low": float(line.low[day]),
            "high": float(line.high[day]),
        }
        for day in np.flatnonzero(np.isfinite(line.effect))
    ]


def _ratio(row: Mapping[str, Any], experiment: Experiment, customers: pl.DataFrame) -> float:
    """Return the p-value of the arms being as they were drawn."""
    drawn = {arm: int(count) for arm, _, count in (each.partition("=") for each in row["drawn"].split(", "))}
    arms = [arm for arm, _ in experiment.arms]
    followed_now = [int((customers["arm"] == arm).sum()) for arm in arms]
    return arms_p_value([drawn[arm] for arm in arms], followed_now, [share for _, share in experiment.arms])


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
