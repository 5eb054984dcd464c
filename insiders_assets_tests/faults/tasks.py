"""What a forked process does: a command as a user types it, a look, or nothing but to be killed on the way."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from insiders_assets_tests.faults.boundaries import Boundaries, Point
from insiders_assets_tests.faults.forks import PATIENCE, ended, quietly, started

SAID = "said.txt"


def _command(
    words: Sequence[str], env: dict[str, str], said: Path, roots: list[str], deadly: Point | None
) -> None:
    """``insiders`` with ``words``, as its entry point runs it; boundaries are counted if there are roots."""
    for name in [name for name in os.environ if name.startswith(("INSIDERS_", "DAGSTER_"))]:
        del os.environ[name]
    os.environ.update(env)
    quietly(said)
    _become(env)
    boundaries = Boundaries(roots, deadly, trail_of(said) if roots else None)
    if roots:
        boundaries.watch()
    from insiders_assets.cli import main

    sys.argv = ["insiders", *words]
    code = 0
    try:
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    if roots:
        said.with_suffix(".boundaries").write_text(json.dumps(boundaries.passed))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def trail_of(said: Path) -> Path:
    """The file of the boundaries that a command has reached so far, one a line; beside the one of what it says."""
    return said.with_suffix(".trail")


def _become(env: dict[str, str]) -> None:
    """Give up root's privileges, or take on another clock, where a fault asks for it."""
    if env.get("FAULTS_RIGHTS"):
        _without_privileges()
    if seconds := env.get("FAULTS_CLOCK"):
        import datetime

        from insiders_assets.refresh import publish
        from insiders_assets.storage.warehouse import warehouse

        class Behind(datetime.datetime):
            @classmethod
            def now(cls, tz: Any = None) -> Any:
                return datetime.datetime.now(tz) + datetime.timedelta(seconds=int(seconds))

        publish.datetime = warehouse.datetime = Behind  # type: ignore[misc, attr-defined]


def _without_privileges() -> None:
    """Let rights of files hold for this process though it is root's: drop all capabilities."""
    import ctypes

    version_3, pid = 0x20080522, 0
    header = (ctypes.c_uint32 * 2)(version_3, pid)
    nothing = (ctypes.c_uint32 * 6)()
    if ctypes.CDLL(None, use_errno=True).capset(header, nothing) != 0:
        raise OSError(ctypes.get_errno(), "capabilities cannot be dropped")


def command(
    words: Sequence[str],
    env: dict[str, str],
    said: Path,
    *,
    roots: Sequence[str] = (),
    deadly: Point | None = None,
) -> Any:
    """A process that runs a command; what it says goes to a file."""
    return started(_command, tuple(words), env, said, list(roots), deadly)


def done(words: Sequence[str], env: dict[str, str], said: Path) -> str:
    """Run a command to its end, which must be a good one; what it said.

    Raises:
        RuntimeError: It ended with another code than 0.
    """
    if (code := ended(command(words, env, said))) != 0:
        raise RuntimeError(f"insiders {' '.join(words)} ended with {code}: {said.read_text()[-1500:]}")
    return said.read_text()


def _called(target: Any, words: tuple[Any, ...], env: dict[str, str], pipe: Any) -> None:
    os.environ.update(env)
    try:
        pipe.send((True, target(*words)))
    except BaseException as error:
        pipe.send((False, f"{type(error).__name__}: {error}"))


def called(target: Any, env: dict[str, str], *words: Any) -> Any:
    """What a function returns in a process of its own.

    Raises:
        RuntimeError: It raised.
    """
    from insiders_assets_tests.faults.forks import context

    ours, theirs = context().Pipe()
    process = started(_called, target, words, env, theirs)
    theirs.close()
    good, answer = ours.recv() if ours.poll(PATIENCE) else (False, "it does not answer")
    process.join(10)
    if not good:
        raise RuntimeError(answer)
    return answer
