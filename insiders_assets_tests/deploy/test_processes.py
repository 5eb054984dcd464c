"""Production as it is deployed: daemon, webserver and code server in processes of their own, PostgreSQL and S3 behind.

They are started with the files of ``deploy/``, and may do in the bucket what ``deploy/iam`` says, no more.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import polars as pl
import psycopg2
import pytest
from botocore.exceptions import ClientError

from insiders_assets_tests.browser import Browser
from insiders_assets_tests.commands import SHIPPED
from insiders_assets_tests.postgres import database
from insiders_assets_tests.s3 import secret_of, serving_s3
from insiders_assets_tests.waiting import awaited

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
POLICIES = {
    name: (DEPLOY / "iam" / f"{name}.json").read_text() for name in ("platform", "uploader", "reader")
}
BUCKET = "example-insiders"
PATIENCE = 240

SECRETS = {
    "the warehouse's password": "planted-warehouse-password",
    "the history's password": "planted-history-password",
    "the hash key": "planted-hash-key",
    "the dashboard's password": "planted-dashboard-password",
    "the mail server's password": "planted-mail-password",
    "Slack's token": "planted-slack-token",
}
PLANTED = {
    "INSIDERS_HASH_KEY": SECRETS["the hash key"],
    "INSIDERS_HASH_COLUMNS": "invoice_no",
    "INSIDERS_DASHBOARD_PASSWORD": SECRETS["the dashboard's password"],
    "INSIDERS_SMTP_URL": "smtp://us:" + SECRETS["the mail server's password"] + "@127.0.0.1:9",
    "INSIDERS_ALERT_EMAIL_TO": "nobody@shop.example",
    "INSIDERS_SLACK_TOKEN": SECRETS["Slack's token"],
    "INSIDERS_LOG_FORMAT": "json",
}

SCRIPT, FORMULA = "<script>alert(1)</script>", '=HYPERLINK("http://x")'
HOSTILE_EXPORT = (
    "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    + "".join(
        f'{900000 + day},10{day:03}A,{SCRIPT},90,2025-11-{day:02} 10:00:00,9.5,"{customer}",{SCRIPT}\n'
        for day in range(1, 29)
        for customer in (FORMULA.replace('"', '""'), SCRIPT)
    )
)
"""A customer worth having, twice, whose name, country and products want to be run."""

JSON = ["--log-format", "json"]
GROUPS = ("ingest", "features", "segmentation", "programme", "research", "deliveries")

RUNS = """{ runsOrError(limit: 5) { ... on Runs { results {
  status jobName tags { key value } assetMaterializations { assetKey { path } } } } } }"""
EVERYTHING = (
    """{ runsOrError { ... on Runs { results { runConfigYaml eventConnection(afterCursor: null) { events {
      __typename ... on MessageEvent { message } ... on ExecutionStepFailureEvent { error { message stack } }
      ... on MaterializationEvent { metadataEntries { label description ... on TextMetadataEntry { text } } } } }
      } } } }""",
    """{ repositoriesOrError { ... on RepositoryConnection { nodes { name allTopLevelResourceDetails {
      name description configuredValues { key value } } sensors { name description } } } } }""",
    "{ instance { info } }",
)
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
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return dict(json.load(answer)["data"])


def until(found: Any, logs: Path) -> Any:
    """What ``found`` gives once it gives something; the processes' last words if it never does."""

    def tried() -> Any:
        with suppress(OSError):
            return found()

    if answer := awaited(tried, PATIENCE, pause=0.5):
        return answer
    pytest.fail("\n".join(f"{log.name}: {log.read_text()[-1500:]}" for log in sorted(logs.glob("*.log"))))


