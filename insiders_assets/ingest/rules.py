"""The rules by which exports are read: what the user decides where a file alone cannot tell."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from insiders_assets.settings import Settings

READER_VERSION = 1
"""Raised whenever the same bytes would be read into other transactions: files are then parsed again."""


@dataclass(frozen=True)
class IngestRules:
    """How exports are read.

    Attributes:
        date_order: How dates such as 03/04/2026 are read; ``auto`` refuses a file where both readings fit.
        decimal: How numbers such as 1,234 are read; ``auto`` refuses a file where both readings fit.
        max_rejected: Share of a file's rows above which the whole file is set aside.
    """

    date_order: Literal["auto", "day_first", "month_first"] = "auto"
    decimal: Literal["auto", "point", "comma"] = "auto"
    max_rejected: float = 0.05

    @classmethod
    def from_settings(cls, settings: Settings) -> IngestRules:
        """The rules that the settings ask for."""
        return cls(
            date_order=settings.date_order, decimal=settings.decimal, max_rejected=settings.max_rejected
        )

    def digest(self) -> str:
        """A short hash of everything that can change what a file is read into, this code included."""
        text = json.dumps([READER_VERSION, asdict(self)], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]
