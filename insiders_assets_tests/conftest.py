"""What several tests share: the reference data where it is at hand, and made-up tables where it is not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest_plugins = [
    "insiders_assets_tests.browser",
    "insiders_assets_tests.java",
    "insiders_assets_tests.postgres",
    "insiders_assets_tests.refreshed",
]

REFERENCE = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of the reference data, or a skip where it is absent."""
    if not (REFERENCE / "data" / "online_retail").is_dir():
        pytest.skip("the reference data are not beside the project")
    return REFERENCE


def pytest_configure() -> None:
    """Draw the same examples whatever a worker has imported: Hypothesis also tries the constants of loaded modules.

    A test would fail in the one process that has some rare word among its modules, and nowhere else. No setting of
    Hypothesis says so.
    """
    from hypothesis.internal.conjecture import providers

    nothing = providers.Constants()
    providers._get_local_constants = lambda: nothing


def pytest_xdist_auto_num_workers() -> int:
    """Return how many tests run at once: two more than processors, for half of their time they wait for processes."""
    return len(os.sched_getaffinity(0)) + 2
