"""S3 over HTTP, for tests: moto, which can check policies, and SeaweedFS, which stores things and checks signatures."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from insiders_assets_tests.waiting import awaited

KEY, SECRET = "testing", "testing-is-secret"
WEED = Path(sys.executable).with_name("weed")
PATIENCE = 60


@contextmanager
def serving_s3(
    monkeypatch: pytest.MonkeyPatch,
    *buckets: str,
    server: str = "moto",
    policies: Mapping[str, str] | None = None,
) -> Iterator[Any]:
    """Serve S3 on a free port, point the environment at it, and give a client of it, who may do everything.

    Args:
        monkeypatch: Changes the environment.
        buckets: Buckets to make.
        server: ``moto`` or ``seaweedfs``.
        policies: Users of SeaweedFS by name, each with the policy that says what they may do; see :func:`secret_of`.
    """
    import boto3

    with moto() if server == "moto" else seaweedfs(policies or {}) as address:
        for name, value in {
            "AWS_ENDPOINT_URL": address,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_DEFAULT_REGION": "us-east-1",
        }.items():
            monkeypatch.setenv(name, value)
        client = boto3.client("s3")
        for bucket in buckets:
            client.create_bucket(Bucket=bucket)
        yield client


@contextmanager
def moto() -> Iterator[str]:
    """An empty moto server in this process; its address."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    urllib.request.urlopen(urllib.request.Request(f"{address}/moto-api/reset", method="POST")).close()
    try:
        yield address
    finally:
        server.stop()


def secret_of(user: str) -> str:
    """The secret key of a user of SeaweedFS, whose access key is the user's name."""
    return f"{user}-{SECRET}"


@contextmanager
def seaweedfs(policies: Mapping[str, str]) -> Iterator[str]:
    """SeaweedFS in a process and a folder of its own; its address.

    Args:
        policies: Users by name beside :data:`KEY`, who may do everything; each with the policy that limits them.
    """
    if not WEED.exists():
        pytest.skip("there is no wheel of SeaweedFS for this system")
    with ExitStack() as taken:
        sockets = [
            taken.enter_context(closing(socket.create_server(("127.0.0.1", 0)))).getsockname()
            for _ in range(8)
        ]
    parts = [f"-{part}.port{kind}" for part in ("master", "volume", "filer", "s3") for kind in ("", ".grpc")]
    ports = dict(zip(parts, (port for _, port in sockets), strict=True))
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="weed-") as folder:  # short: sockets lie in it
        known = {
            "name": "tests",
            "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
            "actions": ["Admin"],
        }
        limited = [
            {
                "name": name,
                "credentials": [{"accessKey": name, "secretKey": secret_of(name)}],
                "policyNames": [name],
            }
            for name in policies
        ]
        told = {
            "identities": [known, *limited],
            "policies": [{"name": name, "content": text} for name, text in policies.items()],
        }
        users, log = Path(folder, "users.json"), Path(folder, "log")
        users.write_text(json.dumps(told))
        words = [f"{name}={port}" for name, port in ports.items()]
        words += [
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            f"-dir={folder}",
            "-filer",
            "-s3",
            f"-s3.config={users}",
        ]
        words += [f"-{part}.localSocket={folder}/{part}.sock" for part in ("filer", "s3")]
        words += ["-s3.iam=false", "-s3.port.iceberg=0", "-s3.port.lance=0", "-master.volumeSizeLimitMB=64"]
        with log.open("wb") as out:
            server = subprocess.Popen(
                [WEED, "server", *words], cwd=folder, stdout=out, stderr=out, start_new_session=True
            )
        try:
            _wait(ports["-s3.port"], server, log)
            yield f"http://127.0.0.1:{ports['-s3.port']}"
        finally:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _wait(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until buckets can be asked for: SeaweedFS serves S3 last."""

    def answers() -> bool:
        with closing(socket.socket()) as tried:
            return tried.connect_ex(("127.0.0.1", port)) == 0

    awaited(lambda: answers() or server.poll() is not None, PATIENCE)
    if server.poll() is None and answers():
        return
    pytest.fail(f"SeaweedFS did not start: {log.read_text()[-2000:]}")
