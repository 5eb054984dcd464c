"""Choosing the list: everybody's tier by the policy, grace and suppression on top, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from insiders_assets.contracts.customers import INSIDERS
from insiders_assets.contracts.programme import MEMBERS
from insiders_assets.language.columns import by
from insiders_assets.language.message import Message
from insiders_assets.programme.blending import blended
from insiders_assets.programme.borders import Borders, borders_in_force
from insiders_assets.programme.cluster_policies import rank_clusters
from insiders_assets.programme.conditions import Conditions, fit_conditions, with_rules
from insiders_assets.programme.experiment import HOLDOUT, with_groups
from insiders_assets.programme.grace import with_grace
from insiders_assets.programme.groups import gather
from insiders_assets.programme.inputs import ProgrammeInputs
from insiders_assets.programme.kinds import called, kind_words, name_kinds
from insiders_assets.programme.named_tiers import NamedTiers, named_tiers
from insiders_assets.programme.near_miss import with_gaps
from insiders_assets.programme.offers import Targets, with_offers
from insiders_assets.programme.policies import INSIDER, Selection
from insiders_assets.programme.previous_state import remember
from insiders_assets.programme.reasons import with_reasons
from insiders_assets.programme.rhythm import with_states
from insiders_assets.programme.selection import select
from insiders_assets.programme.standing import steps_between, tier_before_today, with_standing
from insiders_assets.programme.steps import with_steps
from insiders_assets.programme.suppression import active, first_reason, suppressed_by
from insiders_assets.programme.validity import valid_until


@dataclass(frozen=True)
class Chosen:
    """The list and what it was made by.

    Attributes:
        insiders: Every customer, as in the contract ``INSIDERS``.
        flags: Which suppression rules each customer breaks, in the same order.
        names: Every cluster's name.
        targets: What Insiders do, that others are led towards.
        selection: What the policy chose.
        borders: The borders in force, whatever the policy.
        conditions: The rules that describe the tiers.
        memory: What was remembered of the refresh before.
        named: The named tiers of members.
        not_forecast: Why a blend ranks by past revenue alone; else None.
    """

    insiders: pl.DataFrame
    flags: pl.DataFrame
    names: dict[int, str]
    targets: Targets
    selection: Selection
    borders: Borders
    conditions: Conditions
    memory: pl.DataFrame
    named: NamedTiers
    not_forecast: Message | None = None


def choose(inputs: ProgrammeInputs) -> Chosen:
    """Put every customer in a tier and decide who is a member."""
    rules = inputs.rules
    same_day = inputs.retried is not None or inputs.previous_as_of == inputs.as_of
    memory = remember(inputs.previous, same_day=same_day)
    customers = gather(inputs.features, inputs.assignments).with_columns(value=pl.col(rules.measure))
    order = [cluster for cluster, _ in rank_clusters(customers)]
    named_in_settings = (*rules.insider_clusters, *rules.viability_clusters)
    names = name_kinds(customers, order, inputs.axes, inputs.names_before, named_in_settings)
    flags = suppressed_by(customers, rules)
    same = same_selection(inputs)
    customers = (
        customers.with_columns(first_reason(flags, active(rules)))
        .join(memory, on="customer_id", how="left", maintain_order="left")
        .with_columns(
            is_eligible=pl.col("is_identified") & pl.col("suppressed_by").is_null(),
            tier_before_known=pl.col("tier_before"),
            tier_before=pl.when(same).then("tier_before"),
        )
    )
    before = inputs.borders_before if same and same_model(inputs) else None
    borders = borders_in_force(customers, rules, frozen=inputs.borders, before=before)
    steps = steps_between(inputs, customers, inputs.borders_before or borders, same_selection=same)
    customers = customers.join(
        tier_before_today(steps), on="customer_id", how="left", maintain_order="left"
    ).with_columns(tier_before=pl.coalesce("tier_yesterday", "tier_before"))
    not_forecast = None
    if rules.ranks_by_blend:
        blend = blended(inputs.purchases, customers, rules, inputs.as_of)
        customers = customers.join(blend.scores, on="customer_id", how="left", maintain_order="left")
        not_forecast = blend.note
    selection = select(customers, rules, names, borders)
    customers = customers.join(selection.tiers, on="customer_id", how="left", maintain_order="left")
    customers = with_standing(customers, steps, rules, inputs.as_of)
    memory = memory.join(
        customers.select("customer_id", "grace_left"), on="customer_id", how="left", maintain_order="left"
    )
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
        member_since=pl.when("is_member").then("since")
    )
    customers = customers.join(
        valid_until(inputs, customers, borders), on="customer_id", how="left", maintain_order="left"
    )
    named = named_tiers(inputs, customers, borders, same=same and same_model(inputs))
    customers = customers.join(named.tiers, on="customer_id", how="left", maintain_order="left")
    conditions = fit_conditions(customers, selection.cut, rules.value)
    customers = with_gaps(with_rules(customers, conditions), rules, selection, conditions)
    customers = with_states(with_reasons(customers, rules, names, selection, conditions))
    targets = Targets.of(customers)
    customers = with_offers(customers, targets, kind_words(customers, inputs.axes))
    customers = with_steps(customers, selection.cut, targets)
    insiders = customers.select(INSIDERS.names).cast(INSIDERS.polars_schema)  # type: ignore[arg-type]
    return Chosen(
        insiders, flags, names, targets, selection, borders, conditions, memory, named, not_forecast
    )


def member_table(insiders: pl.DataFrame, names: Mapping[int, str]) -> pl.DataFrame:
    """Return the members, as the contract ``MEMBERS`` says, sorted by id; never anybody who is not identified."""
    return (
        insiders.filter("is_member", "is_identified")
        .with_columns(
            *by("cluster", {number: called(name) for number, name in names.items()}).named("cluster_name")
        )
        .select(MEMBERS.names)
    )


def same_selection(inputs: ProgrammeInputs) -> bool:
    """Return whether the refresh before chose by the same policy and parameters."""
    return inputs.previous_selection in (None, inputs.rules.selection)


def same_model(inputs: ProgrammeInputs) -> bool:
    """Return whether the same segmentation model assigned at the refresh before."""
    return inputs.previous_model_version in (None, inputs.model_version)
