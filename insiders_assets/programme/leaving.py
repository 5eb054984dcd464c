"""Who leaves at the next refresh unless they buy: what ages out until then, and what would make up for it."""

from __future__ import annotations

from datetime import date

import polars as pl

from insiders_assets.contracts.programme import LEAVES_NEXT
from insiders_assets.language.columns import Telling, days, first, when, written
from insiders_assets.money import MICRO
from insiders_assets.programme.amounts import campaign_money
from insiders_assets.programme.borders import least_micros
from insiders_assets.programme.config import ProgrammeRules
from insiders_assets.programme.policies import INSIDER, Selection

CENT = MICRO // 100


def leaves_next(
    insiders: pl.DataFrame, moves: pl.DataFrame, rules: ProgrammeRules, selection: Selection, day: date
) -> pl.DataFrame:
    """Return the members whose value does not carry them over the next refresh, nearest to the border first.

    Empty under policies that do not cut by value.

    Args:
        insiders: The list.
        moves: As :func:`insiders_assets.programme.bridge.value_moves` returns it.
        rules: The policy and its parameters.
        selection: What the policy chose.
        day: The day that the next refresh is expected to look back from.

    Returns:
        A frame as the contract ``LEAVES_NEXT`` says.
    """
    cut = selection.cut
    if cut is None:
        return pl.DataFrame(schema=LEAVES_NEXT.polars_schema)
    border = least_micros(cut)
    stays = -(-border * round((1 - rules.hysteresis) * MICRO) // MICRO)
    held = pl.col("policy_tier") != INSIDER
    grace = (rules.grace_refreshes or 0) if rules.policy != "budget" else 0
    by_refreshes = pl.when(held).then(pl.col("grace_refreshes") >= grace).otherwise(grace == 0)
    found = (
        insiders.filter("is_member")
        .join(moves, on="customer_id", how="left", maintain_order="left")
        .with_columns(
            then=pl.col("value_after") - pl.col("ages_out_next"),
            reach=pl.when(held).then(border).otherwise(stays),
            leaves=pl.coalesce(pl.col("valid_until") < day, by_refreshes),
        )
        .filter(pl.col("then") < pl.col("reach"))
        # Rounded up to the cent: who buys what is named stays.
        .with_columns(cents=-((pl.col("then") - pl.col("reach")) // CENT))
    )
    per_order = pl.col("value_after") / pl.col("total_purchases")
    needs, ages = pl.col("cents") / 100, pl.col("ages_out_next") / MICRO
    rows = Telling(found)
    arguments = {"day": days(pl.lit(day)), "needs": written(campaign_money(needs))}
    ages_out = written(campaign_money(ages))
    sentence = first(
        when(held & pl.col("leaves"), rows.messages("leaving.grace_ends", **arguments)),
        when(held, rows.messages("leaving.held", needs=arguments["needs"])),
        when("leaves", rows.messages("leaving.leaves", ages_out=ages_out, **arguments)),
        rows.messages("leaving.grace_begins", ages_out=ages_out, **arguments),
    )
    return (
        rows.saying(sentence=sentence)
        .with_columns(
            next_as_of=pl.lit(day),
            why=pl.when(held).then(pl.lit("grace_ended")).otherwise(pl.lit("aged_out")),
            ages_out=ages,
            value_then=pl.col("then") / MICRO,
            must_reach=pl.col("reach") / MICRO,
            needs=needs,
            needs_orders=pl.when(per_order > 0).then(
                (pl.col("cents") * (MICRO // 100) / per_order - 1e-9).ceil().clip(1, 1_000_000)
            ),
        )
        .sort(["leaves", "needs", "customer_id"], descending=[True, False, False])
        .select(LEAVES_NEXT.names)
        .cast(LEAVES_NEXT.polars_schema)  # type: ignore[arg-type]
    )
