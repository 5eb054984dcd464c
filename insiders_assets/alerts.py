"""Telling people what went wrong: one interface, and the channels that the settings name.

When there is something to tell is decided in ``alerting``.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from insiders_assets import mail
from insiders_assets.errors import UsageError

if TYPE_CHECKING:
    from insiders_assets.settings import Settings

logger = logging.getLogger("insiders.alerts")


@dataclass(frozen=True)
class Alert:
    """Something that a person should look at.

    Attributes:
        title: What happened, in one line.
        text: What is known of it, and what to do.
    """

    title: str
    text: str


class Channel(Protocol):
    """A way to reach people."""

    def send(self, alert: Alert) -> None:
        """Deliver an alert, or raise whatever keeps it from being delivered."""


@dataclass(frozen=True)
class LogChannel:
    """Writes alerts to the log of the process, for whoever collects logs."""

    def send(self, alert: Alert) -> None:
        """See :meth:`Channel.send`."""
        logger.error("%s: %s", alert.title, alert.text)


@dataclass(frozen=True)
class EmailChannel:
    """Sends alerts by SMTP.

    Attributes:
        url: ``smtp://user:password@host:587``, which turns to TLS where the server can, or ``smtps://…:465``.
        sender: The address they come from.
        recipients: Whom they go to.
    """

    url: str
    sender: str
    recipients: tuple[str, ...]

    def send(self, alert: Alert) -> None:
        """See :meth:`Channel.send`."""
        from email.message import EmailMessage

        message = EmailMessage()
        message["Subject"], message["From"] = f"[Insiders] {alert.title}", self.sender
        message["To"] = ", ".join(self.recipients)
        message.set_content(alert.text)
        mail.send(self.url, message)


@dataclass(frozen=True)
class SlackChannel:
    """Posts alerts to a Slack channel, through dagster-slack.

    Attributes:
        token: A bot's token.
        channel: The channel's name or id.
        address: Where Slack's API is.
    """

    token: str
    channel: str
    address: str = "https://slack.com/api/"

    def send(self, alert: Alert) -> None:
        """See :meth:`Channel.send`."""
        from dagster_slack import SlackResource

        client = SlackResource(token=self.token).get_client()
        client.base_url, client.timeout = self.address, mail.SECONDS
        client.chat_postMessage(channel=self.channel, text=f"*{_plain(alert.title)}*\n{_plain(alert.text)}")


def _plain(text: str) -> str:
    """Return the text with Slack's own three special characters escaped, so that it mentions and links nothing."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def channels(settings: Settings) -> list[Channel]:
    """Return the channels that the settings name; the log is always one.

    Raises:
        UsageError: Slack is named and its library is not installed.
    """
    found: list[Channel] = [LogChannel()]
    if settings.smtp_url and settings.alert_email_to:
        sender = settings.alert_email_from or settings.alert_email_to[0]
        found.append(EmailChannel(settings.smtp_url.get_secret_value(), sender, settings.alert_email_to))
    if settings.slack_token and settings.alert_slack_channel:
        from importlib.util import find_spec

        if not find_spec("dagster_slack"):
            raise UsageError(
                "Slack's library is not installed",
                where="INSIDERS_SLACK_TOKEN",
                hint="install insiders-assets[slack], or unset it",
            )
        found.append(SlackChannel(settings.slack_token.get_secret_value(), settings.alert_slack_channel))
    return found


def tell(settings: Settings, alert: Alert) -> list[str]:
    """Send an alert by every channel; one that fails keeps no other from it.

    Returns:
        What kept channels from it, one line each, without anything secret.
    """
    failed = []
    for channel in channels(settings):
        try:
            channel.send(alert)
        except Exception as error:  # whatever it is, the next channel is to be tried
            failed.append(f"{type(channel).__name__} failed: {type(error).__name__}")
            logger.exception("an alert could not be sent by %s", type(channel).__name__, exc_info=False)
    return failed
