"""One tick of the sensor over many files, in a folder and on S3: the S3 server is moto, in a process of its own.

What moto takes to answer is its own doing: it looks at all keys for every page. So its answers are also kept, and given
again as quickly as S3 gives them: ``s3``, beside the one time that ``moto`` took.

Usage: python -m benchmarks.sensor [RUNS [FILES]]
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from benchmarks.measure import interleaved, keep, run, say, verdict

FILES = 100_000
MOST = 10.0
"""Seconds that a tick may take."""
PER_PAGE = 1000
"""Objects that S3 names in one answer."""
BUCKET = "exports"
ANSWER = 0.05
"""Seconds that an answer takes at the least: about what S3 takes for a page within its region."""


def main(runs: int = 3, files: int = FILES) -> list[dict[str, Any]]:
    """Measure both landing zones, and print whether a tick is quick enough."""
    with tempfile.TemporaryDirectory() as folder, _bucket_of(files) as environment:
        landing = Path(folder, "landing")
        _fill(landing, files)
        bucket = f"s3://{BUCKET}/shop"
        moto = _tick(
            bucket, Path(folder, "first-home"), environment
        )  # from here on, all its answers are kept
        costs = interleaved(
            {
                "folder": partial(_tick, str(landing), Path(folder, "home")),
                "s3": partial(_tick, bucket, Path(folder, "other-home"), environment),
            },
            runs,
        )
    keep("sensor", {"files": files, "moto": {"first": moto["first"]}, **costs})
    share = files / FILES
    return verdict(
        "sensor",
        {
            f"a tick over {files:,} files in a folder, of {MOST:g} s": (
                costs["folder"]["seconds"] / MOST,
                share,
            ),
            f"a tick over {files:,} objects on S3, of {MOST:g} s": (costs["s3"]["seconds"] / MOST, share),
            f"the first tick over {files:,} objects on S3, of {MOST:g} s": (
                costs["s3"]["first"] / MOST,
                share,
            ),
        },
    )


def _tick(landing: str, home: Path, environment: dict[str, str] | None = None) -> dict[str, float]:
    """One tick in a fresh process; imports are not counted."""
    return run([sys.executable, "-m", "benchmarks.sensor", "tick", landing, home], environment).answer


def tick(landing: str, home: str) -> None:
    """Evaluate the sensor twice, as a daemon does again and again; print what the first and the second time cost."""
    from dagster import DagsterInstance, build_sensor_context

    from insiders_assets.automation import landing_zone
    from insiders_assets.settings import load_settings
    from insiders_assets.storage.stores import Stores

    stores = Stores(load_settings(landing=landing, home=home))
    costs = []
    with DagsterInstance.ephemeral() as instance:
        for _ in range(2):
            began, cpu = time.perf_counter(), time.process_time()
            context = build_sensor_context(instance=instance, resources={"stores": stores})
            data = landing_zone.evaluate_tick(context)
            costs.append({"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu})
            if "still changing" not in (data.skip_message or ""):
                raise RuntimeError(f"the tick did not look at the landing zone: {data.skip_message}")
    first, again = costs
    print(json.dumps({**again, "first": first["seconds"], "first_cpu": first["cpu"]}))


def _fill(folder: Path, files: int) -> None:
    say(f"sensor: {files:,} files")
    for number in range(files):
        place = folder / f"{number // PER_PAGE:03d}"
        place.mkdir(parents=True, exist_ok=True)
        os.close(os.open(place / f"{number:06d}.csv", os.O_CREAT | os.O_WRONLY))


@contextmanager
def _bucket_of(files: int) -> Iterator[dict[str, str]]:
    """A bucket of empty objects, and the environment that leads to it, past what keeps its answers."""
    ports = [_free_port(), _free_port()]
    command = [sys.executable, "-m", "benchmarks.sensor", "serve", *map(str, (*ports, files))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            if not server.stdout or server.stdout.readline().strip() != "ready":
                raise RuntimeError("moto did not start")
            keys = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "testing")
            yield {
                "AWS_ENDPOINT_URL": f"http://127.0.0.1:{ports[1]}",
                "AWS_DEFAULT_REGION": "us-east-1",
                **keys,
            }
        finally:
            server.send_signal(signal.SIGKILL)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def serve(port: str, other: str, files: str) -> None:
    """Serve a bucket until killed; its objects are put straight into the server's memory."""
    from moto.core import DEFAULT_ACCOUNT_ID
    from moto.s3.models import s3_backends
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=int(port), verbose=False)
    server.start()
    backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
    backend.create_bucket(BUCKET, "us-east-1")
    for number in range(int(files)):
        backend.put_object(BUCKET, f"shop/{number // PER_PAGE:03d}/{number:06d}.csv", b"")
    keeper = ThreadingHTTPServer(("127.0.0.1", int(other)), _keeping_answers_of(int(port)))
    print("ready", flush=True)
    keeper.serve_forever()


def _keeping_answers_of(port: int) -> type[BaseHTTPRequestHandler]:
    """A server that asks moto once, and gives the same answer to the same question ever after."""
    kept: dict[str, bytes] = {}

    class Keeper(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            until = time.perf_counter() + ANSWER
            if self.path not in kept:
                request = urllib.request.Request(
                    f"http://127.0.0.1:{port}{self.path}", headers=dict(self.headers)
                )
                with urllib.request.urlopen(request) as answer:  # noqa: S310
                    kept[self.path] = answer.read()
            time.sleep(max(0.0, until - time.perf_counter()))
            self.send_response(200)
            self.send_header("Content-Type", "application/xml")
            self.send_header("Content-Length", str(len(kept[self.path])))
            self.end_headers()
            self.wfile.write(kept[self.path])

        def log_message(self, *_: object) -> None:
            pass

    return Keeper


if __name__ == "__main__":
    given = sys.argv[1:]
    if given[:1] == ["tick"]:
        tick(*given[1:])
    elif given[:1] == ["serve"]:
        serve(*given[1:])
    else:
        main(*map(int, given))
