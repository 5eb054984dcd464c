"""A peer that answers a byte at a time is given up like one that does not answer."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from insiders_assets.deadline import hanging_up
from insiders_assets.deliveries.destinations.destination import DownError
from insiders_assets.deliveries.destinations.webhook import WebhookDestination
from insiders_assets.deliveries.model import DestinationRules


@pytest.fixture
def dripping() -> Iterator[str]:
    """The address of a server whose headers have no end."""

    def serve() -> None:
        with suppress(OSError):
            connection, _ = listening.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                while True:
                    connection.sendall(b"a: b\r\n")
                    time.sleep(0.02)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"


def test_a_receiver_whose_answer_has_no_end_has_not_answered(dripping: str) -> None:
    rules = DestinationRules("crm", "webhook", dripping, attempts=1, timeout=0.3)
    with pytest.raises(DownError, match="timeout"):
        WebhookDestination(rules, dripping, "secret").acknowledged("key", b"{}")


def test_a_connection_that_is_made_after_the_time_is_over_ends_too() -> None:
    ours, theirs = socket.socketpair()
    made: list[socket.socket] = []
    with ours, theirs, hanging_up(0.01, lambda: made[0] if made else None):
        time.sleep(0.1)
        made.append(ours)
        assert ours.recv(1) == b""
