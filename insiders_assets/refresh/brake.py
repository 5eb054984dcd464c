"""The brake: what is strange about a refresh beside the one that is published, so that a person looks before others do.

What people decided is not strange: members who leave by a changed policy or a new model are not counted, amounts are
compared only where a refresh looks back on as many days or more, and whoever sets an earlier as-of date meant to. Who
stays by grace alone from now on counts as leaving: grace must not hide that half an export is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from insiders_assets.settings import Settings

DECIDED = ("policy", "model")
"""Causes of a change that people decided on."""

COMPARED = ("customer_id", "is_identified", "is_member", "tier", "grace_refreshes", "country", "revenue")
"""Columns of a list that are compared."""

FEW = 5
"""So many members who leave or enter hold nothing up, whatever their share."""


@dataclass(frozen=True)
class Beside:
    """A refresh beside the one that is published.

    Attributes:
        row: Its row of ``refreshes``.
        before: That of the published one.
        changes: Its ``membership_changes``.
        insiders: Its list, with the columns :data:`COMPARED`.
        insiders_before: The published list, likewise.
        profiles: Its ``cluster_profiles``.
        profiles_before: The published ones.
        has_new_files: Whether the exports are others than those of the published one.
        same_day_since: When the first refresh of the published as-of date was published.
        now: The time.
    """

    row: Mapping[str, Any]
    before: Mapping[str, Any]
    changes: pl.DataFrame
    insiders: pl.DataFrame
    insiders_before: pl.DataFrame
    profiles: pl.DataFrame
    profiles_before: pl.DataFrame
    has_new_files: bool
    same_day_since: datetime
    now: datetime


def figures(beside: Beside) -> dict[str, float]:
    """Return what a refresh changes, by the name of the setting that limits it; shares are fractions.

    A figure that cannot be told, such as revenue over windows of different length, is left out.
    """
    row, before = beside.row, beside.before
    happened = beside.changes.filter(~pl.col("cause").is_in(DECIDED))
    entered = happened.filter(pl.col("change") == "entered")
    left = happened.filter(pl.col("change") == "left").select("customer_id")
    if row["model_version"] == before["model_version"] and row["selection"] == before["selection"]:
        left = pl.concat([left, _by_grace_from_now_on(beside)]).unique()
    found = {
        "hold_leaving": _share(left.height, before["members"]) if left.height >= FEW else 0.0,
        "hold_entering": _share(entered.height, before["members"]) if entered.height >= FEW else 0.0,
        "hold_leaving_revenue": _revenue_of(left, beside.insiders_before),
        "hold_rows_fall": _fall(before["rows_read"], row["rows_read"]),
        "hold_tier_shift": _shift(beside.insiders_before, beside.insiders),
        "hold_anonymous_rise": _anonymous(row) - _anonymous(before),
        "hold_new_countries": len(_countries(beside.insiders) - _countries(beside.insiders_before)),
    }
    if row["model_version"] == before["model_version"] and row["selection"] == before["selection"]:
        found["hold_cluster_tiers"] = _other_tiers(beside.profiles_before, beside.profiles)
    if (row["window_days"] or 0) >= (before["window_days"] or 0):
        found["hold_revenue_fall"] = _fall(before["revenue"], row["revenue"])
    if beside.has_new_files and row["as_of"] == before["as_of"]:
        found["hold_idle_days"] = (beside.now - beside.same_day_since) / timedelta(days=1)
    return found


TOLD = {
    "hold_leaving": "{:.1%} of the members leave or stay by grace alone, more than {:.1%}",
    "hold_entering": "new members are {:.1%} of those before, more than {:.1%}",
    "hold_leaving_revenue": "of the members' revenue {:.1%} leaves or stays by grace alone, more than {:.1%}",
    "hold_revenue_fall": "revenue falls by {:.1%}, more than {:.1%}",
    "hold_rows_fall": "{:.1%} fewer rows are read, more than {:.1%}",
    "hold_tier_shift": "a tier's share of customers moves by {:.1%}, more than {:.1%}",
    "hold_anonymous_rise": "the share of anonymous customers rises by {:.1%}, more than {:.1%}",
    "hold_new_countries": "{:.0f} countries are new, more than {:.0f}",
    "hold_cluster_tiers": "{:.0f} clusters change their tier, more than {:.0f}",
    "hold_idle_days": "files came, and for {:.1f} days none with a new day, more than {:.0f}",
}
"""What is said of a figure beyond its limit."""


def strange(beside: Beside, settings: Settings) -> list[str]:
    """Return why a refresh is held, a line for each limit that it is beyond; empty if it is not.

    Args:
        beside: The refresh and the published one.
        settings: The limits.
    """
    if not settings.hold or (settings.as_of and settings.as_of < beside.before["as_of"]):
        return []
    found = []
    for name, figure in figures(beside).items():
        limit = getattr(settings, name)
        if limit is not None and figure > limit:
            found.append(f"{TOLD[name].format(figure, limit)} (INSIDERS_{name.upper()})")
    return found


def _by_grace_from_now_on(beside: Beside) -> pl.DataFrame:
    """``customer_id`` of the members whom grace holds, and did not hold before."""
    held = beside.insiders.filter("is_member", pl.col("grace_refreshes") > 0).select("customer_id")
    carried = beside.insiders_before.filter("is_member", pl.col("grace_refreshes") == 0).select("customer_id")
    return held.join(carried, on="customer_id", how="semi")


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _fall(before: float, after: float) -> float:
    return max((before - after) / before, 0.0) if before and before > 0 else 0.0


def _revenue_of(left: pl.DataFrame, before: pl.DataFrame) -> float:
    """The share of the published members' revenue that those who leave bring."""
    members = before.filter("is_member")
    gone = members.join(left.select("customer_id"), on="customer_id", how="semi")
    return _share(float(gone["revenue"].sum()), float(members["revenue"].sum()))


def _shift(before: pl.DataFrame, after: pl.DataFrame) -> float:
    """How much the share of identified customers in a tier moves at most."""
    shares = []
    for table in (before, after):
        tiers = table.filter("is_identified")["tier"]
        shares.append({row["tier"]: row["count"] / tiers.len() for row in tiers.value_counts().to_dicts()})
    return max(
        (abs(shares[0].get(t, 0.0) - shares[1].get(t, 0.0)) for t in shares[0] | shares[1]), default=0.0
    )


def _anonymous(row: Mapping[str, Any]) -> float:
    return 1 - _share(row["identified_customers"], row["customers"]) if row["customers"] else 0.0


def _countries(insiders: pl.DataFrame) -> set[str]:
    return set(insiders["country"].drop_nulls().to_list()) if "country" in insiders.columns else set()


def _other_tiers(before: pl.DataFrame, after: pl.DataFrame) -> int:
    """How many clusters are in another tier."""
    pairs = before.select("cluster", was="tier").join(after.select("cluster", "tier"), on="cluster")
    return pairs.filter(pl.col("was") != pl.col("tier")).height
