"""From which day features look back, and how far."""

from datetime import date

from pydantic import BaseModel, Field


class FeatureSettings(BaseModel):
    """From which day features look back, and how far."""

    as_of: date | None = Field(
        None, description="The day features look back from; the newest date in the data unless given."
    )
    window_days: int = Field(
        396, ge=1, description="How many days features look back, the as-of date included."
    )
