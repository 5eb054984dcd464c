"""Registering experiments: the first refresh of their start freezes what they are and who is in which arm."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.contracts.experiments import EXPERIMENT_ARMS, EXPERIMENTS
from insiders_assets.errors import UsageError
from insiders_assets.experiments.drawing import draw
from insiders_assets.experiments.model import Experiment
from insiders_assets.segments import in_audience

if TYPE_CHECKING:
    from collections.abc import Mapping

    from insiders_assets.experiments.configuration import Configured
    from insiders_assets.segments import Segment

FEWEST = 10
"""Customers of an arm at least: with fewer nothing can ever be shown."""


@dataclass(frozen=True)
class Registered:
    """Experiments that have begun.

    Attributes:
        experiments: As the contract ``EXPERIMENTS`` says.
        arms: As ``EXPERIMENT_ARMS`` says.
    """

    experiments: pl.DataFrame = field(default_factory=EXPERIMENTS.empty)
    arms: pl.DataFrame = field(default_factory=EXPERIMENT_ARMS.empty)


def registered_now(
    configured: Configured,
    before: Registered,
    people: pl.DataFrame,
    segments: Mapping[str, Segment],
    refresh: tuple[str, date],
) -> Registered:
    """Return the experiments that have begun by a refresh: those known before, and those that begin with it.

    One begins with the first refresh that knows the day before its start: whoever is drawn is drawn by what was known
    then. If that refresh comes late, the day after its as-of date is the first that counts. One that is over is
    forgotten once the file no longer names it.

    Args:
        configured: What ``experiments.yaml`` says.
        before: What the refresh before had registered.
        people: Who may be written to, with all that a segment's rules can be about, and ``is_member`` and ``value``.
        segments: The segments by name.
        refresh: The refresh's name and as-of date.

    Raises:
        UsageError: One that has begun was changed or taken out before its end, or one that begins cannot; the message
            names file and line.
    """
    name, as_of = refresh
    named = {each.name: each for each in configured.experiments}
    require_unchanged(configured, before.experiments, as_of)
    rows, arms = [], [before.arms.filter(pl.col("experiment").is_in(list(named)))]
    for row in before.experiments.to_dicts():
        if row["experiment"] in named:
            experiment = named[row["experiment"]]
            rows.append(
                row | {"stopped": experiment.stopped, "is_running": _is_running(experiment.last, as_of)}
            )
    known = {row["experiment"] for row in rows}
    for experiment in named.values():
        if experiment.name in known or as_of < experiment.start - timedelta(days=1):
            continue
        row, drawn = _begun(experiment, configured.place(experiment.name), people, segments, name, as_of)
        rows.append(row)
        arms.append(drawn)
    return Registered(
        pl.DataFrame(rows, schema=EXPERIMENTS.polars_schema).sort(EXPERIMENTS.key),
        pl.concat(arms).sort(EXPERIMENT_ARMS.key),
    )


def require_unchanged(configured: Configured, before: pl.DataFrame, as_of: date) -> None:
    """Refuse what may not change once an experiment has begun.

    Args:
        configured: What ``experiments.yaml`` says.
        before: The experiments that have begun.
        as_of: The newest day that is known.

    Raises:
        UsageError: One was changed, or taken out before its end.
    """
    named = {each.name: each for each in configured.experiments}
    for row in before.to_dicts():
        was = Experiment.registered(row["definition"], row["stopped"])
        now = named.get(was.name)
        if now is None:
            if _is_running(was.last, as_of):
                until = f"until {was.last}" if was.last else "without an end"
                raise UsageError(
                    f"{was.name} runs {until} and is not there any more",
                    where=configured.where,
                    hint="put it back; to end it early, add stopped: with the last day",
                )
            continue
        if changed := _changed(was, now):
            key, old, new = changed
            raise UsageError(
                f"{was.name}: {key} was {old} when it was registered on {row['registered_on']}, and is {new}",
                where=configured.place(was.name, key),
                hint="put it back, or begin another experiment under another name; only stopped: may be added",
            )


def _begun(
    experiment: Experiment,
    where: str,
    people: pl.DataFrame,
    segments: Mapping[str, Segment],
    refresh: str,
    as_of: date,
) -> tuple[dict[str, Any], pl.DataFrame]:
    """Return the rows of an experiment that begins with a refresh."""
    first = max(experiment.start, as_of + timedelta(days=1))
    if experiment.last is not None and experiment.last < first:
        raise UsageError(
            f"{experiment.name}: its last day is {experiment.last}, and its arms are drawn only after {as_of}",
            where=where,
            hint=f"let it last until after {as_of}, or take it out",
        )
    drawn = draw(experiment, people.filter(in_audience(experiment.segment, segments)))
    counts = {arm: int((drawn["arm"] == arm).sum()) for arm, _ in experiment.arms}
    if min(counts.values()) < FEWEST:
        raise UsageError(
            f"{experiment.name}: {experiment.segment} has {drawn.height:,} customers, which leaves "
            f"{min(counts.values())} in its smallest arm",
            where=where,
            hint=f"choose a larger segment or share, so that each arm has {FEWEST} or more",
        )
    row = {
        "experiment": experiment.name,
        "segment": experiment.segment,
        "outcome": experiment.outcome,
        "guardrails": ", ".join(experiment.guardrails),
        "arms": _listed(dict(experiment.arms)),
        "control": experiment.control,
        "first_day": first,
        "last_day": experiment.end,
        "stopped": experiment.stopped,
        "is_running": _is_running(experiment.last, as_of),
        "registered_on": as_of,
        "registered_by": refresh,
        "customers": drawn.height,
        "drawn": _listed(counts),
        "cost_per_contact": experiment.cost_per_contact,
        "definition": experiment.definition,
        "definition_hash": experiment.digest,
    }
    arms = drawn.with_columns(experiment=pl.lit(experiment.name)).select(EXPERIMENT_ARMS.names)
    return row, arms


def _listed(of_arms: Mapping[str, float]) -> str:
    return ", ".join(
        f"{arm}={value}" if isinstance(value, int) else f"{arm}={value:g}" for arm, value in of_arms.items()
    )


def _is_running(last: date | None, as_of: date) -> bool:
    """Return whether the control is left alone still: until the last day is known."""
    return last is None or as_of < last


def _changed(was: Experiment, now: Experiment) -> tuple[str, Any, Any] | None:
    """Return what was changed first, as it was and as it is; None if nothing was that may not."""
    if was.digest != now.digest:
        old, new = was.defined(), now.defined()
        key = next(key for key in old if old[key] != new[key])
        return key, _shown(old[key]), _shown(new[key])
    if was.stopped is not None and was.stopped != now.stopped:
        return "stopped", was.stopped, now.stopped or "not there"
    return None


def _shown(value: Any) -> Any:
    if isinstance(value, dict):
        return _listed(value)
    return "not there" if value in (None, []) else ", ".join(value) if isinstance(value, list) else value
