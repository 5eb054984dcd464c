"""Exports that unpack to far more than they are, and lines without an end: memory stays bounded."""

from __future__ import annotations

import resource
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from insiders_assets_tests.faults import tasks
from insiders_assets_tests.faults.record import Outcome
from insiders_assets_tests.faults.shop import rows_in

if TYPE_CHECKING:
    from insiders_assets_tests.faults.families import Ground

BOUND = 800
"""Megabytes of memory that reading hostile exports may take, at most."""


def bombs(on: Ground) -> list[Outcome]:
    """A model that unpacks to gigabytes, and exports that do; a line of a gigabyte, or of less in the short form."""
    outcomes = []
    size = max(int((1 << 30) * on.many), 32 << 20)
    for fault, write in (
        (f"an export of a single line of {size >> 20:,} MB", _one_line),
        (f"an export whose quoted field does not end for {size >> 20:,} MB", _open_quote),
        (f"a file of JSON lines whose line does not end for {size >> 20:,} MB", _json_line),
        (f"a gzip file that unpacks to {4 * size >> 20:,} MB of empty lines", _gzip_bomb),
        (f"a zip file whose member unpacks to {4 * size >> 20:,} MB of empty lines", _zip_bomb),
    ):
        outcome = Outcome(fault, outcome="the file is set aside with its reason; everything else is read")
        home, landing = on.local(f"bomb {len(outcomes)}"), on.folder(f"bomb landing {len(outcomes)}")
        shutil.copytree(on.shop.before, landing, dirs_exist_ok=True)
        expected = rows_in(landing)
        write(landing, size)
        most, rows, aside = tasks.called(_ingested, home.env | {"INSIDERS_LANDING": str(landing)})
        wrong = [f"{most:,} MB of memory"] if most > BOUND else []
        if not aside:
            wrong.append("nothing is set aside")
        on.say(f"{most:,} MB  {fault}: {aside}")
        outcome.add(wrong, lost=expected - rows)
        on.facts[f"MB of memory for {fault}"] = most
        outcomes.append(outcome)
        shutil.rmtree(landing)
    return outcomes


def _ingested() -> tuple[int, int, list[str]]:
    """Megabytes that an ingest takes at most, the rows of files that are not set aside, and what is."""
    from insiders_assets.ingest.rules import IngestRules
    from insiders_assets_tests.faults.looking import stores

    opened = stores()
    result = opened.transactions.ingest(opened.landing, IngestRules.from_settings(opened.settings))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    rows = sum(export.rows_read for export in result.files if not export.set_aside)
    return most, rows, [f"{export.name}: {export.set_aside}" for export in result.files if export.set_aside]


def _head(landing: Path) -> bytes:
    return (landing / "small.csv").read_bytes().splitlines(keepends=True)[0]


def _one_line(landing: Path, size: int) -> None:
    with (landing / "line.csv").open("wb") as file:
        file.write(_head(landing))
        for _ in range(size >> 20):
            file.write(b"x" * (1 << 20))


def _open_quote(landing: Path, size: int) -> None:
    with (landing / "quote.csv").open("wb") as file:
        file.write(_head(landing) + b'1,2,"')
        for _ in range(size >> 20):
            file.write(b"abcdefg\n" * (1 << 17))


def _json_line(landing: Path, size: int) -> None:
    with (landing / "line.jsonl").open("wb") as file:
        file.write(b'{"InvoiceNo": "1"}\n{"InvoiceNo": "')
        for _ in range(size >> 20):
            file.write(b"x" * (1 << 20))


def _gzip_bomb(landing: Path, size: int) -> None:
    import gzip

    with gzip.open(landing / "bomb.csv.gz", "wb", 9) as file:
        file.write(_head(landing))
        for _ in range(4 * size >> 20):
            file.write(b"\n" * (1 << 20))


def _zip_bomb(landing: Path, size: int) -> None:
    packed = zipfile.ZipFile(landing / "bomb.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9)
    with packed as archive, archive.open("bomb.csv", "w", force_zip64=True) as file:
        file.write(_head(landing))
        for _ in range(4 * size >> 20):
            file.write(b"\n" * (1 << 20))
