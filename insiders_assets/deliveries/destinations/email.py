"""E-mail to whoever imports lists by hand: a batch is a message with its files attached."""

from __future__ import annotations

from email.message import EmailMessage
from typing import TYPE_CHECKING

from insiders_assets import mail
from insiders_assets.deliveries.destinations.destination import DownError
from insiders_assets.deliveries.destinations.folder import files

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from insiders_assets.deliveries.changes import Batch


class EmailDestination:
    """Sends messages by the mail server of the alerts; that it takes one is the acknowledgement.

    A message that is sent again has the same ``Message-ID``, by which mail programs know it.

    Args:
        url: The mail server, as :func:`insiders_assets.mail.send` takes it.
        sender: The address that messages come from.
        to: Addresses that they go to, with commas between them.
        form: The column form of the files.
    """

    def __init__(self, url: str, sender: str, to: str, form: str) -> None:
        self._url, self._sender, self._to, self._form = url, sender, to, form

    def send(self, batch: Batch) -> Mapping[str, str]:
        """See :meth:`Destination.send`."""
        try:
            mail.send(self._url, self.message(batch))
        except OSError as error:  # smtplib's errors and those of TLS are among them
            raise DownError("mail_not_taken") from error
        return {}

    def message(self, batch: Batch) -> EmailMessage:
        """Return the message of a batch."""
        attached = files(batch, self._form)
        message = EmailMessage()
        message["Subject"] = f"[Insiders] {batch.delivery}, {batch.sequence}"
        message["From"], message["To"] = self._sender, self._to
        message["Message-ID"] = f"<{batch.key}@insiders>"
        message.set_content("".join(f"{name}\n" for name in attached))
        for name, content in attached.items():
            message.add_attachment(content, maintype="text", subtype="csv", filename=name)
        return message

    def erase(self, delivery: str, records: Collection[Mapping[str, object]], before: int) -> int:  # noqa: ARG002
        """See :meth:`Destination.erase`: a message that was sent cannot be taken back."""
        return 0

    def close(self) -> None:
        """See :meth:`Destination.close`; each message has a connection of its own."""
