"""Trying mutants: change a line in a copy of the project, run the tests that run the line, and put it back."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory

from cosmic_ray.mutating import use_mutation
from cosmic_ray.plugins import get_operator

from insiders_assets_tests.mutants.draw import Mutant
from insiders_assets_tests.mutants.lines import Lines
from insiders_assets_tests.mutants.rooms import ROOT

KILLED, SURVIVED, ENDLESS, UNTRIED = "killed", "survived", "killed by the clock", "no test runs it"
COPIED = (
    "insiders_assets", "insiders_assets_tests", "benchmarks", "data", "deploy", "docs",
    "pyproject.toml", "setup.py", "workspace.yaml", "README.md", "CONTRIBUTING.md", "Makefile",
)  # fmt: skip
BUDGET = 240.0
"""Seconds of tests, as measured undisturbed, that one mutant is tried with: the quickest come first."""


@dataclass(frozen=True)
class Tried:
    """What came of a mutant.

    Attributes:
        mutant: The mutant.
        outcome: One of the words above.
        before: The lines that were changed, as they are.
        after: What they were changed to.
        killer: The test that failed, or nothing.
    """

    mutant: Mutant
    outcome: str
    before: str
    after: str
    killer: str = ""

    @property
    def is_killed(self) -> bool:
        return self.outcome in (KILLED, ENDLESS)


@contextmanager
def copied() -> Iterator[Path]:
    """Give a copy of the project, whose modules are compiled by what they say and not by their age."""
    with TemporaryDirectory(prefix="insiders-mutants-") as folder:
        root = Path(folder)
        for name in COPIED:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, root / name)
        # Two changes within a second may have the same size: the age of a file would not tell them apart.
        compiling = [
            sys.executable,
            "-m",
            "compileall",
            "-q",
            "--invalidation-mode",
            "checked-hash",
            "insiders_assets",
        ]
        subprocess.run([*compiling, "insiders_assets_tests"], cwd=root, check=True)
        yield root


def tried(mutants: list[Mutant], lines: Lines, copies: list[Path]) -> Iterator[Tried]:
    """Try each mutant, as many at once as there are copies; yield what came of it in their order."""
    free: SimpleQueue[Path] = SimpleQueue()
    for copy in copies:
        free.put(copy)

    def one(mutant: Mutant) -> Tried:
        copy = free.get()
        try:
            return _tried(mutant, lines, copy)
        finally:
            free.put(copy)

    with ThreadPoolExecutor(len(copies)) as pool:
        yield from pool.map(one, mutants)


def _tried(mutant: Mutant, lines: Lines, copy: Path) -> Tried:
    with use_mutation(copy / mutant.module, get_operator(mutant.operator)(), mutant.occurrence) as (old, new):
        before, after = (_lines(code, mutant) for code in (old, new))
        tests, budget = [], BUDGET
        for test in lines.tests(mutant.module, mutant.line, mutant.last):
            budget -= lines.seconds[test]
            if tests and budget < 0:
                break
            tests.append(test)
        if not tests:
            return Tried(mutant, UNTRIED, before, after)
        outcome, killer = _run(tests, copy, 60 + 10 * (BUDGET - budget))
    return Tried(mutant, outcome, before, after, killer)


def _lines(code: str, mutant: Mutant) -> str:
    return " ".join(line.strip() for line in code.splitlines()[mutant.line - 1 : mutant.last])


def _run(tests: list[str], copy: Path, patience: float) -> tuple[str, str]:
    command = [sys.executable, "-m", "pytest", "-x", "--tb=no", *tests]
    process = subprocess.Popen(
        command, cwd=copy, env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip
    try:
        said, _ = process.communicate(timeout=patience)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        process.communicate()
        return ENDLESS, ""
    if process.returncode == 0:
        return SURVIVED, ""
    failed = [line for line in said.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return KILLED, failed[0].split(" ")[1] if failed else "does not import"
