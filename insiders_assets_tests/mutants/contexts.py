"""A plugin of pytest: record which lines each test runs, in its set-up and in itself, and how long it took."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Generator
from pathlib import Path

import coverage
import pytest

_recorder = coverage.Coverage(source_pkgs=["insiders_assets"], messages=False)
_recorder.start()  # before any module of the package is imported
_seconds: Counter[str] = Counter()
Phase = Generator[None, object, object]


def _phase(item: pytest.Item, name: str) -> Phase:
    _recorder.switch_context(f"{item.nodeid}|{name}")
    began = time.perf_counter()
    try:
        return (yield)
    finally:
        _seconds[item.nodeid] += time.perf_counter() - began
        _recorder.switch_context("")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Phase:
    return (yield from _phase(item, "setup"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Phase:
    return (yield from _phase(item, "call"))


def pytest_sessionfinish() -> None:
    _recorder.stop()
    _recorder.save()
    Path(os.environ["DURATIONS"]).write_text(json.dumps(_seconds))
