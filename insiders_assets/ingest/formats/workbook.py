"""Spreadsheets (.xlsx, .xls, .xlsb, .ods): every visible sheet that names our columns is an export."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO

import polars as pl

from insiders_assets.ingest.formats.archives import open_zip, readable, refuse_bombs
from insiders_assets.ingest.formats.cells import names, text_block
from insiders_assets.ingest.formats.sheet_process import CONTENTS
from insiders_assets.ingest.mapping.schema import Mapping
from insiders_assets.ingest.model import too_wide
from insiders_assets.ingest.refusal import RefusedExportError, it_has

if TYPE_CHECKING:
    from insiders_assets.ingest.model import Block, Export
    from insiders_assets.ingest.rules import FileRules

LONGEST = 900
"""Seconds that a workbook may take to read; a million rows take some twenty."""
LONGEST_TEXT = 10 * 32_767
"""Bytes of XML between two tags. Excel allows 32,767 characters in a cell, which take at most ten bytes each."""
MOST_PIECES = 32
"""So many times as much without the end of a shared text: each of its letters may have a form of its own, which takes
some three hundred bytes."""
SHARE = 0.5
"""Share of the machine's memory that reading a workbook may take."""


def open_sheets(source: Path | BinaryIO, rules: FileRules) -> dict[str, Callable[[], Export]]:
    """Return the exports in a workbook: the sheet the rules name, else every sheet whose columns are recognised.

    Args:
        source: The workbook.
        rules: How it is read.

    Returns:
        What opens each export, by its sheet's name; a lone one goes by the workbook's.

    Raises:
        ExportError: It cannot be read, or has no such sheet.
    """
    folder = tempfile.TemporaryDirectory(
        prefix="insiders-sheets-"
    )  # it goes with the last sheet that holds it
    path = source if isinstance(source, Path) else _copied(source, Path(folder.name))
    _refuse_bombs(path)
    found = _contents(path, Path(folder.name), rules)
    if "damaged" in found:
        raise RefusedExportError("export.workbook", str(found["damaged"]))
    if "missing" in found:
        raise RefusedExportError("export.sheet", it_has(found["missing"]), sheet=rules.sheet)
    sheets = [SheetExport(folder, facts) for facts in found["sheets"]]
    chosen = [sheet for sheet in sheets if sheet.is_recognised] or sheets[:1]
    if not chosen:
        raise RefusedExportError("export.workbook.empty")
    for sheet in chosen:
        sheet.beside = len(chosen) - 1
    return {sheet.name if len(chosen) > 1 else "": _opener(sheet) for sheet in chosen}


def _copied(source: BinaryIO, folder: Path) -> Path:
    path = folder / "workbook"
    with path.open("wb") as file:
        while piece := source.read(1 << 20):
            file.write(piece)
    return path


def _refuse_bombs(path: Path) -> None:
    """Refuse a workbook that unpacks to far more than it holds, or has a text that takes a parser hours.

    Unpacking alone takes a tenth of the time that reading does, at most. A piece without the beginning of a tag is part
    of a text that is at least as long; one of twice the length is always found.
    """
    if not zipfile.is_zipfile(path):
        return
    refuse_bombs(path)
    with readable(), open_zip(path) as archive:
        for info in archive.infolist():
            if info.filename.lower().endswith(".xml"):
                with archive.open(info) as member:
                    _refuse_long_texts(member)


def _refuse_long_texts(member: IO[bytes]) -> None:
    """Refuse a part of a workbook with a text that is too long, or in too many pieces, each with a form of its own."""
    pieces = 0
    first = piece = member.read(LONGEST_TEXT)
    while len(piece) == LONGEST_TEXT:
        pieces = 0 if b"si>" in piece else pieces + 1
        if b"<" not in piece or (pieces == MOST_PIECES and b"sst" in first):
            raise RefusedExportError("export.workbook.text", size=LONGEST_TEXT)
        piece = member.read(LONGEST_TEXT)


def _contents(path: Path, folder: Path, rules: FileRules) -> dict[str, Any]:
    """Return what a process with bounds finds in a workbook."""
    memory = int(SHARE * os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    mapping = (rules.mapping or Mapping()).model_dump_json()
    command = [sys.executable, "-m", "insiders_assets.ingest.formats.sheet_process"]
    try:
        subprocess.run(  # noqa: S603 - our own program
            [*command, str(path), str(folder), rules.sheet or "", mapping, str(memory)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            timeout=LONGEST,
            check=True,
            env=os.environ | {"POLARS_MAX_THREADS": "1"},
        )
        found: dict[str, Any] = json.loads((folder / CONTENTS).read_text())
    except subprocess.TimeoutExpired:
        raise RefusedExportError("export.workbook.slow", minutes=LONGEST // 60) from None
    except (subprocess.CalledProcessError, OSError, ValueError):
        raise RefusedExportError("export.workbook.large", memory=memory >> 20) from None
    return found


def _opener(sheet: SheetExport) -> Callable[[], Export]:
    return lambda: sheet


class SheetExport:
    """One sheet.

    Args:
        folder: Holds its rows; kept as long as the sheet is.
        facts: What :mod:`insiders_assets.ingest.formats.sheet_process` found of it.

    Attributes:
        beside: How many other sheets of the workbook are read.
    """

    def __init__(self, folder: tempfile.TemporaryDirectory[str], facts: dict[str, Any]) -> None:
        self._folder, self._facts = folder, facts
        self.name: str = facts["name"]
        self.beside = 0

    @property
    def is_recognised(self) -> bool:
        """Whether one of its first rows names columns of ours."""
        return bool(self._facts.get("recognised"))

    @property
    def header(self) -> tuple[str, ...]:
        """The names of its columns."""
        if "damaged" in self._facts:
            raise RefusedExportError("export.sheet.damaged", str(self._facts["damaged"]), sheet=self.name)
        if "wide" in self._facts:
            raise too_wide()
        if not self._facts["top"]:
            raise RefusedExportError("export.empty")
        return names(self._facts["top"][self._facts["header"]])

    @property
    def form(self) -> dict[str, Any]:
        """The sheet, the row of its header, and how many others are read with it."""
        found = {"kind": "workbook", "sheet": self.name, "header_line": (self._facts["header"] or 0) + 1}
        return found | ({"sheets_beside": self.beside} if self.beside else {})

    def blocks(self, positions: Sequence[int]) -> Iterator[Block]:
        """Yield its rows; see :class:`insiders_assets.ingest.model.Export`."""
        first = self._facts["header"] + 1
        frame = pl.read_parquet(Path(self._folder.name) / self._facts["rows"], glob=False)
        if not frame.height:
            return
        lines = pl.Series(range(first + 1, first + 1 + frame.height), dtype=pl.Int64)
        filled = frame.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
        yield text_block(frame.filter(filled), lines.filter(filled), positions)
