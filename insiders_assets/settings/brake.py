"""The brake: what holds a refresh that is strange beside the published one."""

from pydantic import BaseModel, Field

from insiders_assets.settings.fields import Operational


class BrakeSettings(BaseModel):
    """When a refresh waits for a person."""

    hold: Operational[bool] = Field(
        True, description="Whether a refresh that is strange beside the published one waits for a person."
    )
    hold_leaving: Operational[float | None] = Field(
        0.2,
        ge=0,
        description="Share of the members who leave, or stay by grace alone, above which a refresh is held; 1 for "
        "never.",
    )
    hold_entering: Operational[float | None] = Field(
        None, ge=0, description="New members per member before above which a refresh is held."
    )
    hold_leaving_revenue: Operational[float | None] = Field(
        None, ge=0, description="Share of the members' revenue that leaves above which a refresh is held."
    )
    hold_revenue_fall: Operational[float | None] = Field(
        0.3,
        ge=0,
        description="Fall of revenue, over a window as long or longer, above which a refresh is held; 1 for never.",
    )
    hold_rows_fall: Operational[float | None] = Field(
        None, ge=0, description="Fall of the number of rows read above which a refresh is held."
    )
    hold_tier_shift: Operational[float | None] = Field(
        None, ge=0, description="Move of a tier's share of customers above which a refresh is held."
    )
    hold_anonymous_rise: Operational[float | None] = Field(
        None, ge=0, description="Rise of the share of anonymous customers above which a refresh is held."
    )
    hold_new_countries: Operational[int | None] = Field(
        None, ge=0, description="New countries above which a refresh is held."
    )
    hold_new_currencies: Operational[int | None] = Field(
        0,
        ge=0,
        description="New currencies above which a refresh is held: amounts of exports are added up as they are.",
    )
    hold_cluster_tiers: Operational[int | None] = Field(
        None, ge=0, description="Clusters that change their tier above which a refresh is held."
    )
    hold_idle_days: Operational[float | None] = Field(
        7, ge=0, description="Days for which files came without a new day above which a refresh is held."
    )
