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

from insiders_assets.language.message import Message, message, number, percent, rounded

if TYPE_CHECKING:
    from insiders_assets.settings import Settings

DECIDED = ("policy", "model")
"""Causes of a change that people decided on."""

COMPARED = ("customer_id", "is_identified", "is_member", "tier", "grace_refreshes", "country", "revenue")
"""Columns of a list that are compared."""

COUNTED = ("hold_new_countries", "hold_new_currencies", "hold_cluster_tiers")
"""Limits of numbers; all others but that of idle days are of shares."""

NAMED = 5
"""New countries and currencies that are named."""

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
        currencies: The currencies that its exports name.
        currencies_before: Those that the exports of the published one name.
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
    currencies: frozenset[str] = frozenset()
    currencies_before: frozenset[str] = frozenset()


def figures(beside: Beside) -> dict[str, float]:
    """Return what a refresh changes, by the name of the setting that limits it; shares are fractions.

    A figure that cannot be compared, such as revenue over windows of different length, is left out.
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
        "hold_new_countries": len(new_countries(beside)),
        "hold_new_currencies": len(new_currencies(beside)),
    }
    if row["model_version"] == before["model_version"] and row["selection"] == before["selection"]:
        found["hold_cluster_tiers"] = _other_tiers(beside.profiles_before, beside.profiles)
    if (row["window_days"] or 0) >= (before["window_days"] or 0):
        found["hold_revenue_fall"] = _fall(before["revenue"], row["revenue"])
    if beside.has_new_files and row["as_of"] == before["as_of"]:
        found["hold_idle_days"] = (beside.now - beside.same_day_since) / timedelta(days=1)
    return found


def strange(beside: Beside, settings: Settings) -> list[Message]:
    """Return why a refresh is held, a message for each limit that it is beyond; empty if it is not.

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
            found.append(_finding(beside, name, figure, limit))
    return found


def new_countries(beside: Beside) -> set[str]:
    """Return the countries of customers where there was none before."""
    return _countries(beside.insiders) - _countries(beside.insiders_before)


def new_currencies(beside: Beside) -> frozenset[str]:
    """Return the currencies that no export of the published refresh named; none where those name none at all."""
    return beside.currencies - beside.currencies_before if beside.currencies_before else frozenset()


def _finding(beside: Beside, name: str, figure: float, limit: float) -> Message:
    """Return what is said of a figure that is beyond its limit."""
    if name == "hold_idle_days":
        return message(f"brake.{name}", days=rounded(figure, 1), limit=number(limit, 0))
    if name not in COUNTED:
        return message(f"brake.{name}", share=percent(figure), limit=percent(limit))
    said = message(f"brake.{name}", count=int(figure), limit=int(limit))
    if name == "hold_cluster_tiers":
        return said
    names = sorted(new_countries(beside) if name == "hold_new_countries" else new_currencies(beside))
    shown = [*names[:NAMED], *(["…"] if len(names) > NAMED else [])]
    return message(said.code, **said.args, names=shown)


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
    """Return the share of the published members' revenue that those who leave bring."""
    members = before.filter("is_member")
    gone = members.join(left.select("customer_id"), on="customer_id", how="semi")
    return _share(float(gone["revenue"].sum()), float(members["revenue"].sum()))


def _shift(before: pl.DataFrame, after: pl.DataFrame) -> float:
    """Return how much the share of identified customers in a tier moves at most."""
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
    """Return how many clusters are in another tier."""
    pairs = before.select("cluster", was="tier").join(after.select("cluster", "tier"), on="cluster")
    return pairs.filter(pl.col("was") != pl.col("tier")).height
