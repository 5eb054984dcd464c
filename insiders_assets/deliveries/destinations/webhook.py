"""An HTTPS webhook: each batch is a signed request, tried again until it is acknowledged or refused.

Requests are signed as *Standard Webhooks* 1.0 has it (``webhook-id``, ``webhook-timestamp``, ``webhook-signature``), so
that a receiver verifies them with a library; the id is the batch's key, which ``Idempotency-Key`` repeats.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import random
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from insiders_assets.deadline import hanging_up
from insiders_assets.deliveries.changes import ADD, REMOVE, UPDATE
from insiders_assets.deliveries.destinations.destination import DownError
from insiders_assets.deliveries.destinations.halving import RefusedError, halved

if TYPE_CHECKING:
    import socket
    from collections.abc import Collection, Mapping

    import httpx

    from insiders_assets.deliveries.changes import Batch
    from insiders_assets.deliveries.model import DestinationRules

AGAIN = frozenset({408, 409, 425, 429})
"""Answers, beside those from 500 on, after which the same request may succeed."""
CONTENT = frozenset({400, 413, 422})
"""Answers to what a request holds: sent again as it is, it would be refused again, but a part of it may not be."""
FORM = 415
"""The answer to how a request is written: no part of it would be taken either."""
LONGEST_PAUSE = 60.0
LARGEST_ANSWER = 1 << 20
WHY = 200
"""Characters of a reason for refusing somebody that are kept."""


class WebhookDestination:
    """Posts batches.

    Args:
        rules: Batches, attempts and limits.
        url: Where to.
        secret: What requests are signed with.
        sleep: Waits for some seconds.
    """

    def __init__(
        self, rules: DestinationRules, url: str, secret: str, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        self._rules, self._url, self._key, self._sleep = rules, url, signing_key(secret), sleep
        self._client: httpx.Client | None = None
        self._socket: socket.socket | None = None
        self._next = 0.0

    def send(self, batch: Batch) -> Mapping[str, str]:
        """See :meth:`Destination.send`."""
        return halved(batch, self._acknowledged)

    def _acknowledged(self, batch: Batch) -> dict[str, str]:
        """Post a batch until it is answered for good, and return whom the receiver refused."""
        return refused(self.acknowledged(batch.key, body(batch)))

    def acknowledged(self, key: str, content: bytes) -> bytes:
        """Post a request until it is answered for good, and return the answer.

        Args:
            key: What the receiver knows the request by.
            content: Its content.

        Raises:
            RefusedError: The receiver does not take the content.
            DownError: It did not answer, or refuses everything.
        """
        problem = ""
        for attempt in range(1, self._rules.attempts + 1):
            status, answer, asked = self._post(key, content)
            if isinstance(status, str):
                problem = status
            elif 200 <= status < 300:
                return answer
            elif status in CONTENT or status == FORM:
                raise RefusedError(f"http_{status}", is_of_people=status != FORM)
            else:
                problem = f"http_{status}"
                if status < 500 and status not in AGAIN:
                    raise DownError(problem)
            if attempt < self._rules.attempts:
                self._sleep(pause(attempt, asked))
        raise DownError(problem)

    def erase(self, delivery: str, records: Collection[Mapping[str, object]], before: int) -> int:  # noqa: ARG002
        """See :meth:`Destination.erase`: whoever received a request has it."""
        return 0

    def close(self) -> None:
        """See :meth:`Destination.close`."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _post(self, key: str, content: bytes) -> tuple[int | str, bytes, str]:
        """Send one request: its status or what kept it from having one, the answer, and what ``Retry-After`` says."""
        import httpx

        if self._client is None:
            self._client = httpx.Client(timeout=self._rules.timeout, follow_redirects=False)
        self._sleep(max(0.0, self._next - time.monotonic()))
        self._next = time.monotonic() + 1 / self._rules.per_second
        stamp = str(int(time.time()))
        headers = {
            "content-type": "application/json",
            "idempotency-key": key,
            "webhook-id": key,
            "webhook-timestamp": stamp,
            "webhook-signature": signature(self._key, key, stamp, content),
        }
        until = time.monotonic() + self._rules.timeout
        extensions = {"trace": self._connected}
        try:
            with (
                hanging_up(self._rules.timeout, lambda: self._socket),
                self._client.stream(
                    "POST", self._url, content=content, headers=headers, extensions=extensions
                ) as response,
            ):
                answer = b""
                for part in response.iter_bytes():
                    answer += part
                    if time.monotonic() > until:
                        return "timeout", b"", ""
                    if len(answer) > LARGEST_ANSWER:
                        answer = b""
                        break
                return response.status_code, answer, response.headers.get("retry-after", "")
        except httpx.TimeoutException:
            return "timeout", b"", ""
        except httpx.HTTPError:
            return "timeout" if time.monotonic() > until else "unreachable", b"", ""

    def _connected(self, event: str, facts: dict[str, Any]) -> None:
        """Note the connection that was made, of what the HTTP client tells of its work."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._socket = facts["return_value"].get_extra_info("socket")


def body(batch: Batch) -> bytes:
    """Return the content of a batch's request: the same batch has the same bytes."""
    payload = {
        "delivery": batch.delivery,
        "destination": batch.destination,
        "sequence": batch.sequence,
        "adds": [change.record for change in batch.changes if change.change == ADD],
        "updates": [change.record for change in batch.changes if change.change == UPDATE],
        "removals": [
            {"customer_id": change.customer_id} for change in batch.changes if change.change == REMOVE
        ],
    }
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def signing_key(secret: str) -> bytes:
    """Return the bytes of a secret: what follows ``whsec_`` is in base64, anything else is taken as it is."""
    if secret.startswith("whsec_"):
        try:
            return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            pass
    return secret.encode()


def signature(key: bytes, identity: str, stamp: str, content: bytes) -> str:
    """Return the signature of a request, by HMAC-SHA-256 over its id, its time stamp and its content."""
    signed = hmac.new(key, f"{identity}.{stamp}.".encode() + content, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


def refused(answer: bytes) -> dict[str, str]:
    """Return whom an answer refuses, with why: ``{"refused": [{"customer_id": …, "reason": …}]}``.

    An answer that says nothing of the kind takes everybody.
    """
    try:
        rows: Any = json.loads(answer).get("refused") or []
        return {str(row["customer_id"]): str(row.get("reason") or "refused")[:WHY] for row in rows}
    except (ValueError, AttributeError, TypeError, KeyError, RecursionError):
        return {}


def pause(attempt: int, asked: str) -> float:
    """Return the seconds before the next attempt: what the receiver asked for, or about twice as long each time."""
    if asked.strip().isdigit():
        return min(float(asked), LONGEST_PAUSE)
    return min(0.5 * 2.0**attempt, LONGEST_PAUSE) * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
