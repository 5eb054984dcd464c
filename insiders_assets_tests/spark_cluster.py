"""A real standalone cluster of Spark on loopback, for tests: a master, workers, and a server for Spark Connect."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from insiders_assets_tests.waiting import awaited

HOST = "127.0.0.1"
STARTS_WITHIN = 60.0


@dataclass
class Cluster:
    """What runs, and where it is reached."""

    url: str
    folder: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def kill_worker(self, number: int) -> None:
        """Kill a worker and the executors that it has started, without a word of warning."""
        os.killpg(self.workers[number].pid, signal.SIGKILL)
        self.workers[number].wait(timeout=30)


@contextmanager
def standalone(folder: Path, workers: int) -> Iterator[Cluster]:
    """Run a master and workers of one core each; all of them are gone afterwards."""
    port, page = free_port(), free_port()
    cluster = Cluster(f"spark://{HOST}:{port}", folder)
    with _process(
        folder / "master.log",
        "org.apache.spark.deploy.master.Master",
        *("--host", HOST, "--port", str(port), "--webui-port", str(page)),
    ) as master:
        await_port(port, master)
        started = [_worker(cluster, number) for number in range(workers)]
        try:
            for each in started:
                cluster.workers.append(each.__enter__())
            _await_workers(page, workers)
            yield cluster
        finally:
            for each in started:
                each.__exit__(None, None, None)


@contextmanager
def connect_server(folder: Path) -> Iterator[str]:
    """Run a server for Spark Connect that computes by itself; gives its address."""
    port = free_port()
    with _process(
        folder / "connect.log",
        "org.apache.spark.deploy.SparkSubmit",
        *("--master", "local[2]"),
        *("--conf", f"spark.connect.grpc.binding.address={HOST}"),
        *("--conf", f"spark.connect.grpc.binding.port={port}"),
        *("--conf", f"spark.driver.host={HOST}", "--conf", f"spark.driver.bindAddress={HOST}"),
        *("--conf", "spark.ui.enabled=false"),
        *("--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal"),
        memory="1g",
    ) as server:
        await_port(port, server)
        yield f"sc://{HOST}:{port}"


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def await_port(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until somebody listens."""

    def listens() -> bool:
        assert process.poll() is None, f"ended with {process.returncode}"
        with suppress(OSError), socket.create_connection((HOST, port), 1):
            return True
        return False

    assert awaited(listens, STARTS_WITHIN), f"nobody listens at {port}"


def _worker(cluster: Cluster, number: int) -> contextmanager:
    return _process(
        cluster.folder / f"worker{number}.log",
        "org.apache.spark.deploy.worker.Worker",
        *("--host", HOST, "--webui-port", "0", "--cores", "1", "--memory", "1g"),
        *("--work-dir", str(cluster.folder / f"work{number}"), cluster.url),
    )


def _await_workers(page: int, workers: int) -> None:
    alive = 0

    def have_come() -> bool:
        nonlocal alive
        with suppress(OSError), urllib.request.urlopen(f"http://{HOST}:{page}/json/", timeout=30) as answer:
            alive = answer.read().decode().count('"state" : "ALIVE"')
        return alive >= workers

    assert awaited(have_come, STARTS_WITHIN), f"{alive} of {workers} workers have come"


@contextmanager
def _process(log: Path, *words: str, memory: str = "256m") -> Iterator[subprocess.Popen[bytes]]:
    """A program of Spark's in a session of its own, killed with all that it started."""
    import pyspark

    home = Path(pyspark.__file__).parent
    surroundings = os.environ | {
        "SPARK_HOME": str(home),
        "SPARK_DAEMON_MEMORY": memory,
        "SPARK_LOCAL_IP": HOST,
        "PYSPARK_PYTHON": sys.executable,
    }
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [home / "bin" / "spark-class", *words],
            stdout=stream,
            stderr=stream,
            start_new_session=True,
            env=surroundings,
        )
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=30)
