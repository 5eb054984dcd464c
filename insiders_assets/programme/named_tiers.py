"""Named tiers of members, such as Gold and Silver: each begins at a share of value, and falls by the same calendar.

A border is drawn from the customers of the first refresh that needs it and kept until model, policy or tiers change, as
those of the programme are where the model froze none. Who rises above one has the tier at once; who falls below keeps
it for grace and until the next review date, tier by tier: see :mod:`insiders_assets.programme.standing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from insiders_assets.contracts.member_tiers import MEMBER_TIERS, TIER_STANDING
from insiders_assets.programme.borders import Borders, border_at
from insiders_assets.programme.config import MemberTier
from insiders_assets.programme.customer_policies import tier_by_value
from insiders_assets.programme.groups import share, total
from insiders_assets.programme.inputs import ProgrammeInputs
from insiders_assets.programme.policies import INSIDER, NOT_INSIDER
from insiders_assets.programme.standing import steps_between, tier_before_today, with_standing
from insiders_assets.programme.validity import valid_until


@dataclass(frozen=True)
class NamedTiers:
    """The named tiers of a refresh.

    Attributes:
        tiers: ``customer_id, member_tier`` of every member; no rows without named tiers.
        standing: A frame as the contract ``TIER_STANDING`` says.
        begin: The least value of each tier, by name, the highest first.
    """

    tiers: pl.DataFrame
    standing: pl.DataFrame
    begin: Mapping[str, float]


def named_tiers(
    inputs: ProgrammeInputs, customers: pl.DataFrame, borders: Borders, *, same: bool
) -> NamedTiers:
    """Put the members into the tiers that the settings name.

    Args:
        inputs: This refresh.
        customers: Customers with ``value``, ``purchase_lines``, ``is_eligible``, ``is_member``, ``member_since`` and
            ``valid_until``.
        borders: The programme's own borders.
        same: Whether the refresh before chose by the same policy and the same model.
    """
    wanted = inputs.rules.member_tiers
    kept = {row["member_tier"]: row for row in inputs.member_tiers_before.to_dicts()} if same else {}
    if [(tier.name, tier.share) for tier in wanted] != [(name, row["share"]) for name, row in kept.items()]:
        kept = {}
    begin, held = {}, []
    for tier in wanted[:-1]:
        begin[tier.name] = kept[tier.name]["begins_at"] if kept else border_at(customers, tier.share)
        held.append(_held(inputs, customers, tier, begin[tier.name], remembered=bool(kept)))
    if wanted:
        begin[wanted[-1].name] = borders.insider
    places = {tier.name: place for place, tier in enumerate(wanted)}
    members = customers.filter("is_member")
    if wanted:
        held.append(
            members.select(
                "customer_id",
                "below_since",
                "valid_until",
                member_tier=pl.lit(wanted[-1].name),
                since="member_since",
            ).select(TIER_STANDING.names)
        )
    standing = pl.concat([pl.DataFrame(schema=TIER_STANDING.polars_schema), *held])
    best = (
        standing.with_columns(place=pl.col("member_tier").replace_strict(places, return_dtype=pl.Int32))
        .sort("customer_id", "place")
        .group_by("customer_id", maintain_order=True)
        .agg(pl.col("member_tier").first())
    )
    return NamedTiers(best, standing.sort("member_tier", "customer_id"), begin)


def _held(
    inputs: ProgrammeInputs, customers: pl.DataFrame, tier: MemberTier, border: float, *, remembered: bool
) -> pl.DataFrame:
    """Return the rows of ``TIER_STANDING`` of one tier that has a border of its own."""
    one = Borders(border, border)
    before = inputs.tier_standing_before.filter(
        pl.col("member_tier") == tier.name, pl.lit(remembered)
    ).select(
        "customer_id",
        was_member=pl.lit(value=True),
        member_since_before=pl.col("since"),
        below_since_before=pl.col("below_since"),
        tier_before=pl.when(pl.col("below_since").is_null())
        .then(pl.lit(INSIDER))
        .otherwise(pl.lit(NOT_INSIDER)),
    )
    people = (
        customers.filter("is_identified")
        .select(
            "customer_id", "value", "purchase_lines", grace_before=pl.lit(0), is_listed=pl.col("is_member")
        )
        .join(before, on="customer_id", how="left", maintain_order="left")
        .with_columns(tier_before_known=pl.col("tier_before"))
    )
    steps = steps_between(inputs, people, one, same_selection=remembered)
    people = people.join(
        tier_before_today(steps), on="customer_id", how="left", maintain_order="left"
    ).with_columns(tier_before=pl.coalesce("tier_yesterday", "tier_before"))
    people = people.with_columns(policy_tier=tier_by_value(one, inputs.rules.hysteresis))
    people = with_standing(people, steps, inputs.rules, inputs.as_of)
    inside = pl.col("policy_tier") == INSIDER
    people = people.filter(pl.col("is_listed") & (inside | pl.col("grace_left"))).with_columns(
        is_member=pl.lit(value=True), below_since=pl.when(~inside).then("below_since")
    )
    until = valid_until(inputs, people, one)
    return (
        people.join(until, on="customer_id", how="left", maintain_order="left")
        .with_columns(member_tier=pl.lit(tier.name))
        .select(TIER_STANDING.names)
    )


def member_tier_table(inputs: ProgrammeInputs, insiders: pl.DataFrame, named: NamedTiers) -> pl.DataFrame:
    """Return the table ``member_tiers``: each named tier with its size and revenue, the highest first."""
    members = insiders.filter("is_member")
    rows = []
    for place, tier in enumerate(inputs.rules.member_tiers, 1):
        inside = members.filter(pl.col("member_tier") == tier.name)
        rows.append(
            {
                "member_tier": tier.name,
                "place": place,
                "share": tier.share,
                "begins_at": named.begin[tier.name] if named.begin[tier.name] < float("inf") else None,
                "members": inside.height,
                "share_of_members": share(inside.height, members.height),
                "revenue": total(inside),
                "share_of_revenue": share(total(inside), total(members)),
                "value": total(inside, "value"),
            }
        )
    return pl.DataFrame(rows, schema=MEMBER_TIERS.polars_schema)
