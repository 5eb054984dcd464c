"""Which test runs which line, measured once: a mutant is tried with those tests alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from coverage import CoverageData

PLUGIN = "insiders_assets_tests.mutants.contexts"


@dataclass(frozen=True)
class Lines:
    """Tests by the line they run.

    Attributes:
        root: The copy of the project in which they were measured.
        data: What coverage recorded; a context is ``"test|phase"``.
        seconds: How long each test took.
    """

    root: Path
    data: CoverageData
    seconds: dict[str, float]

    @classmethod
    def measure(cls, root: Path, tests: list[str]) -> Lines:
        """Run ``tests`` once, all of which must pass.

        Raises:
            RuntimeError: A test fails without any change.
        """
        durations = root / ".durations.json"
        environment = os.environ | {"COVERAGE_FILE": str(root / ".coverage"), "DURATIONS": str(durations)}
        command = [sys.executable, "-m", "pytest", "-p", PLUGIN, *tests]
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(
                f"the tests do not pass as they are:\n{done.stdout[-3000:]}{done.stderr[-1000:]}"
            )
        data = CoverageData(str(root / ".coverage"))
        data.read()
        return cls(root, data, json.loads(durations.read_text()))

    def tests(self, module: str, first: int, last: int) -> list[str]:
        """Return the tests that run any of these lines, the quickest first; none if no test does."""
        by_line = self.data.contexts_by_lineno(str(self.root / module))
        found = self._of({context for line in range(first, last + 1) for context in by_line.get(line, [])})
        if not found and any(line in by_line for line in range(first, last + 1)):
            # Run when the module is imported, as a constant is: whoever runs anything of the module may see it.
            found = self._of({context for contexts in by_line.values() for context in contexts})
        return sorted(found, key=lambda test: self.seconds.get(test, 0.0))

    def _of(self, contexts: set[str]) -> set[str]:
        found = set()
        for context in filter(None, contexts):
            test, _, phase = context.rpartition("|")
            # What a fixture of the module ran was run for each of its tests.
            found |= set(self._by_module[test.partition("::")[0]]) if phase == "setup" else {test}
        return found

    @cached_property
    def _by_module(self) -> dict[str, list[str]]:
        found = defaultdict(list)
        for test in self.seconds:
            found[test.partition("::")[0]].append(test)
        return found
