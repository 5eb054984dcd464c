"""What may leave the house."""

from pydantic import BaseModel, Field

from insiders_assets.settings.fields import Operational


class DeliverySettings(BaseModel):
    """What may leave the house."""

    consents: Operational[str | None] = Field(
        None,
        description="Who consents to what, as docs/campaigns.md says; consents.csv in the home unless given.",
    )
    smallest_cell: Operational[int] = Field(
        0,
        ge=0,
        description="Audiences and lists, and cells in them, of fewer people than this stay in the house; 0 for none, "
        "5 is recommended.",
    )
