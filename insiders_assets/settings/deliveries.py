"""What may leave the house."""

from pydantic import BaseModel, Field, SecretStr

from insiders_assets.settings.fields import Operational, Words


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
    published_webhooks: Operational[Words] = Field(
        (),
        description="Addresses to notify of each published refresh (refresh.published), signed; https:// alone, "
        "but for this machine. Needs INSIDERS_PUBLISHED_SECRET.",
    )
    published_secret: Operational[SecretStr | None] = Field(
        None, description="The secret that those requests are signed with, such as whsec_…"
    )
