"""Refreshes that are made once for all tests of a session that look at them, whichever worker comes first."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from filelock import FileLock

from insiders_assets_tests.commands import SHIPPED, insiders_anew, run, told

COMPILERS = ("umap", "numba")
"""Libraries that compile what they run, which a first refresh has no use for."""

BULK_ACCOUNTS = "16446,12346"
"""Two customers of the reference data whose orders were sent back whole."""

PATIENCE = 900
"""Seconds that a worker waits for another one to make a refresh."""


class Refreshed(NamedTuple):
    """A home that nobody may change, and what the command that made it said."""

    home: Path
    said: dict[str, Any]

    def copy(self, folder: Path) -> tuple[Path, Path]:
        """Return the shipped exports and a home of their own in ``folder``, refreshed once."""
        shutil.copytree(SHIPPED, folder / "landing")
        shutil.copytree(self.home, folder / "home", symlinks=True)
        return folder / "landing", folder / "home"


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all workers of this session see."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


@pytest.fixture(scope="session")
def compilers_loaded(shared_folder: Path, refreshed: Refreshed) -> list[str]:
    """The compilers that the first refresh of the shipped exports loaded."""
    return sorted(trace.stem for trace in (shared_folder / "barred").glob("*.loaded"))


@pytest.fixture(scope="session")
def refreshed(shared_folder: Path) -> Refreshed:
    """The shipped exports, refreshed without a compiler in reach."""

    def make(home: Path) -> dict[str, Any]:
        with pytest.MonkeyPatch.context() as patched:
            patched.setenv("PYTHONPATH", str(_barred(shared_folder / "barred")))
            return told(insiders_anew("run", "--landing", SHIPPED, "--home", home, "--json"))

    return _once(shared_folder / "shipped", make)


@pytest.fixture(scope="session")
def reference_run(shared_folder: Path, reference: Path) -> Refreshed:
    """The company's own export in one file, refreshed."""
    export = reference / "data" / "online_retail" / "ecommerce.csv.gz"

    def make(home: Path) -> dict[str, Any]:
        landing = home.parent / "landing"
        landing.mkdir()
        shutil.copy(export, landing)
        return run(landing, home, excluded_customers=BULK_ACCOUNTS)

    return _once(shared_folder / "reference", make)


def _once(folder: Path, make: Callable[[Path], dict[str, Any]]) -> Refreshed:
    """Return the refresh in ``folder``, which the first to come makes while the others wait."""
    said = folder / "said.json"
    with FileLock(f"{folder}.lock", timeout=PATIENCE):
        if not said.exists():
            folder.mkdir()
            # Written last: after a refresh that failed, the folder is there, and nobody takes it for one.
            said.write_text(json.dumps(make(folder / "home")))
    return Refreshed(folder / "home", json.loads(said.read_text()))


def _barred(folder: Path) -> Path:
    """Write modules in the compilers' names that leave a trace when they are loaded, and fail; return ``folder``."""
    folder.mkdir()
    for name in COMPILERS:
        trace = folder / f"{name}.loaded"
        (folder / f"{name}.py").write_text(
            f"open({str(trace)!r}, 'w').close()\nraise ImportError({name!r})\n"
        )
    return folder
