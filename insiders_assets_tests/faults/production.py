"""Production as ``deploy/`` starts it, hurried, for the length of a block: code server, daemon, PostgreSQL, S3."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from insiders_assets_tests.faults.homes import BUCKET, client, credentials, environment
from insiders_assets_tests.s3 import KEY, SECRET, seaweedfs

COORDINATOR = "class: QueuedRunCoordinator\n"
ACTIVE = "('QUEUED', 'NOT_STARTED', 'STARTING', 'STARTED', 'CANCELING')"
PATIENCE = 300


@dataclass
class Production:
    """What runs, and where it keeps things.

    Attributes:
        env: What the code server is told, and so is a look at its home.
        s3: A client of the bucket.
        server: The URL of PostgreSQL's maintenance database.
        warehouse: The warehouse's URL.
        history: The URL of Dagster's history.
        temporary: Where all of it puts temporary files.
        pids: The processes that stay, by what they are.
    """

    env: dict[str, str]
    s3: Any
    server: str
    warehouse: str
    history: str
    temporary: Path
    pids: dict[str, int]

    def put(self, file: Path) -> None:
        """Let an export arrive."""
        self.s3.upload_file(str(file), BUCKET, f"landing/{file.name}")

    def read(self, key: str) -> bytes | None:
        """An object of the home, or None."""
        with suppress(self.s3.exceptions.NoSuchKey):
            return bytes(self.s3.get_object(Bucket=BUCKET, Key=f"home/{key}")["Body"].read())
        return None

    def sizes(self, prefix: str) -> list[int]:
        """The size of every object below a prefix of the bucket."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return [found["Size"] for page in pages for found in page.get("Contents", ())]

    def asked(self, url: str, query: str) -> Any:
        """The first field that a query gives, on a connection of its own."""
        import psycopg2

        connection = psycopg2.connect(url, connect_timeout=30)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(query)
                return cursor.fetchone()[0]
        finally:
            connection.close()

    def active(self) -> int:
        """Runs that are queued or at work."""
        return int(self.asked(self.history, f"SELECT count(*) FROM runs WHERE status IN {ACTIVE}"))


@contextmanager
def production(folder: Path, server: str, daemons: int = 1, **settings: str) -> Iterator[Production]:
    """Everything at work, with an empty landing zone in the bucket, for the length of the block.

    Args:
        folder: A folder of its own.
        server: The URL of PostgreSQL's maintenance database.
        daemons: How many daemons look at the one history.
        **settings: Settings of the code server, by environment variable.
    """
    from insiders_assets_tests.deploy.test_processes import DEPLOY, free_port

    with seaweedfs() as endpoint:
        keys = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
        s3 = client(endpoint, KEY, SECRET)
        s3.create_bucket(Bucket=BUCKET)
        urls = {name: _database(server, f"soak_{os.getpid()}_{name}") for name in ("warehouse", "history")}
        home = folder / "dagster"
        home.mkdir()
        hurried = f"{COORDINATOR}  config:\n    dequeue_interval_seconds: 1\n"
        (home / "dagster.yaml").write_text(
            (DEPLOY / "dagster.yaml").read_text().replace(COORDINATOR, hurried)
        )
        plain = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("INSIDERS_", "DAGSTER_"))
        }
        port = str(free_port())
        env = environment(
            f"s3://{BUCKET}/home",
            folder,
            INSIDERS_LANDING=f"s3://{BUCKET}/landing",
            INSIDERS_DATABASE_URL=urls["warehouse"],
            **credentials(endpoint) | keys,
            **settings,
        )
        dagster = {
            "DAGSTER_HOME": str(home),
            "DAGSTER_POSTGRES_URL": urls["history"].replace("postgresql://", "postgresql+psycopg2://"),
            "DAGSTER_LOGS_BUCKET": BUCKET,
            "DAGSTER_LOGS_PREFIX": "dagster-logs",
            "DAGSTER_CODE_HOST": "127.0.0.1",
            "DAGSTER_CODE_PORT": port,
        }
        module = "insiders_assets_tests.faults.hurried"
        words = {
            "code server": ["dagster", "api", "grpc", "--host", "127.0.0.1", "--port", port, "-m", module]
        }
        subprocess.run(
            [sys.executable, "-m", "dagster", "instance", "migrate"],
            env=plain | dagster | credentials(endpoint) | keys,
            check=True,
            capture_output=True,
        )
        workspace = str(DEPLOY / "workspace.yaml")
        for number in range(daemons):
            name = "daemon" if number == 0 else f"daemon {number + 1}"
            words[name] = [module, "run", "--workspace", workspace]
        processes = []
        try:
            for name, command in words.items():
                with (folder / f"{name}.log").open("wb") as out:
                    processes.append(
                        subprocess.Popen(
                            [sys.executable, "-m", *command],
                            env=plain | env | dagster,
                            stdout=out,
                            stderr=out,
                            start_new_session=True,
                        )
                    )
            pids = dict(zip(words, (process.pid for process in processes), strict=True))
            yield Production(env, s3, server, *urls.values(), folder / "tmp", pids)
        finally:
            for process in processes:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, 9)
                process.wait()
            for url in urls.values():
                _drop(server, url)
            shutil.rmtree(home, ignore_errors=True)


def _database(server: str, name: str) -> str:
    _done(server, f'CREATE DATABASE "{name}"')
    return server.replace("/postgres?", f"/{name}?")


def _drop(server: str, url: str) -> None:
    _done(server, f'DROP DATABASE IF EXISTS "{url.split("/")[3].split("?")[0]}" WITH (FORCE)')


def _done(server: str, statement: str) -> None:
    import psycopg2

    connection = psycopg2.connect(server)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


def until(found: Any, patience: float = PATIENCE, pause: float = 0.5) -> bool:
    """Whether something comes to hold in time; a server that does not answer for a moment is asked again."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        with suppress(Exception):
            if found():
                return True
        time.sleep(pause)
    return False
