"""``insiders ui``: Dagster's webserver and daemon on this code location, with a home that keeps their history."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from insiders_assets.places import S3Path, place
from insiders_assets.storage.files import make_folder, write_text

if TYPE_CHECKING:
    from insiders_assets.settings import Settings

INSTANCE = """\
# Dagster's own history: SQLite files beside this one. deploy/dagster.yaml is the one for production.
telemetry:
  enabled: false
nux:
  enabled: false   # no newsletter window on first sight
concurrency:
  runs:
    max_concurrent_runs: 1   # two refreshes never write together
  pools:
    default_limit: 1
run_monitoring:
  enabled: true
  free_slots_after_run_end_seconds: 60
"""


def dagster_folder(settings: Settings) -> Path:
    """``DAGSTER_HOME`` if it is set, otherwise ``<home>/dagster``.

    Dagster keeps its history in files of its own, so that a home on S3 gets a folder of this machine: one for each.
    """
    if given := os.environ.get("DAGSTER_HOME"):
        return Path(given)
    home = place(settings.home)
    if isinstance(home, S3Path):
        state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
        return state / "insiders" / home.bucket / home.key / "dagster"
    return home.absolute() / "dagster"


def dagster_home(settings: Settings) -> Path:
    """The folder of Dagster's history, made on first use unless ``DAGSTER_HOME`` says otherwise."""
    folder = dagster_folder(settings)
    if not os.environ.get("DAGSTER_HOME") and not (make_folder(folder) / "dagster.yaml").exists():
        write_text(folder / "dagster.yaml", INSTANCE)
    return folder


def serve(settings: Settings, *, host: str, port: int) -> None:
    """Serve the UI until stopped; ends with the server's exit code."""
    environment = os.environ | {
        "DAGSTER_HOME": str(dagster_home(settings)),
        "INSIDERS_HOME": settings.home,
        "INSIDERS_LANDING": settings.landing_zone,
    }
    command = [
        *(sys.executable, "-m", "dagster", "dev"),
        *("--module-name", "insiders_assets.definitions"),
        *("--host", host, "--port", str(port)),
    ]
    sys.exit(subprocess.call(command, env=environment))  # noqa: S603 - a fixed command, no shell