@dataclass
class Production:
    """What was seen of a production that one export was put into.

    Attributes:
        run: The run that came of it, as GraphQL tells it.
        health: The daemons, while it was up.
        graphql: Everything that was asked of GraphQL, as it was answered.
        seen: What a person reads in the UI, by page.
        groups: How far right each group stands in the asset graph.
        objects: Every object in the bucket, by key.
        warehouse: The URL of the warehouse.
        history: The URL of Dagster's history.
        folder: What the processes left on the machine.
        refused: Requests to the bucket that were refused, as they should be.
    """

    run: dict[str, Any]
    health: list[dict[str, Any]]
    graphql: str
    seen: dict[str, str]
    groups: dict[str, float]
    objects: dict[str, bytes]
    warehouse: str
    history: str
    folder: Path
    refused: int


@contextmanager
def only_allowed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Let S3 look at who asks: the environment becomes the platform's; give a client of each."""
    people = boto3.client("iam")
    keys = {}
    for name, policy in POLICIES.items():
        people.create_user(UserName=name)
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


def with_password(url: str, password: str) -> str:
    return url.replace(":@", f":{password}@", 1)


@contextmanager
def known_by_their_policies(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """The same where the server knows users and policies from its beginning, as SeaweedFS does."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "platform")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret_of("platform"))
    yield [
        boto3.client("s3", aws_access_key_id=name, aws_secret_access_key=secret_of(name)) for name in POLICIES
    ]


@pytest.fixture(scope="module", params=["moto", pytest.param("seaweedfs", marks=pytest.mark.full)])
def production(request, tmp_path_factory, postgres_server, browser) -> Iterator[Production]:
    folder = tmp_path_factory.mktemp("production")
    allowed = only_allowed if request.param == "moto" else known_by_their_policies
    with (
        pytest.MonkeyPatch.context() as patch,
        serving_s3(patch, BUCKET, server=request.param, policies=POLICIES),
        allowed(patch) as (owner, uploader, reader),
        database(postgres_server) as warehouse,
        database(postgres_server) as history,
    ):
        yield seen(folder, warehouse, history, owner, uploader, reader, browser)


def looked_at(browser: Browser, port: int) -> tuple[dict[str, str], dict[str, float]]:
    """What the UI says of runs and of the report, once it says it; and where it draws each group of assets.

    The report's summary is opened as by a person.
    """

    def shown(page: str, until: str) -> str:
        browser.open(f"http://127.0.0.1:{port}/{page}", (1500, 1000))
        browser.until(f"return !!({until})")
        return str(browser.run("return document.body.innerText"))

    opener = "[...document.querySelectorAll('a')].find(link => link.textContent.includes('Show Markdown'))"
    pages = {"runs": shown("runs", "document.body.innerText.includes('Success')")}
    pages["report"] = shown("assets/insider_report", opener)
    browser.run(f"{opener}.click()")
    dialog = "document.querySelector('[class*=dialog i]:has(img)')"
    pages["summary"] = browser.until(f"return {dialog}?.innerText")
    drawn = (
        "Object.fromEntries([...document.querySelectorAll('svg foreignObject')]"
        ".map(box => [box.textContent.match(/^[a-z]+/)?.[0], box.getBoundingClientRect().x]))"
    )
    shown("asset-groups", f"Object.keys({drawn}).length >= {len(GROUPS)}")
    groups = browser.run(f"return {drawn}")
    assert browser.strangers() == []
    browser.open("about:blank")
    return pages, groups


def seen(
    folder: Path, warehouse: str, history: str, owner: Any, uploader: Any, reader: Any, browser: Browser
) -> Production:
    """Start production, put the exports into the bucket, and look until there is a report."""
    home, code_logs = folder / "dagster", folder / "code"
    home.mkdir()
    code_logs.mkdir()
    shutil.copy(DEPLOY / "dagster.yaml", home)
    code, web = free_port(), free_port()
    driver = with_password(history, SECRETS["the history's password"])
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("INSIDERS_", "DAGSTER_"))
    } | {
        "DAGSTER_HOME": str(home),
        "DAGSTER_POSTGRES_URL": driver.replace("postgresql://", "postgresql+psycopg2://"),
        "DAGSTER_LOGS_BUCKET": BUCKET,
        "DAGSTER_LOGS_PREFIX": "dagster-logs",
        "DAGSTER_CODE_HOST": "127.0.0.1",
        "DAGSTER_CODE_PORT": str(code),
    }
    platform = PLANTED | {
        "INSIDERS_HOME": f"s3://{BUCKET}/home",
        "INSIDERS_LANDING": f"s3://{BUCKET}/landing",
        "INSIDERS_DATABASE_URL": with_password(warehouse, SECRETS["the warehouse's password"]),
    }
    python, workspace = sys.executable, str(DEPLOY / "workspace.yaml")
    server = [python, "-m", "insiders_assets", "code-server", "--port", str(code)]
    daemon = [python, "-m", "dagster._daemon", "run", "--workspace", workspace, *JSON]
    webserver = [python, "-m", "dagster_webserver", "--host", "127.0.0.1", "--port", str(web)]
    made = subprocess.run(
        [python, "-m", "dagster", "instance", "migrate"], env=environment, capture_output=True, text=True
    )
    assert made.returncode == 0, made.stderr
    with (
        running(code_logs, environment | platform, server),
        # Neither is told where anything of the platform is: they have no part in it.
        running(folder, environment, daemon, [*webserver, "--workspace", workspace, *JSON]),
    ):
        for export in sorted(SHIPPED.glob("*.csv")):
            uploader.upload_file(str(export), BUCKET, f"landing/{export.name}")

        uploader.put_object(Bucket=BUCKET, Key="landing/hostile.csv", Body=HOSTILE_EXPORT.encode())

        def done() -> Any:
            runs = asked(web, RUNS)["runsOrError"]["results"]
            assert all(run["status"] != "FAILURE" for run in runs), runs
            return [run for run in runs if run["status"] == "SUCCESS"]

        (run,) = until(done, folder)
        health = asked(web, DAEMONS)["instance"]["daemonHealth"]["allDaemonStatuses"]
        graphql = json.dumps([asked(web, query) for query in EVERYTHING])
        pages, groups = looked_at(browser, web)
    refused = 0
    for ask in (
        lambda: uploader.get_object(Bucket=BUCKET, Key="landing/2024-12.csv"),
        lambda: reader.put_object(Bucket=BUCKET, Key="home/reports/latest.json", Body=b"mine"),
    ):
        with pytest.raises(ClientError, match="AccessDenied"):
            ask()
        refused += 1
    reader.get_object(Bucket=BUCKET, Key="home/reports/latest/report.json")
    keys = [entry["Key"] for entry in owner.list_objects_v2(Bucket=BUCKET)["Contents"]]
    objects = {
        key: owner.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys if "landing/" not in key
    }
    return Production(run, health, graphql, pages, groups, objects, warehouse, history, folder, refused)


def test_an_export_put_into_the_bucket_becomes_a_report_in_it_and_rows_in_postgresql(production):
    assert production.run["jobName"] == "refresh"
    assert "dagster/sensor_name" in {tag["key"] for tag in production.run["tags"]}
    made = [asset["assetKey"]["path"] for asset in production.run["assetMaterializations"]]
    assert ["insider_report"] in made
    report = json.loads(production.objects["home/reports/latest/report.json"])
    assert {"home/reports/latest.json", "home/reports/latest/report.html"} <= production.objects.keys()
    connection = psycopg2.connect(production.warehouse)
    with closing(connection), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM members")
        assert cursor.fetchone() == (report["members"],)
        cursor.execute("SELECT refresh_id FROM refreshes")
        assert cursor.fetchall() == [(report["refresh_id"],)]


def test_a_person_sees_the_run_the_report_and_its_summary_in_the_ui(production):
    report = json.loads(production.objects["home/reports/latest/report.json"])
    assert {"refresh", "Success", "landing_zone"} <= set(production.seen["runs"].split())
    assert report["refresh_id"] in production.seen["report"]
    assert f"s3://{BUCKET}/home/reports/{report['refresh_id']}/report.html" in production.seen[
        "report"
    ].replace("\n", "")
    assert f"{report['members']} members." in production.seen["summary"]


def test_the_graph_reads_from_left_to_right_in_its_groups(production):
    assert production.groups.keys() == set(GROUPS)
    ingest, features, segmentation, programme, research, deliveries = map(production.groups.get, GROUPS)
    assert ingest < features < segmentation < min(programme, research)
    assert programme < deliveries


def test_every_daemon_that_production_needs_is_healthy(production):
    required = [daemon for daemon in production.health if daemon["required"]]
    assert all(daemon["healthy"] for daemon in required)
    assert {daemon["daemonType"] for daemon in required} >= {
        "SENSOR",
        "SCHEDULER",
        "QUEUED_RUN_COORDINATOR",
        "MONITORING",
        "FRESHNESS_DAEMON",
    }


def test_what_steps_print_lies_in_the_bucket(production):
    assert any(key.startswith("dagster-logs/") for key in production.objects)


def test_the_uploader_reads_nothing_and_the_reader_writes_nothing(production):
    assert production.refused == 2


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS.keys())
def test_no_secret_is_in_anything_that_was_produced(production, secret):
    places = everything(production)
    assert len(places) > 60
    assert any(b"insider_report" in content for content in places.values())
    assert [place for place, content in places.items() if secret.encode() in content] == []


def test_the_secret_key_of_the_bucket_is_in_nothing_that_was_produced(production):
    secret = os.environ["AWS_SECRET_ACCESS_KEY"]
    assert len(secret) > 20
    found = [place for place, content in everything(production).items() if secret.encode() in content]
    assert found == []


@cache
def _texts(urls: tuple[str, ...]) -> dict[str, bytes]:
    """Every table of the databases as text."""
    found = {}
    for url in urls:
        connection = psycopg2.connect(url)
        with closing(connection), connection.cursor() as cursor:
            cursor.execute(
                "SELECT schemaname, tablename FROM pg_tables WHERE schemaname !~ '^(pg_|information)'"
            )
            for schema, table in cursor.fetchall():
                text = io.BytesIO()
                cursor.copy_expert(f'COPY "{schema}"."{table}" TO STDOUT', text)
                found[f"{url.partition('?')[0]}/{table}"] = text.getvalue()
    return found


def everything(production: Production) -> dict[str, bytes]:
    """All that production left anywhere, as bytes that can be searched."""
    found = {"graphql": production.graphql.encode()} | _texts((production.warehouse, production.history))
    found |= {f"ui/{page}": text.encode() for page, text in production.seen.items()}
    for key, content in production.objects.items():
        found[key] = content
        if key.endswith(".parquet"):
            found[key] = pl.read_parquet(content).write_json().encode()
        elif key.endswith((".xlsx", ".npz")):
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                found[key] = b"".join(packed.read(name) for name in packed.namelist())
    found |= {str(path): path.read_bytes() for path in production.folder.rglob("*") if path.is_file()}
    return found


def test_a_product_a_country_and_a_customer_that_want_to_be_run_are_shown_and_not_run(production):
    rows = csv.DictReader(io.StringIO(production.objects["home/reports/latest/members.csv"].decode()))
    listed = {row["customer_id"]: row for row in rows}
    assert {SCRIPT, f"'{FORMULA}"} <= listed.keys()
    assert not any(
        value.startswith(("=", "+", "-", "@")) for row in listed.values() for value in row.values()
    )
    with zipfile.ZipFile(io.BytesIO(production.objects["home/reports/latest/members.xlsx"])) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "=HYPERLINK(" in sheet
    assert SCRIPT.encode() not in production.objects["home/reports/latest/report.html"]


def test_services_and_runs_log_json_one_object_a_line(production):
    for name in ("0.log", "1.log", "code/0.log"):
        lines = (production.folder / name).read_text().splitlines()
        logged = [json.loads(line) for line in lines if line.startswith("{")]
        assert logged, name
        assert not any(" - dagster" in line for line in lines if not line.startswith("{")), name
