"""``insiders experiments``: what each has brought, or how to plan one."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import polars as pl
import typer

from insiders_assets.cli.segment import published_people
from insiders_assets.contracts.experiments import OUTCOMES
from insiders_assets.days import day_of
from insiders_assets.errors import UsageError
from insiders_assets.experiments.outcomes import amounts
from insiders_assets.refresh.experimenting import published_experiments
from insiders_assets.refresh.worth import valued
from insiders_assets.segments import MEMBERS, in_audience, segments_of
from insiders_assets.storage.stores import Stores

if TYPE_CHECKING:
    from insiders_assets.experiments.planning import Plan
    from insiders_assets.settings import Settings


def show_experiments(settings: Settings, *, as_json: bool) -> None:
    """Print the experiments that have begun, with their verdicts.

    Args:
        settings: Where things are kept.
        as_json: Print one JSON object instead of text.
    """
    stores = Stores(settings)
    known = published_experiments(stores).experiments.to_dicts()
    latest = stores.warehouse.latest_refresh() if known else None
    rows = []
    if latest:
        readouts = stores.warehouse.read("experiment_readouts")
        rows = (
            readouts.filter(pl.col("refresh_id") == latest["refresh_id"])
            .sort("is_guardrail", "arm")
            .to_dicts()
        )
    of_each = {
        each["experiment"]: [row for row in rows if row["experiment"] == each["experiment"]] for each in known
    }
    if as_json:
        found = [each | {"readouts": of_each[each["experiment"]]} for each in known]
        typer.echo(json.dumps({"experiments": found}, default=str, ensure_ascii=False))
        return
    if not known:
        typer.echo("No experiment has begun; docs/experiments.md says how to write one.")
    for each in known:
        until = each["stopped"] or each["last_day"]
        running = "runs" if each["is_running"] else "ran"
        typer.echo(
            f"{each['experiment']}: {each['customers']:,} customers of {each['segment']} ({each['drawn']}), {running} "
            f"from {each['first_day']}" + (f" to {until}" if until else "")
        )
        for row in of_each[each["experiment"]]:
            typer.echo(f"  {row['verdict']}")
        if not of_each[each["experiment"]]:
            typer.echo("  No day that counts is known yet.")


def plan_experiment(settings: Settings, segment: str, *, lift: float, outcome: str, as_json: bool) -> None:
    """Print which lengths and shares would show a lift, and what they forgo.

    Args:
        settings: Where things are kept.
        segment: Who would take part.
        lift: The lift that is worth it, as a fraction.
        outcome: What it would be about.
        as_json: Print one JSON object instead of text.

    Raises:
        UsageError: There is no such segment or outcome, or the lift is none.
        InsidersError: No refresh has been published.
    """
    from insiders_assets.experiments.planning import cheapest, plans

    stores = Stores(settings)
    segments = {each.name: each for each in segments_of(stores.home)}
    for value, option, allowed in (
        (segment, "--plan", (MEMBERS, *segments)),
        (outcome, "--outcome", OUTCOMES),
    ):
        if value not in allowed:
            raise UsageError(
                f"there is no {value!r}", where=option, hint=f"choose among {', '.join(allowed)}"
            )
    if not 0 < lift <= 10:
        raise UsageError(f"{lift:g} is no lift", where="--lift", hint="write 0.1 for a tenth more")
    everybody = published_people(stores)
    inside = everybody.filter(in_audience(segment, segments))
    bought, back = valued(stores, stores.lake.scan("clean_purchases"), stores.lake.scan("returns"))
    days = bought.select(first=pl.col("invoice_day").min(), last=pl.col("invoice_day").max()).collect()
    first, last = (day_of(int(day)) for day in days.row(0))
    ids = inside.lazy().select("customer_id")
    bought, back = (each.join(ids, on="customer_id", how="semi") for each in (bought, back))
    theirs = amounts(bought, back, outcome)
    found = plans(theirs.collect(), inside["customer_id"].sort(), (first, last), lift=lift)
    best = cheapest(found, lift)
    if as_json:
        answer: dict[str, Any] = {
            "segment": segment,
            "customers": inside.height,
            "outcome": outcome,
            "lift": lift,
            "plans": [asdict(plan) for plan in found],
            "cheapest": best and asdict(best),
        }
        typer.echo(json.dumps(answer))
        return
    typer.echo(
        f"{segment}: {inside.height:,} customers; smallest lift of {outcome} seen in four of five tries"
    )
    for plan in found:
        typer.echo(_line(plan, chosen=plan == best))
    if best:
        typer.echo(
            f"To see a lift of {lift:.0%}: hold_out: {best.hold_out:g} for {best.weeks} weeks, which forgoes "
            f"{best.forgone:,.0f} of {outcome} if the lift is there."
        )
    elif found:
        least = min(plan.detectable for plan in found)
        typer.echo(
            f"None of these sees a lift of {lift:.0%}; the best sees {least:.0%}. Choose more customers, or longer."
        )
    else:
        typer.echo("Too few customers, or too few weeks of data, to plan by.")


def _line(plan: Plan, *, chosen: bool) -> str:
    mark = "*" if chosen else " "
    return (
        f"{mark} {plan.weeks:>3} weeks, {plan.hold_out:>4.0%} left alone: {plan.detectable:>6.1%} "
        f"of {plan.per_customer:,.2f} per customer; forgoes {plan.forgone:,.0f}"
    )
