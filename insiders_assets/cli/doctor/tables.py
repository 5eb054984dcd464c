"""Whether the lake's tables keep their contracts, whoever put them there."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from insiders_assets import __version__
from insiders_assets.cli.doctor.finding import Finding, fine, look, mend
from insiders_assets.errors import InsidersError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from insiders_assets.storage.stores import Stores


def tables(stores: Stores) -> Iterator[Finding]:
    """Yield what is wrong with tables: each that is there is read and compared with its contract."""
    from polars.exceptions import PolarsError

    from insiders_assets.definitions import TABLES
    from insiders_assets.refresh.state import last_refresh
    from insiders_assets.storage.lake import failures

    state = last_refresh(stores)
    of_this_version = state is not None and state.code == __version__
    kept = 0
    for name, table in TABLES.items():
        frame: pl.LazyFrame | None = None
        with suppress(InsidersError):  # not made yet, or damaged, which is reported with the file
            frame = stores.scan(name)
        if frame is None:
            continue
        hint = "make it anew: insiders run --force, or for a study: insiders study"
        try:
            _, broken = failures(frame, table)
        except (PolarsError, OSError) as error:
            yield mend("tables", f"{name} cannot be read ({type(error).__name__})", hint)
            continue
        if broken.is_empty():
            kept += 1
            continue
        column, check, count, _ = broken.row(0)
        said = f"{name} breaks its contract: column {column or '(frame)'}, {check} fails for {count} value(s)"
        if of_this_version:
            yield mend("tables", f"{said}; something else has written there", hint)
        else:
            yield look("tables", f"{said}; it may be of an earlier version", hint)
    if kept:
        yield fine("tables", f"{kept} tables of the lake keep their contracts")
