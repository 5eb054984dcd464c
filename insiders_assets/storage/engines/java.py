"""The Java that Spark's driver runs on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from insiders_assets.errors import UsageError

OLDEST = 17
"""The first version of Java that Spark 4 runs on."""

CURE = f"install Java {OLDEST} or newer (Debian, Ubuntu: openjdk-17-jre-headless), or let JAVA_HOME name one"


def java_version(program: str) -> int:
    """Return the major version of a ``java``; 0 if it does not run."""
    try:
        said = subprocess.run([program, "-version"], capture_output=True, text=True, timeout=60, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return 0
    found = re.search(r'version "(?:1\.)?(\d+)', said.stderr)
    return int(found[1]) if found else 0


def require_java() -> None:
    """See that Spark will find a Java that it can run on.

    Raises:
        UsageError: There is none, or it is too old.
    """
    home = os.environ.get("JAVA_HOME")
    program = str(Path(home, "bin", "java")) if home else shutil.which("java")
    version = java_version(program) if program else 0
    if not version:
        raise UsageError("Spark needs Java, and there is none", where=home or "PATH", hint=CURE)
    if version < OLDEST:
        raise UsageError(f"Spark needs Java {OLDEST}, this is Java {version}", where=program or "", hint=CURE)
