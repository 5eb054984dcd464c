"""One refresh of the programme: from features and clusters to every table that marketing reads."""

from __future__ import annotations

from datetime import date

import polars as pl

from insiders_assets.contracts.programme import MEMBERSHIP_CHANGES, TIER_MIGRATION
from insiders_assets.programme import hypotheses
from insiders_assets.programme.answer_facts import AnswerFacts
from insiders_assets.programme.answers import answers
from insiders_assets.programme.borders import FROM_MODEL
from insiders_assets.programme.bridge import next_as_of, value_moves
from insiders_assets.programme.causes import Circumstances
from insiders_assets.programme.choosing import Chosen, choose, member_table, same_model, same_selection
from insiders_assets.programme.conditions import eligibility_rules
from insiders_assets.programme.evidence import evidence
from insiders_assets.programme.experiment import HOLDOUT
from insiders_assets.programme.hypotheses.sample import gather_sample
from insiders_assets.programme.inputs import Programme, ProgrammeInputs
from insiders_assets.programme.leaving import leaves_next
from insiders_assets.programme.movement import compare, membership_changes, tier_migration
from insiders_assets.programme.over_time import cohorts, revenue_by_month
from insiders_assets.programme.policies import INSIDER
from insiders_assets.programme.profiles import cluster_profiles, tier_summary
from insiders_assets.programme.record import refresh_row
from insiders_assets.programme.suppression import suppression_costs
from insiders_assets.programme.uplift import USUAL_SHARE, detectable_effect, uplift
from insiders_assets.programme.warn import warnings

EPOCH = date(1970, 1, 1)


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
    insiders = chosen.insiders
    customers = insiders.sort("customer_id")
    profiles = cluster_profiles(
        customers,
        tiers=chosen.selection.cluster_tiers,
        names=chosen.names,
        targets=chosen.targets,
        stability=inputs.stability,
    )
    tiers = tier_summary(customers)
    members = member_table(customers, chosen.names)
    rules_table = eligibility_rules(customers, chosen.conditions)
    costs = suppression_costs(customers, chosen.flags, inputs.rules)
    sample = gather_sample(
        customers,
        inputs.purchases,
        last_day=(inputs.as_of - EPOCH).days,
        window_days=inputs.rules.window_days,
        seed=inputs.rules.seed,
    )
    verdicts = hypotheses.judge(sample)
    eligible = customers.filter("is_member" if inputs.rules.holdout_share == 0 else _is_drawn())
    figures = evidence(
        customers,
        silhouette=inputs.silhouette,
        conditions=chosen.conditions,
        bootstrap=sample.bootstrap,
        detectable=detectable_effect(
            inputs.purchases, eligible, (inputs.as_of - EPOCH).days, inputs.rules.holdout_share or USUAL_SHARE
        ),
        backtest=inputs.backtest,
    )
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
    answered = answers(
        AnswerFacts(
            insiders=customers,
            members=members.sort(["revenue", "customer_id"], descending=[True, False]),
            tiers={row["tier"]: row for row in tiers.to_dicts()},
            clusters=profiles.to_dicts(),
            rules=inputs.rules,
            selection=chosen.selection,
            borders_are_frozen=chosen.borders.source == FROM_MODEL,
            conditions=chosen.conditions,
            eligibility=rules_table,
            suppressions={row["rule"]: row for row in costs.to_dicts()},
            hypotheses={row["number"]: row for row in verdicts.to_dicts()},
            evidence=figures,
        )
    )
    tables = {
        "members": members,
        "cluster_profiles": profiles,
        "tier_summary": tiers,
        "business_answers": answered,
        "hypotheses": verdicts,
        "evidence": figures,
        "membership_changes": history["membership_changes"],
        "tier_migration": history["tier_migration"],
        "leaves_next": leaves_next(customers, moves, inputs.rules, chosen.selection, next_as_of(inputs)),
        "refreshes": refresh_row(inputs, chosen, tiers, history["membership_changes"], moves),
        "revenue_by_month": revenue_by_month(inputs.purchases, customers, inputs.as_of),
        "cohorts": cohorts(inputs.purchases, inputs.as_of),
        "eligibility_rules": rules_table,
        "suppressions": costs,
        "uplift": uplift(
            inputs.purchases, customers, inputs.rules.campaign_start, inputs.rules.campaign_end, inputs.as_of
        ),
    }
    return Programme(insiders, tables, warnings(inputs, chosen, members))


def _is_drawn() -> pl.Expr:
    """Whether somebody may be a member but for the draw."""
    return pl.col("is_member") | (
        (pl.col("tier") == INSIDER) & (pl.col("suppressed_by") == HOLDOUT)
    ).fill_null(False)


def _cluster_tiers_before(inputs: ProgrammeInputs) -> dict[int, str] | None:
    """The tier of every cluster under the policy of before, or None if it did not choose by cluster."""
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
