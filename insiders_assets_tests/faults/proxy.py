"""A proxy in front of S3 that fails as networks and buckets do. It forwards to loopback and nowhere else."""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import urlsplit

MODES = ("500", "503", "slow", "answers cut short", "uploads cut short", "answers lost")
SLOW = 0.3
"""Seconds that a slow answer takes, at most."""
DENIED = (
    '<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>{text}</Message>'
    "<RequestId>1</RequestId></Error>"
)
ERRORS = {
    500: ("InternalError", "We encountered an internal error."),
    503: ("SlowDown", "Please reduce your rate."),
}


@dataclass
class Faults:
    """What the proxy does wrong, and how often.

    Attributes:
        mode: Of :data:`MODES`, or empty for nothing.
        share: The share of requests that it happens to.
        happened: How often it has happened.
    """

    mode: str = ""
    share: float = 0.0
    happened: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> str:
        """What goes wrong with this request."""
        with self.lock:
            if not self.mode or self.chance.random() >= self.share:
                return ""
            self.happened += 1
            return self.mode


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _any(self) -> None:
        server = cast("_Server", self.server)
        fault = server.faults.now()
        length = int(self.headers.get("Content-Length") or 0)
        if fault == "uploads cut short" and length:
            self.rfile.read(length // 2)
            return self._cut()
        body = self.rfile.read(length) if length else b""
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            body = b"".join(iter(self._chunk, b""))
        if fault in ("500", "503"):
            code, text = ERRORS[int(fault)]
            return self._answer(int(fault), {}, DENIED.format(code=code, text=text).encode())
        if fault == "slow":
            time.sleep(SLOW * server.faults.chance.random())
        there = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "transfer-encoding"}
        there.request(self.command, self.path, body, headers)
        answer = there.getresponse()
        content = answer.read()
        there.close()
        if fault == "answers lost":
            return self._cut()
        cut = fault == "answers cut short" and len(content) > 1
        self._answer(answer.status, dict(answer.getheaders()), content, cut=cut)
        return None

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _any  # noqa: N815 - the names that the base class calls

    def _chunk(self) -> bytes:
        size = int(self.rfile.readline().split(b";")[0] or b"0", 16)
        found = self.rfile.read(size)
        self.rfile.readline()
        return found

    def _answer(self, status: int, headers: dict[str, str], content: bytes, *, cut: bool = False) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                self.send_header(name, value)
        given = {name.lower(): value for name, value in headers.items()}
        self.send_header("Content-Length", given.get("content-length", str(len(content))))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content[: len(content) // 2] if cut else content)
        if cut:
            self._cut()

    def _cut(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.wfile.flush()
            self.connection.shutdown(2)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, target: str, faults: Faults) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.port = int(urlsplit(target).port or 0)
        self.faults = faults

    def handle_error(self, *_: Any) -> None:
        """Who hangs up is not our business."""


@contextmanager
def proxy(target: str) -> Iterator[tuple[str, Faults]]:
    """A proxy before a server of this machine: its address, and what it does wrong."""
    faults = Faults()
    server = _Server(target, faults)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", faults
    finally:
        server.shutdown()
        server.server_close()
