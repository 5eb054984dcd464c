"""Workbooks and parquet files that say they hold far more than they do, or hold far more than they look like."""

from __future__ import annotations

import io
import random
import re
import resource
import shutil
import time
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets_tests.faults import tasks
from insiders_assets_tests.faults.bombs import BOUND
from insiders_assets_tests.faults.record import Outcome
from insiders_assets_tests.faults.shop import rows_in

if TYPE_CHECKING:
    from insiders_assets_tests.faults.families import Ground

ROWS = 1_000_000
"""Rows that a file may have here."""
SECONDS = 120.0
"""How long one of them may take to be read or set aside, beside everything else on the machine."""
SHEET, TEXTS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"


def hollow(on: Ground, most: int) -> list[Outcome]:
    """So many of them in one landing zone, beside exports that must be read."""
    outcome = Outcome(
        "a workbook or parquet file that asks for far more than it is",
        outcome="the file is set aside with its reason, or its real rows are read; everything else is read",
    )
    home, landing = on.local("hollow"), on.folder("hollow landing")
    shutil.copytree(on.shop.before, landing, dirs_exist_ok=True)
    expected, chance = rows_in(landing), on.chance("hollow")
    header, first = (landing / "small.csv").read_text().splitlines()[:2]
    rows = pl.DataFrame([first.split(",")], schema=header.split(","), orient="row")
    made = {}
    for number in range(most):
        kind = KINDS[number % len(KINDS)]
        name = f"hollow-{number}{'.parquet' if kind is _rows else '.xlsx'}"
        (landing / name).write_bytes(kind(rows, chance))
        made[name] = kind.__name__
    begun = time.monotonic()
    env = home.env | {"INSIDERS_LANDING": str(landing), "INSIDERS_MAX_FILE_ROWS": str(ROWS)}
    memory, read, aside = tasks.called(_ingested, env)
    seconds = time.monotonic() - begun
    others = sum(count for name, count in read.items() if name not in made)
    for name, kind in made.items():
        wrong = []
        if not aside.get(name) and read.get(name, 0) > 1:
            wrong.append(f"{name} ({kind}) was read as {read[name]:,} rows")
        outcome.add(wrong)
    outcome.lost = expected - others
    if memory > BOUND:
        outcome.wrong.append(f"{memory:,} MB of memory")
    if seconds > SECONDS * most:
        outcome.wrong.append(f"{seconds:.0f} s")
    outcome.survived -= bool(outcome.lost or memory > BOUND or seconds > SECONDS * most)
    on.say(f"{outcome.survived}/{outcome.tried}  {memory:,} MB, {seconds:.0f} s  {outcome.fault}")
    on.facts["MB of memory for all of them"] = memory
    return [outcome]


def _ingested() -> tuple[int, dict[str, int], dict[str, str]]:
    """Megabytes of an ingest or of a process that it starts, rows by export, and why what is set aside."""
    from insiders_assets.ingest.rules import IngestRules
    from insiders_assets_tests.faults.looking import stores

    opened = stores()
    result = opened.transactions.ingest(opened.landing, IngestRules.from_settings(opened.settings))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    read = {export.name.partition("/")[0]: export.rows_read for export in result.files}
    return most, read, {export.name.partition("/")[0]: export.set_aside for export in result.files}


def _workbook(rows: pl.DataFrame, member: str, old: bytes, new: bytes) -> bytes:
    """A workbook of a few rows with a part of one of its members changed."""
    import xlsxwriter

    plain, written = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(plain, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Orders")
        for number, cells in enumerate((rows.columns, *rows.rows())):
            sheet.write_row(number, 0, cells)
    with zipfile.ZipFile(plain) as before, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as after:
        for info in before.infolist():
            data = before.read(info)
            changed = re.sub(old, lambda _: new, data, count=1) if info.filename == member else data
            after.writestr(info.filename, changed)
    return written.getvalue()


def _far_cell(rows: pl.DataFrame, chance: random.Random) -> bytes:
    at, column = chance.randrange(900_000, 1_048_577), chance.choice(("XFD", "WZZ", "AAA"))
    cell = f'<row r="{at}"><c r="{column}{at}"><v>1</v></c></row></sheetData>'
    return _workbook(rows, SHEET, b"</sheetData>", cell.encode())


def _false_count(rows: pl.DataFrame, chance: random.Random) -> bytes:
    return _workbook(
        rows, TEXTS, b'uniqueCount="\\d+"', f'uniqueCount="{chance.randrange(10**9, 10**14)}"'.encode()
    )


def _false_size(rows: pl.DataFrame, chance: random.Random) -> bytes:
    said = f'<dimension ref="A1:XFD{chance.randrange(1_000_000, 1_048_577)}"/>'
    return _workbook(rows, SHEET, b"<dimension [^>]*/>", said.encode())


def _rows(rows: pl.DataFrame, chance: random.Random) -> bytes:
    """Millions of the same row, which take next to no room."""
    written = io.BytesIO()
    count = chance.randrange(ROWS + 1, 4 * ROWS)
    same = rows.lazy().select(pl.all().first().repeat_by(count).explode())
    same.sink_parquet(written, row_group_size=1_000_000)
    return written.getvalue()


KINDS: tuple[Callable[[pl.DataFrame, random.Random], bytes], ...] = (
    _far_cell, _false_count, _false_size, _rows,
)  # fmt: skip
