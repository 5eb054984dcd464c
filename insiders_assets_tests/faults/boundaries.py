"""Every place where a run changes what others can see, and SIGKILL exactly there.

An audit hook hears of files that are opened for writing, renamed, removed, linked; SQLAlchemy of statements and
commits; botocore of requests. Each gets a label without what differs from run to run, and is counted by it.
"""

from __future__ import annotations

import os
import re
import signal
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

_VARIES = (
    (re.compile(r"\.\d+\.tmp"), ".N.tmp"),
    (re.compile(r"\.staging-[0-9a-f]{12}"), ".staging"),
    (re.compile(r"\.latest\.\d+"), ".latest"),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "RUN"),
    (re.compile(r"[0-9a-f]{16,}"), "HASH"),
    (re.compile(r"\d{4}-\d\d-\d\d-[0-9a-f]{8}"), "REFRESH"),
    (re.compile(r"insiders-working-folder-\w{8}\b"), "insiders-TEMP"),
    (re.compile(r"\btmp\w{8}\b"), "TEMP"),
    (re.compile(r"\.(staging|fitted|work)-[0-9a-f]{12}"), r".\1"),
)
_FILES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "os.link", "os.truncate"}
_INTO = {"os.rename", "os.symlink", "os.link"}
_WRITES = os.O_WRONLY | os.O_RDWR

Point = tuple[str, int]
"""A label, and which of its occurrences."""
ANY = ""
"""Stands for every label: which of all boundaries."""


class Boundaries:
    """Counts the boundaries that this process passes, and ends it at one of them.

    Args:
        roots: Folders in which files count.
        deadly: Where to raise SIGKILL, or None to count only.
        trail: A file in which each is noted once it is reached, so that it is known where a killed process was.
    """

    def __init__(self, roots: list[str], deadly: Point | None = None, trail: Path | None = None) -> None:
        self._roots, self._deadly = tuple(roots), deadly
        self._trail = os.open(trail, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) if trail else None
        self.passed: Counter[str] = Counter()

    def watch(self) -> None:
        """Hear of everything from now on."""
        sys.addaudithook(self._audited)
        self._hear_of_sql()
        self._hear_of_s3()

    def reach(self, label: str) -> None:
        """Pass a boundary; SIGKILL if it is the one."""
        self.passed[label] += 1
        if self._trail is not None:
            os.write(self._trail, f"{label}\n".encode())
        if self._deadly in ((label, self.passed[label]), (ANY, self.passed.total())):
            os.kill(os.getpid(), signal.SIGKILL)

    def _audited(self, event: str, words: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = words
            if isinstance(path, str) and ((flags or 0) & _WRITES or (mode and set(mode) & set("wa+x"))):
                self._touched("open", path)
        elif event in _FILES and isinstance(words[0], str | Path):
            self._touched(event.removeprefix("os."), str(words[event in _INTO]))
        elif event == "sqlite3.connect" and isinstance(words[0], str):
            self._touched("connect", words[0])

    def _touched(self, what: str, path: str) -> None:
        for root in self._roots:
            if path.startswith(root):
                self.reach(f"{what} {without_chance(path[len(root) :].lstrip('/'))}")
                return

    def _hear_of_sql(self) -> None:
        import sqlalchemy as sa

        def executing(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            words = statement.split()
            if (
                _is_warehouse(connection)
                and words
                and words[0] in ("DELETE", "INSERT", "CREATE", "ALTER", "UPDATE")
            ):
                self.reach(f"sql {' '.join(words[:3])}")

        def committing(connection: Any) -> None:
            if _is_warehouse(connection):
                self.reach("sql COMMIT")

        sa.event.listen(sa.Engine, "before_cursor_execute", executing)
        sa.event.listen(sa.Engine, "commit", committing)
        from insiders_assets.storage.warehouse import postgres, sqlite

        for driver in (postgres, sqlite):
            driver.load = self._around(driver.load, "sql load")  # type: ignore[attr-defined]

    def _hear_of_s3(self) -> None:
        from botocore.client import BaseClient

        call = BaseClient._make_api_call

        def heard(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
            label = without_chance(f"{operation} {arguments.get('Key', '')}".strip())
            changes = not operation.startswith(("Get", "List", "Head"))
            if changes:
                self.reach(f"before {label}")
            found = call(client, operation, arguments)
            if changes:
                self.reach(f"after {label}")
            return found

        BaseClient._make_api_call = heard

    def _around(self, function: Callable[..., Any], label: str) -> Callable[..., Any]:
        def wrapped(*words: Any, **named: Any) -> Any:
            self.reach(f"before {label}")
            found = function(*words, **named)
            self.reach(f"after {label}")
            return found

        return wrapped


def _is_warehouse(connection: Any) -> bool:
    """Whether a connection is ours and not that of Dagster's history."""
    url = connection.engine.url
    return url.get_backend_name() != "sqlite" or str(url.database).split("?")[0].endswith("insiders.db")


def without_chance(text: str) -> str:
    """A path or key without what differs from run to run."""
    for pattern, word in _VARIES:
        text = pattern.sub(word, text)
    return text
