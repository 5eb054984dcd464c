"""Audiences by e-mail, over a real connection."""

from __future__ import annotations

import socketserver
from dataclasses import replace
from email import message_from_string

import pytest

from insiders_assets.deliveries.changes import Batch, Change
from insiders_assets.deliveries.destinations import DownError, open_destination
from insiders_assets.deliveries.model import DestinationRules
from insiders_assets.errors import UsageError
from insiders_assets.settings import load_settings
from insiders_assets_tests.test_alerts import Mailbox, served

RULES = DestinationRules("desk", "email", "a@shop.example, b@shop.example")
BATCH = Batch(
    "spring", "desk", 3, "0123456789abcdef",
    (
        Change("7", "remove", None, {"customer_id": "7", "tier": "A"}),
        Change("8", "add", {"customer_id": "8", "tier": "=A"}, None),
    ),
)  # fmt: skip


def test_a_batch_is_a_message_with_its_files_and_the_same_id_each_time():
    Mailbox.received.clear()
    with served(socketserver.TCPServer(("127.0.0.1", 0), Mailbox)) as port:
        settings = load_settings(
            smtp_url=f"smtp://127.0.0.1:{port}", alert_email_from="insiders@shop.example"
        )
        for _ in range(2):
            assert open_destination(RULES, settings).send(BATCH) == {}
    first, second = map(message_from_string, Mailbox.received)
    assert first["Message-ID"] == second["Message-ID"] == "<0123456789abcdef@insiders>"
    assert (first["From"], first["To"]) == ("insiders@shop.example", "a@shop.example, b@shop.example")
    attached = {
        part.get_filename(): part.get_payload(decode=True) for part in first.walk() if part.get_filename()
    }
    assert attached == {
        "00000003-01234567-remove.csv": b"customer_id\n7\n",
        "00000003-01234567-add.csv": b"customer_id,tier\n8,'=A\n",
    }


def test_a_mail_server_that_is_down_or_not_named_is_said():
    with pytest.raises(DownError, match="mail_not_taken"):
        open_destination(RULES, load_settings(smtp_url="smtp://127.0.0.1:9")).send(BATCH)
    with pytest.raises(UsageError, match="destination desk: needs the mail server; set INSIDERS_SMTP_URL"):
        open_destination(replace(RULES), load_settings())
