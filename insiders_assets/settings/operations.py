"""Limits, schedules, alerts and logs."""

from typing import Literal

from pydantic import BaseModel, ByteSize, Field, SecretStr

from insiders_assets.settings.fields import Operational, Words


class OperationsSettings(BaseModel):
    """Limits, schedules, alerts and logs."""

    memory_limit: Operational[ByteSize | None] = Field(
        None,
        ge=500_000_000,
        description="Memory that a refresh may take, such as 6GB; what the machine has unless given.",
    )
    backstop: Operational[str] = Field(
        "30 5 * * *",
        description="Cron line (UTC) of the schedule that asks for a refresh if one is due; off for none.",
    )
    stale_after_hours: Operational[int] = Field(
        192, ge=1, description="Hours without a new report after which the latest counts as stale."
    )
    alert_email_to: Operational[Words] = Field(
        (), description="Addresses that alerts are sent to; needs INSIDERS_SMTP_URL."
    )
    alert_email_from: Operational[str | None] = Field(
        None, description="Address that alerts come from; the first recipient unless given."
    )
    smtp_url: Operational[SecretStr | None] = Field(
        None, description="Mail server: smtp://user:password@host:587 or smtps://user:password@host:465."
    )
    alert_slack_channel: Operational[str | None] = Field(
        None, description="Slack channel that alerts are posted to; needs INSIDERS_SLACK_TOKEN."
    )
    slack_token: Operational[SecretStr | None] = Field(
        None, description="Token of the Slack bot that posts alerts; needs the extra slack."
    )
    log_format: Operational[Literal["text", "json"]] = Field(
        "text", description="Whether logs are lines for people or JSON objects, one per line."
    )
