"""Taking ids out of texts: rows of a list go, and in prose and pictures a word stands in their place."""

from __future__ import annotations

import html
import io
import json
import re
import zipfile
from collections.abc import Iterable
from typing import Any

from insiders_assets.csv_files import csv_rows
from insiders_assets.formulas import csv_line, unguarded

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
        """Return a text without the ids."""
        return self._found.sub(STAND_IN, text)

    def names(self, text: str) -> bool:
        """Return whether a text names one of them."""
        return bool(self._found.search(text))

    def page(self, text: str) -> str:
        """Return a page without the ids; rows of its tables that begin with one are gone."""
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
        """Return a workbook without the rows that hold one of the ids in a cell of its own."""
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
        """Return a text without those of its elements that hold an id alone between tags."""
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
    """Return an id as it stands in text, in JSON, on a page, and in JSON on a page."""
    quoted = {json.dumps(each)[1:-1], json.dumps(each, ensure_ascii=False)[1:-1], each}
    return (
        quoted | {html.escape(form) for form in quoted} | {html.escape(form, quote=False) for form in quoted}
    )
