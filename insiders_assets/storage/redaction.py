"""Taking ids out of files that were published: list rows go, and in prose and pictures a word stands in their place."""

from __future__ import annotations

import html
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from insiders_assets.csv_files import csv_rows
from insiders_assets.formulas import csv_line, unguarded
from insiders_assets.places import sizes
from insiders_assets.report.file_digests import CHECKSUM, FACTS, SEAL, digest, opened, sealed
from insiders_assets.storage.atomic_write import replacing

if TYPE_CHECKING:
    from insiders_assets.places import Place
    from insiders_assets.storage.report_store import Publication
    from insiders_assets.storage.report_store_s3 import S3Publication

STAND_IN = "(forgotten)"
_KINDS = frozenset({".html", ".json", ".csv", ".xlsx", ".txt", ".log", ".out", ".err"})
"""Files whose text is known to be text; a database beside them is redacted otherwise."""


class Redactor:
    """Takes some ids out of texts.

    An id is found where it is a word of its own: quoted, between tags, or in a sentence. A bare number in data is none.

    Args:
        ids: The ids.
    """

    def __init__(self, ids: Iterable[str]) -> None:
        self.ids = frozenset(ids)
        spelled = sorted({form for each in self.ids for form in _spellings(each)}, key=len, reverse=True)
        words = "|".join(map(re.escape, spelled))
        self._found = re.compile(
            rf"""(?<=["'>\s(;])(?:{words})(?=["'<\s);:\\]|[,.](?!\d)|$)|^(?:{words})(?![\w.-])"""
        )
        self._row = re.compile(rf"""["'>](?:{words})["'<]""")

    def text(self, text: str) -> str:
        """A text without the ids."""
        return self._found.sub(STAND_IN, text)

    def names(self, text: str) -> bool:
        """Whether a text names one of them."""
        return bool(self._found.search(text))

    def page(self, text: str) -> str:
        """A page without the ids; rows of its tables that begin with one are gone."""
        return self.text(self._without(text, "<tr", "</tr>"))

    def json(self, text: str) -> str:
        """JSON without the ids in its texts; its numbers stay."""
        return json.dumps(self._walked(json.loads(text)), indent=2, ensure_ascii=False) + "\n"

    def csv(self, text: str) -> str:
        """CSV without the rows that hold one of the ids in a field of its own, and without them elsewhere."""
        ends = "\r\n" if "\r\n" in text else "\n"
        return "".join(
            csv_line(map(self.text, row), ends)
            for row in csv_rows(text)
            if self.ids.isdisjoint(row) and self.ids.isdisjoint(map(unguarded, row))
        )

    def workbook(self, content: bytes) -> bytes:
        """A workbook without the rows that hold one of the ids in a cell of its own."""
        written = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(content)) as old,
            zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new,
        ):
            for entry in old.infolist():
                part = old.read(entry)
                if entry.filename.endswith(".xml"):
                    part = self.text(self._without(part.decode(), "<row", "</row>")).encode()
                new.writestr(entry, part)
        return written.getvalue()

    def _without(self, text: str, opening: str, closing: str) -> str:
        """A text without those of its elements that hold an id alone between tags."""
        pieces = text.split(closing)
        for at, piece in enumerate(pieces[:-1]):
            begin = piece.rfind(opening)
            if begin >= 0 and self._row.search(piece, begin):
                pieces[at] = piece[:begin]
            else:
                pieces[at] = piece + closing
        return "".join(pieces)

    def _walked(self, value: Any) -> Any:
        if isinstance(value, str):
            return STAND_IN if value in self.ids else self.text(value)
        if isinstance(value, list):
            return [self._walked(each) for each in value]
        if isinstance(value, dict):
            return {key: self._walked(each) for key, each in value.items()}
        return value


def _spellings(each: str) -> set[str]:
    """An id as it stands in text, in JSON, on a page, and in JSON on a page."""
    quoted = {json.dumps(each)[1:-1], json.dumps(each, ensure_ascii=False)[1:-1], each}
    return (
        quoted | {html.escape(form) for form in quoted} | {html.escape(form, quote=False) for form in quoted}
    )


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
            told = json.loads(after[FACTS])
            facts = {key: value for key, value in told.items() if key not in (SEAL, CHECKSUM)}
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
    """The checksums by which a report names its files; nothing if its facts are damaged, which they have to stay."""
    try:
        return dict(opened(files[FACTS].decode()).get(SEAL) or {})
    except (KeyError, ValueError):
        return {}


def _redacted(name: str, before: bytes, redactor: Redactor) -> bytes:
    """A file's content without the ids; as it was, to the byte, if it names none of them."""
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
    """A text by a rule; as it was, to the byte, if the rule changes nothing that matters."""
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
