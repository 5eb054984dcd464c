"""Running the command line as a user does, in a process of its own."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from insiders_assets_tests.faults.forks import context, ended, quietly

SHIPPED = Path(__file__).resolve().parents[1] / "data" / "landing"
"""The simulated exports that come with the project."""

PATIENCE = 600
"""Seconds that a command may take."""

Done = subprocess.CompletedProcess[str]


def insiders(*words: str | Path, **settings: str) -> Done:
    """Run ``insiders`` with ``words``; ``settings`` become ``INSIDERS_*`` variables.

    The process is a fork of one that has imported everything and run nothing: imports would take longer than most
    commands do. See :func:`insiders_anew`.
    """
    with tempfile.TemporaryDirectory(prefix="said-by-a-command-") as folder:
        said = [Path(folder, name) for name in ("stdout", "stderr")]
        for path in said:
            path.touch()  # a process that cannot begin, as from a script without a main guard, says nothing
        arguments = [str(word) for word in words]
        process = context().Process(
            target=_command, args=(arguments, _environment(settings), str(Path.cwd()), *said)
        )
        process.start()
        code = ended(process, PATIENCE)
        return subprocess.CompletedProcess(arguments, code, *(path.read_text("utf-8") for path in said))


def insiders_anew(*words: str | Path, **settings: str) -> Done:
    """Run ``insiders`` in an interpreter of its own, where what it imports matters."""
    return subprocess.run(
        [sys.executable, "-m", "insiders_assets", *map(str, words)],
        env=_environment(settings),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def _environment(settings: dict[str, str]) -> dict[str, str]:
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("INSIDERS_", "DAGSTER_"))
    }
    return inherited | {f"INSIDERS_{name.upper()}": value for name, value in settings.items()}


def _command(words: list[str], environment: dict[str, str], folder: str, out: Path, err: Path) -> None:
    """Be ``insiders``, from its environment to its exit code."""
    from insiders_assets.cli import main

    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    quietly(out, err)
    sys.argv = ["insiders", *words]
    try:
        main()
    finally:
        atexit._run_exitfuncs()  # which a process of multiprocessing does not


def run(landing: Path, home: Path, *words: str, **settings: str) -> dict[str, Any]:
    """``insiders run --json``, which must succeed; its JSON object."""
    return told(insiders("run", "--landing", landing, "--home", home, "--json", *words, **settings))


def told(done: Done) -> dict[str, Any]:
    """The JSON object that a command said, which must have succeeded."""
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def failure(done: Done, code: int) -> str:
    """The one line a failed command says on standard error."""
    assert done.returncode == code, done.stderr
    lines = [line for line in done.stderr.splitlines() if line and not line.startswith("  ")]
    assert len(lines) == 1, done.stderr
    assert done.stdout == ""
    return lines[0]
