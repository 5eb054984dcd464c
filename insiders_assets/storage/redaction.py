"""Taking ids out of files that were published: list rows go, and in prose and pictures a word stands in their place."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from insiders_assets.places import sizes
from insiders_assets.report.seal import FACTS, SEAL, digest, sealed
from insiders_assets.storage.files import replacing, write_text

if TYPE_CHECKING:
    from insiders_assets.places import Place

STAND_IN = "(forgotten)"


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
        written = io.StringIO()
        writer = csv.writer(written, lineterminator=ends)
        for row in csv.reader(io.StringIO(text, newline="")):
            if not any(cell.removeprefix("'") in self.ids for cell in row):
                writer.writerow(self.text(cell) for cell in row)
        return written.getvalue()

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
    rules: dict[str, Callable[[str], str]] = {
        ".html": redactor.page, ".json": redactor.json, ".csv": redactor.csv,
        ".txt": redactor.text, ".log": redactor.text, ".out": redactor.text, ".err": redactor.text,
    }  # fmt: skip
    changed = 0
    for name in sorted(sizes(folder)):
        path, kind = folder / name, Path(name).suffix
        if kind not in rules and kind != ".xlsx":
            continue
        before = path.read_bytes()
        after = redactor.workbook(before) if kind == ".xlsx" else _rewritten(before, rules[kind])
        if kind == ".xlsx" and _same_parts(before, after):
            continue
        if after != before:
            changed += 1
            with replacing(path) as temporary:
                temporary.write_bytes(after)
    return changed


def redact_reports(root: Place, redactor: Redactor) -> int:
    """Take the ids out of every published report, whose facts then name the files as they are now.

    Args:
        root: The folder of all reports.
        redactor: Knows the ids.

    Returns:
        How many files named one of them.
    """
    changed = redact_folder(root, redactor)
    files = sizes(root)
    for name in sorted(files):
        folder, _, file = name.rpartition("/")
        facts = json.loads((root / name).read_text(encoding="utf-8")) if file == FACTS else {}
        if others := facts.pop(SEAL, None):
            text = sealed(facts, {other: digest((root / folder / other).read_bytes()) for other in others})
            write_text(root / name, text)
    return changed


def _rewritten(before: bytes, rule: Callable[[str], str]) -> bytes:
    """A text by a rule; as it was, to the byte, if the rule changes nothing that matters."""
    text = before.decode("utf-8", "surrogateescape")
    after = rule(text)
    if rule.__name__ == "json" and json.loads(after) == json.loads(text):
        return before
    if rule.__name__ == "csv" and list(csv.reader(io.StringIO(after))) == list(csv.reader(io.StringIO(text))):
        return before
    return after.encode("utf-8", "surrogateescape")


def _same_parts(one: bytes, other: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(one)) as first, zipfile.ZipFile(io.BytesIO(other)) as second:
        return all(first.read(name) == second.read(name) for name in first.namelist())
