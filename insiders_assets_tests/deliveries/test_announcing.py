"""Telling other programs of a published refresh: once, signed, and never in a refresh's way."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from insiders_assets.deliveries.announcing import announce, unannounced
from insiders_assets.settings import load_settings
from insiders_assets.storage.warehouse import Warehouse
from insiders_assets_tests.dashboard_data import FIRST, SECOND, publish
from insiders_assets_tests.deliveries.receiver import SECRET, verify


@pytest.fixture
def receiver() -> Iterator[SimpleNamespace]:
    """A server that verifies what it gets, and answers with a status of the test's."""
    got = SimpleNamespace(requests=[], status=200)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["content-length"]))
            verify(self.headers, content)
            got.requests.append((self.headers["idempotency-key"], json.loads(content)))
            self.send_response(got.status)
            self.end_headers()

        def log_message(self, *words: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    got.url = f"http://127.0.0.1:{server.server_port}/hook?key=hidden"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield got
    server.shutdown()
    server.server_close()


def _stores(home: Path, **given: Any) -> Any:
    settings = load_settings(home=str(home), published_secret=SECRET, **given)
    return SimpleNamespace(
        home=home, settings=settings, warehouse=Warehouse.open(f"sqlite:///{home}/insiders.db")
    )


def test_a_refresh_is_told_once_to_each_address_whatever_others_answer(
    tmp_path: Path, receiver: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("insiders_assets.deliveries.destinations.webhook.pause", lambda attempt, asked: 0.0)
    closed = "http://127.0.0.1:9/closed"
    stores = _stores(
        tmp_path, published_webhooks=(closed, receiver.url), dashboard_url="https://insiders.example.com"
    )
    assert announce(stores) == []  # nothing is published
    publish(stores.warehouse, FIRST, 80)
    assert announce(stores) == ["http://127.0.0.1 was not told (unreachable)"]
    [(key, told)] = receiver.requests
    refresh = stores.warehouse.latest_refresh()
    assert told["type"] == "refresh.published"
    assert told["data"]["refresh_id"] == FIRST
    assert told["data"]["members"] == refresh["members"]
    assert told["data"]["links"]["report"] == f"https://insiders.example.com/reports/{FIRST}/report.html"
    announce(stores)
    assert len(receiver.requests) == 1
    assert len(unannounced(stores)) == 1
    publish(stores.warehouse, SECOND, 80, seed=4)
    receiver.status = 503
    assert len(announce(stores)) == 2
    tries = [tried for tried, _ in receiver.requests[1:]]
    assert len(tries) == 3
    assert len({*tries, key}) == 2  # the same refresh has the same key
    assert not any("hidden" in line for line in unannounced(stores))
    receiver.status = 204
    announce(stores)
    assert receiver.requests[-1][0] == tries[0]
    assert len(unannounced(stores)) == 1


@pytest.mark.parametrize("url", ["http://example.com/x", "https://[broken", "nonsense"])
def test_an_address_that_cannot_be_is_told_and_fails_nothing(tmp_path: Path, url: str) -> None:
    stores = _stores(tmp_path, published_webhooks=(url,))
    publish(stores.warehouse, FIRST, 80)
    [line] = announce(stores)
    assert "told" in line
