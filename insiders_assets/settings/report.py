"""How people are informed."""

from typing import Literal

from pydantic import BaseModel, Field

from insiders_assets.settings.fields import Operational


class ReportSettings(BaseModel):
    """How people are informed."""

    language: Literal["en", "pt_BR"] = Field("en", description="The language that people are spoken to in.")
    currency: str = Field(
        "",
        pattern="^([A-Z]{3})?$",
        description="ISO 4217 code of the data's currency, such as GBP; money is a bare number unless given.",
    )
    reports_kept: Operational[int] = Field(
        400,
        ge=2,
        description="How many of the newest refreshes keep their report; older reports are deleted.",
    )
    refreshes_kept: Operational[int] = Field(
        30,
        ge=2,
        description="How many of the newest refreshes keep their tables, to be compared and verified "
        "(`insiders diff`, `insiders verify`).",
    )
    runs_kept: Operational[int] = Field(
        400,
        ge=2,
        description="How many finished runs of each job Dagster's history keeps; older ones are deleted.",
    )
