"""Who is chosen, who is never invited, and what is measured."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from insiders_assets.settings.fields import Words


class ProgrammeSettings(BaseModel):
    """Who is chosen, who is never invited, and what is measured."""

    insider_coverage: float = Field(
        0.85,
        gt=0,
        le=1,
        description="Insiders cover this share of identified customers' value, highest first.",
    )
    viability_coverage: float = Field(
        0.97, gt=0, le=1, description="The next are being analysed until this share of value is covered."
    )
    policy: Literal["value", "coverage", "clusters", "budget", "threshold"] = Field(
        "value", description="The selection policy: how customers, or whole clusters, are put into tiers."
    )
    value: Literal["gross", "net", "contribution", "blend"] = Field(
        "gross",
        description="What a customer is worth: gross revenue, net of returns, or contribution by the costs of goods; "
        "blend, under the policy budget, ranks by gross revenue and by what is forecast for the next 90 days.",
    )
    insider_clusters: Words = Field(
        (), description="Policy clusters: numbers or names of the clusters that are Insiders."
    )
    viability_clusters: Words = Field(
        (), description="Policy clusters: numbers or names of the clusters being analysed."
    )
    budget_members: int | None = Field(
        None, ge=1, description="Policy budget: members at most, highest value first."
    )
    budget: float | None = Field(
        None, gt=0, description="Policy budget: what may be spent on members, in the data's currency."
    )
    cost_per_member: float | None = Field(
        None, gt=0, description="Policy budget: what a member costs, in the data's currency."
    )
    insider_thresholds: Words = Field(
        (), description="Policy threshold: rules such as revenue>=1000,recency<=90 that Insiders keep."
    )
    viability_thresholds: Words = Field(
        (), description="Policy threshold: rules that customers being analysed keep."
    )
    costs: str | None = Field(
        None,
        description="What products cost, for contribution; costs.csv in the landing zone or the home unless given.",
    )
    hysteresis: float | None = Field(
        None,
        ge=0,
        le=0.5,
        description="How far past the border those inside may drift before falling out; 0.05 by value, else 0.02.",
    )
    grace_days: int | None = Field(
        None,
        ge=0,
        le=3650,
        description="Days a member stays for after behaviour or a new model put them out; 30 unless given.",
    )
    review: Literal["daily", "monthly", "quarterly", "anniversary"] = Field(
        "daily",
        description="When a status may end: any day, the first of a month or quarter, or the anniversary of joining.",
    )
    grace_refreshes: int | None = Field(
        None,
        ge=0,
        description="Grace in refreshes (of one day: one), as homes from before grace_days counted it; not with it.",
    )
    member_tiers: Words = Field(
        (),
        description="Policy value: named tiers of members, the highest first, each with the share of value that it and "
        "those above cover; the last takes the rest: Gold=0.5,Silver=0.7,Bronze.",
    )
    suppress: Words = Field(
        ("mostly_returned",),
        description="Who is never invited beside anonymous and opted-out customers: wholesale, mostly_returned.",
    )
    opted_out: str | None = Field(
        None, description="A text file with one customer id per line: customers who are never invited."
    )
    wholesale_score: float = Field(
        3.5,
        gt=0,
        description="Robust score of log units per invoice or per line above which an account is wholesale.",
    )
    mostly_returned_share: float = Field(
        0.5, gt=0, description="Units returned per unit bought from which a customer mostly returns."
    )
    holdout_share: float = Field(
        0.0, ge=0, le=0.5, description="Share of eligible customers held out to measure the programme."
    )
    campaign_start: date | None = Field(
        None, description="First day of the campaign whose uplift is measured."
    )
    campaign_end: date | None = Field(None, description="Last day of the campaign whose uplift is measured.")
