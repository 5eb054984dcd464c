"""One run at a time, for homes that have no file to lock: a lock in PostgreSQL that ends with its connection."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from insiders_assets.errors import InsidersError
from insiders_assets.storage.warehouse import urls
from insiders_assets.storage.warehouse.connection import make_engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from insiders_assets.storage.warehouse.warehouse import Warehouse

_ONE_RUN = 0x1_0517_DE26
"""The advisory lock that a run holds; publishing has another, which a run takes meanwhile."""


@contextmanager
def one_run(warehouse: Warehouse) -> Iterator[None]:
    """Hold the warehouse's lock for the length of the block. A run that is killed lets go of it.

    Raises:
        InsidersError: Another run holds it, or the database cannot be opened.
    """
    import sqlalchemy as sa

    engine = make_engine(warehouse.url, read_only=False)
    try:
        with urls.told(warehouse.url, "opened"):
            connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            with urls.told(warehouse.url, "opened"):
                held = connection.execute(sa.select(sa.func.pg_try_advisory_lock(_ONE_RUN))).scalar_one()
            if not held:
                raise InsidersError(
                    "another run is writing here",
                    where=warehouse.place,
                    cure="wait until it is over, then run again",
                )
            yield
        finally:
            # The lock goes with the connection, which the server may have ended long ago: nothing is asked of it.
            connection.invalidate()
            connection.close()
    finally:
        engine.dispose()
