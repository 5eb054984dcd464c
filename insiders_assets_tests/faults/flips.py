"""Bits that flip while nobody looks: whoever reads the file again is told, or reads what was written; nothing else."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets import checksums
from insiders_assets.api import tokens
from insiders_assets.api.tokens import Tokens
from insiders_assets.contracts.deliveries import DELIVERY_CHANGES
from insiders_assets.deliveries import announcing
from insiders_assets.deliveries.changes import PLANNED
from insiders_assets.deliveries.deliver import _begun, unpublished
from insiders_assets.deliveries.ledger import FOLDER, UNPUBLISHED, Ledger, ledgers
from insiders_assets.errors import InsidersError
from insiders_assets.ingest.privacy import Privacy
from insiders_assets.ingest.rules import IngestRules
from insiders_assets.language.message import message
from insiders_assets.refresh import held, held_record, recovery, state
from insiders_assets.report.file_digests import belong_together
from insiders_assets.settings import load_settings
from insiders_assets.storage import home_format
from insiders_assets.storage.atomic_write import write_noted
from insiders_assets.storage.lake import Lake
from insiders_assets.storage.stores import Stores
from insiders_assets_tests.faults.record import Outcome
from insiders_assets_tests.faults.shop import YESTERDAY
from insiders_assets_tests.faults.world import PIECES
from insiders_assets_tests.tables import completed

if TYPE_CHECKING:
    from insiders_assets_tests.faults.families import Ground

HELD_TABLES = ("members", "insiders")
REFRESH = "2026-01-31-1a2b3c4d"
Reader = Callable[[Stores], Any]
SUMS = "a checksum itself"


def flipped_bits(on: Ground, most: int) -> list[Outcome]:
    """So many bits in all, spread over every kind of file that is read again, each flipped alone."""
    world = on.world
    world.begin()
    home = world.home.home
    settings = load_settings(home=str(home), landing=str(world.landing))
    world.put("faulty.csv", PIECES, YESTERDAY)
    _add_what_commands_add(Stores(settings))
    chance = on.chance("flips")
    found = list(kinds(Stores(settings)))
    names = list(dict.fromkeys(kind for kind, _, _ in found))
    outcomes = []
    for name in names:
        files = [(path, read) for kind, path, read in found if kind == name]
        outcome = Outcome(
            f"one flipped bit in {name}",
            outcome="the file is named with its cure, or what it says is made again; nothing else is ever believed",
        )
        for _ in range(max(-(-most // len(names)), 1)):
            path, read = chance.choice(files)
            outcome.add(_flipped(path, read, settings, chance))
        on.say(f"{outcome.survived}/{outcome.tried}  {outcome.fault}")
        outcomes.append(outcome)
    return outcomes


def kinds(stores: Stores) -> Iterator[tuple[str, Path, Reader]]:
    """Every file that is read again, with its kind and how it is read."""
    home, lake = Path(str(stores.home)), Path(str(stores.lake_folder))
    for folder, part in stores.transactions.parts():
        path = Path(str(folder / part.path))
        if folder == stores.transactions.folder:
            yield "a part of the transactions", path, lambda found: found.transactions.read()
        else:
            yield "a part of the quarantine", path, lambda found: found.transactions.rejected()
    manifest = lake / "raw_transactions.manifest.json"
    yield "the manifest of the parts", manifest, lambda found: vars(found.transactions.manifest())
    for path in sorted(lake.glob("*.parquet")):
        if path.is_file() and path.stem != "mended_rows":
            yield "a table of the lake", path, lambda found, name=path.stem: found.lake.read(name)
            yield (
                SUMS,
                checksums._beside(path),
                lambda found, name=path.stem: found.lake.read(name),
            )
    yield "corrected rows", lake / "mended_rows.parquet", lambda found: found.transactions.corrected.read()
    yield "the forgotten", home / "forgotten.json", lambda found: vars(found.transactions.tombstones.read())
    yield "the record of the last refresh", lake / "refresh.json", state.last_refresh
    for path in sorted((home / "history").glob("*.parquet")):
        yield (
            "history of the warehouse",
            path,
            lambda found, name=path.stem: recovery.kept_history(found).get(name),
        )
    yield (
        "the record of a refresh that is held",
        home / held_record.FOLDER / held_record.RECORD,
        lambda found: held_record.read_held(found.home),
    )
    for path in sorted((home / held_record.FOLDER).glob("*.parquet")):
        yield (
            "a table of a refresh that is held",
            path,
            lambda found, name=path.stem: Lake(found.home / held_record.FOLDER).read(name),
        )
    for refresh in stores.refreshes.all():
        yield (
            "what a refresh was made of",
            home / "refreshes" / f"{refresh.refresh_id}.json",
            lambda found, name=refresh.refresh_id: vars(found.refreshes.read(name)),
        )
        for name, table in refresh.tables.items():
            yield (
                "a table of a refresh that is kept",
                Path(str(stores.refreshes.path(table))),
                lambda found, refresh=refresh, name=name: found.refreshes.table(refresh, name),
            )
    for path in sorted((home / "deliveries").glob("*/*/[!.]*")):
        yield "what destinations acknowledged", path, _acknowledged
    yield (
        "the refreshes whose deliveries are not published",
        home / "deliveries" / UNPUBLISHED,
        lambda found: {REFRESH} <= unpublished(found),
    )
    told = home / FOLDER / announcing.FILE
    whole = json.loads(told.read_text())
    yield (
        "whom the latest refresh was told",
        told,
        lambda found: announcing._remembered(found) in ({}, whole),  # nothing: they are told once more
    )
    yield "tokens of the API", home / tokens.FILE, lambda found: Tokens(found.home).all()
    yield "the format of a home", home / home_format.NAME, lambda found: home_format.require_format(found)
    root = lake / "segmentation_model"
    yield "who assigns", root / "latest.json", lambda found: found.champion_version()
    for path in sorted(root.glob("[!.]*/*")):
        yield "a model", path, lambda found: found.models.champion().card
    latest = stores.publication.folder("latest")
    yield "facts of a report", latest / "report.json", lambda found: found.publication.latest_report()
    for path in sorted(latest.glob("[!.]*")):
        if path.name != "report.json":
            yield "files of a report", path, lambda found, folder=latest: _report(folder)


def _acknowledged(stores: Stores) -> list[Any]:
    return [each for ledger in ledgers(stores.home) for each in (ledger.state, *ledger.known().rows())]


def _report(folder: Path) -> dict[str, bytes]:
    files = {path.name: path.read_bytes() for path in sorted(folder.glob("[!.]*"))}
    if not belong_together(files):
        raise InsidersError("is not one report")
    return files


def _flipped(path: Path, read: Reader, settings: Any, chance: random.Random) -> list[str]:
    """What somebody believed who read a file of which one bit is not what was written."""
    whole, expected = path.read_bytes(), read(Stores(settings))
    times = path.stat()
    at, bit = chance.randrange(len(whole)), chance.randrange(8)
    broken = bytearray(whole)
    broken[at] ^= 1 << bit
    try:
        path.write_bytes(broken)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))  # as a disk does it: nothing tells of it
        checksums._known.clear()
        with suppress(InsidersError):
            found = read(Stores(settings))
            if found is not None and not _same(found, expected):
                return [f"{path}: bit {bit} of byte {at:,} was believed"]
    except Exception as error:
        return [f"{path}: bit {bit} of byte {at:,}: {type(error).__name__}: {error}"]
    finally:
        path.write_bytes(whole)
        checksums._known.clear()
    return []


def _same(one: Any, other: Any) -> bool:
    return one.equals(other) if isinstance(one, pl.DataFrame) else bool(one == other)


def _add_what_commands_add(stores: Stores) -> None:
    """Rejected rows, corrected rows, and somebody who is forgotten."""
    from insiders_assets.ingest.conversion import TRANSACTION_COLUMNS

    stores.transactions.ingest(stores.landing, IngestRules.from_settings(stores.settings))
    rows = stores.transactions.read().head(3).select(TRANSACTION_COLUMNS)
    stores.transactions.corrected.add("0" * 64, "", rows, Privacy())
    stores.transactions.tombstones.add(["nobody at all"])
    last = state.last_refresh(stores)
    if last is None:
        raise RuntimeError("the home has no refresh")
    held.hold(
        stores, HELD_TABLES, last, [message("brake.hold_idle_days", days="9.0", limit="7")], last.refresh_id
    )
    ledger = Ledger(stores.home, "everybody", "crm")
    everybody = [(number, f"c{number}", "add", '{"tier": "A"}', None) for number in range(1, 4)]
    plan = pl.DataFrame(everybody, schema=PLANNED, orient="row")
    ledger.begin(plan, address="out", refresh_id=REFRESH, as_of="2026-01-31")
    for batch in ledger.outstanding():
        ledger.settle(batch, {})
    ledger.finish()
    Tokens(stores.home).create("till", 30)
    known = {"https://shop.example/hook": {"key": "k", "refresh_id": REFRESH, "problem": ""}}
    write_noted(stores.home / FOLDER / announcing.FILE, json.dumps(known))
    changes = pl.DataFrame({"refresh_id": [REFRESH]})
    stores.lake.write(DELIVERY_CHANGES, completed(changes, DELIVERY_CHANGES))
    _begun(stores, {REFRESH})
