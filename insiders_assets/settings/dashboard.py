"""Who may look at the dashboard."""

from pydantic import BaseModel, Field, SecretStr

from insiders_assets.settings.fields import Operational, Words


class DashboardSettings(BaseModel):
    """Who may look at the dashboard."""

    dashboard_password: Operational[SecretStr | None] = Field(
        None, description="Password that the dashboard asks for; needed unless it listens on loopback only."
    )
    dashboard_user_header: Operational[str | None] = Field(
        None,
        pattern="^[A-Za-z0-9-]+$",
        description="Header in which a reverse proxy names the signed-in user, such as X-Forwarded-User.",
    )
    dashboard_proxies: Operational[Words] = Field(
        (), description="Addresses or networks of proxies whose header is believed; needed with the header."
    )
    dashboard_url: Operational[str | None] = Field(
        None,
        pattern="^https?://[^ ]+$",
        description="Where people open the dashboard, such as https://insiders.example.com: links in Dagster's UI lead "
        "there.",
    )
    dashboard_hosts: Operational[Words] = Field(
        (),
        description="Host names the dashboard answers to; needed with the header. Unless given: loopback names, or "
        "any where a password is asked for.",
    )
    api_per_minute: Operational[int] = Field(
        600,
        ge=0,
        description="Requests to the API that are answered to one asker within a minute; 0 for any number.",
    )
    mcp_personal: Operational[bool] = Field(
        False,
        description="Whether `insiders mcp` shows assistants who customers are: their ids, and one by one.",
    )
