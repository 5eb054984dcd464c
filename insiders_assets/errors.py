"""The errors a user can cause and cure. Everything else is a defect and may show its traceback."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any


class InsidersError(Exception):
    """A problem that its reader can mend: what is wrong, where, and what to do, in one line.

    Args:
        what: What is wrong, as a clause without a full stop.
        where: The file, line, column or setting it was found in, or empty.
        hint: What to do about it, as an imperative clause, or empty.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        self.what, self.where, self.hint = what, where, hint
        line = f"{where}: {what}" if where else what
        super().__init__(" ".join(f"{line}; {hint}".split()) if hint else " ".join(line.split()))


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
