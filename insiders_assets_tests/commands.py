"""Running the command line as a user does, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

SHIPPED = Path(__file__).resolve().parents[1] / "data" / "landing"
"""The simulated exports that come with the project."""


def insiders(*words: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run ``insiders`` with ``words``; ``settings`` become ``INSIDERS_*`` variables."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("INSIDERS_", "DAGSTER_"))
    }
    environment = inherited | {f"INSIDERS_{name.upper()}": value for name, value in settings.items()}
    return subprocess.run(
        [sys.executable, "-m", "insiders_assets", *map(str, words)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
    )


def run(landing: Path, home: Path, *words: str, **settings: str) -> dict[str, Any]:
    """``insiders run --json``, which must succeed; its JSON object."""
    done = insiders("run", "--landing", landing, "--home", home, "--json", *words, **settings)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def failure(done: subprocess.CompletedProcess[str], code: int) -> str:
    """The one line a failed command says on standard error."""
    assert done.returncode == code, done.stderr
    lines = [line for line in done.stderr.splitlines() if line and not line.startswith("  ")]
    assert len(lines) == 1, done.stderr
    assert done.stdout == ""
    return lines[0]
