"""Sending a message by SMTP, in the one way that alerts and deliveries share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from email.message import EmailMessage

SECONDS = 20
"""How long a mail server may take to answer."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def send(url: str, message: EmailMessage) -> None:
    """Send a message to its recipients.

    Args:
        url: ``smtp://user:password@host:587``, which turns to TLS where the server can, or ``smtps://…:465``.
        message: With sender and recipients in its headers.

    Raises:
        OSError: The server cannot be reached or does not take it, or a password would be sent in the clear.
    """
    import smtplib
    import ssl
    from urllib.parse import unquote, urlsplit

    server = urlsplit(url)
    host, secure = server.hostname or "localhost", ssl.create_default_context()
    with (
        smtplib.SMTP_SSL(host, server.port or 465, timeout=SECONDS, context=secure)
        if server.scheme == "smtps"
        else smtplib.SMTP(host, server.port or 587, timeout=SECONDS)
    ) as session:
        session.ehlo()
        if session.has_extn("starttls"):
            session.starttls(context=secure)
        elif server.password and host not in LOOPBACK and server.scheme != "smtps":
            raise ssl.SSLError("the mail server offers no TLS, and a password would be sent in the clear")
        if server.username:
            session.login(unquote(server.username), unquote(server.password or ""))
        session.send_message(message)
