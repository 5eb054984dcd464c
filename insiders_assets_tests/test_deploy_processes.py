"""Production as it is deployed: daemon, webserver and code server in processes of their own, PostgreSQL and S3 behind.

They are started with the files of ``deploy/``, and may do in the bucket what ``deploy/iam`` says, no more.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import boto3
import psycopg2
import pytest
from botocore.exceptions import ClientError

from insiders_assets_tests.commands import SHIPPED
from insiders_assets_tests.s3 import serving_s3

DEPLOY = Path(__file__).resolve().parents[1] / "deploy"
BUCKET = "example-insiders"
PATIENCE = 240

RUNS = """{ runsOrError(limit: 5) { ... on Runs { results {
  status jobName tags { key value } assetMaterializations { assetKey { path } } } } } }"""
DAEMONS = "{ instance { daemonHealth { allDaemonStatuses { daemonType healthy required } } } }"


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        return int(taken.getsockname()[1])


@contextmanager
def running(log: Path, environment: dict[str, str], *commands: list[str]) -> Iterator[None]:
    """Processes, each in a group of its own, so that whatever they started ends with them."""
    processes = []
    try:
        for number, command in enumerate(commands):
            with (log / f"{number}.log").open("wb") as out:
                processes.append(
                    subprocess.Popen(command, env=environment, stdout=out, stderr=out, start_new_session=True)
                )
        yield
    finally:
        for process in processes:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def asked(port: int, query: str) -> dict[str, Any]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql",
        json.dumps({"query": query}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return dict(json.load(answer)["data"])


def until(found: Any, logs: Path) -> Any:
    """What ``found`` gives once it gives something; the processes' last words if it never does."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if answer := found():
                return answer
        except OSError:
            pass
        time.sleep(0.5)
    pytest.fail("\n".join(f"{log.name}: {log.read_text()[-1500:]}" for log in sorted(logs.glob("*.log"))))


@contextmanager
def only_allowed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Let S3 look at who asks: the environment becomes the platform's; give a client of each."""
    people = boto3.client("iam")
    keys = {}
    for name in ("platform", "uploader", "reader"):
        people.create_user(UserName=name)
        policy = (DEPLOY / "iam" / f"{name}.json").read_text()
        people.put_user_policy(UserName=name, PolicyName=name, PolicyDocument=policy)
        key = people.create_access_key(UserName=name)["AccessKey"]
        keys[name] = {
            "aws_access_key_id": key["AccessKeyId"],
            "aws_secret_access_key": key["SecretAccessKey"],
        }
    for variable, value in keys["platform"].items():
        monkeypatch.setenv(variable.upper(), value)
    after_requests("0")
    try:
        yield [boto3.client("s3", **key) for key in keys.values()]
    finally:
        after_requests("inf")


def after_requests(count: str) -> None:
    """From how many requests on the server asks who is asking."""
    address = f"{os.environ['AWS_ENDPOINT_URL']}/moto-api/reset-auth"
    headers = {"Content-Type": "text/plain"}
    urllib.request.urlopen(urllib.request.Request(address, count.encode(), headers, method="POST")).close()


@pytest.fixture
def database(postgres_server, postgres_url) -> Iterator[str]:
    """A second database, for Dagster's own history."""
    connection = psycopg2.connect(postgres_server)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE history")
        yield postgres_server.replace("/postgres?", "/history?").replace(
            "postgresql://", "postgresql+psycopg2://"
        )
        cursor.execute("DROP DATABASE history WITH (FORCE)")
    connection.close()


def test_an_export_put_into_the_bucket_becomes_a_report_in_it_and_rows_in_postgresql(
    monkeypatch, tmp_path, postgres_url, database
):
    home = tmp_path / "dagster"
    home.mkdir()
    shutil.copy(DEPLOY / "dagster.yaml", home)
    code, web = free_port(), free_port()
    with serving_s3(monkeypatch, BUCKET), only_allowed(monkeypatch) as (owner, uploader, reader):
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("INSIDERS_", "DAGSTER_"))
        } | {
            "DAGSTER_HOME": str(home),
            "DAGSTER_POSTGRES_URL": database,
            "DAGSTER_LOGS_BUCKET": BUCKET,
            "DAGSTER_LOGS_PREFIX": "dagster-logs",
            "DAGSTER_CODE_HOST": "127.0.0.1",
            "DAGSTER_CODE_PORT": str(code),
        }
        platform = {
            "INSIDERS_HOME": f"s3://{BUCKET}/home",
            "INSIDERS_LANDING": f"s3://{BUCKET}/landing",
            "INSIDERS_DATABASE_URL": postgres_url,
        }
        python, workspace = sys.executable, str(DEPLOY / "workspace.yaml")
        words = ["api", "grpc", "--host", "127.0.0.1", "--port", str(code)]
        server = [python, "-m", "dagster", *words, "--module-name", "insiders_assets.definitions"]
        daemon = [python, "-m", "dagster._daemon", "run", "--workspace", workspace]
        webserver = [python, "-m", "dagster_webserver", "--host", "127.0.0.1", "--port", str(web)]
        (tmp_path / "code").mkdir()
        with (
            running(tmp_path / "code", environment | platform, server),
            # Neither is told where anything of the platform lies: they have no part in it.
            running(tmp_path, environment, daemon, [*webserver, "--workspace", workspace]),
        ):
            for export in sorted(SHIPPED.glob("*.csv")):
                uploader.upload_file(str(export), BUCKET, f"landing/{export.name}")

            def done() -> Any:
                runs = asked(web, RUNS)["runsOrError"]["results"]
                assert all(run["status"] != "FAILURE" for run in runs), runs
                return [run for run in runs if run["status"] == "SUCCESS"]

            (run,) = until(done, tmp_path)
            health = asked(web, DAEMONS)["instance"]["daemonHealth"]["allDaemonStatuses"]
        with pytest.raises(ClientError, match="AccessDenied"):
            uploader.get_object(Bucket=BUCKET, Key="landing/2024-12.csv")
        with pytest.raises(ClientError, match="AccessDenied"):
            reader.put_object(Bucket=BUCKET, Key="home/reports/latest.json", Body=b"mine")
        listed = owner.list_objects_v2(Bucket=BUCKET)["Contents"]
        kept = {entry["Key"] for entry in listed}
        report = json.loads(
            reader.get_object(Bucket=BUCKET, Key="home/reports/latest/report.json")["Body"].read()
        )
    assert run["jobName"] == "refresh"
    assert "dagster/sensor_name" in {tag["key"] for tag in run["tags"]}
    assert ["insider_report"] in [asset["assetKey"]["path"] for asset in run["assetMaterializations"]]
    assert {"home/reports/latest.json", "home/reports/latest/report.html"} <= kept
    assert any(key.startswith("dagster-logs/") for key in kept)
    connection = psycopg2.connect(postgres_url)
    with closing(connection), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM members")
        assert cursor.fetchone() == (report["members"],)
        cursor.execute("SELECT refresh_id FROM refreshes")
        assert cursor.fetchall() == [(report["refresh_id"],)]
    assert all(daemon["healthy"] for daemon in health if daemon["required"])
    assert {daemon["daemonType"] for daemon in health if daemon["required"]} >= {
        "SENSOR",
        "SCHEDULER",
        "QUEUED_RUN_COORDINATOR",
        "MONITORING",
    }
