"""Spark sessions: one per process, on this machine, on a cluster, or on a server that speaks Spark Connect.

Everything that is not needed for right results is left to Spark's own configuration (``SPARK_CONF_DIR``).
"""

from __future__ import annotations

import atexit
import os
import socket
import sys
import tempfile
import time
import warnings
from contextlib import closing, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from insiders_assets.errors import InsidersError, UsageError
from insiders_assets.storage.engines.java import require_java
from insiders_assets.storage.engines.problems import clear_errors

if TYPE_CHECKING:
    from insiders_assets.settings import Settings

CONNECT, STANDALONE, LOCAL = "sc://", "spark://", "local"
PORTS = {CONNECT: 15002, STANDALONE: 7077}
MASTER = "INSIDERS_SPARK_MASTER"

REACHED_WITHIN = 10.0
"""Seconds that a master or a server may take to answer. Spark itself tries for minutes, without a word."""

WORKER_WITHIN = 120.0
"""Seconds within which a cluster must give one executor. Spark itself waits for ever, without a word."""

CONNECT_ALSO = ("grpc", "grpc_status", "google.rpc", "zstandard")
"""What a Spark Connect client imports beside pyspark."""


def require_spark(settings: Settings) -> None:
    """Say what Spark lacks before any work is done; starts nothing.

    Raises:
        UsageError: The extra or Java is missing, or the master is none.
        InsidersError: The master or the server does not answer.
    """
    master = settings.spark_master.get_secret_value()
    missing = [
        name
        for name in ("pyspark", *(CONNECT_ALSO if master.startswith(CONNECT) else ()))
        if not _is_here(name)
    ]
    if missing:
        raise UsageError(
            f"spark needs {missing[0]}, which is not installed",
            where="INSIDERS_ENGINE",
            hint="install insiders-assets[spark], or set it to polars",
        )
    scheme = next((scheme for scheme in PORTS if master.startswith(scheme)), None)
    if scheme:
        _require_answer(master, scheme)
    elif not (master.startswith((LOCAL, "k8s://")) or master == "yarn"):
        raise UsageError(
            "is no master of a kind that is known",
            where=MASTER,
            hint="write local[*], spark://host:7077, sc://host:15002, yarn or k8s://host:443",
        )
    if scheme != CONNECT:
        require_java()


def open_session(settings: Settings) -> Any:
    """Return the process's session, started if it is not running.

    Raises:
        UsageError: As :func:`require_spark` says.
        InsidersError: Spark does not start, or gives no executor.
    """
    master = settings.spark_master.get_secret_value()
    require_spark(settings)
    # Spark warns of pandas 3 wherever it looks at pandas' version; nothing here goes through pandas.
    warnings.filterwarnings(
        "ignore", message="PySpark does not yet fully support pandas", category=FutureWarning
    )
    with clear_errors(f"Spark at {shown(master)}"):
        from pyspark.sql import SparkSession

        builder = SparkSession.builder.config("spark.sql.session.timeZone", "UTC")
        if master.startswith(CONNECT):
            return builder.remote(master).getOrCreate()
        if not _running():
            _start(settings, master)
        session = builder.getOrCreate()
    if master.startswith(STANDALONE):
        _await_executor(session, master)
    return session


def shown(master: str) -> str:
    """Return a master's address without what follows it: a token, for one."""
    return master.partition(";")[0].rpartition("@")[2] if "@" in master else master.partition(";")[0]


def _is_here(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def _running() -> bool:
    """Return whether this process has a driver, or was started by one (``spark-submit``, a notebook of a cluster)."""
    from pyspark import SparkContext

    return SparkContext._active_spark_context is not None or "PYSPARK_GATEWAY_PORT" in os.environ


def _start(settings: Settings, master: str) -> None:
    """Start the driver, whose log goes to a file: a terminal is for people."""
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    options = {
        "spark.app.name": "insiders",
        "spark.master": master,
        "spark.sql.session.timeZone": "UTC",
        "spark.ui.showConsoleProgress": "false",
    }
    if settings.spark_memory:
        options["spark.driver.memory"] = settings.spark_memory
    if master.startswith(LOCAL):
        options |= {
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.ui.enabled": "false",
            "spark.sql.shuffle.partitions": str(max(16, 4 * (os.cpu_count() or 1))),
        }
        options.setdefault("spark.driver.memory", f"{_quarter_of_memory()}m")
    conf = SparkConf(loadDefaults=False)
    for name, value in options.items():
        conf.set(name, value)
    if SparkContext._gateway is not None:  # a session has ended, its Java goes on
        SparkContext(conf=conf)
        return
    handle, name = tempfile.mkstemp(prefix="insiders-spark-", suffix=".log")
    log = Path(name)
    atexit.register(log.unlink, missing_ok=True)
    with os.fdopen(handle, "wb") as stream:
        try:
            SparkContext(conf=conf, gateway=launch_gateway(conf, {"stdout": stream, "stderr": stream}))
        except Exception:
            if reason := _reason(log):
                raise InsidersError(
                    f"did not start ({reason})",
                    where=f"Spark at {shown(master)}",
                    hint="correct what it names; docs/spark.md has the settings",
                ) from None
            raise


def _quarter_of_memory() -> int:
    """Return a quarter of this machine's memory in MiB, at least one GiB.

    Polars and the page cache need theirs, too.
    """
    return max(1024, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**22)


def _reason(log: Path) -> str:
    """Return what a driver that did not start says of it last."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines()]
    telling = [
        number
        for number, line in enumerate(lines)
        if "Exception" in line or line.startswith(("Error occurred", "Error:", "Unrecognized"))
    ]
    if not telling:
        return ""
    said = lines[telling[-1] : telling[-1] + (2 if lines[telling[-1]].startswith("Error occurred") else 1)]
    return ": ".join(said)[:200]


def _require_answer(master: str, scheme: str) -> None:
    """See that somebody listens at one of the addresses."""
    found, last = "", shown(master).removeprefix(scheme)
    for address in last.split(","):
        try:
            parts = urlsplit(f"//{address}")
            host, port = parts.hostname or "", parts.port or PORTS[scheme]
        except ValueError:
            host = ""
        if not host:
            raise UsageError(
                f"{shown(master)!r} names no host and port",
                where=MASTER,
                hint=f"write {scheme}host:{PORTS[scheme]}",
            )
        try:
            with closing(socket.create_connection((host, port), REACHED_WITHIN)):
                return
        except OSError as error:
            found = f"{host}:{port} does not answer ({error.strerror or error})"
    raise InsidersError(
        found, where=MASTER, hint="start Spark there, or name another; local[*] needs no other machine"
    )


def _await_executor(session: Any, master: str) -> None:
    """Wait until the cluster has given an executor."""
    context = session.sparkContext
    until = time.monotonic() + WORKER_WITHIN
    while context._jsc.sc().getExecutorMemoryStatus().size() < 2:  # the driver is one of them
        if time.monotonic() > until:
            with suppress(Exception):
                session.stop()
            raise InsidersError(
                f"the cluster gave no executor within {WORKER_WITHIN:.0f} s",
                where=shown(master),
                hint="start a worker, free its cores, or ask for less memory (spark.executor.memory)",
            )
        time.sleep(0.1)
