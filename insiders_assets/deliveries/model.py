"""What a delivery and a destination are, as ``deliveries.yaml`` names them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class DestinationRules:
    """Where audiences are sent, and how.

    Attributes:
        name: Its name.
        kind: A folder or bucket, an SFTP server, a webhook, or e-mail.
        location: The folder, bucket, URL or the addresses.
        form: The column form; see :mod:`insiders_assets.deliveries.forms`.
        secret: The environment variable that holds the secret by which a webhook's requests are signed.
        password: The environment variable that holds the password of an SFTP server's user, or of their key.
        key: The environment variable that holds their private key.
        batch: How many changes go into one batch.
        attempts: How often a batch is tried in one delivery.
        timeout: Seconds that one attempt may take.
        per_second: Batches sent a second at most.
    """

    name: str
    kind: str
    location: str
    form: str = "plain"
    secret: str = ""
    password: str = ""
    key: str = ""
    batch: int = 1000
    attempts: int = 5
    timeout: float = 20.0
    per_second: float = 5.0

    @property
    def address(self) -> str:
        """What the destination's memory hangs on: at another address nothing has been acknowledged."""
        return f"{self.kind} {self.location} {self.form}"


@dataclass(frozen=True)
class DeliveryRules:
    """An audience that is sent to a destination.

    Attributes:
        name: Its name.
        audience: A segment's name, or ``members``.
        destination: Where it goes.
        purpose: What for; consents are given by purpose.
        fields: What is sent of each customer beside the identifiers.
        arm: The arm of an experiment, as ``experiment/arm``, to which alone it is delivered; empty for everybody but
            those who are left alone.
    """

    name: str
    audience: str
    destination: DestinationRules
    purpose: str
    fields: tuple[str, ...] = ()
    arm: str = ""


@dataclass(frozen=True)
class Configuration:
    """What ``deliveries.yaml`` says.

    Attributes:
        where: The file, for messages.
        deliveries: The deliveries, in the order of the file.
        contacts: The file of addresses, or empty.
        lines: The line of each delivery in the file.
        contacts_line: The line of the contacts.
    """

    where: str
    deliveries: tuple[DeliveryRules, ...] = ()
    contacts: str = ""
    lines: dict[str, int] = field(default_factory=dict)
    contacts_line: int = 1

    def place(self, delivery: DeliveryRules) -> str:
        """Return where the file names a delivery, for messages."""
        return f"{self.where} (line {self.lines.get(delivery.name, 1)})"
