"""Which of the rows that were read count."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from insiders_assets.settings.fields import Words


class CleaningSettings(BaseModel):
    """Which of the rows that were read count."""

    price_floor: Annotated[float, Field(ge=0)] | Literal["auto"] = Field(
        "auto",
        description="Unit prices must exceed this, in the data's currency; auto is 0.04, or 0 where what costs no more "
        "than that makes a thousandth of the money.",
    )
    drop_letter_codes: Literal["known"] | bool = Field(
        "known",
        description="Drop stock codes made of letters only: those known to stand for postage, fees or manual lines, "
        "all (true), or none (false).",
    )
    many_dropped: float = Field(
        0.01,
        ge=0,
        le=1,
        description="Share of lines or money above which what a rule drops is a warning.",
    )
    excluded_countries: Words = Field(
        ("Unspecified", "European Community"), description="Countries whose rows are dropped."
    )
    excluded_customers: Words = Field((), description="Customer ids whose rows are dropped.")
