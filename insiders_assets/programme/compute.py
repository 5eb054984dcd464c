"""One refresh of the programme: from features and clusters to every table that marketing reads."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from insiders_assets.contracts.products import PRODUCT_HISTORY
from insiders_assets.contracts.programme import (
    CLUSTER_HISTORY,
    MEMBERSHIP_CHANGES,
    TIER_HISTORY,
    TIER_MIGRATION,
)
from insiders_assets.days import day_number
from insiders_assets.programme import hypotheses
from insiders_assets.programme.answer_facts import AnswerFacts
from insiders_assets.programme.answers import answers
from insiders_assets.programme.borders import FROM_MODEL
from insiders_assets.programme.bridge import next_as_of, value_moves
from insiders_assets.programme.causes import Circumstances
from insiders_assets.programme.choosing import Chosen, choose, member_table, same_model, same_selection
from insiders_assets.programme.conditions import eligibility_rules
from insiders_assets.programme.evaluation import evidence
from insiders_assets.programme.experiment import HOLDOUT
from insiders_assets.programme.hypotheses.sample import gather_sample
from insiders_assets.programme.inputs import Programme, ProgrammeInputs
from insiders_assets.programme.leaving import leaves_next
from insiders_assets.programme.movement import compare, membership_changes, tier_migration
from insiders_assets.programme.named_tiers import member_tier_table
from insiders_assets.programme.over_time import cohorts, revenue_by_month
from insiders_assets.programme.policies import INSIDER
from insiders_assets.programme.products import product_affinity
from insiders_assets.programme.profiles import cluster_profiles, tier_summary
from insiders_assets.programme.record import refresh_row
from insiders_assets.programme.revenue_bridge import revenue_bridge
from insiders_assets.programme.suppression import suppression_costs
from insiders_assets.programme.uplift import USUAL_SHARE, detectable_effect, uplift
from insiders_assets.programme.warn import warnings


def run_programme(inputs: ProgrammeInputs) -> Programme:
    """Choose the members, and describe, explain and compare them.

    The result depends on the inputs alone: not on the order of their rows, nor on threads.

    Args:
        inputs: One refresh, before the programme.

    Returns:
        The list, every table around it, and what a person should look at.

    Raises:
        InsidersError: The rules contradict the data, such as a cluster that there is not.
    """
    chosen = choose(inputs)
    tables = selection_tables(inputs, chosen)
    insiders = tables.pop("insiders")
    for made in (profile_tables, evidence_tables, movement_tables, over_time_tables, product_tables):
        tables |= made(inputs, chosen)
    tables |= answer_tables(inputs, chosen, tables)
    return Programme(insiders, tables, warnings(inputs, chosen, tables["members"]))


def selection_tables(inputs: ProgrammeInputs, chosen: Chosen) -> dict[str, pl.DataFrame]:
    """Return ``insiders``, ``members``, ``eligibility_rules``, ``suppressions`` and the named tiers' tables."""
    customers = _sorted(chosen)
    return {
        "insiders": chosen.insiders,
        "members": member_table(customers, chosen.names),
        "eligibility_rules": eligibility_rules(customers, chosen.conditions),
        "suppressions": suppression_costs(customers, chosen.flags, inputs.rules),
        "member_tiers": member_tier_table(inputs, customers, chosen.named),
        "tier_standing": chosen.named.standing,
    }


def profile_tables(inputs: ProgrammeInputs, chosen: Chosen) -> dict[str, pl.DataFrame]:
    """Return ``cluster_profiles`` and ``tier_summary``."""
    customers = _sorted(chosen)
    profiles = cluster_profiles(
        customers,
        tiers=chosen.selection.cluster_tiers,
        names=chosen.names,
        targets=chosen.targets,
        stability=inputs.stability,
    )
    return {
        "cluster_profiles": profiles,
        "tier_summary": tier_summary(customers),
        "cluster_history": profiles.with_columns(_named(inputs)).select(CLUSTER_HISTORY.names),
    }


def _named(inputs: ProgrammeInputs) -> tuple[pl.Expr, pl.Expr]:
    """Return the refresh and its day, by which a row of history is found again."""
    return pl.lit(inputs.refresh_id).alias("refresh_id"), pl.lit(inputs.as_of).alias("as_of")


def evidence_tables(inputs: ProgrammeInputs, chosen: Chosen) -> dict[str, pl.DataFrame]:
    """Return ``hypotheses``, ``evidence`` and ``uplift``."""
    customers, rules = _sorted(chosen), inputs.rules
    last_day = day_number(inputs.as_of)
    sample = gather_sample(
        customers, inputs.purchases, last_day=last_day, window_days=rules.window_days, seed=rules.seed
    )
    eligible = customers.filter("is_member" if rules.holdout_share == 0 else _is_drawn())
    return {
        "hypotheses": hypotheses.judge(sample),
        "evidence": evidence(
            customers,
            silhouette=inputs.silhouette,
            conditions=chosen.conditions,
            bootstrap=sample.bootstrap,
            detectable=detectable_effect(
                inputs.orders, eligible, last_day, rules.holdout_share or USUAL_SHARE
            ),
            backtest=inputs.backtest,
        ),
        "uplift": uplift(inputs.purchases, customers, rules.campaign_start, rules.campaign_end, inputs.as_of),
    }


