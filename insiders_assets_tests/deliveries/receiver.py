"""A server that receives deliveries: it fails, stalls, repeats and reorders, and keeps the set of its people.

It verifies every signature and acts on every key once, as docs/campaigns.md asks of a receiver; that is all it does to
come to the right set in the end.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "whsec_" + base64.b64encode(b"a key of thirty-two bytes or so..").decode()
STALL = 0.15
"""Seconds that a stalled request takes; a client in a hurry has given up by then."""
HURRIED = 0.1
"""Seconds for which such a client waits."""


class Receiver:
    """A server on a port of its own.

    Args:
        seed: Draws what goes wrong.
        faults: The share of requests with which something does.
        refuses: Whom it does not take.
    """

    chokes: tuple[str, ...] = ()
    """On whom it chokes: it answers 422 to whatever holds one of them."""
    largest: int | None = None
    """The customers that it takes in a request at most; it answers 413 to more."""

    def __init__(self, seed: int = 0, faults: float = 0.0, refuses: tuple[str, ...] = ()) -> None:
        self.people: dict[str, dict[str, Any]] = {}
        self.answers: dict[str, bytes] = {}
        self.requests: list[dict[str, Any]] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        self.faults, self.refuses = faults, refuses
        self.at_request: Callable[[int], None] = lambda number: None
        self._draw, self._lock = random.Random(seed), threading.RLock()
        self._delayed: list[dict[str, Any]] = []
        self._port = 0
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/insiders"

    def start(self) -> None:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                receiver._handle(self)

            def log_message(self, *words: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True

            def handle_error(self, request: object, client_address: object) -> None:
                """A client that has gone is what is tested."""

        self._server = Server(("127.0.0.1", self._port), Handler)
        self._port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handle(self, request: BaseHTTPRequestHandler) -> None:
        content = request.rfile.read(int(request.headers["content-length"]))
        verify(request.headers, content)
        batch = json.loads(content) | {"key": request.headers["webhook-id"]}
        with self._lock:
            self.requests.append(batch)
            self.at_request(len(self.requests))
            fault = self._draw.choice(FAULTS) if self._draw.random() < self.faults else ""
        if fault == "fails":
            return self._answer(request, 503)
        if fault == "delays":  # a copy that arrives after what comes later
            self._delayed.append(batch)
            return self._answer(request, 500)
        if fault == "stalls":
            time.sleep(STALL)
        if why := self._chokes(batch):
            return self._answer(request, why)
        with self._lock:
            answer = self._take(batch)
            if fault == "repeats":
                self._take(batch)
            for late in self._delayed:
                self._take(late)
            self._delayed.clear()
        if fault == "hangs up":
            request.close_connection = True
            request.connection.close()
            return None
        return self._answer(request, self.status, answer)

    def _chokes(self, batch: dict[str, Any]) -> int:
        """The status by which it refuses a whole batch; 0 if it does not."""
        people = [each["customer_id"] for kind in ("adds", "updates", "removals") for each in batch[kind]]
        if self.largest is not None and len(people) > self.largest:
            return 413
        return 422 if set(people) & set(self.chokes) else 0

    def _take(self, batch: dict[str, Any]) -> bytes:
        """Act on a batch, if it is the first of its key."""
        if self.status != 200 or self._chokes(batch):
            return b""
        if batch["key"] in self.answers:
            return self.answers[batch["key"]]
        refused = []
        for person in (*batch["adds"], *batch["updates"]):
            if person["customer_id"] in self.refuses:
                refused.append({"customer_id": person["customer_id"], "reason": "blocked"})
            else:
                self.people[person["customer_id"]] = person
        for person in batch["removals"]:
            self.people.pop(person["customer_id"], None)
        answer = json.dumps({"refused": refused}).encode() if refused else b""
        self.answers[batch["key"]] = answer
        return answer

    def _answer(self, request: BaseHTTPRequestHandler, status: int, content: bytes = b"") -> None:
        request.send_response(status)
        for name, value in (self.headers | {"content-length": str(len(content))}).items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(content)


FAULTS = ("fails", "delays", "stalls", "repeats", "hangs up")


def verify(headers: Any, content: bytes) -> None:
    """Verify a request as Standard Webhooks has it, from its text rather than by our own code."""
    stamp = headers["webhook-timestamp"]
    signed = b".".join([headers["webhook-id"].encode(), stamp.encode(), content])
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert abs(int(stamp) - time.time()) < 60
    assert headers["idempotency-key"] == headers["webhook-id"]
