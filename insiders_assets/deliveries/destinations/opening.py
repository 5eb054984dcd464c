"""A destination by its kind."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from insiders_assets.deliveries.destinations.folder import FolderDestination
from insiders_assets.errors import UsageError
from insiders_assets.places import named_in, place

if TYPE_CHECKING:
    from insiders_assets.deliveries.destinations.destination import Destination
    from insiders_assets.deliveries.model import DestinationRules
    from insiders_assets.settings import Settings

KNOWN_HOSTS = "known_hosts"
"""The file of the home, and of the user, that knows SFTP servers by their keys."""


def open_destination(rules: DestinationRules, settings: Settings) -> Destination:
    """Return a destination; nothing is connected before it is used.

    Args:
        rules: What ``deliveries.yaml`` says of it.
        settings: Where the home and the landing zone are.

    Raises:
        UsageError: It cannot be used as it is named, or its secret is not in the environment.
    """
    if rules.kind == "folder":
        return FolderDestination(_folder(rules, settings), rules.form)
    if rules.kind == "email":
        return _email(rules, settings)
    if rules.kind == "sftp":
        return _sftp(rules, settings)
    from insiders_assets.deliveries.destinations.webhook import WebhookDestination

    url = _variable(rules, rules.location) if rules.location.isupper() else rules.location
    return WebhookDestination(rules, url, _variable(rules, rules.secret))


def _email(rules: DestinationRules, settings: Settings) -> Destination:
    from insiders_assets.deliveries.destinations.email import EmailDestination

    if settings.smtp_url is None:
        raise UsageError(
            "needs the mail server",
            where=f"destination {rules.name}",
            hint="set INSIDERS_SMTP_URL, then try again",
        )
    sender = settings.alert_email_from or rules.location.split(",")[0].strip()
    return EmailDestination(settings.smtp_url.get_secret_value(), sender, rules.location, rules.form)


def _sftp(rules: DestinationRules, settings: Settings) -> Destination:
    if find_spec("paramiko") is None:
        raise UsageError(
            "needs the extra sftp",
            where=f"destination {rules.name}",
            hint="pip install 'insiders-assets[sftp]', then try again",
        )
    from insiders_assets.deliveries.destinations.sftp import SftpDestination, private_key

    places = (place(settings.home) / KNOWN_HOSTS, Path("~/.ssh").expanduser() / KNOWN_HOSTS)
    hosts = "\n".join(path.read_text(encoding="utf-8") for path in places if path.is_file())
    password, key = (_variable(rules, name) if name else "" for name in (rules.password, rules.key))
    if key:
        try:
            private_key(key, password)
        except ValueError:
            raise UsageError(
                f"the environment variable {rules.key} holds no private key"
                + (f" that {rules.password} opens" if password else ", or one that needs a password"),
                where=f"destination {rules.name}",
                hint="put the text of the key file there, then try again",
            ) from None
    return SftpDestination(rules, hosts, password, key)


def _variable(rules: DestinationRules, name: str) -> str:
    """Return what the environment holds under a name."""
    if value := os.environ.get(name, "").strip():
        return value
    raise UsageError(
        f"the environment variable {name} is not set",
        where=f"destination {rules.name}",
        hint="set it, then try again",
    )


def _folder(rules: DestinationRules, settings: Settings) -> str:
    """Return where the files go: a relative folder is in the home; never where exports are read from."""
    folder = named_in(settings.home, rules.location)
    landing = str(place(settings.landing_zone).absolute()).rstrip("/") + "/"
    if (str(folder.absolute()).rstrip("/") + "/").startswith(landing):
        raise UsageError(
            "lies in the landing zone, where its files would be read as exports",
            where=f"destination {rules.name}: {rules.location}",
            hint="name another folder",
        )
    return str(folder)
