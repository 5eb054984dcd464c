"""What a reader chose to see, as it stands in the page's address."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from insiders_assets.contracts.customers import TIERS
from insiders_assets.contracts.messages import with_facts
from insiders_assets.storage.warehouse import tables

if TYPE_CHECKING:
    from collections.abc import Mapping

    import sqlalchemy as sa

    from insiders_assets.storage.warehouse.reading import View

ALL = "all"
"""Every tier, where leaving the tier out means another thing."""

WHO = ("identified", "members", "everyone")
"""Whom to show: identified customers, those of them who are members, or the anonymous as well."""


@dataclass(frozen=True)
class Filters:
    """A choice of customers. Every field that is empty chooses nothing; a value that cannot be is empty.

    Attributes:
        tier: A tier, or ``all`` to say that every one is meant.
        cluster: A cluster's number.
        country: A country.
        since: First month of the last purchase, as its first day.
        until: Last month of the last purchase, as its first day.
        who: One of :data:`WHO`.
        search: What the customer's id begins with.
        segment: A segment's name; pages that know no customer by id leave it out.
    """

    tier: str = ""
    cluster: int | None = None
    country: str = ""
    since: date | None = None
    until: date | None = None
    who: str = "identified"
    search: str = ""
    segment: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Filters:
        """Return the choice that an address holds."""
        cluster = query.get("cluster", "")
        return cls(
            tier=query.get("tier", "") if query.get("tier") in (*TIERS, ALL) else "",
            cluster=int(cluster) if cluster.isascii() and cluster.isdigit() and len(cluster) < 6 else None,
            country=query.get("country", "")[:200].replace("\0", ""),
            since=_month(query.get("since", "")),
            until=_month(query.get("until", "")),
            who=query.get("who", "") if query.get("who") in WHO else "identified",
            search=query.get("search", "").strip()[:200].replace("\0", ""),
            segment=query.get("segment", "")[:200].replace("\0", ""),
        )

    @property
    def values(self) -> dict[str, str]:
        """What is chosen, as an address holds it."""
        found = {
            "tier": self.tier,
            "cluster": "" if self.cluster is None else str(self.cluster),
            "country": self.country,
            "since": f"{self.since:%Y-%m}" if self.since else "",
            "until": f"{self.until:%Y-%m}" if self.until else "",
            "who": "" if self.who == "identified" else self.who,
            "search": self.search,
            "segment": self.segment,
        }
        return {name: value for name, value in found.items() if value}

    @property
    def address(self) -> str:
        """The choice as the end of an address, or nothing."""
        return f"?{urlencode(self.values)}" if self.values else ""

    def without(self, name: str, kept: Mapping[str, str]) -> str:
        """Return the end of an address that chooses the same but for one field, with what else the address keeps."""
        left = {key: value for key, value in self.values.items() if key != name} | dict(kept)
        return f"?{urlencode(left)}" if left else ""

    def but(self, **changes: Any) -> Filters:
        """Return the same choice with ``changes``."""
        return replace(self, **changes)

    def of_summary(self) -> list[sa.ColumnElement[bool]]:
        """Return the choice as conditions on ``customer_summary``, which knows no customer by id."""
        rows = tables()["customer_summary"].c
        found = self._of_both(rows)
        if self.since:
            found.append(rows.last_purchase_month >= self.since)
        if self.until:
            found.append(rows.last_purchase_month <= self.until)
        return found

    def of_customers(self, as_of: date) -> list[sa.ColumnElement[bool]]:
        """Return the choice as conditions on ``insiders``, whose recency is counted in days before ``as_of``."""
        import sqlalchemy as sa

        rows = tables()["insiders"].c
        found = self._of_both(rows)
        if self.since:
            found.append(rows.recency <= (as_of - self.since).days)
        if self.until:
            last = self.until.replace(day=monthrange(self.until.year, self.until.month)[1])
            found.append(rows.recency >= (as_of - last).days)
        if self.search:
            found.append(rows.customer_id.startswith(self.search, autoescape=True))
        if self.segment:
            inside = tables()["segment_customers"].c
            found.append(
                rows.customer_id.in_(sa.select(inside.customer_id).where(inside.segment == self.segment))
            )
        return found

    def _of_both(self, rows: Any) -> list[sa.ColumnElement[bool]]:
        found = []
        if self.tier in TIERS:
            found.append(rows.tier == self.tier)
        if self.cluster is not None:
            found.append(rows.cluster == self.cluster)
        if self.country:
            found.append(rows.country == self.country)
        if self.who == "identified":
            found.append(rows.is_identified)
        if self.who == "members":
            found.append(rows.is_member)
        return found


@dataclass(frozen=True)
class Choices:
    """What there is to choose from.

    Attributes:
        clusters: Number and name of each cluster, as ``cluster_profiles`` has them.
        countries: Countries, the one with most customers first.
        months: Months of a last purchase, newest first.
        segments: Names of segments.
    """

    clusters: list[dict[str, Any]]
    countries: list[str]
    months: list[date]
    segments: list[str]


def choices(view: View) -> Choices:
    """Return what the latest refresh has to choose from."""
    import sqlalchemy as sa

    summary, profiles = tables()["customer_summary"], tables()["cluster_profiles"]
    countries = (
        sa.select(summary.c.country)
        .where(summary.c.country.is_not(None))
        .group_by(summary.c.country)
        .order_by(sa.func.sum(summary.c.customers).desc(), summary.c.country)
    )
    months = (
        sa.select(summary.c.last_purchase_month).distinct().order_by(summary.c.last_purchase_month.desc())
    )
    clusters = view.select(profiles, "cluster", *with_facts("name")).order_by(profiles.c.cluster)
    return Choices(
        view.rows(clusters),
        [row["country"] for row in view.rows(countries)],
        [row["last_purchase_month"] for row in view.rows(months)],
        [row["segment"] for row in view.rows(_segments(view))] if view.has("segments") else [],
    )


def _segments(view: View) -> sa.Select[Any]:
    import sqlalchemy as sa

    rows = tables()["segments"].c
    return sa.select(rows.segment).where(rows.refresh_id == view.refresh_id).order_by(rows.segment)


def _month(text: str) -> date | None:
    """``2025-11`` as its first day."""
    year, _, month = text.partition("-")
    try:
        return date(int(year), int(month), 1)
    except ValueError:
        return None
