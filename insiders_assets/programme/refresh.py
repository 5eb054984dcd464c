"""One refresh of the programme: from features and clusters to every table that marketing reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from insiders_assets.contracts.customers import INSIDERS
from insiders_assets.contracts.programme import MEMBERS, MEMBERSHIP_CHANGES, REFRESHES, TIER_MIGRATION
from insiders_assets.programme import hypotheses
from insiders_assets.programme.actions import cluster_facts
from insiders_assets.programme.answers import AnswerFacts, answers
from insiders_assets.programme.conditions import Conditions, eligibility_rules, fit_conditions, with_rules
from insiders_assets.programme.evidence import evidence
from insiders_assets.programme.experiment import HOLDOUT, with_groups
from insiders_assets.programme.grace import with_grace
from insiders_assets.programme.groups import gather, micros, total
from insiders_assets.programme.hypotheses.sample import gather_sample
from insiders_assets.programme.inputs import Programme, ProgrammeInputs
from insiders_assets.programme.memory import remember
from insiders_assets.programme.movement import compare, membership_changes, tier_migration
from insiders_assets.programme.near_miss import with_gaps
from insiders_assets.programme.policies import INSIDER, Selection, rank_clusters, select
from insiders_assets.programme.profiles import cluster_profiles, tier_summary
from insiders_assets.programme.reasons import with_reasons
from insiders_assets.programme.suppression import active, first_reason, suppressed_by, suppression_costs
from insiders_assets.programme.traits import name_clusters, standardised
from insiders_assets.programme.uplift import USUAL_SHARE, detectable_effect, uplift

EPOCH = date(1970, 1, 1)
MANY_IN_DISAGREEMENT = 0.05
"""Share of customers that the plain rules tell wrong, above which a person should know."""


@dataclass(frozen=True)
class Chosen:
    """The list and what it was made by.

    Attributes:
        insiders: Every customer, as in the contract ``INSIDERS``.
        flags: Which suppression rules each customer breaks, in the same order.
        names: Every cluster's name.
        distances: What sets clusters apart.
        selection: What the policy chose.
        conditions: The rules that describe the tiers.
        memory: What was remembered of the refresh before.
    """

    insiders: pl.DataFrame
    flags: pl.DataFrame
    names: dict[int, str]
    distances: pl.DataFrame
    selection: Selection
    conditions: Conditions
    memory: pl.DataFrame


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
        distances=chosen.distances,
        facts=cluster_facts(customers, _returned(inputs)),
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
    compared = compare(
        customers,
        chosen.memory,
        cluster_tiers_before=_cluster_tiers_before(inputs),
        same_model=inputs.previous_model_version in (None, inputs.model_version),
        same_selection=_same_selection(inputs),
    )
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
        "refreshes": _refresh_row(inputs, customers, tiers, history["membership_changes"]),
        "eligibility_rules": rules_table,
        "suppressions": costs,
        "uplift": uplift(
            inputs.purchases, customers, inputs.rules.campaign_start, inputs.rules.campaign_end, inputs.as_of
        ),
    }
    return Programme(insiders, tables, _warnings(inputs, chosen, members))


def choose(inputs: ProgrammeInputs) -> Chosen:
    """Put every customer in a tier and decide who is a member."""
    rules = inputs.rules
    same_day = inputs.retried is not None or inputs.previous_as_of == inputs.as_of
    memory = remember(inputs.previous, same_day=same_day)
    customers = gather(inputs.features, inputs.assignments)
    distances = standardised(customers)
    order = [cluster for cluster, _ in rank_clusters(customers)]
    names = name_clusters(distances, order, inputs.names_before)
    flags = suppressed_by(customers, rules)
    same = _same_selection(inputs)
    customers = (
        customers.with_columns(first_reason(flags, active(rules)))
        .join(memory, on="customer_id", how="left", maintain_order="left")
        .with_columns(
            is_eligible=pl.col("is_identified") & pl.col("suppressed_by").is_null(),
            tier_before=pl.when(same).then("tier_before"),
        )
    )
    selection = select(customers, rules, names)
    customers = customers.join(selection.tiers, on="customer_id", how="left", maintain_order="left")
    customers = with_groups(with_grace(customers, rules, same_selection=same), rules, inputs.as_of)
    customers = customers.with_columns(
        suppressed_by=pl.when(
            pl.col("suppressed_by").is_null() & (pl.col("experiment_group") == HOLDOUT).fill_null(False)
        )
        .then(pl.lit(HOLDOUT))
        .otherwise("suppressed_by")
    )
    is_member = pl.col("is_identified") & (pl.col("tier") == INSIDER) & pl.col("suppressed_by").is_null()
    customers = customers.with_columns(is_member=is_member).with_columns(
        member_since=pl.when("is_member").then(
            pl.when(pl.col("was_member").fill_null(False))
            .then(pl.coalesce("member_since_before", pl.lit(inputs.as_of)))
            .otherwise(pl.lit(inputs.as_of))
        )
    )
    conditions = fit_conditions(customers)
    customers = with_gaps(with_rules(customers, conditions), rules, selection, conditions)
    customers = with_reasons(customers, rules, names, selection, conditions)
    insiders = customers.select(INSIDERS.names).cast(INSIDERS.polars_schema)  # type: ignore[arg-type]
    return Chosen(insiders, flags, names, distances, selection, conditions, memory)


def member_table(insiders: pl.DataFrame, names: Mapping[int, str]) -> pl.DataFrame:
    """The members, as the contract ``MEMBERS`` says, sorted by id; never anybody who is not identified."""
    return (
        insiders.filter("is_member", "is_identified")
        .with_columns(cluster_name=pl.col("cluster").replace_strict(dict(names), return_dtype=pl.String))
        .select(MEMBERS.names)
    )


def _is_drawn() -> pl.Expr:
    """Whether somebody may be a member but for the draw."""
    return pl.col("is_member") | (
        (pl.col("tier") == INSIDER) & (pl.col("suppressed_by") == HOLDOUT)
    ).fill_null(False)


def _same_selection(inputs: ProgrammeInputs) -> bool:
    return inputs.previous_selection in (None, inputs.rules.selection)


def _cluster_tiers_before(inputs: ProgrammeInputs) -> dict[int, str] | None:
    """The tier of every cluster under the policy of before, or None if it did not choose by cluster."""
    before, chose = inputs.previous, inputs.previous_selection or inputs.rules.selection
    if before is None or not chose.startswith(("coverage", "clusters")):
        return None
    column = "policy_tier" if "policy_tier" in before.columns else "tier"
    return dict(before.select("cluster", column).unique().sort("cluster", column).iter_rows())


def _returned(inputs: ProgrammeInputs) -> pl.DataFrame:
    last = (inputs.as_of - EPOCH).days
    return (
        inputs.returns.filter(
            pl.col("invoice_day") <= last, pl.col("invoice_day") > last - inputs.rules.window_days
        )
        .group_by("customer_id")
        .agg(returned_micros=-micros("line_value").sum())
        .collect()
    )


def _refresh_row(
    inputs: ProgrammeInputs, insiders: pl.DataFrame, tiers: pl.DataFrame, changes: pl.DataFrame
) -> pl.DataFrame:
    insider = tiers.filter(pl.col("tier") == INSIDER).to_dicts()[0]
    row = {
        "refresh_id": inputs.refresh_id,
        "as_of": inputs.as_of,
        "model_version": inputs.model_version,
        "selection": inputs.rules.selection,
        **{f"rows_{name}": count for name, count in inputs.rows.items()},
        "customers": insiders.height,
        "identified_customers": int(insiders["is_identified"].sum()),
        "members": int(insiders["is_member"].sum()),
        "revenue": total(insiders),
        "insider_share_of_customers": insider["share_of_customers"],
        "insider_share_of_revenue": insider["share_of_revenue"],
        "members_entered": changes.filter(pl.col("change") == "entered").height,
        "members_left": changes.filter(pl.col("change") == "left").height,
    }
    return pl.DataFrame([{name: row.get(name) for name in REFRESHES.names}], schema=REFRESHES.polars_schema)


def _warnings(inputs: ProgrammeInputs, chosen: Chosen, members: pl.DataFrame) -> list[str]:
    found = []
    if members.is_empty():
        found.append("Nobody is a member: no identified, unsuppressed customer is in the Insider tier.")
    known = chosen.insiders.filter("is_identified")
    wrong = 1 - float(known["rule_agrees"].mean() or 0.0) if known.height else 0.0  # type: ignore[arg-type]
    if wrong > MANY_IN_DISAGREEMENT:
        found.append(
            f"The plain rules tell {wrong:.1%} of identified customers wrong: read reasons with that in mind."
        )
    absent = sorted(inputs.rules.opted_out - set(chosen.insiders["customer_id"].to_list()))
    if absent:
        found.append(
            f"{len(absent)} opted-out ids are not among the customers of the window, such as {absent[0]!r}."
        )
    return found
