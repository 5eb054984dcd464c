"""``insiders ui``: Dagster's webserver and daemon on this code location, with a home that keeps their history."""

from __future__ import annotations

import os
import re
import socket
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from insiders_assets.errors import InsidersError, UsageError
from insiders_assets.places import S3Path, place
from insiders_assets.storage.atomic_write import make_folder, write_text
from insiders_assets.storage.file_lock import locked
from insiders_assets.storage.private import keep_private

if TYPE_CHECKING:
    from insiders_assets.settings import Settings

_MISREAD = re.compile(r"\?|%[0-9A-Fa-f]{2}")
POOL = "home"
"""What each step that writes in the home is in."""

INSTANCE = """\
# Dagster's own history: SQLite files beside this one. deploy/dagster.yaml is the one for production.
telemetry:
  enabled: false
nux:
  enabled: false   # no newsletter window on first sight
concurrency:
  pools:
    granularity: run   # two refreshes never write together: a run waits for a place in the pool "home"
    default_limit: 1   # runs of other projects on this instance do not wait for ours
run_monitoring:
  enabled: true
  free_slots_after_run_end_seconds: 60
retention:   # of ticks; runs are deleted by the refresh itself (INSIDERS_RUNS_KEPT)
  sensor:
    purge_after_days: {skipped: 3, failure: 90, success: 90}
  schedule:
    purge_after_days: {skipped: 30, failure: 90, success: 90}
"""


def dagster_folder(settings: Settings) -> Path:
    """``DAGSTER_HOME`` if it is set, otherwise ``<home>/dagster``.

    Dagster keeps its history in files of its own, so that a home on S3 gets a folder of this machine: one for each.
    """
    if given := os.environ.get("DAGSTER_HOME"):
        return Path(given)
    home = place(settings.home)
    if not isinstance(home, S3Path) and _MISREAD.search(str(home.absolute())):
        # Dagster writes the path of its history into an address as it is, and finds another one there.
        raise UsageError(
            "has a ? or a code such as %41 in its path, by which Dagster does not find its history again",
            where=str(home),
            hint="choose another --home, or set DAGSTER_HOME to a folder elsewhere",
        )
    if isinstance(home, S3Path):
        state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
        return state / "insiders" / home.bucket / home.key / "dagster"
    return home.absolute() / "dagster"


def dagster_home(settings: Settings) -> Path:
    """Return the folder of Dagster's history, made on first use unless ``DAGSTER_HOME`` says otherwise."""
    folder = dagster_folder(settings)
    if not os.environ.get("DAGSTER_HOME") and not (make_folder(folder) / "dagster.yaml").exists():
        write_text(folder / "dagster.yaml", INSTANCE)
    return folder


def serve(settings: Settings, *, host: str, port: int) -> None:
    """Serve the UI until stopped.

    Raises:
        UsageError: The address cannot be listened on.
        InsidersError: The home is served already, or the services ended by themselves.
    """
    from insiders_assets.cli.process_group import Family
    from insiders_assets.dashboard.server import listen

    keep_private()
    folder = dagster_home(settings)
    busy = InsidersError(
        "another insiders ui is at work here",
        where=str(settings.home),
        hint="look at that one, or stop it first: two daemons would ask for every refresh twice",
    )
    with locked(folder / ".ui.lock", busy):
        _limit_pool(folder)
        with closing(listen(host, port)) as free:
            port = free.getsockname()[1]
        environment = os.environ | {
            "DAGSTER_HOME": str(folder),
            "INSIDERS_HOME": settings.home,
            "INSIDERS_LANDING": settings.landing_zone,
        }
        # What Dagster advises its own users is no news to ours, who typed neither command.
        command = [
            *(sys.executable, "-W", "ignore:Function `dev_command` is superseded", "-m", "dagster", "dev"),
            *("--module-name", "insiders_assets.definitions"),
            *("--host", host, "--port", str(port)),
        ]
        shown = f"[{host}]" if ":" in host else host
        typer.echo("Starting Dagster's UI and daemon (stop them with Ctrl+C) …", err=True)
        Family(command, environment).live(
            lambda: _answers(host, port),
            lambda: typer.echo(f"Dagster's UI is at http://{shown}:{port}/ (stop it with Ctrl+C)"),
        )


def _limit_pool(folder: Path) -> None:
    """Let one run at a time write, from the first on: a limit by default holds once the daemon has met a pool."""
    from dagster import DagsterInstance

    with DagsterInstance.from_config(str(folder)) as instance:
        instance.event_log_storage.initialize_concurrency_limit_to_default(POOL)


def _answers(host: str, port: int) -> bool:
    """Return whether somebody listens there."""
    try:
        with closing(socket.create_connection((host, port), timeout=1)):
            return True
    except OSError:
        return False
