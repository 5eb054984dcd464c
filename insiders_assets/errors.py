"""The errors a user can cause and cure. Everything else is a defect and may show its traceback."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any


LONGEST = 1_200
"""Characters of what is wrong, or of what to do about it, that are shown; what a file holds may be without end."""


class InsidersError(Exception):
    """A problem that its reader can fix: what is wrong, where, and what to do, in one line.

    However much of a file a part of it quotes, it stays a line that can be read.

    Args:
        what: What is wrong, as a clause without a full stop.
        where: The file, line, column or setting it was found in, or empty.
        hint: What to do about it, as an imperative clause, or empty.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        self.what, self.where, self.hint = what, where, hint
        line = f"{where}: {_cut(what)}" if where else _cut(what)
        super().__init__(" ".join(f"{line}; {_cut(hint)}".split()) if hint else " ".join(line.split()))


def _cut(text: str) -> str:
    """Return a text, or both of its ends if it is longer than anybody reads."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} … {text[-LONGEST // 4 :]}"


class UsageError(InsidersError):
    """A command, a setting or a place given by the user cannot be used (exit code 2)."""

    exit_code = 2


class ContractError(InsidersError):
    """A table breaks its contract; nothing of it was written.

    Attributes:
        failures: Every way in which it does: ``column, check, failures, example``.
    """

    failures: Sequence[Mapping[str, Any]] = ()


class ExportError(InsidersError):
    """A file in the landing zone cannot be read as an export at all.

    What it quotes from the file stands in brackets: it is left out where the user wants nothing of the kind kept.
    """


class ModelError(InsidersError):
    """A segmentation model is missing, damaged, or made for other features."""
