"""Exports that cannot be read, for reasons that tables tell in codes and arguments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from insiders_assets.errors import ExportError
from insiders_assets.language.message import Message, message
from insiders_assets.language.texts import TEXTS
from insiders_assets.language.writer import PLAIN


class RefusedExportError(ExportError):
    """An export cannot be read.

    Args:
        code: What is wrong, without what it quotes; ``<code>.hint`` says what to do about it.
        quoted: What it quotes from the export, which is left out where the user wants nothing of the kind kept: words,
            or a message that holds them.
        args: What stands in the text of ``code``.

    Attributes:
        message: What is wrong, without what it quotes.
        quoted: What it quotes, or None.
        advice: What to do about it.
    """

    def __init__(self, code: str, /, quoted: Any = None, **args: Any) -> None:
        self.message, self.quoted, self.advice = message(code, **args), quoted, message(f"{code}.hint")
        super().__init__(PLAIN.write(self.explanation()), hint=PLAIN.write(self.advice))

    def explanation(self, *, quoting: bool = True) -> Message:
        """Return what is wrong, with what it quotes or without."""
        if not quoting or self.quoted is None:
            return self.message
        if (quoting_code := f"{self.message.code}.quoting") in TEXTS:
            return message(quoting_code, quoted=self.quoted)
        return message("export.quoting", what=self.message, quoted=self.quoted)

    def in_file(self, name: str) -> RefusedExportError:
        """Return the same, said of a file that is joined to the export."""
        found = RefusedExportError.__new__(type(self))
        found.message = message("export.of_file", file=name, what=self.message)
        found.quoted, found.advice = self.quoted, self.advice
        ExportError.__init__(found, PLAIN.write(found.explanation()), hint=self.hint)
        return found


class CutShortError(RefusedExportError):
    """An export cannot be read any further.

    Args:
        code: What is wrong.
        rows: Lines that were in memory then, and are counted as rows.
        args: What stands in the text of ``code``.
    """

    def __init__(self, code: str, /, *, rows: int, **args: Any) -> None:
        super().__init__(code, **args)
        self.rows = rows


def reason_of(error: ExportError, english: str, *, quoting: bool) -> Message | None:
    """Return the message by which ``english`` says why an export is refused; None if no message says it.

    Args:
        error: Why.
        english: The same in English, with what to do about it.
        quoting: Whether it says what it quotes from the export.
    """
    if not isinstance(error, RefusedExportError):
        return None
    found = message("export.with_hint", what=error.explanation(quoting=quoting), hint=error.advice)
    return found if PLAIN.write(found) == english else None


def it_has(names: Sequence[str]) -> Message:
    """Return what there is where what is looked for is not."""
    return message("export.it_has", names=list(names)) if names else message("export.it_has.nothing")
