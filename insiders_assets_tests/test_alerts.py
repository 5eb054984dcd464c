"""Alerts: told once, by every channel, over real connections."""

from __future__ import annotations

import json
import logging
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar
from urllib.parse import parse_qs

import polars as pl
import pytest
from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    DagsterInstance,
    DagsterRunStatus,
    asset,
    asset_check,
    build_run_status_sensor_context,
    build_sensor_context,
    materialize,
)

from insiders_assets import alerting
from insiders_assets.alerts import Alert, EmailChannel, LogChannel, SlackChannel, channels, tell
from insiders_assets.definitions import build_defs
from insiders_assets.settings import load_settings
from insiders_assets.storage.stores import Stores
from insiders_assets_tests.tables import a_refresh

ALERT = Alert("refresh failed", "a.csv, line 3: <no price>\nLook at it.")


@contextmanager
def served(server: socketserver.BaseServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


class Mailbox(socketserver.StreamRequestHandler):
    """Takes a message as a mail server does."""

    received: ClassVar[list[str]] = []

    def handle(self) -> None:
        self.wfile.write(b"220 ready\r\n")
        while line := self.rfile.readline().decode():
            word = line.split()[0].upper()
            if word == "DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = iter(lambda: self.rfile.readline().decode(), ".\r\n")
                self.received.append("".join(lines))
            self.wfile.write(b"221 bye\r\n" if word == "QUIT" else b"250 fine\r\n")


class Chat(BaseHTTPRequestHandler):
    """Answers as Slack does."""

    received: ClassVar[list[tuple[str, str | None, dict]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = json.loads(body) if body.startswith("{") else {k: v[0] for k, v in parse_qs(body).items()}
        self.received.append((self.path, self.headers["Authorization"], form))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b'{"ok": true}')

    def log_message(self, *_: object) -> None:
        pass


def test_an_alert_is_a_mail_with_its_title_and_text():
    with served(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mailbox)) as port:
        EmailChannel(f"smtp://127.0.0.1:{port}", "us@shop.example", ("a@shop.example",)).send(ALERT)
    mail = Mailbox.received.pop()
    assert "Subject: [Insiders] refresh failed" in mail
    assert "To: a@shop.example" in mail
    assert "a.csv, line 3: <no price>" in mail


def test_an_alert_is_a_message_in_a_slack_channel_that_mentions_nobody():
    with served(HTTPServer(("127.0.0.1", 0), Chat)) as port:
        SlackChannel("xoxb-1", "#shop", f"http://127.0.0.1:{port}/api/").send(ALERT)
    path, authorization, form = Chat.received.pop()
    assert (path, authorization) == ("/api/chat.postMessage", "Bearer xoxb-1")
    assert form["channel"] == "#shop"
    assert "&lt;no price&gt;" in form["text"]


def test_the_settings_name_the_channels_and_the_log_is_always_one():
    assert channels(load_settings()) == [LogChannel()]
    found = channels(
        load_settings(
            smtp_url="smtp://mail", alert_email_to="a@b.example,c@d.example",
            slack_token="xoxb-1", alert_slack_channel="#shop",
        )
    )  # fmt: skip
    assert found[1] == EmailChannel("smtp://mail", "a@b.example", ("a@b.example", "c@d.example"))
    assert found[2] == SlackChannel("xoxb-1", "#shop")


def test_a_channel_that_fails_keeps_no_other_from_it_and_says_nothing_secret(caplog):
    settings = load_settings(smtp_url="smtp://me:hunter2@127.0.0.1:9", alert_email_to="a@b.example")
    with caplog.at_level(logging.ERROR, "insiders.alerts"):
        failed = tell(settings, ALERT)
    assert failed == ["EmailChannel failed: ConnectionRefusedError"]
    assert "refresh failed" in caplog.text
    assert "hunter2" not in caplog.text


@pytest.fixture
def stores(tmp_path) -> Stores:
    (tmp_path / "landing").mkdir()
    return Stores(load_settings(home=str(tmp_path)))


def test_a_run_that_failed_is_told_with_its_cause(stores, caplog):
    job = build_defs(stores.settings).resolve_job_def("refresh")
    with DagsterInstance.ephemeral() as instance:
        result = job.execute_in_process(instance=instance, raise_on_error=False)
        assert not result.success
        context = build_run_status_sensor_context(
            sensor_name="alert_on_failure",
            dagster_instance=instance,
            dagster_run=result.dagster_run,
            dagster_event=result.get_run_failure_event(),
            resources={"stores": stores},
        ).for_run_failure()
        with caplog.at_level(logging.ERROR, "insiders.alerts"):
            alerting.on_failure(context)
    (record,) = (record for record in caplog.records if record.name == "insiders.alerts")
    assert record.getMessage().startswith("refresh failed: ")
    assert "the landing zone holds no exports" in record.getMessage()
    assert result.run_id in record.getMessage()


def test_an_outage_is_told_once_and_the_next_one_again(stores):
    job = build_defs(stores.settings).resolve_job_def("refresh")
    with DagsterInstance.ephemeral() as instance:

        def told() -> bool:
            run = instance.create_run_for_job(job, status=DagsterRunStatus.FAILURE)
            return not alerting._is_tried_again(instance, run)

        assert [told() for _ in range(4)] == [True, False, False, False]
        instance.create_run_for_job(job, status=DagsterRunStatus.SUCCESS)
        assert [told() for _ in range(3)] == [True, False, False]


@pytest.mark.parametrize("passed", [True, False])
def test_a_check_that_did_not_pass_is_told_though_the_run_went_through(stores, caplog, passed):
    @asset
    def table() -> None:
        """A table."""

    @asset_check(asset=table)
    def few_rows_rejected() -> AssetCheckResult:
        share = {"share_rejected": 0.25}
        return AssetCheckResult(passed=passed, severity=AssetCheckSeverity.WARN, metadata=share)

    with DagsterInstance.ephemeral() as instance:
        result = materialize([table, few_rows_rejected], instance=instance)
        (success,) = (event for event in result.all_events if event.is_job_success)
        context = build_run_status_sensor_context(
            sensor_name="alert_on_checks",
            dagster_instance=instance,
            dagster_run=result.dagster_run,
            dagster_event=success,
            resources={"stores": stores},
        )
        with caplog.at_level(logging.ERROR, "insiders.alerts"):
            alerting.on_checks(context)
    told = [record.getMessage() for record in caplog.records if record.name == "insiders.alerts"]
    assert bool(told) is not passed
    assert passed or "table.few_rows_rejected: share_rejected 0.25" in told[0]


def test_a_stale_report_is_told_once(stores, caplog):
    tables, appended = a_refresh("old")
    old = datetime.now() - timedelta(hours=200)
    with DagsterInstance.ephemeral() as instance, caplog.at_level(logging.ERROR, "insiders.alerts"):

        def tick(cursor: str | None = None) -> str | None:
            context = build_sensor_context(instance, cursor=cursor, resources={"stores": stores})
            return alerting.on_stale.evaluate_tick(context).cursor

        assert tick() is None
        stores.warehouse.publish(tables, appended, from_lake=True)
        assert tick() is None
        refreshes = appended["refreshes"].with_columns(published_at=pl.lit(old, dtype=pl.Datetime("us")))
        stores.warehouse.publish(tables, appended | {"refreshes": refreshes})
        assert "stale" not in caplog.text
        assert tick(tick()) == "old"
    assert caplog.text.count("the report is stale") == 1
