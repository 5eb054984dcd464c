"""Keeping what a published refresh is made of, and finding out whether it is still what was written."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from insiders_assets import checksums
from insiders_assets.checksums import DAMAGED, DamagedError
from insiders_assets.places import sizes
from insiders_assets.refresh.recovery import HISTORY, MODELS
from insiders_assets.report.file_digests import FACTS, SEAL, digest, opened
from insiders_assets.storage.kept_refresh import KeptRefresh, content, tables_of
from insiders_assets.storage.kept_refreshes import LOST, MADE_AGAIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from insiders_assets.refresh.state import RefreshState
    from insiders_assets.storage.lake import Lake
    from insiders_assets.storage.stores import Stores


class Problem(NamedTuple):
    """Something that is not what was written.

    Attributes:
        refresh_id: The refresh that names it.
        file: Where it lies.
        what: What is wrong.
        cure: What to do.
    """

    refresh_id: str
    file: str
    what: str
    cure: str


def keep_refresh(
    stores: Stores, lake: Lake, tables: Iterable[str], state: RefreshState, row: dict[str, Any]
) -> None:
    """Keep what a refresh is made of, all of which lies where it belongs by now.

    Args:
        stores: Where it is kept.
        lake: Where its tables lie.
        tables: Their names.
        state: What it read.
        row: Its row of ``refreshes``, as it was published.
    """
    stores.refreshes.keep(
        KeptRefresh(
            refresh_id=state.refresh_id,
            as_of=row["as_of"].isoformat(),
            published_at=row["published_at"].isoformat(sep=" ", timespec="seconds"),
            inputs=state.inputs,
            code=state.code,
            model_version=state.model_version,
            model=_model(stores, state.model_version),
            transactions=row["rows_transactions"],
            members=row["members"],
            tables=tables_of(lake, tables),
            report=report_digests(stores, state.refresh_id),
        ),
        lake,
    )


def report_digests(stores: Stores, refresh_id: str) -> dict[str, str]:
    """Return the SHA-256 of every file of a refresh's report, as it says itself; none if it is not kept or damaged."""
    path = stores.publication.folder(refresh_id) / FACTS
    with suppress(FileNotFoundError, NotADirectoryError, ValueError):
        text = path.read_bytes()
        return {FACTS: digest(text), **opened(text.decode())[SEAL]}
    return {}


def retire_kept(stores: Stores, published: Sequence[str]) -> None:
    """Let go of the tables of all but the newest refreshes.

    Args:
        stores: Where they are kept.
        published: The name of every refresh, oldest first.
    """
    stores.refreshes.retire(published[-stores.settings.refreshes_kept :])


def verified(stores: Stores, refresh_id: str) -> list[Problem]:
    """Compare everything that a refresh is made of with what was written, and return what is not the same.

    Args:
        stores: Where it is kept.
        refresh_id: Its name.

    Raises:
        UsageError: It is not kept.
    """
    is_latest = refresh_id == stores.publication.latest()
    cure = MADE_AGAIN if is_latest else LOST
    try:
        refresh = stores.refreshes.read(refresh_id)
    except DamagedError as error:
        return [Problem(refresh_id, error.where or "", error.what, cure)]
    found = []
    for name, table in sorted(refresh.tables.items()):
        if what := stores.refreshes.problem(table):
            found.append(Problem(refresh_id, f"{stores.refreshes.path(table)} ({name})", what, cure))
        path = stores.lake.path(name)
        if is_latest and not checksums.is_whole(path):
            found.append(Problem(refresh_id, str(path), DAMAGED, cure))
    found += _of_report(stores, refresh, cure)
    if refresh.model and (now := _model(stores, refresh.model_version)) != refresh.model:
        what = DAMAGED if now else "is not there"
        where = str(stores.home / HISTORY / MODELS / refresh.model_version)
        found.append(Problem(refresh_id, where, what, "restore it from a backup"))
    return found


def _of_report(stores: Stores, refresh: KeptRefresh, cure: str) -> list[Problem]:
    """Return what is wrong with a refresh's report; nothing if it is no longer kept."""
    folder = stores.publication.folder(refresh.refresh_id)
    there = sizes(folder)
    if not there:
        return []
    found = []
    for file, checksum in refresh.report.items():
        what = "is not there"
        if file in there:
            what = "" if digest((folder / file).read_bytes()) == checksum else "is damaged"
        if what:
            found.append(Problem(refresh.refresh_id, str(folder / file), what, cure))
    return found


def _model(stores: Stores, version: str) -> str:
    """Return one checksum of the files of a model's copy; empty if it is not there."""
    folder = stores.home / HISTORY / MODELS / version
    files = sorted(name for name in sizes(folder) if "/" not in name)
    each = [f"{name} {content(folder / name, again=True)}" for name in files]
    return hashlib.sha256("\n".join(each).encode()).hexdigest() if each else ""
