"""The programme's rules, as settings give them: who is chosen, who is never invited, and what is measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from insiders_assets.aliases import aliases_of
from insiders_assets.contracts.customers import MEASURES
from insiders_assets.errors import InsidersError, UsageError
from insiders_assets.places import place
from insiders_assets.programme.thresholds import Threshold

if TYPE_CHECKING:
    from datetime import date

    from insiders_assets.settings import Settings

PolicyName = Literal["value", "coverage", "clusters", "budget", "threshold"]

ReviewName = Literal["daily", "monthly", "quarterly", "anniversary"]

ValueName = Literal["gross", "net", "contribution"]

HYSTERESIS = {"value": 0.05}
"""How far past the border those inside may drift, by policy, unless a setting says so; 0.02 under the others."""

GRACE_DAYS = 30
"""Days of grace unless a setting says so."""


SUPPRESSIBLE = ("wholesale", "mostly_returned")
"""Suppression rules that a setting turns on; anonymous and opted-out customers are always suppressed."""


@dataclass(frozen=True)
class MemberTier:
    """A named tier of members.

    Attributes:
        name: Its name.
        share: The share of identified customers' value that it and those above it are drawn to cover.
    """

    name: str
    share: float


@dataclass(frozen=True)
class ProgrammeRules:
    """Everything that decides the list, beside the customers themselves.

    Attributes:
        policy: The selection policy's name.
        value: What a customer is worth: a name of :data:`MEASURES`.
        ranks_by_blend: Whether the policy ``budget`` ranks by past revenue and a forecast, and not by value.
        insider_coverage: Share of identified customers' value that Insiders cover.
        viability_coverage: Share up to which the next ones are being analysed.
        insider_clusters: Numbers or names of the Insider clusters, for the policy ``clusters``.
        viability_clusters: Numbers or names of the clusters being analysed, for the same.
        budget_members: Members at most, for the policy ``budget``.
        insider_thresholds: Rules that Insiders keep, for the policy ``threshold``.
        viability_thresholds: Rules that customers being analysed keep, for the same.
        hysteresis: How far past the border those inside may drift, as a share.
        grace_days: Days a member stays for after falling out.
        review: On which days a status may end.
        grace_refreshes: Refreshes a member stays for after falling out, where refreshes are counted and not days.
        member_tiers: Named tiers of members, the highest first; the last begins where Insiders do.
        suppress: Suppression rules that are on, of :data:`SUPPRESSIBLE`.
        opted_out: Ids of customers who are never invited.
        wholesale_score: Robust score above which an account is wholesale.
        mostly_returned_share: Units returned per unit bought from which a customer mostly returns.
        holdout_share: Share of eligible customers held out.
        campaign_start: First day of the campaign whose uplift is measured, or None.
        campaign_end: Last day of that campaign, or None.
        seed: Seed of every random step.
        window_days: How many days features look back, the as-of date included.
    """

    policy: PolicyName = "value"
    value: ValueName = "gross"
    ranks_by_blend: bool = False
    insider_coverage: float = 0.85
    viability_coverage: float = 0.97
    insider_clusters: tuple[str, ...] = ()
    viability_clusters: tuple[str, ...] = ()
    budget_members: int = 0
    insider_thresholds: tuple[Threshold, ...] = ()
    viability_thresholds: tuple[Threshold, ...] = ()
    hysteresis: float = HYSTERESIS["value"]
    grace_days: int = GRACE_DAYS
    review: ReviewName = "daily"
    grace_refreshes: int | None = None
    member_tiers: tuple[MemberTier, ...] = ()
    suppress: tuple[str, ...] = ("mostly_returned",)
    opted_out: frozenset[str] = frozenset()
    wholesale_score: float = 3.5
    mostly_returned_share: float = 0.5
    holdout_share: float = 0.0
    campaign_start: date | None = None
    campaign_end: date | None = None
    seed: int = 42
    window_days: int = 396

    @classmethod
    def from_settings(cls, settings: Settings) -> ProgrammeRules:
        """Return the rules that the settings ask for; the file of opted-out customers is read here.

        Raises:
            UsageError: Settings contradict each other, or one that the policy needs is missing.
            InsidersError: The file of opted-out customers cannot be read. Nobody is chosen then: somebody who
                opted out might be invited.
        """
        _require(
            settings.viability_coverage >= settings.insider_coverage,
            f"{settings.viability_coverage:g} is below INSIDERS_INSIDER_COVERAGE, {settings.insider_coverage:g}",
            "INSIDERS_VIABILITY_COVERAGE",
        )
        for rule in settings.suppress:
            _require(
                rule in SUPPRESSIBLE, f"{rule!r} is no suppression rule", "INSIDERS_SUPPRESS", SUPPRESSIBLE
            )
        if settings.value == "blend" and settings.policy != "budget":
            raise UsageError(
                "a blend of ranks is no amount of money: no border can be drawn by it",
                where="INSIDERS_VALUE",
                hint="set INSIDERS_POLICY=budget, which takes a number of members, or another INSIDERS_VALUE",
            )
        if settings.policy == "clusters":
            _require(bool(settings.insider_clusters), "names no cluster", "INSIDERS_INSIDER_CLUSTERS")
        if settings.policy == "threshold":
            _require(bool(settings.insider_thresholds), "has no rule", "INSIDERS_INSIDER_THRESHOLDS")
        if settings.grace_refreshes is not None:
            _require(
                settings.grace_days is None, "is set beside INSIDERS_GRACE_DAYS", "INSIDERS_GRACE_REFRESHES"
            )
            _require(
                settings.review == "daily",
                "counts refreshes beside INSIDERS_REVIEW",
                "INSIDERS_GRACE_REFRESHES",
            )
        if settings.campaign_start and settings.campaign_end:
            _require(
                settings.campaign_start <= settings.campaign_end,
                "is before INSIDERS_CAMPAIGN_START",
                "INSIDERS_CAMPAIGN_END",
            )
        return cls(
            policy=settings.policy,
            value="gross" if settings.value == "blend" else settings.value,
            ranks_by_blend=settings.value == "blend",
            insider_coverage=settings.insider_coverage,
            viability_coverage=settings.viability_coverage,
            insider_clusters=settings.insider_clusters,
            viability_clusters=settings.viability_clusters,
            budget_members=_members_at_most(settings) if settings.policy == "budget" else 0,
            insider_thresholds=_thresholds(settings.insider_thresholds, "INSIDERS_INSIDER_THRESHOLDS"),
            viability_thresholds=_thresholds(settings.viability_thresholds, "INSIDERS_VIABILITY_THRESHOLDS"),
            hysteresis=HYSTERESIS.get(settings.policy, 0.02)
            if settings.hysteresis is None
            else settings.hysteresis,
            grace_days=GRACE_DAYS if settings.grace_days is None else settings.grace_days,
            review=settings.review,
            grace_refreshes=settings.grace_refreshes,
            member_tiers=_member_tiers(settings),
            suppress=settings.suppress,
            opted_out=aliases_of(settings).mains(
                settings.as_kept("customer_id", read_ids(settings.opted_out))
            ),
            wholesale_score=settings.wholesale_score,
            mostly_returned_share=settings.mostly_returned_share,
            holdout_share=settings.holdout_share,
            campaign_start=settings.campaign_start,
            campaign_end=settings.campaign_end,
            seed=settings.seed,
            window_days=settings.window_days,
        )

    @property
    def measure(self) -> str:
        """The feature that says what a customer is worth."""
        return MEASURES[self.value]

    @property
    def coverages(self) -> tuple[float, float]:
        """The shares of value that Insiders, and Insiders with those being analysed, cover."""
        return self.insider_coverage, self.viability_coverage

    @property
    def selection(self) -> str:
        """The policy with its parameters, in one word: two refreshes with equal ones chose by the same rule."""
        names = {
            "value": f"value:{self.insider_coverage:g}/{self.viability_coverage:g}",
            "coverage": f"coverage:{self.insider_coverage:g}/{self.viability_coverage:g}",
            "clusters": f"clusters:{','.join(self.insider_clusters)}/{','.join(self.viability_clusters)}",
            "budget": f"budget:{self.budget_members}/{self.viability_coverage:g}",
            "threshold": f"threshold:{','.join(map(str, self.insider_thresholds))}/"
            f"{','.join(map(str, self.viability_thresholds))}",
        }
        if self.ranks_by_blend:
            return f"{names[self.policy]}@blend"
        measured = "" if self.value == "gross" or self.policy == "threshold" else f"@{self.value}"
        return names[self.policy] + measured


def read_ids(location: str | None) -> frozenset[str]:
    """Return the customer ids in a text file, one per line; blank lines and lines that start with # do not count.

    Args:
        location: A path or ``s3://bucket/opted_out.txt``; None for nobody.

    Raises:
        InsidersError: The file cannot be read.
    """
    if location is None:
        return frozenset()
    try:
        lines = place(location).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InsidersError(
            f"cannot be read as text ({type(error).__name__})",
            where=location,
            hint="correct or unset INSIDERS_OPTED_OUT; without the file, people who opted out might be invited",
        ) from None
    ids = (line.split(",")[0].strip().strip('"') for line in lines)
    return frozenset(name for name in ids if name and not name.startswith("#"))


def _members_at_most(settings: Settings) -> int:
    if settings.budget_members is not None:
        return settings.budget_members
    if settings.budget is None or settings.cost_per_member is None:
        raise UsageError(
            "the policy budget needs to know how many members it may choose",
            where="INSIDERS_POLICY",
            hint="set INSIDERS_BUDGET_MEMBERS, or both INSIDERS_BUDGET and INSIDERS_COST_PER_MEMBER",
        )
    return int(settings.budget / settings.cost_per_member)


def _member_tiers(settings: Settings) -> tuple[MemberTier, ...]:
    """Return the named tiers, each with its share; the last with that of all Insiders."""
    if not settings.member_tiers:
        return ()
    setting, hint = "INSIDERS_MEMBER_TIERS", "write them like Gold=0.5,Silver=0.7,Bronze"
    if settings.policy != "value" or settings.grace_refreshes is not None:
        raise UsageError(
            "named tiers are of the policy value, with grace in days",
            where=setting,
            hint="unset them, or INSIDERS_POLICY and INSIDERS_GRACE_REFRESHES",
        )
    found: list[MemberTier] = []
    *named, last = settings.member_tiers
    for text in named:
        name, _, said = (part.strip() for part in text.partition("="))
        try:
            share = float(said)
        except ValueError:
            raise UsageError(f"{text!r} is no name with a share", where=setting, hint=hint) from None
        least = found[-1].share if found else 0.0
        if not least < share < settings.insider_coverage:
            raise UsageError(
                f"{text!r}: shares rise from tier to tier and stay below that of all Insiders, "
                f"{settings.insider_coverage:g}",
                where=setting,
                hint=hint,
            )
        found.append(MemberTier(name, share))
    if "=" in last:
        raise UsageError(f"{last!r}: the last takes the rest of the Insiders", where=setting, hint=hint)
    found.append(MemberTier(last.strip(), settings.insider_coverage))
    names = [tier.name for tier in found]
    if not all(names) or len(set(names)) < len(names):
        raise UsageError("two tiers have one name, or one has none", where=setting, hint=hint)
    return tuple(found)


def _thresholds(texts: tuple[str, ...], setting: str) -> tuple[Threshold, ...]:
    return tuple(Threshold.parse(text, setting) for text in texts)


def _require(holds: bool, what: str, setting: str, allowed: tuple[str, ...] = ()) -> None:
    if not holds:
        hint = (
            f"use some of {', '.join(allowed)}"
            if allowed
            else "correct the variable or the option of that name"
        )
        raise UsageError(what, where=setting, hint=hint)
