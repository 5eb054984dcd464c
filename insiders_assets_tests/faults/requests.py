"""Requests to the dashboard that no browser makes: paths that climb, SQL, markup, endless numbers, noise."""

from __future__ import annotations

import logging
import random
import socket
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from insiders_assets_tests.faults.record import Outcome

if TYPE_CHECKING:
    from insiders_assets_tests.faults.families import Ground

PAGES = ("/", "/customers", "/customers.csv", "/customers.xlsx", "/customers/20001", "/clusters", "/budget", "/changes",
         "/pulse", "/health", "/metrics", "/static/app.css", "/nowhere")  # fmt: skip
NAMES = ("search", "tier", "cluster", "country", "since", "until", "who", "page", "sort", "order", "customers", "cost",
         "from", "to", "seen", "x" * 2000, "")  # fmt: skip
CANARY = "<script>canary()</script>"
VALUES = (
    CANARY,
    f'"{CANARY}',
    f"'><img src=x onerror=canary()>{CANARY}",
    "' OR '1'='1",
    "1; DROP TABLE insiders; --",
    "%",
    "_",
    "\\",
    "-1",
    "0",
    "9" * 1000,
    "1e400",
    "nan",
    "inf",
    "-0",
    "1_0",
    "٣",
    "\0",
    "\r\nSet-Cookie: a=b",
    "\ud800",
    "ü" * 300,
    "../../../../etc/passwd",
    "{{7*7}}",
    "${7*7}",
    "=1+1",
    "insider",
    "revenue",
    "2025-13-45",
    "9999-12-31",
    "null",
    "[]",
)
CLIMBS = (
    "/static/../../../../etc/passwd",
    "/static/..%2f..%2f..%2fetc/passwd",
    "/static/%2e%2e/%2e%2e/app.py",
    "/static//etc/passwd",
    "/static/..\\..\\app.py",
    "/static/app.css%00.py",
    "/customers/..%2f..%2fetc%2fpasswd",
    "/customers/%00",
    "/customers/%ff%fe",
    f"/customers/{quote(CANARY)}",
    "//evil.example/",
    "/%",
    "/customers/" + "a" * 60_000,
    "http://evil.example/",
    "*",
)
OTHERS = ("HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "get", "X" * 300)
"""Methods beside GET, most of which no page knows."""
AS_PAGES_ARE_ASKED = 0.85
"""The share of requests by GET: what else is wrong with one is only looked at if the method is known."""
PATIENCE, SHORT = 20, 0.3


def dashboard(on: Ground) -> list[Outcome]:
    """Requests by chance to a dashboard over customers whose names are hostile, too."""
    from insiders_assets.storage.warehouse import Warehouse
    from insiders_assets_tests.dashboard_data import FIRST, SECOND, publish, serving

    outcome = Outcome(
        "requests to the dashboard: damaged, climbing, with SQL, markup, noise",
        outcome="a page, or a refusal (4xx); nothing of it runs, is shown as markup or reaches another file",
    )
    warehouse = Warehouse.open(f"sqlite:///{on.folder('dashboard') / 'insiders.db'}")
    for name, customers in ((FIRST, 200), (SECOND, 240)):
        publish(warehouse, name, customers, hostile=True)
    before = _rows(warehouse)
    chance = on.chance("requests")
    codes: Counter[str] = Counter()
    with serving(warehouse) as address:
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # it warns of each request that is none
        port = int(urlsplit(address).port or 0)
        for path in CLIMBS:
            outcome.add(_wrong(_plain(path), _answer(port, _plain(path))))
        for _ in range(on.times(3000, least=60)):
            request = _by_chance(chance)
            answer = _answer(port, request)
            codes[answer[9:12].decode()] += 1
            outcome.add(_wrong(request, answer))
            if chance.random() < 0.1:
                request = _damaged(request, chance)
                outcome.add(_wrong(request, _answer(port, request, patience=SHORT)))
        page = _answer(port, _plain("/customers"))
        if not (page.startswith(b"HTTP/1.1 200") and b"</html>" in page):
            outcome.add([f"the dashboard no longer answers: {page[:300]!r}"])
    on.facts["answers"] = {f"times {code}": times for code, times in sorted(codes.items())}
    if codes["200"] < sum(codes.values()) / 4 or codes["405"] > sum(codes.values()) / 4:
        outcome.add([f"too few requests meet a page: {codes}"])
    if _rows(warehouse) != before:
        outcome.add(["a table has changed"])
    return [outcome]


def _rows(warehouse: object) -> dict[str, int]:
    return {name: warehouse.read(name).height for name in warehouse.tables()}  # type: ignore[attr-defined]


def _plain(path: str, method: str = "GET", headers: str = "") -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}Connection: close\r\n\r\n".encode(
        "utf-8", "surrogatepass"
    )


def _by_chance(chance: random.Random) -> bytes:
    """One request."""
    path = chance.choice(PAGES)
    words = [(chance.choice(NAMES), chance.choice(VALUES)) for _ in range(chance.randint(0, 5))]
    if words:
        raw = [f"{name}={quote(value, errors='surrogatepass')}" for name, value in words]
        path += "?" + "&".join(raw)
    headers = ""
    if chance.random() < 0.2:
        header = chance.choice(
            ["Accept", "Accept-Encoding", "Range", "If-None-Match", "Cookie", "Authorization", "HX-Request"]
        )
        value = chance.choice(
            [
                CANARY,
                "bytes=0-,0-,0-",
                "Basic ====",
                "a" * 9000,
                "*/*;q=nan",
                "identity;q=x",
                "application/openmetrics-text; version=9",
            ]
        )
        headers = f"{header}: {value}\r\n"
    method = "GET" if chance.random() < AS_PAGES_ARE_ASKED else chance.choice(OTHERS)
    return _plain(path, method, headers)


def _damaged(request: bytes, chance: random.Random) -> bytes:
    """A request with other bytes somewhere, or nothing but noise."""
    if chance.random() < 0.3:
        return chance.randbytes(chance.choice([1, 20, 2000])) + b"\r\n\r\n"
    at = chance.randrange(len(request))
    return (
        request[:at]
        + chance.randbytes(chance.randint(1, 4))
        + request[at + chance.randint(0, 3) :]
        + b"\r\n\r\n"
    )


def _answer(port: int, request: bytes, patience: float = PATIENCE) -> bytes:
    """The beginning of what comes back; a damaged request may be one that the server waits for the end of."""
    found = b""
    with socket.create_connection(("127.0.0.1", port), patience) as connection:
        try:
            connection.sendall(request)
            while len(found) < 4 << 20 and (more := connection.recv(1 << 16)):
                found += more
        except ConnectionError:
            pass
        except TimeoutError:
            return found if patience == SHORT else b"no answer"
    return found


def _wrong(request: bytes, answer: bytes) -> list[str]:
    head, _, body = answer.partition(b"\r\n\r\n")
    status = head.split(b" ", 2)[1:2]
    problems = []
    if answer == b"no answer" or (status and not b"200" <= status[0] <= b"499"):
        problems.append(f"{answer[:200]!r}")
    if b"text/html" in head and CANARY.encode() in body:
        problems.append("markup of the request is in the page")
    if b"root:x:" in body or b"def create_app" in body:
        problems.append("another file is in the answer")
    if b"\r\nset-cookie: a=b" in head.lower():
        problems.append("the request wrote a header")
    return [f"{request[:300]!r}: {problem}" for problem in problems]
