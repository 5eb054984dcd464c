"""Taking customers out of files that were published or logged, all of a report at once."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from insiders_assets.csv_files import csv_rows
from insiders_assets.places import sizes
from insiders_assets.report.file_digests import CHECKSUM, FACTS, SEAL, digest, opened, sealed
from insiders_assets.storage.atomic_write import replacing

if TYPE_CHECKING:
    from insiders_assets.places import Place
    from insiders_assets.redaction.redactor import Redactor
    from insiders_assets.storage.report_store import Publication
    from insiders_assets.storage.report_store_s3 import S3Publication

_KINDS = frozenset({".html", ".json", ".csv", ".xlsx", ".txt", ".log", ".out", ".err"})
"""Files whose text is known to be text; a database beside them is redacted otherwise."""


def redact_folder(folder: Place, redactor: Redactor) -> int:
    """Take the ids out of every file below a folder.

    Returns:
        How many files named one of them.
    """
    changed = 0
    for name in sorted(sizes(folder)):
        if Path(name).suffix not in _KINDS:
            continue
        before = (folder / name).read_bytes()
        after = _redacted(name, before, redactor)
        if after != before:
            changed += 1
            with replacing(folder / name) as temporary:
                temporary.write_bytes(after)
    return changed


def redact_reports(publication: Publication | S3Publication, redactor: Redactor) -> int:
    """Take the ids out of every published report, whose facts then name the files as they are now.

    A report is replaced by one without them as it was published: nobody finds files of both.

    Args:
        publication: The reports.
        redactor: Knows the ids.

    Returns:
        How many files named one of them.
    """
    changed = 0
    for name in publication.names():
        folder = publication.folder(name)
        before = {
            file: (folder / file).read_bytes() for file in sorted(sizes(folder)) if not file.startswith(".")
        }
        after = {file: _redacted(file, content, redactor) for file, content in before.items()}
        changed += sum(after[file] != content for file, content in before.items())
        if after != before and (seal := _seal(before)):
            facts_read = json.loads(after[FACTS])
            facts = {key: value for key, value in facts_read.items() if key not in (SEAL, CHECKSUM)}
            checksums = {  # a damaged file does not become what was written by being written again
                file: digest(after[file]) if digest(before.get(file, b"")) == checksum else checksum
                for file, checksum in seal.items()
            }
            after[FACTS] = sealed(facts, checksums).encode()
        if after != before:
            with publication.staged(name) as staging:
                for file, content in after.items():
                    (staging / file).parent.mkdir(parents=True, exist_ok=True)
                    (staging / file).write_bytes(content)
            if name == publication.latest():
                publication.make_latest(name)
    return changed


def naming_reports(publication: Publication | S3Publication, redactor: Redactor) -> Iterator[tuple[str, str]]:
    """Yield the report and the name of each published file that names one of the ids."""
    for name in publication.names():
        folder = publication.folder(name)
        for file in sorted(sizes(folder)):
            before = b"" if file.startswith(".") else (folder / file).read_bytes()
            if before and _redacted(file, before, redactor) != before:
                yield name, file


def _seal(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the checksums by which a report names its files.

    Nothing if its facts are damaged, which they have to stay.
    """
    try:
        return dict(opened(files[FACTS].decode()).get(SEAL) or {})
    except (KeyError, ValueError):
        return {}


def _redacted(name: str, before: bytes, redactor: Redactor) -> bytes:
    """Return a file's content without the ids; as it was, to the byte, if it names none of them."""
    kind = Path(name).suffix
    if kind == ".xlsx":
        workbook = redactor.workbook(before)
        return before if _same_parts(before, workbook) else workbook
    rules: dict[str, Callable[[str], str]] = {
        ".html": redactor.page, ".json": redactor.json, ".csv": redactor.csv,
        ".txt": redactor.text, ".log": redactor.text, ".out": redactor.text, ".err": redactor.text,
    }  # fmt: skip
    return _rewritten(before, rules[kind]) if kind in rules else before


def _rewritten(before: bytes, rule: Callable[[str], str]) -> bytes:
    """Return a text by a rule; as it was, to the byte, if the rule changes nothing that matters."""
    text = before.decode("utf-8", "surrogateescape")
    try:
        after = rule(text)
    except ValueError:  # damaged, and no JSON any more
        return before
    if rule.__name__ == "json" and json.loads(after) == json.loads(text):
        return before
    if rule.__name__ == "csv" and list(csv_rows(after)) == list(csv_rows(text)):
        return before
    return after.encode("utf-8", "surrogateescape")


def _same_parts(one: bytes, other: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(one)) as first, zipfile.ZipFile(io.BytesIO(other)) as second:
        return all(first.read(name) == second.read(name) for name in first.namelist())
