"""Which characters the bytes of an export stand for.

A byte order mark decides; else two-byte text shows by its zero bytes; else the first block with a byte beyond ASCII
does: UTF-8 if most of its rows that have such bytes are valid UTF-8, and the one-byte code of western Windows if not.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from insiders_assets.ingest.parsing.row_boundaries import Rows

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
END_OF_FILE = b"\x1a"
"""What DOS programs write after the last line."""


@dataclass(frozen=True)
class Encoding:
    """How the bytes of a text are to be read.

    Attributes:
        name: The encoding, or None while only the rows can tell.
        mark: Bytes of the byte order mark.
        returns: Whether lines end with a carriage return alone.
    """

    name: str | None
    mark: int = 0
    returns: bool = False

    @classmethod
    def of(cls, head: bytes, given: str | None = None) -> Encoding:
        """Return what the first bytes of a text, or the user, say about its encoding."""
        name, mark = given, 0
        for sign, meaning in _MARKS:
            if head.startswith(sign) and (given is None or _same(given, meaning)):
                name, mark = meaning, len(sign)
                break
        if name is None and b"\0" in head:
            name = _two_byte(head)
        if name and not mark and codecs.lookup(name).name in ("utf-16", "utf-32"):
            # Without a mark nothing says which byte comes first; Windows, where such files come from, begins low.
            name = (_two_byte(head) if "16" in name else None) or f"{codecs.lookup(name).name}-le"
        encoding = cls(name, mark)
        text = b"".join(encoding.to_text([head]))
        return cls(name, mark, returns=b"\r" in text and b"\n" not in text)

    @property
    def is_wide(self) -> bool:
        """Whether ASCII characters are not bytes of their own, so that rows can only be found once it is decoded."""
        return self.name is not None and not _contains_ascii(self.name)

    def to_text(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the text in an encoding that contains ASCII, lines ending with a line feed, chunk by chunk."""
        decoder = codecs.getincrementaldecoder(self.name or "")("replace") if self.is_wide else None
        skip = self.mark
        for chunk in chunks:
            found = chunk[skip:] if skip else chunk
            skip = max(0, skip - len(chunk))
            if decoder:
                found = decoder.decode(found).encode("utf-8", "replace")
            yield found.replace(b"\r", b"\n") if self.returns else found
        if decoder and (rest := decoder.decode(b"", final=True)):
            yield rest.encode("utf-8", "replace")


class Decoder:
    """Turns blocks of one text into UTF-8, and finds rows that cannot be.

    Args:
        encoding: What is known before the first block.
    """

    def __init__(self, encoding: Encoding) -> None:
        self.name = "utf-8" if encoding.is_wide else encoding.name

    def invalid(self, block: bytes, rows: Rows) -> NDArray[np.bool_]:
        """Return which rows of ``block`` are not valid in the encoding; settles the encoding on the first chance."""
        bad = np.zeros(len(rows.starts), dtype=bool)
        if self.name not in (None, "utf-8") or block.isascii():
            return bad
        at, view = 0, memoryview(block)
        while at < rows.consumed:
            try:
                codecs.utf_8_decode(view[at : rows.consumed], "strict", True)
                break
            except UnicodeDecodeError as error:
                row = int(np.searchsorted(rows.starts, at + error.start, side="right")) - 1
                bad[max(row, 0) : row + 1] = True
                at = int(rows.ends[row]) + 1 if row >= 0 else at + error.end
                at = max(at, 1)
        if self.name is None:
            beyond = np.flatnonzero(np.frombuffer(block, dtype=np.uint8) >= 128)
            with_any = len(np.unique(np.searchsorted(rows.starts, beyond, side="right")))
            self.name = "utf-8" if 2 * int(bad.sum()) < with_any else "cp1252"
            if self.name == "cp1252":
                bad[:] = False
        return bad

    def utf8(self, text: bytes) -> bytes:
        """Return a piece of a block in UTF-8."""
        return text if self.name in (None, "utf-8") else self.text(text).encode("utf-8")

    def text(self, text: bytes) -> str:
        """Return a piece of a block as characters; what cannot be decoded is replaced."""
        return decoded(text, self.name or "utf-8")


def decoded(text: bytes, encoding: str | None) -> str:
    """Return bytes as characters.

    Args:
        text: The bytes.
        encoding: Their encoding, in which what cannot be decoded is replaced; if None, UTF-8 where they are valid in
            it, and cp1252 where not.
    """
    if encoding is None:
        try:
            return text.decode("utf-8")
        except UnicodeDecodeError:
            encoding = "cp1252"
    if encoding == "cp1252":
        try:
            return text.decode("cp1252")
        except UnicodeDecodeError:
            return text.decode("latin-1")
    return text.decode(encoding, "replace")


def _two_byte(head: bytes) -> str | None:
    """UTF-16 without a mark: text of a western export has a zero in every other byte."""
    zeros = np.frombuffer(head[: len(head) // 2 * 2], dtype=np.uint8).reshape(-1, 2) == 0
    if not len(zeros):
        return None
    first, second = zeros.mean(axis=0)
    if second > 0.7 and first < 0.1:
        return "utf-16-le"
    return "utf-16-be" if first > 0.7 and second < 0.1 else None


def _contains_ascii(name: str) -> bool:
    return codecs.lookup(name).name in {"utf-8", "ascii", "cp1252", "iso8859-1", "iso8859-15"}


def _same(given: str, meaning: str) -> bool:
    return codecs.lookup(given).name in (codecs.lookup(meaning).name, "utf-8-sig", "utf-16", "utf-32")