def movement_tables(inputs: ProgrammeInputs, chosen: Chosen) -> dict[str, pl.DataFrame]:
    """Return what leads from the refresh before to this one, and this one's rows of history.

    They are ``membership_changes``, ``tier_migration``, ``revenue_bridge``, ``leaves_next``, ``tier_history`` and
    ``refreshes``.
    """
    customers = _sorted(chosen)
    moves = value_moves(inputs, customers)
    compared = compare(customers, chosen.memory, moves, _circumstances(inputs, chosen))
    history = inputs.retried or {
        "membership_changes": membership_changes(compared, inputs.refresh_id, inputs.as_of),
        "tier_migration": tier_migration(compared, inputs.refresh_id, inputs.as_of),
    }
    # A refresh that is made again reads them back in the order of their keys, and has to leave the same bytes.
    history = {
        table.name: history[table.name].sort(table.key) for table in (MEMBERSHIP_CHANGES, TIER_MIGRATION)
    }
    changes = history["membership_changes"]
    tiers = tier_summary(customers)
    return history | {
        "revenue_bridge": revenue_bridge(inputs, customers),
        "tier_history": tiers.with_columns(_named(inputs)).select(TIER_HISTORY.names),
        "leaves_next": leaves_next(customers, moves, inputs.rules, chosen.selection, next_as_of(inputs)),
        "refreshes": refresh_row(inputs, chosen, tiers, changes, moves),
    }


def over_time_tables(inputs: ProgrammeInputs, chosen: Chosen) -> dict[str, pl.DataFrame]:
    """Return ``revenue_by_month`` and ``cohorts``."""
    return {
        "revenue_by_month": revenue_by_month(inputs.orders, _sorted(chosen), inputs.as_of),
        "cohorts": cohorts(inputs.orders, inputs.as_of),
    }


def product_tables(inputs: ProgrammeInputs, chosen: Chosen) -> dict[str, pl.DataFrame]:
    """Return ``product_affinity`` and, as this refresh's part of it, ``product_history``."""
    found = product_affinity(inputs.purchases, _sorted(chosen), inputs.as_of, inputs.rules.window_days)
    return {
        "product_affinity": found,
        "product_history": found.with_columns(_named(inputs)).select(PRODUCT_HISTORY.names),
    }


def answer_tables(
    inputs: ProgrammeInputs, chosen: Chosen, tables: Mapping[str, pl.DataFrame]
) -> dict[str, pl.DataFrame]:
    """Return ``business_answers``.

    Args:
        inputs: This refresh.
        chosen: Its list.
        tables: What :func:`selection_tables`, :func:`profile_tables` and :func:`evidence_tables` made.
    """
    facts = AnswerFacts(
        insiders=_sorted(chosen),
        members=tables["members"].sort(["revenue", "customer_id"], descending=[True, False]),
        tiers={row["tier"]: row for row in tables["tier_summary"].to_dicts()},
        clusters=tables["cluster_profiles"].to_dicts(),
        rules=inputs.rules,
        selection=chosen.selection,
        borders_are_frozen=chosen.borders.source == FROM_MODEL,
        conditions=chosen.conditions,
        eligibility=tables["eligibility_rules"],
        suppressions={row["rule"]: row for row in tables["suppressions"].to_dicts()},
        hypotheses={row["number"]: row for row in tables["hypotheses"].to_dicts()},
        evidence=tables["evidence"],
    )
    return {"business_answers": answers(facts)}


def _sorted(chosen: Chosen) -> pl.DataFrame:
    return chosen.insiders.sort("customer_id")


def _is_drawn() -> pl.Expr:
    """Return whether somebody may be a member but for the draw."""
    return pl.col("is_member") | (
        (pl.col("tier") == INSIDER) & (pl.col("suppressed_by") == HOLDOUT)
    ).fill_null(False)


def _cluster_tiers_before(inputs: ProgrammeInputs) -> dict[int, str] | None:
    """Return the tier of every cluster under the policy of before, or None if it did not choose by cluster."""
    before, chose = inputs.previous, inputs.previous_selection or inputs.rules.selection
    if before is None or not chose.startswith(("coverage", "clusters")):
        return None
    column = "policy_tier" if "policy_tier" in before.columns else "tier"
    return dict(before.select("cluster", column).unique().sort("cluster", column).iter_rows())


def _circumstances(inputs: ProgrammeInputs, chosen: Chosen) -> Circumstances:
    return Circumstances(
        rules=inputs.rules,
        borders=chosen.selection.borders,
        borders_before=inputs.borders_before,
        same_model=same_model(inputs),
        same_selection=same_selection(inputs),
        cluster_tiers_before=_cluster_tiers_before(inputs),
        selection_before=inputs.previous_selection,
    )
