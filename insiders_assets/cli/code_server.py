"""``insiders code-server``: Dagster's code server on a port that nobody else listens on."""

from __future__ import annotations

import os
import sys
from contextlib import closing

from insiders_assets.dashboard.server import listen

MODULE = "insiders_assets.definitions"


def serve(host: str, port: int) -> None:
    """Become Dagster's code server.

    gRPC lets two servers share a port, and requests go to either: one of them is an old version that was not stopped,
    and runs are made by whichever answers.

    Raises:
        UsageError: Another listens there.
    """
    with closing(listen(host, port)):
        pass
    words = [
        "api",
        "grpc",
        "--host",
        host,
        "--port",
        str(port),
        "--module-name",
        MODULE,
        "--log-format",
        "json",
    ]
    os.execv(sys.executable, [sys.executable, "-m", "dagster", *words])  # noqa: S606 - no shell
