"""How often somebody may try to sign in, and what the log says of it."""

from __future__ import annotations

import json
import logging
import time
from collections import OrderedDict
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger("insiders.dashboard")
MOST = 10
"""Attempts that may fail from one address within :data:`SECONDS`."""
SECONDS = 300.0
REMEMBERED = 4096
"""Addresses that are remembered; of more, those that were seen longest ago are let go."""
NAME_LENGTH = 64
"""Characters of a user name that the log keeps."""


class Attempts:
    """Counts failed attempts to sign in by the address they come from, in bounded memory, and logs them.

    An address of IPv6 stands for its network of 64 bits, for whoever has one has all of it. A refused address is let
    try again :data:`SECONDS` after its first failure; meanwhile the right password is refused, too, or it could be
    found by going on.

    Args:
        clock: Seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failed: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._known: OrderedDict[tuple[str, str], float] = OrderedDict()

    def wait(self, client: str) -> int:
        """Whole seconds until an address may try again; 0 if it may now."""
        since, count = self._failed.get(_peer(client), (0.0, 0))
        left = since + SECONDS - self._clock()
        return max(1, round(left)) if count >= MOST and left > 0 else 0

    def failed(self, client: str, user: str, why: str) -> None:
        """Count and log an attempt that failed.

        Args:
            client: The address it comes from.
            user: The name that was given; written down shortened, without signs that a terminal obeys.
            why: What was wrong.
        """
        peer, now = _peer(client), self._clock()
        since, count = self._failed.pop(peer, (now, 0))
        since, count = (now, 0) if now - since >= SECONDS else (since, count)
        self._failed[peer] = since, count + 1
        _shorten(self._failed)
        logger.warning("sign-in from %s as %s refused: %s", client, _shown(user), why)
        if count + 1 == MOST:
            logger.warning("sign-in from %s refused for %d s: %d attempts failed", peer, SECONDS, MOST)

    def succeeded(self, client: str, user: str) -> None:
        """Log that somebody signed in; again only after a while, for every request of a browser says who asks."""
        known, now = (client, user[:NAME_LENGTH]), self._clock()
        last = self._known.pop(known, None)
        self._known[known] = now if last is None or now - last >= SECONDS else last
        _shorten(self._known)
        if last is None or now - last >= SECONDS:
            logger.info("sign-in from %s as %s", client, _shown(user))


class JsonLines(logging.Formatter):
    """Writes each record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """See :meth:`logging.Formatter.format`."""
        said = {"time": self.formatTime(record), "level": record.levelname, "message": record.getMessage()}
        return json.dumps(said)


def log_to_stderr(*, as_json: bool) -> None:
    """Let the log of sign-ins go to standard error, a line each."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        JsonLines() if as_json else logging.Formatter("%(asctime)s %(levelname)s %(message)s")
    )
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel(logging.INFO)


def address_of(client: str) -> IPv4Address | IPv6Address | None:
    """Return an address as it is meant: one of IPv4 that a socket of IPv6 shows in its own form is one of IPv4."""
    try:
        address = ip_address(client)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _peer(client: str) -> str:
    address = address_of(client)
    if isinstance(address, IPv6Address):
        return str(ip_network((address.packed[:8] + bytes(8), 64)))
    return str(address or client)


def _shorten(kept: OrderedDict[Any, Any]) -> None:
    while len(kept) > REMEMBERED:
        kept.popitem(last=False)


def _shown(user: str) -> str:
    return ascii(user[:NAME_LENGTH])
