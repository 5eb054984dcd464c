"""Looks for a word in everything below a folder, inside the containers that a plain search cannot see into."""

from __future__ import annotations

import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import polars as pl


def leaks(folder: Path, word: str) -> list[str]:
    """Where a word stands: raw bytes of every file, and values of parquet, SQLite, zip and workbook."""
    return sorted(
        f"{path.relative_to(folder)}{place}"
        for path in folder.rglob("*")
        if path.is_file()
        for place in _places(path, word)
    )


def _places(path: Path, word: str) -> Iterator[str]:
    content = path.read_bytes()
    if word.encode() in content or word in path.name:
        yield ""
    if content.startswith(b"PAR1"):
        frame = pl.read_parquet(path, hive_partitioning=False, glob=False)
        yield from (
            f" {name}" for name in frame.columns if word in frame[name].cast(pl.String).str.join("\n").item()
        )
    if content.startswith(b"PK"):
        with zipfile.ZipFile(path) as archive:
            yield from (f" {name}" for name in archive.namelist() if word.encode() in archive.read(name))
    if content.startswith(b"SQLite format 3"):
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            tables = [
                name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            ]
            yield from (
                f" {table}"
                for table in tables
                if word in repr(database.execute(f'SELECT * FROM "{table}"').fetchall())
            )
