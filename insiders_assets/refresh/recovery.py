"""A warehouse that was lost or damaged: noticed, put aside, and filled again from what the home keeps.

The lake has the published list as the asset that it was. What the warehouse alone would have, the rows of earlier
refreshes, is kept in the home: ``history/<table>.parquet``, brought up to date with every publish.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

import polars as pl

from insiders_assets.checksums import is_whole as is_whole_file
from insiders_assets.errors import InsidersError
from insiders_assets.places import readable
from insiders_assets.refresh.state import is_whole, last_refresh, logger
from insiders_assets.storage.atomic_write import noted

if TYPE_CHECKING:
    from pathlib import Path

    from insiders_assets.places import Place
    from insiders_assets.storage.stores import Stores

HISTORY = "history"
"""The folder of the copies, in the home."""
MODELS = "segmentation_model"
"""The folder of the models that assigned, in that of the copies."""
LATEST = ("insiders", "cluster_profiles", "experiments", "experiment_arms")
"""Tables that the next refresh compares itself with."""


def keep_history(stores: Stores, appended: Mapping[str, pl.DataFrame]) -> None:
    """Keep the history that a publish added; all of it, if none was kept before.

    Args:
        stores: Where it is.
        appended: Rows of one refresh, by table.
    """
    for name, rows in appended.items():
        path = _copy(stores, name)
        if path.exists() and is_whole_file(path):
            refreshes = rows["refresh_id"].unique().implode()
            before = pl.read_parquet(readable(path), glob=False).filter(
                ~pl.col("refresh_id").is_in(refreshes)
            )
            kept = pl.concat([before, rows], how="diagonal_relaxed")
        else:
            kept = stores.warehouse.read(name)
        with noted(path) as temporary:
            kept.write_parquet(temporary, compression="zstd")


def keep_model(stores: Stores) -> None:
    """Keep a copy of the champion, once a version."""
    stores.models.champion().save(stores.home / HISTORY / MODELS)


def model_put_back(stores: Stores) -> str:
    """Put the champion back from its copy if it is gone or damaged; what was done in a line, or nothing."""
    return stores.models.put_back(stores.home / HISTORY / MODELS)


def recovered(stores: Stores) -> str:
    """Fill a warehouse that lost what was published with its history and the list of the last refresh.

    The other tables follow from the refresh that is due then.

    Returns:
        What was put back and what could not be had, in a line; empty if nothing was lost.

    Raises:
        InsidersError: The database cannot be opened or written.
    """
    if (state := last_refresh(stores)) is None:
        return ""
    aside = _put_aside_if_damaged(stores)
    latest = stores.warehouse.latest_refresh()
    if latest is not None and state.refresh_id in stores.warehouse.read("refreshes")["refresh_id"]:
        return ""  # a later one may stand there, too: of a run that was cut short before it was remembered
    history = kept_history(stores)
    known = history["refreshes"]["refresh_id"].to_list() if "refreshes" in history else []
    if latest is not None and latest["refresh_id"] not in known:
        return ""  # another home's, or one that was never lost
    lost = f"was damaged and is kept as {aside}" if aside else "had lost what was published"
    if not known:
        return (
            f"the warehouse {lost}; its tables are made anew, what it held of earlier refreshes cannot be had"
        )
    frames = history | (_list_of_the_last(stores) if is_whole(stores) else {})
    stores.warehouse.restore(frames)
    many = "1 refresh was" if len(known) == 1 else f"{len(known)} refreshes were"
    return f"the warehouse {lost}; {many} put back from the home"


def _copy(stores: Stores, table: str) -> Place:
    return stores.home / HISTORY / f"{table}.parquet"


def kept_history(stores: Stores) -> dict[str, pl.DataFrame]:
    """Return what is kept of every table's history, as the tables' contracts are now."""
    from insiders_assets.storage.warehouse import HISTORY as TABLES_OF_HISTORY

    kept = {name: kept_of(stores, name) for name in TABLES_OF_HISTORY}
    return {name: frame for name, frame in kept.items() if frame is not None}


def kept_of(stores: Stores, table: str) -> pl.DataFrame | None:
    """Return what is kept of one table's history, as its contract is now.

    None if nothing is, or nothing that can be read.
    """
    from insiders_assets.storage.warehouse import TABLES

    path = _copy(stores, table)
    with suppress(FileNotFoundError, pl.exceptions.PolarsError, OSError):
        if not is_whole_file(path):
            logger.warning("%s is damaged: its content is not what was written; it is left out", path)
            return None
        frame = pl.read_parquet(readable(path), glob=False)
        return frame.select(
            (pl.col(column) if column in frame.columns else pl.lit(None)).cast(dtype).alias(column)
            for column, dtype in TABLES[table].polars_schema.items()
        )
    return None


def _list_of_the_last(stores: Stores) -> dict[str, pl.DataFrame]:
    """Return the tables of the last refresh that the next one compares itself with, as far as the lake has them."""
    from insiders_assets.storage.warehouse import TABLES

    found: dict[str, pl.DataFrame] = {}
    for name in LATEST:
        with suppress(InsidersError):
            frame = stores.lake.read(name)
            if set(TABLES[name].names) <= set(frame.columns):
                found[name] = frame.select(TABLES[name].names)
    return found


def _put_aside_if_damaged(stores: Stores) -> str:
    """Rename an SQLite file that is no sound database; its new name, or nothing.

    All of it is looked at only where it cannot be read, or where a writer did not come to its end.
    """
    from insiders_assets.storage.warehouse.urls import sqlite_file

    file = sqlite_file(stores.warehouse.url)
    if file is None or not file.exists() or not file.stat().st_size:
        return ""
    tails = [file.with_name(file.name + tail) for tail in ("-wal", "-shm", "-journal")]
    if _is_readable(stores) and not any(tail.exists() and tail.stat().st_size for tail in tails):
        return ""
    if _is_sound(file):
        return ""
    new = file.with_name(f"{file.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S}")
    file.rename(new)
    for tail in tails:
        tail.unlink(missing_ok=True)
    return new.name


def _is_readable(stores: Stores) -> bool:
    try:
        stores.warehouse.latest_refresh()
    except InsidersError:
        return False
    return True


def _is_sound(file: Path) -> bool:
    """Return whether SQLite finds no fault with a file; one that is merely locked has none."""
    import sqlite3

    try:
        with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True, timeout=5)) as database:
            return bool(database.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.OperationalError:
        return True
    except sqlite3.DatabaseError:
        return False
