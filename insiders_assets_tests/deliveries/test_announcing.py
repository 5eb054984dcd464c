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
from dagster import DagsterInstance, ResourceDefinition, build_sensor_context

from insiders_assets import automation
from insiders_assets.automation import announcements
from insiders_assets.definitions import build_defs
from insiders_assets.deliveries.announcing import RETRIES, announce, unannounced
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
    assert announce(stores) == ["http://127.0.0.1 was not notified (unreachable)"]
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


def test_who_does_not_answer_is_told_again_ever_more_rarely_and_not_for_ever(
    tmp_path: Path, receiver: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("insiders_assets.deliveries.destinations.webhook.pause", lambda attempt, asked: 0.0)
    stores = _stores(tmp_path, published_webhooks=(receiver.url,))
    publish(stores.warehouse, FIRST, 80)
    receiver.status = 503
    announce(stores)
    [first] = {key for key, _ in receiver.requests}
    now = SimpleNamespace(time=1e9)
    monkeypatch.setattr(automation.time, "time", lambda: now.time)
    job = build_defs(load_settings(home=str(tmp_path))).resolve_job_def("announce")
    with DagsterInstance.ephemeral() as instance:

        def tick(cursor: str | None) -> tuple[str | None, str]:
            context = build_sensor_context(instance, cursor=cursor, resources={"stores": stores})
            found = announcements.evaluate_tick(context)
            assert bool(found.run_requests) != bool(found.skip_message)
            return found.cursor, found.skip_message or ""

        cursor, said = tick(None)
        assert said == "1 did not answer; tried again in 1.0 minutes."
        waits, asked = [], 0
        for _ in range(10 * RETRIES):
            cursor, said = tick(cursor)
            asked += not said
            if "next refresh" in said:
                break
            if said:
                waits.append(float(said.split()[-2]))
                now.time += waits[-1] * 60
        assert asked == RETRIES
        assert "insiders doctor names them" in said
        assert waits[:3] == [1.0, 2.0, 4.0]
        assert max(waits) == 60.0
        assert len(receiver.requests) == 3  # asking is not telling

        receiver.status = 200
        resources = {"stores": ResourceDefinition.hardcoded_resource(stores)}
        assert job.execute_in_process(instance=instance, resources=resources).success
        assert receiver.requests[-1][0] == first
        cursor, said = tick(cursor)
        assert said == f"Everybody was notified of {FIRST}."
        publish(stores.warehouse, SECOND, 80, seed=4)
        assert tick(cursor)[1] == "1 did not answer; tried again in 1.0 minutes."


def test_without_an_address_nobody_is_tried(tmp_path: Path) -> None:
    with DagsterInstance.ephemeral() as instance:
        context = build_sensor_context(instance, resources={"stores": _stores(tmp_path)})
        assert announcements.evaluate_tick(context).skip_message == "Nobody is to be notified of refreshes."


@pytest.mark.parametrize("url", ["http://example.com/x", "https://[broken", "nonsense"])
def test_an_address_that_cannot_be_is_told_and_fails_nothing(tmp_path: Path, url: str) -> None:
    stores = _stores(tmp_path, published_webhooks=(url,))
    publish(stores.warehouse, FIRST, 80)
    [line] = announce(stores)
    assert "notified" in line
